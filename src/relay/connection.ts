// One TLS connection: bytes to frames and back, its rate, its end. Knows no frame but END and PING.
import type { TLSSocket } from 'node:tls';
import { EXPORTER_BYTES, EXPORTER_LABEL } from '../protocol/channel.ts';
import type { Code } from '../protocol/codes.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { FrameLengthError, FrameSplitter } from '../protocol/frame-stream.ts';
import { encodeFrame, FRAME_HEADER_BYTES, FRAME_TYPES, type Frame } from '../protocol/frames.ts';
import {
  MAX_FRAME_BYTES,
  MAX_FRAME_BYTES_BEFORE_LOGIN,
  PING_INTERVAL_MS,
  SILENCE_TIMEOUT_MS,
} from '../protocol/limits.ts';
import type { Clock } from './clock.ts';
import { CONGESTED_BYTES, END_GRACE_MS, type RelayLimits, UNREAD_ANSWERS_BYTES } from './limits.ts';
import { Outbox, type QueueBudget, Segment } from './outbox.ts';
import { TokenBucket } from './rate.ts';
import type { ReadGate } from './read-gate.ts';
import type { Tick } from './tick.ts';

/** A frame is counted as this many bytes more: small ones cost time too. */
const FRAME_COST_BYTES = 128;
const PING = new Segment(encodeFrame({ type: 'ping', req: 0 }));
/** Held for ever, so that the budget never counts it. */
PING.holders = 1;

/** How a connection came to its end: the other side left, or the relay ended it. */
export type Ending =
  | { readonly by: 'peer' }
  | { readonly by: 'relay'; readonly code: Code; readonly detail: string };

/** Sees the bytes inside TLS: for `lanchat demo`. */
export type ByteTap = (direction: 'in' | 'out', connection: number, chunk: Uint8Array) => void;

/** What speaks over the connection. */
export interface ConnectionOwner {
  /** A frame without its length field, a view of bytes that nothing writes to again. A ProtocolError ends it. */
  received(frame: Uint8Array): void;
  /** Once: nothing more is received, and nothing sent but END. */
  ended(ending: Ending): void;
  /** A fault of ours while reading a frame; the connection ends. */
  failed(error: unknown): void;
}

/** Takes what a connection receives as it comes, once nobody reads frames there any more. */
export interface ByteSink {
  /** A ProtocolError ends the connection. Nothing writes to these bytes again. */
  passed(bytes: Uint8Array): void;
  /** Whether what was written to this connection ends with a whole frame, so that END can follow. */
  readonly endsWhole: boolean;
}

export interface ConnectionContext {
  readonly clock: Clock;
  readonly tick: Tick;
  readonly budget: QueueBudget;
  readonly gate: ReadGate;
  readonly limits: RelayLimits;
  readonly tap: ByteTap | null;
}

/** Owns the socket. */
export class Connection {
  readonly id: number;
  readonly address: string;
  readonly #socket: TLSSocket;
  readonly #context: ConnectionContext;
  readonly #outbox: Outbox;
  readonly #splitter = new FrameSplitter(MAX_FRAME_BYTES_BEFORE_LOGIN);
  /** Null where back-pressure alone paces it. */
  #bytesRate: TokenBucket | null;
  #owner: ConnectionOwner | null = null;
  #sink: ByteSink | null = null;
  #isCorked = false;
  /** What is left of the last chunk. */
  #unhandled: Generator<Uint8Array> | null = null;
  #receivedAtMs: number;
  #sentAtMs: number;
  /** When the socket is destroyed, once the relay has ended the connection. */
  #destroyAtMs: number | null = null;
  #paused = false;
  #isLoggedIn = false;
  /** Since when the write under way has not been taken. */
  #writingSinceMs: number | null = null;
  #whenRead: (() => void)[] = [];

