// The one measure of how many terminal cells text takes, and wrapping by it; knows no terminal.
import { type ClusterMeasures, clusterKind, countCluster } from './cluster-kinds.ts';
import { type SafeText, safeTemplate, safeText, sliceSafe } from './safe-text.ts';

/**
 * A row of wrapped text by UTF-16 offsets: `start` to `end` is shown; `next` is where the next row
 * starts, past the spaces or the line feed at which the row broke.
 */
export type RowRange = { readonly start: number; readonly end: number; readonly next: number };

/**
 * Characters that never join and take one cell each: of most text, and of our own marks and lines. What measures all others
 * takes tens of milliseconds to begin, which the first frame doesn't have.
 */
const NARROW =
  /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u0391-\u0482\u2010-\u2027\u2190-\u21ff\u2500-\u257f\u270e\u2713]*$/;
const NARROW_CLUSTER = { cells: 1, most: 1, isWide: false } as const;

/** Bounds the memory of the cache; a busy multilingual room uses a few hundred clusters. */
const MAX_CACHED_CLUSTERS = 4_096;
const CLUSTERS = new Map<string, Cluster>();
const SPACING_MARK = /\p{Mc}/u;

/** What is known of a grapheme. */
type Cluster = {
  readonly cells: number;
  /** The most that a terminal gives it: many count a conjunct, or a family of emoji, character by character. */
  readonly most: number;
  /** A row may end before and behind it: it is wide itself, not by a vowel sign that stands beside its letter. */
  readonly isWide: boolean;
};

let measures: ClusterMeasures = {};

/** From now on text is measured as this terminal counts it. */
export function measureAs(terminal: ClusterMeasures): void {
  measures = terminal;
  CLUSTERS.clear();
}

/** Another object after every change: whoever remembers a layout remembers it with this. */
export function currentMeasures(): ClusterMeasures {
  return measures;
}

// Costs milliseconds of a cold start, so it is built when the first text beyond ASCII is measured.
let segmenter: Intl.Segmenter | undefined;

function segments(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** User-perceived characters in order; joined they give `text` again. */
export function graphemes(text: string): string[] {
  return Array.from(eachGrapheme(text));
}

/** In a text of more than 65,535 units, Node 20 takes a tenth of a millisecond and more for each. */
const PIECE_LENGTH = 4_096;

function* eachGrapheme(text: string): Iterable<string> {
  if (NARROW.test(text)) yield* text;
  else if (text.length <= PIECE_LENGTH) for (const { segment } of segments(text)) yield segment;
  else yield* inPieces(text);
}

function* inPieces(text: string): Iterable<string> {
  for (let [start, length] = [0, PIECE_LENGTH]; start < text.length; ) {
    const isLast = start + length >= text.length;
    const taken = text.slice(start, start + length);
    // Half a pair would look like a character that ends the cluster before it.
    const piece = isLast ? taken : taken.replace(/[\ud800-\udbff]$/, '');
    let end = 0;
    for (const { segment, index } of segments(piece)) {
      // What is cut here begins the next piece.
      if (!isLast && index + segment.length === piece.length) break;
      yield segment;
      end = index + segment.length;
    }
    start += end;
    // One cluster may be longer than a piece.
    length = end === 0 ? 2 * length : PIECE_LENGTH;
  }
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
  if (NARROW.test(text)) return text.length;
  let cells = 0;
  for (const grapheme of eachGrapheme(text)) cells += measured(grapheme).cells;
  return cells;
}

/** Cells that one line of text takes where a terminal counts the most: what has so many is never clipped. */
export function mostCells(text: string): number {
  if (NARROW.test(text)) return text.length;
  let cells = 0;
  for (const grapheme of eachGrapheme(text)) cells += measured(grapheme).most;
  return cells;
}

function measured(text: string): Cluster {
  const known = CLUSTERS.get(text);
  if (known !== undefined) return known;
  if (text.length === 1 && NARROW.test(text)) return NARROW_CLUSTER;
  const kind = clusterKind(text);
  const cells = countCluster(text, (kind && measures[kind]) ?? 'whole');
  const isWide = cells > 1 && !SPACING_MARK.test(text);
  const cluster = { cells, most: countCluster(text, 'careful'), isWide };
  if (CLUSTERS.size >= MAX_CACHED_CLUSTERS) CLUSTERS.clear();
  CLUSTERS.set(text, cluster);
  return cluster;
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
    used += measured(grapheme).cells;
    if (used > cells) break;
    end += grapheme.length;
  }
  return end;
}

