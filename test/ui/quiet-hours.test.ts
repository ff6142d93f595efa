// Hours in which nothing is told: what is taken, and when it is so, across midnight and clocks that jump.
import { describe, expect, it } from 'vitest';
import { isQuietAt, parseQuietHours } from '../../src/ui/quiet-hours.ts';

describe('quiet hours', () => {
  it.each([
    ['22:00-07:00', '22:00-07:00'],
    ['22-7', '22:00-07:00'],
    [' 9:30 – 10:45 ', '09:30-10:45'],
    ['OFF', 'off'],
    ['no', 'off'],
    ['22:00-22:00', null],
    ['24:00-07:00', null],
    ['22:60-07:00', null],
    ['22:00', null],
    ['', null],
    ['at night', null],
    ['1'.repeat(10_000), null],
  ])('%j is taken as %j', (typed, kept) => {
    expect(parseQuietHours(typed)).toBe(kept);
  });

  const at = (hours: number, minutes: number) => new Date(2026, 2, 29, hours, minutes);

  it('go across midnight, or not', () => {
    expect(isQuietAt('22:00-07:00', at(23, 30))).toBe(true);
    expect(isQuietAt('22:00-07:00', at(3, 0))).toBe(true);
    expect(isQuietAt('22:00-07:00', at(12, 0))).toBe(false);
    expect(isQuietAt('13:00-14:00', at(13, 59))).toBe(true);
    expect(isQuietAt('13:00-14:00', at(14, 0))).toBe(false);
    expect(isQuietAt('13:00-14:00', at(12, 59))).toBe(false);
  });

  it('are over when the clock is put past their end, and begin again when it is put back', () => {
    const asked = [at(23, 0), at(7, 1), at(23, 1)].map((now) => isQuietAt('22:00-07:00', now));
    expect(asked).toEqual([true, false, true]);
  });

  it('are never where they are off', () => {
    for (let hour = 0; hour < 24; hour += 1) expect(isQuietAt('off', at(hour, 0))).toBe(false);
  });
});
