// Speech into a voice note, as it comes: 24 kbit/s, which is as clear as a good telephone call and 3 kB a second.
import { Application, createEncoder, type OpusEncoderHandle, Signal } from 'libopus-wasm';
import { FRAME_SAMPLES, NoteFileWriter } from './ogg-opus.ts';

const BITS_PER_SECOND = 24_000;
/** A Raspberry Pi encodes some twenty times faster than it is spoken; the highest would be half of that. */
const COMPLEXITY = 8;

/** Owns the encoder; `free()` ends it. */
export class NoteEncoder {
  readonly #opus: OpusEncoderHandle;
  readonly #file: NoteFileWriter;
  readonly #preSkip: number;
  #frame = new Int16Array(FRAME_SAMPLES);
  #filled = 0;
  #samples = 0;
  /** Frames that went into the encoder. */
  #frames = 0;
  #begun = false;

  private constructor(opus: OpusEncoderHandle, serial: number) {
    this.#opus = opus;
    this.#preSkip = opus.getLookahead();
    this.#file = new NoteFileWriter({ serial, preSkip: this.#preSkip });
  }

  /** `serial`: 32 bits, any. */
  static async open(serial: number): Promise<NoteEncoder> {
    const opus = await createEncoder({
      ...{ sampleRate: 48_000, channels: 1, frameSize: FRAME_SAMPLES },
      ...{ application: Application.Voip, signal: Signal.Voice },
      ...{ bitrate: BITS_PER_SECOND, complexity: COMPLEXITY },
    });
    return new NoteEncoder(opus, serial);
  }

  /** The next bytes of the file; often none. */
  write(samples: Int16Array): readonly Uint8Array[] {
    const pages = this.#begin();
    this.#samples += samples.length;
    let at = 0;
    while (at < samples.length) {
      const taken = samples.subarray(at, at + FRAME_SAMPLES - this.#filled);
      this.#frame.set(taken, this.#filled);
      this.#filled += taken.length;
      at += taken.length;
      if (this.#filled === FRAME_SAMPLES) pages.push(...this.#encode());
    }
    return pages;
  }

  /** The last bytes of the file. Silence pushes out what the encoder still holds; the file cuts it off again. */
  end(): readonly Uint8Array[] {
    const pages = this.#begin();
    while (this.#frames * FRAME_SAMPLES < this.#samples + this.#preSkip) {
      this.#frame.fill(0, this.#filled);
      pages.push(...this.#encode());
    }
    return [...pages, this.#file.end(this.#samples)];
  }

  free(): void {
    this.#opus.free();
  }

  #begin(): Uint8Array[] {
    if (this.#begun) return [];
    this.#begun = true;
    return [...this.#file.head()];
  }

  #encode(): readonly Uint8Array[] {
    this.#filled = 0;
    this.#frames += 1;
    return this.#file.packet(this.#opus.encode(this.#frame));
  }
}
