// Hours of the day in which nobody is to be told anything: how they are typed, and whether it is so now. Pure.
import { isQuietHours } from '../client/preferences.ts';

/** As it is kept: `22:00-07:00`, also from `22-7`, or `off`. Null where the text is no such thing. */
export function parseQuietHours(text: string): string | null {
  const given = text.trim().toLowerCase();
  if (given === 'off' || given === 'no') return 'off';
  const [, from, fromMinutes = '00', to, toMinutes = '00'] =
    /^(\d{1,2})(?::(\d{2}))?\s*[-–]\s*(\d{1,2})(?::(\d{2}))?$/.exec(given) ?? [];
  if (from === undefined || to === undefined) return null;
  const start = `${from.padStart(2, '0')}:${fromMinutes}`;
  const end = `${to.padStart(2, '0')}:${toMinutes}`;
  // Could mean all day or never.
  if (start === end) return null;
  const hours = `${start}-${end}`;
  return isQuietHours(hours) ? hours : null;
}

/**
 * Asked anew each time, of the clock on this machine's wall: a clock that is put forward or back, summer time
 * and a journey need no care. The first minute is in it, the last is not.
 */
export function isQuietAt(quietHours: string, now: Date): boolean {
  const [start, end] = quietHours.split('-').map(minuteOfDay);
  if (start === undefined || end === undefined) return false;
  const minute = now.getHours() * 60 + now.getMinutes();
  return start < end ? minute >= start && minute < end : minute >= start || minute < end;
}

function minuteOfDay(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}
