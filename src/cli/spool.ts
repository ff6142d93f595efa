// A place in the profile's folder for content that has no file of its own yet: what comes on stdin, a folder's archive, what goes
// to stdout. Open to its owner only; what is left of a killed process goes with the next that comes.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { makePrivateFolder } from '../storage/private-file.ts';
import { profileFolder, spoolFolder } from '../storage/profile-folder.ts';
import { storageErrorFrom } from '../storage/storage-error.ts';
import type { CommandContext } from './context.ts';

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/**
 * A file that `fill` has made at the path it was given: it is whole, and whoever takes it deletes it. Where that fails, or the command is
 * interrupted, nothing is left. Throws StorageError, UsageError `ephemeral`, and as `fill`.
 */
export async function spool(
  context: CommandContext,
  fill: (path: string) => Promise<void>,
): Promise<string> {
  const folder = await openSpool(context);
  const unfinished = join(folder, passingName());
  const discard = discardAtAbort(context, unfinished);
  try {
    await fill(unfinished);
    return await handedOver(unfinished);
  } finally {
    await discard();
  }
}

/** Writes all of it to a new file. Throws StorageError, and as `chunks`. */
export async function writeChunks(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await inFolder(path, () => open(path, 'wx', PRIVATE_FILE));
  try {
    for await (const chunk of chunks) await inFolder(path, () => handle.writeFile(chunk));
  } finally {
    await handle.close();
  }
}

/**
 * A folder for `use`, which is gone afterwards with all that is in it, also where the command is interrupted. `around`: where it is to be;
 * null: in the profile's folder. Throws StorageError, UsageError `ephemeral`, and as `use`.
 */
export async function withPassingFolder<T>(
  context: CommandContext,
  around: string | null,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const name = passingName();
  const folder =
    around === null ? join(await openSpool(context), name) : join(around, `.lanchat-${name}`);
  const discard = discardAtAbort(context, folder);
  try {
    await inFolder(folder, () => mkdir(folder, { mode: PRIVATE_FOLDER }));
    return await use(folder);
  } finally {
    await discard();
  }
}

/** Deletes `path` when the command is interrupted, since its process ends then, or when the returned function is called. */
function discardAtAbort({ signal }: CommandContext, path: string): () => Promise<void> {
  const discard = () => {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Windows keeps what is open; the next that comes takes it away.
    }
  };
  signal.addEventListener('abort', discard, { once: true });
  return async () => {
    signal.removeEventListener('abort', discard);
    await rm(path, { recursive: true, force: true });
  };
}

/** Of what goes with this process. */
export function passingName(): string {
  return `${process.pid}-${randomBytes(8).toString('hex')}`;
}

/** Without the process in its name it belongs to whoever it is handed to; its path then. Throws StorageError. */
export async function handedOver(path: string): Promise<string> {
  const to = join(dirname(path), basename(path).replace(/^\d+-/, ''));
  await inFolder(path, () => rename(path, to));
  return to;
}

async function openSpool({ options }: CommandContext): Promise<string> {
  if (options.ephemeral) {
    throw new UsageError(
      'ephemeral',
      phrase`with --ephemeral (or LANCHAT_EPHEMERAL) nothing is put on the disk on the way; name a file that is there`,
    );
  }
  return openSpoolOf(profileFolder(options.home ?? undefined));
}

/** The folder, made where there is none; what processes that have ended left in it is gone. Throws StorageError. */
export async function openSpoolOf(profile: string): Promise<string> {
  const folder = spoolFolder(profile);
  return inFolder(folder, async () => {
    await makePrivateFolder(folder);
    for (const name of await readdir(folder)) {
      const [, pid] = /^(\d+)-/.exec(name) ?? [];
      if (pid === undefined || isRunning(Number(pid))) continue;
      await rm(join(folder, name), { recursive: true, force: true });
    }
    return folder;
  });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw storageErrorFrom(cause, folder, 'writing');
  }
}
