// A terminal recording in asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/): frames in, lines out. Its time
// is what the caller lets pass, not a clock's.
import { type Cell, type Colour, type Grid, runsOf, type Style, sameCell } from './grid.ts';

const RESET = '\x1b[m';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

export interface RecordingOptions {
  readonly columns: number;
  readonly rows: number;
  readonly title: string;
}

export class Recording {
  readonly #lines: string[];
  #shown: Grid['rows'] = [];
  #cursor = '';
  #ms = 0;

  constructor({ columns, rows, title }: RecordingOptions) {
    const env = { TERM: 'xterm-256color' };
    this.#lines = [JSON.stringify({ version: 2, width: columns, height: rows, title, env })];
  }

  /** So long nothing changes. */
  wait(ms: number): void {
    this.#ms += ms;
  }

  /** What is on the screen from now on: only what has changed is written. */
  show({ rows, cursor }: Grid): void {
    const changes = rows.map((row, index) => rowChange(row, this.#shown[index] ?? [], index));
    this.#shown = rows;
    const changed = changes.join('');
    const place = cursor === null ? '' : `\x1b[${cursor.row + 1};${cursor.column + 1}H`;
    const end = cursor === null ? HIDE_CURSOR : place + SHOW_CURSOR;
    if (changed === '' && end === this.#cursor) return;
    this.#cursor = end;
    this.#lines.push(JSON.stringify([this.#ms / 1_000, 'o', HIDE_CURSOR + changed + end]));
  }

  /** The whole file. */
  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

/** From the first cell that differs to the last. */
function rowChange(row: readonly Cell[], shown: readonly Cell[], index: number): string {
  const from = row.findIndex((cell, at) => !sameCell(cell, shown[at]));
  if (from < 0) return '';
  // Where a wide character has come or gone, cells of the same number stand elsewhere.
  const isAligned = row.every((cell, at) => cell.cells === shown[at]?.cells);
  const to = isAligned ? row.findLastIndex((cell, at) => !sameCell(cell, shown[at])) : row.length;
  const column = row.slice(0, from).reduce((sum, { cells }) => sum + cells, 1);
  return `\x1b[${index + 1};${column}H${rowBytes(row.slice(from, to + 1))}`;
}

function rowBytes(row: readonly Cell[]): string {
  const runs = runsOf(row).map(({ cells, style }) => {
    const text = cells.map((cell) => cell.text).join('');
    const codes = sgrOf(style);
    return codes === '' ? text : `\x1b[${codes}m${text}${RESET}`;
  });
  return runs.join('');
}

function sgrOf(style: Style): string {
  const codes = [
    ...(style.bold ? ['1'] : []),
    ...(style.dim ? ['2'] : []),
    ...(style.italic ? ['3'] : []),
    ...(style.underline ? ['4'] : []),
    ...(style.inverse ? ['7'] : []),
    ...colourCodes(style.foreground, '3'),
    ...colourCodes(style.background, '4'),
  ];
  return codes.join(';');
}

function colourCodes(colour: Colour, layer: '3' | '4'): readonly string[] {
  if (colour === 'default') return [];
  if (typeof colour === 'string') {
    const parts = [0, 2, 4].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
    return [`${layer}8;2;${parts.join(';')}`];
  }
  return [colour < 8 ? `${layer}${colour}` : `${layer}8;5;${colour}`];
}
