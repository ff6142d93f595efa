import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBundle, encodeBundleFields, PREKEY_BYTES } from '../../src/protocol/bundle.ts';
import { concatBytes } from '../../src/protocol/bytes.ts';
import { ProtocolError } from '../../src/protocol/errors.ts';
import { PeerId } from '../../src/protocol/ids.ts';
import { MAX_PREKEYS_PER_BUNDLE } from '../../src/protocol/limits.ts';

const SIGNATURE = new Uint8Array(64).fill(0xaa);
const COUNT_AT = 1 + 32 + 8 + 8;

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const prekey = fc.record({
  class: fc.constantFrom('live' as const, 'mailbox' as const),
  publicKey: fc.nat(255).map((byte) => new Uint8Array(PREKEY_BYTES).fill(byte)),
});
const bundle = fc
  .record({
    id: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(PeerId.fromBytes),
    numbers: fc.tuple(u64, u64),
    prekeys: fc.array(prekey, { maxLength: MAX_PREKEYS_PER_BUNDLE }),
  })
  .map(({ id, numbers: [a, b], prekeys }) => {
    return { id, seq: a > b ? a : b, boot: a > b ? b : a, prekeys };
  });

function sample(count = 1): Uint8Array {
  const id = PeerId.fromBytes(new Uint8Array(32).fill(7));
  const prekeys = Array.from({ length: count }, (_, index) => {
    return { class: 'live' as const, publicKey: new Uint8Array(PREKEY_BYTES).fill(index) };
  });
  return concatBytes([encodeBundleFields({ id, seq: 9n, boot: 8n, prekeys }), SIGNATURE]);
}

describe('a bundle', () => {
  it('roundtrips, with the bytes that its signature covers', () => {
    fc.assert(
      fc.property(bundle, (fields) => {
        const signed = encodeBundleFields(fields);
        const decoded = decodeBundle(concatBytes([signed, SIGNATURE]));
        expect(decoded).toEqual({ ...fields, signed, signature: SIGNATURE });
      }),
      { numRuns: 30 },
    );
  });

  it('is refused truncated, with trailing bytes, or in another version', () => {
    const bytes = sample();
    expect(decodeBundle(bytes).prekeys).toHaveLength(1);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeBundle(bytes.subarray(0, length))).toThrow(ProtocolError);
    }
    expect(() => decodeBundle(concatBytes([bytes, Uint8Array.of(0)]))).toThrow(ProtocolError);
    bytes[0] = 2;
    expect(() => decodeBundle(bytes)).toThrow(ProtocolError);
  });

  it('holds at most four prekeys', () => {
    expect(decodeBundle(sample(4)).prekeys).toHaveLength(4);
    expect(() => sample(5)).toThrow(RangeError);
    const five = concatBytes([
      sample(4).subarray(0, -64),
      new Uint8Array(1 + PREKEY_BYTES).fill(1),
      SIGNATURE,
    ]);
    five[COUNT_AT] = 5;
    expect(() => decodeBundle(five)).toThrow(ProtocolError);
    const claimsMore = sample(1);
    claimsMore[COUNT_AT] = 255;
    expect(() => decodeBundle(claimsMore)).toThrow(ProtocolError);
  });

  it('is refused with an unknown class, or a boot above its seq', () => {
    const unknownClass = sample();
    unknownClass[COUNT_AT + 1] = 3;
    expect(() => decodeBundle(unknownClass)).toThrow(ProtocolError);
    const bootAbove = sample();
    bootAbove[COUNT_AT - 1] = 10;
    expect(() => decodeBundle(bootAbove)).toThrow(ProtocolError);
  });

  it('is written only with prekeys of 1,280 bytes', () => {
    const id = PeerId.fromBytes(new Uint8Array(32));
    const prekeys = [{ class: 'live' as const, publicKey: new Uint8Array(1_279) }];
    expect(() => encodeBundleFields({ id, seq: 1n, boot: 1n, prekeys })).toThrow(RangeError);
  });

  it('throws nothing but ProtocolError on hostile bytes, and reads only one encoding', () => {
    const edited = fc.tuple(fc.nat(1_500), fc.nat(255)).map(([at, value]) => {
      const bytes = sample();
      bytes[at % bytes.length] = value;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), edited), (bytes) => {
        try {
          const decoded = decodeBundle(bytes);
          expect(concatBytes([encodeBundleFields(decoded), decoded.signature])).toEqual(bytes);
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
        }
      }),
    );
  });
});
