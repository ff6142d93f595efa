// Takes a file's chunks as they come, opens them, and puts them on the disk in order. Knows no network of its own.
import { FileChunks } from '../crypto/file-chunks.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { chunkLength, chunksOf } from '../protocol/file-content.ts';
import type { Frame, FrameOf } from '../protocol/frames.ts';
import { MAX_CHUNKS_AHEAD } from '../protocol/limits.ts';
import { type Carrier, refusal } from './file-carrier.ts';
import { StallTimer } from './stall-timer.ts';

/** At least as often it is said what is here. */
const CHUNKS_A_HAVE = 16;

/** Where the content goes. */
export interface TakenContent {
  /** Whole chunks that are there from before. */
  readonly chunksThere: number;
  /** In order. Throws LanchatError `no-space`, `unwritable`. */
  write(index: number, bytes: Uint8Array): Promise<void>;
}

export interface Taking {
  readonly carrier: Carrier;
  readonly content: TakenContent;
  readonly key: Uint8Array;
  readonly size: number;
  /** Chunks that are here now. */
  readonly onHave: (count: number) => void;
}

/**
 * Resolves when all are on the disk; the caller says the last HAVE, once the whole is right. Throws LanchatError: the connection's,
 * the disk's, CryptoError `cannot-open`, ProtocolError; TransportError `stalled` where nothing comes for long.
 */
export function takeChunks(taking: Taking): Promise<void> {
  return new Promise((resolve, reject) => {
    const stall = new StallTimer((error) => taker.fail(error));
    const taker = new Taker(taking, {
      done: () => {
        stall.end();
        resolve();
      },
      fail: (error) => {
        stall.end();
        reject(error);
      },
    });
    taking.carrier.listen({
      onFrame: (frame) => {
        stall.moved();
        taker.received(frame);
      },
      onEnd: (reason) => taker.fail(reason),
    });
    taker.start();
  });
}

interface Outcome {
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

class Taker {
  readonly #taking: Taking;
  readonly #outcome: Outcome;
  readonly #chunks: FileChunks;
  readonly #count: number;
  /** The next chunk to come. */
  #next: number;
  #written: number;
  #told: number;
  #waiting: { readonly index: number; readonly plain: Uint8Array }[] = [];
  #writing = false;
  #failed = false;

  constructor(taking: Taking, outcome: Outcome) {
    this.#taking = taking;
    this.#outcome = outcome;
    this.#count = chunksOf(taking.size);
    this.#chunks = new FileChunks(taking.key, this.#count);
    this.#next = this.#written = this.#told = taking.content.chunksThere;
  }

  start(): void {
    this.#taking.onHave(this.#written);
    if (this.#written === this.#count) this.#outcome.done();
    else this.#tell();
  }

  received(frame: Frame): void {
    if (this.#failed) return;
    try {
      if (frame.type === 'error') throw refusal(frame.code);
      if (frame.type !== 'chunk') throw new ProtocolError(`${frame.type} instead of chunk`);
      this.#take(frame);
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    this.#failed = true;
    this.#waiting = [];
    this.#outcome.fail(error);
  }

  #take({ index, sealed }: FrameOf<'chunk'>): void {
    if (index !== this.#next || index >= this.#count) {
      throw new ProtocolError(`chunk ${index} instead of ${this.#next}`);
    }
    if (index >= this.#told + MAX_CHUNKS_AHEAD) throw new ProtocolError('chunks too far ahead');
    const plain = this.#chunks
      .open(sealed, index)
      .subarray(0, chunkLength(this.#taking.size, index));
    this.#next = index + 1;
    this.#waiting.push({ index, plain });
    if (!this.#writing) this.#write().catch((error: unknown) => this.fail(error));
  }

  async #write(): Promise<void> {
    this.#writing = true;
    for (;;) {
      const chunk = this.#waiting.shift();
      if (chunk === undefined) break;
      await this.#taking.content.write(chunk.index, chunk.plain);
      if (this.#failed) return;
      this.#written = chunk.index + 1;
      if (this.#written - this.#told >= CHUNKS_A_HAVE) this.#tell();
    }
    this.#writing = false;
    this.#taking.onHave(this.#written);
    if (this.#written === this.#count) this.#outcome.done();
    else if (this.#written > this.#told) this.#tell();
  }

  /** The HAVE of all is not ours to say. */
  #tell(): void {
    if (this.#written === this.#count) return;
    this.#told = this.#written;
    this.#taking.onHave(this.#written);
    this.#taking.carrier.send({ type: 'have', req: 0, count: this.#written });
  }
}
