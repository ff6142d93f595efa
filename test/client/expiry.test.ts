import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  type ClockRecord,
  expiresBefore,
  HistoryKeeper,
  type Look,
  lookAtClock,
} from '../../src/client/expiry.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { ProfileStore } from '../../src/storage/profile-store.ts';
import { RecordSeal } from '../../src/storage/record-seal.ts';
import { SettingsFile } from '../../src/storage/settings-file.ts';
import { message } from '../storage/backups.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;
const START_MS = Date.UTC(2026, 0, 1);

function runFor(hours: number, from: ClockRecord): ClockRecord {
  let clock = from;
  for (let hour = 0; hour < hours; hour++) {
    clock = lookAtClock(clock, later(clock, HOUR_MS, HOUR_MS), false);
  }
  return clock;
}

/** The wall clock and the running time, each so much later. */
function later({ wallMs, runMs }: Look, passedMs: number, ranMs: number): Look {
  return { wallMs: wallMs + passedMs, runMs: runMs + ranMs };
}

describe('history with a time to keep it', () => {
  const first = lookAtClock(null, { wallMs: START_MS, runMs: 3 * HOUR_MS }, true);

  test('goes by the clock', () => {
    expect(expiresBefore(runFor(48, first), 7)).toBe(START_MS + 2 * DAY_MS - 7 * DAY_MS);
  });

  test('is kept for good where nothing is set', () => {
    expect(expiresBefore(runFor(48, first), 0)).toBeNull();
  });

  test('goes by the clock after a few days off', () => {
    const looked = lookAtClock(first, later(first, 5 * DAY_MS, 0), true);
    expect(expiresBefore(looked, 1)).toBe(START_MS + 4 * DAY_MS);
  });

  test.each([YEAR_MS, -YEAR_MS])('survives a clock that starts %d ms off', (jumpMs) => {
    const jumped = lookAtClock(first, later(first, jumpMs, 0), true);
    expect(expiresBefore(jumped, 30)).toBeNull();
    expect(expiresBefore(runFor(23, jumped), 30)).toBeNull();
  });

  test.each([YEAR_MS, -YEAR_MS])('survives a clock that jumps by %d ms while it runs', (jumpMs) => {
    const jumped = lookAtClock(first, later(first, HOUR_MS + jumpMs, HOUR_MS), false);
    expect(expiresBefore(jumped, 30)).toBeNull();
    const mended = lookAtClock(jumped, later(first, 2 * HOUR_MS, 2 * HOUR_MS), false);
    expect(expiresBefore(mended, 30)).toBeNull();
  });

  test('goes by a clock that has gone on for a day since it jumped', () => {
    const jumped = lookAtClock(first, later(first, YEAR_MS, 0), true);
    const believed = runFor(24, jumped);
    expect(expiresBefore(believed, 30)).toBe(believed.wallMs - 30 * DAY_MS);
  });

  test('is not believed sooner by a program that starts again and again', () => {
    let clock = lookAtClock(first, later(first, YEAR_MS, 0), true);
    for (let start = 0; start < 100; start++) clock = lookAtClock(clock, later(clock, 0, 0), true);
    expect(expiresBefore(clock, 30)).toBeNull();
    // A hundred runs of half an hour each: two days.
    for (let start = 0; start < 100; start++) {
      clock = lookAtClock(clock, later(clock, HOUR_MS, HOUR_MS / 2), true);
    }
    expect(expiresBefore(clock, 30)).toBe(clock.wallMs - 30 * DAY_MS);
  });
});

describe('the keeper of a profile’s history', () => {
  beforeAll(ready);

  test('deletes what is older than it is told to keep, as soon as it is told', async () => {
    const store = await ProfileStore.open(null, new Uint8Array(32).fill(9));
    onTestFinished(() => store.close());
    const onFault = (error: Error) => expect.unreachable(error.message);
    const seal = new RecordSeal(new Uint8Array(32));
    const settings = await SettingsFile.open(null, { seal, onFault });
    const old = message(1, { timeMs: Date.now() - 3 * DAY_MS });
    const young = message(2, { timeMs: Date.now() - HOUR_MS });
    const history = [old, young].map((one) => ({ type: 'message' as const, message: one }));
    store.commit({ state: [], history });
    const keeper = new HistoryKeeper({ store, settings }, [], () => 0);
    onTestFinished(() => keeper.close());
    const kept = () => [old, young].filter(({ id }) => store.get(id) !== null);
    expect(kept()).toEqual([old, young]);
    settings.update({ keepDays: 2 });
    keeper.look();
    await expect.poll(kept).toEqual([young]);
  });
});
