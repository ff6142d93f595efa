import { describe, expect, test } from 'vitest';
import { type ClockRecord, expiresBefore, lookAtClock } from '../../src/client/expiry.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;
const START_MS = Date.UTC(2026, 0, 1);

function runFor(hours: number, from: ClockRecord): ClockRecord {
  let clock = from;
  for (let hour = 0; hour < hours; hour++) {
    clock = lookAtClock(clock, { wallMs: clock.wallMs + HOUR_MS, ranMs: HOUR_MS });
  }
  return clock;
}

describe('history with a time to keep it', () => {
  const first = lookAtClock(null, { wallMs: START_MS, ranMs: null });

  test('goes by the clock', () => {
    expect(expiresBefore(runFor(48, first), 7)).toBe(START_MS + 2 * DAY_MS - 7 * DAY_MS);
  });

  test('is kept for good where nothing is set', () => {
    expect(expiresBefore(runFor(48, first), 0)).toBeNull();
  });

  test('goes by the clock after a few days off', () => {
    const later = lookAtClock(first, { wallMs: START_MS + 5 * DAY_MS, ranMs: null });
    expect(expiresBefore(later, 1)).toBe(START_MS + 4 * DAY_MS);
  });

  test.each([YEAR_MS, -YEAR_MS])('survives a clock that starts %d ms off', (jumpMs) => {
    const jumped = lookAtClock(first, { wallMs: START_MS + jumpMs, ranMs: null });
    expect(expiresBefore(jumped, 30)).toBeNull();
    expect(expiresBefore(runFor(23, jumped), 30)).toBeNull();
  });

  test.each([YEAR_MS, -YEAR_MS])('survives a clock that jumps by %d ms while it runs', (jumpMs) => {
    const jumped = lookAtClock(first, { wallMs: START_MS + HOUR_MS + jumpMs, ranMs: HOUR_MS });
    expect(expiresBefore(jumped, 30)).toBeNull();
    const mended = lookAtClock(jumped, { wallMs: START_MS + 2 * HOUR_MS, ranMs: HOUR_MS });
    expect(expiresBefore(mended, 30)).toBeNull();
  });

  test('goes by a clock that has gone on for a day since it jumped', () => {
    const jumped = lookAtClock(first, { wallMs: START_MS + YEAR_MS, ranMs: null });
    const believed = runFor(24, jumped);
    expect(expiresBefore(believed, 30)).toBe(believed.wallMs - 30 * DAY_MS);
  });
});
