import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProtocolError } from '../../src/protocol/errors.ts';
import { MessageId, PeerId } from '../../src/protocol/ids.ts';
import {
  type Conversation,
  conversationText,
  decodeConversation,
  decodeMessage,
  decodeMessageText,
  encodeConversation,
  encodeMessage,
  type StoredMessage,
} from '../../src/storage/stored-message.ts';
import { said } from './histories.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const text = (maxLength: number) => fc.string({ unit: 'grapheme', maxLength });
const timeMs = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
const peer = bytes(32).map(PeerId.fromBytes);
const word = fc.option(fc.string({ unit: 'grapheme-ascii', maxLength: 64 }));
const conversation: fc.Arbitrary<Conversation> = fc.oneof(
  fc.record({ peer }),
  fc.record({ room: fc.string({ unit: 'grapheme-ascii', maxLength: 65 }) }),
);
const message: fc.Arbitrary<StoredMessage> = fc.record({
  id: bytes(16).map(MessageId.fromBytes),
  ...{ timeMs, sentTimeMs: fc.option(timeMs), conversation },
  from: fc.record({ fingerprint: peer, nick: text(20) }),
  ...{ text: text(300), state: word, reason: word },
});
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const conversationState = fc.record({
  ...{ conversation, unread: count, readRow: count, lastRow: count },
});

/** What a decoder makes of any bytes: a value, or null where it says that they are none. */
function decoded<T>(decode: (bytes: Uint8Array) => T, from: Uint8Array): T | null {
  try {
    return decode(from);
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    return null;
  }
}

describe('a message', () => {
  test('comes back as it was, and its text alone', () => {
    fc.assert(
      fc.property(message, (written) => {
        const encoded = encodeMessage(written);
        expect(decodeMessage(encoded)).toEqual(written);
        expect(decodeMessageText(encoded)).toBe(written.text);
      }),
    );
  });

  test('is read or refused, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (random) => {
        decoded(decodeMessage, random);
        decoded(decodeMessageText, random);
      }),
    );
  });

  test('is refused cut short, with bytes after it, and hardly ever survives a changed one', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.integer({ min: 1, max: 255 }), (written, at, change) => {
        const encoded = encodeMessage(written);
        expect(decoded(decodeMessage, encoded.subarray(0, at % encoded.length))).toBeNull();
        expect(decoded(decodeMessage, Uint8Array.from([...encoded, 0]))).toBeNull();
        const changed = encoded.map((byte, index) =>
          index === at % encoded.length ? byte ^ change : byte,
        );
        expect(decoded(decodeMessage, changed)).not.toEqual(written);
      }),
    );
  });

  test('that could not be read back is not written', () => {
    const tooMuch: Partial<StoredMessage>[] = [
      { text: 'ä'.repeat(30_001) },
      { conversation: { room: `#${'r'.repeat(65)}` } },
      { from: { ...said(1).from, nick: 'n'.repeat(257) } },
      { state: 's'.repeat(65) },
      { reason: 'r'.repeat(65) },
      { timeMs: 0.5 },
      { sentTimeMs: Number.MAX_VALUE },
    ];
    for (const change of tooMuch) {
      expect(() => encodeMessage(said(1, change))).toThrow(RangeError);
    }
    const conversation = { room: `+${'f'.repeat(64)}` };
    const most = said(1, { text: 'ä'.repeat(30_000), state: 's'.repeat(64), conversation });
    expect(decodeMessage(encodeMessage(most))).toEqual(most);
  });
});

describe("a conversation's row", () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(conversationState, (written) => {
        expect(decodeConversation(encodeConversation(written))).toEqual(written);
      }),
    );
  });

  test('is read or refused, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (random) => {
        decoded(decodeConversation, random);
      }),
    );
  });

  test('with a negative count is refused', () => {
    const encoded = encodeConversation({
      ...{ conversation: { room: '#a' }, unread: -1, readRow: 0, lastRow: 0 },
    });
    expect(decoded(decodeConversation, encoded)).toBeNull();
  });
});

test('no room has the text of a person', () => {
  const id = said(1).from.fingerprint;
  expect(conversationText({ room: `peer/${id}` })).not.toBe(conversationText({ peer: id }));
});
