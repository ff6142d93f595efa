// Domain separation: every hash, key and signature of the protocol goes through here under its own label.
import { utf8FromText } from '../protocol/bytes.ts';
import { HASH_BYTES } from '../protocol/sizes.ts';
import { sodium } from './sodium.ts';

/** What a signature can mean. One made under a label is worthless under another. */
export type SignLabel =
  | 'card'
  | 'bundle'
  | 'turn'
  | 'relay-hello'
  | 'relay-auth'
  | 'relay-carry'
  | 'file-ask'
  | 'file-answer'
  | 'announce'
  | 'room-join'
  | 'room-pen'
  | 'room-op'
  | 'room-strike'
  | 'room-msg';

type HashLabel =
  | 'id'
  | 'kid'
  | 'relay'
  | 'conv'
  | 'dm-th'
  | 'pubroom'
  | 'topic'
  | 'private-topic'
  | 'room'
  | 'room-head'
  | 'room-commit'
  | 'record'
  | 'message'
  | 'sas-c'
  | 'sas'
  | 'file';

type KdfLabel =
  | 'id-sign'
  | 'id-dh'
  | 'relay-sign'
  | 'spk-seal'
  | 'spk-auth'
  | 'spk-xwing'
  | 'dm-key'
  | 'dm-auth'
  | 'dm-tag'
  | 'room-from'
  | 'room-mk'
  | 'room-ck'
  | 'file-chunks'
  | 'relay-sender'
  | 'relay-source'
  | 'row-key'
  | 'place-key'
  | 'place'
  | 'seed-key'
  | 'record-key';

/** What is sealed on disk; the label begins the additional data. */
export type SealLabel =
  | 'row-state'
  | 'row-conversation'
  | 'row-message'
  | 'vault'
  | 'seed'
  | 'record-file'
  | 'backup';

type Label = SignLabel | HashLabel | KdfLabel | SealLabel | 'room-ad' | 'safety';

export const KEY_BYTES = 32;

/** `lp("lanchat/1 " + label)` of each label seen: the set is closed, so this stays small. */
const prefixes = new Map<Label, Uint8Array>();

function prefixOf(label: Label): Uint8Array {
  const known = prefixes.get(label);
  if (known !== undefined) return known;
  const name = utf8FromText(`lanchat/1 ${label}`);
  const prefix = new Uint8Array(4 + name.length);
  writeLp(prefix, 0, name);
  prefixes.set(label, prefix);
  return prefix;
}

/** Writes `u32 length ‖ bytes` at `offset` and returns the offset after it. */
function writeLp(target: Uint8Array, offset: number, bytes: Uint8Array): number {
  const length = bytes.length;
  target[offset] = length >>> 24;
  target[offset + 1] = length >>> 16;
  target[offset + 2] = length >>> 8;
  target[offset + 3] = length;
  target.set(bytes, offset + 4);
  return offset + 4 + length;
}

/** `T(label; x…) = lp("lanchat/1 " + label) ‖ lp(x)…`: no two lists of fields have one encoding. */
export function transcript(label: Label, ...fields: readonly Uint8Array[]): Uint8Array {
  const prefix = prefixOf(label);
  let size = prefix.length;
  for (const field of fields) size += 4 + field.length;
  const bytes = new Uint8Array(size);
  bytes.set(prefix);
  let offset = prefix.length;
  for (const field of fields) offset = writeLp(bytes, offset, field);
  return bytes;
}

/** `H(label; …) = BLAKE2b-256(T)`, 32 bytes. */
export function hash(label: HashLabel, ...fields: readonly Uint8Array[]): Uint8Array {
  return sodium().crypto_generichash(HASH_BYTES, transcript(label, ...fields), null);
}

/** `KDF(k, label; …) = BLAKE2b-256 keyed with k over T`, 32 bytes. `key` is 32 bytes and stays the caller's. */
export function deriveKey(
  key: Uint8Array,
  label: KdfLabel,
  ...fields: readonly Uint8Array[]
): Uint8Array {
  const bytes = transcript(label, ...fields);
  const derived = sodium().crypto_generichash(KEY_BYTES, bytes, key);
  // Some fields are secret (a DH result, plaintext): the joined copy doesn't outlive the call.
  bytes.fill(0);
  return derived;
}

/** `SIGN(sk, label; …) = Ed25519(sk, T)`, 64 bytes. `secretKey` is libsodium's 64-byte form. */
export function sign(
  secretKey: Uint8Array,
  label: SignLabel,
  ...fields: readonly Uint8Array[]
): Uint8Array {
  return sodium().crypto_sign_detached(transcript(label, ...fields), secretKey);
}

/** A signature and the 32-byte key it is said to be from; both may be hostile. */
export interface ClaimedSignature {
  readonly publicKey: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Whether the signature holds. False for wrong lengths, small-order or non-canonical keys, and
 * signatures with s ≥ L: libsodium refuses them.
 */
export function verify(
  { publicKey, signature }: ClaimedSignature,
  label: SignLabel,
  ...fields: readonly Uint8Array[]
): boolean {
  const library = sodium();
  if (publicKey.length !== library.crypto_sign_PUBLICKEYBYTES) return false;
  if (signature.length !== library.crypto_sign_BYTES) return false;
  return library.crypto_sign_verify_detached(signature, transcript(label, ...fields), publicKey);
}
