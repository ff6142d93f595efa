// What changes of messages leave in history: rows, search, backups.
import fc from 'fast-check';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { MessageId, PeerId, StreamId } from '../../src/protocol/ids.ts';
import { MAX_TEXT_BYTES } from '../../src/protocol/limits.ts';
import { changed, type Deed, type MessageChange } from '../../src/storage/message-changes.ts';
import type { MessageExtras } from '../../src/storage/message-extras.ts';
import { ProfileStore, type StoredMessage } from '../../src/storage/profile-store.ts';
import { decodeMessage, encodeMessage } from '../../src/storage/stored-message.ts';
import { batchOf, LOBBY, said, sent, textsOf } from './histories.ts';

beforeAll(ready);

const STREAM = StreamId.fromBytes(new Uint8Array(8).fill(1));

function done(
  message: StoredMessage,
  deed: Deed,
  change: Partial<MessageChange> = {},
): MessageChange {
  const { id, conversation, from } = message;
  return {
    ...{ id, conversation, by: from.fingerprint, own: false, timeMs: 5, deed },
    ...{ stream: STREAM, seq: 2, ...change },
  };
}

async function opened(...messages: readonly StoredMessage[]) {
  const store = await ProfileStore.open(null, new Uint8Array(32).fill(1));
  onTestFinished(() => store.close());
  store.commit(batchOf(messages));
  const change = (...changes: readonly MessageChange[]) =>
    store.commit({
      state: [],
      history: changes.map((each) => ({ type: 'change', change: each })),
    });
  return { store, change };
}

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const peer = bytes(32).map(PeerId.fromBytes);
const time = fc.maxSafeInteger();
const place = { stream: bytes(8).map(StreamId.fromBytes), seq: fc.nat() };
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const extras: fc.Arbitrary<MessageExtras> = fc.record(
  {
    kind: fc.constantFrom('action', 'sticker', 'poll', 'change', 'of a later version'),
    reply: bytes(16).map(MessageId.fromBytes),
    mentions: fc.array(peer, { minLength: 1, maxLength: 32 }),
    edited: fc.record({ timeMs: time, ...place }),
    originals: fc.array(fc.record({ text, timeMs: time }), { minLength: 1, maxLength: 16 }),
    deleted: fc.constant(true as const),
    reactions: fc.array(
      fc.record({
        emoji: fc.constantFrom('👍', '🎉', '❤️'),
        from: fc.array(peer, { minLength: 1, maxLength: 8 }),
      }),
      { minLength: 1, maxLength: 64 },
    ),
    expiresMs: time,
    poll: fc.record({
      choices: fc.array(text, { minLength: 1, maxLength: 12 }),
      anonymous: fc.boolean(),
      closed: fc.boolean(),
      votes: fc.array(fc.record({ voter: peer, choice: fc.nat({ max: 11 }), ...place })),
      counts: fc.option(fc.array(fc.nat(), { minLength: 1, maxLength: 12 })),
    }),
    change: fc.record({
      what: fc.constantFrom('timer', 'renamed', 'of a later version'),
      who: fc.array(fc.record({ fingerprint: peer, nick: text }), { maxLength: 8 }),
      text: fc.option(text),
    }),
  },
  { requiredKeys: [] },
);

describe('a row', () => {
  test('with anything besides its words comes back as it was', () => {
    fc.assert(
      fc.property(extras, (more) => {
        const written = { ...said(1), ...more };
        expect(decodeMessage(encodeMessage(written))).toEqual(written);
      }),
    );
  });

  test('of before messages could be changed still opens', () => {
    expect(decodeMessage(encodeMessage(said(1)))).toEqual(said(1));
    expect(Buffer.from(encodeMessage(said(1))).at(4 + said(1).text.length)).toBe(0x88);
  });

  test('that would hold too much is not written', () => {
    const from = Array.from({ length: 1_025 }, () => said(1).from.fingerprint);
    const originals = Array.from({ length: 17 }, () => ({ text: 'a', timeMs: 0 }));
    const tooLong = [{ text: 'a'.repeat(MAX_TEXT_BYTES + 1), timeMs: 0 }];
    for (const more of [
      { reactions: [{ emoji: '👍', from }] },
      { originals },
      { originals: tooLong },
    ]) {
      expect(() => encodeMessage({ ...said(1), ...more })).toThrow(RangeError);
    }
  });
});

