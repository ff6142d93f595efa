// Gives a file's chunks to whoever receives them, never far ahead of what they say they have. Knows no disk.
import { FileChunks } from '../crypto/file-chunks.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { chunkLength, chunksOf } from '../protocol/file-content.ts';
import type { Frame } from '../protocol/frames.ts';
import { CHUNK_BYTES, MAX_CHUNKS_AHEAD } from '../protocol/limits.ts';
import { type Carrier, refusal } from './file-carrier.ts';
import { StallTimer } from './stall-timer.ts';

/** Read at once: few calls of the disk, and little memory. */
const CHUNKS_A_READ = 8;

/** While people talk it rests so many times as long as it works: a fifth of a core is enough for any Wi-Fi. */
const REST_FACTOR = 4;

/** The content on our disk. */
export interface GivenContent {
  readonly size: number;
  /** The bytes of `count` chunks from `index` on. Throws LanchatError `file-changed`, `unreadable`. */
  read(index: number, count: number): Promise<Uint8Array>;
}

export interface Giving {
  readonly carrier: Carrier;
  readonly content: GivenContent;
  readonly key: Uint8Array;
  /** How many chunks the other end has; null: it has not said yet. */
  readonly have: number | null;
  /** Chunks that the other end has now. */
  readonly onHave: (count: number) => void;
  /** Whether people talk just now: then it takes less of the machine. */
  readonly isTalking: () => boolean;
}

/**
 * Resolves when the other end has said that it has all. Throws LanchatError: the connection's, the content's, `malformed`; RelayRefusal with the code of an
 * ERROR; TransportError `stalled` where the other end says nothing for long.
 */
export function giveChunks(giving: Giving): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      stall.end();
      giver.stop();
      reject(error);
    };
    const stall = new StallTimer(fail);
    const giver = new Giver(giving, () => {
      stall.end();
      resolve();
    });
    giving.carrier.listen({
      onFrame: (frame) => {
        try {
          // The same word again moves nothing.
          if (giver.received(frame)) stall.moved();
        } catch (error) {
          fail(error);
        }
      },
      onEnd: fail,
    });
    giver.start(fail);
  });
}

class Giver {
  readonly #giving: Giving;
  readonly #chunks: FileChunks;
  readonly #count: number;
  readonly #done: () => void;
  #have: number | null;
  /** The next chunk to go out. */
  #next = 0;
  #pumping = false;
  #stopped = false;
  #fail: (error: unknown) => void = () => {};

  constructor(giving: Giving, done: () => void) {
    this.#giving = giving;
    this.#count = chunksOf(giving.content.size);
    this.#chunks = new FileChunks(giving.key, this.#count);
    this.#have = giving.have;
    this.#next = giving.have ?? 0;
    this.#done = done;
  }

  start(fail: (error: unknown) => void): void {
    this.#fail = fail;
    if (this.#have !== null) this.#progress();
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Whether more is there than before. Throws ProtocolError, RelayRefusal. */
  received(frame: Frame): boolean {
    if (frame.type === 'error') throw refusal(frame.code);
    if (frame.type !== 'have') throw new ProtocolError(`${frame.type} instead of have`);
    const { count } = frame;
    const isFirst = this.#have === null;
    const most = isFirst ? this.#count : this.#next;
    if (count < (this.#have ?? 0) || count > most)
      throw new ProtocolError('have of what never came');
    const isMore = isFirst || count !== this.#have;
    this.#have = count;
    if (isFirst) this.#next = count;
    this.#progress();
    return isMore;
  }

  #progress(): void {
    const have = this.#have ?? 0;
    this.#giving.onHave(have);
    if (have === this.#count) {
      this.stop();
      this.#done();
      return;
    }
    this.#pump();
  }

  #pump(): void {
    if (this.#pumping || this.#stopped) return;
    this.#pumping = true;
    this.#run().then(
      () => {
        this.#pumping = false;
      },
      (error: unknown) => this.#fail(error),
    );
  }

  async #run(): Promise<void> {
    const { carrier } = this.#giving;
    for (;;) {
      if (this.#stopped) return;
      const end = Math.min(this.#count, (this.#have ?? 0) + MAX_CHUNKS_AHEAD);
      const count = Math.min(CHUNKS_A_READ, end - this.#next);
      if (count <= 0) return;
      if (carrier.isCongested) await new Promise<void>((taken) => carrier.whenTaken(taken));
      else await this.#giveAtPace(count);
    }
  }

  async #giveAtPace(count: number): Promise<void> {
    const startMs = performance.now();
    await this.#give(count);
    if (!this.#giving.isTalking()) return;
    const restMs = REST_FACTOR * (performance.now() - startMs);
    await new Promise<void>((rested) => setTimeout(rested, restMs));
  }

  async #give(count: number): Promise<void> {
    const { carrier, content } = this.#giving;
    const first = this.#next;
    const bytes = await content.read(first, count);
    for (let index = first; index < first + count && !this.#stopped; index++) {
      const start = (index - first) * CHUNK_BYTES;
      const plain = bytes.subarray(start, start + chunkLength(content.size, index));
      carrier.send({ type: 'chunk', req: 0, index, sealed: this.#chunks.seal(plain, index) });
      this.#next = index + 1;
    }
  }
}
