// A line that somebody writes about themselves or another: cleaned, bounded, and nothing but a line.
import { utf8FromText } from './bytes.ts';

const BREAKS_AND_BLANKS = /[\p{Zs}\p{Zl}\p{Zp}\t\n\v\f\r\u0085]+/gu;
// Controls, lone surrogates, private use, what turns text round or hides in it; joiners stay, as scripts need them.
const DROPPED = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}]/gu;
/** More marks than scripts stack would reach into the lines above. */
const EXCESS_MARKS = /(\p{M}{6})\p{M}+/gu;

/**
 * `raw` as one line of at most `maxBytes` bytes of UTF-8: blanks and breaks are single spaces, what has no look of its
 * own is gone. Never throws: it may be remote text. Idempotent.
 */
export function cleanLine(raw: string, maxBytes: number): string {
  const kept = raw
    .normalize('NFC')
    .replace(BREAKS_AND_BLANKS, ' ')
    .replace(DROPPED, '')
    .replace(EXCESS_MARKS, '$1')
    .replace(/ {2,}/g, ' ')
    .trim();
  if (utf8FromText(kept).length <= maxBytes) return kept;
  let line = '';
  let sizeBytes = 0;
  for (const letter of kept) {
    sizeBytes += utf8FromText(letter).length;
    if (sizeBytes > maxBytes) break;
    line += letter;
  }
  return line.trim();
}
