// When history of a certain age goes: by the wall clock, but never because that clock jumped.
import * as v from 'valibot';
import type { StateRow } from '../core/durable.ts';
import { decodeCbor, encodeCbor } from '../protocol/cbor.ts';
import { LanchatError } from '../protocol/errors.ts';
import type { Profile } from './profile.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** A machine may be off for so long without its clock being doubted. */
const MAX_OFF_MS = 7 * DAY_MS;
/** A clock that jumped is believed after it has gone on for this long. */
const PROBATION_MS = DAY_MS;

/** What is remembered between looks. */
export interface ClockRecord extends Look {
  /** The clock is not believed before: the running time at which its probation ends; 0: it is. */
  readonly believedAtRunMs: number;
}

export interface Look {
  /** The wall clock. */
  readonly wallMs: number;
  /** How long the profile has run in all (core/running-time.ts). */
  readonly runMs: number;
}

/**
 * Looks at the clock: after a jump nothing expires until it has gone on for a day of running time. A year forward
 * by mistake must not delete what was said. `isFirst`: in this run, so that the machine may have been off.
 */
export function lookAtClock(last: ClockRecord | null, look: Look, isFirst: boolean): ClockRecord {
  if (last === null) return { ...look, believedAtRunMs: 0 };
  const passedMs = look.wallMs - last.wallMs;
  const ranMs = Math.max(0, look.runMs - last.runMs);
  const isJump = passedMs < ranMs - HOUR_MS || passedMs > ranMs + (isFirst ? MAX_OFF_MS : HOUR_MS);
  return { ...look, believedAtRunMs: isJump ? look.runMs + PROBATION_MS : last.believedAtRunMs };
}

/** Messages of before this time (wall clock, ms) go; null: none now. */
export function expiresBefore(clock: ClockRecord, keepDays: number): number | null {
  if (keepDays === 0 || clock.runMs < clock.believedAtRunMs) return null;
  return clock.wallMs - keepDays * DAY_MS;
}

const PLACE = 'clock';
const clockSchema = v.object({
  wallMs: v.number(),
  runMs: v.number(),
  believedAtRunMs: v.number(),
});

/** Between two slices of deleting: whoever starts a program, or types, must not wait for it. */
const PAUSE_MS = 500;

/** Looks once an hour, and deletes what has had its time, in slices. Owns its timers until `close`. */
export class HistoryKeeper {
  readonly #profile: Pick<Profile, 'store' | 'settings'>;
  readonly #runMs: () => number;
  readonly #timer: NodeJS.Timeout;
  #last: ClockRecord | null;
  #isFirst = true;
  #slice: NodeJS.Timeout | null = null;

  /** `rows` as they were at the start; `runMs` is the profile's running time. */
  constructor(
    profile: Pick<Profile, 'store' | 'settings'>,
    rows: readonly StateRow[],
    runMs: () => number,
  ) {
    this.#profile = profile;
    this.#runMs = runMs;
    this.#last = readClock(rows);
    this.#timer = setInterval(() => this.look(), HOUR_MS);
    this.#timer.unref();
    this.look();
  }

  close(): void {
    clearInterval(this.#timer);
    if (this.#slice !== null) clearTimeout(this.#slice);
    this.#slice = null;
  }

  /** Also when the time to keep has changed. */
  look(): void {
    const now = { wallMs: Date.now(), runMs: this.#runMs() };
    this.#last = lookAtClock(this.#last, now, this.#isFirst);
    this.#isFirst = false;
    const { store, settings } = this.#profile;
    const before = expiresBefore(this.#last, settings.current.keepDays);
    const value = encodeCbor(this.#last);
    const isKept = tried(() => store.commit({ state: [{ place: PLACE, value }], history: [] }));
    if (isKept && before !== null) this.#expireSoon(before);
  }

  #expireSoon(before: number): void {
    if (this.#slice !== null) clearTimeout(this.#slice);
    this.#slice = setTimeout(() => {
      this.#slice = null;
      let deleted = 0;
      tried(() => {
        deleted = this.#profile.store.expire(before);
      });
      if (deleted > 0) this.#expireSoon(before);
    }, PAUSE_MS);
    this.#slice.unref();
  }
}

/** False where the disk takes nothing: whoever writes to it next says so; it is tried again in an hour. */
function tried(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (error instanceof LanchatError) return false;
    throw error;
  }
}

function readClock(rows: readonly StateRow[]): ClockRecord | null {
  const value = rows.find(({ place }) => place === PLACE)?.value ?? null;
  if (value === null) return null;
  try {
    return decodeCbor(clockSchema, value);
  } catch (error) {
    if (error instanceof LanchatError) return null;
    throw error;
  }
}
