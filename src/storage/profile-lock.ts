// One process owns a profile's folder, or a relay's; the others get a connection to it.
import { join } from 'node:path';
import { phrase } from '../language/translate.ts';
import type { FolderOwned, FolderOwner } from './folder-owner.ts';
import { acquireByPipe, pipeName } from './named-pipe-lock.ts';
import { FOLDER_ENTRIES } from './profile-folder.ts';
import { StorageError } from './storage-error.ts';
import { acquireBySocket } from './unix-socket-lock.ts';

/**
 * Becomes the owner of a profile, or connects to the process that is. Ownership ends with that process,
 * however it ends; nothing has to be repaired after a crash. It holds among the processes of one machine:
 * a folder shared over a network can have an owner on each. Throws StorageError.
 */
export function acquireProfile(folder: string): Promise<FolderOwner | FolderOwned> {
  return acquireFolder(join(folder, FOLDER_ENTRIES.profileLock));
}

/**
 * Becomes the owner of a profile, for what nobody else may be using meanwhile: others are turned away until it is
 * closed. Throws StorageError, `locked` (`alreadyOpen`) where another process is the owner.
 */
export async function ownProfile(folder: string): Promise<FolderOwner> {
  const owner = await acquireProfile(folder);
  if (owner.kind === 'owner') {
    owner.accept((connection) => connection.destroy());
    return owner;
  }
  owner.connection.destroy();
  throw alreadyOpen(folder, owner.pid);
}

/** What to say where the process `pid`, or one that didn't tell, owns the profile in `folder`. */
export function alreadyOpen(folder: string, pid: number | null): StorageError {
  const who = pid === null ? phrase`another lanchat` : phrase`another lanchat (pid ${pid})`;
  const message = phrase`${who} has this profile open; close it, or use another profile with --home DIR`;
  return new StorageError('locked', message, { path: folder });
}

/** As `acquireProfile`, for a relay's data folder; both may be one folder. */
export function acquireRelayFolder(folder: string): Promise<FolderOwner | FolderOwned> {
  return acquireFolder(join(folder, FOLDER_ENTRIES.relayLock));
}

function acquireFolder(lockFolder: string): Promise<FolderOwner | FolderOwned> {
  return process.platform === 'win32'
    ? acquireByPipe(lockFolder, pipeName(lockFolder))
    : acquireBySocket(lockFolder);
}
