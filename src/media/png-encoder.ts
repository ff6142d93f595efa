// Pixels of ours as a PNG, without any text, time or place in it.
import { crc32, deflateSync } from 'node:zlib';
import type { IndexedPixels } from './palette.ts';
import type { PictureSize, Pixels } from './picture.ts';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const TRUE_COLOUR_WITH_ALPHA = 6;
const INDEXED = 3;

export function encodePng({ width, height, rgba }: Pixels): Uint8Array {
  return pngOf({ width, height }, TRUE_COLOUR_WITH_ALPHA, [['IDAT', packed(rgba, 4 * width)]]);
}

/** A byte a pixel before packing, so that its greatest size is known. */
export function encodeIndexedPng(pixels: IndexedPixels): Uint8Array {
  const { width, height, colours, indices, absent } = pixels;
  const shown = absent === null ? colours : [...colours, [0, 0, 0]];
  const alphas = shown.map((_, index) => (index === absent ? 0 : 255));
  return pngOf({ width, height }, INDEXED, [
    ['PLTE', Uint8Array.from(shown.flat())],
    ...(absent === null ? [] : [['tRNS', Uint8Array.from(alphas)] as const]),
    ['IDAT', packed(indices, width)],
  ]);
}

/** No row is told from another. */
function packed(bytes: Uint8Array, rowBytes: number): Uint8Array {
  const rows = bytes.length / rowBytes;
  const raw = new Uint8Array(rows * (rowBytes + 1));
  for (let row = 0; row < rows; row += 1) {
    raw.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), row * (rowBytes + 1) + 1);
  }
  return deflateSync(raw);
}

function pngOf(
  { width, height }: PictureSize,
  colour: number,
  chunks: readonly (readonly [string, Uint8Array])[],
): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, colour, 0, 0, 0], 8);
  const all = [['IHDR', header] as const, ...chunks, ['IEND', new Uint8Array()] as const];
  return Uint8Array.from(
    Buffer.concat([SIGNATURE, ...all.map(([name, data]) => chunk(name, data))]),
  );
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  new TextEncoder().encodeInto(name, bytes.subarray(4));
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)));
  return bytes;
}
