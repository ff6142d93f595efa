// The one measure of how many terminal cells text takes, and wrapping by it; knows no terminal.
import stringWidth from 'string-width';
import { type SafeText, safeTemplate, safeText, sliceSafe } from './safe-text.ts';

/**
 * A row of wrapped text by UTF-16 offsets: `start` to `end` is shown; `next` is where the next row
 * starts, past the spaces or the line feed at which the row broke.
 */
export type RowRange = { readonly start: number; readonly end: number; readonly next: number };

const PLAIN_ASCII = /^[ -~]*$/;

/** Bounds the memory of the cache; a busy multilingual room uses a few hundred clusters. */
const MAX_CACHED_CLUSTERS = 4_096;
const CLUSTER_WIDTHS = new Map<string, number>();

// Costs milliseconds of a cold start, so it is built when the first text beyond ASCII is measured.
let segmenter: Intl.Segmenter | undefined;

function segments(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** What is segmented at once: the segmenter takes the square of the time of a long text. */
const PIECE_UNITS = 256;

/** User-perceived characters in order; joined they give `text` again. In linear time. */
export function graphemes(text: string): string[] {
  if (PLAIN_ASCII.test(text)) return text.split('');
  if (text.length <= PIECE_UNITS) return Array.from(segments(text), ({ segment }) => segment);
  const found: string[] = [];
  let start = 0;
  let units = PIECE_UNITS;
  while (start < text.length) {
    const piece = pieceOf(text, start, units);
    const isLast = start + piece.length === text.length;
    const clusters = Array.from(segments(piece), ({ segment }) => segment);
    // The last one may go on behind the piece.
    if (!isLast && clusters.length > 1) start -= clusters.pop()?.length ?? 0;
    else if (!isLast) {
      units *= 2;
      continue;
    }
    for (const cluster of clusters) found.push(cluster);
    start += piece.length;
    units = PIECE_UNITS;
  }
  return found;
}

/** Splits no surrogate pair. */
function pieceOf(text: string, start: number, units: number): string {
  const end = start + units;
  return text.slice(start, (text.codePointAt(end - 1) ?? 0) > 0xffff ? end - 1 : end);
}

/** The largest grapheme boundary that is at most `offset` (UTF-16 units). */
export function boundaryAtOrBefore(text: string, offset: number): number {
  if (offset <= 0) return 0;
  if (offset >= text.length) return text.length;
  return segments(text).containing(offset)?.index ?? offset;
}

/** The smallest grapheme boundary that is greater than `offset`, or the end of the text. */
export function boundaryAfter(text: string, offset: number): number {
  const found = segments(text).containing(offset);
  return found ? found.index + found.segment.length : text.length;
}

/** Cells that one line of text takes: 0 for marks, 2 for East Asian wide characters and emoji. */
export function cellWidth(text: string): number {
  if (PLAIN_ASCII.test(text)) return text.length;
  let cells = 0;
  for (const cluster of graphemes(text)) cells += clusterWidth(cluster);
  return cells;
}

function clusterWidth(cluster: string): number {
  const known = CLUSTER_WIDTHS.get(cluster);
  if (known !== undefined) return known;
  const cells = stringWidth(cluster, { countAnsiEscapeCodes: true });
  if (CLUSTER_WIDTHS.size >= MAX_CACHED_CLUSTERS) CLUSTER_WIDTHS.clear();
  CLUSTER_WIDTHS.set(cluster, cells);
  return cells;
}

const MARK_WITH_A_CELL = /\p{Mc}/u;
/** Vowels and finals of Hangul, drawn into the cells of what they follow. */
const HANGUL_PART = /[\u1160-\u11ff\ud7b0-\ud7ff]/u;
const LETTER = /\p{L}/u;
const CLUSTER_ROOMS = new Map<string, number>();

/**
 * Cells that a cluster takes at most: many terminals draw a letter and its marks one by one, so that
 * what fits by `cellWidth` alone would lose its end at the edge.
 */
function clusterRoom(cluster: string): number {
  const cells = clusterWidth(cluster);
  if (cluster.length === 1 || !LETTER.test(cluster)) return cells;
  const known = CLUSTER_ROOMS.get(cluster);
  if (known !== undefined) return known;
  const apart = Array.from(cluster, partWidth).reduce((sum, each) => sum + each, 0);
  const room = Math.max(cells, apart);
  if (CLUSTER_ROOMS.size >= MAX_CACHED_CLUSTERS) CLUSTER_ROOMS.clear();
  CLUSTER_ROOMS.set(cluster, room);
  return room;
}

function partWidth(part: string): number {
  if (HANGUL_PART.test(part)) return 0;
  return MARK_WITH_A_CELL.test(part) ? 1 : clusterWidth(part);
}

/** As `cellWidth`, of the terminal that takes the most. */
function roomOf(line: string): number {
  if (PLAIN_ASCII.test(line)) return line.length;
  let cells = 0;
  for (const cluster of graphemes(line)) cells += clusterRoom(cluster);
  return cells;
}

/** The first line of `text` within `cells` cells; what was longer ends in `…`. Never splits a grapheme. */
export function truncate(text: SafeText, cells: number): SafeText {
  const feed = text.indexOf('\n');
  if (feed === -1 && cellWidth(text) <= cells) return text;
  if (cells < 1) return safeText('');
  const lineEnd = feed === -1 ? text.length : feed;
  return safeTemplate`${sliceSafe(text, 0, fittingEnd(text.slice(0, lineEnd), cells - 1))}…`;
}

function fittingEnd(line: string, cells: number): number {
  let end = 0;
  let used = 0;
  for (const grapheme of graphemes(line)) {
    used += clusterWidth(grapheme);
    if (used > cells) break;
    end += grapheme.length;
  }
  return end;
}

/** The rows of `text` at a width of `cells` (at least 1), as `wrapRanges` breaks them. */
export function wrap(text: SafeText, cells: number): SafeText[] {
  return wrapRanges(text, cells).map(({ start, end }) => sliceSafe(text, start, end));
}

/**
 * Breaks text into rows of at most `cells` cells: at line feeds, at spaces (which vanish at the
 * break), beside wide characters, and inside a word only if it is longer than a row, there by
 * grapheme. A grapheme wider than the row gets a row to itself. At least one row, in linear time.
 */
export function wrapRanges(text: string, cells: number): RowRange[] {
  const rows: RowRange[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    wrapLine({ line, start, cells: Math.max(1, cells) }, rows);
    start += line.length + 1;
  }
  return rows;
}

type Line = { readonly line: string; readonly start: number; readonly cells: number };
/** A place where a row may end: the cells that it and what vanishes there take are behind it. */
type Break = { readonly end: number; readonly next: number; readonly cells: number };
type OpenRow = {
  start: number;
  /** Where the next grapheme stands, and the cells used before it. */
  offset: number;
  used: number;
  wideBefore: boolean;
  lastBreak: Break | null;
};

function wrapLine({ line, start, cells }: Line, rows: RowRange[]): void {
  const lineEnd = start + line.length;
  if (roomOf(line) <= cells) {
    rows.push({ start, end: lineEnd, next: lineEnd + 1 });
    return;
  }
  const row: OpenRow = { start, offset: start, used: 0, wideBefore: false, lastBreak: null };
  for (const grapheme of graphemes(line)) {
    if (grapheme === ' ') {
      addSpace(row);
    } else {
      const next = { room: clusterRoom(grapheme), isWide: isWide(grapheme) };
      // Twice where the rest of a word broken at its space is still too long.
      for (let full = breakBefore(row, next, cells); full; full = breakBefore(row, next, cells)) {
        rows.push(full);
      }
      row.used += next.room;
      row.wideBefore = next.isWide;
    }
    row.offset += grapheme.length;
  }
  // Spaces that hang over the edge at the very end are not shown.
  const hanging = row.used > cells && row.lastBreak?.next === lineEnd ? row.lastBreak : null;
  rows.push({ start: row.start, end: hanging?.end ?? lineEnd, next: lineEnd + 1 });
}

/** Written without spaces, as Chinese is: a letter that has only wide marks is none of them. */
function isWide(cluster: string): boolean {
  return clusterWidth(cluster) > 1 && clusterWidth(Array.from(cluster)[0] ?? '') > 1;
}

/** A space may hang over the edge; a run of them is one break. */
function addSpace(row: OpenRow): void {
  const end = row.lastBreak?.next === row.offset ? row.lastBreak.end : row.offset;
  row.used += 1;
  row.wideBefore = false;
  row.lastBreak = { end, next: row.offset + 1, cells: row.used };
}

/** Starts a new row if the next grapheme no longer fits, and gives the row that is full. */
function breakBefore(
  row: OpenRow,
  { room, isWide }: { readonly room: number; readonly isWide: boolean },
  cells: number,
): RowRange | null {
  const { offset, used } = row;
  if (offset === row.start) return null;
  const here: Break = { end: offset, next: offset, cells: used };
  const besideWide = isWide || row.wideBefore;
  if (besideWide && row.lastBreak?.next !== offset) row.lastBreak = here;
  if (used + room <= cells) return null;
  const at = row.lastBreak ?? here;
  const full = { start: row.start, end: at.end, next: at.next };
  row.start = at.next;
  row.used -= at.cells;
  row.lastBreak = null;
  return full;
}
