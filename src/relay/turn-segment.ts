// What was said in a topic in one turn, as it goes out to its subscribers and into the log.
import type { TopicId } from '../protocol/ids.ts';
import { DELIVER_OVERHEAD_BYTES, writeDeliver } from './deliver.ts';
import type { Login } from './directory.ts';
import { LOG_SEGMENT_BYTES } from './limits.ts';
import { type LogMark, writeMarks } from './log-marks.ts';
import type { LogSegment } from './log-table.ts';
import { Segment } from './outbox.ts';

/** Whom the commit's answer goes to. */
export interface Waiter {
  readonly login: Login;
  readonly req: number;
}

/** A blob on its way to the log. */
export interface PendingBlob {
  readonly sender: Login;
  /** Of its token. */
  readonly key: string;
  /** With a view, as the blob is one, of what was received in this turn. */
  readonly mark: LogMark;
  readonly blob: Uint8Array;
  /** Its sender, and again for each time that it was sent before the commit. */
  readonly waiters: Waiter[];
}

export interface Part {
  readonly from: number;
  readonly to: number;
}

export interface TurnSegment {
  /** All frames, for those who sent none of them. */
  readonly segment: Segment;
  /** Where each sender's own frames are. */
  readonly own: ReadonlyMap<Login, readonly Part[]>;
  /** The same frames in pieces that a reader can be given one by one. */
  readonly pieces: readonly LogSegment[];
  readonly last: bigint;
}

/** Numbers the blobs from `head` + 1. */
export function buildSegment(
  topic: TopicId,
  pending: readonly PendingBlob[],
  head: bigint,
): TurnSegment {
  const bytes = Buffer.allocUnsafeSlow(sizeOf(pending));
  const own = new Map<Login, Part[]>();
  const pieces: LogSegment[] = [];
  let marks: LogMark[] = [];
  let last = head;
  let [pieceFrom, from] = [0, 0];
  for (const [index, { sender, mark, blob }] of pending.entries()) {
    last++;
    const to = writeDeliver(bytes, from, { rseq: last, blob });
    const parts = own.get(sender);
    if (parts === undefined) own.set(sender, [{ from, to }]);
    else parts.push({ from, to });
    marks.push(mark);
    from = to;
    if (to - pieceFrom < LOG_SEGMENT_BYTES && index < pending.length - 1) continue;
    const ttlMs = Math.max(...marks.map((each) => each.ttlMs));
    const frames = bytes.subarray(pieceFrom, to);
    pieces.push({ topic, last, ttlMs, marks: writeMarks(marks), frames });
    marks = [];
    pieceFrom = to;
  }
  return { segment: new Segment(bytes), own, pieces, last };
}

/** All of the segment but these parts of it. */
export function sendBetween({ connection }: Login, segment: Segment, left: readonly Part[]): void {
  let from = 0;
  for (const part of left) {
    if (part.from > from) connection.sendSegment(segment, from, part.from);
    from = part.to;
  }
  if (from < segment.bytes.length) connection.sendSegment(segment, from);
}

function sizeOf(pending: readonly PendingBlob[]): number {
  let size = 0;
  for (const { blob } of pending) size += DELIVER_OVERHEAD_BYTES + blob.length;
  return size;
}
