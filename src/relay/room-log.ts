// What was said in each topic, as it went out: for members who were away. Opens no blob; speaks to no connection.
import type { TopicId } from '../protocol/ids.ts';
import type { Database } from '../storage/database.ts';
import type { CommitOutcome, Committer, Write } from './committer.ts';
import { type DeliverPart, deliverParts } from './deliver.ts';
import type { EventLog } from './events.ts';
import { shareThatYields } from './fairness.ts';
import { type RelayLimits, ROW_OVERHEAD_BYTES } from './limits.ts';
import { type LogMark, readMarks } from './log-marks.ts';
import { type LogRow, type LogSegment, LogTable } from './log-table.ts';
import { MAX_INTEGER, readOr, readUndamaged } from './relay-database.ts';
import { type PlacedLoad, ShareLedger } from './share-ledger.ts';
import type { Load, Measure, Origin, Shares } from './shares.ts';
import type { ShelfClock } from './shelf-clock.ts';

const NOBODY = new Uint8Array();

/** A blob of the log. */
export type LoggedPart = DeliverPart & LogMark;

export interface LoggedSegment {
  readonly last: bigint;
  /** Of all of it, see `senderHash`; empty where the row is damaged. */
  readonly sender: Uint8Array;
  readonly frames: Uint8Array;
  /** Those that may still be handed out. */
  readonly parts: readonly LoggedPart[];
}

/** `stored`: durable. `quota`: there is no room for it, and it is not kept. The others are the commit's. */
export type LogOutcome = 'stored' | 'quota' | Exclude<CommitOutcome, 'stored'>;

export interface RoomLogContext {
  readonly database: Database;
  readonly committer: Committer;
  readonly events: EventLog;
  readonly shelf: ShelfClock;
  readonly limits: Pick<RelayLimits, 'logBytes' | 'logBytesInAll' | 'logAgeMs' | 'logFloorBytes'>;
}

/** What can be full: a topic's log, or the disk. */
interface Bounded {
  readonly limitBytes: number;
  readonly shares: () => Shares;
  readonly removeOldest: (of: Origin) => PlacedLoad<TopicId> | null;
}

/**
 * All topics' logs. Where one is full, or all together are, who holds most of it loses their oldest. As a
 * Write, it forgets what is too old.
 */
export class RoomLog implements Write {
  readonly #context: RoomLogContext;
  readonly #table: LogTable;
  readonly #ledger: ShareLedger<TopicId>;
  readonly #all: Bounded;

