// `lanchat search`: messages that hold all these words, in everything that history keeps. Needs no relay.
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { parseConversation } from './conversation-argument.ts';
import { DEFAULT_LAST, MessagePrinter } from './history.ts';
import { withHistory } from './kept-session.ts';
import { Cast } from './message-records.ts';
import { checkText } from './text-input.ts';

const MAX_QUERY_BYTES = 1_000;

export interface SearchRequest {
  readonly words: readonly string[];
  /** `#room`, `@nick` or a fingerprint; null: everywhere. */
  readonly in: string | null;
  readonly last: number | null;
  readonly ids: boolean;
}

/** Prints the newest that fit, oldest first. Throws UsageError (`empty-text`, `too-long`, `no-profile`, …), CommandError. */
export async function search(context: CommandContext, request: SearchRequest): Promise<void> {
  const query = request.words.join(' ').trim();
  if (query === '') throw new UsageError('empty-text', phrase`there are no words to search for`);
  checkText(query, phrase`what to search for`, MAX_QUERY_BYTES);
  const limit = request.last ?? DEFAULT_LAST;
  const { output } = context;
  await withHistory(context, async (session) => {
    const conversation = request.in === null ? null : await parseConversation(session, request.in);
    const cast = new Cast(await session.request({ do: 'snapshot' }));
    const found = await session.request({ do: 'search', query, conversation, limit });
    const printer = new MessagePrinter(context, { cast, ids: request.ids });
    for (const message of found.messages.toReversed()) await printer.print(message);
    if (printer.count === 0) output.note(safeText(phrase`Nothing was found.`));
    if (found.more)
      output.note(safeTemplate`There are older ones: --last N shows more than ${limit}.`);
  });
}
