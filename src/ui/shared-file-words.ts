// Files in words and figures, for the screen and for commands: how large, how far, what its sender calls it, why one doesn't move. Pure.
import type { FileTransfer } from '../client/api.ts';
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

/** Whole percents that have happened, from 0 to 100, rounded down. */
export function percentOf({ bytes, size }: Pick<FileTransfer, 'bytes' | 'size'>): number {
  const part = size > 0 ? Math.floor((bytes / size) * 100) : 0;
  return Number.isFinite(part) ? Math.max(0, Math.min(100, part)) : 0;
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

/**
 * Why a file waits or has failed: what that means for who waits, and what they can do. These codes come from the relay, the other side
 * and this machine's disk; what a link has for reasons is `linkReason`.
 */
const REASONS: ReadonlyMap<string, SafeText> = new Map([
  ['offline', t`there is no relay; it goes on by itself`],
  ['not-here', t`they are not here now; it goes on once both are`],
  ['not-kept', t`the relay doesn't have it; it comes once its sender is here`],
  ['gone', t`who sent it no longer has it, or took it back; ask for it anew`],
  ['no-file', t`nobody has it any more; ask for it anew`],
  ['expired', t`the relay's time for it is over; it goes on while both are here`],
  ['declined', t`they stopped it`],
  ['quota', t`the relay has no room for more of yours; it goes while both are here`],
  ['not-admitted', t`the relay keeps no files of yours; it goes while both are here`],
  ['storage', t`the relay's disk takes nothing; it goes while both are here`],
  ['too-large', t`the relay keeps none so large; it goes while both are here`],
  ['fork', t`the relay has another of that name; send it anew`],
  ['cannot-open', t`its key does not open it: it was damaged or changed on the way`],
  ['hash-differs', t`what came is not what was sent; nothing of it was kept`],
  ['malformed', t`the other end did not keep to the protocol`],
  ['file-changed', t`it was changed after it was sent; send it anew`],
  ['not-found', t`it is not where it was any more; send it anew`],
  ['unreadable', t`it can’t be read where it lies`],
  ['no-space', t`the disk is full; make room`],
  ['no-permission', t`the folder may not be written to; /set downloads names another`],
  ['unwritable', t`the folder takes nothing; /set downloads names another`],
  ['read-only', t`the folder takes nothing; /set downloads names another`],
]);

/** A code that has no words stands as it is. */
export function reasonWords(reason: string): SafeText {
  return REASONS.get(reason) ?? linkReason(reason);
}
