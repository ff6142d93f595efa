import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/protocol/bytes.ts';
import { LanchatError, ProtocolError } from '../../src/protocol/errors.ts';
import { MessageId, StreamId } from '../../src/protocol/ids.ts';
import {
  type DirectRecord,
  decodeDirectPayload,
  decodeRoomRecord,
  encodeDirectPayload,
  encodeDirectRecord,
  encodeRoomRecord,
} from '../../src/protocol/record.ts';

const NOTE = {
  ...{ boot: 1n, k: 2, low: 3, bundleSeq: 4n, have: [] },
  ...{ lost: [], turn: null, quiet: false, wants: [] },
};
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const fields = {
  messageId: bytes(16).map(MessageId.fromBytes),
  stream: bytes(8).map(StreamId.fromBytes),
  seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  timeMs: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  content: fc.uint8Array({ maxLength: 300 }),
};
const direct: fc.Arbitrary<DirectRecord> = fc.record({
  type: fc.integer({ min: 1, max: 0x3f }),
  conversation: bytes(16),
  ...fields,
});
const head = fc.record({ n: fc.integer({ min: 0, max: 0xffff_ffff }), hash: bytes(32) });
const room = fc.record({ type: fc.integer({ min: 0x40, max: 0x7f }), head, ...fields });

describe('a private record', () => {
  it('roundtrips with its note, and its own bytes', () => {
    fc.assert(
      fc.property(direct, (record) => {
        const recordBytes = encodeDirectRecord(record);
        const payload = decodeDirectPayload(encodeDirectPayload(recordBytes, NOTE));
        expect(payload).toEqual({ record, recordBytes, note: NOTE });
      }),
    );
  });

  it('is null in a control message', () => {
    const payload = decodeDirectPayload(encodeDirectPayload(new Uint8Array(), NOTE));
    expect(payload.record).toBeNull();
  });

  it('is refused with the type of a room’s, with type 0, and number 0', () => {
    fc.assert(
      fc.property(direct, fc.constantFrom(0, 0x40, 0x7f, 0x80, 0xff), (record, type) => {
        const wrong = encodeDirectPayload(encodeDirectRecord({ ...record, type }), NOTE);
        expect(() => decodeDirectPayload(wrong)).toThrow(ProtocolError);
        const none = encodeDirectPayload(encodeDirectRecord({ ...record, seq: 0 }), NOTE);
        expect(() => decodeDirectPayload(none)).toThrow(ProtocolError);
      }),
    );
  });

  it('is refused cut short anywhere before its content', () => {
    fc.assert(
      fc.property(direct, fc.integer({ min: 1, max: 57 }), (record, length) => {
        const cut = encodeDirectRecord(record).subarray(0, length);
        expect(() => decodeDirectPayload(encodeDirectPayload(cut, NOTE))).toThrow(ProtocolError);
      }),
    );
  });

  it('is refused with a length that lies', () => {
    const lie = concatBytes([Uint8Array.of(0xff, 0xff, 0xff, 0xff), new Uint8Array(100)]);
    expect(() => decodeDirectPayload(lie)).toThrow(ProtocolError);
  });

  it('is only ever read or refused, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (random) => {
        try {
          decodeDirectPayload(random);
        } catch (error) {
          expect(error).toBeInstanceOf(LanchatError);
        }
      }),
    );
  });
});

describe('a room record', () => {
  it('roundtrips', () => {
    fc.assert(
      fc.property(room, (record) => {
        expect(decodeRoomRecord(encodeRoomRecord(record))).toEqual(record);
      }),
    );
  });

  it('is refused with the type of a private one, and above the rooms', () => {
    fc.assert(
      fc.property(room, fc.constantFrom(0, 1, 0x10, 0x3f, 0x80, 0xff), (record, type) => {
        expect(() => decodeRoomRecord(encodeRoomRecord({ ...record, type }))).toThrow(
          ProtocolError,
        );
      }),
    );
  });

  it('is only ever read or refused, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (random) => {
        try {
          expect(decodeRoomRecord(random).type).toBeGreaterThanOrEqual(0x40);
        } catch (error) {
          expect(error).toBeInstanceOf(LanchatError);
        }
      }),
    );
  });
});
