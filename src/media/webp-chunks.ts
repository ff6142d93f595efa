// WebP's container (RFC 9649): the size of the picture, its EXIF, and the first frame of an animation as a still picture.
import { damaged, type PictureSize } from './picture.ts';

interface Chunk {
  readonly name: string;
  readonly data: Uint8Array;
}

interface WebpHeader extends PictureSize {
  readonly exif: Uint8Array | null;
}

/** What is to be decoded, and where it stands on the picture. */
interface WebpStill {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly size: PictureSize;
  readonly left: number;
  readonly top: number;
}

const FILE_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const FRAME_HEADER_BYTES = 16;
const ALPHA_FLAG = 0x10;

/** Throws PictureError (`picture-damaged`), RangeError where bytes are missing. */
export function webpHeader(bytes: Uint8Array): WebpHeader {
  const chunks = chunksOf(bytes.subarray(FILE_HEADER_BYTES));
  const exif = chunks.find(({ name }) => name === 'EXIF')?.data ?? null;
  const [first] = chunks;
  if (first === undefined) throw damaged();
  if (first.name !== 'VP8X') return { ...bitstreamSize(first), exif };
  const view = viewOf(first.data);
  return { width: uint24(view, 4) + 1, height: uint24(view, 7) + 1, exif };
}

/** The picture itself, or an animation's first frame. Throws PictureError, RangeError. */
export function webpStill(bytes: Uint8Array): WebpStill {
  const chunks = chunksOf(bytes.subarray(FILE_HEADER_BYTES));
  const frame = chunks.find(({ name }) => name === 'ANMF');
  if (frame === undefined) {
    const { width, height } = webpHeader(bytes);
    return { bytes: new Uint8Array(bytes), size: { width, height }, left: 0, top: 0 };
  }
  const view = viewOf(frame.data);
  const size = { width: uint24(view, 6) + 1, height: uint24(view, 9) + 1 };
  const inner = chunksOf(frame.data.subarray(FRAME_HEADER_BYTES));
  const image = inner.find(({ name }) => name === 'VP8 ' || name === 'VP8L');
  const alpha = inner.find(({ name }) => name === 'ALPH');
  if (image === undefined) throw damaged();
  const own = bitstreamSize(image);
  // The decoder goes by what the bitstream says.
  if (own.width !== size.width || own.height !== size.height) throw damaged();
  const still = alpha === undefined ? [image] : [extended(size), alpha, image];
  return { bytes: webpFile(still), size, left: 2 * uint24(view, 0), top: 2 * uint24(view, 3) };
}

/** A chunk that is cut short is the last. */
function chunksOf(bytes: Uint8Array): Chunk[] {
  const view = viewOf(bytes);
  const chunks: Chunk[] = [];
  for (let at = 0; at + CHUNK_HEADER_BYTES <= bytes.length; ) {
    const length = view.getUint32(at + 4, true);
    const name = String.fromCharCode(...bytes.subarray(at, at + 4));
    const start = at + CHUNK_HEADER_BYTES;
    chunks.push({ name, data: bytes.subarray(start, start + length) });
    at = start + length + (length % 2);
  }
  return chunks;
}

function bitstreamSize({ name, data }: Chunk): PictureSize {
  const view = viewOf(data);
  if (name === 'VP8 ') {
    return { width: view.getUint16(6, true) & 0x3fff, height: view.getUint16(8, true) & 0x3fff };
  }
  if (name !== 'VP8L') throw damaged();
  const bits = view.getUint32(1, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

function extended({ width, height }: PictureSize): Chunk {
  const data = new Uint8Array(10);
  data[0] = ALPHA_FLAG;
  for (const [index, value] of [width - 1, height - 1].entries()) {
    data.set([value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff], 4 + 3 * index);
  }
  return { name: 'VP8X', data };
}

function webpFile(chunks: readonly Chunk[]): Uint8Array<ArrayBuffer> {
  const padded = ({ data }: Chunk) => data.length + (data.length % 2);
  const size = chunks.reduce((sum, chunk) => sum + CHUNK_HEADER_BYTES + padded(chunk), 4);
  const file = new Uint8Array(CHUNK_HEADER_BYTES + size);
  const view = viewOf(file);
  const write = (at: number, name: string) => new TextEncoder().encodeInto(name, file.subarray(at));
  write(0, 'RIFF');
  view.setUint32(4, size, true);
  write(8, 'WEBP');
  let at = FILE_HEADER_BYTES;
  for (const chunk of chunks) {
    write(at, chunk.name);
    view.setUint32(at + 4, chunk.data.length, true);
    file.set(chunk.data, at + CHUNK_HEADER_BYTES);
    at += CHUNK_HEADER_BYTES + padded(chunk);
  }
  return file;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}
