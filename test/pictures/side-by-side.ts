// Two terminals as one picture, with whose each is above it.
import { type Cell, type Grid, PLAIN_STYLE, type Style } from './grid.ts';

export interface NamedGrid {
  readonly name: string;
  readonly grid: Grid;
}

/** Of the same size. The cursor is that of the one that `active` names. */
export function sideBySide(
  left: NamedGrid,
  right: NamedGrid,
  active: 'left' | 'right' | null,
): Grid {
  const width = left.grid.columns;
  const edge = cellsOf('│', { dim: true });
  const rows = left.grid.rows.map((row, index) => [
    ...row,
    ...edge,
    ...(right.grid.rows[index] ?? []),
  ]);
  const names = [left, right].map(({ name }) => cellsOf(` ${name}`.padEnd(width), { bold: true }));
  return {
    columns: 2 * width + 1,
    rows: [[...(names[0] ?? []), ...edge, ...(names[1] ?? [])], ...rows],
    cursor: cursorOf(left.grid, right.grid, active),
  };
}

function cursorOf(left: Grid, right: Grid, active: 'left' | 'right' | null): Grid['cursor'] {
  const { cursor } = active === 'left' ? left : right;
  if (active === null || cursor === null) return null;
  const column = active === 'left' ? cursor.column : left.columns + 1 + cursor.column;
  return { row: cursor.row + 1, column };
}

function cellsOf(text: string, style: Partial<Style>): readonly Cell[] {
  return [...text].map((character) => ({
    text: character,
    cells: 1,
    style: { ...PLAIN_STYLE, ...style },
  }));
}

/** A terminal on which nothing has been started. */
export function emptyGrid(columns: number, rows: number): Grid {
  const row = cellsOf(' '.repeat(columns), {});
  return { columns, rows: Array.from({ length: rows }, () => row), cursor: null };
}
