// Whether the terminal is dark or light: the question it is asked, its answer, and what stands in for one.
import { luminance } from './colours.ts';

export type Background = 'dark' | 'light';

/** OSC 11: the terminal answers with the colour behind its text, or not at all. */
export const BACKGROUND_QUERY = '\x1b]11;?\x1b\\';

/** A terminal answers in milliseconds, over a slow line in a second; after that the screen stays as it is. */
export const BACKGROUND_PATIENCE_MS = 2_000;

// One to four digits a part; what stands behind a fourth is how much shines through.
const PART = '([\\da-f]{1,4})';
const ANSWER = new RegExp(
  `^\\x1b\\]11;rgba?:${PART}/${PART}/${PART}(?:/[\\da-f]{1,4})?(?:\\x07|\\x1b\\\\|\\x9c)$`,
  'i',
);

/** Black and white stand out equally from what is this light (WCAG 2). */
const MIDDLE = 0.179;

/** What a reply string of the terminal says about it; null where it is no answer to that. */
export function backgroundIn(reply: string): Background | null {
  const [, red, green, blue] = ANSWER.exec(reply) ?? [];
  if (red === undefined || green === undefined || blue === undefined) return null;
  return luminance([scaled(red), scaled(green), scaled(blue)]) > MIDDLE ? 'light' : 'dark';
}

/** As many digits as there are say the whole range. */
function scaled(digits: string): number {
  return (Number.parseInt(digits, 16) / (16 ** digits.length - 1)) * 255;
}

/** `COLORFGBG`, as rxvt, Konsole and others set it: `15;0`, `0;default;15`. Null where it says nothing. */
export function backgroundFrom(colorFgBg: string | undefined): Background | null {
  const [, index] = /^[\w;]*;(\d{1,2})$/.exec(colorFgBg ?? '') ?? [];
  if (index === undefined || Number(index) > 15) return null;
  return Number(index) === 7 || Number(index) > 8 ? 'light' : 'dark';
}
