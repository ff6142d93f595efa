// Randomness that can be repeated.
import type { Random } from '../../src/crypto/sodium.ts';

/** The same stream of bytes for the same seed (mulberry32), distinct and never secure. */
export function randomFrom(seed: number): Random {
  const next = numbersFrom(seed);
  return (sizeBytes) => Uint8Array.from({ length: sizeBytes }, () => next(256));
}

/** Whole numbers below `bound`, the same for the same seed. */
export function numbersFrom(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}
