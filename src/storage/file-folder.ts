// Large files in a private folder of ours, written at their end and read anywhere, off the main thread. Knows no content.
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, stat, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../protocol/errors.ts';
import { makePrivateFolder, syncFolder } from './private-file.ts';
import { storageErrorFrom } from './storage-error.ts';

const FILE_MODE = 0o600;
const { O_CREAT, O_NOFOLLOW = 0, O_RDONLY, O_RDWR } = constants;

/** Names are the caller's, and plain. Everything throws StorageError. */
export class FileFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes it (mode 0700) where nothing is there. */
  static async open(path: string): Promise<FileFolder> {
    return telling(path, 'writing', async () => {
      await makePrivateFolder(path);
      return new FileFolder(path);
    });
  }

  names(): Promise<string[]> {
    return telling(this.path, 'reading', () => readdir(this.path));
  }

  /** Of a plain file; 0 where there is none. */
  async sizeOf(name: string): Promise<number> {
    return telling(this.path, 'reading', async () => {
      const found = await ifThere(() => stat(join(this.path, name)));
      return found?.isFile() ? found.size : 0;
    });
  }

  /** Made (mode 0600) where it is not there, and cut after `sizeBytes`: what is beyond was never promised to anybody. */
  async openToWrite(name: string, sizeBytes: number): Promise<LargeFile> {
    return telling(this.path, 'writing', async () => {
      const handle = await open(join(this.path, name), O_RDWR | O_CREAT | O_NOFOLLOW, FILE_MODE);
      try {
        await handle.truncate(sizeBytes);
        await syncFolder(this.path);
      } catch (error) {
        await handle.close();
        throw error;
      }
      return new LargeFile(handle, this.path);
    });
  }

  async openToRead(name: string): Promise<LargeFile> {
    return telling(this.path, 'reading', async () => {
      return new LargeFile(await open(join(this.path, name), O_RDONLY | O_NOFOLLOW), this.path);
    });
  }

  /** Whoever reads it reads on. */
  async remove(name: string): Promise<void> {
    await telling(this.path, 'writing', () => ifThere(() => unlink(join(this.path, name))));
  }

  /** What the disk has in all, and what of it we may still write. */
  async space(): Promise<{ readonly totalBytes: number; readonly freeBytes: number }> {
    return telling(this.path, 'reading', async () => {
      const { bsize, blocks, bavail } = await statfs(this.path);
      return { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
    });
  }
}

/** Owns its handle. Everything throws StorageError. */
export class LargeFile {
  readonly #handle: FileHandle;
  readonly #path: string;

  constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  /** All of them, one after the other. */
  write(parts: readonly Uint8Array[], position: number): Promise<void> {
    return telling(this.#path, 'writing', () =>
      whole(
        parts,
        position,
        async (left, at) => (await this.#handle.writev(left, at)).bytesWritten,
      ),
    );
  }

  /** Fills all of them; `unreadable` where the file ends before. */
  read(parts: readonly Uint8Array[], position: number): Promise<void> {
    return telling(this.#path, 'reading', () =>
      whole(parts, position, async (left, at) => (await this.#handle.readv(left, at)).bytesRead),
    );
  }

  /** What was written survives a power cut from here on. */
  sync(): Promise<void> {
    return telling(this.#path, 'writing', () => this.#handle.datasync());
  }

  close(): Promise<void> {
    return telling(this.#path, 'writing', () => this.#handle.close());
  }
}

/** The system may do a part of what it is asked; then it is asked for the rest. */
async function whole(
  parts: readonly Uint8Array[],
  position: number,
  move: (left: Uint8Array[], position: number) => Promise<number>,
): Promise<void> {
  let left = [...parts];
  let at = position;
  while (left.length > 0) {
    let moved = await move(left, at);
    if (moved === 0) throw Object.assign(new Error('the file ends early'), { code: 'EOF' });
    at += moved;
    while (moved > 0) {
      const [first] = left;
      if (first === undefined) break;
      const step = Math.min(moved, first.length);
      moved -= step;
      left = step === first.length ? left.slice(1) : [first.subarray(step), ...left.slice(1)];
    }
  }
}

async function ifThere<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

async function telling<T>(
  path: string,
  doing: 'reading' | 'writing',
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageErrorFrom(error, path, doing);
  }
}
