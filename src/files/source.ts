// A file of this machine that is sent: what it is when it is offered, and its chunks as long as it is that. Knows no network.
import { createHash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { chunkLength, chunksOf } from '../protocol/file-content.ts';
import { CHUNK_BYTES, MAX_FILE_CHUNKS } from '../protocol/limits.ts';
import { readPieces } from './pieces.ts';
import { changed, notPlain, readFault } from './source-fault.ts';

/** Never waits for a pipe's writer. A symlink is followed: the person named it. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** What a file was when it was offered; kept, it lets the same be sent after a restart without hashing it anew. */
export interface OfferedFile {
  readonly size: number;
  /** Since 1970, as a string of digits: more than a number holds. */
  readonly mtimeNs: string;
  readonly inode: string;
  /** SHA-256 of the content. */
  readonly hash: Uint8Array;
}

export interface SourceOptions {
  /** How many bytes have been hashed, and of how many. */
  readonly onProgress?: (bytes: number, size: number) => void;
  readonly signal?: AbortSignal;
  /** What it must still be; then it is not hashed. */
  readonly offered?: OfferedFile;
}

/** A file that is open to be sent. `close` it. */
export class Source {
  readonly path: string;
  /** As the file system has it: what is sent is made of it by `safeFileName`. */
  readonly name: string;
  readonly offered: OfferedFile;
  readonly #handle: FileHandle;

  constructor(path: string, offered: OfferedFile, handle: FileHandle) {
    this.path = path;
    this.name = basename(path);
    this.offered = offered;
    this.#handle = handle;
  }

  /**
   * The bytes of `count` chunks from `index` on, or of those that there are; the last one isn't padded. Throws RangeError where there is no
   * such chunk, FileError `file-changed`, UsageError `unreadable`.
   */
  async read(index: number, count = 1): Promise<Uint8Array> {
    const { size } = this.offered;
    const last = Math.min(index + count, chunksOf(size)) - 1;
    if (index < 0 || index > last) throw new RangeError('no such chunk');
    const start = index * CHUNK_BYTES;
    const bytes = new Uint8Array(last * CHUNK_BYTES + chunkLength(size, last) - start);
    try {
      let done = 0;
      while (done < bytes.length) {
        const rest = bytes.length - done;
        const { bytesRead } = await this.#handle.read(bytes, done, rest, start + done);
        if (bytesRead === 0) throw changed(this.path);
        done += bytesRead;
      }
      // What was read before this is what it was, or its time is another.
      checkSame(this.path, await this.#handle.stat({ bigint: true }), this.offered);
    } catch (cause) {
      throw readFault(cause, this.path);
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => {});
  }
}

/**
 * Opens a file to be sent, and hashes it. Throws UsageError `not-found`, `not-a-file` (a folder, a device, a pipe), `unreadable`,
 * `file-too-large`; FileError `file-changed`; the signal's reason.
 */
export async function openSource(path: string, options: SourceOptions = {}): Promise<Source> {
  const absolute = resolve(path);
  let handle: FileHandle | null = null;
  try {
    // Before it is opened, which some devices answer with deeds.
    checkKind(path, await stat(absolute, { bigint: true }));
    handle = await open(absolute, FLAGS);
    const facts = await handle.stat({ bigint: true });
    checkKind(path, facts);
    const { offered } = options;
    if (offered !== undefined) checkSame(path, facts, offered);
    const now = offered ?? (await offer(path, { handle, facts }, options));
    return new Source(absolute, now, handle);
  } catch (cause) {
    await handle?.close();
    options.signal?.throwIfAborted();
    throw readFault(cause, path);
  }
}

async function offer(
  path: string,
  { handle, facts }: { handle: FileHandle; facts: BigIntStats },
  { onProgress, signal }: SourceOptions,
): Promise<OfferedFile> {
  const size = Number(facts.size);
  if (size === 0) await checkEmpty(path, handle);
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const piece of readPieces(handle, { from: 0, to: size }, signal)) {
    digest.update(piece);
    bytes += piece.length;
    onProgress?.(bytes, size);
  }
  const offered = {
    ...{ size, hash: new Uint8Array(digest.digest()) },
    ...{ mtimeNs: String(facts.mtimeNs), inode: String(facts.ino) },
  };
  if (bytes !== size) throw changed(path);
  checkSame(path, await handle.stat({ bigint: true }), offered);
  return offered;
}

/** Files that the system makes as they are read say that they have no bytes. */
async function checkEmpty(path: string, handle: FileHandle): Promise<void> {
  const { bytesRead } = await handle.read(new Uint8Array(1), 0, 1, 0);
  if (bytesRead > 0) throw notPlain(path);
}

function checkKind(path: string, facts: BigIntStats): void {
  if (facts.isDirectory()) {
    throw new UsageError('not-a-file', phrase`${path} is a folder, not a file`);
  }
  if (!facts.isFile()) throw notPlain(path);
  if (facts.size > BigInt(MAX_FILE_CHUNKS) * BigInt(CHUNK_BYTES)) {
    throw new UsageError('file-too-large', phrase`${path} is too large to be sent`);
  }
}

function checkSame(path: string, facts: BigIntStats, offered: OfferedFile): void {
  const isSame =
    facts.size === BigInt(offered.size) &&
    String(facts.mtimeNs) === offered.mtimeNs &&
    String(facts.ino) === offered.inode;
  if (!isSame) throw changed(path);
}
