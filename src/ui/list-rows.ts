// What overlays are made of, as rows: a title, paragraphs, a list with a selection, an input. Pure.
import type { ComposerState } from './composer.ts';
import type { PlacedPicture } from './frame-sink.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { blanks, type Row, span } from './spans.ts';
import { boundaryAtOrBefore, cellWidth, mostCells, wrap } from './width.ts';

export interface OverlayArea {
  readonly cells: number;
  readonly rows: number;
}

export interface OverlayView {
  readonly rows: readonly Row[];
  /** Where an overlay's own input has its cursor. */
  readonly cursor: { readonly row: number; readonly column: number } | null;
  /** What the terminal draws over it, placed from its upper left cell. */
  readonly picture?: PlacedPicture;
}

/** What it is, which keys it takes, and an empty row; where that is too much for a row, the keys below. */
export function title(text: SafeText, keys: SafeText, cells: number): Row[] {
  const head = span(t` ${text}`, 'strong');
  if (cellWidth(head.text) + 2 + cellWidth(keys) < cells)
    return [[head, span(t`  ${keys}`, 'dim')], []];
  return [[head], ...wrap(keys, cells - 2).map((row) => [span(t` ${row}`, 'dim')])];
}

/** Words of lanchat's own wrapped to the width, a blank before each row. */
export function paragraph(text: SafeText, cells: number): Row[] {
  return wrap(text, cells - 2).map((row) => [span(t` ${row}`)]);
}

/** As many beside each other as fit into a paragraph's row, each whole, with `between` where two are. */
export function inRows(
  parts: readonly SafeText[],
  between: SafeText,
  cells: number,
): readonly SafeText[] {
  const rows: SafeText[] = [];
  for (const part of parts) {
    const last = rows.at(-1);
    const both = last === undefined ? part : t`${last}${between}${part}`;
    if (last !== undefined && cellWidth(both) <= cells - 2) rows.splice(-1, 1, both);
    else rows.push(part);
  }
  return rows;
}

/** One of several facts, with words of others in it: its further rows stand to the right, so that none looks like a fact. */
export function factRows(text: SafeText, cells: number): Row[] {
  const indent = blanks(3 + text.length - text.trimStart().length);
  return wrap(text, cells - indent.length - 1).map((row, index) => [
    span(index === 0 ? t` ${row}` : t`${indent}${row}`),
  ]);
}

/** As many rows as fit, from `top` or as far down as there is something to show. */
export function scrolled(rows: readonly Row[], top: number, height: number): readonly Row[] {
  const start = Math.max(0, Math.min(top, rows.length - height));
  return rows.slice(start, start + height);
}

/** What is left under the head. */
export function below(head: readonly Row[], area: OverlayArea): OverlayArea {
  return { cells: area.cells, rows: Math.max(1, area.rows - head.length) };
}

/** A list of items, each of a row or more, scrolled so that the selected one is among them. */
export function listRows(
  items: readonly (readonly Row[])[],
  selected: number,
  area: OverlayArea,
): readonly Row[] {
  const rows = items.flatMap((item, index) =>
    item.map((row, line) =>
      listedRow(row, { selected: index === selected, first: line === 0 }, area),
    ),
  );
  const end = items.slice(0, selected + 1).reduce((sum, item) => sum + item.length, 0);
  return scrolled(rows, Math.max(0, end - area.rows), area.rows);
}

/** A long list of items of one row each, below rows that scroll away with it. */
export interface LongList {
  readonly head: readonly Row[];
  readonly count: number;
  readonly rowOf: (index: number) => Row;
}

/** As `listRows`; only rows that are seen are made. `selected` −1: none yet, and the head is seen from its beginning. */
export function longListRows(
  { head, count, rowOf }: LongList,
  selected: number,
  area: OverlayArea,
): readonly Row[] {
  const end = selected < 0 ? 0 : head.length + selected + 1;
  const start = Math.max(0, end - area.rows);
  const height = Math.min(area.rows, head.length + count - start);
  return Array.from({ length: height }, (_, row) => {
    const index = start + row - head.length;
    if (index < 0) return head[start + row] ?? [];
    return listedRow(rowOf(index), { selected: index === selected, first: true }, area);
  });
}

/** A row of an item, marked where that is the selected one. */
export function listedRow(
  row: Row,
  { selected, first }: { readonly selected: boolean; readonly first: boolean },
  { cells }: OverlayArea,
): Row {
  if (!selected) return [span(t`   `), ...row];
  const text = row.reduce<SafeText>((all, part) => t`${all}${part.text}`, first ? t` > ` : t`   `);
  return [span(t`${text}${blanks(cells - 1 - cellWidth(text))}`, 'selected')];
}

/** A line that is typed into, moved to the left as far as its cursor needs, and the column of that. */
export function inputRow(input: ComposerState, label: SafeText, cells: number) {
  const room = cells - 1 - cellWidth(label);
  const start = shownFrom(input, room);
  const column = cellWidth(label) + cellWidth(safeText(input.text.slice(start, input.cursor)));
  const row = [span(label, 'accent'), span(safeText(input.text.slice(start)))] satisfies Row;
  return { row, column };
}

/** Where to begin, so that all of the text up to the cursor fits. */
function shownFrom({ text, cursor }: ComposerState, cells: number): number {
  let start = cursor;
  let used = 0;
  while (start > 0) {
    const before = boundaryAtOrBefore(text, start - 1);
    used += mostCells(text.slice(before, start));
    if (used > cells) return start;
    start = before;
  }
  return 0;
}
