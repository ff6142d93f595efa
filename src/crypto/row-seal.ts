// Sealing what is kept on disk: it opens only under its key and at its place. Knows no table and no file.
import { concatBytes, utf8FromText } from '../protocol/bytes.ts';
import { type Random, requireBytes, sodium } from './sodium.ts';
import { deriveKey, KEY_BYTES, type SealLabel, transcript } from './transcript.ts';

const NONCE_BYTES = 24;
/** What sealing adds: nonce24 and tag16. */
export const SEAL_BYTES = NONCE_BYTES + 16;

/** 120 bits: names don't collide by chance, and nobody without the key can look for two that do. */
const NAME_BYTES = 15;

/** Where something is kept: what is sealed for one place opens at no other. */
export interface Place {
  readonly label: SealLabel;
  /** Its number, name or parameters, in any one form. */
  readonly at: string;
}

/** Both 32 bytes; the owner wipes them. */
export interface RowKeys {
  readonly seal: Uint8Array;
  /** For names that show nothing of what they stand for. */
  readonly name: Uint8Array;
}

/** From a profile's 32-byte data key, which stays the caller's. */
export function rowKeysFrom(dataKey: Uint8Array): RowKeys {
  requireBytes(dataKey, KEY_BYTES);
  return { seal: deriveKey(dataKey, 'row-key'), name: deriveKey(dataKey, 'place-key') };
}

/** The key that seals the identity's seed of a locked profile; the caller wipes it. */
export function seedKeyFrom(dataKey: Uint8Array): Uint8Array {
  requireBytes(dataKey, KEY_BYTES);
  return deriveKey(dataKey, 'seed-key');
}

/** The key that seals records in files of their own; the caller wipes it. */
export function recordKeyFrom(dataKey: Uint8Array): Uint8Array {
  requireBytes(dataKey, KEY_BYTES);
  return deriveKey(dataKey, 'record-key');
}

/** A keyed hash of `text` as 20 characters of base64url: the same for the same kind and text. */
export function nameOf(key: Uint8Array, kind: SealLabel, text: string): string {
  const name = deriveKey(key, 'place', utf8FromText(kind), utf8FromText(text));
  return Buffer.from(name.buffer, name.byteOffset, NAME_BYTES).toString('base64url');
}

/** `nonce24 ‖ XChaCha20-Poly1305(plain; T(label; at))`: 40 bytes longer than `plain`. `key`: 32 bytes. */
export function sealAt(
  place: Place,
  plain: Uint8Array,
  { key, random }: { readonly key: Uint8Array; readonly random: Random },
): Uint8Array {
  const nonce = random(NONCE_BYTES);
  const encrypt = sodium().crypto_aead_xchacha20poly1305_ietf_encrypt;
  return concatBytes([nonce, encrypt(plain, dataOf(place), null, nonce, key)]);
}

/** What was sealed for this place under this key; null for anything else. */
export function openAt(place: Place, sealed: Uint8Array, key: Uint8Array): Uint8Array | null {
  if (sealed.length < SEAL_BYTES) return null;
  const decrypt = sodium().crypto_aead_xchacha20poly1305_ietf_decrypt;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  try {
    return decrypt(null, sealed.subarray(NONCE_BYTES), dataOf(place), nonce, key);
  } catch {
    return null;
  }
}

function dataOf({ label, at }: Place): Uint8Array {
  return transcript(label, utf8FromText(at));
}
