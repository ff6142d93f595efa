// Cards and bundles with their signatures: what a relay hands out and can't forge.
import { type BundleFields, decodeBundle, encodeBundleFields } from '../protocol/bundle.ts';
import { concatBytes } from '../protocol/bytes.ts';
import { type CardFields, decodeCard, encodeCardFields } from '../protocol/card.ts';
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
