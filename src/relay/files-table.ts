// The rows of kept files: whose each is and how much of it is on disk. Decides nothing; knows no content.
import { FileId, idBytes } from '../protocol/ids.ts';
import type { Database, Statement } from '../storage/database.ts';
import { DamagedRows } from './damaged-rows.ts';
import { idFrom } from './relay-database.ts';
import { ORIGIN_BYTES, type Origin } from './shares.ts';

/** Times are the shelf clock's. */
export interface FileRow extends Origin {
  readonly id: FileId;
  readonly chunks: number;
  /** Chunks that a power cut leaves there. */
  readonly synced: number;
  /** When something of it came last. */
  readonly touchedMs: number;
  readonly expiresMs: number;
}

/** Everything throws StorageError. */
export class FilesTable {
  readonly #all: Statement;
  readonly #put: Statement;
  readonly #remove: Statement;
  readonly #damaged = new DamagedRows<FileId>();

  constructor(database: Database) {
    this.#all = database.prepare('SELECT * FROM files ORDER BY touched_ms');
    this.#put = database.prepare('INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#remove = database.prepare('DELETE FROM files WHERE file = ?');
  }

  /** Who was touched longest ago first; without what is damaged. */
  *all(): Generator<FileRow> {
    for (const row of this.#all.iterate()) {
      const id = idFrom(row.file, FileId);
      const { sender, source, chunks, synced, touched_ms, expires_ms } = row;
      const [touchedMs, expiresMs] = [touched_ms, expires_ms];
      if (id === null || !isOrigin(sender) || !isOrigin(source)) continue;
      if (typeof touchedMs !== 'number' || typeof expiresMs !== 'number') continue;
      if (typeof chunks !== 'number' || typeof synced !== 'number') continue;
      if (chunks < 1 || synced < 0 || synced > chunks) continue;
      yield { id, sender, source, chunks, synced, touchedMs, expiresMs };
    }
  }

  put({ id, sender, source, chunks, synced, touchedMs, expiresMs }: FileRow): void {
    this.#put.run(idBytes(id), sender, source, chunks, synced, touchedMs, expiresMs);
  }

  remove(id: FileId): void {
    if (this.#damaged.has(id)) return;
    this.#damaged.change(id, () => this.#remove.run(idBytes(id)));
  }
}

function isOrigin(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length === ORIGIN_BYTES;
}
