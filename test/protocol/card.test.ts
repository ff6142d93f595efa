import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/protocol/bytes.ts';
import { decodeCard, encodeCardFields } from '../../src/protocol/card.ts';
import { ProtocolError } from '../../src/protocol/errors.ts';
import { MAX_CARD_BYTES } from '../../src/protocol/limits.ts';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const nick = fc
  .string({ unit: 'binary', maxLength: 12 })
  .map((text) => text.toWellFormed())
  .filter((text) => Buffer.byteLength(text) <= 32);
const card = fc.record({
  ed25519: key,
  x25519: key,
  seq: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  nick,
});

const SIGNATURE = new Uint8Array(64).fill(0xaa);

function sample(name = 'Alice'): Uint8Array {
  const keys = { ed25519: new Uint8Array(32).fill(1), x25519: new Uint8Array(32).fill(2) };
  return concatBytes([encodeCardFields({ ...keys, seq: 5n, nick: name }), SIGNATURE]);
}

describe('a card', () => {
  it('roundtrips, with the bytes that its signature covers', () => {
    fc.assert(
      fc.property(card, (fields) => {
        const signed = encodeCardFields(fields);
        const decoded = decodeCard(concatBytes([signed, SIGNATURE]));
        expect(decoded).toEqual({ ...fields, signed, signature: SIGNATURE });
      }),
    );
  });

  it('is at most 170 bytes', () => {
    expect(sample('x'.repeat(32))).toHaveLength(MAX_CARD_BYTES);
    expect(MAX_CARD_BYTES).toBe(170);
    expect(decodeCard(sample('x'.repeat(32))).nick).toHaveLength(32);
    expect(() => sample('x'.repeat(33))).toThrow(RangeError);
    expect(() => sample('é'.repeat(17))).toThrow(RangeError);
  });

  it('is refused truncated, with trailing bytes, or in another version', () => {
    const bytes = sample();
    expect(decodeCard(bytes).nick).toBe('Alice');
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeCard(bytes.subarray(0, length))).toThrow(ProtocolError);
    }
    expect(() => decodeCard(concatBytes([bytes, Uint8Array.of(0)]))).toThrow(ProtocolError);
    bytes[0] = 2;
    expect(() => decodeCard(bytes)).toThrow(ProtocolError);
  });

  it('is refused with a name that is too long or not UTF-8', () => {
    const lengthAt = 1 + 32 + 32 + 8;
    const tooLong = concatBytes([sample('x'.repeat(32)).subarray(0, 106), SIGNATURE]);
    tooLong[lengthAt] = 33;
    expect(() => decodeCard(tooLong)).toThrow(ProtocolError);
    const notText = sample('abc');
    notText[lengthAt + 1] = 0xff;
    expect(() => decodeCard(notText)).toThrow(ProtocolError);
  });

  it('throws nothing but ProtocolError on hostile bytes, and reads only one encoding', () => {
    const valid = card.map((fields) => concatBytes([encodeCardFields(fields), SIGNATURE]));
    const edited = fc.tuple(valid, fc.nat(200), fc.nat(255)).map(([bytes, at, value]) => {
      bytes[at % bytes.length] = value;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), edited), (bytes) => {
        try {
          const decoded = decodeCard(bytes);
          expect(concatBytes([encodeCardFields(decoded), decoded.signature])).toEqual(bytes);
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
        }
      }),
    );
  });
});
