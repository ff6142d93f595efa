// Blobs with a true header and length, and noise inside: all that a relay can tell.
import { randomBytes } from 'node:crypto';
import { concatBytes } from '../../src/protocol/bytes.ts';
import {
  DIRECT_HEADER_BYTES,
  DIRECT_OVERHEAD_BYTES,
  encodeDirectHeader,
  encodeRoomHeader,
  ROOM_HEADER_BYTES,
  ROOM_OVERHEAD_BYTES,
} from '../../src/protocol/envelope.ts';
import { Kid, type PeerId, peerPrefix, SenderKeyId, type TopicId } from '../../src/protocol/ids.ts';

export function directBlob(to: PeerId, paddedBytes = 256): Uint8Array {
  const header = encodeDirectHeader(peerPrefix(to), Kid.fromBytes(randomBytes(16)));
  const rest = DIRECT_OVERHEAD_BYTES - DIRECT_HEADER_BYTES + paddedBytes;
  return concatBytes([header, randomBytes(rest)]);
}

export function roomBlob(topic: TopicId, paddedBytes = 256): Uint8Array {
  const header = encodeRoomHeader(topic, SenderKeyId.fromBytes(randomBytes(16)), 0);
  const rest = ROOM_OVERHEAD_BYTES - ROOM_HEADER_BYTES + paddedBytes;
  return concatBytes([header, randomBytes(rest)]);
}

/** A body of SEND, to be passed on now or never, or of FANOUT; with a token of its own unless told. */
export function sealed<T extends 'send' | 'fanout'>(
  type: T,
  blob: Uint8Array,
  token: Uint8Array = randomBytes(16),
) {
  return { type, token, ttlSeconds: type === 'send' ? 0 : 600, blob };
}

/** A body of SEND that is to be stored until its recipient has it. */
export function mailed(blob: Uint8Array, token: Uint8Array = randomBytes(16)) {
  return { type: 'send' as const, token, ttlSeconds: 86_400, blob };
}