  constructor(
    identity: { readonly id: number; readonly address: string },
    socket: TLSSocket,
    context: ConnectionContext,
  ) {
    const { clock, limits, tick, budget } = context;
    this.id = identity.id;
    this.address = identity.address;
    this.#socket = socket;
    this.#context = context;
    const perSecond = limits.readBytesPerSecond;
    this.#bytesRate = new TokenBucket({ perSecond, burst: perSecond / 4 }, clock.nowMs());
    this.#receivedAtMs = this.#sentAtMs = clock.nowMs();
    this.#outbox = new Outbox({
      limitBytes: limits.outQueueBytes,
      budget,
      write: (bytes, written) => this.#write(bytes, written),
      overflowed: () => tick.write({ flush: () => this.end('slow-reader', 'out-queue full') }),
      filled: () => tick.write(this.#outbox),
    });
  }

  /** Begins to read. */
  start(owner: ConnectionOwner): void {
    this.#owner = owner;
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('close', () => this.#closed());
  }

  get ended(): boolean {
    return this.#owner === null;
  }

  /** What it has not read yet, as far as that is in this process. */
  get queuedBytes(): number {
    return this.#outbox.queuedBytes;
  }

  /** Whether long answers are unread, and the next one has to wait. */
  get hasUnreadAnswers(): boolean {
    return this.#outbox.queuedBytes > UNREAD_ANSWERS_BYTES;
  }

  /** Runs `run` once that much has been read that the next long answer may come; never where it ends before. */
  whenRead(run: () => void): void {
    this.#whenRead.push(run);
  }

  /** Whether what it has to read piles up. */
  get congested(): boolean {
    return this.#outbox.queuedBytes > CONGESTED_BYTES;
  }

  /** 32 bytes that only the two ends of this TLS connection know (RFC 8446, 7.5). */
  exporter(): Uint8Array {
    // In TLS 1.3 an empty context and none are the same.
    return this.#socket.exportKeyingMaterial(EXPORTER_BYTES, EXPORTER_LABEL, Buffer.alloc(0));
  }

  /** Larger frames are taken from here on. */
  loggedIn(): void {
    this.#isLoggedIn = true;
    this.#splitter.setMaxFrameBytes(MAX_FRAME_BYTES);
  }

  /** It carries a file: as fast as that is taken at the other side. */
  carries(): void {
    this.loggedIn();
    this.#bytesRate = null;
  }

  /** What comes from here on goes to `sink`, after what is returned; what is sent is written with `pass`. */
  passTo(sink: ByteSink): Uint8Array {
    this.#sink = sink;
    for (const bytes of this.#outbox.handOver()) this.pass(bytes);
    this.#unhandled = null;
    return this.#splitter.rest();
  }

  /** Writes beside the outbox, all of a turn at once; `taken` each time that some has left the process. */
  pass(bytes: Uint8Array, taken: () => void = () => {}): void {
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      this.#context.tick.write({ flush: () => this.#uncork() });
    }
    this.#write(bytes, taken);
  }

  /** What `pass` wrote and the system has not taken. */
  get passingBytes(): number {
    return this.#socket.writableLength;
  }

  send(frame: Frame): void {
    this.#outbox.push(new Segment(encodeFrame(frame)));
  }

  /** DONE, the most frequent answer by far: as `encodeFrame` would write it. */
  sendDone(req: number): void {
    const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
    frame.writeUInt32BE(FRAME_HEADER_BYTES - 4, 0);
    frame.writeUInt8(FRAME_TYPES.done, 4);
    frame.writeUInt32BE(req, 5);
    this.#outbox.push(new Segment(frame));
  }

  /** Frames that several connections are sent, or the part of them between two offsets. */
  sendSegment(segment: Segment, from = 0, to = segment.bytes.length): void {
    this.#outbox.push(segment, from, to);
  }

  /** Reads nothing until `ready` says so: sending too fast costs time, not the connection. */
  hold(ready: (nowMs: number) => boolean): void {
    if (this.ended) return;
    this.pause();
    this.#context.gate.hold(this, ready);
  }

  /** Reads nothing until `resume`. */
  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  /** Whoever paused it has no more reason to; of what is held that is the read gate. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    // While we did not read, its silence was ours.
    this.#receivedAtMs = this.#context.clock.nowMs();
    this.#handle();
    if (!this.#paused) this.#socket.resume();
  }

  /** Sends END after what is queued, then closes. */
  end(code: Code, detail: string): void {
    if (this.ended) return;
    const last = encodeFrame({ type: 'end', req: 0, code });
    if (this.#sink === null) this.#outbox.pushLast(new Segment(last));
    else if (this.#sink.endsWhole) this.pass(last);
    else if (this.passingBytes === 0) this.destroy();
    this.#destroyAtMs = this.#context.clock.nowMs() + END_GRACE_MS;
    this.#finish({ by: 'relay', code, detail });
    // Flowing, what still arrives dies young; in a paused stream it would be kept.
    this.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** The relay's heartbeat: says PING where nothing was said, and ends what is silent or overdue. */
  beat(nowMs: number): void {
    if (this.#destroyAtMs !== null) {
      if (nowMs >= this.#destroyAtMs) this.destroy();
      return;
    }
    if (!this.#paused && nowMs - this.#receivedAtMs > SILENCE_TIMEOUT_MS) {
      this.end('silent', `nothing for ${SILENCE_TIMEOUT_MS} ms`);
    } else if (nowMs - (this.#writingSinceMs ?? nowMs) > SILENCE_TIMEOUT_MS) {
      this.end('slow-reader', `took nothing for ${SILENCE_TIMEOUT_MS} ms`);
    } else if (nowMs - this.#sentAtMs >= PING_INTERVAL_MS) {
      // Two who are joined ping each other.
      if (this.#sink === null) this.sendSegment(PING);
    }
  }

  #uncork(): void {
    this.#isCorked = false;
    this.#socket.uncork();
  }

  #write(bytes: Uint8Array, written: () => void): void {
    this.#sentAtMs = this.#writingSinceMs = this.#context.clock.nowMs();
    this.#context.tap?.('out', this.id, bytes);
    this.#socket.write(bytes, (error) => {
      const isAllTaken = this.#socket.writableLength === 0;
      this.#writingSinceMs = isAllTaken ? null : this.#context.clock.nowMs();
      if (!error) written();
      if (this.ended && isAllTaken && this.#outbox.queuedBytes === 0) this.#leave();
      if (!this.hasUnreadAnswers) this.#runWhenRead();
    });
  }

  #runWhenRead(): void {
    const waiting = this.#whenRead;
    this.#whenRead = [];
    for (const run of waiting) run();
  }

  /** END is out. Unread bytes turn our close into a reset, which can overtake END. */
  #leave(): void {
    // So a person's client is read until it closes; a stranger who sends on loses no more than the code.
    if (this.#isLoggedIn) this.#socket.end();
    else this.#socket.destroySoon();
  }

  #receive(chunk: Buffer): void {
    if (this.ended) return;
    this.#context.tap?.('in', this.id, chunk);
    this.#receivedAtMs = this.#context.clock.nowMs();
    this.#bytesRate?.take(chunk.length);
    if (this.#sink === null) {
      this.#unhandled = this.#splitter.push(chunk);
      this.#handle();
      return;
    }
    try {
      this.#sink.passed(chunk);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Hands frames over until there are no more, or one of them was a reason to hold: then the rest waits. */
  #handle(): void {
    try {
      while (this.#unhandled !== null && !this.#paused) {
        const { done, value } = this.#unhandled.next();
        if (done) break;
        this.#bytesRate?.take(FRAME_COST_BYTES);
        this.#owner?.received(value);
      }
    } catch (error) {
      this.#fail(error);
    }
    const ready = (nowMs: number) => this.#bytesRate?.ready(nowMs) ?? true;
    if (!ready(this.#context.clock.nowMs())) this.hold(ready);
  }

  #fail(error: unknown): void {
    if (error instanceof ProtocolError) {
      this.end(error instanceof FrameLengthError ? 'too-large' : 'malformed', error.message);
      return;
    }
    this.#owner?.failed(error);
    this.end('internal', 'fault');
  }

  #closed(): void {
    this.#outbox.close();
    this.#finish({ by: 'peer' });
  }

  #finish(ending: Ending): void {
    const owner = this.#owner;
    this.#owner = null;
    this.#unhandled = null;
    this.#whenRead = [];
    owner?.ended(ending);
  }
}
