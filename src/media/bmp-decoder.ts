// Uncompressed BMP to pixels: 1, 4, 8, 24 and 32 bits.
import { damaged, notAPicture, type Pixels } from './picture.ts';

const FILE_HEADER_BYTES = 14;
const OLD_HEADER_BYTES = 12;
const UNCOMPRESSED = 0;
const BIT_FIELDS = 3;
/** Blue, green, red, as nearly every file has them. */
const USUAL_MASK = 0x00ff0000;

interface Bmp {
  readonly width: number;
  readonly height: number;
  /** Else the last row comes first. */
  readonly isTopDown: boolean;
  readonly bits: number;
  /** Where the rows begin. */
  readonly start: number;
  readonly rowBytes: number;
  readonly colours: { readonly bytes: Uint8Array; readonly each: number };
}

/** The size has been judged before. Throws PictureError (`not-a-picture` for what it doesn't know, `picture-damaged`), RangeError where bytes are missing. */
export function decodeBmp(bytes: Uint8Array): Pixels {
  const bmp = readHeader(bytes);
  const { width, height, isTopDown, start, rowBytes } = bmp;
  const rgba = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y += 1) {
    const stored = isTopDown ? y : height - 1 - y;
    const row = bytes.subarray(start + stored * rowBytes, start + (stored + 1) * rowBytes);
    putRow(rgba.subarray(4 * y * width), row, bmp);
  }
  return { width, height, rgba };
}

function readHeader(bytes: Uint8Array): Bmp {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = view.getUint32(FILE_HEADER_BYTES, true);
  const isOld = headerBytes === OLD_HEADER_BYTES;
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = isOld ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(isOld ? 24 : 28, true);
  const compression = isOld ? UNCOMPRESSED : view.getUint32(30, true);
  const isUsual = compression === BIT_FIELDS && view.getUint32(54, true) === USUAL_MASK;
  if (compression !== UNCOMPRESSED && !(isUsual && bits === 32)) throw notAPicture();
  if (![1, 4, 8, 24, 32].includes(bits)) throw notAPicture();
  const height = Math.abs(signedHeight);
  const rowBytes = 4 * Math.ceil((width * bits) / 32);
  const start = view.getUint32(10, true);
  if (start + rowBytes * height > bytes.length) throw damaged();
  const colours = bytes.subarray(FILE_HEADER_BYTES + headerBytes, start);
  return {
    ...{ width, height, isTopDown: signedHeight < 0, bits, start, rowBytes },
    colours: { bytes: colours, each: isOld ? 3 : 4 },
  };
}

function putRow(rgba: Uint8Array, row: Uint8Array, { width, bits, colours }: Bmp): void {
  const from = bits < 24 ? colours.bytes : row;
  for (let x = 0; x < width; x += 1) {
    const at = bits < 24 ? colours.each * indexAt(row, x, bits) : (x * bits) / 8;
    const to = 4 * x;
    rgba[to] = from[at + 2] ?? 0;
    rgba[to + 1] = from[at + 1] ?? 0;
    rgba[to + 2] = from[at] ?? 0;
    // What stands in the fourth byte is nothing that programs agree about.
    rgba[to + 3] = 255;
  }
}

function indexAt(row: Uint8Array, x: number, bits: number): number {
  const bit = x * bits;
  return ((row[bit >> 3] ?? 0) >> (8 - bits - (bit & 7))) & (2 ** bits - 1);
}
