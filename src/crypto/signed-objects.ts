// Cards, bundles and turn keys with their signatures: what others hand out and can't forge.
import {
  type BundleFields,
  decodeBundle,
  encodeBundleFields,
  PREKEY_BYTES,
} from '../protocol/bundle.ts';
import { ByteReader, ByteWriter, concatBytes } from '../protocol/bytes.ts';
import { type CardFields, decodeCard, encodeCardFields } from '../protocol/card.ts';
import { idBytes } from '../protocol/ids.ts';
import { SIGNATURE_BYTES } from '../protocol/sizes.ts';
import { CryptoError } from './errors.ts';
import { type Identity, type PeerKeys, peerKeys } from './identity.ts';
import { sign, verify } from './transcript.ts';

/** A card whose signature holds. */
export interface Card extends PeerKeys {
  readonly seq: bigint;
  /** Untrusted text: cleaned before it is shown. */
  readonly nick: string;
}

/** `card fields ‖ SIGN(id, "card"; fields)` (PROTOCOL.md, Keys). */
export function signCard(
  owner: Identity,
  { seq, nick }: Pick<CardFields, 'seq' | 'nick'>,
): Uint8Array {
  const { ed25519, x25519, signSecret } = owner;
  const fields = encodeCardFields({ ed25519, x25519, seq, nick });
  return concatBytes([fields, sign(signSecret, 'card', fields)]);
}

/**
 * The card with the ID that its two keys hash to. Holds copies, not views into `bytes`.
 * Throws ProtocolError where malformed, CryptoError `bad-signature`. An
 * X25519 key of low order is let through: a message that claims to be from it is refused (direct.ts).
 */
export function openCard(bytes: Uint8Array): Card {
  const { ed25519, x25519, seq, nick, signed, signature } = decodeCard(bytes);
  if (!verify({ publicKey: ed25519, signature }, 'card', signed)) {
    throw new CryptoError('bad-signature', 'card signature');
  }
  return { ...peerKeys(ed25519.slice(), x25519.slice()), seq, nick };
}

/** `bundle fields ‖ SIGN(id, "bundle"; fields)` (PROTOCOL.md, Keys). */
export function signBundle(owner: Identity, bundle: Omit<BundleFields, 'id'>): Uint8Array {
  const fields = encodeBundleFields({ ...bundle, id: owner.id });
  return concatBytes([fields, sign(owner.signSecret, 'bundle', fields)]);
}

/**
 * A bundle of `owner`, whose keys come from a verified card. Holds copies, not views into `bytes`.
 * Throws ProtocolError where malformed, CryptoError `wrong-owner` or `bad-signature`. The caller
 * refuses a lower seq than the last, and the same seq with other bytes.
 */
export function openBundle(
  bytes: Uint8Array,
  owner: Pick<PeerKeys, 'id' | 'ed25519'>,
): BundleFields {
  const { id, seq, boot, prekeys, signed, signature } = decodeBundle(bytes);
  if (id !== owner.id) throw new CryptoError('wrong-owner', 'bundle of another ID');
  if (!verify({ publicKey: owner.ed25519, signature }, 'bundle', signed)) {
    throw new CryptoError('bad-signature', 'bundle signature');
  }
  const copies = prekeys.map((prekey) => ({ ...prekey, publicKey: prekey.publicKey.slice() }));
  return { id, seq, boot, prekeys: copies };
}

/** A turn prekey that a note gives to its reader. */
export interface Turn {
  /** Rises with each that the same run gives to the same person. */
  readonly n: bigint;
  /** 1,280 bytes. */
  readonly publicKey: Uint8Array;
}

/**
 * `n u64 ‖ pub ‖ SIGN(id, "turn"; ID, boot, n, pub)`, 1,352 bytes (PROTOCOL.md, Turn keys). Signed, since
 * whoever stole the reader's prekey could otherwise have the answers sealed to a key of their own.
 */
export function signTurn(owner: Identity, boot: bigint, { n, publicKey }: Turn): Uint8Array {
  const fields = [idBytes(owner.id), u64(boot), u64(n), publicKey];
  return concatBytes([u64(n), publicKey, sign(owner.signSecret, 'turn', ...fields)]);
}

/** Holds copies. Throws ProtocolError where malformed, CryptoError `bad-signature`. */
export function openTurn(
  bytes: Uint8Array,
  owner: Pick<PeerKeys, 'id' | 'ed25519'>,
  boot: bigint,
): Turn {
  const reader = new ByteReader(bytes);
  const n = reader.u64();
  const publicKey = reader.take(PREKEY_BYTES).slice();
  const signature = reader.take(SIGNATURE_BYTES);
  reader.end();
  const fields = [idBytes(owner.id), u64(boot), u64(n), publicKey];
  if (!verify({ publicKey: owner.ed25519, signature }, 'turn', ...fields)) {
    throw new CryptoError('bad-signature', 'turn key signature');
  }
  return { n, publicKey };
}

function u64(value: bigint): Uint8Array {
  return new ByteWriter(8).u64(value).finish();
}
