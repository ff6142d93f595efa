// Files in words: how large, what its sender calls it, why one doesn't move. Pure.
import type { SharedFile } from '../client/api.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';

const MAX_NAME_LENGTH = 120;
const MEDIA_TYPE = /^[\w.+-]{1,40}\/[\w.+-]{1,40}$/;
const UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `17 B`, `2.3 MB`: thousands, as disks are sold and the settings count. */
export function sizeWords(bytes: number): SafeText {
  let [amount, unit] = [bytes, 'B'];
  for (const larger of UNITS) {
    // What would be rounded up to 1000 is one of the next unit.
    if (amount < 999.5) break;
    [amount, unit] = [amount / 1000, larger];
  }
  const shown = amount < 10 && unit !== 'B' ? Math.round(amount * 10) / 10 : Math.round(amount);
  return safeText(`${shown} ${unit}`);
}

/** A name that others gave, or that stands on a disk, in one line. */
export function fileName(name: string): SafeText {
  return safeText(name, { maxLength: MAX_NAME_LENGTH });
}

/** `0:42`, `61:05`. */
export function playingTime(ms: number): SafeText {
  const seconds = Math.round(ms / 1000);
  return safeText(`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`);
}

/** What a message carries, without its name, which is somebody's own words: `[file] 2.3 MB, image/png`. */
export function fileMark({ size, type, voice, durationMs }: SharedFile): SafeText {
  if (voice) return t`[voice note] ${playingTime(durationMs ?? 0)}, ${sizeWords(size)}`;
  if (type === undefined || !MEDIA_TYPE.test(type)) return t`[file] ${sizeWords(size)}`;
  return t`[file] ${sizeWords(size)}, ${safeText(type)}`;
}

/** Why a file waits, or won't come any more. A code that has no words here stands as it is. */
export function fileReasonWords(reason: string): SafeText {
  switch (reason) {
    case 'not-here':
      return t`they are not here`;
    case 'quota':
      return t`the relay keeps no more files of yours`;
    case 'not-admitted':
      return t`the relay keeps no files`;
    case 'storage':
      return t`the relay's disk takes nothing`;
    case 'no-file':
      return t`nobody has it any more`;
    case 'no-space':
      return t`no space is left on this machine's disk`;
    default:
      return safeText(reason, { maxLength: 40 });
  }
}
