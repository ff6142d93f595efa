// A voice to record: vowels of a speaker whose pitch moves, with pauses between them, the same at every run.
import { SAMPLES_PER_SECOND } from '../../src/media/pcm.ts';
import { numbersFrom } from './seeded.ts';

/** Formants of five vowels, in Hz. */
const VOWELS = [
  [730, 1090, 2440],
  [270, 2290, 3010],
  [300, 870, 2240],
  [530, 1840, 2480],
  [570, 840, 2410],
] as const;
const SYLLABLE_SECONDS = 0.25;
const BANDWIDTH_HZ = 90;

/** Mono, 48 kHz. `pitchHz`: of the voice at rest. */
export function speech(seconds: number, pitchHz = 120): Int16Array {
  const next = numbersFrom(7);
  const sound = new Float64Array(Math.round(seconds * SAMPLES_PER_SECOND));
  let phase = 0;
  for (let at = 0; at < sound.length; at += 1) {
    const time = at / SAMPLES_PER_SECOND;
    phase += (pitchHz * (1 + 0.05 * Math.sin(2 * Math.PI * 0.7 * time))) / SAMPLES_PER_SECOND;
    const isGlottal = phase >= 1;
    if (isGlottal) phase -= 1;
    sound[at] = (isGlottal ? 1 : 0) + (next(1_000) - 500) * 2e-6;
  }
  const voiced = VOWELS.map((formants) => formants.reduce(resonate, sound));
  return shaped(voiced);
}

/** A two-pole resonator. */
function resonate(source: Float64Array, hz: number): Float64Array {
  const radius = Math.exp((-Math.PI * BANDWIDTH_HZ) / SAMPLES_PER_SECOND);
  const turn = 2 * radius * Math.cos((2 * Math.PI * hz) / SAMPLES_PER_SECOND);
  const out = new Float64Array(source.length);
  for (let at = 0; at < source.length; at += 1) {
    const [one = 0, two = 0] = [out[at - 1], out[at - 2]];
    out[at] = (source[at] ?? 0) + turn * one - radius * radius * two;
  }
  const most = out.reduce((peak, value) => Math.max(peak, Math.abs(value)), 1e-9);
  return out.map((value) => value / most);
}

/** One vowel after the other, each rising and falling. */
function shaped(voiced: readonly Float64Array[]): Int16Array {
  return Int16Array.from({ length: voiced[0]?.length ?? 0 }, (_, at) => {
    const time = at / SAMPLES_PER_SECOND / SYLLABLE_SECONDS;
    const syllable = Math.floor(time);
    const rise = Math.sin(Math.PI * (time - syllable)) ** 0.5;
    const isPause = syllable % 6 === 5;
    const value = voiced[syllable % voiced.length]?.[at] ?? 0;
    return Math.round(isPause ? 0 : 20_000 * rise * value);
  });
}
