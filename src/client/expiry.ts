// When history of a certain age goes: by the wall clock, but never because that clock jumped.
import * as v from 'valibot';
import type { StateRow } from '../core/durable.ts';
import { decodeCbor, encodeCbor } from '../protocol/content.ts';
import { LanchatError } from '../protocol/errors.ts';
import type { Profile } from './profile.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** A machine may be off for so long without its clock being doubted. */
const MAX_OFF_MS = 7 * DAY_MS;
/** A clock that jumped is believed after it has gone on for this long. */
const PROBATION_MS = DAY_MS;

/** What is remembered between looks. */
export interface ClockRecord {
  /** The wall clock at the last look. */
  readonly wallMs: number;
  /** How long the clock has still to go on without a jump, in running time; 0: it is believed. */
  readonly doubtMs: number;
}

export interface Look {
  readonly wallMs: number;
  /** Running time since the last look; null: in an earlier run. */
  readonly ranMs: number | null;
}

/**
 * Looks at the clock: after a jump nothing expires until it has gone on for a day. A year forward by
 * mistake must not delete what was said.
 */
export function lookAtClock(last: ClockRecord | null, { wallMs, ranMs }: Look): ClockRecord {
  if (last === null) return { wallMs, doubtMs: 0 };
  const passedMs = wallMs - last.wallMs;
  const expectedMs = ranMs ?? 0;
  const slackMs = ranMs === null ? MAX_OFF_MS : HOUR_MS;
  if (passedMs < expectedMs - HOUR_MS || passedMs > expectedMs + slackMs) {
    return { wallMs, doubtMs: PROBATION_MS };
  }
  return { wallMs, doubtMs: Math.max(0, last.doubtMs - expectedMs) };
}

/** Messages of before this time (wall clock, ms) go; null: none now. */
export function expiresBefore(clock: ClockRecord, keepDays: number): number | null {
  if (keepDays === 0 || clock.doubtMs > 0) return null;
  return clock.wallMs - keepDays * DAY_MS;
}

const PLACE = 'clock';
const clockSchema = v.object({ wallMs: v.number(), doubtMs: v.number() });

/** Between two slices of deleting: whoever starts a program, or types, must not wait for it. */
const PAUSE_MS = 500;

/** Looks once an hour, and deletes what has had its time, in slices. Owns its timers until `close`. */
export class HistoryKeeper {
  readonly #profile: Pick<Profile, 'store' | 'settings'>;
  readonly #timer: NodeJS.Timeout;
  #last: ClockRecord | null;
  #lookedAtMs: number | null = null;
  #slice: NodeJS.Timeout | null = null;

  /** `rows` as they were at the start. */
  constructor(profile: Pick<Profile, 'store' | 'settings'>, rows: readonly StateRow[]) {
    this.#profile = profile;
    this.#last = readClock(rows);
    this.#timer = setInterval(() => this.#look(), HOUR_MS);
    this.#timer.unref();
    this.#look();
  }

  close(): void {
    clearInterval(this.#timer);
    if (this.#slice !== null) clearTimeout(this.#slice);
    this.#slice = null;
  }

  #look(): void {
    const nowMs = performance.now();
    const ranMs = this.#lookedAtMs === null ? null : Math.round(nowMs - this.#lookedAtMs);
    this.#lookedAtMs = nowMs;
    this.#last = lookAtClock(this.#last, { wallMs: Date.now(), ranMs });
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
