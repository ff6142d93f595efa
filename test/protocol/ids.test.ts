import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/protocol/errors.ts';
import {
  idBytes,
  Kid,
  MessageId,
  PeerId,
  PeerPrefix,
  peerPrefix,
  RelayId,
  RoomId,
  SenderKeyId,
  StreamId,
  TopicId,
} from '../../src/protocol/ids.ts';

const KINDS = [
  ['PeerId', PeerId, 32],
  ['RelayId', RelayId, 32],
  ['RoomId', RoomId, 32],
  ['TopicId', TopicId, 16],
  ['PeerPrefix', PeerPrefix, 16],
  ['Kid', Kid, 16],
  ['SenderKeyId', SenderKeyId, 16],
  ['MessageId', MessageId, 16],
  ['StreamId', StreamId, 8],
] as const;

describe.each(KINDS)('%s', (_name, kind, sizeBytes) => {
  it(`is ${sizeBytes} bytes and roundtrips`, () => {
    expect(kind.sizeBytes).toBe(sizeBytes);
    const bytes = fc.uint8Array({ minLength: sizeBytes, maxLength: sizeBytes });
    fc.assert(
      fc.property(bytes, (value) => {
        const id = kind.fromBytes(value);
        expect(idBytes(id)).toEqual(value);
        expect(kind.parse(id)).toBe(id);
        expect(kind.parse(id.toUpperCase())).toBe(id);
      }),
      { numRuns: 20 },
    );
  });

  it('is refused in any other length', () => {
    for (const length of [0, sizeBytes - 1, sizeBytes + 1, 2 * sizeBytes]) {
      expect(() => kind.fromBytes(new Uint8Array(length))).toThrow(ProtocolError);
      expect(kind.parse('00'.repeat(length))).toBeNull();
    }
  });

  it('is null for text that is not all hex digits', () => {
    const good = 'ab'.repeat(sizeBytes);
    for (const text of [`${good}\n`, ` ${good.slice(1)}`, `g${good.slice(1)}`, good.slice(1)]) {
      expect(kind.parse(text)).toBeNull();
    }
    // Characters whose lower case is ASCII or longer must not slip in: K (Kelvin sign), İ.
    expect(kind.parse(`\u212a${good.slice(1)}`)).toBeNull();
    expect(kind.parse(`\u0130${good.slice(1)}`)).toBeNull();
  });
});

describe('a peer prefix', () => {
  it('is the first 16 bytes of the ID', () => {
    const id = PeerId.fromBytes(Uint8Array.from({ length: 32 }, (_, index) => index));
    expect(idBytes(peerPrefix(id))).toEqual(idBytes(id).subarray(0, 16));
  });
});
