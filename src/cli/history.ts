// `lanchat history`: what was said in a conversation, or which conversations there are. Needs no relay.
import type { Session, StoredMessage } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { MessageId } from '../protocol/ids.ts';
import { type SafeText, safeTemplate, safeText } from '../ui/safe-text.ts';
import { calendarDay, clockTime } from '../ui/words.ts';
import type { CommandContext } from './context.ts';
import { parseConversation } from './conversation-argument.ts';
import { lastMessages } from './history-pages.ts';
import { withHistory } from './kept-session.ts';
import { fitted, Transcript } from './lines.ts';
import { Cast } from './message-records.ts';

/** Of `history` and `search`, unless --last says otherwise. */
export const DEFAULT_LAST = 50;

export interface HistoryRequest {
  /** `#room`, `@nick` or a fingerprint; null: the list of conversations. */
  readonly conversation: string | null;
  readonly last: number | null;
  readonly before: MessageId | null;
  /** Whether people are shown the messages' IDs; JSON always has them. */
  readonly ids: boolean;
}

/** Throws UsageError (`bad-arguments`, `bad-room`, `unknown-message`, `no-profile`), CommandError as `resolvePerson`. */
export async function history(context: CommandContext, request: HistoryRequest): Promise<void> {
  const { conversation, last, before, ids } = request;
  if (conversation === null && (last !== null || before !== null || ids)) {
    throw new UsageError('bad-arguments', phrase`--last, --before and --ids need a #room or @nick`);
  }
  await withHistory(context, async (session, attempt) => {
    const cast = new Cast(await session.request({ do: 'snapshot' }));
    if (conversation === null) return list(context, session, cast);
    const destination = await parseConversation(session, conversation);
    const printer = new MessagePrinter(context, { cast, ids });
    const range = { before, last: last ?? DEFAULT_LAST };
    for await (const message of lastMessages(session, destination, range)) {
      attempt.isRepeatable = false;
      await printer.print(message);
      if (context.output.readerGone.aborted) return;
    }
    if (printer.count === 0) {
      context.output.note(safeTemplate`Nothing is kept of ${cast.label(destination)}.`);
    }
  });
}

async function list({ output }: CommandContext, session: Session, cast: Cast): Promise<void> {
  const { conversations } = await session.request({ do: 'conversations' });
  for (const conversation of conversations) {
    const { with: destination, unread, last } = conversation;
    const news = unread === 0 ? safeText('') : safeTemplate`  ${unread} unread`;
    output.data(
      cast.conversationRecord(conversation),
      safeTemplate`${cast.label(destination)}${lastTime(last)}${news}`,
    );
  }
  if (conversations.length === 0) output.note(safeText(phrase`Nothing was said here yet.`));
}

function lastTime(last: StoredMessage | null): SafeText {
  if (last === null) return safeText('');
  const timeMs = Date.parse(last.time);
  return safeTemplate`  ${calendarDay(timeMs)} ${clockTime(timeMs)}`;
}

/** Stored messages on stdout, one after the other, as fast as its reader takes them. */
export class MessagePrinter {
  readonly #context: CommandContext;
  readonly #cast: Cast;
  readonly #ids: boolean;
  readonly #transcript: Transcript;
  count = 0;

  constructor(context: CommandContext, { cast, ids }: { cast: Cast; ids: boolean }) {
    this.#context = context;
    this.#cast = cast;
    this.#ids = ids;
    this.#transcript = new Transcript(cast.names);
  }

  async print(message: StoredMessage): Promise<void> {
    const { output } = this.#context;
    this.count += 1;
    if (output.options.json) output.json(this.#cast.record(message));
    else {
      if (this.#ids) output.human(safeTemplate`-- ${safeText(message.id)}`);
      output.human(...fitted(this.#transcript.lines(message), output.columns));
    }
    await output.drained();
  }
}
