// ISO 7816-4 padding to power-of-two buckets. Knows nothing of what it pads.
import { ProtocolError } from './errors.ts';
import { MAX_PADDED_BYTES, MIN_PADDED_BYTES } from './limits.ts';

/**
 * `bytes ‖ 80 ‖ 00…` to the smallest bucket of 256, 512 … 65,536 bytes (PROTOCOL.md, Private messages).
 * Throws RangeError when there is no bucket; callers check text limits first.
 */
export function pad(bytes: Uint8Array): Uint8Array {
  let size = MIN_PADDED_BYTES;
  while (size < bytes.length + 1) size *= 2;
  if (size > MAX_PADDED_BYTES) throw new RangeError('too long to pad');
  const padded = new Uint8Array(size);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  return padded;
}

/**
 * The bytes before the padding, as a view. Accepts only the bucket that `pad` would choose, so that a
 * message has one encoding. Throws ProtocolError. Runs on authenticated bytes: timing tells nothing.
 */
export function unpad(padded: Uint8Array): Uint8Array {
  let end = padded.length - 1;
  while (end >= 0 && padded[end] === 0) end--;
  if (end < 0 || padded[end] !== 0x80) throw new ProtocolError('bad padding');
  const isBucket = isPaddedLength(padded.length);
  const fitsSmaller = padded.length > MIN_PADDED_BYTES && end + 1 <= padded.length / 2;
  if (!isBucket || fitsSmaller) throw new ProtocolError('bad padding');
  return padded.subarray(0, end);
}

/** Whether `length` is one of the buckets. */
export function isPaddedLength(length: number): boolean {
  return length >= MIN_PADDED_BYTES && length <= MAX_PADDED_BYTES && (length & (length - 1)) === 0;
}
