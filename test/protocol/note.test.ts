import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesFromHex, concatBytes } from '../../src/protocol/bytes.ts';
import { encodeCbor } from '../../src/protocol/cbor.ts';
import { LanchatError, ProtocolError } from '../../src/protocol/errors.ts';
import { Kid, RoomId, SenderKeyId, StreamId } from '../../src/protocol/ids.ts';
import { MAX_HAVE_RANGES, MAX_HAVE_STREAMS, MAX_NOTE_BYTES } from '../../src/protocol/limits.ts';
import {
  decodeNote,
  encodeNote,
  type Have,
  MAX_LOST,
  MAX_WANTS,
  type Note,
  TURN_BYTES,
} from '../../src/protocol/note.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const safe = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const have: fc.Arbitrary<Have> = fc
  .record({
    stream: bytes(8).map(StreamId.fromBytes),
    upTo: fc.integer({ min: 0, max: 2 ** 40 }),
    steps: fc.array(fc.tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 0, max: 99 })), {
      maxLength: MAX_HAVE_RANGES,
    }),
  })
  .map(({ stream, upTo, steps }) => {
    let above = upTo;
    const ranges = steps.map(([skip, length]): [number, number] => {
      const from = above + skip;
      above = from + length;
      return [from, above];
    });
    return { stream, upTo, ranges };
  });
const fields = {
  boot: u64,
  k: safe,
  low: safe,
  bundleSeq: u64,
  have: fc.array(have, { maxLength: MAX_HAVE_STREAMS }),
  lost: fc.array(bytes(Kid.sizeBytes).map(Kid.fromBytes), { maxLength: MAX_LOST }),
  quiet: fc.boolean(),
};
const wants: fc.Arbitrary<Note['wants']> = fc.array(
  fc.record({
    room: bytes(32).map(RoomId.fromBytes),
    skid: bytes(16).map(SenderKeyId.fromBytes),
    join: bytes(73),
  }),
  { maxLength: MAX_WANTS },
);
const typing = fc.record({ room: fc.oneof(fc.constant(null), bytes(32).map(RoomId.fromBytes)) });
/** A turn key and wants have no place together; who types wants nothing. */
const note: fc.Arbitrary<Note> = fc.oneof(
  fc.record({ ...fields, turn: fc.constant(null), wants }),
  fc.record({ ...fields, turn: bytes(TURN_BYTES), wants: fc.constant([]) }),
  fc.record({ ...fields, turn: fc.constant(null), wants: fc.constant([]), typing }),
);
const STREAM = new Uint8Array(8).fill(1);

function withContent(content: unknown): Uint8Array {
  return concatBytes([new Uint8Array(32), encodeCbor(content)]);
}

