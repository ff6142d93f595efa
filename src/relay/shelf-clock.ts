// How long the relay has kept what it keeps, whatever the wall clock says; and where numbers begin in this run.
import { randomBytes } from 'node:crypto';
import type { Database, Statement } from '../storage/database.ts';
import type { Row } from '../storage/sqlite.ts';
import type { Clock } from './clock.ts';
import type { CommitOutcome, Committer, Write } from './committer.ts';
import { bytesOf, numberOf } from './relay-database.ts';

/** What a start may count for the time that the relay was off: a clock a year ahead costs a day. */
const MAX_STEP_MS = 24 * 60 * 60_000;
/** A crash loses no more running time than this, and what it loses the next start counts as time off. */
const SAVE_INTERVAL_MS = 10 * 60_000;
const SENDER_KEY_BYTES = 32;

/** Numbers of blobs begin at the start's milliseconds times this, and rise by one. */
const RSEQ_PER_MS_BITS = 20n;
/** A start is at least this much later than the one before: room for 2^36 numbers in between. */
const START_GAP_MS = 65_536;
/** Beyond the year 2200 a clock is wrong; numbers that begin there would not fit SQLite's integers for long. */
const LAST_START_MS = Date.UTC(2200, 0);
/** That many starts with such a clock are no more likely than damage. */
const MAX_STARTED_MS = Date.UTC(2230, 0);

export interface RelayStart {
  readonly shelf: ShelfClock;
  /** Above every number given out before, by this relay and this database. */
  readonly firstRseq: bigint;
  /** 32 bytes, of this database: what senders' IDs are hashed with. */
  readonly senderKey: Uint8Array;
}

/**
 * Records the start, before a number is given out: numbers rise across restarts, also where the wall clock was
 * set back, or the last commits before a crash are lost. A database that is lost or in memory only leaves it
 * to the wall clock. Throws StorageError.
 */
export function recordStart(database: Database, clock: Clock): RelayStart {
  const wallMs = Math.floor(clock.wallMs());
  const row = database.prepare('SELECT * FROM relay').get();
  const known = row === undefined ? null : readStart(row);
  if (known !== null && !isPossible(known.startedMs)) throw database.damaged();
  const offMs = known === null ? 0 : wallMs - known.wallMs;
  const shelfMs = (known?.shelfMs ?? 0) + Math.min(Math.max(offMs, 0), MAX_STEP_MS);
  const earliestMs = known === null ? 0 : known.startedMs + START_GAP_MS;
  const startedMs = Math.max(earliestMs, Math.min(Math.max(wallMs, 0), LAST_START_MS));
  const senderKey = known?.senderKey ?? randomBytes(SENDER_KEY_BYTES);
  database
    .prepare('INSERT OR REPLACE INTO relay VALUES (1, ?, ?, ?, ?)')
    .run(startedMs, shelfMs, wallMs, senderKey);
  return {
    shelf: new ShelfClock(database, clock, shelfMs),
    firstRseq: BigInt(startedMs) << RSEQ_PER_MS_BITS,
    senderKey,
  };
}

/** Damaged, it must not have numbers begin where none can follow. */
function isPossible(startedMs: number): boolean {
  return startedMs >= 0 && startedMs <= MAX_STARTED_MS;
}

function readStart(row: Row) {
  return {
    startedMs: numberOf(row, 'started_ms'),
    shelfMs: numberOf(row, 'shelf_ms'),
    wallMs: numberOf(row, 'wall_ms'),
    senderKey: bytesOf(row, 'sender_key'),
  };
}

/**
 * Counts the time that the relay runs, by its monotonic clock, and of the time it was off what the wall clock
 * says, but never backwards and at most a day a start. Mail, logs and people age by it: a clock that jumps a
 * year ahead drops nothing, one that stands still or goes back keeps things longer, and quotas bound those.
 */
export class ShelfClock implements Write {
  readonly #clock: Clock;
  readonly #save: Statement;
  readonly #startMs: number;
  readonly #startShelfMs: number;
  #savedAtMs: number;

  constructor(database: Database, clock: Clock, shelfMs: number) {
    this.#clock = clock;
    this.#save = database.prepare('UPDATE relay SET shelf_ms = ?, wall_ms = ?');
    this.#startMs = this.#savedAtMs = clock.nowMs();
    this.#startShelfMs = shelfMs;
  }

  /** Whole milliseconds that only rise, across restarts too. */
  nowMs(): number {
    return this.#startShelfMs + Math.floor(this.#clock.nowMs() - this.#startMs);
  }

  /** The relay's heartbeat: has it saved when that is due. */
  beat(committer: Committer): void {
    if (this.#clock.nowMs() - this.#savedAtMs >= SAVE_INTERVAL_MS) committer.lazy(this);
  }

  apply(): void {
    this.#save.run(this.nowMs(), Math.floor(this.#clock.wallMs()));
  }

  finished(outcome: CommitOutcome): void {
    if (outcome === 'stored') this.#savedAtMs = this.#clock.nowMs();
  }
}
