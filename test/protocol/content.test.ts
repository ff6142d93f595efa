import { encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesFromHex, concatBytes } from '../../src/protocol/bytes.ts';
import { encodeCbor } from '../../src/protocol/cbor.ts';
import { decodeRoomKey, decodeText } from '../../src/protocol/content.ts';
import { LanchatError, ProtocolError } from '../../src/protocol/errors.ts';
import { CHAIN_MESSAGES, MAX_TEXT_BYTES } from '../../src/protocol/limits.ts';

const fixed = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const safe = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const roomKey = fc.record({
  room: fixed(32),
  skid: fixed(16),
  index: fc.integer({ min: 0, max: CHAIN_MESSAGES }),
  chain: fixed(32),
  sign: fixed(32),
  stream: fixed(8),
  low: safe,
  join: fixed(73),
});

describe('a text', () => {
  it('roundtrips whatever is written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const wellFormed = text.toWellFormed();
        expect(decodeText(encodeCbor({ text: wellFormed }))).toEqual({ text: wellFormed });
      }),
    );
  });

  it('is `a1 64 "text" …`, so that a change of the encoder is noticed', () => {
    expect(encodeCbor({ text: 'hi' })).toEqual(bytesFromHex('a16474657874626869'));
  });

  it('holds MAX_TEXT_BYTES of UTF-8 and no byte more', () => {
    const euros = '€'.repeat(MAX_TEXT_BYTES / 3);
    expect(decodeText(encodeCbor({ text: euros })).text).toBe(euros);
    expect(() => decodeText(encodeCbor({ text: `${euros}.` }))).toThrow(ProtocolError);
  });

  it('with keys of a later version is read without them', () => {
    expect(decodeText(encodeCbor({ text: 'a', format: 1 }))).toEqual({ text: 'a' });
  });

  it.each([
    ['nothing', ''],
    ['trailing bytes', 'a1647465787461610a'],
    ['an indefinite map', 'bf64746578746161ff'],
    ['an indefinite text', 'a164746578747f6161ff'],
    ['a length that is not minimal', 'a16474657874780161'],
    ['a key twice', 'a264746578746161647465787461 62'.replace(' ', '')],
    ['no text', 'a0'],
    ['another type', 'a1647465787401'],
    ['text that is not UTF-8', 'a1647465787461ff'],
    ['a number as key', 'a1016161'],
    ['a length beyond the end', 'a164746578747affffffff'],
    ['undefined', 'a16474657874f7'],
    ['a key that is not UTF-8', 'a2 61ff 00 6474657874 6161'.replaceAll(' ', '')],
  ])('is refused with %s', (_, hex) => {
    expect(() => decodeText(bytesFromHex(hex))).toThrow(ProtocolError);
  });

  it('is refused nested deeper than anything of ours, before the decoder recurses', () => {
    const nested = concatBytes([new Uint8Array(50_000).fill(0x81), Uint8Array.of(0)]);
    expect(() => decodeText(nested)).toThrow(ProtocolError);
    const within = encode({ text: 'a', x: [[[[1]]]] });
    expect(decodeText(within)).toEqual({ text: 'a' });
  });

  it('is only ever read or refused, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          expect(typeof decodeText(bytes).text).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(LanchatError);
        }
      }),
    );
  });
});

describe('a room key', () => {
  it('roundtrips', () => {
    fc.assert(
      fc.property(roomKey, (content) => {
        expect(decodeRoomKey(encodeCbor(content))).toEqual(content);
      }),
    );
  });

  it('holds copies: nothing that wipes them reaches the bytes they came in', () => {
    const zeros = { room: 32, skid: 16, chain: 32, sign: 32, stream: 8, join: 73 };
    const entries = Object.entries(zeros).map(([key, length]) => [key, new Uint8Array(length)]);
    const bytes = encodeCbor({ ...Object.fromEntries(entries), index: 0, low: 0 });
    const before = bytes.slice();
    const { chain } = decodeRoomKey(bytes);
    expect(chain.constructor).toBe(Uint8Array);
    chain.slice().fill(7);
    expect(chain).toEqual(new Uint8Array(32));
    chain.fill(9);
    expect(bytes).toEqual(before);
  });

  it('is refused with a field missing, too short, too long or of another type', () => {
    fc.assert(
      fc.property(
        roomKey,
        fc.constantFrom('room', 'skid', 'chain', 'sign', 'stream', 'join', 'index', 'low'),
        fc.constantFrom<unknown>(undefined, new Uint8Array(7), new Uint8Array(99), -1, 1.5, 'x'),
        (content, field, wrong) => {
          const { [field]: _, ...rest } = content;
          const changed = wrong === undefined ? rest : { ...rest, [field]: wrong };
          expect(() => decodeRoomKey(encodeCbor(changed))).toThrow(ProtocolError);
        },
      ),
    );
  });

  it('is refused with an index above the end of its chain', () => {
    fc.assert(
      fc.property(roomKey, (content) => {
        const changed = { ...content, index: CHAIN_MESSAGES + 1 };
        expect(() => decodeRoomKey(encodeCbor(changed))).toThrow(ProtocolError);
      }),
    );
  });
});
