// A voice note into sound, from any place and at any speed, a little at a time: never more of it in memory than is asked for.
import { createDecoder, DecoderCtl, type OpusDecoderHandle } from 'libopus-wasm';
import { ProtocolError } from '../protocol/errors.ts';
import { MAX_PACKET_SAMPLES, type NoteIndex, readNote } from './ogg-opus.ts';
import { TimeStretch } from './time-stretch.ts';

/** A decoder that begins in the middle has found its way after 80 ms (RFC 7845 section 4.6). */
const PREROLL_SAMPLES = 3_840;

/** Owns a decoder; `free()` ends it. */
export class NoteDecoder {
  readonly #note: NoteIndex;
  #opus: OpusDecoderHandle | null = null;
  #stretch: TimeStretch | null = null;
  /** The packet that is decoded next. */
  #packet = 0;
  /** The next sample to be heard; those decoded before it are thrown away. */
  #next = 0;
  #made = new Int16Array(0);

  /** Throws ProtocolError. */
  constructor(file: Uint8Array) {
    this.#note = readNote(file);
  }

  /** How many samples the note has, at the speed it was spoken. */
  get samples(): number {
    return this.#note.samples;
  }

  /** From here on what is read comes from there, at that speed: 1 to 4. */
  async start(sample: number, speed: number): Promise<void> {
    const { packets, starts, preSkip, gain } = this.#note;
    this.free();
    this.#opus = await createDecoder({ sampleRate: 48_000, channels: 1 });
    this.#opus.decoderCtl(DecoderCtl.SetGain, gain);
    const wanted = preSkip + Math.min(Math.max(0, sample), this.#note.samples);
    let first = packets.length - 1;
    while (first > 0 && (starts[first] ?? 0) > wanted - PREROLL_SAMPLES) first -= 1;
    this.#packet = first;
    this.#next = wanted;
    this.#made = new Int16Array(0);
    this.#stretch = speed === 1 ? null : new TimeStretch(speed);
  }

  /** At most so many samples of what is heard; none: that was all. Throws ProtocolError. */
  read(most: number): Int16Array {
    while (this.#made.length < most) {
      const piece = this.#piece();
      if (piece === null) break;
      this.#made = joined(this.#made, piece);
    }
    const samples = this.#made.slice(0, most);
    this.#made = this.#made.slice(most);
    return samples;
  }

  free(): void {
    this.#opus?.free();
    this.#opus = null;
  }

  #piece(): Int16Array | null {
    if (this.#stretch === null) {
      const piece = this.#source();
      return piece.length === 0 ? null : piece;
    }
    while (!this.#stretch.isDone) {
      const piece = this.#stretch.take();
      if (piece !== null) return piece;
      this.#stretch.push(this.#source());
    }
    return null;
  }

  /** The next samples as they were spoken; none at the end. */
  #source(): Int16Array {
    const { packets, starts, preSkip, samples } = this.#note;
    const end = preSkip + samples;
    while (this.#packet < packets.length && this.#next < end) {
      const start = starts[this.#packet] ?? 0;
      const decoded = this.#decode(packets[this.#packet] ?? new Uint8Array(0));
      this.#packet += 1;
      const heard = decoded.subarray(Math.max(0, this.#next - start), end - start);
      if (heard.length === 0) continue;
      this.#next += heard.length;
      return heard;
    }
    return new Int16Array(0);
  }

  #decode(packet: Uint8Array): Int16Array {
    if (this.#opus === null) throw new Error('read before it was started');
    try {
      return this.#opus.decode(packet, { maxFrameSize: MAX_PACKET_SAMPLES });
    } catch (cause) {
      throw new ProtocolError('a packet is no Opus', { cause });
    }
  }
}

function joined(first: Int16Array, second: Int16Array) {
  const both = new Int16Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
