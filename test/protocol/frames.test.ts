import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/protocol/bytes.ts';
import { CODES } from '../../src/protocol/codes.ts';
import { ProtocolError } from '../../src/protocol/errors.ts';
import { FrameSplitter } from '../../src/protocol/frame-stream.ts';
import {
  CHUNK_HEAD_BYTES,
  decodeFrame,
  encodeChunkHead,
  encodeFrame,
  FRAME_TYPES,
  type Frame,
} from '../../src/protocol/frames.ts';
import { FileId, MeetingId, PeerId, TopicId } from '../../src/protocol/ids.ts';
import { MAX_FILE_CHUNKS, MAX_FRAME_BYTES, SEALED_CHUNK_BYTES } from '../../src/protocol/limits.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffff_ffff);
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const peerId = bytes(32).map((b) => PeerId.fromBytes(b));
const topic = bytes(16).map((b) => TopicId.fromBytes(b));
const file = bytes(16).map((b) => FileId.fromBytes(b));
const meeting = bytes(16).map((b) => MeetingId.fromBytes(b));
const chunks = fc.nat(MAX_FILE_CHUNKS);
const rest = fc.uint8Array({ maxLength: 2000 });
const kind = fc.constantFrom('card' as const, 'bundle' as const);
const join = fc.record({
  seq: u64,
  standing: fc.constantFrom('left' as const, 'joined' as const, 'guest' as const),
  signature: bytes(64),
});
const code = fc.constantFrom(...Object.keys(CODES)) as fc.Arbitrary<keyof typeof CODES>;
const type = <T extends string>(name: T) => fc.constant(name);

const bodies = fc.oneof(
  fc.record({ type: type('hello'), minVersion: u8, maxVersion: u8, nonce: bytes(32) }),
  fc.record({
    type: type('challenge'),
    version: u8,
    relayKey: bytes(32),
    nonce: bytes(32),
    limits: fc.record({ frameBytes: u32, topics: u16, mailboxBlobs: u32 }),
    signature: bytes(64),
  }),
  fc.record({ type: type('auth'), card: fc.uint8Array({ maxLength: 170 }), signature: bytes(64) }),
  fc.record({ type: type('ready'), queued: u32, timeMs: u64 }),
  fc.record({ type: type('publish'), kind, object: rest }),
  fc.record({ type: type('get'), kind, ids: fc.array(peerId, { maxLength: 256 }) }),
  fc.record({ type: type('found'), kind, objects: fc.array(rest, { maxLength: 8 }) }),
  fc.record({
    type: fc.constantFrom('send' as const, 'fanout' as const),
    token: bytes(16),
    ttlSeconds: u32,
    blob: rest,
  }),
  fc.record({ type: type('done') }),
  fc.record({ type: type('deliver'), rseq: u64, blob: rest }),
  fc.record({ type: type('sub'), topic, cursor: u64, join }),
  fc.record({ type: type('unsub'), topic, join }),
  fc.record({
    type: type('presence'),
    complete: fc.boolean(),
    entries: fc.array(
      fc.record({ id: peerId, online: fc.boolean(), cardSeq: u64, bundleSeq: u64 }),
      { maxLength: 20 },
    ),
  }),
  fc.record({
    type: type('roster'),
    topic,
    complete: fc.boolean(),
    head: u64,
    entries: fc.array(fc.record({ id: peerId, here: fc.boolean(), join }), { maxLength: 20 }),
  }),
  fc.record({
    type: type('announce'),
    seq: u64,
    text: fc.string({ unit: 'grapheme', maxLength: 200 }),
    signature: bytes(64),
  }),
  fc.record({ type: type('carry'), card: fc.uint8Array({ maxLength: 170 }), signature: bytes(64) }),
  fc.record({ type: type('keep'), file, chunks: chunks.filter((n) => n > 0), ttlSeconds: u32 }),
  fc.record({ type: type('take'), owner: peerId, file, from: chunks }),
  fc.record({ type: type('meet'), meeting }),
  fc.record({ type: type('drop'), file }),
  fc.record({ type: type('have'), count: chunks }),
  fc.record({ type: fc.constantFrom('end' as const, 'error' as const), code }),
  fc.record({ type: type('prove'), signature: bytes(64) }),
  fc.record({ type: type('hide'), hidden: fc.boolean() }),
  fc.record({ type: type('ping') }),
);
const frames: fc.Arbitrary<Frame> = fc
  .tuple(bodies, u32)
  .map(([body, req]) => ({ ...body, req }) as Frame);

