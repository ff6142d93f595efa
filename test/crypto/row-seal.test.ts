import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  nameOf,
  openAt,
  type RowKeys,
  recordKeyFrom,
  rowKeysFrom,
  SEAL_BYTES,
  sealAt,
  seedKeyFrom,
} from '../../src/crypto/row-seal.ts';
import { ready, sodium } from '../../src/crypto/sodium.ts';
import { hexFromBytes, utf8FromText } from '../../src/protocol/bytes.ts';
import { filled, seededRandom } from './fixtures.ts';

const PLACE = { label: 'row-message', at: '7/name/id' } as const;
const PLAIN = utf8FromText('what was said');

let keys: RowKeys;

beforeAll(async () => {
  await ready();
  keys = rowKeysFrom(filled(32, 1));
});

function seal(plain = PLAIN, seed = 1): Uint8Array {
  return sealAt(PLACE, plain, { key: keys.seal, random: seededRandom(seed) });
}

describe('what is sealed for a place', () => {
  test('opens there, 40 bytes longer, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (plain, at) => {
        const place = { label: 'row-state', at } as const;
        const sealed = sealAt(place, plain, { key: keys.seal, random: seededRandom(1) });
        expect(sealed.length).toBe(plain.length + SEAL_BYTES);
        expect(openAt(place, sealed, keys.seal)).toEqual(plain);
      }),
    );
  });

  test('opens at no other place and under no other key', () => {
    const sealed = seal();
    expect(openAt(PLACE, sealed, keys.seal)).toEqual(PLAIN);
    expect(openAt({ ...PLACE, at: '8/name/id' }, sealed, keys.seal)).toBeNull();
    expect(openAt({ ...PLACE, at: '' }, sealed, keys.seal)).toBeNull();
    expect(openAt({ ...PLACE, label: 'row-state' }, sealed, keys.seal)).toBeNull();
    expect(openAt(PLACE, sealed, rowKeysFrom(filled(32, 2)).seal)).toBeNull();
    expect(openAt(PLACE, sealed, keys.name)).toBeNull();
  });

  test('does not open with any bit changed, nor any part of it', () => {
    const sealed = seal();
    for (let bit = 0; bit < 8 * sealed.length; bit++) {
      const changed = sealed.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(openAt(PLACE, changed, keys.seal)).toBeNull();
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(openAt(PLACE, sealed.subarray(0, length), keys.seal)).toBeNull();
    }
    expect(openAt(PLACE, Uint8Array.from([...sealed, 0]), keys.seal)).toBeNull();
  });

  test('is a nonce and XChaCha20-Poly1305 over the label and the place, each with its length', () => {
    const lp = (text: string) => Buffer.from([0, 0, 0, text.length, ...utf8FromText(text)]);
    const data = Buffer.concat([lp('lanchat/1 row-message'), lp(PLACE.at)]);
    const nonce = filled(24, 3);
    const encrypt = sodium().crypto_aead_xchacha20poly1305_ietf_encrypt;
    const sealed = encrypt(PLAIN, data, null, nonce, keys.seal);
    expect(openAt(PLACE, Buffer.concat([nonce, sealed]), keys.seal)).toEqual(PLAIN);
  });

  test('looks different each time, and shows nothing of what it is', () => {
    expect(seal(PLAIN, 1)).not.toEqual(seal(PLAIN, 2));
    expect(Buffer.from(seal()).includes(Buffer.from(PLAIN.subarray(0, 4)))).toBe(false);
  });
});

describe('a name', () => {
  test('is 20 characters, the same for the same kind, text and key', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(nameOf(keys.name, 'row-state', text)).toMatch(/^[\w-]{20}$/);
        expect(nameOf(keys.name, 'row-state', text)).toBe(nameOf(keys.name, 'row-state', text));
      }),
    );
  });

  test('is another one for another kind, text or key', () => {
    const other = rowKeysFrom(filled(32, 2));
    const names = [
      nameOf(keys.name, 'row-state', 'a'),
      nameOf(keys.name, 'row-message', 'a'),
      nameOf(keys.name, 'row-state', 'b'),
      nameOf(other.name, 'row-state', 'a'),
    ];
    expect(new Set(names).size).toBe(names.length);
  });
});

test('one data key gives keys that have nothing in common, and must have 32 bytes', () => {
  const dataKey = filled(32, 1);
  const others = [seedKeyFrom(dataKey), recordKeyFrom(dataKey), dataKey];
  const made = [keys.seal, keys.name, ...others].map(hexFromBytes);
  expect(new Set(made).size).toBe(made.length);
  expect(() => rowKeysFrom(new Uint8Array(31))).toThrow(RangeError);
  expect(() => seedKeyFrom(new Uint8Array(33))).toThrow(RangeError);
  expect(() => recordKeyFrom(new Uint8Array(31))).toThrow(RangeError);
});
