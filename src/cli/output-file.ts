// A file for what a command writes: whole under its name or not there at all, for its owner only.
import { randomBytes } from 'node:crypto';
import { type FileHandle, lstat, open, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFault } from '../files/file-error.ts';
import { phrase } from '../language/translate.ts';
import { errnoOf, UsageError } from '../protocol/errors.ts';
import { publishFile, syncFolder } from '../storage/private-file.ts';
import { StorageError } from '../storage/storage-error.ts';
import { CommandError } from './errors.ts';

const PRIVATE_MODE = 0o600;
/** Text waits in memory until there is so much of it. */
const BLOCK_LENGTH = 64 * 1024;

/** Owns a temporary file beside `path` until `publish` or `discard`. */
export class OutputFile {
  readonly path: string;
  readonly #force: boolean;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  #pending = '';

  /** Throws CommandError `file-exists` where something is there, unless `force`; StorageError. */
  static async create(path: string, { force }: { force: boolean }): Promise<OutputFile> {
    await refuseExisting(path, force);
    const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      const handle = await open(temporary, 'wx', PRIVATE_MODE);
      return new OutputFile(path, { force, temporary, handle });
    } catch (cause) {
      throw errnoOf(cause) === 'ENOENT' ? noFolder(path) : writeFault(cause, path);
    }
  }

  private constructor(
    path: string,
    { force, temporary, handle }: { force: boolean; temporary: string; handle: FileHandle },
  ) {
    this.path = path;
    this.#force = force;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  /** Bytes go out at once, text when there is a block of it. */
  async write(part: string | Uint8Array): Promise<void> {
    if (typeof part === 'string') {
      this.#pending += part;
      if (this.#pending.length >= BLOCK_LENGTH) await this.#flush();
      return;
    }
    await this.#flush();
    await this.#append(part);
  }

  /** Gives the file its name, once its contents are on disk. Throws as `create`; what stood there stays. */
  async publish(): Promise<void> {
    try {
      await this.#flush();
      await this.#handle.sync();
      await this.#handle.close();
    } catch (cause) {
      throw writeFault(cause, this.path);
    }
    await putInPlace(this.#temporary, this.path, { force: this.#force });
  }

  /** Leaves nothing but what was published. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await unlink(this.#temporary).catch(() => {});
  }

  async #flush(): Promise<void> {
    const text = this.#pending;
    this.#pending = '';
    if (text !== '') await this.#append(text);
  }

  async #append(part: string | Uint8Array): Promise<void> {
    try {
      await this.#handle.writeFile(part);
    } catch (cause) {
      throw writeFault(cause, this.path);
    }
  }
}

/** Gives a whole file, on the same disk, the name `path`. Throws as `create`; what stood there stays. */
export async function putInPlace(
  file: string,
  path: string,
  { force }: { force: boolean },
): Promise<void> {
  try {
    if (force) await rename(file, path);
    else if (!(await publishFile(file, path))) throw fileExists(path);
  } catch (cause) {
    throw writeFault(cause, path);
  }
  // Shares and sticks can't all do it, and the file is there.
  await syncFolder(dirname(path)).catch(() => {});
}

/** Said before the work is done; `putInPlace` makes sure. Throws as `create`. */
export async function checkPlace(path: string, { force }: { force: boolean }): Promise<void> {
  await refuseExisting(path, force);
  try {
    await stat(dirname(path));
  } catch (cause) {
    throw errnoOf(cause) === 'ENOENT' ? noFolder(path) : writeFault(cause, path);
  }
}

/** Said before the work is done; `publish` makes sure. */
async function refuseExisting(path: string, force: boolean): Promise<void> {
  try {
    const found = await lstat(path);
    if (!force) throw fileExists(path);
    if (found.isFile()) return;
    const message = phrase`${path} is not a plain file, so it is not replaced; choose another name`;
    throw new StorageError('not-a-file', message, { path });
  } catch (cause) {
    if (errnoOf(cause) !== 'ENOENT') throw writeFault(cause, path);
  }
}

function noFolder(path: string): UsageError {
  return new UsageError(
    'no-folder',
    phrase`${path} is in a folder that isn't there; make it first`,
  );
}

function fileExists(path: string): CommandError {
  const message = phrase`${path} is there already; choose another name, or replace it with --force`;
  return new CommandError('file-exists', message);
}
