// The signatures and hashes of a private room's log (PROTOCOL.md, Private rooms). Knows no state and no members.
import { ByteWriter } from '../protocol/bytes.ts';
import { idBytes, type PeerId, RoomId, TopicId } from '../protocol/ids.ts';
import { type Change, encodeChange, type Operation } from '../protocol/room-operation.ts';
import { HASH_BYTES } from '../protocol/sizes.ts';
import { type Identity, type PeerKeys, peerKeys } from './identity.ts';
import { type Random, requireBytes, sodium, wipe } from './sodium.ts';
import { hash, KEY_BYTES, sign, verify } from './transcript.ts';

/** Before the first operation. */
export const NO_HEAD = new Uint8Array(HASH_BYTES);

/** The key that signs a room's log: a fresh one a room and owner, so that rooms show nobody whose they are. */
export interface Pen {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** libsodium's 64-byte form: seed ‖ public key. */
  readonly secretKey: Uint8Array;
}

export function newPen(random: Random): Pen {
  const seed = random(KEY_BYTES);
  const pen = penFromSeed(seed);
  wipe(seed);
  return pen;
}

/** From the 32 bytes of `penSeed`. */
export function penFromSeed(seed: Uint8Array): Pen {
  requireBytes(seed, KEY_BYTES);
  const { publicKey, privateKey } = sodium().crypto_sign_seed_keypair(seed);
  return { publicKey, secretKey: privateKey };
}

/** 32 bytes, as a copy. */
export function penSeed({ secretKey }: Pen): Uint8Array {
  return secretKey.slice(0, KEY_BYTES);
}

/** `room_id = H("room"; pen_pk)` of the first pen. */
export function privateRoomId(pen: Uint8Array): RoomId {
  return RoomId.fromBytes(hash('room', pen));
}

/** `topic = H("private-topic"; secret)[:16]`: who was never told the secret can't tell the room by it, and no secret makes a public one. */
export function privateTopicOf(secret: Uint8Array): TopicId {
  requireBytes(secret, KEY_BYTES);
  return TopicId.fromBytes(hash('private-topic', secret).subarray(0, TopicId.sizeBytes));
}

/** What binds a pen to the identity whose it is: `by = SIGN(id, "room-pen"; room_id, pen_pk)`. */
export interface Holder {
  readonly ed: Uint8Array;
  readonly x: Uint8Array;
  readonly pen: Uint8Array;
  readonly by: Uint8Array;
}

export function signHolder(me: Identity, room: RoomId, pen: Pen): Holder {
  const by = sign(me.signSecret, 'room-pen', idBytes(room), pen.publicKey);
  return { ed: me.ed25519, x: me.x25519, pen: pen.publicKey, by };
}

/** Whose pen it is; null where the signature doesn't hold. */
export function holderOf(room: RoomId, { ed, x, pen, by }: Holder): PeerKeys | null {
  const isTheirs = verify({ publicKey: ed, signature: by }, 'room-pen', idBytes(room), pen);
  return isTheirs ? peerKeys(ed, x) : null;
}

/** Where an operation stands: the room, its number, and the head before it. */
export interface LogPlace {
  readonly room: RoomId;
  readonly n: number;
  readonly prev: Uint8Array;
}

/** `SIGN(pen, "room-op"; room_id, n u32, prev32, fields)`. Throws ProtocolError on a field out of bounds. */
export function signOperation(pen: Pen, { room, n, prev }: LogPlace, change: Change): Operation {
  const fields = encodeChange(change);
  const signature = sign(pen.secretKey, 'room-op', ...signedFields(room, { n, prev, fields }));
  return { n, prev, fields, signature };
}

export function isSignedBy(pen: Uint8Array, room: RoomId, operation: Operation): boolean {
  const { signature } = operation;
  return verify({ publicKey: pen, signature }, 'room-op', ...signedFields(room, operation));
}

/**
 * `head = H("room-head"; room_id, n u32, prev32, fields)`, 32 bytes. Each holds the one before, so a signature on the
 * last operation is one on all.
 */
export function headOf(room: RoomId, operation: Omit<Operation, 'signature'>): Uint8Array {
  return hash('room-head', ...signedFields(room, operation));
}

function signedFields(
  room: RoomId,
  { n, prev, fields }: Omit<Operation, 'signature'>,
): [Uint8Array, Uint8Array, Uint8Array, Uint8Array] {
  return [idBytes(room), new ByteWriter(4).u32(n).finish(), prev, fields];
}

/** Whom a strike takes out, and the head of the log that its maker knew. */
export interface StrikePlace {
  readonly room: RoomId;
  readonly n: number;
  readonly head: Uint8Array;
  readonly target: PeerId;
}

/** `SIGN(id, "room-strike"; room_id, n u32, head32, target32)`. */
export function signStrike(me: Identity, place: StrikePlace): Uint8Array {
  return sign(me.signSecret, 'room-strike', ...strikeFields(place));
}

/** Whose strike it is; null where the signature doesn't hold. */
export function strikerOf(
  {
    ed,
    x,
    signature,
  }: { readonly ed: Uint8Array; readonly x: Uint8Array; readonly signature: Uint8Array },
  place: StrikePlace,
): PeerKeys | null {
  const isTheirs = verify({ publicKey: ed, signature }, 'room-strike', ...strikeFields(place));
  return isTheirs ? peerKeys(ed, x) : null;
}

function strikeFields({ room, n, head, target }: StrikePlace): Uint8Array[] {
  return [idBytes(room), new ByteWriter(4).u32(n).finish(), head, idBytes(target)];
}
