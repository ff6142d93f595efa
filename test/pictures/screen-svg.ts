// A terminal's screen as an SVG file: text that can be selected, every piece at its own cell, no script and
// no font of others. What the screen shows is data: nothing of it becomes markup.
import { type Box, glyphBoxes, joinBoxes } from './block-glyphs.ts';
import { type Cell, type Grid, type Run, runsOf, type Style } from './grid.ts';
import { type Fill, fillsOf, STYLE_SHEET } from './svg-colours.ts';

const CELL_WIDTH = 8.4;
const CELL_HEIGHT = 18;
/** From a row's top to the line its letters stand on. */
const BASELINE = 13.5;
const PADDING = 12;

export interface PictureText {
  readonly title: string;
  /** What a person sees in it, for who can't. */
  readonly description: string;
}

export function screenSvg(grid: Grid, { title, description }: PictureText): string {
  const width = rounded(grid.columns * CELL_WIDTH + 2 * PADDING);
  const height = rounded(grid.rows.length * CELL_HEIGHT + 2 * PADDING);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t d" xml:space="preserve">`,
    `<title id="t">${escaped(title)}</title><desc id="d">${escaped(description)}</desc>`,
    `<style>${STYLE_SHEET}</style>`,
    `<rect class="p" width="${width}" height="${height}" rx="8"/>`,
    `<rect class="e" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="7.5"/>`,
    ...grid.rows.flatMap((row, index) => rowMarkup(row, index)),
    ...cursorMarkup(grid),
    '</svg>\n',
  ].join('\n');
}

function rowMarkup(row: readonly Cell[], index: number): readonly string[] {
  const runs = runsOf(row);
  const behind = runs.flatMap((run) => {
    const fill = fillsOf(run.style).behind;
    if (fill === null) return [];
    const [first, last] = [cellBox(index, run.column, 0), placed(run).at(-1)];
    const end = last === undefined ? run.column : last.column + last.cell.cells;
    return [boxMarkup({ ...first, width: (end - run.column) * CELL_WIDTH }, fill)];
  });
  return [...behind, ...runs.flatMap((run) => runMarkup(run, index))].filter((line) => line !== '');
}

function runMarkup(run: Run, row: number): readonly string[] {
  const { text: fill } = fillsOf(run.style);
  const boxes: Box[] = [];
  const texts: string[] = [];
  for (const piece of piecesOf(run)) {
    const box = cellBox(row, piece.column, piece.cells);
    const drawn = piece.kind === 'symbol' ? glyphBoxes(piece.text, box) : null;
    if (drawn === null) texts.push(textMarkup(piece, row, { style: run.style, fill }));
    else boxes.push(...drawn);
  }
  return [pathMarkup(joinBoxes(boxes), fill, run.style), ...texts];
}

interface Piece {
  /** `plain` has one cell a character in every font, `letters` are shaped together, a `symbol` stands alone. */
  readonly kind: 'plain' | 'letters' | 'symbol';
  readonly column: number;
  readonly cells: number;
  readonly text: string;
}

function piecesOf(run: Run): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const { column, cell } of placed(run)) {
    const kind = kindOf(cell);
    const last = pieces.at(-1);
    if (last === undefined || last.kind !== kind || kind === 'symbol') {
      pieces.push({ kind, column, cells: cell.cells, text: cell.text });
    } else {
      const { text, cells } = last;
      pieces[pieces.length - 1] = {
        ...last,
        text: text + cell.text,
        cells: cells + cell.cells,
      };
    }
  }
  return pieces;
}

function placed({
  column,
  cells,
}: Run): readonly { readonly column: number; readonly cell: Cell }[] {
  let at = column;
  return cells.map((cell) => {
    const place = { column: at, cell };
    at += cell.cells;
    return place;
  });
}

function kindOf({ text, cells }: Cell): Piece['kind'] {
  if (cells === 1 && /^[\x20-\x7e\xa1-\u024f]$/.test(text)) return 'plain';
  return cells === 1 && /^[\p{L}\p{M}\u200c\u200d]+$/u.test(text) ? 'letters' : 'symbol';
}

/** Blanks at either end of a piece take place and no bytes, unless a line runs under them. */
function textMarkup(
  piece: Piece,
  row: number,
  { style, fill }: { readonly style: Style; readonly fill: Fill },
): string {
  const isTrimmed = piece.kind === 'plain' && !style.underline;
  const text = isTrimmed ? piece.text.trim() : piece.text;
  if (text === '') return '';
  const skipped = isTrimmed ? piece.text.length - piece.text.trimStart().length : 0;
  const x = PADDING + (piece.column + skipped) * CELL_WIDTH;
  const y = PADDING + row * CELL_HEIGHT + BASELINE;
  const isStretched = piece.kind === 'plain' && text.length > 1;
  const length = isStretched ? ` textLength="${rounded(text.length * CELL_WIDTH)}"` : '';
  return `<text x="${rounded(x)}" y="${rounded(y)}"${length}${paint(fill, style)}>${escaped(text)}</text>`;
}

function pathMarkup(boxes: readonly Box[], fill: Fill, style: Style): string {
  if (boxes.length === 0) return '';
  const path = boxes.map(({ x, y, width, height }) => {
    const [wide, high] = [rounded(width), rounded(height)];
    return `M${rounded(x)} ${rounded(y)}h${wide}v${high}h-${wide}z`;
  });
  return `<path d="${path.join('')}" shape-rendering="crispEdges"${paint(fill, style)}/>`;
}

function boxMarkup({ x, y, width, height }: Box, fill: Fill): string {
  return `<rect x="${rounded(x)}" y="${rounded(y)}" width="${rounded(width)}" height="${rounded(height)}"${paint(fill, null)} shape-rendering="crispEdges"/>`;
}

function cursorMarkup({ cursor }: Grid): readonly string[] {
  if (cursor === null) return [];
  const box = cellBox(cursor.row, cursor.column, 1);
  const { x, y, width, height } = box;
  return [
    `<rect class="i" x="${rounded(x)}" y="${rounded(y)}" width="${rounded(width)}" height="${rounded(height)}" opacity=".45"/>`,
  ];
}

function cellBox(row: number, column: number, cells: number): Box {
  return {
    x: PADDING + column * CELL_WIDTH,
    y: PADDING + row * CELL_HEIGHT,
    width: cells * CELL_WIDTH,
    height: CELL_HEIGHT,
  };
}

function paint(fill: Fill, style: Style | null): string {
  const classes = [
    ...(fill.kind === 'class' ? [fill.value] : []),
    ...(style?.bold === true ? ['b'] : []),
    ...(style?.dim === true ? ['d'] : []),
    ...(style?.italic === true ? ['t'] : []),
    ...(style?.underline === true ? ['u'] : []),
  ];
  const own = fill.kind === 'fill' ? ` fill="${fill.value}"` : '';
  return classes.length === 0 ? own : ` class="${classes.join(' ')}"${own}`;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** As XML text; what XML can't hold becomes the replacement character. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\x00-\x1f\x7f-\x9f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
