// Lays the composer's text into rows with the cursor's cell, and finds what is above and below it.
import type { ComposerState } from './composer.ts';
import { rewrap, type Wrapped } from './rewrap.ts';
import { type SafeText, safeText } from './safe-text.ts';
import { cellWidth, graphemes, type RowRange } from './width.ts';

export type ComposerLayout = {
  /** The rows to show, 1 to `maxRows`. */
  readonly rows: readonly SafeText[];
  /** The cursor's cell among `rows`, both from 0; `column` is less than `cells`. */
  readonly cursor: { readonly row: number; readonly column: number };
  /** How many rows are scrolled out above; hand it back as `top` the next time. */
  readonly top: number;
  readonly totalRows: number;
};

export type ComposerArea = {
  /** Width in cells, the cursor's own cell at the end of a row included; at least 2. */
  readonly cells: number;
  readonly maxRows?: number;
  readonly top?: number;
};

const DEFAULT_MAX_ROWS = 5;

/** What was laid out last: a key changes a text of 60,000 bytes in one place. */
let wrapped: Wrapped | null = null;

/** The visible rows: scrolled no further than needed for the cursor to be among them. */
export function layoutComposer(state: ComposerState, area: ComposerArea): ComposerLayout {
  const { maxRows = DEFAULT_MAX_ROWS, top: wanted = 0 } = area;
  const ranges = rowsOf(state, area.cells);
  const row = cursorRow(ranges, state.cursor);
  const shown = Math.min(maxRows, ranges.length);
  const highest = Math.min(wanted, row, ranges.length - shown);
  const top = Math.max(0, highest, row - shown + 1);
  return {
    rows: ranges
      .slice(top, top + shown)
      .map(({ start, end }) => safeText(state.text.slice(start, end))),
    cursor: { row: row - top, column: columnOf(state, ranges[row], area.cells) },
    top,
    totalRows: ranges.length,
  };
}

/**
 * The offset one row above or below the cursor, as near its column as a grapheme allows; null on the
 * first or last row, where the arrow keys go through history instead.
 */
export function verticalTarget(
  state: ComposerState,
  direction: 'up' | 'down',
  cells: number,
): number | null {
  const ranges = rowsOf(state, cells);
  const row = cursorRow(ranges, state.cursor);
  const target = ranges[direction === 'up' ? row - 1 : row + 1];
  if (!target) return null;
  const column = columnOf(state, ranges[row], cells);
  let offset = target.start;
  let used = 0;
  for (const grapheme of graphemes(state.text.slice(target.start, target.end))) {
    used += cellWidth(grapheme);
    if (used > column) break;
    offset += grapheme.length;
  }
  return offset;
}

// One cell stays free, so that the cursor behind a full row has a place of its own.
function rowsOf(state: ComposerState, cells: number): readonly RowRange[] {
  wrapped = rewrap(wrapped, state.text, Math.max(1, cells - 1));
  return wrapped.ranges;
}

function cursorRow(ranges: readonly RowRange[], cursor: number): number {
  const row = ranges.findIndex(({ next }) => cursor < next);
  return row === -1 ? ranges.length - 1 : row;
}

function columnOf(state: ComposerState, range: RowRange | undefined, cells: number): number {
  const before = state.text.slice(range?.start ?? 0, state.cursor);
  return Math.min(cellWidth(before), Math.max(0, cells - 1));
}