describe('a note', () => {
  it('roundtrips', () => {
    fc.assert(
      fc.property(note, (one) => {
        expect(decodeNote(encodeNote(one))).toEqual(one);
      }),
    );
  });

  it('is 33 bytes when it has nothing to say', () => {
    const empty = {
      ...{ boot: 1n, k: 2, low: 3, bundleSeq: 4n, have: [] },
      ...{ lost: [], turn: null, quiet: false, wants: [] },
    };
    expect(encodeNote(empty)).toEqual(
      bytesFromHex(`${[1, 2, 3, 4].map((n) => `000000000000000${n}`).join('')}a0`),
    );
  });

  const top = Number.MAX_SAFE_INTEGER;
  const stream = StreamId.fromBytes(STREAM);
  const ranges = Array.from({ length: MAX_HAVE_RANGES }, (_, n): [number, number] => [
    top - 99 + 2 * n,
    top - 99 + 2 * n,
  ]);
  const fullest: Note = {
    ...{ boot: 2n ** 64n - 1n, k: top, low: top, bundleSeq: 2n ** 64n - 1n },
    have: Array.from({ length: MAX_HAVE_STREAMS }, () => ({ stream, upTo: top - 101, ranges })),
    lost: Array.from({ length: MAX_LOST }, () => Kid.fromBytes(new Uint8Array(Kid.sizeBytes))),
    ...{ turn: null, quiet: true, wants: [] },
  };
  const most = Array.from({ length: MAX_WANTS }, () => ({
    room: RoomId.fromBytes(new Uint8Array(32)),
    skid: SenderKeyId.fromBytes(new Uint8Array(16)),
    join: new Uint8Array(73),
  }));

  it.each([
    ['wants', { wants: most }],
    ['a turn key', { turn: new Uint8Array(TURN_BYTES) }],
    [
      'a turn key, and where somebody types',
      {
        turn: new Uint8Array(TURN_BYTES),
        typing: { room: RoomId.fromBytes(new Uint8Array(32)) },
      },
    ],
  ])('fits its limit with the most that it may hold beside %s', (_, more) => {
    const full: Note = { ...fullest, ...more };
    expect(encodeNote(full).length).toBeLessThanOrEqual(MAX_NOTE_BYTES);
    expect(decodeNote(encodeNote(full))).toEqual(full);
  });

  it('is not made with both', () => {
    const both = { ...fullest, turn: new Uint8Array(TURN_BYTES), wants: most };
    expect(() => encodeNote(both)).toThrow(RangeError);
  });

  it('ignores keys of a later version', () => {
    expect(decodeNote(withContent({ later: 1, ctl: { later: 1 } })).have).toEqual([]);
  });

  it.each([
    ['ranges that overlap', { have: [[STREAM, 5, [7, 9, 9, 12]]] }],
    ['ranges below what is covered', { have: [[STREAM, 5, [5, 6]]] }],
    ['a range backwards', { have: [[STREAM, 5, [9, 7]]] }],
    ['half a range', { have: [[STREAM, 5, [7]]] }],
    ['too many ranges', { have: [[STREAM, 0, Array.from({ length: 34 }, (_, n) => 2 + 2 * n)]] }],
    ['too many streams', { have: Array.from({ length: 5 }, () => [STREAM, 0, []]) }],
    ['a stream of 7 bytes', { have: [[STREAM.subarray(1), 0, []]] }],
    ['a negative number', { have: [[STREAM, -1, []]] }],
    ['a fraction', { have: [[STREAM, 1.5, []]] }],
    ['a fourth item', { have: [[STREAM, 0, [], 0]] }],
    [
      'a short join',
      { ctl: { want: [{ room: new Uint8Array(32), skid: new Uint8Array(16), join: STREAM }] } },
    ],
    ['a list', []],
    ['a byte string', STREAM],
    ['a list of controls', { ctl: [] }],
    ['a turn key of another length', { turn: new Uint8Array(TURN_BYTES - 1) }],
    ['more lost keys than one person is given', { lost: Array(9).fill(new Uint8Array(16)) }],
    ['a lost key of 15 bytes', { lost: [new Uint8Array(15)] }],
    ['quiet that is no boolean', { quiet: 1 }],
    ['typing that is neither true nor a room', { ctl: { typing: false } }],
    ['typing in half a room', { ctl: { typing: new Uint8Array(16) } }],
  ])('is refused with %s', (_, content) => {
    expect(() => decodeNote(withContent(content))).toThrow(ProtocolError);
  });

  it('is refused above its limit, with trailing bytes, and cut short', () => {
    const good = withContent({});
    expect(decodeNote(good).low).toBe(0);
    expect(() => decodeNote(concatBytes([good, Uint8Array.of(0)]))).toThrow(ProtocolError);
    expect(() => decodeNote(good.subarray(0, 32))).toThrow(ProtocolError);
    expect(() => decodeNote(withContent({ x: new Uint8Array(MAX_NOTE_BYTES) }))).toThrow(
      ProtocolError,
    );
  });

  it('is only ever read or refused, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (random) => {
        try {
          const { have: haves } = decodeNote(random);
          expect(haves.length).toBeLessThanOrEqual(MAX_HAVE_STREAMS);
        } catch (error) {
          expect(error).toBeInstanceOf(LanchatError);
        }
      }),
    );
  });
});
