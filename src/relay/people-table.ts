// The rows of people who were here: newest card and bundle of each. Checks no signature.
import { idBytes, PeerId, PeerPrefix, peerPrefix } from '../protocol/ids.ts';
import type { Database, Statement } from '../storage/database.ts';
import type { Row } from '../storage/sqlite.ts';
import { DamagedRows } from './damaged-rows.ts';
import { bytesOf, idFrom, numberOf } from './relay-database.ts';

export interface StoredPerson {
  readonly id: PeerId;
  /** 16 bytes that stand for the address they came from last, see `sourceHash`. */
  readonly source: Uint8Array;
  readonly card: Uint8Array;
  readonly bundle: Uint8Array | null;
}

/** Everything throws StorageError. */
export class PeopleTable {
  readonly #get: Statement;
  readonly #has: Statement;
  readonly #put: Statement;
  readonly #see: Statement;
  readonly #remove: Statement;
  readonly #count: Statement;
  readonly #absentSince: Statement;
  readonly #mostCrowded: Statement;
  readonly #damaged = new DamagedRows<PeerPrefix>();

  constructor(database: Database) {
    this.#get = database.prepare('SELECT id, source, card, bundle FROM people WHERE prefix = ?');
    this.#has = database.prepare('SELECT 1 FROM people WHERE prefix = ?');
    this.#put = database.prepare(`INSERT INTO people VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6)
      ON CONFLICT (prefix) DO UPDATE SET
        id = ?2, source = ?3, seen_ms = ?4, card = ?5, bundle = ?6`);
    this.#see = database.prepare('UPDATE people SET source = ?, seen_ms = ? WHERE prefix = ?');
    this.#remove = database.prepare('DELETE FROM people WHERE prefix = ?');
    this.#count = database.prepare('SELECT count(*) AS people FROM people');
    // Without their bundle, mail that waits for them could not be followed by more.
    const hasMail = 'EXISTS (SELECT 1 FROM mail INDEXED BY mail_box WHERE recipient = prefix)';
    this.#absentSince = database.prepare(
      `SELECT prefix FROM people WHERE seen_ms <= ? AND NOT ${hasMail} ORDER BY seen_ms LIMIT ?`,
    );
    this.#mostCrowded = database.prepare(`
      WITH person AS MATERIALIZED
        (SELECT prefix, source, since_ms, seen_ms, ${hasMail} AS has_mail FROM people)
      SELECT prefix FROM person ORDER BY
        row_number() OVER (PARTITION BY source ORDER BY seen_ms <= ?1, since_ms, seen_ms DESC) DESC,
        has_mail, seen_ms
      LIMIT ?2`);
  }

  /** Null where there is none, or its row is damaged. */
  get(prefix: PeerPrefix): StoredPerson | null {
    const row = this.#get.get(idBytes(prefix));
    const id = idFrom(row?.id, PeerId);
    if (row === undefined || id === null) return null;
    const bundle = row.bundle === null ? null : bytesOf(row, 'bundle');
    return { id, source: bytesOf(row, 'source'), card: bytesOf(row, 'card'), bundle };
  }

  has(prefix: PeerPrefix): boolean {
    return this.#has.get(idBytes(prefix)) !== undefined;
  }

  put({ id, source, card, bundle }: StoredPerson, seenMs: number): void {
    const prefix = peerPrefix(id);
    this.#change(prefix, () =>
      this.#put.run(idBytes(prefix), idBytes(id), source, seenMs, card, bundle),
    );
  }

  /** Only when they were here last: their card and bundle are as they were. False where there is no such row. */
  see({ id, source }: Pick<StoredPerson, 'id' | 'source'>, seenMs: number): boolean {
    const prefix = peerPrefix(id);
    const seen = this.#change(prefix, () => this.#see.run(source, seenMs, idBytes(prefix)));
    return seen === null || seen.changes > 0;
  }

  remove(prefix: PeerPrefix): void {
    this.#change(prefix, () => this.#remove.run(idBytes(prefix)));
  }

  count(): number {
    const row = this.#count.get();
    return row === undefined ? 0 : numberOf(row, 'people');
  }

  /** Those without mail who were not here since. */
  absentSince(shelfMs: number, limit: number): PeerPrefix[] {
    return this.#absentSince.all(shelfMs, limit).flatMap(prefixOf);
  }

  /**
   * Fair: first those from where the most came; of each place those who were not here since `shelfMs`, then the
   * newest. So a crowd of made-up people pushes out itself, and none of those who come and go beside it.
   */
  mostCrowded(shelfMs: number, limit: number): PeerPrefix[] {
    return this.#mostCrowded.all(shelfMs, limit).flatMap(prefixOf);
  }

  /** Null where the row is damaged, and is left as it is. */
  #change<T>(prefix: PeerPrefix, change: () => T): T | null {
    return this.#damaged.has(prefix) ? null : this.#damaged.change(prefix, change);
  }
}

function prefixOf(row: Row): PeerPrefix[] {
  const prefix = idFrom(row.prefix, PeerPrefix);
  return prefix === null ? [] : [prefix];
}
