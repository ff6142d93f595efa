// The rows of all room logs: what each topic's subscribers were sent, turn by turn. Decides nothing.
import { idBytes, TopicId } from '../protocol/ids.ts';
import type { Database, Statement } from '../storage/database.ts';
import type { Row } from '../storage/sqlite.ts';
import { DamagedRows } from './damaged-rows.ts';
import { LOG_SEGMENT_BYTES, ROW_OVERHEAD_BYTES, SWEEP_ROWS } from './limits.ts';
import { bytesOf, idFrom, numberOf } from './relay-database.ts';

/** What went out in one turn, or a part of it. */
export interface LogSegment {
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
  readonly marks: Uint8Array;
  readonly frames: Uint8Array;
}

export interface LogLoad {
  readonly topic: TopicId;
  readonly bytes: number;
}

/** A segment is one frame longer than its bound at most; a damaged size must not pass for a full log. */
const SIZE = `max(${ROW_OVERHEAD_BYTES}, min(${4 * LOG_SEGMENT_BYTES}, ifnull(size, 0)))`;
const REMOVED = `RETURNING topic, ${SIZE} AS bytes`;

/** Everything throws StorageError. */
export class LogTable {
  readonly #insert: Statement;
  readonly #next: Statement;
  readonly #row: Statement;
  readonly #newest: Statement;
  readonly #oldest: Statement;
  readonly #expired: Statement;
  readonly #remove: Statement;
  readonly #loads: Statement;
  readonly #damaged = new DamagedRows<number>();

  constructor(database: Database) {
    const topic = 'FROM log INDEXED BY log_topic WHERE topic = ?';
    this.#insert = database.prepare('INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#next = database.prepare(
      `SELECT rowid, CAST(last AS TEXT) AS number ${topic} AND last > ? ORDER BY last LIMIT 1`,
    );
    this.#row = database.prepare('SELECT stored_ms, marks, frames FROM log WHERE rowid = ?');
    this.#newest = database.prepare(`SELECT marks ${topic} ORDER BY last DESC LIMIT ?`);
    this.#oldest = database.prepare(`SELECT rowid ${topic} ORDER BY last`);
    this.#expired = database.prepare(
      'SELECT rowid FROM log WHERE expires_ms <= ? ORDER BY expires_ms LIMIT ?',
    );
    this.#remove = database.prepare(`DELETE FROM log WHERE rowid = ? ${REMOVED}`);
    this.#loads = database.prepare(
      `SELECT topic, sum(${SIZE}) AS bytes FROM log INDEXED BY log_topic GROUP BY topic`,
    );
  }

  insert(
    { topic, last, marks, frames }: LogSegment,
    row: { readonly sizeBytes: number; readonly storedMs: number; readonly expiresMs: number },
  ): void {
    const { sizeBytes, storedMs, expiresMs } = row;
    this.#insert.run(idBytes(topic), last, sizeBytes, storedMs, expiresMs, marks, frames);
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
    return { storedMs: numberOf(row, 'stored_ms'), marks, frames };
  }

  /** The marks of the newest segments, the newest first. */
  *newestMarks(topic: TopicId, limit: number): Generator<Uint8Array> {
    for (const row of this.#newest.iterate(idBytes(topic), limit)) yield bytesOf(row, 'marks');
  }

  /** What the oldest segment of a topic counted for; null where there is none. */
  removeOldest(topic: TopicId): LogLoad | null {
    const rowid = this.#damaged.firstWell(rowids(this.#oldest.iterate(idBytes(topic))));
    return rowid === undefined ? null : this.#removed(rowid);
  }

  hasExpired(shelfMs: number): boolean {
    return this.#damaged.firstWell(this.#expiredBy(shelfMs)) !== undefined;
  }

  /** At most SWEEP_ROWS. */
  removeExpired(shelfMs: number): LogLoad[] {
    const removed: LogLoad[] = [];
    for (const rowid of [...this.#expiredBy(shelfMs)]) {
      const load = this.#damaged.has(rowid) ? null : this.#removed(rowid);
      if (load !== null) removed.push(load);
    }
    return removed;
  }

  /** What is in each topic's log; without what is damaged. */
  *loads(): Generator<LogLoad> {
    for (const row of this.#loads.iterate()) {
      const load = loadOf(row);
      if (load !== null) yield load;
    }
  }

  #expiredBy(shelfMs: number): Generator<number> {
    return rowids(this.#expired.iterate(shelfMs, SWEEP_ROWS + this.#damaged.count));
  }

  #removed(rowid: number): LogLoad | null {
    const row = this.#damaged.change(rowid, () => this.#remove.get(rowid));
    return row === undefined ? null : loadOf(row);
  }
}

function* rowids(rows: Iterable<Row>): Generator<number> {
  for (const row of rows) yield numberOf(row, 'rowid');
}

/** Null where the row is damaged: nobody counts it. */
function loadOf(row: Row): LogLoad | null {
  const topic = idFrom(row.topic, TopicId);
  return topic === null ? null : { topic, bytes: numberOf(row, 'bytes') };
}
