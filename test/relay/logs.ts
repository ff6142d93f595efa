// Segments for a room log, and what it makes of them, without a relay.
import type { TopicId } from '../../src/protocol/ids.ts';
import { DELIVER_OVERHEAD_BYTES, writeDeliver } from '../../src/relay/deliver.ts';
import { ROW_OVERHEAD_BYTES } from '../../src/relay/limits.ts';
import { writeMarks } from '../../src/relay/log-marks.ts';
import type { LogSegment } from '../../src/relay/log-table.ts';
import type { LogOutcome } from '../../src/relay/room-log.ts';
import { sixteenBytes } from './mail.ts';
import { TOPIC } from './rooms.ts';
import type { TestStores } from './stores.ts';

const WEEK_MS = 7 * 24 * 60 * 60_000;
const MARK_BYTES = 20;

interface SegmentOptions {
  readonly topic?: TopicId;
  /** Numbers, which stand for a person, and for the machine it comes from; each person's own unless told. */
  readonly from?: number;
  readonly source?: number;
  readonly blobBytes?: number;
  readonly ttlMs?: number;
}

/** A segment of one blob, which has this number. */
export function segment(last: bigint, options: SegmentOptions = {}): LogSegment {
  const { topic = TOPIC, from = 2, source = from, blobBytes = 1_000, ttlMs = WEEK_MS } = options;
  const frames = Buffer.alloc(DELIVER_OVERHEAD_BYTES + blobBytes);
  writeDeliver(frames, 0, { rseq: last, blob: new Uint8Array(blobBytes) });
  const marks = writeMarks([{ token: sixteenBytes(Number(last)), ttlMs }]);
  const origin = { source: sixteenBytes(source), sender: sixteenBytes(from) };
  return { topic, last, ...origin, ttlMs, marks, frames };
}

/** What it counts for. */
export function sizeOf(blobBytes: number): number {
  return DELIVER_OVERHEAD_BYTES + blobBytes + MARK_BYTES + ROW_OVERHEAD_BYTES;
}

/** A commit for each; what became of them. */
export function keep(
  { stores, commit }: TestStores,
  segments: readonly LogSegment[],
): LogOutcome[] {
  const all: LogOutcome[] = [];
  for (const each of segments) {
    stores.log.store([each], (outcomes) => all.push(...outcomes));
    commit();
  }
  return all;
}

/** The numbers that a topic's log still hands out. */
export function numbersIn({ stores }: TestStores, topic = TOPIC): number[] {
  const numbers: number[] = [];
  for (let cursor = 0n; ; ) {
    const found = stores.log.next(topic, cursor);
    if (found === null) return numbers;
    for (const { rseq } of found.parts) numbers.push(Number(rseq));
    cursor = found.last;
  }
}
