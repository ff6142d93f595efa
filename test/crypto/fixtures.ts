// Fixed people, prekeys and randomness for the tests of crypto/.
import { identityFromSeed } from '../../src/crypto/identity.ts';
import { Prekey } from '../../src/crypto/prekey.ts';
import type { Random } from '../../src/crypto/sodium.ts';
import { utf8FromText } from '../../src/protocol/bytes.ts';
import { pad } from '../../src/protocol/padding.ts';

export function filled(sizeBytes: number, byte: number): Uint8Array {
  return new Uint8Array(sizeBytes).fill(byte);
}

/** The same stream of bytes for the same seed (xorshift32): enough to be distinct, never secure. */
export function seededRandom(seed: number): Random {
  let state = seed | 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  };
  return (sizeBytes) => Uint8Array.from({ length: sizeBytes }, next);
}

/** Hands out the given arrays in order, each of exactly the length asked for. */
export function scriptedRandom(...values: readonly Uint8Array[]): Random {
  const left = [...values];
  return (sizeBytes) => {
    const value = left.shift();
    if (value?.length !== sizeBytes) throw new Error(`no ${sizeBytes} scripted bytes`);
    return value.slice();
  };
}

export function people() {
  return {
    alice: identityFromSeed(filled(32, 1)),
    bob: identityFromSeed(filled(32, 2)),
    carol: identityFromSeed(filled(32, 3)),
    mallory: identityFromSeed(filled(32, 9)),
    bobPrekey: new Prekey(filled(32, 4)),
    carolPrekey: new Prekey(filled(32, 5)),
  };
}

export function paddedText(text: string): Uint8Array {
  return pad(utf8FromText(text));
}

/** Public X25519 values whose product with every clamped scalar is zero. */
export const LOW_ORDER_X25519 = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
] as const;

/** Ed25519 keys of small order: under them some signatures hold for every message. */
export const SMALL_ORDER_ED25519 = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '0000000000000000000000000000000000000000000000000000000000000000',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
] as const;
