// Private messages to people who are away, as the relay sees them: who writes to whom, and frames of them.
import { randomFillSync } from 'node:crypto';
import { DIRECT_OVERHEAD_BYTES } from '../src/protocol/envelope.ts';
import {
  encodeFrame,
  FRAME_HEADER_BYTES,
  FRAME_TYPES,
  TOKEN_BYTES,
} from '../src/protocol/frames.ts';
import { BLOB_TTL_SECONDS } from '../src/protocol/limits.ts';
import { DELIVER_OVERHEAD_BYTES } from '../src/relay/deliver.ts';
import { directBlob } from '../test/relay/blobs.ts';
import { numberedIdentity } from '../test/support/wire-client.ts';

export const MAIL_SENDERS = 40;
/** So many that no mailbox is full before all has been measured. */
export const MAIL_RECIPIENTS = 120;
const FIRST_SENDER = 1_000;
const FIRST_RECIPIENT = 5_000;
/** A text of 256 bytes and its records. */
const PADDED_BYTES = 512;

/** What one of these messages is on disk. */
export const MAIL_FRAME_BYTES = DELIVER_OVERHEAD_BYTES + DIRECT_OVERHEAD_BYTES + PADDED_BYTES;

export function senderNumber(sender: number): number {
  return FIRST_SENDER + sender;
}

export function recipientNumber(recipient: number): number {
  return FIRST_RECIPIENT + recipient;
}

/** SEND frames of one sender, one behind the other, to one recipient after the other. Await `ready()` first. */
export function mailFrames(sender: number, count: number): Buffer {
  const frames = Array.from({ length: count }, (_, index) => {
    const to = numberedIdentity(recipientNumber((sender + index) % MAIL_RECIPIENTS));
    const blob = directBlob(to.id, PADDED_BYTES);
    const token = new Uint8Array(TOKEN_BYTES);
    return encodeFrame({ type: 'send', req: 1, token, ttlSeconds: BLOB_TTL_SECONDS, blob });
  });
  return Buffer.concat(frames);
}

/** Gives each of `count` frames of one length a token that nobody has used. */
export function renewMailTokens(frames: Buffer, count: number): void {
  const frameBytes = frames.length / count;
  for (let at = FRAME_HEADER_BYTES; at < frames.length; at += frameBytes) {
    randomFillSync(frames, at, TOKEN_BYTES);
  }
}

/** Whether the frame at `from` says that a message was stored; throws on a refusal. */
export function isStored(bytes: Buffer, from: number): boolean {
  const type = bytes.readUInt8(from + 4);
  if (type === FRAME_TYPES.error) throw new Error('the relay refused a message');
  return type === FRAME_TYPES.done;
}
