// Decides by Unix sockets who owns a folder. A crash leaves nothing that has to be repaired.
//
// The lock folder holds numbered generations, each a folder with a socket `s` and the owner's `pid`. The
// highest number counts: while its socket answers, its process is the owner. Once it doesn't, it never
// will again, because a generation is published by renaming a folder whose socket listens already, and
// nobody listens on an old socket a second time. So no process removes another's socket to take its
// place: it publishes the next number, which rename() grants to one process only (a folder that isn't
// empty can't be replaced), and then makes sure that its number is the highest.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import type net from 'node:net';
import { join } from 'node:path';
import { phrase } from '../language/translate.ts';
import { errnoOf } from '../protocol/errors.ts';
import { type FolderOwned, FolderOwner, readPid } from './folder-owner.ts';
import { atSocketPath, connectTo } from './local-socket.ts';
import { isForeign, makePrivateFolder } from './private-file.ts';
import { StorageError, storageErrorFrom } from './storage-error.ts';

const GENERATION = /^[1-9][0-9]{0,14}$/;
const UNPUBLISHED = 'new-';
const CONDEMNED = 'old-';
/** `/` and the longest of the names above, `/s`. */
const NAME_BYTES = 1 + 15 + 2;
/** Superseded generations that stay, so that a slow listing never sees all of them come and go. */
const KEPT_GENERATIONS = 8;
/** Each turn that is lost was won by another process. */
const MAX_TURNS = 1_000;

/** What connecting says where a socket is dead, or there is none. */
const DEAD: ReadonlySet<string | null> = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'ENOTDIR',
  'ENOTSOCK',
  'EPROTOTYPE',
]);
/** What rename says where another was first. */
const LOST: ReadonlySet<string | null> = new Set(['EEXIST', 'ENOTEMPTY', 'ENOTDIR']);
/** What binding says on FAT and on some network and shared folders. */
const NO_SOCKETS: ReadonlySet<string | null> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP']);

/** Owns `lockFolder`, which it makes (0700), or connects to its owner. Throws StorageError. */
export async function acquireBySocket(lockFolder: string): Promise<FolderOwner | FolderOwned> {
  try {
    await makeLockFolder(lockFolder);
    return await atSocketPath(lockFolder, NAME_BYTES, (folder) => acquire(folder, lockFolder));
  } catch (cause) {
    throw storageErrorFrom(cause, lockFolder, 'writing');
  }
}

/** Who could put a socket of theirs there would be taken for the owner, and told what is to be sent. */
async function makeLockFolder(lockFolder: string): Promise<void> {
  await makePrivateFolder(lockFolder);
  const stat = await lstat(lockFolder);
  if (!stat.isDirectory()) {
    const message = phrase`${lockFolder} is no folder, or a link to one; move it away`;
    throw new StorageError('not-a-folder', message, { path: lockFolder });
  }
  if (isForeign(stat.uid)) {
    const message = phrase`${lockFolder} was put there by somebody else; move it away`;
    throw new StorageError('no-permission', message, { path: lockFolder });
  }
  if ((stat.mode & 0o077) !== 0) await chmod(lockFolder, 0o700);
}

/** `folder` is a short way to `lockFolder`, which is what people are told. */
async function acquire(folder: string, lockFolder: string): Promise<FolderOwner | FolderOwned> {
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const highest = await highestGeneration(folder);
    const met = highest === 0 ? 'gone' : await meetOwner(join(folder, String(highest)), lockFolder);
    if (met === 'leaving') continue;
    if (met !== 'gone') return met;
    const owner = await publish(folder, highest + 1, lockFolder);
    if (owner !== null) return owner;
  }
  const message = phrase`${lockFolder} is fought over by other processes; try again`;
  throw new StorageError('locked', message, { path: lockFolder });
}

async function highestGeneration(folder: string): Promise<number> {
  const generations = (await readdir(folder)).filter((name) => GENERATION.test(name)).map(Number);
  return Math.max(0, ...generations);
}

/** `gone`: nobody will ever answer there again. `leaving`: it closed its socket while we were connecting. */
async function meetOwner(
  generation: string,
  lockFolder: string,
): Promise<FolderOwned | 'gone' | 'leaving'> {
  let connection: net.Socket;
  try {
    connection = await connectTo(join(generation, 's'));
  } catch (cause) {
    if (DEAD.has(errnoOf(cause))) return 'gone';
    // Also said by an owner that can't accept for want of file descriptors: not dead, ask again.
    if (errnoOf(cause) === 'ECONNRESET') return 'leaving';
    if (errnoOf(cause) !== 'EAGAIN') throw cause;
    const pid = (await readPid(join(generation, 'pid'))) ?? 'unknown';
    const message = phrase`another lanchat (process ${pid}) owns ${lockFolder} and doesn't answer; end it`;
    throw new StorageError('locked', message, { path: lockFolder, cause });
  }
  return { kind: 'owned', pid: await readPid(join(generation, 'pid')), connection };
}

/** Null where another process was first. */
async function publish(
  folder: string,
  generation: number,
  lockFolder: string,
): Promise<FolderOwner | null> {
  const unpublished = join(folder, `${UNPUBLISHED}${randomBytes(4).toString('hex')}`);
  // Outside: where it can't be made, as on a full disk, it looks as if somebody had tidied it away.
  await mkdir(unpublished, { mode: 0o700 });
  const owner = new FolderOwner();
  try {
    await prepare(owner, unpublished);
    await rename(unpublished, join(folder, String(generation)));
    // Our number may be free because its owner came, went and was tidied away after we had looked.
    if ((await highestGeneration(folder)) === generation) {
      // What is left over does no harm.
      await tidy(folder, generation).catch(() => {});
      return owner;
    }
  } catch (cause) {
    owner.close();
    const tidiedAway = !existsSync(unpublished);
    await rm(unpublished, { recursive: true, force: true });
    if (tidiedAway || LOST.has(errnoOf(cause))) return null;
    if (!NO_SOCKETS.has(errnoOf(cause))) throw cause;
    const message = phrase`the file system of ${lockFolder} can't hold sockets; choose a folder elsewhere`;
    throw new StorageError('no-sockets', message, { path: lockFolder, cause });
  }
  owner.close();
  return null;
}

async function prepare(owner: FolderOwner, unpublished: string): Promise<void> {
  await owner.listen(join(unpublished, 's'));
  await chmod(join(unpublished, 's'), 0o600);
  await writeFile(join(unpublished, 'pid'), String(process.pid), { mode: 0o600 });
}

/**
 * Removes what earlier processes left. Each folder is renamed first: one that is being published must
 * vanish whole, or it would be published without its socket.
 */
async function tidy(folder: string, generation: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const superseded = GENERATION.test(name) && Number(name) <= generation - KEPT_GENERATIONS;
    if (!superseded && !name.startsWith(UNPUBLISHED) && !name.startsWith(CONDEMNED)) continue;
    const condemned = join(folder, `${CONDEMNED}${randomBytes(4).toString('hex')}`);
    await rename(join(folder, name), condemned);
    await rm(condemned, { recursive: true, force: true });
  }
}
