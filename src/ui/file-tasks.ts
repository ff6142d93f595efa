// What is done with files: sending one by its path, taking one, stopping one. For the screen and the plain interface.
import {
  type Destination,
  type FileTransfer,
  MAX_PAGE_MESSAGES,
  type Message,
  type Session,
} from '../client/api.ts';
import { withEmoji } from '../client/short-codes.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { MessageId } from '../protocol/ids.ts';
import { familyOf, pathName } from './file-words.ts';
import type { LocalFiles } from './local-files.ts';
import { readPath } from './path-words.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { fileName } from './shared-file-words.ts';

const MAX_PATH_LENGTH = 300;

/** Where it was typed. */
export interface FileScene {
  readonly ask: Session['request'];
  readonly files: LocalFiles;
  readonly here: Destination;
  /** The message that is meant where none is named. */
  readonly chosen?: MessageId | null;
  /** A person waits for that one from now on. */
  readonly onAsked?: (id: MessageId) => void;
}

/** A file of this machine that is to be sent. */
export interface FileWish {
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
  /** What is said of it. */
  readonly text: string;
}

/** `PATH [TEXT]`, looked at. Throws UsageError `bad-arguments`, `not-found`, `not-a-file`. */
export async function typedFile({ files }: FileScene, args: string): Promise<FileWish> {
  const { path, rest } = readPath(args, files.paths.isWindows);
  if (path === '') {
    throw new UsageError('bad-arguments', phrase`/file PATH [TEXT]: which file?`);
  }
  const whole = files.resolve(path);
  const found = await files.look(whole);
  const shown = shownPath(whole);
  if (found === null) {
    const message = phrase`${shown} is not there, or can’t be read; a name with blanks stands in quotes`;
    throw new UsageError('not-found', message);
  }
  if (found.kind === 'folder') {
    const message = phrase`${shown} is a folder; lanchat file send, in a shell, sends it as one archive`;
    throw new UsageError('not-a-file', message);
  }
  if (found.kind !== 'file') throw new UsageError('not-a-file', phrase`${shown} is no file`);
  return { path: whole, sizeBytes: found.sizeBytes, text: withEmoji(rest) };
}

function shownPath(path: string): SafeText {
  return safeText(path, { maxLength: MAX_PATH_LENGTH });
}

/** The folder is as typed; empty: the one that is set. Says what came of it. Throws UsageError, and what the client does. */
export async function saveFile(scene: FileScene, folder: string): Promise<SafeText> {
  const { ask, files, onAsked } = scene;
  const known = await chosenFile(scene, isToTake);
  if (known?.direction === 'out') return ownWords(known);
  if (known?.state === 'done' && folder === '') return savedWords(known);
  const id = known?.id ?? scene.chosen ?? null;
  if (id === null) throw new UsageError('no-file', phrase`nobody has sent a file here`);
  onAsked?.(id);
  const { path } = readPath(folder, files.paths.isWindows);
  const where = path === '' ? {} : { folder: files.resolve(path) };
  const { transfer } = await ask({ do: 'get-file', id, ...where });
  return transfer.state === 'done'
    ? savedWords(transfer)
    : t`Asked for ${fileName(transfer.name)}.`;
}

function savedWords({ path, name }: FileTransfer): SafeText {
  return path === null
    ? t`${fileName(name)} is saved already.`
    : t`${pathName(path)} is saved: ${shownPath(path)}`;
}

function ownWords({ path, name }: FileTransfer): SafeText {
  return path === null
    ? t`${fileName(name)} is your own.`
    : t`${fileName(name)} is your own: ${shownPath(path)}`;
}

/** Says what came of it. Throws UsageError `no-file`, and what the client does. */
export async function cancelFile(scene: FileScene): Promise<SafeText> {
  const known = await chosenFile(scene, isUnderWay);
  const id = known?.id ?? scene.chosen ?? null;
  if (id === null) throw new UsageError('no-file', phrase`no file is on its way here`);
  const { cancelled } = await scene.ask({ do: 'cancel-file', id });
  return cancelledWords(known, cancelled);
}

export function cancelledWords(
  file: Pick<FileTransfer, 'name' | 'direction'> | null,
  cancelled: boolean,
): SafeText {
  const name = file === null ? t`The file` : fileName(file.name);
  if (!cancelled) return t`${name} is not on its way any more: there is nothing to stop.`;
  return file?.direction === 'out' ? t`${name} is taken back.` : t`${name} is stopped.`;
}

/** Theirs that is not here, before any other. */
function isToTake({ direction, state }: FileTransfer): boolean {
  return direction === 'in' && state !== 'done';
}

function isUnderWay({ state, id }: FileTransfer): boolean {
  return id !== null && (state === 'waiting' || state === 'moving' || state === 'kept');
}

/** That of the chosen message; where none is chosen the newest here that fits, or of theirs at all. Null: none. */
async function chosenFile(
  { ask, here, chosen = null }: FileScene,
  fits: (transfer: FileTransfer) => boolean,
): Promise<FileTransfer | null> {
  const limit = MAX_PAGE_MESSAGES;
  const { files } = await ask({ do: 'files', conversation: here, limit });
  const transfers = files.map(({ transfer }) => transfer);
  if (chosen !== null) return transfers.find(({ id }) => id === chosen) ?? null;
  const theirs = fits === isToTake ? transfers.find(({ direction }) => direction === 'in') : null;
  return transfers.find(fits) ?? theirs ?? null;
}

export function isOurs({ state }: Pick<Message, 'state'>): boolean {
  return state !== null;
}

/** The picture that a message carries, where it is on this machine and nothing says that it is none. */
export function pictureToView(
  { file }: Pick<Message, 'file'>,
  transfer: Pick<FileTransfer, 'state' | 'direction' | 'path' | 'warning'> | null,
): { readonly path: string; readonly name: SafeText } | null {
  if (file === undefined || familyOf(file) !== 'picture') return null;
  if (transfer === null || transfer.path === null || transfer.warning !== null) return null;
  // Of ours the path is where it was read from, of theirs where it landed.
  const isHere = transfer.direction === 'out' || transfer.state === 'done';
  return isHere ? { path: transfer.path, name: fileName(file.name) } : null;
}
