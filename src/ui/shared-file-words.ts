// Files in words: how large, what its sender calls it, why one doesn't move. Pure.
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { linkReason } from './words.ts';

const MAX_NAME_LENGTH = 120;
const MAX_WARNING_LENGTH = 120;
const KILO = 1_000;
const UNITS = ['KB', 'MB', 'GB', 'TB'] as const;
const HOUR_SECONDS = 3_600;

/** `812 bytes`, `2.3 MB`: in thousands, as the settings count. */
export function sizeWords(bytes: number): SafeText {
  const size = Number.isFinite(bytes) ? Math.max(0, Math.floor(bytes)) : 0;
  if (size === 1) return t`1 byte`;
  if (size < KILO) return t`${size} bytes`;
  let value = size / KILO;
  let at = 0;
  // What would be rounded up to a thousand is one of the next unit.
  for (; value >= KILO - 0.5 && at < UNITS.length - 1; at += 1) value /= KILO;
  return safeText(`${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${UNITS[at]}`);
}

/** A name that others gave, or that stands on a disk, in one line; never nothing. */
export function fileName(name: string): SafeText {
  const cleaned = safeText(name, { maxLength: MAX_NAME_LENGTH });
  return cleaned.trim() === '' ? t`(no name)` : cleaned;
}

/** `0:42`, `1:02:03`. */
export function lengthWords(ms: number): SafeText {
  const seconds = Number.isFinite(ms) ? Math.max(0, Math.round(ms / 1_000)) : 0;
  const hours = Math.floor(seconds / HOUR_SECONDS);
  const minutes = Math.floor((seconds % HOUR_SECONDS) / 60);
  const tail = String(seconds % 60).padStart(2, '0');
  if (hours === 0) return safeText(`${minutes}:${tail}`);
  return safeText(`${hours}:${String(minutes).padStart(2, '0')}:${tail}`);
}

/** By what a content can do that its name doesn't tell. */
const WARNINGS: ReadonlyMap<string, SafeText> = new Map([
  ['program', t`Careful: this is a program, whatever its name says.`],
  ['script', t`Careful: this is a script that can be run, whatever its name says.`],
  ['page', t`Careful: this is a page for a browser, whatever its name says.`],
  ['archive', t`Careful: this is an archive, whatever its name says.`],
]);

export function warningWords(warning: string): SafeText {
  const is = safeText(warning, { maxLength: MAX_WARNING_LENGTH });
  return WARNINGS.get(warning) ?? t`Careful, it is not what its name says: ${is}`;
}

/** Why a file waits or has failed, beyond what a relay may say of a connection. */
const REASONS: ReadonlyMap<string, SafeText> = new Map([
  ['not-here', t`not here now`],
  ['quota', t`the relay keeps no more files of yours`],
  ['not-admitted', t`the relay keeps no files`],
  ['storage', t`the relay's disk takes nothing`],
  ['too-large', t`it is too large for the relay`],
  ['no-file', t`nobody has it any more`],
  ['expired', t`the relay keeps it no more`],
  ['no-space', t`the disk is full`],
  ['not-found', t`it is not there any more`],
  ['unreadable', t`it can’t be read`],
  ['file-changed', t`it was changed meanwhile`],
  ['hash-differs', t`what came is not what was sent`],
]);

/** A code that has no words stands as it is. */
export function reasonWords(reason: string): SafeText {
  return REASONS.get(reason) ?? linkReason(reason);
}
