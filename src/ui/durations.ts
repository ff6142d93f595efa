// How long something lasts: as people type it, and in words. Pure.
import { phrase } from '../language/translate.ts';
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
      phrase`a timer takes 30s, 5m, 2h, 7d or off: 10 seconds to 90 days`,
    );
  }
  return Number(count) * factor;
}

/** `30 seconds`, `1 hour`, `7 days`: in the largest unit that it is whole in. */
export function durationWords(seconds: number): SafeText {
  if (seconds % DAY === 0) return seconds === DAY ? t`1 day` : t`${seconds / DAY} days`;
  if (seconds % HOUR === 0) return seconds === HOUR ? t`1 hour` : t`${seconds / HOUR} hours`;
  if (seconds % MINUTE === 0) {
    return seconds === MINUTE ? t`1 minute` : t`${seconds / MINUTE} minutes`;
  }
  return seconds === 1 ? t`1 second` : t`${seconds} seconds`;
}
