// The clear header of a sealed blob: all that the relay reads of a message.
import { ByteReader, ByteWriter } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { idBytes, Kid, PeerPrefix, SenderKeyId, TopicId } from './ids.ts';
import { isPaddedLength } from './padding.ts';

const SUITE = 1;
const KIND_DIRECT = 1;
const KIND_ROOM = 2;

/** `01 ‖ suite 01 ‖ ID_B[:16] ‖ kid16`. */
export const DIRECT_HEADER_BYTES = 34;
/** `02 ‖ suite 01 ‖ topic16 ‖ skid16 ‖ i u32`. */
export const ROOM_HEADER_BYTES = 38;
/** What a private blob is longer than its padded content. */
export const DIRECT_OVERHEAD_BYTES = 1_314;
/** Header, nonce24, commit32, sig64, MAC16. */
export const ROOM_OVERHEAD_BYTES = ROOM_HEADER_BYTES + 24 + 32 + 64 + 16;

export interface DirectHeader {
  readonly kind: 'direct';
  readonly recipient: PeerPrefix;
  readonly kid: Kid;
}

export interface RoomHeader {
  readonly kind: 'room';
  readonly topic: TopicId;
  readonly skid: SenderKeyId;
  readonly index: number;
}

export function encodeDirectHeader(recipient: PeerPrefix, kid: Kid): Uint8Array {
  return new ByteWriter()
    .u8(KIND_DIRECT)
    .u8(SUITE)
    .raw(idBytes(recipient))
    .raw(idBytes(kid))
    .finish();
}

export function encodeRoomHeader(topic: TopicId, skid: SenderKeyId, index: number): Uint8Array {
  return new ByteWriter()
    .u8(KIND_ROOM)
    .u8(SUITE)
    .raw(idBytes(topic))
    .raw(idBytes(skid))
    .u32(index)
    .finish();
}

/** Reads the header of a sealed blob and checks that its length is one of the buckets'. Throws ProtocolError. */
export function decodeHeader(blob: Uint8Array): DirectHeader | RoomHeader {
  const reader = new ByteReader(blob);
  const kind = reader.u8();
  if (reader.u8() !== SUITE) throw new ProtocolError('suite');
  if (kind === KIND_DIRECT) {
    requireBucket(blob.length - DIRECT_OVERHEAD_BYTES);
    const recipient = PeerPrefix.fromBytes(reader.take(PeerPrefix.sizeBytes));
    return { kind: 'direct', recipient, kid: Kid.fromBytes(reader.take(Kid.sizeBytes)) };
  }
  if (kind !== KIND_ROOM) throw new ProtocolError('blob kind');
  requireBucket(blob.length - ROOM_OVERHEAD_BYTES);
  const topic = TopicId.fromBytes(reader.take(TopicId.sizeBytes));
  const skid = SenderKeyId.fromBytes(reader.take(SenderKeyId.sizeBytes));
  return { kind: 'room', topic, skid, index: reader.u32() };
}

function requireBucket(paddedLength: number): void {
  if (!isPaddedLength(paddedLength)) throw new ProtocolError('blob length');
}
