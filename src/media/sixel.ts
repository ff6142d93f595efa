// Pixels as sixel (DEC VT340): bands of six rows, in each one row of bits a colour.
import { type IndexedPixels, indexPixels } from './palette.ts';
import type { Pixels } from './picture.ts';

const BAND_ROWS = 6;
const MAX_COLOURS = 256;
/** A run must be longer to be shorter as a count. */
const LEAST_RUN = 4;

/** What can't be seen stays as it is. */
export function sixelOf(pixels: Pixels): string {
  const indexed = indexPixels(pixels, MAX_COLOURS);
  const { width, height, colours } = indexed;
  const palette = colours.map(
    (colour, index) =>
      `#${index};2;${colour.map((value) => Math.round((value * 100) / 255)).join(';')}`,
  );
  const bands = Array.from({ length: Math.ceil(height / BAND_ROWS) }, (_, band) =>
    bandOf(indexed, band * BAND_ROWS),
  );
  return `\x1bP0;1;0q"1;1;${width};${height}${palette.join('')}${bands.join('-')}\x1b\\`;
}

function bandOf({ width, height, indices, absent }: IndexedPixels, top: number): string {
  const columnsOf = new Map<number, Uint8Array>();
  const rows = Math.min(BAND_ROWS, height - top);
  for (let row = 0; row < rows; row += 1) {
    for (let x = 0; x < width; x += 1) {
      const index = indices[(top + row) * width + x] ?? 0;
      if (index === absent) continue;
      const columns = columnsOf.get(index) ?? new Uint8Array(width);
      columnsOf.set(index, columns);
      columns[x] = (columns[x] ?? 0) | (1 << row);
    }
  }
  return [...columnsOf].map(([index, columns]) => `#${index}${runsOf(columns)}`).join('$');
}

/** What is empty at the end needs no saying. */
function runsOf(columns: Uint8Array): string {
  let text = '';
  const end = columns.findLastIndex((bits) => bits !== 0) + 1;
  for (let start = 0; start < end; ) {
    const bits = columns[start] ?? 0;
    let at = start;
    while (at < end && columns[at] === bits) at += 1;
    const sixel = String.fromCharCode(0x3f + bits);
    const length = at - start;
    text += length < LEAST_RUN ? sixel.repeat(length) : `!${length}${sixel}`;
    start = at;
  }
  return text;
}
