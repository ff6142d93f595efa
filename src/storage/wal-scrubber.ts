// Empties a database's WAL, so that what was deleted or replaced doesn't linger in it. Knows no tables.
import type { Database, Statement } from './database.ts';
import { StorageError } from './storage-error.ts';

/** Values that were replaced, spent keys among them, stay in the WAL no longer than this. */
const SCRUB_DELAY_MS = 60_000;

/** Owns its timer until `close`. Closing the database empties the WAL as well. */
export class WalScrubber {
  readonly #checkpoint: Statement;
  #timer: NodeJS.Timeout | null = null;

  constructor(database: Database) {
    this.#checkpoint = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** Moves the WAL into the database, which has zeros where something was deleted, and empties it. */
  scrub(): void {
    this.close();
    try {
      if (this.#checkpoint.get()?.busy !== 0) this.scrubSoon();
    } catch (error) {
      // What was to be done is done and durable; the disk has no room now for this.
      if (!(error instanceof StorageError)) throw error;
      this.scrubSoon();
    }
  }

  /** Within a minute, once for all that is replaced until then. */
  scrubSoon(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => this.scrub(), SCRUB_DELAY_MS);
    this.#timer.unref();
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
