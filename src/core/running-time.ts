// How long this profile has run, over all its runs: what ages keys on disk and what waits. Trusts no wall clock.
import * as v from 'valibot';
import { decodeCbor, sequenceNumber } from '../protocol/cbor.ts';
import { isUnsaved, save } from './durable.ts';
import type { Age, CoreState } from './state.ts';

export const TIME_PLACE = 'time';
/** What a run that is killed may fail to count. */
const SAVE_INTERVAL_MS = 10 * 60_000;
/** With a commit that is made anyway. */
const SAVE_ALONG_MS = 60_000;
/** No wall clock is believed that more lies between two runs: one that is a year ahead costs a day a start. */
const MAX_IDLE_MS = 24 * 60 * 60_000;

/** An age in a row. */
export const ageSchema = v.object({ runMs: sequenceNumber, idleMs: sequenceNumber });

const schema = v.object({ runMs: sequenceNumber, idleMs: sequenceNumber, wallMs: sequenceNumber });

/** Milliseconds that this profile has run in all, by monotonic clocks. */
export function runningMs(core: CoreState): number {
  return runTimeOf(core, core.env.nowMs());
}

/** The present, for `ageSince`. */
export function ageNow(core: CoreState): Age {
  return { runMs: runningMs(core), idleMs: core.time.idleMs };
}

/**
 * What has gone by since `then`: `runMs` is sure; `idleMs`, between runs, is the wall clock's word and may
 * be anything.
 */
export function ageSince(core: CoreState, then: Age): Age {
  const now = ageNow(core);
  return {
    runMs: Math.max(0, now.runMs - then.runMs),
    idleMs: Math.max(0, now.idleMs - then.idleMs),
  };
}

/** All that has gone by since `then`, as far as anybody knows: what may go too early counts by it. */
export function fullAgeMs(core: CoreState, then: Age): number {
  const { runMs, idleMs } = ageSince(core, then);
  return runMs + idleMs;
}

/** A time of the monotonic clock, as a later run can read it. */
export function runTimeOf(core: CoreState, monotonicMs: number): number {
  return Math.max(0, Math.floor(core.time.baseMs + monotonicMs));
}

/** What `runTimeOf` gave, by this run's monotonic clock: below zero where that is of an earlier run. */
export function monotonicOf(core: CoreState, runMs: number): number {
  return runMs - core.time.baseMs;
}

export function saveTime(core: CoreState): void {
  core.time.savedRunMs = runningMs(core);
  save(core, TIME_PLACE, () => ({
    runMs: runningMs(core),
    idleMs: core.time.idleMs,
    wallMs: Math.max(0, core.env.wallMs()),
  }));
}

/** Counts on disk, now and then; called at the end of each step. */
export function tendTime(core: CoreState): void {
  const unsavedMs = runningMs(core) - core.time.savedRunMs;
  if (unsavedMs >= (isUnsaved(core) ? SAVE_ALONG_MS : SAVE_INTERVAL_MS)) saveTime(core);
}

/** Monotonic ms. */
export function timeDueMs(core: CoreState): number {
  return core.time.savedRunMs + SAVE_INTERVAL_MS - core.time.baseMs;
}

/** Goes on from where an earlier run stood. Throws ProtocolError. */
export function restoreTime(core: CoreState, value: Uint8Array): void {
  const { runMs, idleMs, wallMs } = decodeCbor(schema, value);
  const sinceMs = Math.min(MAX_IDLE_MS, Math.max(0, core.env.wallMs() - wallMs));
  core.time.baseMs = runMs - core.env.nowMs();
  core.time.idleMs = idleMs + sinceMs;
  core.time.savedRunMs = runMs;
}
