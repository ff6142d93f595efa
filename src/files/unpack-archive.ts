// A folder out of the tar that it came as: beside its place first, and there whole or not at all.
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, rmdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../protocol/errors.ts';
import { makePrivateFolder, syncFolder } from '../storage/private-file.ts';
import { writeFault } from './file-error.ts';
import { takeFreeName } from './free-name.ts';
import { readPieces, writeAll } from './pieces.ts';
import { type ArchiveEntry, readArchive } from './read-archive.ts';
import { checkRoom } from './room-on-disk.ts';
import { unfinishedPath } from './unfinished.ts';

const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Never into what is there, never through a link. */
const CREATE_FLAGS =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** Both less the umask; no file can be run. */
const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;
/** Nobody else sees, or plants, what isn't whole yet. */
const UNFINISHED_MODE = 0o700;

export interface UnpackOptions {
  /** Where the folder comes to be; made where it isn't there. */
  readonly folder: string;
  /** As a landing's: what an earlier try under it has left is taken away. */
  readonly id: string;
  readonly signal?: AbortSignal;
}

/**
 * Unpacks the archive at `path`, a landed one of anybody's making, and returns the path of the new folder, which is never in the place of
 * anything. Throws FileError `bad-archive`, StorageError, the signal's reason; then nothing of it is left.
 */
export async function unpackArchive(
  path: string,
  { folder, id, signal }: UnpackOptions,
): Promise<string> {
  const unfinished = unfinishedPath(folder, id, 'unpacked');
  let archive: FileHandle | null = null;
  try {
    await makePrivateFolder(folder);
    archive = await open(path, READ_FLAGS);
    const entries = await readArchive(archive, (await archive.stat()).size);
    await checkRoom(folder, sumOf(entries), statfs);
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { mode: UNFINISHED_MODE });
    for (const entry of entries) {
      signal?.throwIfAborted();
      await unpack(entry, { archive, into: unfinished, signal });
    }
    await syncFolders(entries, unfinished);
    const [name = ''] = entries[0]?.parts ?? [];
    const from = join(unfinished, name);
    const landed = await takeFreeName(folder, name, (free) => moveFolder(from, free));
    await syncFolder(folder).catch(() => {});
    return landed;
  } catch (cause) {
    signal?.throwIfAborted();
    throw writeFault(cause, folder);
  } finally {
    await archive?.close();
    await rm(unfinished, { recursive: true, force: true }).catch(() => {});
  }
}

function sumOf(entries: readonly ArchiveEntry[]): number {
  return entries.reduce((sum, { size }) => sum + size, 0);
}

interface Place {
  readonly archive: FileHandle;
  readonly into: string;
  readonly signal: AbortSignal | undefined;
}

async function unpack(
  { parts, isFolder, start, size }: ArchiveEntry,
  { archive, into, signal }: Place,
): Promise<void> {
  const path = join(into, ...parts);
  if (isFolder) return await mkdir(path, { mode: FOLDER_MODE });
  const handle = await open(path, CREATE_FLAGS, FILE_MODE);
  try {
    let position = 0;
    for await (const piece of readPieces(archive, { from: start, to: start + size }, signal)) {
      await writeAll(handle, piece, position);
      position += piece.length;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolders(entries: readonly ArchiveEntry[], into: string): Promise<void> {
  for (const { parts, isFolder } of entries) {
    if (isFolder) await syncFolder(join(into, ...parts)).catch(() => {});
  }
}

/** An empty folder takes the name first: a rename over that one replaces nothing of anybody's. */
async function moveFolder(from: string, to: string): Promise<boolean> {
  try {
    await mkdir(to, { mode: FOLDER_MODE });
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    // Windows renames a folder over nothing, not even an empty one.
    if (process.platform === 'win32') await rmdir(to);
    await rename(from, to);
    return true;
  } catch (error) {
    await rmdir(to).catch(() => {});
    if (['EEXIST', 'ENOTEMPTY'].includes(errnoOf(error) ?? '')) return false;
    throw error;
  }
}
