// A content that comes in chunks, landed whole under a name of its own, or not at all; what has come so far outlives the
// process. Knows no network, and trusts nothing that it is told of the content but its size and hash.
import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, statfs, unlink } from 'node:fs/promises';
import { phrase } from '../language/translate.ts';
import { equalBytes } from '../protocol/bytes.ts';
import { errnoOf, type LanchatError } from '../protocol/errors.ts';
import { chunkLength, chunksOf } from '../protocol/file-content.ts';
import { CHUNK_BYTES } from '../protocol/limits.ts';
import { isForeign, makePrivateFolder, syncFolder } from '../storage/private-file.ts';
import { StorageError } from '../storage/storage-error.ts';
import { FileError, writeFault } from './file-error.ts';
import { publishUnderFreeName } from './free-name.ts';
import { readPieces, writeAll } from './pieces.ts';
import { checkRoom } from './room-on-disk.ts';
import { unfinishedPath } from './unfinished.ts';

/** Written, and hashed, at once: a few milliseconds of the event loop, and few calls a gigabyte. */
const PIECE_BYTES = 16 * CHUNK_BYTES;
/** What is written goes to the disk in parts as it comes: all at once at the end would hold up whatever else waits for the disk. */
const SYNCED_BYTES = 16 * 1024 * 1024;
const PART_MODE = 0o600;
/** Nobody runs what somebody sent by opening it. */
const LANDED_MODE = 0o644;

/** Never follows a symlink, never waits for a pipe's reader. (Windows has neither flag: they count as 0.) */
const RESUME_FLAGS = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CREATE_FLAGS = RESUME_FLAGS | constants.O_CREAT | constants.O_EXCL;

export interface LandingOptions {
  /** Made, for its owner only, where it isn't there. */
  readonly folder: string;
  /** As `landingId` makes it; one landing at a time has it. */
  readonly id: string;
  /** Of the content, in bytes. */
  readonly size: number;
  /** SHA-256 of the content. */
  readonly hash: Uint8Array;
  /** Ends the reading of what was there before. */
  readonly signal?: AbortSignal;
}

/** The disk, for tests that make it fail. */
export interface Disk {
  readonly open: typeof open;
  readonly statfs: typeof statfs;
}

interface Part {
  readonly path: string;
  readonly handle: FileHandle;
  /** Of the content's whole chunks that were there. */
  readonly digest: Hash;
  readonly keptBytes: number;
}

/**
 * One content on its way to the disk. Every method throws LanchatError where the disk fails (`no-space`, `no-permission`,
 * `unwritable`); the landing is then closed, and what came stays for another `open`.
 */
export class Landing {
  readonly #options: LandingOptions;
  readonly #part: Part;
  readonly #piece: Uint8Array;
  #chunksThere: number;
  /** How many bytes of `#piece` wait. */
  #filled = 0;
  /** How many bytes are in the file. */
  #written: number;
  /** How much of it the disk was asked for. */
  #synced: number;
  #isSyncing = false;
  #isBusy = false;
  #fault: LanchatError | null = null;

  /** Goes on from what an earlier landing of this id has left. Nothing is made where there is too little room. */
  static async open(options: LandingOptions, disk: Disk = { open, statfs }): Promise<Landing> {
    const { folder, id, signal } = options;
    const path = unfinishedPath(folder, id, 'part');
    try {
      await makePrivateFolder(folder);
      return new Landing(options, await openPart(path, options, disk));
    } catch (cause) {
      signal?.throwIfAborted();
      throw writeFault(cause, folder);
    }
  }

  private constructor(options: LandingOptions, part: Part) {
    this.#options = options;
    this.#part = part;
    this.#written = this.#synced = part.keptBytes;
    this.#chunksThere = Math.ceil(part.keptBytes / CHUNK_BYTES);
    this.#piece = new Uint8Array(Math.min(PIECE_BYTES, options.size - part.keptBytes));
  }

  /** How many chunks of the content have come, from the first on. */
  get chunksThere(): number {
    return this.#chunksThere;
  }

  /** Takes the next chunk's bytes of the content, which stay the caller's; one at a time. RangeError otherwise. */
  async write(index: number, bytes: Uint8Array): Promise<void> {
    this.#begin();
    const { size } = this.#options;
    const isNext = index === this.#chunksThere && index < chunksOf(size);
    if (!isNext || bytes.length !== chunkLength(size, index)) throw new RangeError('not the next');
    this.#piece.set(bytes, this.#filled);
    this.#filled += bytes.length;
    this.#chunksThere++;
    const isFull = this.#filled === PIECE_BYTES || this.#chunksThere === chunksOf(size);
    if (isFull) await this.#guarded(() => this.#flush());
  }

