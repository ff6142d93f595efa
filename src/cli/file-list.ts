// `lanchat file list` and `file cancel`: which files there are, and which are not to go on.
import type { Replies, Session } from '../client/api.ts';
import { MAX_PAGE_MESSAGES } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { closedText } from '../ui/bidi.ts';
import { type SafeText, safeText, safeTemplate as t } from '../ui/safe-text.ts';
import { fileName, reasonWords, sizeWords } from '../ui/shared-file-words.ts';
import { calendarDay, clockTime } from '../ui/words.ts';
import type { CommandContext } from './context.ts';
import { parseConversation } from './conversation-argument.ts';
import { CommandError } from './errors.ts';
import { resolveFile, unknownFile } from './file-argument.ts';
import { fileMark } from './file-mark.ts';
import { fileRecord } from './file-records.ts';
import { refuseEphemeral, withHistory } from './kept-session.ts';
import { Cast } from './message-records.ts';
import { whenReady, withSession } from './session.ts';

type Listed = Replies['files']['files'][number];

export interface FileListRequest {
  /** `#room`, `@nick` or a fingerprint; null: of all. */
  readonly conversation: string | null;
  readonly limit: number;
}

/** The newest first. Throws as `parseConversation` and `withHistory`. */
export async function listFiles(context: CommandContext, request: FileListRequest): Promise<void> {
  await withHistory(context, async (session) => {
    const cast = new Cast(await session.request({ do: 'snapshot' }));
    const typed = request.conversation;
    const conversation = typed === null ? null : await parseConversation(session, typed);
    const { files } = await session.request({ do: 'files', conversation, limit: request.limit });
    const { output } = context;
    for (const listed of files) {
      const record = fileRecord(listed.transfer, cast.names, listed.message);
      output.data(record, closedText(listedLine(listed, cast)));
      await output.drained();
    }
    if (files.length === 0) output.note(safeText(phrase`There are no files.`));
  });
}

/** What others named stands last. */
export function listedLine({ transfer, message }: Listed, cast: Cast): SafeText {
  const { id, direction, conversation, name, size } = transfer;
  const timeMs = message === null ? Number.NaN : Date.parse(message.time);
  const time = Number.isNaN(timeMs) ? t`` : t`  ${calendarDay(timeMs)} ${clockTime(timeMs)}`;
  const where = cast.label(conversation);
  const who =
    direction === 'out'
      ? t`to ${where}`
      : 'room' in conversation && message !== null
        ? t`${where} ${cast.names.meet(message.from)}`
        : t`from ${where}`;
  const what = message?.file === undefined ? sizeWords(size) : fileMark(message.file);
  const which = safeText(id?.slice(0, 8) ?? '--------');
  return t`${which}${time}  ${who}  ${what}  ${stateWords(transfer)}: ${fileName(name)}`;
}

function stateWords({ state, reason, bytes, size }: Listed['transfer']): SafeText {
  const because = reason === null ? t`` : t` (${reasonWords(reason)})`;
  switch (state) {
    case 'reading':
      return t`being read`;
    case 'offered':
      return t`offered`;
    case 'waiting':
      return t`waiting${because}`;
    case 'moving':
      return t`moving, ${sizeWords(bytes)} of ${sizeWords(size)}`;
    case 'kept':
      return t`kept by the relay`;
    case 'done':
      return t`done`;
    case 'failed':
      return t`failed${because}`;
    case 'cancelled':
      return t`cancelled`;
    default:
      return state satisfies never;
  }
}

/** Ours is taken back from the relay, theirs is not taken further. Throws UsageError `unknown-message`, CommandError `too-late`. */
export async function cancelFile(context: CommandContext, typed: string): Promise<void> {
  refuseEphemeral(context);
  await withSession(context, 'leave-alone', async (session, attempt) => {
    await whenReady(session, context);
    const id = await resolveFile(session, typed);
    attempt.isRepeatable = false;
    const { cancelled } = await session.request({ do: 'cancel-file', id });
    const { transfer, message } = await listedOf(session, id);
    if (!cancelled) {
      throw new CommandError(
        'too-late',
        phrase`${fileName(transfer.name)} is not on its way any more: there is nothing to cancel`,
      );
    }
    const cast = new Cast(await session.request({ do: 'snapshot' }));
    context.output.data(
      fileRecord(transfer, cast.names, message),
      t`Cancelled: ${fileName(transfer.name)}`,
    );
  });
}

async function listedOf(session: Session, id: string): Promise<Listed> {
  const all = { conversation: null, limit: MAX_PAGE_MESSAGES };
  const { files } = await session.request({ do: 'files', ...all });
  const found = files.find(({ transfer }) => transfer.id === id);
  if (found === undefined) throw unknownFile(id);
  return found;
}
