// The first frame of a GIF (89a) to pixels. What comes behind it is never read.
import { damaged, type Pixels } from './picture.ts';

const HEADER_BYTES = 13;
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const GRAPHIC_CONTROL = 0xf9;
const MAX_CODES = 4_096;
/** First row and step of each pass of an interlaced frame. */
const PASSES = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const;

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  readonly colours: Uint8Array;
  /** The index that is no colour. */
  readonly absent: number | null;
}

/** The size has been judged before. Throws PictureError (`picture-damaged`), RangeError where bytes are missing. */
export function decodeGif(bytes: Uint8Array): Pixels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  const shared = tableBytes(view.getUint8(10));
  const sharedColours = bytes.subarray(HEADER_BYTES, HEADER_BYTES + shared);
  let at = HEADER_BYTES + shared;
  let absent: number | null = null;
  while (view.getUint8(at) === EXTENSION) {
    if (view.getUint8(at + 1) === GRAPHIC_CONTROL && (view.getUint8(at + 3) & 1) === 1) {
      absent = view.getUint8(at + 6);
    }
    at = endOfBlocks(view, at + 2);
  }
  if (view.getUint8(at) !== IMAGE) throw damaged();
  const flags = view.getUint8(at + 9);
  const own = tableBytes(flags);
  const data = at + 10 + own;
  const frame: Frame = {
    left: view.getUint16(at + 1, true),
    top: view.getUint16(at + 3, true),
    width: view.getUint16(at + 5, true),
    height: view.getUint16(at + 7, true),
    interlaced: (flags & 0x40) !== 0,
    colours: own === 0 ? sharedColours : bytes.subarray(at + 10, data),
    absent,
  };
  const rgba = new Uint8Array(4 * size.width * size.height);
  const packed = joinBlocks(bytes, data + 1, endOfBlocks(view, data + 1));
  paint({ ...size, rgba }, frame, indicesOf(packed, view.getUint8(data)));
  return { ...size, rgba };
}

/** Of the colour table that the flags announce. */
function tableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

function endOfBlocks(view: DataView, start: number): number {
  let at = start;
  for (;;) {
    const length = view.getUint8(at);
    at += 1 + length;
    if (length === 0) return at;
  }
}

function joinBlocks(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const joined = new Uint8Array(end - start);
  let length = 0;
  for (let at = start; at < end; ) {
    const size = bytes[at] ?? 0;
    joined.set(bytes.subarray(at + 1, at + 1 + size), length);
    length += size;
    at += 1 + size;
  }
  return joined.subarray(0, length);
}

/** Rows of the frame that lie below the picture end it: there is nothing to see. */
function paint(picture: Pixels, frame: Frame, indices: Iterable<Uint8Array>): void {
  const rows = rowsOf(frame);
  let row = rows.next();
  let x = 0;
  for (const run of indices) {
    for (const index of run) {
      if (row.done === true) return;
      putPixel(picture, frame, { index, x, y: row.value });
      x += 1;
      if (x < frame.width) continue;
      x = 0;
      row = rows.next();
    }
  }
  if (row.done !== true) throw damaged();
}

interface FramePixel {
  readonly index: number;
  readonly x: number;
  readonly y: number;
}

function putPixel({ width, height, rgba }: Pixels, frame: Frame, pixel: FramePixel): void {
  const { index } = pixel;
  const [x, y] = [frame.left + pixel.x, frame.top + pixel.y];
  if (x >= width || y >= height || index === frame.absent) return;
  const to = 4 * (y * width + x);
  rgba[to] = frame.colours[3 * index] ?? 0;
  rgba[to + 1] = frame.colours[3 * index + 1] ?? 0;
  rgba[to + 2] = frame.colours[3 * index + 2] ?? 0;
  rgba[to + 3] = 255;
}

function* rowsOf({ width, height, interlaced }: Frame): Generator<number, undefined> {
  if (width === 0) return;
  for (const [first, step] of interlaced ? PASSES : [[0, 1] as const]) {
    for (let y = first; y < height; y += step) yield y;
  }
}

/** Codes of as many bits as the reader says it wants now. */
function* codesOf(packed: Uint8Array, wanted: { readonly bits: number }): Generator<number> {
  let [held, heldBits] = [0, 0];
  for (const byte of packed) {
    held |= byte << heldBits;
    heldBits += 8;
    while (heldBits >= wanted.bits) {
      const { bits } = wanted;
      yield held & ((1 << bits) - 1);
      held >>= bits;
      heldBits -= bits;
    }
  }
}

/** LZW with codes that grow to twelve bits; each run lies in a buffer that the next one overwrites. */
function* indicesOf(packed: Uint8Array, leastBits: number): Generator<Uint8Array> {
  if (leastBits < 1 || leastBits > 8) throw damaged();
  const clear = 1 << leastBits;
  const table = new CodeTable(clear);
  const width = { bits: leastBits + 1 };
  for (const code of codesOf(packed, width)) {
    if (code === clear + 1) return;
    if (code === clear) {
      table.clear();
      width.bits = leastBits + 1;
      continue;
    }
    yield table.take(code);
    if (table.size === 1 << width.bits && width.bits < 12) width.bits += 1;
  }
}

/** What each code stands for: another code and an index behind it. */
class CodeTable {
  readonly #first: number;
  readonly #prefixes = new Uint16Array(MAX_CODES);
  readonly #lasts = new Uint8Array(MAX_CODES);
  readonly #run = new Uint8Array(MAX_CODES + 1);
  #previous = -1;
  #firstIndex = 0;
  size: number;

  /** `clear`: the code behind those that stand for an index; the end of the picture follows it. */
  constructor(clear: number) {
    this.#first = clear;
    this.size = clear + 2;
    for (let code = 0; code < clear; code += 1) this.#lasts[code] = code;
  }

  clear(): void {
    this.size = this.#first + 2;
    this.#previous = -1;
  }

  /** The indices of a code, valid until the next. Throws PictureError where there is no such code yet. */
  take(code: number): Uint8Array {
    const isNew = code === this.size;
    if (code > this.size || (this.#previous === -1 && code > this.#first)) throw damaged();
    let at = this.#run.length;
    // The run before with its own first index behind it.
    if (isNew) {
      at -= 1;
      this.#run[at] = this.#firstIndex;
    }
    let walked = isNew ? this.#previous : code;
    while (walked > this.#first) {
      at -= 1;
      this.#run[at] = this.#lasts[walked] ?? 0;
      walked = this.#prefixes[walked] ?? 0;
    }
    this.#firstIndex = this.#lasts[walked] ?? 0;
    at -= 1;
    this.#run[at] = this.#firstIndex;
    this.#learn(code);
    return this.#run.subarray(at);
  }

  #learn(code: number): void {
    if (this.#previous !== -1 && this.size < MAX_CODES) {
      this.#prefixes[this.size] = this.#previous;
      this.#lasts[this.size] = this.#firstIndex;
      this.size += 1;
    }
    this.#previous = code;
  }
}
