// Cards, bundles and turn keys with their signatures: what others hand out and can't forge.
import {
  type BundleFields,
  decodeBundle,
  encodeBundleFields,
  PREKEY_BYTES,
} from '../protocol/bundle.ts';
import { ByteReader, ByteWriter, concatBytes } from '../protocol/bytes.ts';
import { type CardFields, decodeCard, encodeCardFields } from '../protocol/card.ts';
import { idBytes, StreamId } from '../protocol/ids.ts';
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

/** A turn prekey that a note gives to its reader, and what is signed of the note with it. */
export interface Turn {
  /** Rises with each that the same run gives to the same person. */
  readonly n: bigint;
  /** The sender's stream for the reader, and the number that its next record will have. */
  readonly stream: StreamId;
  readonly next: number;
  /** 1,280 bytes. */
  readonly publicKey: Uint8Array;
}

/** The note that carries it: what it says of its place counts only where it is signed. */
export interface SignedNote {
  readonly boot: bigint;
  readonly k: number;
  readonly bundleSeq: bigint;
}

/**
 * `n u64 ‖ stream8 ‖ next u64 ‖ pub ‖ SIGN(id, "turn"; ID, boot, k, bseq, all before)`, TURN_BYTES (PROTOCOL.md, Turn
 * keys). Signed, since whoever stole the reader's prekey can write in the sender's name: they must not have
 * the answers sealed to a key of their own, nor move numbers for good.
 */
export function signTurn(owner: Identity, note: SignedNote, turn: Turn): Uint8Array {
  const fields = turnFields(turn);
  return concatBytes([fields, sign(owner.signSecret, 'turn', ...placeOf(owner, note), fields)]);
}

/** Holds copies. Throws ProtocolError where malformed, CryptoError `bad-signature`. */
export function openTurn(
  bytes: Uint8Array,
  owner: Pick<PeerKeys, 'id' | 'ed25519'>,
  note: SignedNote,
): Turn {
  const reader = new ByteReader(bytes);
  const n = reader.u64();
  const stream = StreamId.fromBytes(reader.take(StreamId.sizeBytes));
  const next = reader.sequenceNumber();
  const publicKey = reader.take(PREKEY_BYTES).slice();
  const signature = reader.take(SIGNATURE_BYTES);
  reader.end();
  const fields = bytes.subarray(0, bytes.length - SIGNATURE_BYTES);
  if (!verify({ publicKey: owner.ed25519, signature }, 'turn', ...placeOf(owner, note), fields)) {
    throw new CryptoError('bad-signature', 'turn key signature');
  }
  return { n, stream, next, publicKey };
}

function turnFields({ n, stream, next, publicKey }: Turn): Uint8Array {
  return concatBytes([u64(n), idBytes(stream), u64(BigInt(next)), publicKey]);
}

function placeOf(owner: Pick<PeerKeys, 'id'>, { boot, k, bundleSeq }: SignedNote): Uint8Array[] {
  return [idBytes(owner.id), u64(boot), u64(BigInt(k)), u64(bundleSeq)];
}

function u64(value: bigint): Uint8Array {
  return new ByteWriter(8).u64(value).finish();
}
