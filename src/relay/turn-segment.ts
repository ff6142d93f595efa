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
  /**
   * It went out before, and was not stored: whoever is live under a number up to this has it. Null where this
   * is the first time.
   */
  readonly hadBy: number | null;
  /** Its sender, and again for each time that it was sent before the commit. */
  readonly waiters: Waiter[];
}

interface Part {
  readonly from: number;
  readonly to: number;
}

/** A row of the log, and the blobs in it. */
export interface TurnPiece {
  readonly segment: LogSegment;
  readonly blobs: readonly PendingBlob[];
}

export interface TurnSegment {
  /** All frames, for those who sent none of them. */
  readonly segment: Segment;
  /** Where each sender's own frames are. */
  readonly own: ReadonlyMap<Login, Part>;
  /** Where those are that went out before. */
  readonly again: readonly (Part & { readonly hadBy: number })[];
  /** The same frames, of one sender each, in pieces that a reader can be given one by one. */
  readonly pieces: readonly TurnPiece[];
  readonly last: bigint;
}

/**
 * Numbers the blobs from `head` + 1, those of one sender side by side: nobody can tell in which order two
 * people spoke in one turn, and the log has them apart.
 */
export function buildSegment(
  topic: TopicId,
  pending: readonly PendingBlob[],
  head: bigint,
): TurnSegment {
  const bytes = Buffer.allocUnsafeSlow(sizeOf(pending));
  const own = new Map<Login, Part>();
  const again: (Part & { readonly hadBy: number })[] = [];
  const pieces: TurnPiece[] = [];
  let [last, at] = [head, 0];
  for (const [sender, all] of bySender(pending)) {
    const from = at;
    for (const blobs of inPieces(all)) {
      const pieceFrom = at;
      for (const { blob, hadBy } of blobs) {
        const to = writeDeliver(bytes, at, { rseq: ++last, blob });
        if (hadBy !== null) again.push({ from: at, to, hadBy });
        at = to;
      }
      const frames = bytes.subarray(pieceFrom, at);
      pieces.push({ segment: logSegment(blobs, { topic, last, sender, frames }), blobs });
    }
    own.set(sender, { from, to: at });
  }
  return { segment: new Segment(bytes), own, again, pieces, last };
}

/** Sends all of it that `login`, who is live under this number, neither said nor has. */
export function sendTurn(login: Login, live: number, turn: TurnSegment): void {
  const { connection } = login;
  const { segment } = turn;
  const own = turn.own.get(login);
  const left: Part[] = turn.again.filter(({ hadBy }) => live <= hadBy);
  if (own !== undefined) left.push(own);
  let from = 0;
  for (const part of left.sort((a, b) => a.from - b.from)) {
    if (part.from > from) connection.sendSegment(segment, from, part.from);
    // What was sent again may be its own.
    from = Math.max(from, part.to);
  }
  if (from < segment.bytes.length) connection.sendSegment(segment, from);
}

function logSegment(
  blobs: readonly PendingBlob[],
  of: {
    readonly topic: TopicId;
    readonly last: bigint;
    readonly sender: Login;
    readonly frames: Uint8Array;
  },
): LogSegment {
  const { topic, last, frames } = of;
  const { source, sender } = of.sender;
  const marks = blobs.map(({ mark }) => mark);
  const ttlMs = Math.max(...marks.map((mark) => mark.ttlMs));
  return { topic, last, source, sender, ttlMs, marks: writeMarks(marks), frames };
}

function bySender(pending: readonly PendingBlob[]): Map<Login, PendingBlob[]> {
  const all = new Map<Login, PendingBlob[]>();
  for (const blob of pending) {
    const sofar = all.get(blob.sender);
    if (sofar === undefined) all.set(blob.sender, [blob]);
    else sofar.push(blob);
  }
  return all;
}

/** Each but the last just above LOG_SEGMENT_BYTES. */
function* inPieces(blobs: readonly PendingBlob[]): Generator<readonly PendingBlob[]> {
  let piece: PendingBlob[] = [];
  let size = 0;
  for (const blob of blobs) {
    piece.push(blob);
    size += DELIVER_OVERHEAD_BYTES + blob.blob.length;
    if (size < LOG_SEGMENT_BYTES) continue;
    yield piece;
    [piece, size] = [[], 0];
  }
  if (piece.length > 0) yield piece;
}

function sizeOf(pending: readonly PendingBlob[]): number {
  let size = 0;
  for (const { blob } of pending) size += DELIVER_OVERHEAD_BYTES + blob.length;
  return size;
}
