// Where frames begin and end in bytes that pass. Looks at lengths only, and keeps nothing.
import { FrameLengthError } from '../protocol/frame-stream.ts';
import { MAX_FRAME_BYTES } from '../protocol/limits.ts';

const LENGTH_BYTES = 4;

export class FrameBoundary {
  /** Of the frame that passes. */
  #leftBytes = 0;
  #length = 0;
  #lengthBytes = 0;

  /** Whether the last byte that passed was a frame's last. */
  get isAtEnd(): boolean {
    return this.#leftBytes === 0 && this.#lengthBytes === 0;
  }

  /** Throws FrameLengthError on a frame that is longer than any. */
  pass(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#leftBytes > 0) {
        const step = Math.min(this.#leftBytes, bytes.length - at);
        this.#leftBytes -= step;
        at += step;
        continue;
      }
      this.#length = this.#length * 256 + (bytes[at] ?? 0);
      at++;
      if (++this.#lengthBytes < LENGTH_BYTES) continue;
      if (this.#length > MAX_FRAME_BYTES)
        throw new FrameLengthError(`frame length ${this.#length}`);
      this.#leftBytes = this.#length;
      this.#length = this.#lengthBytes = 0;
    }
  }
}
