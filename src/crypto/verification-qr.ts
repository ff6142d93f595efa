// The QR payload of a verification: which ID I am and which I see for you. Knows no screen.
import { ByteReader, concatBytes } from '../protocol/bytes.ts';
import { idBytes, PeerId } from '../protocol/ids.ts';

const PREFIX = 'LANCHAT1:';
const VERSION = 1;
/** RFC 4648. Upper case and without `=`, so that a QR code can hold it in its alphanumeric mode. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const PAYLOAD_BYTES = 1 + 2 * PeerId.sizeBytes;
/** 65 bytes are a whole number of base32 groups: no bits are left over, so there is one encoding. */
const PAYLOAD_DIGITS = (PAYLOAD_BYTES * 8) / 5;

export interface VerificationQr {
  readonly own: PeerId;
  /** The ID that the shower sees for whom they show it to. */
  readonly seen: PeerId;
}

/** `LANCHAT1:` base32(01 ‖ own ID ‖ ID seen): 113 characters (PROTOCOL.md, Verification). */
export function encodeVerificationQr({ own, seen }: VerificationQr): string {
  const payload = concatBytes([Uint8Array.of(VERSION), idBytes(own), idBytes(seen)]);
  let text = PREFIX;
  let bits = 0;
  let held = 0;
  for (const byte of payload) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((held >>> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return text;
}

/** Reads a scanned or pasted payload; null for anything else. */
export function parseVerificationQr(text: string): VerificationQr | null {
  if (!text.startsWith(PREFIX) || text.length !== PREFIX.length + PAYLOAD_DIGITS) return null;
  const payload = bytesFromBase32(text.slice(PREFIX.length));
  if (payload === null) return null;
  const reader = new ByteReader(payload);
  if (reader.u8() !== VERSION) return null;
  const own = PeerId.fromBytes(reader.take(PeerId.sizeBytes));
  return { own, seen: PeerId.fromBytes(reader.rest()) };
}

function bytesFromBase32(digits: string): Uint8Array | null {
  const bytes = new Uint8Array((digits.length * 5) / 8);
  let length = 0;
  let bits = 0;
  let held = 0;
  for (const digit of digits) {
    const value = ALPHABET.indexOf(digit);
    if (value < 0) return null;
    held = (held << 5) | value;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[length++] = held >>> bits;
    held &= (1 << bits) - 1;
  }
  return bytes;
}
