// One file that the relay keeps: what of it is there, and who is to be told when that changes.
import type { FileId } from '../protocol/ids.ts';
import { SEALED_CHUNK_BYTES } from '../protocol/limits.ts';
import type { CommitOutcome, Write } from './committer.ts';
import type { FileRow, FilesTable } from './files-table.ts';
import { FILE_OVERHEAD_BYTES } from './limits.ts';
import type { Load } from './shares.ts';

/** Who reads a kept file. */
export interface FileReader {
  /** There is more of it. */
  grew(): void;
  /** The relay keeps it no longer. */
  dropped(): void;
}

/** Who writes it. */
export interface FileWriter {
  /** Resolves when nothing more is written. */
  stop(): Promise<void>;
  /** The relay keeps it no longer. */
  dropped(): void;
}

/** As a Write, its row as it is then, or none where it was dropped. */
export class KeptFile implements Write {
  readonly id: FileId;
  readonly sender: Uint8Array;
  readonly source: Uint8Array;
  readonly chunks: number;
  readonly readers = new Set<FileReader>();
  writer: FileWriter | null = null;
  /** Chunks that can be read. */
  written: number;
  synced: number;
  touchedMs: number;
  expiresMs: number;
  isDropped = false;
  readonly #table: FilesTable;
  /** Whether another file has its name by now. */
  readonly #hasHeir: () => boolean;

  constructor(row: FileRow, table: FilesTable, hasHeir: () => boolean) {
    this.id = row.id;
    this.sender = row.sender;
    this.source = row.source;
    this.chunks = row.chunks;
    this.written = this.synced = row.synced;
    this.touchedMs = row.touchedMs;
    this.expiresMs = row.expiresMs;
    this.#table = table;
    this.#hasHeir = hasHeir;
  }

  get isComplete(): boolean {
    return this.synced === this.chunks;
  }

  /** All of it is counted from the start. */
  get load(): Load {
    return loadOf(this.chunks);
  }

  /** Of that, what the disk does not hold yet. */
  get unwrittenBytes(): number {
    return (this.chunks - this.written) * SEALED_CHUNK_BYTES;
  }

  grewTo(written: number, nowMs: number): void {
    this.written = written;
    this.touchedMs = nowMs;
    for (const reader of [...this.readers]) reader.grew();
  }

  apply(): void {
    if (!this.isDropped) this.#table.put(this);
    else if (!this.#hasHeir()) this.#table.remove(this.id);
  }

  finished(_outcome: CommitOutcome): void {
    // Whoever waits for it wraps it in a Write of their own.
  }
}

/** What a file of so many chunks counts for. */
export function loadOf(chunks: number): Load {
  return { blobs: 1, bytes: chunks * SEALED_CHUNK_BYTES + FILE_OVERHEAD_BYTES };
}
