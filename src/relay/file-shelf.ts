// Every file that the relay keeps: who may have it keep how much, and for how long. Speaks to no connection.
import { FileId } from '../protocol/ids.ts';
import { SEALED_CHUNK_BYTES } from '../protocol/limits.ts';
import type { Database } from '../storage/database.ts';
import { FileFolder } from '../storage/file-folder.ts';
import { explainErrno, StorageError } from '../storage/storage-error.ts';
import { type Carrier, carrierLabel } from './carriers.ts';
import type { CommitOutcome, Committer } from './committer.ts';
import type { EventLog } from './events.ts';
import { shareThatYields } from './fairness.ts';
import { type FileRow, FilesTable } from './files-table.ts';
import { KeptFile, loadOf } from './kept-file.ts';
import type { RelayLimits } from './limits.ts';
import { readOr } from './relay-database.ts';
import { type Measure, negative, type Origin, type Share, Shares } from './shares.ts';
import type { ShelfClock } from './shelf-clock.ts';

/** Where files are kept, and how much of it may be used; 0 keeps none. */
export interface FileSpace {
  readonly folder: string;
  readonly bytes: number;
}

export interface FileShelfContext {
  readonly database: Database;
  readonly committer: Committer;
  readonly events: EventLog;
  readonly limits: RelayLimits;
  readonly shelf: ShelfClock;
}

/** What somebody wants kept. */
export interface KeepRequest extends Origin {
  readonly id: FileId;
  readonly chunks: number;
  readonly ttlMs: number;
}

/** `fork`: a file of that name is here, and has another number of chunks. */
type KeepRefusal = 'fork' | 'quota' | 'storage' | 'internal';

/** Owns the folder. Without one, keeps nothing. */
export class FileShelf {
  readonly #context: FileShelfContext;
  readonly #table: FilesTable;
  readonly #bytes: number;
  /** The one kept longest first. */
  readonly #files = new Map<FileId, KeptFile>();
  readonly #shares: Shares;
  /** Contents that are about to go. */
  readonly #going = new Map<FileId, Promise<void>>();
  #folder: FileFolder | null = null;
  #isClosed = false;

  constructor(context: FileShelfContext, bytes: number) {
    this.#context = context;
    this.#bytes = bytes;
    this.#table = new FilesTable(context.database);
    this.#shares = new Shares(measureOf(bytes * context.limits.filesFloorPart));
  }

  get limits(): RelayLimits {
    return this.#context.limits;
  }

