import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ByteReader,
  ByteWriter,
  bytesFromHex,
  concatBytes,
  equalBytes,
  hexFromBytes,
  textFromUtf8,
  U64_MAX,
  utf8FromText,
} from '../../src/protocol/bytes.ts';
import { ProtocolError } from '../../src/protocol/errors.ts';

const u64 = fc.bigInt({ min: 0n, max: U64_MAX });

describe('writing and reading', () => {
  it('gives back every field as it was', () => {
    const fields = fc.record({
      a: fc.nat(0xff),
      b: fc.nat(0xffff),
      c: fc.integer({ min: 0, max: 0xffff_ffff }),
      d: u64,
      e: fc.uint8Array(),
      f: fc.uint8Array(),
    });
    fc.assert(
      fc.property(fields, ({ a, b, c, d, e, f }) => {
        const bytes = new ByteWriter().u8(a).u16(b).u32(c).u64(d).lp(e).raw(f).finish();
        const reader = new ByteReader(bytes);
        expect([reader.u8(), reader.u16(), reader.u32(), reader.u64()]).toEqual([a, b, c, d]);
        expect(reader.lp(e.length)).toEqual(e);
        expect(reader.rest()).toEqual(f);
        reader.end();
      }),
    );
  });

  it('is big-endian', () => {
    const bytes = new ByteWriter().u16(0x0102).u32(0x0304_0506).u64(0x0708n).finish();
    expect(hexFromBytes(bytes)).toBe('0102030405060000000000000708');
  });

  it('reads from a view that starts within its buffer', () => {
    const view = Uint8Array.of(9, 9, 0, 0, 0, 7, 9).subarray(2, 6);
    const reader = new ByteReader(view);
    expect(reader.u32()).toBe(7);
    expect(reader.remaining).toBe(0);
  });
});

describe('a reader', () => {
  it('throws ProtocolError past the end, for every field, and stays where it was', () => {
    const reads: ((reader: ByteReader) => unknown)[] = [
      (reader) => reader.u8(),
      (reader) => reader.u16(),
      (reader) => reader.u32(),
      (reader) => reader.u64(),
      (reader) => reader.take(1),
      (reader) => reader.lp(10),
    ];
    for (const read of reads) {
      expect(() => read(new ByteReader(new Uint8Array(0)))).toThrow(ProtocolError);
    }
    const reader = new ByteReader(Uint8Array.of(1, 2, 3));
    expect(() => reader.u32()).toThrow(ProtocolError);
    expect(reader.rest()).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('refuses a length prefix above the limit or past the end, allocating nothing for it', () => {
    const bomb = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1);
    expect(() => new ByteReader(bomb).lp(100)).toThrow(ProtocolError);
    expect(() => new ByteReader(bomb).lp(0xffff_ffff)).toThrow(ProtocolError);
    const field = new ByteWriter().lp(Uint8Array.of(1, 2)).finish();
    expect(() => new ByteReader(field).lp(1)).toThrow(ProtocolError);
    expect(new ByteReader(field).lp(2).buffer).toBe(field.buffer);
  });

  it('refuses trailing bytes', () => {
    const reader = new ByteReader(Uint8Array.of(1, 2));
    reader.u8();
    expect(() => reader.end()).toThrow(ProtocolError);
    reader.u8();
    expect(() => reader.end()).not.toThrow();
  });
});

describe('a writer', () => {
  it('throws RangeError for values that a field cannot hold', () => {
    for (const value of [-1, 256, 1.5, Number.NaN]) {
      expect(() => new ByteWriter().u8(value)).toThrow(RangeError);
    }
    expect(() => new ByteWriter().u16(0x1_0000)).toThrow(RangeError);
    expect(() => new ByteWriter().u32(0x1_0000_0000)).toThrow(RangeError);
    expect(() => new ByteWriter().u64(U64_MAX + 1n)).toThrow(RangeError);
    expect(() => new ByteWriter().u64(-1n)).toThrow(RangeError);
    expect(() => new ByteWriter().fixed(new Uint8Array(3), 4)).toThrow(RangeError);
    expect(new ByteWriter().u32(0xffff_ffff).u64(U64_MAX).finish()).toEqual(
      new Uint8Array(12).fill(0xff),
    );
  });
});

describe('hex and text', () => {
  it('roundtrip', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string({ unit: 'binary' }), (bytes, text) => {
        expect(bytesFromHex(hexFromBytes(bytes))).toEqual(bytes);
        expect(bytesFromHex(hexFromBytes(bytes).toUpperCase())).toEqual(bytes);
        expect(textFromUtf8(utf8FromText(text))).toBe(text.toWellFormed());
      }),
    );
  });

  it('refuses what is not hex', () => {
    for (const text of ['0', 'xy', '0x00', ' 00', '00\n', '００']) {
      expect(() => bytesFromHex(text)).toThrow(ProtocolError);
    }
  });

  it('keeps a byte order mark as the character it is', () => {
    expect(textFromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa');
  });

  it('refuses bytes that are not UTF-8', () => {
    const wrong = ['ff', 'c080', 'eda080', 'e282', 'f4908080', '80'];
    for (const hex of wrong) {
      expect(() => textFromUtf8(bytesFromHex(hex))).toThrow(ProtocolError);
    }
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        try {
          expect(utf8FromText(textFromUtf8(bytes))).toEqual(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
    );
  });
});

describe('joining and comparing', () => {
  it('concatenates in order', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (parts) => {
        expect([...concatBytes(parts)]).toEqual(parts.flatMap((part) => [...part]));
      }),
    );
  });

  it('calls equal only the same bytes of the same length', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    expect(equalBytes(bytes, Uint8Array.of(1, 2, 3))).toBe(true);
    expect(equalBytes(bytes, Uint8Array.of(1, 2, 4))).toBe(false);
    expect(equalBytes(bytes, Uint8Array.of(1, 2))).toBe(false);
    expect(equalBytes(bytes, Uint8Array.of(0, 1, 2, 3).subarray(1))).toBe(true);
  });
});