describe('an edit', () => {
  const edit = (words: string): Deed => ({ type: 'edit', text: words, mentions: [] });

  test('is found by its new words, and by the old ones no more', async () => {
    const { store, change } = await opened(said(1, { text: 'helo world' }));
    const scope = { conversation: null, limit: 5 };
    expect((await store.search('helo', scope)).messages).toHaveLength(1);
    const { changed: told } = change(done(said(1), edit('hello world')));
    expect(textsOf(told)).toEqual(['hello world']);
    expect((await store.search('helo', scope)).messages).toEqual([]);
    expect((await store.search('hello', scope)).messages).toHaveLength(1);
  });

  test('keeps the first of what was said, and the last, within its bounds', () => {
    let message = said(1, { text: 'first' });
    for (let n = 1; n <= 40; n++) {
      message =
        changed(message, done(message, edit(`${n} ${'x'.repeat(10_000)}`), { seq: n })) ?? message;
    }
    const texts = message.originals?.map((original) => original.text.slice(0, 5)) ?? [];
    expect(texts[0]).toBe('first');
    expect(texts.at(-1)).toBe('39 xx');
    expect(texts.length).toBeLessThanOrEqual(16);
    expect(decodeMessage(encodeMessage(message))).toEqual(message);
  });

  test('that is repeated changes nothing', async () => {
    const { change } = await opened(said(1));
    expect(change(done(said(1), edit('new'))).changed).toHaveLength(1);
    expect(change(done(said(1), edit('new'))).changed).toEqual([]);
  });

  test.each(['sticker', 'poll', 'change'])('of a %s is none', (kind) => {
    expect(changed(said(1, { kind }), done(said(1), edit('new')))).toBeNull();
  });
});

test('what is deleted for all takes no more changes', async () => {
  const message = said(1);
  const { store, change } = await opened(message);
  change(done(message, { type: 'unsend' }));
  const after: Deed[] = [
    { type: 'unsend' },
    { type: 'edit', text: 'back', mentions: [] },
    { type: 'react', emoji: '👍', on: true },
  ];
  expect(change(...after.map((deed) => done(message, deed))).changed).toEqual([]);
  expect(store.get(message.id)).toMatchObject({ text: '', deleted: true });
});

test('a message and its changes in one commit are one, told as it is after all of them', async () => {
  const { store } = await opened();
  const message = said(1);
  const { changed: told } = store.commit({
    state: [],
    history: [
      { type: 'message', message },
      { type: 'change', change: done(message, { type: 'react', emoji: '👍', on: true }) },
      { type: 'change', change: done(message, { type: 'react', emoji: '🎉', on: true }) },
    ],
  });
  expect(told).toHaveLength(1);
  expect(told[0]?.reactions).toHaveLength(2);
});

test('an expired message goes with its place among the unread, its words too', async () => {
  const { store } = await opened(said(1), said(2, { text: 'fleeting' }), sent(3));
  const scope = { conversation: null, limit: 5 };
  expect((await store.search('fleeting', scope)).messages).toHaveLength(1);
  const { expired } = store.commit({
    state: [],
    history: [
      { type: 'message', message: said(4, { conversation: LOBBY }) },
      { type: 'expire', id: said(2).id },
      { type: 'expire', id: said(4).id },
      { type: 'expire', id: said(9).id },
    ],
  });
  expect(textsOf(expired)).toEqual(['fleeting', 'words 4']);
  expect(textsOf(store.everything())).toEqual(['words 1', 'words 3']);
  expect(store.conversations()).toMatchObject([{ unread: 1 }]);
  expect((await store.search('fleeting', scope)).messages).toEqual([]);
});
