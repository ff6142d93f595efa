// What was said in each topic, as it went out: for members who were away. Opens no blob; speaks to no connection.
import type { TopicId } from '../protocol/ids.ts';
import type { Database } from '../storage/database.ts';
import type { CommitOutcome, Committer, Write } from './committer.ts';
import { type DeliverPart, deliverParts } from './deliver.ts';
import type { EventLog } from './events.ts';
import { LOG_SEGMENT_BYTES, type RelayLimits, ROW_OVERHEAD_BYTES } from './limits.ts';
import { type LogMark, readMarks } from './log-marks.ts';
import { type LogLoad, type LogRow, type LogSegment, LogTable } from './log-table.ts';
import { MAX_INTEGER, readOr, readUndamaged } from './relay-database.ts';
import type { ShelfClock } from './shelf-clock.ts';

/** A full log loses this part of it at a time, and no more bytes than these, so that not every message pays. */
const EVICT_PART = 1 / 16;
const EVICT_BYTES = 2 * LOG_SEGMENT_BYTES;
const NO_FRAMES = new Uint8Array();

/** A blob of the log. */
export type LoggedPart = DeliverPart & LogMark;

export interface LoggedSegment {
  readonly last: bigint;
  readonly frames: Uint8Array;
  /** Those that may still be handed out. */
  readonly parts: readonly LoggedPart[];
}

export interface RoomLogContext {
  readonly database: Database;
  readonly committer: Committer;
  readonly events: EventLog;
  readonly shelf: ShelfClock;
  readonly limits: Pick<RelayLimits, 'logBytes' | 'logBytesInAll' | 'logAgeMs'>;
}

/** As a Write, it forgets what is too old. */
export class RoomLog implements Write {
  readonly #context: RoomLogContext;
  readonly #table: LogTable;
  /** Bytes of each topic; counted when first needed, and after a commit that failed. */
  #sizes: Map<TopicId, number> | null = null;
  #bytesInAll = 0;

  constructor(context: RoomLogContext) {
    this.#context = context;
    this.#table = new LogTable(context.database);
  }

  /** Inside a transaction; `undone` where that fails. Makes room by forgetting what is oldest. */
  append(segment: LogSegment): void {
    const { shelf, limits } = this.#context;
    const { topic, marks, frames } = segment;
    const sizeBytes = frames.length + marks.length + ROW_OVERHEAD_BYTES;
    const storedMs = shelf.nowMs();
    const expiresMs = storedMs + Math.min(segment.ttlMs, limits.logAgeMs);
    // Counted first: what is inserted is added to that.
    this.#counted();
    this.#table.insert(segment, { sizeBytes, storedMs, expiresMs });
    this.#add({ topic, bytes: sizeBytes });
    if (this.#sizeOf(topic) > limits.logBytes) this.#evict(topic, limits.logBytes);
    while (this.#bytesInAll > limits.logBytesInAll) {
      const largest = this.#largest();
      if (largest === null || !this.#evict(largest, this.#sizeOf(largest) - 1)) return;
    }
  }

  undone(): void {
    this.#sizes = null;
  }

  /** The first segment that ends above `cursor`; null where there is none. Throws StorageError. */
  next(topic: TopicId, cursor: bigint): LoggedSegment | null {
    if (cursor >= MAX_INTEGER) return null;
    const found = this.#table.next(topic, cursor);
    if (found === null) return null;
    const row = readUndamaged(this.#context.events, () => this.#table.row(found.rowid));
    return row === null
      ? { last: found.last, frames: NO_FRAMES, parts: [] }
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
    for (const { topic, bytes } of this.#table.removeExpired(this.#context.shelf.nowMs())) {
      if (this.#sizes !== null) this.#add({ topic, bytes: -bytes });
    }
  }

  settled(outcome: CommitOutcome): void {
    if (outcome === 'stored') this.sweep();
    else this.undone();
  }

  #segmentOf({ storedMs, marks: markBytes, frames }: LogRow, last: bigint): LoggedSegment {
    const parts = deliverParts(frames) ?? [];
    const marks = readMarks(markBytes) ?? [];
    const first = last - BigInt(parts.length) + 1n;
    const isWhole =
      parts.length === marks.length &&
      parts.every(({ rseq }, index) => rseq === first + BigInt(index));
    // Damaged: it costs those who were away these blobs, and nobody else's.
    if (!isWhole) return { last, frames, parts: [] };
    const ageMs = this.#context.shelf.nowMs() - storedMs;
    const logged = parts.flatMap((part, index) => {
      const mark = marks[index];
      return mark === undefined || mark.ttlMs <= ageMs ? [] : [{ ...part, ...mark }];
    });
    return { last, frames, parts: logged };
  }

  /** Removes the oldest of a topic until at most `limitBytes` are left, and a bit more; false: none was there. */
  #evict(topic: TopicId, limitBytes: number): boolean {
    const goal = limitBytes - Math.min(limitBytes * EVICT_PART, EVICT_BYTES);
    while (this.#sizeOf(topic) > goal) {
      const removed = this.#table.removeOldest(topic);
      if (removed === null) {
        // It had been counted, and is damaged: the log is a bit longer than it may be.
        this.undone();
        return false;
      }
      this.#add({ topic, bytes: -removed.bytes });
    }
    return true;
  }

  #sizeOf(topic: TopicId): number {
    return this.#counted().get(topic) ?? 0;
  }

  #largest(): TopicId | null {
    let largest: TopicId | null = null;
    let most = 0;
    for (const [topic, bytes] of this.#counted()) {
      if (bytes <= most) continue;
      largest = topic;
      most = bytes;
    }
    return largest;
  }

  #add({ topic, bytes }: LogLoad): void {
    const sizes = this.#counted();
    const size = (sizes.get(topic) ?? 0) + bytes;
    this.#bytesInAll += bytes;
    if (size > 0) sizes.set(topic, size);
    else sizes.delete(topic);
  }

  #counted(): Map<TopicId, number> {
    if (this.#sizes !== null) return this.#sizes;
    const sizes = new Map<TopicId, number>();
    this.#bytesInAll = 0;
    for (const { topic, bytes } of this.#table.loads()) {
      sizes.set(topic, bytes);
      this.#bytesInAll += bytes;
    }
    this.#sizes = sizes;
    return sizes;
  }
}
