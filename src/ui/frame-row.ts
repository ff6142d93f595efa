// What one row of a frame may hold on its way to the terminal: text, SGR and our hyperlinks, no more.
import { safeText } from './safe-text.ts';
import { cellWidth, graphemes } from './width.ts';

const PLAIN_ASCII = /^[ -~]*$/;
const SGR = '\\x1b\\[[0-9;:]{0,64}m';
// Web links, and mail without headers: a terminal hands other schemes to other programs.
const TARGET = 'https?:\\/\\/[!-~]{1,1024}|mailto:[\\w.+@-]{3,320}';
const HYPERLINK = `\\x1b\\]8;[\\w=:-]*;(?:${TARGET})?(?:\\x1b\\\\|\\x07)`;
const ALLOWED = new RegExp(`(${SGR}|${HYPERLINK})`);

const WHOLE_TARGET = new RegExp(`^(?:${TARGET})$`);

const MAX_ROW_LENGTH = 65_536;
const RESET_STYLE = '\x1b[m';
const END_LINK = '\x1b]8;;\x1b\\';

/**
 * The row without anything that could move the cursor or change a mode: the second wall behind
 * `safeText`, and the only thing that reaches the terminal from a frame. Idempotent.
 */
export function filterRow(row: string): string {
  if (PLAIN_ASCII.test(row)) return row;
  return row
    .slice(0, MAX_ROW_LENGTH)
    .split(ALLOWED)
    .map((part, index) => (index % 2 === 1 ? part : safeText(part)))
    .join('');
}

/** Whether a link to it reaches the terminal. */
export function isTarget(text: string): boolean {
  return WHOLE_TARGET.test(text);
}

/** `text`, filtered already, as a link; `target` as `isTarget` lets it through. */
export function linkTo(target: string, text: string): string {
  return `\x1b]8;;${target}\x1b\\${text}${END_LINK}`;
}

/** A filtered row or part of one, with its styles and links ended. */
export function closedRow(row: string): string {
  if (!row.includes('\x1b')) return row;
  return row + (row.includes('\x1b]8;') ? END_LINK : '') + RESET_STYLE;
}

/**
 * The first `cells` cells of a filtered row, styles included, padded with spaces if it is shorter;
 * null if they are plain ASCII, so that the column can be addressed instead.
 */
export function rowPrefix(row: string, cells: number): string | null {
  if (PLAIN_ASCII.test(row.slice(0, cells))) return null;
  let prefix = '';
  let used = 0;
  let isPlain = true;
  for (const [index, part] of row.split(ALLOWED).entries()) {
    if (index % 2 === 1) {
      prefix += part;
      continue;
    }
    for (const grapheme of graphemes(part)) {
      const width = cellWidth(grapheme);
      if (used + width > cells) return isPlain ? null : prefix;
      prefix += grapheme;
      used += width;
      isPlain &&= PLAIN_ASCII.test(grapheme);
    }
  }
  return isPlain ? null : prefix + ' '.repeat(cells - used);
}
