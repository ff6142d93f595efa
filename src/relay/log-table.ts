// The rows of all room logs: what was said in each topic, by turns and senders. Decides nothing.
import { idBytes, TopicId } from '../protocol/ids.ts';
import type { Database, Statement } from '../storage/database.ts';
import type { Row } from '../storage/sqlite.ts';
import { DamagedRows } from './damaged-rows.ts';
import { LOG_SEGMENT_BYTES, ROW_OVERHEAD_BYTES, SWEEP_ROWS } from './limits.ts';
import { bytesOf, idFrom, numberOf } from './relay-database.ts';
import type { PlacedLoad } from './share-ledger.ts';
import type { Origin } from './shares.ts';

/** What one sender said in one turn, or a part of it. */
export interface LogSegment extends Origin {
  readonly topic: TopicId;
  /** The number of its last blob. */
  readonly last: bigint;
  /** How long the longest-lived of its blobs may be kept. */
  readonly ttlMs: number;
  /** One mark a frame, see `log-marks.ts`. */
  readonly marks: Uint8Array;
  /** DELIVER frames. */
  readonly frames: Uint8Array;
}

/** As it was stored, or damaged. */
export interface LogRow {
  readonly storedMs: number;
  readonly sender: Uint8Array;
  readonly marks: Uint8Array;
  readonly frames: Uint8Array;
}

/** A segment is one frame longer than its bound at most; a damaged size must not pass for a full log. */
const SIZE = `max(${ROW_OVERHEAD_BYTES}, min(${4 * LOG_SEGMENT_BYTES}, ifnull(size, 0)))`;
const REMOVED = `RETURNING topic, source, sender, 1 AS blobs, ${SIZE} AS bytes`;

/** Everything throws StorageError. */
export class LogTable {
  readonly #insert: Statement;
  readonly #next: Statement;
  readonly #row: Statement;
  readonly #newest: Statement;
  readonly #ofShare: Statement;
  readonly #from: Statement;
  readonly #expired: Statement;
  readonly #remove: Statement;
  readonly #loads: Statement;
  readonly #loadsOf: Statement;
  readonly #damaged = new DamagedRows<number>();

