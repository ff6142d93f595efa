// Deletes a profile: what opens it first, so that a kill half way leaves nothing that can be read. Asks nobody.
import { randomBytes } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { lstat, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../protocol/errors.ts';
import { isForeign, syncFolder } from './private-file.ts';
import { FOLDER_ENTRIES, isOf } from './profile-folder.ts';
import { storageErrorFrom } from './storage-error.ts';

/** In the order in which they go. */
const KEYS = [FOLDER_ENTRIES.vault, FOLDER_ENTRIES.identity] as const;
const REST = [
  FOLDER_ENTRIES.theme,
  ...[FOLDER_ENTRIES.history, FOLDER_ENTRIES.pins, FOLDER_ENTRIES.relays, FOLDER_ENTRIES.settings],
  FOLDER_ENTRIES.keys,
  FOLDER_ENTRIES.spool,
] as const;

const SHRED_FLAGS = constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** A key file is far smaller; what isn't one is not worth writing so much. */
const MAX_SHRED_BYTES = 64 * 1024;

/** Whether a lanchat ever opened a profile in `folder`: each leaves its lock there. */
export function wasProfile(folder: string): boolean {
  return existsSync(join(folder, FOLDER_ENTRIES.profileLock));
}

/**
 * Deletes everything of the profile in `folder`, for its owner, and the folder itself where nothing else is in it.
 * A relay's files stay: they are no part of the profile. Done again after a kill, it ends what it began. Returns
 * what stays. Throws StorageError.
 */
export async function wipeProfile(folder: string): Promise<{ readonly relayStays: boolean }> {
  try {
    await shredKeys(folder);
    const building = join(folder, FOLDER_ENTRIES.restoring);
    if (await isOwnFolder(building)) await shredKeys(building);
    await remove(building);
    for (const entry of REST) {
      for (const name of await namesOf(entry, folder)) await remove(join(folder, name));
    }
    await removeEmptyRelay(join(folder, FOLDER_ENTRIES.relayFolder));
    await syncFolder(folder);
    await removeLock(folder);
    const { relayFolder, relayKey } = FOLDER_ENTRIES;
    const relayStays = [relayFolder, relayKey].some((entry) => existsSync(join(folder, entry)));
    await removeIfEmpty(folder);
    return { relayStays };
  } catch (cause) {
    throw storageErrorFrom(cause, folder, 'writing');
  }
}

/**
 * Overwrites and deletes what opens a profile, with what killed processes left of it; durable on return. Nothing
 * where `folder` isn't there. Rejects with the system error.
 */
export async function shredKeys(folder: string): Promise<void> {
  for (const entry of KEYS) {
    const names = await namesOf(entry, folder);
    for (const name of names) await shred(join(folder, name));
    if (names.length > 0) await syncFolder(folder);
  }
}

/** Whether a folder of ours is at `path`, and no link: what that leads to may be another profile. */
export async function isOwnFolder(path: string): Promise<boolean> {
  try {
    const stat = await lstat(path);
    return stat.isDirectory() && !isForeign(stat.uid);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function namesOf(entry: string, folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => isOf(entry, name));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** What can't be overwritten (a link, a file that is read-only, a full disk) is deleted all the same. */
async function shred(path: string): Promise<void> {
  await overwrite(path).catch(() => {});
  await remove(path);
}

/** In place: on a plain disk nothing of what was there stays. Flash, snapshots and journals may remember. */
async function overwrite(path: string): Promise<void> {
  const handle = await open(path, SHRED_FLAGS);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) return;
    const bytes = randomBytes(Math.min(stat.size, MAX_SHRED_BYTES));
    await handle.write(bytes, 0, bytes.length, 0);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A relay that was never begun has left a lock there and no key. */
async function removeEmptyRelay(folder: string): Promise<void> {
  if (existsSync(join(folder, FOLDER_ENTRIES.relayKey))) return;
  if (existsSync(join(folder, FOLDER_ENTRIES.relayDatabase))) return;
  await remove(join(folder, FOLDER_ENTRIES.relayLock));
  await removeIfEmpty(folder);
}

/** In one step: whoever comes meanwhile finds no lock and begins anew, and never one that is half gone. */
async function removeLock(folder: string): Promise<void> {
  const lock = join(folder, FOLDER_ENTRIES.profileLock);
  const condemned = `${lock}.${randomBytes(6).toString('hex')}.tmp`;
  await rename(lock, condemned);
  for (const name of await namesOf(FOLDER_ENTRIES.profileLock, folder)) {
    if (name !== FOLDER_ENTRIES.profileLock) await remove(join(folder, name));
  }
}

/** Whatever it is; a link goes, not what it leads to. */
function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true });
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    const errno = errnoOf(error);
    // Others use it too, it is a link or a disk of its own, or we may not take it from the one above.
    const stays = ['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EBUSY', 'EROFS'];
    if (errno === null || !stays.includes(errno)) throw error;
  }
}
