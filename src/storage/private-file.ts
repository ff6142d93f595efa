// Folders and whole small files for their owner only: bounded reads, atomic durable writes. Knows no format.
import { constants } from 'node:fs';
import { type FileHandle, link, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { phrase } from '../language/translate.ts';
import { hexFromBytes } from '../protocol/bytes.ts';
import { errnoOf } from '../protocol/errors.ts';
import { StorageError, storageErrorFrom } from './storage-error.ts';

const PRIVATE_MODE = 0o600;
const PRIVATE_FOLDER_MODE = 0o700;
/** Ends the name of what is being written. */
const TEMPORARY = '.tmp';

/** Never follows a symlink, never waits for a pipe's writer. (Windows has neither flag: they count as 0.) */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CLAIM_FLAGS = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What link() answers where the file system has no hard links, or (Android) where apps may not make any. */
const NO_LINKS: ReadonlySet<string | null> = new Set([
  'EPERM',
  'EACCES',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
]);

/**
 * Makes the folder, and those above it, with mode 0700 where nothing is at `path`; what is there may be
 * anything. Rejects with the system error: Node's own recursive mkdir says ENOENT on a read-only disk.
 */
export async function makePrivateFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: PRIVATE_FOLDER_MODE });
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return;
    if (errnoOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makePrivateFolder(dirname(path));
    await mkdir(path, { mode: PRIVATE_FOLDER_MODE, recursive: true });
  }
}

/**
 * The bytes of the plain file at `path`, or null where there is none. Nothing is read of a file of more
 * than `maxBytes` (`corrupt`), of a symlink, folder, pipe or device (`not-a-file`), or of a file that
 * belongs to neither us nor root (`no-permission`: it could make us use an identity of its owner's).
 */
export async function readPrivateFile(path: string, maxBytes: number): Promise<Uint8Array | null> {
  let handle: FileHandle;
  try {
    handle = await open(path, READ_FLAGS);
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return null;
    throw storageErrorFrom(cause, path, 'reading');
  }
  try {
    const sizeBytes = await plainFileSize(handle, path);
    if (sizeBytes > maxBytes) {
      const message = phrase`${path} is far too large to be lanchat's; it was left as it is; move it away`;
      throw new StorageError('corrupt', message, { path });
    }
    return await readUpTo(handle, sizeBytes);
  } catch (cause) {
    throw storageErrorFrom(cause, path, 'reading');
  } finally {
    await handle.close();
  }
}

/**
 * Makes sure, before a library opens `path` by name, that it gets a plain file that we or root own, and can
 * write; where nothing is there, makes an empty one (mode 0600) if `create`. Throws as `readPrivateFile`.
 */
export async function claimPrivateFile(
  path: string,
  { create }: { create: boolean },
): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(path, create ? CLAIM_FLAGS | constants.O_CREAT : CLAIM_FLAGS, PRIVATE_MODE);
  } catch (cause) {
    if (!create && errnoOf(cause) === 'ENOENT') return;
    throw storageErrorFrom(cause, path, 'writing');
  }
  try {
    await plainFileSize(handle, path);
  } finally {
    await handle.close();
  }
}

/** Throws StorageError where it is not a plain file of ours or root's. */
async function plainFileSize(handle: FileHandle, path: string): Promise<number> {
  const stat = await handle.stat();
  if (!stat.isFile()) {
    throw new StorageError('not-a-file', phrase`${path} is not a plain file; move it away`, {
      path,
    });
  }
  if (isForeign(stat.uid)) {
    const message = phrase`${path} belongs to another user; check who put it there`;
    throw new StorageError('no-permission', message, { path });
  }
  return stat.size;
}

/** Root reads everybody's folders on purpose (sudo); others only their own files and root's. */
export function isForeign(uid: number): boolean {
  const ours = process.getuid?.();
  return ours !== undefined && ours !== 0 && uid !== ours && uid !== 0;
}

async function readUpTo(handle: FileHandle, sizeBytes: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(sizeBytes);
  let filled = 0;
  while (filled < sizeBytes) {
    const { bytesRead } = await handle.read(bytes, filled, sizeBytes - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/**
 * Replaces the file at `path` (mode 0600): after a crash it holds the old bytes or the new ones, whole;
 * once this returns, the new ones. One writer a path at a time. Throws StorageError; the old file stays.
 */
export async function replacePrivateFile(path: string, bytes: Uint8Array): Promise<void> {
  // One fixed name, so that crashes can't pile up copies of a secret.
  const temporary = `${path}${TEMPORARY}`;
  try {
    await unlinkIfThere(temporary);
    await writeSynced(temporary, bytes);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    await discard(temporary);
    throw storageErrorFrom(cause, path, 'writing');
  }
}

/**
 * Writes a file (mode 0600) that must not be there yet. False, and nothing changed, where it is: of
 * processes that try at once exactly one gets true. Durable on return. Throws StorageError.
 */
export async function createPrivateFile(path: string, bytes: Uint8Array): Promise<boolean> {
  const unique = hexFromBytes(crypto.getRandomValues(new Uint8Array(6)));
  const temporary = `${path}.${unique}${TEMPORARY}`;
  try {
    await writeSynced(temporary, bytes);
    const created = await publishFile(temporary, path);
    await syncFolder(dirname(path));
    return created;
  } catch (cause) {
    throw storageErrorFrom(cause, path, 'writing');
  } finally {
    await discard(temporary);
  }
}

/**
 * Deletes what processes that were killed while they wrote the file at `path` have left beside it: that may be
 * a secret which the file itself doesn't hold any more. Only for the folder's owner: nobody else may be writing.
 * Throws StorageError.
 */
export async function discardUnfinished(path: string): Promise<void> {
  const [folder, name] = [dirname(path), basename(path)];
  try {
    for (const each of await readdir(folder)) {
      const isOurs = each.startsWith(`${name}.`) && each.endsWith(TEMPORARY);
      if (isOurs) await unlinkIfThere(join(folder, each));
    }
  } catch (cause) {
    throw storageErrorFrom(cause, path, 'writing');
  }
}

/**
 * Gives the finished file at `temporary` the name `path`, unless something stands there: then false. Where
 * the file system has no hard links, an empty file takes the name first, and a crash can leave that.
 * Rejects with the system error; the caller removes what is left at `temporary`, and syncs the folder.
 */
export async function publishFile(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    if (!NO_LINKS.has(errnoOf(error))) throw error;
  }
  try {
    await writeSynced(path, new Uint8Array(0));
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    await rename(temporary, path);
    return true;
  } catch (error) {
    await discard(path);
    throw error;
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx', PRIVATE_MODE);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a rename survive a power cut. Windows can't open folders and journals the rename itself. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/** Tidies up after a failure that is about to be reported; a second failure would only hide the first. */
async function discard(path: string): Promise<void> {
  await unlink(path).catch(() => {});
}
