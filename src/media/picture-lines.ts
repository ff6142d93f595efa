// Pixels as characters: half-blocks in colour, shades where there are none. Which colours a terminal takes others know.
import { LEAST_ALPHA } from './palette.ts';
import type { PictureSize, Pixels } from './picture.ts';
import { fitWithin, scaleDown } from './scale.ts';

/** Red, green, blue, each 0–255. */
export type Colour = readonly [number, number, number];

/** Cells beside each other that look the same; null: as the terminal is. */
export interface BlockRun {
  readonly text: string;
  readonly colour: Colour | null;
  readonly ground: Colour | null;
}

const SHADES = [' ', '░', '▒', '▓', '█'] as const;

/** Rows of cells, each of two pixels above each other, that fit into `cells`; never larger than the picture. */
export function halfBlocks(pixels: Pixels, cells: PictureSize): readonly (readonly BlockRun[])[] {
  const box = { width: cells.width, height: 2 * cells.height };
  const small = scaleDown(pixels, fitWithin(pixels, box));
  return Array.from({ length: Math.ceil(small.height / 2) }, (_, row) =>
    merged(Array.from({ length: small.width }, (__, x) => cellAt(small, x, 2 * row))),
  );
}

/** Rows of shades that fit into `cells`, the bright ones full; a cell is twice as high as it is wide. */
export function shadeRows(pixels: Pixels, cells: PictureSize): readonly string[] {
  const box = { width: cells.width, height: 2 * cells.height };
  const { width, height } = fitWithin(pixels, box);
  const small = scaleDown(pixels, { width, height: Math.ceil(height / 2) });
  return Array.from({ length: small.height }, (_, y) =>
    Array.from({ length: small.width }, (__, x) => shadeOf(colourAt(small, x, y))).join(''),
  );
}

function cellAt(pixels: Pixels, x: number, y: number): BlockRun {
  const top = colourAt(pixels, x, y);
  const bottom = colourAt(pixels, x, y + 1);
  if (top === null) return { text: bottom === null ? ' ' : '▄', colour: bottom, ground: null };
  if (isSame(top, bottom)) return { text: ' ', colour: null, ground: top };
  return { text: '▀', colour: top, ground: bottom };
}

/** Null: it can't be seen, or there is none. */
function colourAt({ width, height, rgba }: Pixels, x: number, y: number): Colour | null {
  const at = 4 * (y * width + x);
  if (y >= height || (rgba[at + 3] ?? 0) < LEAST_ALPHA) return null;
  return [rgba[at] ?? 0, rgba[at + 1] ?? 0, rgba[at + 2] ?? 0];
}

function isSame(a: Colour | null, b: Colour | null): boolean {
  if (a === null || b === null) return a === b;
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
}

function merged(cells: readonly BlockRun[]): readonly BlockRun[] {
  const runs: BlockRun[] = [];
  for (const cell of cells) {
    const last = runs.at(-1);
    const isAlike =
      last?.text[0] === cell.text &&
      isSame(last.colour, cell.colour) &&
      isSame(last.ground, cell.ground);
    if (last !== undefined && isAlike) runs.splice(-1, 1, { ...last, text: last.text + cell.text });
    else runs.push(cell);
  }
  return runs;
}

/** By how bright it looks (Rec. 601). */
function shadeOf(colour: Colour | null): string {
  if (colour === null) return ' ';
  const [red, green, blue] = colour;
  const brightness = (0.299 * red + 0.587 * green + 0.114 * blue) / 256;
  return SHADES[Math.floor(brightness * SHADES.length)] ?? ' ';
}
