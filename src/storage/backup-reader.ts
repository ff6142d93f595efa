// Reads a backup back: checks all of it and holds little of it. Hostile bytes are the rule; decides nothing.
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { identityFromSeed } from '../crypto/identity.ts';
import { OpeningStream, STREAM_HEADER_BYTES } from '../crypto/sealed-stream.ts';
import { ready, wipe } from '../crypto/sodium.ts';
import { phrase } from '../language/translate.ts';
import { ByteReader } from '../protocol/bytes.ts';
import { errnoOf, ProtocolError, UsageError } from '../protocol/errors.ts';
import {
  damagedBackup,
  decodePreamble,
  LENGTH_BYTES,
  MAX_CHUNK_BYTES,
  MIN_CHUNK_BYTES,
  PREAMBLE_BYTES,
} from './backup-file.ts';
import {
  type BackupHead,
  type BackupPart,
  type BackupRecord,
  decodeBackupRecord,
  partOf,
} from './backup-record.ts';
import { keyFromPassphrase, type ScryptParameters } from './passphrase-key.ts';
import { StorageError, storageErrorFrom } from './storage-error.ts';

interface Beginning {
  readonly preamble: Uint8Array;
  readonly scrypt: ScryptParameters;
  readonly streamHeader: Uint8Array;
  readonly firstChunk: Uint8Array;
}

/** A backup that nobody has given the passphrase of yet. Owns the file until `close`. */
export class SealedBackup {
  readonly #file: ChunkFile;
  readonly #beginning: Beginning;

  /** Throws UsageError (`no-file`, `not-a-backup`), StorageError (`not-a-file`, `too-new`, `corrupt`, …). */
  static async open(path: string): Promise<SealedBackup> {
    const file = await ChunkFile.open(path);
    try {
      const preamble = await file.read(PREAMBLE_BYTES);
      const scrypt = decodePreamble(preamble, path);
      const streamHeader = await file.read(STREAM_HEADER_BYTES);
      if (streamHeader.length < STREAM_HEADER_BYTES) throw damagedBackup(path);
      const firstChunk = await file.chunk();
      return new SealedBackup(file, { preamble, scrypt, streamHeader, firstChunk });
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  private constructor(file: ChunkFile, beginning: Beginning) {
    this.#file = file;
    this.#beginning = beginning;
  }

  /**
   * Null where this isn't the passphrase, or the beginning is damaged: nobody can tell which. It takes half a
   * second, and can be tried again. Throws StorageError `corrupt`.
   */
  async unlock(passphrase: string): Promise<OpenedBackup | null> {
    await ready();
    const { preamble, scrypt, streamHeader, firstChunk } = this.#beginning;
    const key = await keyFromPassphrase(passphrase, scrypt);
    const stream = new OpeningStream(key, streamHeader, preamble);
    wipe(key);
    const first = stream.pull(firstChunk);
    if (first === null) return null;
    const record = recordIn(first, this.#file.path);
    if (record.type !== 'head' || !isConsistent(record.head)) throw damagedBackup(this.#file.path);
    return new OpenedBackup(this.#file, stream, record.head);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** A backup whose beginning has been checked. */
export class OpenedBackup {
  /** Its seed is the caller's to wipe. */
  readonly head: BackupHead;
  readonly #file: ChunkFile;
  readonly #stream: OpeningStream;

  constructor(file: ChunkFile, stream: OpeningStream, head: BackupHead) {
    this.#file = file;
    this.#stream = stream;
    this.head = head;
  }

  /**
   * The rest, in order, one record in memory at a time. Nothing of it counts until it has ended: only then is it
   * known to be whole. Call once. Throws StorageError `corrupt`, or why the disk can't be read.
   */
  async *parts(): AsyncGenerator<BackupPart> {
    const { path } = this.#file;
    const counts = { pins: 0, relays: 0, messages: 0 };
    for (;;) {
      const opened = this.#stream.pull(await this.#file.chunk());
      if (opened === null) throw damagedBackup(path);
      const record = recordIn(opened, path);
      if (record.type === 'head') throw damagedBackup(path);
      if (record.type === 'end') {
        const { pins, relays, messages } = record.counts;
        const isWhole =
          pins === counts.pins && relays === counts.relays && messages === counts.messages;
        if (!isWhole || (await this.#file.read(1)).length > 0) throw damagedBackup(path);
        return;
      }
      const { type, items } = record;
      counts[type] += items.length;
      yield decoded(() => partOf(type, items), path);
    }
  }
}

/** The record of one chunk. The last chunk holds the end, and no other does. */
function recordIn(opened: { plain: Uint8Array; isLast: boolean }, path: string): BackupRecord {
  const record = decoded(() => decodeBackupRecord(opened.plain), path);
  wipe(opened.plain);
  if ((record.type === 'end') !== opened.isLast) throw damagedBackup(path);
  return record;
}

function decoded<T>(decode: () => T, path: string): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof ProtocolError) throw damagedBackup(path);
    throw error;
  }
}

/** A seed that belongs to another ID would make this profile somebody else. */
function isConsistent({ id, seed }: BackupHead): boolean {
  const keys = identityFromSeed(seed);
  wipe(keys.signSecret, keys.dhSecret);
  return keys.id === id;
}

/** Reads a file from its beginning to its end, in pieces of known size. */
class ChunkFile {
  readonly path: string;
  readonly #handle: FileHandle;

  static async open(path: string): Promise<ChunkFile> {
    try {
      // Never waits for a pipe's writer.
      const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
      if ((await handle.stat()).isFile()) return new ChunkFile(path, handle);
      await handle.close();
    } catch (cause) {
      if (errnoOf(cause) !== 'ENOENT') throw storageErrorFrom(cause, path, 'reading');
      throw new UsageError('no-file', phrase`there is no file ${path}; check its name`);
    }
    throw new StorageError('not-a-file', phrase`${path} is not a plain file; name a backup`, {
      path,
    });
  }

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** The next chunk, sealed. Nothing is made room for that a chunk of ours wouldn't need. */
  async chunk(): Promise<Uint8Array> {
    const length = await this.read(LENGTH_BYTES);
    const sizeBytes = length.length < LENGTH_BYTES ? 0 : new ByteReader(length).u32();
    const isOurs = sizeBytes >= MIN_CHUNK_BYTES && sizeBytes <= MAX_CHUNK_BYTES;
    const sealed = isOurs ? await this.read(sizeBytes) : new Uint8Array();
    if (!isOurs || sealed.length < sizeBytes) throw damagedBackup(this.path);
    return sealed;
  }

  /** The next `sizeBytes` bytes; fewer only where the file ends. */
  async read(sizeBytes: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(sizeBytes);
    let filled = 0;
    try {
      while (filled < sizeBytes) {
        const { bytesRead } = await this.#handle.read(bytes, filled, sizeBytes - filled, null);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
    } catch (cause) {
      throw storageErrorFrom(cause, this.path, 'reading');
    }
    return bytes.subarray(0, filled);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
