// Text written from right to left, on terminals and in editors that reorder what they show: a mark ends it, so that
// what stands behind it, digits and brackets or another column of the row, stays in its place.
import { type SafeText, sliceSafe, safeTemplate as t } from './safe-text.ts';

const PLAIN_ASCII = /^[ -~]*$/;
/** Hebrew, Arabic and all others of these blocks, letters and marks. */
const LETTER =
  '[\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc\\u{10800}-\\u{10fff}\\u{1e800}-\\u{1efff}]';
const RIGHT_TO_LEFT = new RegExp(LETTER, 'u');
/** Where the digits of a key begin that tell a name from others: `nick·4f2a`. */
const BEFORE_KEY = new RegExp(`(?<=${LETTER})·(?=[0-9a-f]{4})`, 'gu');

/** What ends it: a letter from left to right without a shape (LRM). Every terminal gives it no cell. */
export const END_OF_RIGHT_TO_LEFT: SafeText = t`\u200e`;

/** A name, or a piece of a row, that moves nothing behind it; as it is where none of it is written so. */
export function closedText(text: SafeText): SafeText {
  if (!isRightToLeft(text)) return text;
  return t`${closedWithin(text)}${END_OF_RIGHT_TO_LEFT}`;
}

/** The same of what nothing stands behind: it moves no digits of a key within it. */
export function closedWithin(text: SafeText): SafeText {
  if (!isRightToLeft(text)) return text;
  let closed = t``;
  let start = 0;
  for (const { index } of text.matchAll(BEFORE_KEY)) {
    closed = t`${closed}${sliceSafe(text, start, index)}${END_OF_RIGHT_TO_LEFT}`;
    start = index;
  }
  return t`${closed}${sliceSafe(text, start, text.length)}`;
}

function isRightToLeft(text: SafeText): boolean {
  return !PLAIN_ASCII.test(text) && RIGHT_TO_LEFT.test(text);
}
