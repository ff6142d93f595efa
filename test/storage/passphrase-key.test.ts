import { scryptSync } from 'node:crypto';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { hexFromBytes } from '../../src/protocol/bytes.ts';
import {
  freshParameters,
  isBearable,
  keyFromPassphrase,
  scryptField,
} from '../../src/storage/passphrase-key.ts';

const salt = new Uint8Array(16).fill(3);
const CHEAP = { N: 2 ** 10, r: 8, p: 1, salt };

describe('a key from a passphrase', () => {
  it('is what scrypt makes of it, always the same', async () => {
    const expected = new Uint8Array(scryptSync('käse', salt, 32, { N: 2 ** 10, r: 8, p: 1 }));
    expect(await keyFromPassphrase('käse', CHEAP)).toEqual(expected);
  });

  it('is another for another passphrase, salt or cost', async () => {
    const others = [
      keyFromPassphrase('käse', CHEAP),
      keyFromPassphrase('kase', CHEAP),
      keyFromPassphrase('käse', { ...CHEAP, salt: new Uint8Array(16) }),
      keyFromPassphrase('käse', { ...CHEAP, N: 2 ** 11 }),
    ];
    const keys = (await Promise.all(others)).map(hexFromBytes);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('can be made with the parameters of today', async () => {
    expect(isBearable(freshParameters())).toBe(true);
    expect(await keyFromPassphrase('a passphrase', freshParameters())).toHaveLength(32);
  });
});

describe('parameters that somebody else wrote', () => {
  it('may cost what ours do, and no more', () => {
    expect(isBearable({ N: 2 ** 17, r: 8, p: 1 })).toBe(true);
    expect(isBearable({ N: 2 ** 16, r: 8, p: 2 })).toBe(true);
    expect(isBearable({ N: 2 ** 18, r: 8, p: 1 })).toBe(false);
    expect(isBearable({ N: 2 ** 17, r: 8, p: 2 })).toBe(false);
    expect(isBearable({ N: 2 ** 10, r: 2 ** 20, p: 1 })).toBe(false);
    expect(isBearable({ N: 2 ** 10, r: 1, p: 2 ** 30 })).toBe(false);
  });

  it('are refused where no key can be made with them', async () => {
    for (const N of [0, 1, 2 ** 9, 2 ** 17 + 1, 2 ** 255, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(isBearable({ N, r: 8, p: 1 })).toBe(false);
      await expect(keyFromPassphrase('x', { ...CHEAP, N })).rejects.toThrow(RangeError);
    }
    await expect(keyFromPassphrase('x', { ...CHEAP, salt: salt.slice(1) })).rejects.toThrow();
  });

  it('are read only where they are bearable, whatever else they are', () => {
    const whole = { N: 2 ** 17, r: 8, p: 1, salt: hexFromBytes(salt) };
    expect(v.parse(scryptField, whole)).toEqual({ ...whole, salt });
    const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(2 ** 17, 8, 1));
    fc.assert(
      fc.property(fc.record({ N: number, r: number, p: number }), (cost) => {
        expect(v.is(scryptField, { ...whole, ...cost })).toBe(isBearable(cost));
      }),
    );
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        expect(v.is(scryptField, anything)).toBe(false);
      }),
    );
  });
});
