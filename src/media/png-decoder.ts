// PNG (W3C, third edition) to pixels: every colour type, depth and interlacing. Of text and colour profiles nothing is unpacked.
import { crc32, inflateSync } from 'node:zlib';
import { damaged, type Pixels } from './picture.ts';

interface Png {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  readonly interlaced: boolean;
  readonly palette: Uint8Array;
  /** Alpha of the palette's colours, or the one colour that is none. */
  readonly transparency: Uint8Array | null;
  readonly data: readonly Uint8Array[];
}

/** Which pixels of every eighth by eighth a pass holds. */
interface Pass {
  readonly left: number;
  readonly top: number;
  readonly stepX: number;
  readonly stepY: number;
}

const SIGNATURE_BYTES = 8;
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
const WHOLE: readonly Pass[] = [{ left: 0, top: 0, stepX: 1, stepY: 1 }];
const ADAM7: readonly Pass[] = [
  { left: 0, top: 0, stepX: 8, stepY: 8 },
  { left: 4, top: 0, stepX: 8, stepY: 8 },
  { left: 0, top: 4, stepX: 4, stepY: 8 },
  { left: 2, top: 0, stepX: 4, stepY: 4 },
  { left: 0, top: 2, stepX: 2, stepY: 4 },
  { left: 1, top: 0, stepX: 2, stepY: 2 },
  { left: 0, top: 1, stepX: 1, stepY: 2 },
];

/** The size has been judged before. Throws PictureError (`picture-damaged`), RangeError where bytes are missing. */
export function decodePng(bytes: Uint8Array): Pixels {
  const png = readChunks(bytes);
  const passes = (png.interlaced ? ADAM7 : WHOLE)
    .map((pass) => ({ ...pass, ...sizeOf(pass, png) }))
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
  const lengths = passes.map(({ rowBytes, rows }) => (rowBytes + 1) * rows);
  const raw = inflate(
    png.data,
    lengths.reduce((sum, length) => sum + length, 0),
  );
  const rgba = new Uint8Array(4 * png.width * png.height);
  let start = 0;
  for (const [index, pass] of passes.entries()) {
    const length = lengths[index] ?? 0;
    unpack(raw.subarray(start, start + length), pass, { png, rgba });
    start += length;
  }
  return { width: png.width, height: png.height, rgba };
}

function bitsPerPixel({ colour, depth }: Png): number {
  return (CHANNELS[colour] ?? 0) * depth;
}

function sizeOf({ left, top, stepX, stepY }: Pass, png: Png) {
  const columns = Math.ceil((png.width - left) / stepX);
  const rows = Math.ceil((png.height - top) / stepY);
  return { columns, rows, rowBytes: Math.ceil((columns * bitsPerPixel(png)) / 8) };
}

function readChunks(bytes: Uint8Array): Png {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = new Map<string, Uint8Array>();
  const data: Uint8Array[] = [];
  for (let at = SIGNATURE_BYTES; !parts.has('IEND'); ) {
    const length = view.getUint32(at);
    const end = at + 8 + length;
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const isNeeded = /^[A-Z]|^tRNS$/.test(name);
    if (isNeeded && crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) throw damaged();
    const content = bytes.subarray(at + 8, end);
    if (name === 'IDAT') data.push(content);
    else if (isNeeded) parts.set(name, content);
    at = end + 4;
  }
  return pngOf(parts, data);
}

function pngOf(parts: ReadonlyMap<string, Uint8Array>, data: readonly Uint8Array[]): Png {
  const header = parts.get('IHDR');
  if (header?.length !== 13) throw damaged();
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [depth, colour, interlace] = [view.getUint8(8), view.getUint8(9), view.getUint8(12)];
  if (!DEPTHS[colour]?.includes(depth) || interlace > 1) throw damaged();
  const palette = parts.get('PLTE') ?? new Uint8Array();
  if (colour === 3 && palette.length === 0) throw damaged();
  const transparency = parts.get('tRNS') ?? null;
  const size = { width: view.getUint32(0), height: view.getUint32(4) };
  return { ...size, depth, colour, interlaced: interlace === 1, palette, transparency, data };
}

/** Never more than so many bytes, whatever was packed into them; and never fewer. */
function inflate(data: readonly Uint8Array[], length: number): Uint8Array {
  try {
    const raw = inflateSync(Buffer.concat(data), { maxOutputLength: length, chunkSize: 1_048_576 });
    if (raw.length === length) return raw;
  } catch (error) {
    throw damaged({ cause: error });
  }
  throw damaged();
}

interface Target {
  readonly png: Png;
  readonly rgba: Uint8Array;
}

