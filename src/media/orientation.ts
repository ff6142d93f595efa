// Which way up a camera was held (EXIF), and pixels turned accordingly.
import type { Pixels } from './picture.ts';

/** EXIF 2.32, tag 0x0112; 1: as it is stored. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATIONS: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];
const ORIENTATION_TAG = 0x0112;
const SHORT = 3;
const ENTRY_BYTES = 12;

/** From a TIFF structure as EXIF has it; 1 where it says nothing, or nothing that can be. */
export function exifOrientation(tiff: Uint8Array): Orientation {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  try {
    const order = view.getUint16(0);
    if (order !== 0x4949 && order !== 0x4d4d) return 1;
    const little = order === 0x4949;
    const directory = view.getUint32(4, little);
    const count = view.getUint16(directory, little);
    for (let index = 0; index < count; index += 1) {
      const at = directory + 2 + ENTRY_BYTES * index;
      if (view.getUint16(at, little) !== ORIENTATION_TAG) continue;
      if (view.getUint16(at + 2, little) !== SHORT) return 1;
      return ORIENTATIONS[view.getUint16(at + 8, little) - 1] ?? 1;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return 1;
}

/** Whether width and height change places. */
export function isSideways(orientation: Orientation): boolean {
  return orientation >= 5;
}

/** As the picture is to be seen. */
export function upright(pixels: Pixels, orientation: Orientation): Pixels {
  if (orientation === 1) return pixels;
  const { width, height } = pixels;
  const turned = isSideways(orientation) ? { width: height, height: width } : { width, height };
  const from = wordsOf(pixels.rgba);
  const to = new Uint32Array(width * height);
  for (let y = 0; y < turned.height; y += 1) {
    for (let x = 0; x < turned.width; x += 1) {
      to[y * turned.width + x] = from[sourceOf(x, y, { width, height, orientation })] ?? 0;
    }
  }
  return { ...turned, rgba: new Uint8Array(to.buffer) };
}

interface Stored {
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
}

/** The index of the stored pixel that is seen there. */
function sourceOf(x: number, y: number, { width, height, orientation }: Stored): number {
  const right = width - 1;
  const bottom = height - 1;
  switch (orientation) {
    case 1:
      return y * width + x;
    case 2:
      return y * width + right - x;
    case 3:
      return (bottom - y) * width + right - x;
    case 4:
      return (bottom - y) * width + x;
    case 5:
      return x * width + y;
    case 6:
      return (bottom - x) * width + y;
    case 7:
      return (bottom - x) * width + right - y;
    case 8:
      return x * width + right - y;
    default:
      return orientation satisfies never;
  }
}

function wordsOf(rgba: Uint8Array): Uint32Array {
  const bytes = rgba.byteOffset % 4 === 0 ? rgba : rgba.slice();
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}
