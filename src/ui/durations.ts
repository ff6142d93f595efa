// How long something lasts: as people type it, and in words. Pure.
import { UsageError } from '../protocol/errors.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', MINUTE],
  ['h', HOUR],
  ['d', DAY],
]);

/** `30s`, `5m`, `2h`, `7d` as seconds; `off` as null. Throws UsageError `bad-timer`. */
export function parseTimer(text: string): number | null {
  if (text.toLowerCase() === 'off') return null;
  const [, count = '', unit = ''] = /^(\d{1,8})([smhd])$/i.exec(text) ?? [];
  const factor = UNITS.get(unit.toLowerCase());
  if (factor === undefined) {
    throw new UsageError(
      'bad-timer',
      'a timer takes 30s, 5m, 2h, 7d or off: 10 seconds to 90 days',
    );
  }
  return Number(count) * factor;
}

/** `30 seconds`, `1 hour`, `7 days`: in the largest unit that it is whole in. */
export function durationWords(seconds: number): SafeText {
  const [size, name] =
    seconds % DAY === 0
      ? ([DAY, t`day`] as const)
      : seconds % HOUR === 0
        ? ([HOUR, t`hour`] as const)
        : seconds % MINUTE === 0
          ? ([MINUTE, t`minute`] as const)
          : ([1, t`second`] as const);
  const count = seconds / size;
  return count === 1 ? t`1 ${name}` : t`${count} ${name}s`;
}
