// Cuts a byte stream into frames with bounded memory. Knows lengths only; frames.ts reads what is inside.
import { concatBytes } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { FRAME_HEADER_BYTES } from './frames.ts';

/** A length above the limit in force. */
export class FrameLengthError extends ProtocolError {}

const LENGTH_BYTES = 4;
/** A frame sent in crumbs is joined this often: a kept chunk costs far more than its one byte. */
const MAX_CHUNKS = 32;

/** Collects at most one unfinished frame. A length above the limit is refused before anything is kept. */
export class FrameSplitter {
  #maxFrameBytes: number;
  #chunks: Uint8Array[] = [];
  #sizeBytes = 0;

  /** `maxFrameBytes` bounds the length field: type, req and body. */
  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** After login the limit rises. */
  setMaxFrameBytes(maxFrameBytes: number): void {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /**
   * Takes what arrived and yields each whole frame without its length field: views of the chunk, or of a
   * joined copy. The limit in force is the one at the time each frame is taken.
   * Throws ProtocolError on a bad length; the stream is then of no more use.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    this.#chunks.push(chunk);
    this.#sizeBytes += chunk.length;
    if (this.#chunks.length > MAX_CHUNKS) this.#join();
    while (this.#sizeBytes >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + this.#frameLength();
      if (this.#sizeBytes < end) return;
      const joined = this.#join();
      this.#chunks = end < joined.length ? [joined.subarray(end)] : [];
      this.#sizeBytes -= end;
      yield joined.subarray(LENGTH_BYTES, end);
    }
  }

  /** What came of a frame that is not whole yet, or after the one that was yielded last; it is taken out. */
  rest(): Uint8Array {
    const rest = concatBytes(this.#chunks);
    this.#chunks = [];
    this.#sizeBytes = 0;
    return rest;
  }

  #frameLength(): number {
    const first = this.#chunks[0];
    const head = first !== undefined && first.length >= LENGTH_BYTES ? first : this.#join();
    const length = new DataView(head.buffer, head.byteOffset, LENGTH_BYTES).getUint32(0);
    if (length > this.#maxFrameBytes) throw new FrameLengthError(`frame length ${length}`);
    if (length < FRAME_HEADER_BYTES - LENGTH_BYTES)
      throw new ProtocolError(`frame length ${length}`);
    return length;
  }

  #join(): Uint8Array {
    const [first] = this.#chunks;
    if (this.#chunks.length === 1 && first !== undefined) return first;
    const joined = concatBytes(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}
