// Pixels made fewer: every new one is the mean of those it stands for.
import type { PictureSize, Pixels } from './picture.ts';

/** The largest size of these proportions within the box, never larger than it is; at least a pixel each way. */
export function fitWithin({ width, height }: PictureSize, box: PictureSize): PictureSize {
  const scale = Math.min(1, box.width / width, box.height / height);
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/** To a size that is no larger, its proportions ours to choose. */
export function scaleDown(pixels: Pixels, size: PictureSize): Pixels {
  const { width, height } = size;
  if (width === pixels.width && height === pixels.height) return pixels;
  const columns = startsOf(pixels.width, width);
  const rows = startsOf(pixels.height, height);
  const rgba = new Uint8Array(4 * width * height);
  const sums = new Float64Array(4 * width);
  for (let y = 0; y < height; y += 1) {
    sums.fill(0);
    const [top, bottom] = [rows[y] ?? 0, rows[y + 1] ?? 0];
    for (let row = top; row < bottom; row += 1) addRow(pixels, row, { columns, sums });
    for (let x = 0; x < width; x += 1) {
      const count = (bottom - top) * ((columns[x + 1] ?? 0) - (columns[x] ?? 0));
      putMean(rgba, 4 * (y * width + x), { sums, at: 4 * x, count });
    }
  }
  return { width, height, rgba };
}

/** Where each of `count` parts of a line begins, and the end. */
function startsOf(length: number, count: number): Uint32Array {
  return Uint32Array.from({ length: count + 1 }, (_, index) =>
    Math.floor((index * length) / count),
  );
}

interface Sums {
  readonly columns: Uint32Array;
  readonly sums: Float64Array;
}

/** What can't be seen has no part in the colour. */
function addRow({ width, rgba }: Pixels, row: number, { columns, sums }: Sums): void {
  let from = 4 * row * width;
  for (let x = 0; x < columns.length - 1; x += 1) {
    const cells = (columns[x + 1] ?? 0) - (columns[x] ?? 0);
    const at = 4 * x;
    for (let cell = 0; cell < cells; cell += 1) {
      const alpha = rgba[from + 3] ?? 0;
      sums[at] = (sums[at] ?? 0) + (rgba[from] ?? 0) * alpha;
      sums[at + 1] = (sums[at + 1] ?? 0) + (rgba[from + 1] ?? 0) * alpha;
      sums[at + 2] = (sums[at + 2] ?? 0) + (rgba[from + 2] ?? 0) * alpha;
      sums[at + 3] = (sums[at + 3] ?? 0) + alpha;
      from += 4;
    }
  }
}

interface Mean {
  readonly sums: Float64Array;
  readonly at: number;
  readonly count: number;
}

function putMean(rgba: Uint8Array, to: number, { sums, at, count }: Mean): void {
  const alpha = sums[at + 3] ?? 0;
  if (alpha === 0) return;
  for (const channel of [0, 1, 2]) {
    rgba[to + channel] = Math.round((sums[at + channel] ?? 0) / alpha);
  }
  rgba[to + 3] = Math.round(alpha / count);
}