  /** Takes up what the last run left, and removes what no row or no file belongs to. Throws StorageError. */
  async start(path: string): Promise<void> {
    const folder = await FileFolder.open(path);
    this.#folder = folder;
    const rows = readOr(this.#context.events, null, () => [...this.#table.all()]);
    // What belongs to a row that can't be read is left alone.
    if (rows === null) return;
    for (const row of rows) {
      const file = this.#add(row);
      const isThere = (await folder.sizeOf(row.id)) >= row.synced * SEALED_CHUNK_BYTES;
      if (!isThere || this.#bytes === 0) this.drop(file);
    }
    for (const name of await folder.names()) {
      const id = FileId.parse(name);
      if (id !== null && !this.#files.has(id)) await folder.remove(name);
    }
  }

  find(id: FileId): KeptFile | null {
    const file = this.#files.get(id);
    if (file === undefined || this.nowMs() < file.expiresMs) return file ?? null;
    this.drop(file);
    return null;
  }

  get folder(): FileFolder {
    if (this.#folder === null) throw new Error('no folder for files');
    return this.#folder;
  }

  nowMs(): number {
    return this.#context.shelf.nowMs();
  }

  /** The file, new or known, with its row on disk; what is there already stays. */
  async keep(request: KeepRequest): Promise<KeptFile | KeepRefusal> {
    const known = this.find(request.id);
    if (known !== null) return this.#keepOn(known, request);
    if (this.#folder === null) return 'quota';
    const { freeBytes } = await this.#folder.space();
    // Somebody may have begun it meanwhile.
    await this.#going.get(request.id);
    const begun = this.#files.get(request.id);
    if (begun !== undefined) return this.#keepOn(begun, request);
    const lacking = this.#makeRoom(request, loadOf(request.chunks).bytes, freeBytes);
    if (lacking === 'storage') return this.failed(diskFull(this.#folder.path));
    if (lacking !== null) return lacking;
    const nowMs = this.nowMs();
    const times = { touchedMs: nowMs, expiresMs: this.#expiry(request) };
    const file = this.#add({ ...request, ...times, synced: 0 });
    const outcome = await this.#commit(file);
    if (outcome === 'stored') return file;
    this.drop(file);
    return outcome;
  }

  /** Its chunks are on the disk; resolves when its row says so. */
  async noteSynced(file: KeptFile, synced: number): Promise<CommitOutcome> {
    file.synced = Math.max(file.synced, synced);
    if (this.#isClosed) return 'internal';
    if (file.isComplete) return this.#commit(file);
    this.#context.committer.lazy(file);
    return 'stored';
  }

  /** Forgets it: those who read it are told, and who writes it stops. Resolves when no row says that it is here. */
  async drop(file: KeptFile): Promise<CommitOutcome> {
    if (file.isDropped) return 'stored';
    file.isDropped = true;
    this.#files.delete(file.id);
    this.#shares.add(file, negative(file.load));
    for (const reader of [...file.readers]) reader.dropped();
    file.writer?.dropped();
    const going = this.#removeContent(file).finally(() => this.#going.delete(file.id));
    this.#going.set(file.id, going);
    return this.#commit(file);
  }

  /** Drops what is too old. */
  sweep(): void {
    const nowMs = this.nowMs();
    for (const file of [...this.#files.values()]) {
      const idleMs = file.isComplete ? 0 : nowMs - file.touchedMs;
      if (nowMs >= file.expiresMs || idleMs >= this.limits.unfinishedFileAgeMs) this.drop(file);
    }
  }

  /** The disk refused. */
  failed(error: unknown): 'storage' | 'internal' {
    const { events } = this.#context;
    if (error instanceof StorageError) {
      events.filesFailed(error);
      return 'storage';
    }
    events.emit({ type: 'fault', error });
    return 'internal';
  }

  /** All of a file is here, or all of it was taken from here. */
  done(did: 'kept' | 'taken', file: KeptFile, carrier: Carrier): void {
    const { events } = this.#context;
    if (did === 'kept') events.filesWork();
    events.emit({ type: did, file: file.id, chunks: file.chunks, ...carrierLabel(carrier) });
  }

  /** What is written by now is written out, so that it goes on from there. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#files.values(), (file) => file.writer?.stop()));
    await Promise.all(this.#going.values());
    this.#isClosed = true;
  }

  #add(row: FileRow): KeptFile {
    const file = new KeptFile(row, this.#table, () => this.#files.has(row.id));
    this.#files.set(row.id, file);
    this.#shares.add(row, file.load);
    return file;
  }

  #expiry({ ttlMs }: KeepRequest): number {
    return this.nowMs() + Math.min(ttlMs, this.limits.fileAgeMs);
  }

  async #keepOn(file: KeptFile, request: KeepRequest): Promise<KeptFile | KeepRefusal> {
    if (file.chunks !== request.chunks) return 'fork';
    file.expiresMs = Math.max(file.expiresMs, this.#expiry(request));
    file.touchedMs = this.nowMs();
    const outcome = await this.#commit(file);
    return outcome === 'stored' ? file : outcome;
  }

  /** What there is too little of, where it is refused; null: there is room. Who was only promised the disk gives way as who has it. */
  #makeRoom(origin: Origin, bytes: number, freeBytes: number): 'quota' | 'storage' | null {
    const { files, filesPartAPerson, diskLeftBytes } = this.limits;
    const own = this.#shares.ofSender(origin).bytes;
    if (own + bytes > this.#bytes * filesPartAPerson) return 'quota';
    let goingBytes = 0;
    const lacking = (): 'quota' | 'storage' | null => {
      const { load } = this.#shares;
      if (load.bytes + bytes > this.#bytes || load.blobs >= files) return 'quota';
      const leftBytes = freeBytes + goingBytes - this.#promisedBytes() - bytes;
      return leftBytes < diskLeftBytes ? 'storage' : null;
    };
    for (let lacks = lacking(); lacks !== null; lacks = lacking()) {
      const share = shareThatYields(this.#shares, origin, { blobs: 1, bytes });
      const oldest = share && this.#oldestOf(share);
      if (oldest === null) return lacks;
      goingBytes += oldest.written * SEALED_CHUNK_BYTES;
      this.drop(oldest);
    }
    return null;
  }

  #oldestOf({ sender, source }: Share): KeptFile | null {
    const is = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
    for (const file of this.#files.values()) {
      if (is(file.sender, sender) && is(file.source, source)) return file;
    }
    return null;
  }

  /** What is still to be written of what others were let begin. */
  #promisedBytes(): number {
    let bytes = 0;
    for (const file of this.#files.values()) bytes += file.unwrittenBytes;
    return bytes;
  }

  async #removeContent(file: KeptFile): Promise<void> {
    try {
      await file.writer?.stop();
      await this.#folder?.remove(file.id);
    } catch (error) {
      this.failed(error);
    }
  }

  #commit(file: KeptFile): Promise<CommitOutcome> {
    return new Promise((resolve) => {
      const write = { apply: () => file.apply(), finished: resolve };
      this.#context.committer.urgent(write, 0);
    });
  }
}

function measureOf(floorBytes: number): Measure {
  return { weight: ({ bytes }) => bytes, isSmall: ({ bytes }) => bytes <= floorBytes };
}

/** As the disk would say it, a little earlier. */
function diskFull(path: string): StorageError {
  return new StorageError(...explainErrno('ENOSPC', path, 'writing'), { path });
}
