// Sound as raw samples: how loud it is, and a note's shape in a row of small bars. Pure.

/** All sound inside the program: mono, 16 bits, little-endian. */
export const SAMPLES_PER_SECOND = 48_000;
export const SAMPLES_PER_MS = SAMPLES_PER_SECOND / 1000;
export const BYTES_PER_SAMPLE = 2;

/** The level is measured over so long a piece. */
const LEVEL_MS = 50;
const LEVEL_SAMPLES = LEVEL_MS * SAMPLES_PER_MS;

const FULL_SCALE = 32_768;
/** What silence is said to be: an empty piece has no logarithm. */
export const SILENCE_DB = -96;

const WAVEFORM_BARS = 32;
const HIGHEST_BAR = 7;
/** A note that is never louder than this is silence: its noise is no shape. */
const AUDIBLE_PEAK = 100;

/** Of one piece, in dB below full scale: 0 is the loudest there is. */
export interface Level {
  readonly rmsDb: number;
  readonly peakDb: number;
}

/** The samples in bytes; a last byte that is half a sample is left out. */
export function samplesOf(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(Math.floor(bytes.length / BYTES_PER_SAMPLE));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < samples.length; at += 1) samples[at] = view.getInt16(at * 2, true);
  return samples;
}

export function bytesOf(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * BYTES_PER_SAMPLE);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < samples.length; at += 1) view.setInt16(at * 2, samples[at] ?? 0, true);
  return bytes;
}

/** Measures sound as it comes, in pieces of any size. Keeps a number for each 50 ms. */
export class LevelMeter {
  readonly #onLevel: (level: Level, elapsedMs: number) => void;
  readonly #peaks: number[] = [];
  #count = 0;
  #peak = 0;
  #squares = 0;

  /** `elapsedMs`: where in the sound the piece ends. */
  constructor(onLevel: (level: Level, elapsedMs: number) => void) {
    this.#onLevel = onLevel;
  }

  write(samples: Int16Array): void {
    for (const sample of samples) {
      this.#squares += sample * sample;
      this.#peak = Math.max(this.#peak, Math.abs(sample));
      this.#count += 1;
      if (this.#count === LEVEL_SAMPLES) this.#tell();
    }
  }

  /** The shape of all that was written. */
  waveform(): readonly number[] {
    return waveformOf(this.#count === 0 ? this.#peaks : [...this.#peaks, this.#peak]);
  }

  #tell(): void {
    this.#peaks.push(this.#peak);
    const rmsDb = decibels(Math.sqrt(this.#squares / this.#count));
    const peakDb = decibels(this.#peak);
    this.#onLevel({ rmsDb, peakDb }, this.#peaks.length * LEVEL_MS);
    this.#count = 0;
    this.#peak = 0;
    this.#squares = 0;
  }
}

function decibels(amplitude: number): number {
  return amplitude < 1 ? SILENCE_DB : Math.min(0, 20 * Math.log10(amplitude / FULL_SCALE));
}

/** The loudest of each stretch as 0–7, the note's loudest as 7: a quiet speaker has a shape too. */
function waveformOf(peaks: readonly number[]): readonly number[] {
  const loudest = peaks.reduce((most, peak) => Math.max(most, peak), 0);
  if (loudest < AUDIBLE_PEAK) return Array.from({ length: WAVEFORM_BARS }, () => 0);
  return Array.from({ length: WAVEFORM_BARS }, (_, bar) => {
    const from = Math.floor((bar * peaks.length) / WAVEFORM_BARS);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * peaks.length) / WAVEFORM_BARS));
    const peak = peaks.slice(from, to).reduce((most, next) => Math.max(most, next), 0);
    // The ear's scale is nearer to a root than to the amplitude itself.
    return Math.round(HIGHEST_BAR * Math.sqrt(peak / loudest));
  });
}
