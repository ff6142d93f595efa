// The voice note that a message carries, where it is on this machine; what is not here yet is asked for. Plays nothing.
import type { FileTransfer, Message, SharedFile } from '../client/api.ts';
import { type FileScene, isOurs } from './file-tasks.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { warningWords } from './shared-file-words.ts';

const MAX_PATH_LENGTH = 300;

export interface NoteHere {
  readonly path: string;
  readonly durationMs: number;
  /** 32 numbers, 0–7. */
  readonly waveform: readonly number[] | null;
}

type Known = Pick<FileTransfer, 'state' | 'path' | 'warning'>;

export interface NoteWish {
  readonly message: Pick<Message, 'id' | 'state'>;
  readonly file: SharedFile;
  /** Null: nothing is known of it. */
  readonly known: Known | null;
  /** What plays it once it is here. */
  readonly again: SafeText;
}

/** Or what is to be said in its place. Throws what the client does. */
export async function noteHere(
  { ask, files, onAsked }: Pick<FileScene, 'ask' | 'files' | 'onAsked'>,
  { message, file, known, again }: NoteWish,
): Promise<NoteHere | SafeText> {
  const { durationMs = 0, waveform = null } = file;
  const isThere = async (path: string) => (await files.look(path))?.kind === 'file';
  if (isOurs(message)) {
    const path = known?.path ?? null;
    if (path !== null && (await isThere(path))) return { path, durationMs, waveform };
    return t`Your voice note is gone here: it goes once it has arrived, or was taken back.`;
  }
  if (known?.state !== 'done') onAsked?.(message.id);
  const { state, path, warning } =
    known?.state === 'done' ? known : (await ask({ do: 'get-file', id: message.id })).transfer;
  if (state !== 'done' || path === null) {
    const isComing = known?.state === 'waiting' || known?.state === 'moving';
    return isComing
      ? t`The voice note is on its way; ${again} plays it once it is here.`
      : t`Asked for the voice note; ${again} plays it once it is here.`;
  }
  // As the client says it, or as the screen has cleaned it.
  if (warning !== null) return t`It is not played: it is no voice note. ${warningWords(warning)}`;
  if (await isThere(path)) return { path, durationMs, waveform };
  return t`The voice note is not where it was saved any more: ${safeText(path, { maxLength: MAX_PATH_LENGTH })}`;
}