function unpack(
  raw: Uint8Array,
  pass: Pass & { readonly columns: number; readonly rows: number; readonly rowBytes: number },
  { png, rgba }: Target,
): void {
  const { left, top, stepX, stepY, columns, rows, rowBytes } = pass;
  const back = Math.max(1, bitsPerPixel(png) >> 3);
  const put = writerOf(png, rgba);
  let above: Uint8Array = new Uint8Array(rowBytes);
  for (let y = 0; y < rows; y += 1) {
    const start = y * (rowBytes + 1);
    const row = raw.subarray(start + 1, start + 1 + rowBytes);
    unfilter(row, above, { filter: raw[start] ?? 0, back });
    above = row;
    let to = 4 * ((top + y * stepY) * png.width + left);
    for (let x = 0; x < columns; x += 1) {
      put(row, x, to);
      to += 4 * stepX;
    }
  }
}

interface Filtered {
  readonly filter: number;
  /** How far to the left the byte stands that a byte is told from. */
  readonly back: number;
}

/** In place. */
function unfilter(row: Uint8Array, above: Uint8Array, { filter, back }: Filtered): void {
  if (filter === 0) return;
  if (filter > 4) throw damaged();
  for (let index = 0; index < row.length; index += 1) {
    const before = index < back ? 0 : (row[index - back] ?? 0);
    const up = above[index] ?? 0;
    const corner = index < back ? 0 : (above[index - back] ?? 0);
    let guess = before;
    if (filter === 2) guess = up;
    else if (filter === 3) guess = (before + up) >> 1;
    else if (filter === 4) guess = paeth(before, up, corner);
    row[index] = (row[index] ?? 0) + guess;
  }
}

function paeth(before: number, up: number, corner: number): number {
  const estimate = before + up - corner;
  const [toBefore, toUp, toCorner] = [
    Math.abs(estimate - before),
    Math.abs(estimate - up),
    Math.abs(estimate - corner),
  ];
  if (toBefore <= toUp && toBefore <= toCorner) return before;
  return toUp <= toCorner ? up : corner;
}

type PixelWriter = (row: Uint8Array, x: number, to: number) => void;

/** Of samples of two bytes the first counts. */
function writerOf(png: Png, rgba: Uint8Array): PixelWriter {
  const { colour, depth, transparency } = png;
  if (colour === 3) return paletteWriter(png, rgba);
  const channels = CHANNELS[colour] ?? 0;
  const bytes = depth === 16 ? 2 : 1;
  const isGrey = colour === 0 || colour === 4;
  const hasAlpha = colour >= 4;
  const scale = depth < 8 ? 255 / (2 ** depth - 1) : 1;
  const absent = hasAlpha || transparency === null ? null : keyOf(transparency, channels);
  return (row, x, to) => {
    const at = x * channels * bytes;
    const red = depth < 8 ? sampleOf(row, x, depth) : (row[at] ?? 0);
    rgba[to] = red * scale;
    rgba[to + 1] = isGrey ? red * scale : (row[at + bytes] ?? 0);
    rgba[to + 2] = isGrey ? red * scale : (row[at + 2 * bytes] ?? 0);
    rgba[to + 3] = hasAlpha ? (row[at + (channels - 1) * bytes] ?? 0) : 255;
    if (absent !== null && isKey(absent, (channel) => valueAt(row, { at, x, channel, depth }))) {
      rgba[to + 3] = 0;
    }
  };
}

function keyOf(transparency: Uint8Array, channels: number): readonly number[] {
  return Array.from(
    { length: channels },
    (_, index) => ((transparency[2 * index] ?? 0) << 8) | (transparency[2 * index + 1] ?? 0),
  );
}

function isKey(key: readonly number[], sample: (channel: number) => number): boolean {
  return key.every((value, channel) => value === sample(channel));
}

interface Sample {
  readonly at: number;
  readonly x: number;
  readonly channel: number;
  readonly depth: number;
}

function valueAt(row: Uint8Array, { at, x, channel, depth }: Sample): number {
  if (depth < 8) return sampleOf(row, x, depth);
  if (depth === 8) return row[at + channel] ?? 0;
  return ((row[at + 2 * channel] ?? 0) << 8) | (row[at + 2 * channel + 1] ?? 0);
}

function sampleOf(row: Uint8Array, x: number, depth: number): number {
  if (depth === 8) return row[x] ?? 0;
  const bit = x * depth;
  return ((row[bit >> 3] ?? 0) >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}

function paletteWriter({ palette, transparency, depth }: Png, rgba: Uint8Array): PixelWriter {
  return (row, x, to) => {
    const index = sampleOf(row, x, depth);
    if (3 * index >= palette.length) throw damaged();
    rgba[to] = palette[3 * index] ?? 0;
    rgba[to + 1] = palette[3 * index + 1] ?? 0;
    rgba[to + 2] = palette[3 * index + 2] ?? 0;
    rgba[to + 3] = transparency?.[index] ?? 255;
  };
}
