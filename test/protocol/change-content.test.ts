import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesFromHex } from '../../src/protocol/bytes.ts';
import { encodeCbor } from '../../src/protocol/cbor.ts';
import {
  decodeClosePoll,
  decodeDelete,
  decodeEdit,
  decodePoll,
  decodeReact,
  decodeSecretVote,
  decodeTimer,
  decodeVote,
} from '../../src/protocol/change-content.ts';
import { decodeText } from '../../src/protocol/content.ts';
import { isEmoji } from '../../src/protocol/emoji.ts';
import { ProtocolError } from '../../src/protocol/errors.ts';
import { MessageId, PeerId, RoomId } from '../../src/protocol/ids.ts';

const id = new Uint8Array(16).fill(1);
const peer = new Uint8Array(32).fill(2);

describe('content of a change', () => {
  it.each<[string, (bytes: Uint8Array) => unknown, object, object]>([
    [
      'text',
      decodeText,
      { text: 'a', reply: id, kind: 'action', mentions: [peer], expires: 10 },
      {
        ...{ text: 'a', kind: 'action', expires: 10 },
        ...{ reply: MessageId.fromBytes(id), mentions: [PeerId.fromBytes(peer)] },
      },
    ],
    ['edit', decodeEdit, { id, text: 'a' }, { id: MessageId.fromBytes(id), text: 'a' }],
    ['delete', decodeDelete, { id, later: 1 }, { id: MessageId.fromBytes(id) }],
    [
      'react',
      decodeReact,
      { id, emoji: '👍', on: true },
      { id: MessageId.fromBytes(id), emoji: '👍', on: true },
    ],
    ['timer', decodeTimer, { seconds: 0, turn: 1 }, { seconds: 0, turn: 1 }],
    [
      'poll',
      decodePoll,
      { question: 'q', choices: ['a', 'b'], anonymous: true },
      { question: 'q', choices: ['a', 'b'], anonymous: true },
    ],
    ['vote', decodeVote, { id, choice: 11 }, { id: MessageId.fromBytes(id), choice: 11 }],
    [
      'secret vote',
      decodeSecretVote,
      { room: peer, id, choice: 0 },
      { room: RoomId.fromBytes(peer), id: MessageId.fromBytes(id), choice: 0 },
    ],
    [
      'close',
      decodeClosePoll,
      { id, counts: [1, 2] },
      { id: MessageId.fromBytes(id), counts: [1, 2] },
    ],
  ])('%s is read as it was written', (_, decode, written, read) => {
    expect(decode(encodeCbor(written))).toEqual(read);
  });

  it('is laid out as the protocol says, so that a change of the encoder is noticed', () => {
    expect(encodeCbor({ id, emoji: '👍', on: true })).toEqual(
      bytesFromHex(`a3626964${'50'}${'01'.repeat(16)}626f6ef565656d6f6a6964f09f918d`),
    );
    expect(encodeCbor({ seconds: 3_600, turn: 1 })).toEqual(
      bytesFromHex('a2647475726e0167736563 6f6e6473190e10'.replace(' ', '')),
    );
  });

  const long = 'a'.repeat(201);
  it.each<[string, (bytes: Uint8Array) => unknown, object]>([
    ['an id of 15 bytes', decodeDelete, { id: id.slice(1) }],
    ['no id', decodeReact, { emoji: '👍', on: true }],
    ['an empty edit', decodeEdit, { id, text: '' }],
    ['an edit too long', decodeEdit, { id, text: 'a'.repeat(60_001) }],
    ['33 mentions', decodeText, { text: 'a', mentions: Array(33).fill(peer) }],
    ['an unknown kind', decodeText, { text: 'a', kind: 'change' }],
    ['a lifetime of 9 s', decodeText, { text: 'a', expires: 9 }],
    ['a lifetime of 91 days', decodeText, { text: 'a', expires: 91 * 86_400 }],
    ['a timer of 5 s', decodeTimer, { seconds: 5, turn: 1 }],
    ['a turn from which none can follow', decodeTimer, { seconds: 60, turn: 2 ** 53 - 1 }],
    ['two emoji', decodeReact, { id, emoji: '👍👍', on: true }],
    ['one choice', decodePoll, { question: 'q', choices: ['a'], anonymous: false }],
    ['13 choices', decodePoll, { question: 'q', choices: Array(13).fill('a'), anonymous: false }],
    ['a choice too long', decodePoll, { question: 'q', choices: ['a', long], anonymous: false }],
    ['an empty choice', decodePoll, { question: 'q', choices: ['a', ''], anonymous: false }],
    [
      'a question too long',
      decodePoll,
      { question: 'q'.repeat(501), choices: ['a', 'b'], anonymous: false },
    ],
    ['a choice beyond all', decodeVote, { id, choice: 12 }],
    ['a choice below all', decodeVote, { id, choice: -1 }],
    ['counts of more than there are people', decodeClosePoll, { id, counts: [1, 2 ** 40] }],
  ])('is refused with %s', (_, decode, written) => {
    expect(() => decode(encodeCbor(written))).toThrow(ProtocolError);
  });

  it('is read or refused, whatever the bytes are', () => {
    const all = [decodeText, decodeEdit, decodeDelete, decodeReact, decodeTimer];
    const more = [decodePoll, decodeVote, decodeSecretVote, decodeClosePoll];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        for (const decode of [...all, ...more]) {
          try {
            decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        }
      }),
    );
  });
});

describe('an emoji', () => {
  it.each(['👍', '👍🏽', '❤️', '❤', '👨‍👩‍👧', '🇳🇱', '1️⃣', '🏴‍☠️', '™'])('is %s', (text) => {
    expect(isEmoji(text)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['a letter', 'a'],
    ['a digit', '1'],
    ['two', '👍👍'],
    ['one with a mark', '👍\u0301'],
    ['one with tags', '🏴\u{e0067}\u{e007f}'],
    ['one with a joiner at its end', '👍\u200d'],
    ['half a flag', '🇳'],
    ['one with a control', '👍\u0007'],
    ['a lone surrogate', '\ud83d'],
    ['more than 32 bytes', '👩🏻‍❤️‍💋‍👩🏻'],
  ])('is not %s', (_, text) => {
    expect(isEmoji(text)).toBe(false);
  });

  it('is one grapheme, whatever it is', () => {
    const segmenter = new Intl.Segmenter();
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('👍', '🏽', '\u200d', '\ufe0f', '🇳', '❤', '1', '\u20e3'),
        }),
        (text) => {
          if (isEmoji(text)) expect([...segmenter.segment(text)]).toHaveLength(1);
        },
      ),
    );
  });
});