/** Views and arrays compare equal only as plain values. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, item) => {
      if (typeof item === 'bigint') return `${item}n`;
      return item instanceof Uint8Array ? Array.from(item) : item;
    }),
  );

function split(stream: Uint8Array, cuts: readonly number[], max = MAX_FRAME_BYTES): Uint8Array[] {
  const splitter = new FrameSplitter(max);
  const frames: Uint8Array[] = [];
  let from = 0;
  for (const cut of [...cuts, stream.length]) {
    for (const frame of splitter.push(stream.subarray(from, cut))) frames.push(frame.slice());
    from = cut;
  }
  return frames;
}

describe('frames', () => {
  it('reads back every frame it writes', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const decoded = decodeFrame(encodeFrame(frame).subarray(4));
        expect(plain(decoded)).toEqual(plain(frame));
      }),
      { numRuns: 500 },
    );
  });

  it('has one encoding for each frame it accepts, and refuses the rest with ProtocolError', () => {
    const hostile = fc.tuple(
      fc.oneof(u8, fc.constantFrom(...Object.values(FRAME_TYPES))),
      fc.uint8Array({ maxLength: 300 }),
    );
    fc.assert(
      fc.property(hostile, ([typeByte, body]) => {
        const input = Uint8Array.from([typeByte, ...body]);
        try {
          const frame = decodeFrame(input);
          expect(Array.from(encodeFrame(frame).subarray(4))).toEqual(Array.from(input));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('reads back a chunk, and writes the head of one as the whole frame has it', () => {
    const whole = encodeFrame({
      type: 'chunk',
      req: 0,
      index: 7,
      sealed: new Uint8Array(SEALED_CHUNK_BYTES),
    });
    expect(decodeFrame(whole.subarray(4))).toMatchObject({ type: 'chunk', index: 7 });
    expect(() => decodeFrame(whole.subarray(4, -1))).toThrow(ProtocolError);
    const head = new Uint8Array(CHUNK_HEAD_BYTES);
    encodeChunkHead(head, 7);
    expect(Array.from(head)).toEqual(Array.from(whole.subarray(0, CHUNK_HEAD_BYTES)));
    expect(whole.length).toBe(CHUNK_HEAD_BYTES + SEALED_CHUNK_BYTES);
  });

  it('refuses counts that no file has', () => {
    const count = (from: number) => [
      from >>> 24,
      (from >>> 16) & 0xff,
      (from >>> 8) & 0xff,
      from & 0xff,
    ];
    const keep = (chunks: number) =>
      Uint8Array.from([
        FRAME_TYPES.keep,
        0,
        0,
        0,
        1,
        ...new Uint8Array(16),
        ...count(chunks),
        0,
        0,
        0,
        1,
      ]);
    expect(decodeFrame(keep(MAX_FILE_CHUNKS))).toMatchObject({ chunks: MAX_FILE_CHUNKS });
    expect(() => decodeFrame(keep(0))).toThrow(ProtocolError);
    expect(() => decodeFrame(keep(MAX_FILE_CHUNKS + 1))).toThrow(ProtocolError);
  });

  it('refuses every truncation and any trailing byte of a frame with fixed fields', () => {
    const frame = encodeFrame({
      type: 'hello',
      req: 1,
      minVersion: 1,
      maxVersion: 1,
      nonce: new Uint8Array(32),
    }).subarray(4);
    expect(decodeFrame(frame).type).toBe('hello');
    for (let length = 0; length < frame.length; length++) {
      expect(() => decodeFrame(frame.subarray(0, length))).toThrow(ProtocolError);
    }
    expect(() => decodeFrame(Uint8Array.from([...frame, 0]))).toThrow(ProtocolError);
  });

  it('refuses a list that claims more than it holds without allocating for it', () => {
    const get = Uint8Array.from([FRAME_TYPES.get, 0, 0, 0, 1, 0, 0xff, 0xff]);
    expect(() => decodeFrame(get)).toThrow(/list too long/);
  });
});

describe('FrameSplitter', () => {
  it('cuts the same frames however the bytes arrive', () => {
    fc.assert(
      fc.property(fc.array(frames, { maxLength: 5 }), fc.array(fc.nat(5000)), (list, cuts) => {
        const stream = concatBytes(list.map(encodeFrame));
        const sorted = cuts.filter((cut) => cut <= stream.length).sort((a, b) => a - b);
        const cut = split(stream, sorted);
        expect(cut.map((frame) => plain(decodeFrame(frame)))).toEqual(list.map(plain));
      }),
    );
  });

  it('cuts frames that arrive byte by byte', () => {
    const frame = encodeFrame({ type: 'deliver', req: 0, rseq: 0n, blob: new Uint8Array(9000) });
    const cuts = Array.from({ length: frame.length }, (_, index) => index);
    expect(split(frame, cuts)).toHaveLength(1);
  });

  it('refuses a length bomb at its length field', () => {
    const bomb = Uint8Array.from([0xff, 0xff, 0xff, 0xff]);
    expect(() => split(bomb, [])).toThrow(ProtocolError);
    const tooShort = Uint8Array.from([0, 0, 0, 4]);
    expect(() => split(tooShort, [])).toThrow(ProtocolError);
    const largest = Uint8Array.from([0, 0, 0x10, 0]);
    expect(split(largest, [], 4096)).toEqual([]);
    expect(() => split(Uint8Array.from([0, 0, 0x10, 1]), [], 4096)).toThrow(ProtocolError);
  });
});
