// DELIVER frames, written in place: the one frame whose copying costs, since it carries all the bytes.
import { FRAME_HEADER_BYTES, FRAME_TYPES } from '../protocol/frames.ts';

const RSEQ_BYTES = 8;
const LENGTH_BYTES = 4;
const TYPE_OFFSET = 4;
const REQ_OFFSET = 5;
const RSEQ_OFFSET = FRAME_HEADER_BYTES;
/** What a DELIVER frame is longer than its blob. */
export const DELIVER_OVERHEAD_BYTES = FRAME_HEADER_BYTES + RSEQ_BYTES;

export interface Delivery {
  readonly rseq: bigint;
  readonly blob: Uint8Array;
}

/** Where a DELIVER frame stands among others. */
export interface DeliverPart {
  readonly rseq: bigint;
  readonly from: number;
  readonly to: number;
}

/** As `encodeFrame` would write it, at `from` in `target`; returns where it ends. */
export function writeDeliver(target: Buffer, from: number, { rseq, blob }: Delivery): number {
  let at = target.writeUInt32BE(DELIVER_OVERHEAD_BYTES - LENGTH_BYTES + blob.length, from);
  at = target.writeUInt8(FRAME_TYPES.deliver, at);
  at = target.writeUInt32BE(0, at);
  at = target.writeBigUInt64BE(rseq, at);
  target.set(blob, at);
  return at + blob.length;
}

/** A frame of its own. The blob is copied: it may be a view of a chunk that holds other frames as well. */
export function deliverFrame(delivery: Delivery): Buffer {
  const frame = Buffer.allocUnsafeSlow(DELIVER_OVERHEAD_BYTES + delivery.blob.length);
  writeDeliver(frame, 0, delivery);
  return frame;
}

/** Numbers a frame anew, before anybody was given it. */
export function renumber(frame: Buffer, rseq: bigint): void {
  frame.writeBigUInt64BE(rseq, RSEQ_OFFSET);
}

/**
 * The DELIVER frames that `bytes`, read from disk, consist of; null where they consist of anything else:
 * nothing but blobs is to reach a client from there.
 */
export function deliverParts(bytes: Uint8Array): DeliverPart[] | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: DeliverPart[] = [];
  for (let from = 0; from < view.length; ) {
    if (view.length - from < DELIVER_OVERHEAD_BYTES) return null;
    const to = from + LENGTH_BYTES + view.readUInt32BE(from);
    const isDeliver = view.readUInt8(from + TYPE_OFFSET) === FRAME_TYPES.deliver;
    if (!isDeliver || view.readUInt32BE(from + REQ_OFFSET) !== 0) return null;
    if (to < from + DELIVER_OVERHEAD_BYTES || to > view.length) return null;
    parts.push({ rseq: view.readBigUInt64BE(from + RSEQ_OFFSET), from, to });
    from = to;
  }
  return parts;
}
