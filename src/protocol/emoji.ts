// What counts as an emoji: the grammar of Unicode TS 51 without tags, so that no text hides behind one.
import { utf8FromText } from './bytes.ts';
import { MAX_EMOJI_BYTES } from './limits.ts';

const PICTOGRAPH = '\\p{Extended_Pictographic}(?:\\ufe0f|\\p{Emoji_Modifier})?';
const EMOJI = new RegExp(
  `^(?:\\p{Regional_Indicator}{2}|[0-9#*]\\ufe0f?\\u20e3|${PICTOGRAPH}(?:\\u200d${PICTOGRAPH})*)$`,
  'u',
);

/**
 * Whether `text` is one emoji, a single grapheme of 32 bytes at most: no letters, no marks, nothing invisible but what
 * joins its parts.
 */
export function isEmoji(text: string): boolean {
  return (
    text.length <= MAX_EMOJI_BYTES &&
    EMOJI.test(text) &&
    utf8FromText(text).length <= MAX_EMOJI_BYTES
  );
}
