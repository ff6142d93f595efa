// Decides by a Windows named pipe who owns a folder: the system gives a name to one process at a time, and
// takes it back when that process ends.
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { phrase } from '../language/translate.ts';
import { errnoOf } from '../protocol/errors.ts';
import { type FolderOwned, FolderOwner, readPid } from './folder-owner.ts';
import { connectTo } from './local-socket.ts';
import { makePrivateFolder, replacePrivateFile } from './private-file.ts';
import { StorageError, storageErrorFrom } from './storage-error.ts';

/** Each turn that is lost was won by another process. */
const MAX_TURNS = 1_000;

/** What connecting says where the owner left since we failed to become it. */
const LEFT: ReadonlySet<string | null> = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET']);

/** The pipe of a folder: one name for it however its letters are cased, as Windows has it. */
export function pipeName(lockFolder: string): string {
  const hash = createHash('sha256').update(resolve(lockFolder).toLowerCase()).digest('hex');
  return `\\\\.\\pipe\\lanchat-${hash.slice(0, 32)}`;
}

/**
 * Owns `pipe`, or connects to its owner; the owner's process id goes into `lockFolder`. Throws
 * StorageError.
 */
export async function acquireByPipe(
  lockFolder: string,
  pipe: string,
): Promise<FolderOwner | FolderOwned> {
  const pidFile = join(lockFolder, 'pid');
  try {
    await makePrivateFolder(lockFolder);
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      const met = (await own(pipe, pidFile)) ?? (await meetOwner(pipe, pidFile));
      if (met !== null) return met;
    }
  } catch (cause) {
    throw storageErrorFrom(cause, lockFolder, 'writing');
  }
  const message = phrase`${lockFolder} is fought over by other processes; try again`;
  throw new StorageError('locked', message, { path: lockFolder });
}

async function own(pipe: string, pidFile: string): Promise<FolderOwner | null> {
  const owner = new FolderOwner();
  try {
    await owner.listen(pipe);
    await replacePrivateFile(pidFile, Buffer.from(String(process.pid)));
    return owner;
  } catch (cause) {
    owner.close();
    if (errnoOf(cause) === 'EADDRINUSE') return null;
    throw cause;
  }
}

async function meetOwner(pipe: string, pidFile: string): Promise<FolderOwned | null> {
  try {
    const connection = await connectTo(pipe);
    return { kind: 'owned', pid: await readPid(pidFile), connection };
  } catch (cause) {
    if (LEFT.has(errnoOf(cause))) return null;
    throw cause;
  }
}
