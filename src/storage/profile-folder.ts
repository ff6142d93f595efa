// Where a profile lives, and that nobody else may look into it. Knows the files' names, not their contents.
import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { phrase } from '../language/translate.ts';
import { errnoOf, UsageError } from '../protocol/errors.ts';
import { makePrivateFolder } from './private-file.ts';
import { StorageError, storageErrorFrom } from './storage-error.ts';

/** Everything that lanchat keeps in a profile's folder, or in a relay's. */
export const FOLDER_ENTRIES = {
  identity: 'identity.json',
  pins: 'pins.json',
  relays: 'relays.json',
  settings: 'settings.json',
  keys: 'keys',
  theme: 'theme',
  history: 'history.db',
  vault: 'vault.json',
  restoring: 'restoring',
  spool: 'spool',
  relayKey: 'relay-key.json',
  relayDatabase: 'relay.db',
  relayFiles: 'files',
  relayFolder: 'relay',
  profileLock: 'lanchat.lock',
  relayLock: 'relay.lock',
} as const;

/** What SQLite puts beside a database: what isn't in it yet, that one's index, and what undoes a crash. */
export const DATABASE_SIDE_FILES = ['-wal', '-shm', '-journal'] as const;

/** Not the locks and the relay's folder, which say nothing. */
const HOLDS_SECRETS = /\.(?:json|db)(?:[.-]|$)/;

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const OTHERS = 0o077;

/**
 * Others on this machine can look into, or own, what should be private. `mode` is as it was found, the
 * low nine bits; `tightened`: it has been closed again, though others may have read it before.
 */
export type FolderProblem =
  | {
      readonly code: 'open-to-others';
      readonly path: string;
      readonly mode: number;
      readonly tightened: boolean;
    }
  | { readonly code: 'owned-by-other'; readonly path: string; readonly uid: number };

/** The folder of a profile, absolute: `home`, or the platform's data folder. Throws UsageError (`bad-home`). */
export function profileFolder(home?: string): string {
  if (home === undefined) return envPaths('lanchat', { suffix: '' }).data;
  // An empty LANCHAT_HOME would silently mean the current folder.
  if (home === '' || home.includes('\0')) {
    throw new UsageError('bad-home', phrase`--home needs the path of a folder`);
  }
  return resolve(home);
}

/**
 * Makes the folder (0700) where there is none. On POSIX it closes the folder and the files in it that are
 * open to others, and returns what it found. A folder that holds anything that is not lanchat's is left as
 * it is: `--home /tmp` must not lock everybody out of /tmp. Throws StorageError.
 */
export async function openPrivateFolder(folder: string): Promise<readonly FolderProblem[]> {
  try {
    await makePrivateFolder(folder);
    const names = await readdir(folder);
    if (process.getuid === undefined) return [];
    const onlyOurs = names.every(isOurs);
    const problems = [
      await closeToOthers(folder, onlyOurs ? FOLDER_MODE : null, constants.O_DIRECTORY),
    ];
    for (const name of names) {
      if (!isOurs(name) || !HOLDS_SECRETS.test(name)) continue;
      const flags = constants.O_NOFOLLOW | constants.O_NONBLOCK;
      problems.push(await closeToOthers(resolve(folder, name), FILE_MODE, flags));
    }
    return problems.filter((problem) => problem !== null);
  } catch (cause) {
    if (errnoOf(cause) === 'ENOTDIR') {
      const message = phrase`${folder} is a file where a folder is needed; choose another`;
      throw new StorageError('not-a-folder', message, { path: folder, cause });
    }
    throw storageErrorFrom(cause, folder, 'writing');
  }
}

function isOurs(name: string): boolean {
  return Object.values(FOLDER_ENTRIES).some((entry) => isOf(entry, name));
}

/** Whether `name` in a folder of ours is `entry`, what a killed process left of it, or what SQLite puts beside it. */
export function isOf(entry: string, name: string): boolean {
  return (
    name === entry ||
    (name.startsWith(`${entry}.`) && name.endsWith('.tmp')) ||
    (entry.endsWith('.db') && DATABASE_SIDE_FILES.some((suffix) => name === entry + suffix))
  );
}

/** Goes through one open handle, so that what is closed is what was looked at. Null: it is private. */
async function closeToOthers(
  path: string,
  closedMode: number | null,
  flags: number,
): Promise<FolderProblem | null> {
  const handle = await openToInspect(path, flags);
  if (handle === null) return null;
  try {
    const stat = await handle.stat();
    // Whoever reads something odd says what it is; it is left as it is.
    if (!stat.isFile() && !stat.isDirectory()) return null;
    if (stat.uid !== process.getuid?.()) return { code: 'owned-by-other', path, uid: stat.uid };
    const mode = stat.mode & 0o777;
    if ((mode & OTHERS) === 0) return null;
    if (closedMode !== null) await handle.chmod(closedMode);
    return { code: 'open-to-others', path, mode, tightened: closedMode !== null };
  } finally {
    await handle.close();
  }
}

/** Null where it can't be opened, or is gone: whoever reads the file says why. */
async function openToInspect(path: string, flags: number) {
  try {
    return await open(path, constants.O_RDONLY | flags);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ELOOP' || errno === 'EACCES' || errno === 'ENXIO') {
      return null;
    }
    throw error;
  }
}

/** Where what is made only to be sent waits: open to its owner alone. */
export function spoolFolder(folder: string): string {
  return join(folder, FOLDER_ENTRIES.spool);
}
