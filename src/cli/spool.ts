// A place in the profile's folder for content that has no file of its own yet: what comes on stdin, a folder's archive, what goes
// to stdout. Open to its owner only; what is left of a killed process goes with the next that comes.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { makePrivateFolder } from '../storage/private-file.ts';
import { FOLDER_ENTRIES, profileFolder } from '../storage/profile-folder.ts';
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
  const name = randomBytes(8).toString('hex');
  const unfinished = join(folder, `${process.pid}-${name}`);
  const discard = discardAtAbort(context, unfinished);
  try {
    await fill(unfinished);
    // Without the process in its name it belongs to whoever it is handed to.
    const path = join(folder, name);
    await inFolder(folder, () => rename(unfinished, path));
    return path;
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
  const name = `${process.pid}-${randomBytes(8).toString('hex')}`;
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

async function openSpool({ options }: CommandContext): Promise<string> {
  if (options.ephemeral) {
    throw new UsageError(
      'ephemeral',
      phrase`with --ephemeral (or LANCHAT_EPHEMERAL) nothing is put on the disk on the way; name a file that is there`,
    );
  }
  const profile = profileFolder(options.home ?? undefined);
  const folder = join(profile, FOLDER_ENTRIES.spool);
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
