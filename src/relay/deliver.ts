// DELIVER frames, written in place: the one frame whose copying costs, since it carries all the bytes.
import { FRAME_HEADER_BYTES, FRAME_TYPES } from '../protocol/frames.ts';

const RSEQ_BYTES = 8;
/** What a DELIVER frame is longer than its blob. */
export const DELIVER_OVERHEAD_BYTES = FRAME_HEADER_BYTES + RSEQ_BYTES;

export interface Delivery {
  readonly rseq: bigint;
  readonly blob: Uint8Array;
}

/** As `encodeFrame` would write it, at `from` in `target`; returns where it ends. */
export function writeDeliver(target: Buffer, from: number, { rseq, blob }: Delivery): number {
  let at = target.writeUInt32BE(DELIVER_OVERHEAD_BYTES - 4 + blob.length, from);
  at = target.writeUInt8(FRAME_TYPES.deliver, at);
  at = target.writeUInt32BE(0, at);
  at = target.writeBigUInt64BE(rseq, at);
  target.set(blob, at);
  return at + blob.length;
}
