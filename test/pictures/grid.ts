// What a terminal shows, cell by cell, as plain data. Reads xterm's buffer; draws nothing.
import type { Terminal } from '@xterm/headless';

/** The terminal's own, one of its 256, or none of these: six hex digits. */
export type Colour = 'default' | number | string;

export interface Style {
  readonly foreground: Colour;
  readonly background: Colour;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
}

/** Text that begins in one cell and takes one or two. */
export interface Cell {
  readonly text: string;
  readonly cells: 1 | 2;
  readonly style: Style;
}

export interface Grid {
  readonly columns: number;
  readonly rows: readonly (readonly Cell[])[];
  /** Null: it is hidden. Both from 0. */
  readonly cursor: { readonly row: number; readonly column: number } | null;
}

export const PLAIN_STYLE: Style = {
  ...{ foreground: 'default', background: 'default' },
  ...{ bold: false, dim: false, italic: false, underline: false, inverse: false },
};

type Buffer = Terminal['buffer']['active'];
type BufferCell = NonNullable<ReturnType<Buffer['getNullCell']>>;

/** What it shows now. xterm doesn't tell whether the cursor is hidden, so the caller does. */
export function gridOf(terminal: Terminal, isCursorShown: boolean): Grid {
  const buffer = terminal.buffer.active;
  const rows = Array.from({ length: terminal.rows }, (_, row) =>
    rowOf(buffer, buffer.baseY + row, terminal.cols),
  );
  const cursor = isCursorShown ? { row: buffer.cursorY, column: buffer.cursorX } : null;
  return { columns: terminal.cols, rows, cursor };
}

function rowOf(buffer: Buffer, y: number, columns: number): readonly Cell[] {
  const line = buffer.getLine(y);
  const cells: Cell[] = [];
  for (let x = 0; x < columns; x++) {
    const cell = line?.getCell(x);
    // The second half of a wide character has no width and no text.
    if (cell === undefined || cell.getWidth() === 0) continue;
    const text = cell.getChars() || ' ';
    cells.push({ text, cells: cell.getWidth() === 2 ? 2 : 1, style: styleOf(cell) });
  }
  return cells;
}

function styleOf(cell: BufferCell): Style {
  return {
    foreground: colourOf(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
    background: colourOf(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()),
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
    italic: cell.isItalic() !== 0,
    underline: cell.isUnderline() !== 0,
    inverse: cell.isInverse() !== 0,
  };
}

function colourOf(isDefault: boolean, isRgb: boolean, value: number): Colour {
  if (isDefault) return 'default';
  return isRgb ? value.toString(16).padStart(6, '0') : value;
}

function sameStyle(a: Style, b: Style): boolean {
  return (
    a.foreground === b.foreground &&
    a.background === b.background &&
    a.bold === b.bold &&
    a.dim === b.dim &&
    a.italic === b.italic &&
    a.underline === b.underline &&
    a.inverse === b.inverse
  );
}

export function sameCell(a: Cell, b: Cell | undefined): boolean {
  return a.text === b?.text && a.cells === b.cells && sameStyle(a.style, b.style);
}

/** Neighbours of one style. */
export interface Run {
  readonly column: number;
  readonly cells: readonly Cell[];
  readonly style: Style;
}

export function runsOf(row: readonly Cell[]): readonly Run[] {
  const runs: { column: number; cells: Cell[]; style: Style }[] = [];
  let column = 0;
  for (const cell of row) {
    const last = runs.at(-1);
    if (last !== undefined && sameStyle(last.style, cell.style)) last.cells.push(cell);
    else runs.push({ column, cells: [cell], style: cell.style });
    column += cell.cells;
  }
  return runs;
}
