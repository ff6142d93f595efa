// Pixels with at most so many colours (median cut), for what shows colours by number: sixel, small PNGs.
import type { PictureSize, Pixels } from './picture.ts';

/** `colours`: red, green, blue of each; `indices`: one a pixel, the last of `colours`' count is none where `absent` is set. */
export interface IndexedPixels extends PictureSize {
  readonly colours: readonly (readonly [number, number, number])[];
  readonly indices: Uint8Array;
  /** The index of what can't be seen; null: all can. */
  readonly absent: number | null;
}

/** Below it a pixel can't be seen. */
export const LEAST_ALPHA = 128;
/** Bits of each of red, green and blue that are told apart. */
const BITS = 5;
const DROPPED = 8 - BITS;

interface Bin {
  readonly key: number;
  readonly count: number;
  /** Sums over its pixels. */
  readonly rgb: readonly [number, number, number];
}

/** `limit` counts the absent colour; at most 256. */
export function indexPixels({ width, height, rgba }: Pixels, limit: number): IndexedPixels {
  const bins = binsOf(rgba);
  const hasAbsent = rgba.some((value, at) => at % 4 === 3 && value < LEAST_ALPHA);
  const boxes = medianCut(bins, limit - Number(hasAbsent));
  const indexOfKey = new Map(
    boxes.flatMap((box, index) => box.map(({ key }) => [key, index] as const)),
  );
  const absent = hasAbsent ? boxes.length : null;
  const indices = new Uint8Array(width * height);
  for (let pixel = 0; pixel < indices.length; pixel += 1) {
    const seen = (rgba[4 * pixel + 3] ?? 0) >= LEAST_ALPHA;
    indices[pixel] = seen ? (indexOfKey.get(keyAt(rgba, 4 * pixel)) ?? 0) : (absent ?? 0);
  }
  return { width, height, colours: boxes.map(meanOf), indices, absent };
}

function keyAt(rgba: Uint8Array, at: number): number {
  const [red = 0, green = 0, blue = 0] = [rgba[at], rgba[at + 1], rgba[at + 2]];
  return ((red >> DROPPED) << (2 * BITS)) | ((green >> DROPPED) << BITS) | (blue >> DROPPED);
}

function binsOf(rgba: Uint8Array): Bin[] {
  const size = 2 ** (3 * BITS);
  const counts = new Uint32Array(size);
  const sums = new Float64Array(3 * size);
  for (let at = 0; at < rgba.length; at += 4) {
    if ((rgba[at + 3] ?? 0) < LEAST_ALPHA) continue;
    const key = keyAt(rgba, at);
    counts[key] = (counts[key] ?? 0) + 1;
    for (const channel of [0, 1, 2]) {
      sums[3 * key + channel] = (sums[3 * key + channel] ?? 0) + (rgba[at + channel] ?? 0);
    }
  }
  return [...counts].flatMap((count, key) => {
    const rgb = [sums[3 * key] ?? 0, sums[3 * key + 1] ?? 0, sums[3 * key + 2] ?? 0] as const;
    return count === 0 ? [] : [{ key, count, rgb }];
  });
}

/** The box whose colours differ most, weighed by how many pixels have them, is cut until there are enough. */
function medianCut(bins: readonly Bin[], limit: number): (readonly Bin[])[] {
  const boxes = bins.length === 0 ? [] : [spreadOf(bins)];
  while (boxes.length < limit) {
    const widest = boxes.reduce((best, box) => (box.weight > best.weight ? box : best), {
      ...{ bins, channel: 0, weight: 0 },
    });
    if (widest.weight === 0) break;
    boxes.splice(boxes.indexOf(widest), 1, ...cut(widest));
  }
  return boxes.map((box) => box.bins);
}

interface Box {
  readonly bins: readonly Bin[];
  readonly channel: number;
  readonly weight: number;
}

function spreadOf(bins: readonly Bin[]): Box {
  const spreads = [0, 1, 2].map((channel) => {
    const values = bins.map((bin) => levelOf(bin, channel));
    return Math.max(...values) - Math.min(...values);
  });
  const spread = Math.max(...spreads);
  const pixels = bins.reduce((sum, { count }) => sum + count, 0);
  return { bins, channel: spreads.indexOf(spread), weight: spread * Math.sqrt(pixels) };
}

function levelOf({ key }: Bin, channel: number): number {
  return (key >> (BITS * (2 - channel))) & (2 ** BITS - 1);
}

/** Both halves have something: the levels differ. */
function cut({ bins, channel }: Box): readonly [Box, Box] {
  const sorted = bins.toSorted((a, b) => levelOf(a, channel) - levelOf(b, channel));
  const half = sorted.reduce((sum, { count }) => sum + count, 0) / 2;
  let [at, seen] = [0, 0];
  while (at < sorted.length - 1 && seen < half) {
    seen += sorted[at]?.count ?? 0;
    at += 1;
  }
  return [spreadOf(sorted.slice(0, at)), spreadOf(sorted.slice(at))];
}

function meanOf(bins: readonly Bin[]): readonly [number, number, number] {
  const count = bins.reduce((sum, bin) => sum + bin.count, 0);
  const mean = (channel: 0 | 1 | 2) =>
    Math.round(bins.reduce((sum, { rgb }) => sum + rgb[channel], 0) / count);
  return [mean(0), mean(1), mean(2)];
}
