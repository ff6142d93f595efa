// Big-endian reading and writing of byte strings. Knows no message of the protocol.
import { ProtocolError } from './errors.ts';

const UTF8_ENCODER = new TextEncoder();
const UTF8_DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const U64_MAX = 0xffff_ffff_ffff_ffffn;

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Compares public bytes. Secrets are compared with libsodium's memcmp. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/** Lowercase hex, two digits a byte. */
export function hexFromBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** Bytes of a string of lowercase or uppercase hex digits. Throws ProtocolError on anything else. */
export function bytesFromHex(hex: string): Uint8Array {
  if (hex.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(hex)) throw new ProtocolError('not hex');
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

export function utf8FromText(text: string): Uint8Array {
  return UTF8_ENCODER.encode(text);
}

/** Text of valid UTF-8. Throws ProtocolError where the bytes are not. */
export function textFromUtf8(bytes: Uint8Array): string {
  try {
    return UTF8_DECODER.decode(bytes);
  } catch (cause) {
    throw new ProtocolError('text is not valid UTF-8', { cause });
  }
}

/**
 * Appends big-endian fields to one growing buffer, since an array a field would cost a relay's young
 * heap dear. Throws RangeError on our own wrong values.
 */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  /** `sizeBytes`: about what will be written; the better the guess, the less is copied. */
  constructor(sizeBytes = 64) {
    this.#bytes = new Uint8Array(sizeBytes);
  }

  u8(value: number): this {
    return this.#integer(value, 1);
  }

  u16(value: number): this {
    return this.#integer(value, 2);
  }

  u32(value: number): this {
    return this.#integer(value, 4);
  }

  u64(value: bigint): this {
    if (value < 0n || value > U64_MAX) throw new RangeError('not a u64');
    this.#reserve(8);
    new DataView(this.#bytes.buffer).setBigUint64(this.#length, value);
    this.#length += 8;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** Appends `bytes`, which must be exactly `length` long. */
  fixed(bytes: Uint8Array, length: number): this {
    if (bytes.length !== length) throw new RangeError(`expected ${length} bytes`);
    return this.raw(bytes);
  }

  /** `lp(x) = u32 length ‖ x`. */
  lp(bytes: Uint8Array): this {
    return this.u32(bytes.length).raw(bytes);
  }

  /** All that was written; the writer is of no more use. */
  finish(): Uint8Array {
    const isTight = this.#bytes.length - this.#length <= this.#length / 8;
    return isTight ? this.#bytes.subarray(0, this.#length) : this.#bytes.slice(0, this.#length);
  }

  #integer(value: number, size: number): this {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * size)) {
      throw new RangeError(`not a u${8 * size}`);
    }
    this.#reserve(size);
    for (let index = size - 1, rest = value; index >= 0; index--) {
      this.#bytes[this.#length + index] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    this.#length += size;
    return this;
  }

  #reserve(sizeBytes: number): void {
    const needed = this.#length + sizeBytes;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** Reads big-endian fields from hostile bytes. Every method throws ProtocolError past the end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    // A socket hands over Buffers, whose `slice` is a view: what is kept would keep, or lose, its chunk.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#advance(8));
  }

  /** A u64 that a JavaScript number holds exactly; larger ones are refused. */
  sequenceNumber(): number {
    const value = this.u64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ProtocolError('number too large');
    return Number(value);
  }

  /** The next `length` bytes, as a view into the input. */
  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** A length-prefixed field of at most `max` bytes, as a view. */
  lp(max: number): Uint8Array {
    const length = this.u32();
    if (length > max) throw new ProtocolError('field too long');
    return this.take(length);
  }

  /** All that is left, as a view. */
  rest(): Uint8Array {
    return this.take(this.remaining);
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** Trailing bytes are refused everywhere: two encodings of one message would be a covert channel. */
  end(): void {
    if (this.remaining !== 0) throw new ProtocolError('trailing bytes');
  }

  #advance(length: number): number {
    if (length > this.remaining) throw new ProtocolError('truncated');
    const start = this.#offset;
    this.#offset += length;
    return start;
  }
}