/** A command and the first word of what it is about. */
const COMMAND = /(?<![^\s(])\/[a-z-]+ \S+/g;

/**
 * The rows of `text` at a width of `cells` (at least 1), as `wrapRanges` breaks them; but `/trust bela` is not broken
 * where a row has room for it: who types what stands at the end of a row would take it for all of it.
 */
export function wrap(text: SafeText, cells: number): SafeText[] {
  // A bracket may stand before it. Measured with something for the blank that is as long and as wide, and no place to break.
  const whole = text.replace(COMMAND, (command) =>
    mostCells(command) < cells ? command.replace(' ', '_') : command,
  );
  return wrapRanges(whole, cells).map(({ start, end }) => sliceSafe(text, start, end));
}

/**
 * Breaks text into rows of at most `cells` cells on any terminal: at line feeds, at spaces (which vanish at
 * the break), beside wide characters, and inside a word only if it is longer than a row, there by
 * grapheme. A grapheme wider than the row gets a row to itself. At least one row, in linear time.
 */
export function wrapRanges(text: string, cells: number): RowRange[] {
  const rows: RowRange[] = [];
  wrapFrom(text, { start: 0, cells }, (row) => {
    rows.push(row);
    return true;
  });
  return rows;
}

/** Breaks one line where a row of `cells` cells (at least 1) is full, and nowhere else; nothing of it vanishes. */
export function cutRanges(line: string, cells: number): RowRange[] {
  const rows: RowRange[] = [];
  let start = 0;
  let end = 0;
  let used = 0;
  for (const grapheme of graphemes(line)) {
    const width = measured(grapheme).most;
    if (used + width > Math.max(1, cells) && end > start) {
      rows.push({ start, end, next: end });
      start = end;
      used = 0;
    }
    used += width;
    end += grapheme.length;
  }
  rows.push({ start, end, next: end });
  return rows;
}

/** As `wrapRanges`, from where a row starts, a row at a time until `take` says no: no more is measured. */
export function wrapFrom(
  text: string,
  { start, cells }: { readonly start: number; readonly cells: number },
  take: (row: RowRange) => boolean,
): void {
  let at = start;
  for (;;) {
    const feed = text.indexOf('\n', at);
    const line = text.slice(at, feed === -1 ? text.length : feed);
    if (!wrapLine({ line, start: at, cells: Math.max(1, cells) }, take) || feed === -1) return;
    at = feed + 1;
  }
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

/** Units per cell above which a line is not measured whole first. */
const LONG_LINE = 8;

/** False where no more rows are wanted. */
function wrapLine({ line, start, cells }: Line, take: (row: RowRange) => boolean): boolean {
  const lineEnd = start + line.length;
  if (line.length <= LONG_LINE * cells && mostCells(line) <= cells) {
    return take({ start, end: lineEnd, next: lineEnd + 1 });
  }
  const row: OpenRow = { start, offset: start, used: 0, wideBefore: false, lastBreak: null };
  for (const grapheme of eachGrapheme(line)) {
    if (grapheme === ' ') {
      addSpace(row);
    } else {
      const cluster = measured(grapheme);
      // Behind the last place to break there may still be more than fits with this one.
      for (
        let full = breakBefore(row, cluster, cells);
        full;
        full = breakBefore(row, cluster, cells)
      ) {
        if (!take(full)) return false;
      }
      row.used += cluster.most;
      row.wideBefore = cluster.isWide;
    }
    row.offset += grapheme.length;
  }
  // Spaces that hang over the edge at the very end are not shown.
  const hanging = row.used > cells && row.lastBreak?.next === lineEnd ? row.lastBreak : null;
  return take({ start: row.start, end: hanging?.end ?? lineEnd, next: lineEnd + 1 });
}

/** A space may hang over the edge; a run of them is one break. */
function addSpace(row: OpenRow): void {
  const end = row.lastBreak?.next === row.offset ? row.lastBreak.end : row.offset;
  row.used += 1;
  row.wideBefore = false;
  row.lastBreak = { end, next: row.offset + 1, cells: row.used };
}

/** Starts a new row if this grapheme no longer fits, and gives the row that is full. */
function breakBefore(row: OpenRow, { most, isWide }: Cluster, cells: number): RowRange | null {
  const { offset, used } = row;
  if (offset === row.start) return null;
  const here: Break = { end: offset, next: offset, cells: used };
  const besideWide = isWide || row.wideBefore;
  if (besideWide && row.lastBreak?.next !== offset) row.lastBreak = here;
  if (used + most <= cells) return null;
  const at = row.lastBreak ?? here;
  const full = { start: row.start, end: at.end, next: at.next };
  row.start = at.next;
  row.used -= at.cells;
  row.lastBreak = null;
  return full;
}
