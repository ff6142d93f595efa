// One public room's traffic as it goes over the wire: sealed blobs of a 256-byte text, and their frames.
import { randomBytes } from 'node:crypto';
import { publicRoomId, topicOf } from '../src/crypto/room.ts';
import { newSenderChain, type SenderChain, sealRoomBlob } from '../src/crypto/room-chain.ts';
import { concatBytes } from '../src/protocol/bytes.ts';
import { encodeCbor } from '../src/protocol/cbor.ts';
import {
  encodeFrame,
  FRAME_HEADER_BYTES,
  FRAME_TYPES,
  TOKEN_BYTES,
} from '../src/protocol/frames.ts';
import { MessageId, StreamId } from '../src/protocol/ids.ts';
import { CHAIN_MESSAGES } from '../src/protocol/limits.ts';
import { pad } from '../src/protocol/padding.ts';
import { encodeRoomRecord, NO_LOG, RECORD_TYPES } from '../src/protocol/record.ts';
import { numberedIdentity } from '../test/support/wire-client.ts';

const TEXT_BYTES = 256;

/** A Buffer's `slice` would share the bytes, and keys are wiped. */
export const random = (sizeBytes: number) => new Uint8Array(randomBytes(sizeBytes));

const room = () => publicRoomId('bench');
/** Await `ready()` of src/crypto before this and what is below. */
export const topic = () => topicOf(room());

/** Bytes before the blob in a DELIVER frame: header and rseq. */
export const DELIVER_OVERHEAD_BYTES = FRAME_HEADER_BYTES + 8;
/** Bytes before the blob in a FANOUT frame: header, token and ttl. */
export const FANOUT_OVERHEAD_BYTES = FRAME_HEADER_BYTES + TOKEN_BYTES + 4;
/** Where a room's blob names its chain (kind, suite, topic16 before it) and its index in it. */
const SKID_OFFSET = 18;
const INDEX_OFFSET = 34;

/** The padded record of a room message with a text of `textBytes`. */
export function paddedRoomText(textBytes: number): Uint8Array {
  const record = encodeRoomRecord({
    type: RECORD_TYPES.roomText,
    messageId: MessageId.fromBytes(random(16)),
    stream: StreamId.fromBytes(random(8)),
    seq: 1,
    timeMs: 1_800_000_000_000,
    head: NO_LOG,
    content: encodeCbor({ text: 'm'.repeat(textBytes) }),
  });
  return pad(record);
}

/** A fresh chain of the identity with this number. */
export function chainOf(sender: number): SenderChain {
  return newSenderChain({ room: room(), secret: null, owner: numberedIdentity(sender).id, random });
}

/** All blobs of one chain of this sender, in order. */
export function sealedChain(sender: number): Uint8Array[] {
  const blobs: Uint8Array[] = [];
  let chain = chainOf(sender);
  while (blobs.length < CHAIN_MESSAGES) {
    const sealed = sealRoomBlob(chain, paddedRoomText(TEXT_BYTES), random);
    chain = sealed.chain;
    blobs.push(sealed.blob);
  }
  return blobs;
}

/** FANOUT frames of these blobs, one behind the other. All are of one length: so are the texts. */
export function fanoutFrames(blobs: readonly Uint8Array[]): Uint8Array {
  const token = new Uint8Array(TOKEN_BYTES);
  return concatBytes(
    blobs.map((blob) => encodeFrame({ type: 'fanout', req: 1, token, ttlSeconds: 600, blob })),
  );
}

/** The chain that these blobs are of. */
export function skidOf([blob]: readonly Uint8Array[]): Buffer {
  if (blob === undefined) throw new RangeError('no blob');
  return Buffer.from(blob.subarray(SKID_OFFSET, INDEX_OFFSET));
}

/** The place in its chain of the message in this frame; null where it is no message of that chain. */
export function deliveredIndex(
  bytes: Buffer,
  { from, end, skid }: { readonly from: number; readonly end: number; readonly skid: Buffer },
): number | null {
  const blobAt = from + DELIVER_OVERHEAD_BYTES;
  const indexAt = blobAt + INDEX_OFFSET;
  if (end < indexAt + 4 || bytes.readUInt8(from + 4) !== FRAME_TYPES.deliver) return null;
  const isOfChain = bytes.compare(skid, 0, skid.length, blobAt + SKID_OFFSET, indexAt) === 0;
  return isOfChain ? bytes.readUInt32BE(indexAt) : null;
}

let lastToken = 0;

/** Gives each frame of `frames` a token that this process has not used and the relay doesn't know. */
export function renewTokens(frames: Buffer, frameBytes: number, sender: number): void {
  for (let at = FRAME_HEADER_BYTES; at < frames.length; at += frameBytes) {
    frames.writeUInt32BE(++lastToken, at);
    frames.writeUInt32BE(sender, at + 4);
    frames.writeUInt32BE(process.pid, at + 8);
  }
}
