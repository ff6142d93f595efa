// The bytes that passed through the demo's relay, after TLS was taken off: all that its operator could see.
import { concatBytes } from '../protocol/bytes.ts';
import { FrameSplitter } from '../protocol/frame-stream.ts';
import { MAX_FRAME_BYTES } from '../protocol/limits.ts';

/** What carries something that a person wrote (PROTOCOL.md, Client and relay). */
const FRAME_TYPES = { SEND: 0x20, FANOUT: 0x21 } as const;
export type SeenFrame = keyof typeof FRAME_TYPES;

interface Stream {
  readonly chunks: Uint8Array[];
  readonly frames: FrameSplitter;
}

/** All bytes that passed through the relay, by connection and direction, in order. */
export class Capture {
  readonly #streams = new Map<string, Stream>();
  #submitted: Uint8Array[] = [];
  #sizeBytes = 0;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** For the relay's byte tap. Keeps a copy: the relay's buffers are reused. */
  take(direction: 'in' | 'out', connection: number, chunk: Uint8Array): void {
    const copy = Uint8Array.from(chunk);
    const key = `${connection} ${direction}`;
    const stream = this.#streams.get(key) ?? {
      chunks: [],
      frames: new FrameSplitter(MAX_FRAME_BYTES),
    };
    this.#streams.set(key, stream);
    stream.chunks.push(copy);
    this.#sizeBytes += copy.length;
    if (direction === 'in') this.#submitted.push(...stream.frames.push(copy));
  }

  /** From here on `firstSince` counts. */
  mark(): void {
    this.#submitted = [];
  }

  /** The first frame of this type that a client submitted since the mark, without its length; or null. */
  firstSince(type: SeenFrame): Uint8Array | null {
    return this.#submitted.find((frame) => frame[0] === FRAME_TYPES[type]) ?? null;
  }

  /** Each connection's bytes of each direction in one piece, so that a cut hides nothing. */
  streams(): Uint8Array[] {
    return Array.from(this.#streams.values(), ({ chunks }) => concatBytes(chunks));
  }
}