  constructor(context: RoomLogContext) {
    const { database, limits } = context;
    const table = new LogTable(database);
    const measure = bytesMeasure(limits.logFloorBytes);
    const ledger = new ShareLedger(table, { inPlace: measure, inAll: measure });
    this.#context = context;
    this.#table = table;
    this.#ledger = ledger;
    this.#all = {
      limitBytes: limits.logBytesInAll,
      shares: () => ledger.all,
      removeOldest: (of) => table.removeOldestFrom(of),
    };
  }

  /** Keeps their bytes until `answer` is called, after the commit, with what became of each. */
  store(segments: readonly LogSegment[], answer: (outcomes: readonly LogOutcome[]) => void): void {
    let outcomes: readonly LogOutcome[] = [];
    const write: Write = {
      apply: () => {
        outcomes = segments.map((segment) => this.#append(segment));
      },
      finished: (commit) => {
        this.#count(commit);
        answer(commit === 'stored' ? outcomes : segments.map(() => commit));
      },
    };
    const sizeBytes = segments.reduce((size, { frames }) => size + frames.length, 0);
    this.#context.committer.urgent(write, sizeBytes);
  }

  /** The first segment that ends above `cursor`; null where there is none. Throws StorageError. */
  next(topic: TopicId, cursor: bigint): LoggedSegment | null {
    if (cursor >= MAX_INTEGER) return null;
    const found = this.#table.next(topic, cursor);
    if (found === null) return null;
    const row = readUndamaged(this.#context.events, () => this.#table.row(found.rowid));
    return row === null
      ? { last: found.last, sender: NOBODY, frames: NOBODY, parts: [] }
      : this.#segmentOf(row, found.last);
  }

  /** The tokens of about the newest `limit` blobs, the oldest first; fewer where the disk fails. */
  newestTokens(topic: TopicId, limit: number): Uint8Array[] {
    const tokens: Uint8Array[] = [];
    readOr(this.#context.events, undefined, () => {
      for (const bytes of this.#table.newestMarks(topic, limit)) {
        const marks = readMarks(bytes) ?? [];
        for (const { token } of marks.toReversed()) tokens.push(token);
        if (tokens.length >= limit) return;
      }
    });
    return tokens.reverse();
  }

  /** Has what is too old removed with a later commit. */
  sweep(): void {
    const { events, shelf, committer } = this.#context;
    if (readOr(events, false, () => this.#table.hasExpired(shelf.nowMs()))) committer.lazy(this);
  }

  apply(): void {
    const expired = this.#table.removeExpired(this.#context.shelf.nowMs());
    for (const load of expired) this.#removed(load);
  }

  finished(outcome: CommitOutcome): void {
    this.#count(outcome);
    if (outcome === 'stored') this.sweep();
  }

  #segmentOf(row: LogRow, last: bigint): LoggedSegment {
    const { storedMs, sender, marks: markBytes, frames } = row;
    const parts = deliverParts(frames) ?? [];
    const marks = readMarks(markBytes) ?? [];
    const first = last - BigInt(parts.length) + 1n;
    const isWhole =
      parts.length === marks.length &&
      parts.every(({ rseq }, index) => rseq === first + BigInt(index));
    // Damaged: it costs those who were away these blobs, and nobody else's.
    if (!isWhole) return { last, sender, frames, parts: [] };
    const ageMs = this.#context.shelf.nowMs() - storedMs;
    const logged = parts.flatMap((part, index) => {
      const mark = marks[index];
      return mark === undefined || mark.ttlMs <= ageMs ? [] : [{ ...part, ...mark }];
    });
    return { last, sender, frames, parts: logged };
  }

  #append(segment: LogSegment): 'stored' | 'quota' {
    const { shelf, limits } = this.#context;
    const { topic, marks, frames } = segment;
    const sizeBytes = frames.length + marks.length + ROW_OVERHEAD_BYTES;
    if (!this.#makeRoom(segment, sizeBytes)) return 'quota';
    const storedMs = shelf.nowMs();
    const expiresMs = storedMs + Math.min(segment.ttlMs, limits.logAgeMs);
    this.#table.insert(segment, { sizeBytes, storedMs, expiresMs });
    this.#ledger.add(topic, segment, loadOf(sizeBytes));
    return 'stored';
  }

  /** False where the segment is refused. */
  #makeRoom(segment: LogSegment, sizeBytes: number): boolean {
    const { topic } = segment;
    const inTopic: Bounded = {
      limitBytes: this.#context.limits.logBytes,
      shares: () => this.#ledger.of(topic),
      removeOldest: (of) => this.#table.removeOldestOf(topic, of),
    };
    const excess = ({ shares, limitBytes }: Bounded) =>
      shares().load.bytes + sizeBytes - limitBytes;
    const yielding = (bounded: Bounded) =>
      originThatYields(bounded.shares(), segment, { sizeBytes, excess: excess(bounded) });
    if (excess(this.#all) > 0 && yielding(this.#all) === null) return false;
    for (const bounded of [inTopic, this.#all]) {
      while (excess(bounded) > 0) {
        const origin = yielding(bounded);
        if (origin === null) return false;
        // It had been counted, and is damaged: the log is a bit longer than it may be.
        if (!this.#removed(bounded.removeOldest(origin))) return true;
      }
    }
    return true;
  }

  /** False where there was none. All is then counted again. */
  #removed(removed: PlacedLoad<TopicId> | null): boolean {
    if (removed === null) this.#ledger.forget();
    else this.#ledger.remove(removed.place, removed, removed.load);
    return removed !== null;
  }

  #count(outcome: CommitOutcome): void {
    if (outcome === 'stored') this.#ledger.keep();
    else this.#ledger.undo();
  }
}

/** Where nobody else's yields, who goes on talking loses their own oldest, as far as that is enough. */
function originThatYields(
  shares: Shares,
  origin: Origin,
  { sizeBytes, excess }: { readonly sizeBytes: number; readonly excess: number },
): Origin | null {
  const share = shareThatYields(shares, origin, loadOf(sizeBytes));
  if (share !== null) return share;
  return shares.of(origin).bytes >= excess ? origin : null;
}

function bytesMeasure(floorBytes: number): Measure {
  return { weight: ({ bytes }) => bytes, isSmall: ({ bytes }) => bytes <= floorBytes };
}

/** Of one segment. */
function loadOf(sizeBytes: number): Load {
  return { blobs: 1, bytes: sizeBytes };
}
