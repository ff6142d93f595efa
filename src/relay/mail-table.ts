// The rows of all mailboxes. Decides nothing: who may store and what goes is the mailbox's.
import { idBytes, PeerPrefix } from '../protocol/ids.ts';
import { MAX_FRAME_BYTES } from '../protocol/limits.ts';
import type { Database, Statement } from '../storage/database.ts';
import type { Row } from '../storage/sqlite.ts';
import { DamagedRows } from './damaged-rows.ts';
import { deliverParts } from './deliver.ts';
import { ROW_OVERHEAD_BYTES, SWEEP_ROWS } from './limits.ts';
import { bytesOf, idFrom, numberOf } from './relay-database.ts';
import type { PlacedLoad } from './share-ledger.ts';
import type { Origin } from './shares.ts';

/** Whose a letter is, and for whom. */
export interface Route extends Origin {
  readonly recipient: PeerPrefix;
}

/** A blob that waits for its recipient. */
export interface Letter extends Route {
  /** 16 bytes. */
  readonly token: Uint8Array;
  readonly ttlMs: number;
  /** The DELIVER frame; its number is written when it is stored. */
  readonly frame: Buffer;
}

/** What a row that was removed had been. */
export interface RemovedLetter extends Route {
  readonly token: Uint8Array;
  readonly sizeBytes: number;
}

/** What a row counts for. A damaged size must not pass for a full relay, where others would have to yield. */
const SIZE = `max(${ROW_OVERHEAD_BYTES}, min(${ROW_OVERHEAD_BYTES + MAX_FRAME_BYTES}, ifnull(size, 0)))`;
const NUMBER = 'SELECT CAST(rseq AS TEXT) AS number FROM mail INDEXED BY';
const REMOVE = 'DELETE FROM mail WHERE rseq = ?';

/** Everything throws StorageError. */
export class MailTable {
  readonly #insert: Statement;
  readonly #has: Statement;
  readonly #numbers: Statement;
  readonly #frame: Statement;
  readonly #remove: Statement;
  readonly #removeOf: Statement;
  readonly #ofSender: Statement;
  readonly #from: Statement;
  readonly #expired: Statement;
  readonly #loads: Statement;
  readonly #loadsOf: Statement;
  readonly #damaged = new DamagedRows<bigint>();

