// How alike two sounds are, and how high a voice is.
import { SAMPLES_PER_SECOND } from '../../src/media/pcm.ts';

/** 1: the same but for loudness; 0: nothing in common. */
export function correlation(one: Int16Array, two: Int16Array): number {
  let [both, first, second] = [0, 0, 0];
  for (let at = 0; at < Math.min(one.length, two.length); at += 1) {
    const [a = 0, b = 0] = [one[at], two[at]];
    both += a * b;
    first += a * a;
    second += b * b;
  }
  return both / Math.sqrt(first * second);
}

/** The loudness of a band in dB, by a bank of Goertzel filters every 50 Hz. */
export function bandDb(sound: Int16Array, fromHz: number, toHz: number): number {
  let energy = 0;
  for (let hz = fromHz; hz < toHz; hz += 50) energy += goertzel(sound, hz);
  return 10 * Math.log10(energy / sound.length + 1e-9);
}

function goertzel(sound: Int16Array, hz: number): number {
  const block = 960;
  const turn = 2 * Math.cos((2 * Math.PI * hz) / SAMPLES_PER_SECOND);
  let energy = 0;
  for (let start = 0; start + block <= sound.length; start += block) {
    let [one, two] = [0, 0];
    for (let at = start; at < start + block; at += 1) {
      const next = (sound[at] ?? 0) + turn * one - two;
      two = one;
      one = next;
    }
    energy += (one * one + two * two - turn * one * two) / block;
  }
  return energy;
}

/** Of a voice between 70 and 300 Hz: the median of what each tenth of a second repeats itself at. */
export function pitchHz(sound: Int16Array): number {
  const piece = SAMPLES_PER_SECOND / 10;
  const found: number[] = [];
  for (let at = 0; at + 2 * piece <= sound.length; at += piece) {
    const here = sound.subarray(at, at + piece);
    let best = { lag: 0, likeness: 0.5 };
    for (let lag = 160; lag <= 685; lag += 1) {
      const likeness = correlation(here, sound.subarray(at + lag, at + lag + piece));
      if (likeness > best.likeness + 0.02) best = { lag, likeness };
    }
    if (best.lag > 0) found.push(SAMPLES_PER_SECOND / best.lag);
  }
  return found.toSorted((a, b) => a - b)[Math.floor(found.length / 2)] ?? 0;
}
