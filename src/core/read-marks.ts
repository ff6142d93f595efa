// Between us and one person: which of their messages were read here, and which of ours may yet be by them. Plain data.
import type { StreamId } from '../protocol/ids.ts';

/** Streams of one person that are told of: a new one begins only where their state is lost. */
const MAX_STREAMS = 4;
/** Messages of ours that wait to be read: what is older is not told of any more. */
export const MAX_AWAITED = 512;

/** Of one stream of theirs, the last number that was shown, seen by our person, and told to them as read. */
export interface ReadMark {
  readonly stream: StreamId;
  shown: number;
  read: number;
  told: number;
}

export interface ReadMarks {
  /** Oldest first. */
  theirs: ReadMark[];
  /** Ours that they have not read, as ranges (both ends included, ascending) of one stream. */
  awaited: { readonly stream: StreamId; ranges: [from: number, to: number][] } | null;
  /** When what was read is told, monotonic ms; null: nothing is to be told. */
  dueAtMs: number | null;
  lastAtMs: number;
}

export function newReadMarks(): ReadMarks {
  return { theirs: [], awaited: null, dueAtMs: null, lastAtMs: Number.NEGATIVE_INFINITY };
}

/** One of theirs was shown. */
export function markShown(marks: ReadMarks, stream: StreamId, seq: number): void {
  const known = marks.theirs.find((mark) => mark.stream === stream);
  if (known !== undefined) {
    known.shown = Math.max(known.shown, seq);
    return;
  }
  marks.theirs.push({ stream, shown: seq, read: 0, told: 0 });
  if (marks.theirs.length > MAX_STREAMS) marks.theirs.shift();
}

/** Whether something has been read that they were not told of. */
export function owesRead({ theirs }: ReadMarks): boolean {
  return theirs.some(({ read, told }) => read > told);
}

/** A message of ours is on its way. */
export function awaitRead(marks: ReadMarks, stream: StreamId, seq: number): void {
  if (marks.awaited?.stream !== stream) marks.awaited = { stream, ranges: [] };
  const { ranges } = marks.awaited;
  const last = ranges.at(-1);
  if (last !== undefined && last[1] === seq - 1) last[1] = seq;
  else ranges.push([seq, seq]);
  const oldest = ranges[0];
  if (oldest === undefined || countOf(ranges) <= MAX_AWAITED) return;
  if (oldest[0] === oldest[1]) ranges.shift();
  else oldest[0]++;
}

/** It has failed. */
export function stopAwaiting(marks: ReadMarks, stream: StreamId, seq: number): void {
  if (marks.awaited?.stream === stream) keepAwaited(marks.awaited, (each) => each !== seq);
}

/** Takes out those up to `upTo` that `isRead` says so of, ascending; none of another stream. */
export function takeAwaited(
  { awaited }: ReadMarks,
  { stream, upTo }: { readonly stream: StreamId; readonly upTo: number },
  isRead: (seq: number) => boolean,
): number[] {
  if (awaited?.stream !== stream) return [];
  const taken: number[] = [];
  keepAwaited(awaited, (seq) => {
    if (seq > upTo || !isRead(seq)) return true;
    taken.push(seq);
    return false;
  });
  return taken;
}

export function countOf(ranges: readonly (readonly [number, number])[]): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}

function keepAwaited(
  awaited: NonNullable<ReadMarks['awaited']>,
  isKept: (seq: number) => boolean,
): void {
  const kept: [number, number][] = [];
  for (const [from, to] of awaited.ranges) {
    for (let seq = from; seq <= to; seq++) {
      if (!isKept(seq)) continue;
      const last = kept.at(-1);
      if (last !== undefined && last[1] === seq - 1) last[1] = seq;
      else kept.push([seq, seq]);
    }
  }
  awaited.ranges = kept;
}