  /**
   * Once every chunk was written: gives the content its name (`name` is anybody's text), never in the place of anything,
   * and returns its path; it is on the disk then. `onLanded` is told the path while what came can still be found under the landing's id, too: what it
   * writes down, or throws, decides whether another `open` finds it, so that nothing lands twice. Throws FileError `hash-differs`: nothing is left.
   */
  async finish(
    name: string,
    onLanded: (path: string) => Promise<void> = async () => {},
  ): Promise<string> {
    this.#begin();
    const { size, hash, folder } = this.#options;
    if (this.#written !== size) throw new RangeError('not all of it is here');
    if (!equalBytes(this.#part.digest.digest(), hash)) {
      await this.abandon();
      const message = phrase`what came is not what was sent, so nothing of it was kept; ask for it again`;
      throw new FileError('hash-differs', message);
    }
    return await this.#guarded(async () => {
      await this.#settle();
      const path = await publishUnderFreeName(this.#part.path, folder, name);
      // Shares and sticks can't all do it, and the file is there.
      await syncFolder(folder).catch(() => {});
      await onLanded(path);
      // Gone already where the file system has no links; what can't be taken away now is when lanchat starts.
      await unlink(this.#part.path).catch(() => {});
      return path;
    });
  }

  /** Ends it and keeps what has come, for another `open`. Never throws. */
  async close(): Promise<void> {
    if (this.#fault === null && this.#filled > 0)
      await this.#guarded(() => this.#flush()).catch(() => {});
    await this.#end();
  }

  /** Ends it and leaves nothing. Never throws. */
  async abandon(): Promise<void> {
    await this.#end();
    await unlink(this.#part.path).catch(() => {});
  }

  async #end(): Promise<void> {
    await this.#part.handle.close().catch(() => {});
  }

  #begin(): void {
    if (this.#fault !== null) throw this.#fault;
    if (this.#isBusy) throw new RangeError('one call at a time');
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    this.#isBusy = true;
    try {
      return await work();
    } catch (cause) {
      this.#fault = writeFault(cause, this.#options.folder);
      await this.#end();
      throw this.#fault;
    } finally {
      this.#isBusy = false;
    }
  }

  async #flush(): Promise<void> {
    const piece = this.#piece.subarray(0, this.#filled);
    const done = writeAll(this.#part.handle, piece, this.#written);
    // Meanwhile.
    this.#part.digest.update(piece);
    await done;
    this.#written += piece.length;
    this.#filled = 0;
    this.#syncSome();
  }

  /** Nothing waits for it: what goes wrong with it shows at the end. */
  #syncSome(): void {
    if (this.#isSyncing || this.#written - this.#synced < SYNCED_BYTES) return;
    this.#synced = this.#written;
    this.#isSyncing = true;
    void this.#part.handle
      .datasync()
      .catch(() => {})
      .finally(() => {
        this.#isSyncing = false;
      });
  }

  /** The whole content, and how it may be used, on the disk. */
  async #settle(): Promise<void> {
    const { handle } = this.#part;
    // Disks without modes refuse.
    await handle.chmod(LANDED_MODE & ~process.umask()).catch(() => {});
    await handle.sync();
    const own = await handle.stat({ bigint: true });
    const named = await lstat(this.#part.path, { bigint: true });
    await handle.close();
    const isOurs = own.ino === named.ino && own.dev === named.dev;
    if (isOurs && own.size === BigInt(this.#options.size)) return;
    throw new Error('another process has changed it');
  }
}

/** Opens, and reads, what an earlier landing has left; or makes an empty file. Rejects with the system's error, too. */
async function openPart(path: string, options: LandingOptions, disk: Disk): Promise<Part> {
  const handle = await openOwnFile(path, options.size, disk);
  try {
    const keptBytes = await cutToChunks(handle, options.size);
    await checkRoom(options.folder, options.size - keptBytes, disk.statfs);
    const digest = createHash('sha256');
    for await (const piece of readPieces(handle, { from: 0, to: keptBytes }, options.signal))
      digest.update(piece);
    return { path, handle, digest, keptBytes };
  } catch (error) {
    const isEmpty = (await handle.stat().catch(() => null))?.size === 0;
    await handle.close().catch(() => {});
    if (isEmpty) await unlink(path).catch(() => {});
    throw error;
  }
}

async function openOwnFile(path: string, size: number, disk: Disk): Promise<FileHandle> {
  try {
    return await disk.open(path, CREATE_FLAGS, PART_MODE);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  const handle = await disk.open(path, RESUME_FLAGS);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw notOurs('not-a-file', path);
    if (isForeign(stat.uid)) throw notOurs('no-permission', path);
    if (stat.nlink === 1 || stat.size === size) return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
  // It bears another name, too, and is somebody's: it is not written to.
  await handle.close();
  await unlink(path);
  return await disk.open(path, CREATE_FLAGS, PART_MODE);
}

function notOurs(code: 'not-a-file' | 'no-permission', path: string): StorageError {
  const message =
    code === 'not-a-file'
      ? phrase`${path} is not a plain file; move it away`
      : phrase`${path} belongs to another user; check who put it there`;
  return new StorageError(code, message, { path });
}

/** Leaves of the file what is whole chunks of a content of `size` bytes; returns how many bytes. */
async function cutToChunks(handle: FileHandle, size: number): Promise<number> {
  const { size: there } = await handle.stat();
  if (there === size) return size;
  const kept = there > size ? 0 : there - (there % CHUNK_BYTES);
  if (kept !== there) await handle.truncate(kept);
  return kept;
}
