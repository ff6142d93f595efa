import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/protocol/errors.ts';
import { isPaddedLength, pad, unpad } from '../../src/protocol/padding.ts';

const BUCKETS = [256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536];

describe('padding', () => {
  it('takes the smallest bucket at every edge and gives the bytes back', () => {
    for (const bucket of BUCKETS) {
      for (const length of [bucket / 2, bucket - 2, bucket - 1]) {
        const bytes = new Uint8Array(length).fill(0x80);
        const padded = pad(bytes);
        expect(padded).toHaveLength(bucket);
        expect(unpad(padded)).toHaveLength(length);
        expect(Buffer.compare(unpad(padded), bytes)).toBe(0);
      }
    }
    expect(pad(new Uint8Array(0))).toHaveLength(256);
  });

  it('roundtrips every body length across the first three buckets', () => {
    for (let length = 0; length < 1_024; length++) {
      const bytes = new Uint8Array(length);
      expect(unpad(pad(bytes)).length).toBe(length);
    }
  });

  it('has no bucket above 65,536 bytes', () => {
    expect(pad(new Uint8Array(65_535))).toHaveLength(65_536);
    expect(() => pad(new Uint8Array(65_536))).toThrow(RangeError);
  });

  it('refuses a larger bucket than was needed: a message has one encoding', () => {
    const bytes = new Uint8Array(512);
    bytes[255] = 0x80;
    expect(() => unpad(bytes)).toThrow(ProtocolError);
    bytes[255] = 0;
    bytes[256] = 0x80;
    expect(unpad(bytes)).toHaveLength(256);
  });

  it('refuses what has no marker, another marker or another length', () => {
    expect(() => unpad(new Uint8Array(256))).toThrow(ProtocolError);
    expect(() => unpad(new Uint8Array(0))).toThrow(ProtocolError);
    expect(() => unpad(new Uint8Array(256).fill(1))).toThrow(ProtocolError);
    for (const length of [1, 128, 255, 257, 768, 131_072]) {
      const bytes = new Uint8Array(length);
      bytes[length - 1] = 0x80;
      expect(() => unpad(bytes)).toThrow(ProtocolError);
    }
  });

  it('accepts hostile bytes only where pad would have made them', () => {
    const tail = fc.nat(255).map((at) => {
      const bytes = new Uint8Array(256);
      bytes[at] = 0x80;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), tail), (bytes) => {
        let inner: Uint8Array;
        try {
          inner = unpad(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
          return;
        }
        expect(pad(inner)).toEqual(bytes);
      }),
    );
  });
});

describe('isPaddedLength', () => {
  it('knows the buckets and nothing else', () => {
    for (const bucket of BUCKETS) expect(isPaddedLength(bucket)).toBe(true);
    for (const other of [-256, 0, 1, 128, 255, 257, 384, 65_535, 131_072, 2 ** 32, Number.NaN]) {
      expect(isPaddedLength(other)).toBe(false);
    }
  });
});
