// What one connection still has to be sent. Holds bytes that outboxes share, and bounds what is unread;
// knows neither frames nor sockets.

/** A stretch of queued bytes costs this much beside its bytes: a million tiny frames are not free. */
const ITEM_OVERHEAD_BYTES = 128;
/**
 * Stretches are joined into one write up to this size: enough for full TLS records. A larger one is written
 * alone, as it is: joining it would cost a copy for each connection.
 */
const WRITE_BYTES = 16 * 1024;

/** Bytes for one outbox or for several; counted once against the budget, however many hold them. */
export class Segment {
  readonly bytes: Uint8Array;
  holders = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

interface Stretch {
  readonly segment: Segment;
  readonly bytes: Uint8Array;
}

/** Bounds what all outboxes hold together: above it the fullest one overflows. */
export class QueueBudget {
  readonly #limitBytes: number;
  readonly #outboxes = new Set<Outbox>();
  #usedBytes = 0;
  #hasRoom: (() => void) | null = null;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Half of it is used: what can wait should. */
  get crowded(): boolean {
    return this.#usedBytes > this.#limitBytes / 2;
  }

  /** Runs `hasRoom` once, when it is not crowded any more. */
  whenRoom(hasRoom: () => void): void {
    this.#hasRoom = hasRoom;
  }

  opened(outbox: Outbox): void {
    this.#outboxes.add(outbox);
  }

  closed(outbox: Outbox): void {
    this.#outboxes.delete(outbox);
  }

  hold(segment: Segment): void {
    if (segment.holders++ === 0) this.#usedBytes += segment.bytes.length + ITEM_OVERHEAD_BYTES;
    while (this.#usedBytes > this.#limitBytes && this.#overflowFullest()) {
      // Dropping one may free little where its bytes are shared with others.
    }
  }

  release(segment: Segment): void {
    if (--segment.holders > 0) return;
    this.#usedBytes -= segment.bytes.length + ITEM_OVERHEAD_BYTES;
    if (this.#hasRoom === null || this.crowded) return;
    const hasRoom = this.#hasRoom;
    this.#hasRoom = null;
    hasRoom();
  }

  #overflowFullest(): boolean {
    let fullest: Outbox | null = null;
    for (const outbox of this.#outboxes) {
      if (outbox.waitingBytes > (fullest?.waitingBytes ?? 0)) fullest = outbox;
    }
    fullest?.overflow();
    return fullest !== null;
  }
}

export interface OutboxOptions {
  readonly limitBytes: number;
  readonly budget: QueueBudget;
  /** Writes to the socket; `written` is called when the bytes have left the process, or never. */
  readonly write: (bytes: Uint8Array, written: () => void) => void;
  /** The queue is over a bound and now empty: the connection is to be dropped. Never called twice. */
  readonly overflowed: () => void;
  /** There is something to flush; once until it is. */
  readonly filled: () => void;
}

/** Whole frames in order, one write at a time. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #written = () => this.#finishWrite();
  #waiting: Stretch[] = [];
  #writing: Stretch[] = [];
  #waitingBytes = 0;
  #writingBytes = 0;
  #open = true;
  /** Somebody was told to flush. */
  #isDue = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    options.budget.opened(this);
  }

  /** Bytes not yet taken by the socket. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Bytes that have not left the process. */
  get queuedBytes(): number {
    return this.#waitingBytes + this.#writingBytes;
  }

  /** Appends whole frames: all of a segment, or the part of it between two offsets. */
  push(segment: Segment, from = 0, to = segment.bytes.length): void {
    if (!this.#open) return;
    this.#append(segment, from, to);
    if (this.queuedBytes > this.#options.limitBytes) this.overflow();
  }

  /** Appends the last frame; nothing after it is taken. */
  pushLast(segment: Segment): void {
    this.#open = false;
    this.#append(segment, 0, segment.bytes.length);
  }

  /** Writes what waits, unless a write is under way: then what waits follows it. */
  flush(): void {
    this.#isDue = false;
    if (this.#writing.length > 0 || this.#waiting.length === 0) return;
    let bytes = 0;
    let count = 0;
    for (const stretch of this.#waiting) {
      if (count > 0 && bytes + stretch.bytes.length > WRITE_BYTES) break;
      bytes += stretch.bytes.length;
      count++;
    }
    this.#writing = this.#waiting.splice(0, count);
    this.#writingBytes = costOf(this.#writing);
    this.#waitingBytes -= this.#writingBytes;
    this.#options.write(joined(this.#writing, bytes), this.#written);
  }

  /** Gives up what waits and takes no more; a write under way ends as it can, at a frame's end. */
  overflow(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#dropWaiting();
    this.#options.overflowed();
  }

  /** What waits, for somebody else to write: nothing more is taken. A write under way ends as it can. */
  handOver(): Uint8Array[] {
    this.#open = false;
    const waiting = this.#waiting.map(({ bytes }) => bytes);
    this.#dropWaiting();
    return waiting;
  }

  /** The socket is gone. */
  close(): void {
    this.#open = false;
    this.#dropWaiting();
    this.#dropWriting();
    this.#options.budget.closed(this);
  }

  #append(segment: Segment, from: number, to: number): void {
    const { bytes } = segment;
    const whole = from === 0 && to === bytes.length;
    this.#waiting.push({ segment, bytes: whole ? bytes : bytes.subarray(from, to) });
    this.#waitingBytes += to - from + ITEM_OVERHEAD_BYTES;
    this.#options.budget.hold(segment);
    if (this.#isDue) return;
    this.#isDue = true;
    this.#options.filled();
  }

  #finishWrite(): void {
    this.#dropWriting();
    this.flush();
  }

  #dropWriting(): void {
    for (const { segment } of this.#writing) this.#options.budget.release(segment);
    this.#writing = [];
    this.#writingBytes = 0;
  }

  #dropWaiting(): void {
    for (const { segment } of this.#waiting) this.#options.budget.release(segment);
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}

function costOf(stretches: readonly Stretch[]): number {
  let cost = 0;
  for (const { bytes } of stretches) cost += bytes.length + ITEM_OVERHEAD_BYTES;
  return cost;
}

/** A single stretch is written as it is: what a topic's subscribers share is not copied for each. */
function joined(stretches: readonly Stretch[], sizeBytes: number): Uint8Array {
  const [first] = stretches;
  if (stretches.length === 1 && first !== undefined) return first.bytes;
  return Buffer.concat(
    stretches.map(({ bytes }) => bytes),
    sizeBytes,
  );
}
