// One process owns a profile's folder, or a relay's; the others get a connection to it.
import { join } from 'node:path';
import type { FolderOwned, FolderOwner } from './folder-owner.ts';
import { acquireByPipe, pipeName } from './named-pipe-lock.ts';
import { FOLDER_ENTRIES } from './profile-folder.ts';
import { acquireBySocket } from './unix-socket-lock.ts';

/**
 * Becomes the owner of a profile, or connects to the process that is. Ownership ends with that process,
 * however it ends; nothing has to be repaired after a crash. It holds among the processes of one machine:
 * a folder shared over a network can have an owner on each. Throws StorageError.
 */
export function acquireProfile(folder: string): Promise<FolderOwner | FolderOwned> {
  return acquireFolder(join(folder, FOLDER_ENTRIES.profileLock));
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