  constructor(database: Database) {
    const topic = 'FROM log INDEXED BY log_topic WHERE topic = ?';
    const load = `topic, source, sender, count(*) AS blobs, sum(${SIZE}) AS bytes`;
    const shares = 'FROM log INDEXED BY log_share';
    const each = 'GROUP BY topic, source, sender';
    this.#insert = database.prepare('INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#next = database.prepare(
      `SELECT rowid, CAST(last AS TEXT) AS number ${topic} AND last > ? ORDER BY last LIMIT 1`,
    );
    this.#row = database.prepare(
      'SELECT stored_ms, sender, marks, frames FROM log WHERE rowid = ?',
    );
    this.#newest = database.prepare(`SELECT marks ${topic} ORDER BY last DESC LIMIT ?`);
    this.#ofShare = database.prepare(
      `SELECT rowid ${shares} WHERE topic = ? AND source = ? AND sender = ? ORDER BY last`,
    );
    this.#from = database.prepare(
      'SELECT rowid FROM log INDEXED BY log_source WHERE source = ? AND sender = ? ORDER BY rowid',
    );
    this.#expired = database.prepare(
      'SELECT rowid FROM log WHERE expires_ms <= ? ORDER BY expires_ms LIMIT ?',
    );
    this.#remove = database.prepare(`DELETE FROM log WHERE rowid = ? ${REMOVED}`);
    this.#loads = database.prepare(`SELECT ${load} ${shares} ${each}`);
    this.#loadsOf = database.prepare(`SELECT ${load} ${shares} WHERE topic = ? ${each}`);
  }

  insert(
    { topic, last, source, sender, marks, frames }: LogSegment,
    row: { readonly sizeBytes: number; readonly storedMs: number; readonly expiresMs: number },
  ): void {
    const { sizeBytes, storedMs, expiresMs } = row;
    const times = [storedMs, expiresMs];
    this.#insert.run(idBytes(topic), last, source, sender, sizeBytes, ...times, marks, frames);
  }

  /** Where the first segment that ends above `cursor` is, and where it ends; null where there is none. */
  next(topic: TopicId, cursor: bigint): { readonly rowid: number; readonly last: bigint } | null {
    const row = this.#next.get(idBytes(topic), cursor);
    if (row === undefined) return null;
    return { rowid: numberOf(row, 'rowid'), last: BigInt(String(row.number)) };
  }

  row(rowid: number): LogRow | null {
    const row = this.#row.get(rowid);
    if (row === undefined) return null;
    const [marks, frames] = [bytesOf(row, 'marks'), bytesOf(row, 'frames')];
    const [storedMs, sender] = [numberOf(row, 'stored_ms'), bytesOf(row, 'sender')];
    return { storedMs, sender, marks, frames };
  }

  /** The marks of the newest segments, the newest first. */
  *newestMarks(topic: TopicId, limit: number): Generator<Uint8Array> {
    for (const row of this.#newest.iterate(idBytes(topic), limit)) yield bytesOf(row, 'marks');
  }

  /** What the oldest segment of this share of a topic counted for; null where there is none. */
  removeOldestOf(topic: TopicId, { source, sender }: Origin): PlacedLoad<TopicId> | null {
    return this.#removeFirst(this.#ofShare.iterate(idBytes(topic), source, sender));
  }

  /** The same in any topic. */
  removeOldestFrom({ source, sender }: Origin): PlacedLoad<TopicId> | null {
    return this.#removeFirst(this.#from.iterate(source, sender));
  }

  hasExpired(shelfMs: number): boolean {
    return this.#damaged.firstWell(this.#expiredBy(shelfMs)) !== undefined;
  }

  /** At most SWEEP_ROWS. */
  removeExpired(shelfMs: number): PlacedLoad<TopicId>[] {
    const removed: PlacedLoad<TopicId>[] = [];
    for (const rowid of [...this.#expiredBy(shelfMs)]) {
      const load = this.#damaged.has(rowid) ? null : this.#removed(rowid);
      if (load !== null) removed.push(load);
    }
    return removed;
  }

  /** What each sender has from each source, in each topic or in one; without what is damaged. */
  *loads(topic?: TopicId): Generator<PlacedLoad<TopicId>> {
    const rows =
      topic === undefined ? this.#loads.iterate() : this.#loadsOf.iterate(idBytes(topic));
    for (const row of rows) {
      const load = loadOf(row);
      if (load !== null) yield load;
    }
  }

  #expiredBy(shelfMs: number): Generator<number> {
    return rowids(this.#expired.iterate(shelfMs, SWEEP_ROWS + this.#damaged.count));
  }

  #removeFirst(rows: Iterable<Row>): PlacedLoad<TopicId> | null {
    const rowid = this.#damaged.firstWell(rowids(rows));
    return rowid === undefined ? null : this.#removed(rowid);
  }

  #removed(rowid: number): PlacedLoad<TopicId> | null {
    const row = this.#damaged.change(rowid, () => this.#remove.get(rowid));
    return row === undefined ? null : loadOf(row);
  }
}

function* rowids(rows: Iterable<Row>): Generator<number> {
  for (const row of rows) yield numberOf(row, 'rowid');
}

/** Null where the row is damaged: nobody counts it. */
function loadOf(row: Row): PlacedLoad<TopicId> | null {
  const place = idFrom(row.topic, TopicId);
  const { source, sender } = row;
  if (place === null || !(source instanceof Uint8Array && sender instanceof Uint8Array))
    return null;
  const load = { blobs: numberOf(row, 'blobs'), bytes: numberOf(row, 'bytes') };
  return { place, source, sender, load };
}