  constructor(database: Database) {
    const removed = `RETURNING recipient, sender, source, token, ${SIZE} AS size`;
    const load = `recipient, sender, source, count(*) AS blobs, sum(${SIZE}) AS bytes`;
    const box = 'mail_box WHERE recipient = ?';
    const each = 'GROUP BY recipient, sender, source';
    this.#insert = database.prepare('INSERT INTO mail VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#has = database.prepare(`${NUMBER} ${box} AND sender = ? AND token = ?`);
    this.#numbers = database.prepare(`${NUMBER} ${box} AND rseq > ? ORDER BY rseq`);
    this.#frame = database.prepare('SELECT frame FROM mail WHERE rseq = ?');
    this.#remove = database.prepare(`${REMOVE} ${removed}`);
    this.#removeOf = database.prepare(`${REMOVE} AND recipient = ? ${removed}`);
    this.#ofSender = database.prepare(
      `${NUMBER} ${box} AND sender = ? AND source = ? ORDER BY rseq`,
    );
    this.#from = database.prepare(
      `${NUMBER} mail_source WHERE source = ? AND sender = ? ORDER BY rseq`,
    );
    this.#expired = database.prepare(
      `${NUMBER} mail_expiry WHERE expires_ms <= ? ORDER BY expires_ms LIMIT ?`,
    );
    this.#loads = database.prepare(`SELECT ${load} FROM mail INDEXED BY mail_box ${each}`);
    this.#loadsOf = database.prepare(`SELECT ${load} FROM mail INDEXED BY ${box} ${each}`);
  }

  insert(
    letter: Letter,
    row: { readonly rseq: bigint; readonly sizeBytes: number; readonly expiresMs: number },
  ): void {
    const { recipient, sender, source, token, frame } = letter;
    const { rseq, sizeBytes, expiresMs } = row;
    const route = [idBytes(recipient), sender, source];
    this.#insert.run(rseq, ...route, token, sizeBytes, expiresMs, frame);
  }

  has({ recipient, sender, token }: Omit<Letter, 'source' | 'frame'>): boolean {
    return this.#has.get(idBytes(recipient), sender, token) !== undefined;
  }

  /** The numbers in a mailbox above `after`, which must fit SQLite's integers, in order; no blob is read. */
  numbers(recipient: PeerPrefix, after: bigint): Generator<bigint> {
    return numbersOf(this.#numbers.iterate(idBytes(recipient), after));
  }

  /** The DELIVER frame of this number; null where it is gone or damaged. */
  frame(rseq: bigint): Uint8Array | null {
    const row = this.#frame.get(rseq);
    if (row === undefined) return null;
    const frame = bytesOf(row, 'frame');
    const [part, ...others] = deliverParts(frame) ?? [];
    return part?.rseq === rseq && others.length === 0 ? frame : null;
  }

  /** Null where the recipient has no blob of that number. */
  remove(recipient: PeerPrefix, rseq: bigint): RemovedLetter | null {
    if (this.#damaged.has(rseq)) return null;
    return this.#removed(rseq, () => this.#removeOf.get(rseq, idBytes(recipient)));
  }

  /** Null where there is none of this sender from this source. */
  removeOldestOf({ recipient, sender, source }: Route): RemovedLetter | null {
    return this.#removeFirst(this.#ofSender.iterate(idBytes(recipient), sender, source));
  }

  /** Null where there is none of this sender from this source, in any mailbox. */
  removeOldestFrom({ sender, source }: Origin): RemovedLetter | null {
    return this.#removeFirst(this.#from.iterate(source, sender));
  }

  hasExpired(shelfMs: number): boolean {
    return this.#damaged.firstWell(this.#expiredBy(shelfMs)) !== undefined;
  }

  /** At most SWEEP_ROWS. */
  removeExpired(shelfMs: number): RemovedLetter[] {
    const letters: RemovedLetter[] = [];
    for (const rseq of [...this.#expiredBy(shelfMs)]) {
      if (this.#damaged.has(rseq)) continue;
      const letter = this.#removed(rseq, () => this.#remove.get(rseq));
      if (letter !== null) letters.push(letter);
    }
    return letters;
  }

  /** What each sender has from each source, in each mailbox or in one; without what is damaged. */
  *loads(recipient?: PeerPrefix): Generator<PlacedLoad<PeerPrefix>> {
    const rows =
      recipient === undefined ? this.#loads.iterate() : this.#loadsOf.iterate(idBytes(recipient));
    for (const row of rows) {
      const route = routeOf(row);
      if (route === null) continue;
      const { recipient: place, source, sender } = route;
      const load = { blobs: numberOf(row, 'blobs'), bytes: numberOf(row, 'bytes') };
      yield { place, source, sender, load };
    }
  }

  #expiredBy(shelfMs: number): Generator<bigint> {
    return numbersOf(this.#expired.iterate(shelfMs, SWEEP_ROWS + this.#damaged.count));
  }

  #removeFirst(rows: Iterable<Row>): RemovedLetter | null {
    const rseq = this.#damaged.firstWell(numbersOf(rows));
    return rseq === undefined ? null : this.#removed(rseq, () => this.#remove.get(rseq));
  }

  #removed(rseq: bigint, remove: () => Row | undefined): RemovedLetter | null {
    const row = this.#damaged.change(rseq, remove);
    const route = row === undefined ? null : routeOf(row);
    if (row === undefined || route === null) return null;
    const token = row.token instanceof Uint8Array ? row.token : new Uint8Array();
    return { ...route, token, sizeBytes: numberOf(row, 'size') };
  }
}

/** From their text: numbers of blobs are above 2^53. */
function* numbersOf(rows: Iterable<Row>): Generator<bigint> {
  for (const { number } of rows) yield BigInt(String(number));
}

/** Null where the row is damaged: nobody counts it. */
function routeOf({ recipient, sender, source }: Row): Route | null {
  const to = idFrom(recipient, PeerPrefix);
  const isWhole = sender instanceof Uint8Array && source instanceof Uint8Array;
  return to === null || !isWhole ? null : { recipient: to, sender, source };
}
