import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, hexFromBytes } from '../../src/protocol/bytes.ts';
import {
  DIRECT_HEADER_BYTES,
  DIRECT_OVERHEAD_BYTES,
  decodeHeader,
  encodeDirectHeader,
  encodeRoomHeader,
  ROOM_HEADER_BYTES,
  ROOM_OVERHEAD_BYTES,
} from '../../src/protocol/envelope.ts';
import { ProtocolError } from '../../src/protocol/errors.ts';
import { Kid, PeerPrefix, SenderKeyId, TopicId } from '../../src/protocol/ids.ts';

const bytes16 = fc.uint8Array({ minLength: 16, maxLength: 16 });
const bucket = fc.constantFrom(256, 512, 1_024, 65_536);
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });

function ofLength(header: Uint8Array, length: number): Uint8Array {
  const blob = new Uint8Array(length);
  blob.set(header);
  return blob;
}

function direct(paddedBytes: number): Uint8Array {
  const recipient = PeerPrefix.fromBytes(new Uint8Array(16).fill(1));
  const header = encodeDirectHeader(recipient, Kid.fromBytes(new Uint8Array(16).fill(2)));
  return ofLength(header, paddedBytes + DIRECT_OVERHEAD_BYTES);
}

function room(paddedBytes: number): Uint8Array {
  const topic = TopicId.fromBytes(new Uint8Array(16).fill(1));
  const header = encodeRoomHeader(topic, SenderKeyId.fromBytes(new Uint8Array(16).fill(2)), 3);
  return ofLength(header, paddedBytes + ROOM_OVERHEAD_BYTES);
}

describe("a private blob's header", () => {
  it('is 01 ‖ 01 ‖ recipient ‖ kid, 34 bytes', () => {
    expect(hexFromBytes(direct(256).subarray(0, DIRECT_HEADER_BYTES))).toBe(
      `0101${'01'.repeat(16)}${'02'.repeat(16)}`,
    );
  });

  it('roundtrips', () => {
    fc.assert(
      fc.property(bytes16, bytes16, bucket, (prefix, kidBytes, size) => {
        const recipient = PeerPrefix.fromBytes(prefix);
        const kid = Kid.fromBytes(kidBytes);
        const header = encodeDirectHeader(recipient, kid);
        expect(header).toHaveLength(DIRECT_HEADER_BYTES);
        const blob = ofLength(header, size + DIRECT_OVERHEAD_BYTES);
        expect(decodeHeader(blob)).toEqual({ kind: 'direct', recipient, kid });
      }),
    );
  });
});

describe("a room blob's header", () => {
  it('is 02 ‖ 01 ‖ topic ‖ skid ‖ index, 38 bytes', () => {
    expect(hexFromBytes(room(256).subarray(0, ROOM_HEADER_BYTES))).toBe(
      `0201${'01'.repeat(16)}${'02'.repeat(16)}00000003`,
    );
  });

  it('roundtrips', () => {
    fc.assert(
      fc.property(bytes16, bytes16, u32, bucket, (topicBytes, skidBytes, index, size) => {
        const topic = TopicId.fromBytes(topicBytes);
        const skid = SenderKeyId.fromBytes(skidBytes);
        const header = encodeRoomHeader(topic, skid, index);
        expect(header).toHaveLength(ROOM_HEADER_BYTES);
        const blob = ofLength(header, size + ROOM_OVERHEAD_BYTES);
        expect(decodeHeader(blob)).toEqual({ kind: 'room', topic, skid, index });
      }),
    );
  });
});

describe('a sealed blob', () => {
  it('is refused unless its length is that of a bucket', () => {
    for (const make of [direct, room]) {
      expect(() => decodeHeader(make(256))).not.toThrow();
      for (const size of [0, 1, 255, 257, 384, 131_072]) {
        expect(() => decodeHeader(make(size))).toThrow(ProtocolError);
      }
      const blob = make(256);
      for (let length = 0; length < blob.length; length++) {
        expect(() => decodeHeader(blob.subarray(0, length))).toThrow(ProtocolError);
      }
      expect(() => decodeHeader(concatBytes([blob, Uint8Array.of(0)]))).toThrow(ProtocolError);
    }
  });

  it('is refused in another suite or of another kind', () => {
    for (const [at, value] of [
      [0, 0],
      [0, 3],
      [0, 255],
      [1, 0],
      [1, 2],
    ] as const) {
      const blob = direct(256);
      blob[at] = value;
      expect(() => decodeHeader(blob)).toThrow(ProtocolError);
    }
  });

  it('cannot pass as the other kind: no length fits both', () => {
    for (const size of [256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536]) {
      const asRoom = direct(size);
      asRoom[0] = 2;
      expect(() => decodeHeader(asRoom)).toThrow(ProtocolError);
      const asDirect = room(size);
      asDirect[0] = 1;
      expect(() => decodeHeader(asDirect)).toThrow(ProtocolError);
    }
  });

  it('throws nothing but ProtocolError on hostile bytes', () => {
    const lengths = fc.constantFrom(0, 1, 2, 33, 34, 37, 38, 430, 1_570);
    const heads = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(lengths, heads, (length, head) => {
        const blob = new Uint8Array(length);
        blob.set(head.subarray(0, length));
        try {
          decodeHeader(blob);
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
        }
      }),
    );
  });
});
