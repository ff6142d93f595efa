import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Batch, ProfileStore } from '../../src/storage/profile-store.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';
import {
  BELA,
  batchOf,
  DATA_KEY,
  DAY_MS,
  historyBytes,
  LOBBY,
  messageId,
  personId,
  START_MS,
  said,
  sent,
  textsOf,
  value,
  WITH_ASHA,
  WITH_BELA,
} from './histories.ts';

const LAST = { before: null, limit: 100 };

let folder: string;
let store: ProfileStore;

beforeEach(async () => {
  folder = makeTestFolder();
  store = await ProfileStore.open(folder, DATA_KEY);
});
afterEach(() => {
  store.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
  removeTestFolder(folder);
});

async function reopen(): Promise<void> {
  store.close();
  store = await ProfileStore.open(folder, DATA_KEY);
}

/** The state by place. */
function state(): Record<string, number[]> {
  return Object.fromEntries(store.state().map((row) => [row.place, [...row.value]]));
}

function unread(): number[] {
  return store.conversations().map((each) => each.unread);
}

describe('a commit', () => {
  test('is there when it is opened again', async () => {
    const messages = [
      said(1),
      sent(2, { conversation: LOBBY, reason: 'refused', text: 'Äsha 🐢\0\n', sentTimeMs: null }),
      said(3, { conversation: LOBBY, from: { fingerprint: BELA, nick: '' }, text: '' }),
    ];
    store.commit(batchOf(messages, [{ place: 'peer/1', value: value(1, 2) }]));
    await reopen();
    expect(state()).toEqual({ 'peer/1': [1, 2] });
    expect([...store.everything()]).toEqual(messages);
    expect(store.page(LOBBY, LAST)).toEqual({ messages: messages.slice(1), more: false });
    expect(store.get(messageId(1))).toEqual(messages[0]);
    expect([store.damaged, store.check()]).toEqual([0, { ok: true }]);
  });

  test('replaces and deletes values of state', async () => {
    const put = (place: string, ...bytes: number[]) => ({ place, value: value(...bytes) });
    store.commit({ state: [put('a', 1), put('b', 2), put('c', 3)], history: [] });
    store.commit({ state: [put('a', 4, 4), { place: 'b', value: null }], history: [] });
    expect(state()).toEqual({ a: [4, 4], c: [3] });
    await reopen();
    store.commit({ state: [put('c', 5), put('b', 6), { place: 'x', value: null }], history: [] });
    await reopen();
    expect(state()).toEqual({ a: [4, 4], b: [6], c: [5] });
  });

  test('that fails leaves nothing of itself, and those after it are whole', async () => {
    const before: Batch = batchOf([said(1)], [{ place: 'a', value: value(1) }]);
    store.commit(before);
    const bad = batchOf(
      [said(2), said(3, { text: 'x'.repeat(60_001) })],
      [
        { place: 'a', value: null },
        { place: 'b', value: value(2) },
      ],
    );
    expect(() => store.commit(bad)).toThrow(RangeError);
    const tooLong = [{ place: 'p'.repeat(1_025), value: value(1) }];
    expect(() => store.commit({ state: tooLong, history: [] })).toThrow(RangeError);
    // Without a look at the state in between, which would read everything anew.
    store.commit(batchOf([said(4)], [{ place: 'b', value: value(3) }]));
    store.commit({ state: [{ place: 'a', value: null }], history: [] });
    await reopen();
    expect([state(), unread(), store.check()]).toEqual([{ b: [3] }, [2], { ok: true }]);
    expect(textsOf(store.everything())).toEqual(['words 1', 'words 4']);
  });

  test('writes what its sender repeats once, and what has only the same id as well', async () => {
    store.commit(batchOf([said(1), said(1, { text: 'again' })]));
    await reopen();
    store.commit(
      batchOf([
        said(1, { text: 'again' }),
        said(1, { text: 'in the lobby', conversation: LOBBY }),
        said(1, { text: 'of bela', from: { fingerprint: BELA, nick: 'bela' } }),
      ]),
    );
    expect(textsOf(store.everything())).toEqual(['words 1', 'in the lobby', 'of bela']);
    expect(store.get(messageId(1))?.text).toBe('words 1');
  });

  test('changes the state of our own messages alone', async () => {
    const others = said(1, { from: { fingerprint: BELA, nick: 'bela' }, conversation: LOBBY });
    store.commit(batchOf([others, sent(1), sent(2)]));
    const change = (number: number, state: string, reason: string | null) =>
      ({ type: 'state', id: messageId(number), state, reason }) as const;
    store.commit({
      state: [],
      history: [change(1, 'delivered', null), change(2, 'failed', 'expired'), change(3, 'x', null)],
    });
    await reopen();
    expect(Array.from(store.everything(), (each) => [each.state, each.reason])).toEqual([
      [null, null],
      ['delivered', null],
      ['failed', 'expired'],
    ]);
    expect(store.get(messageId(1))).toEqual(sent(1, { state: 'delivered' }));
  });

  test('in memory is nowhere else', async () => {
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    const before = readdirSync(folder);
    const passing = await ProfileStore.open(null, DATA_KEY);
    passing.commit(batchOf([said(1)], [{ place: 'a', value: value(1) }]));
    passing.deleteMessage(messageId(1));
    passing.commit(batchOf([said(2)]));
    expect(textsOf(passing.everything())).toEqual(['words 2']);
    expect((await passing.search('words', { conversation: null, limit: 5 })).messages).toEqual([
      said(2),
    ]);
    passing.close();
    expect(readdirSync(folder)).toEqual(before);
    expect([...store.everything()]).toEqual([]);
  });
});

test('the file shows neither people nor rooms nor words nor places', async () => {
  const secrets = ['a very particular sentence', '#very-secret', 'particular-nick', 'peer/place'];
  const [text = '', room = '', nick = '', place = ''] = secrets;
  store.commit(
    batchOf(
      [said(1, { text, conversation: { room }, from: { fingerprint: personId(0x41), nick } })],
      [{ place, value: value(...Buffer.from('particular value')) }],
    ),
  );
  const needles = [...secrets, 'particular', 'A'.repeat(32), '41'.repeat(32), 'Z'.repeat(12)];
  const open = historyBytes(folder).toString('latin1');
  store.close();
  const closed = historyBytes(folder).toString('latin1');
  for (const bytes of [open, closed]) {
    expect(needles.filter((needle) => bytes.includes(needle))).toEqual([]);
  }
  // Positive control: the schema is in the clear.
  expect(closed).toContain('message_by_day');
});

test('under another key nothing opens, nothing is lost, and it is counted', async () => {
  store.commit(batchOf([said(1), said(2)], [{ place: 'a', value: value(1) }]));
  store.close();
  store = await ProfileStore.open(folder, new Uint8Array(32).fill(8));
  expect([store.state(), [...store.everything()], store.conversations()]).toEqual([[], [], []]);
  expect([store.damaged, store.check()]).toEqual([4, { ok: false }]);
  await reopen();
  expect([state(), textsOf(store.everything())]).toEqual([{ a: [1] }, ['words 1', 'words 2']]);
});

describe('pages', () => {
  beforeEach(() => {
    const messages = Array.from({ length: 30 }, (_, index) =>
      said(index + 1, { conversation: index % 3 === 0 ? LOBBY : WITH_ASHA }),
    );
    store.commit(batchOf(messages));
  });

  const range = (from: number, to: number, step: number) =>
    Array.from({ length: (to - from) / step + 1 }, (_, index) => `words ${from + index * step}`);

  test('go back from the newest, each in the order of arrival', () => {
    const last = store.page(LOBBY, { before: null, limit: 4 });
    expect([textsOf(last.messages), last.more]).toEqual([range(19, 28, 3), true]);
    const earlier = store.page(LOBBY, { before: messageId(19), limit: 4 });
    expect([textsOf(earlier.messages), earlier.more]).toEqual([range(7, 16, 3), true]);
    const first = store.page(LOBBY, { before: messageId(7), limit: 4 });
    expect([textsOf(first.messages), first.more]).toEqual([range(1, 4, 3), false]);
    const exactly = store.page(LOBBY, { before: messageId(13), limit: 4 });
    expect([textsOf(exactly.messages), exactly.more]).toEqual([range(1, 10, 3), false]);
  });

  test('go on from a message, or from the beginning, each in the order of arrival', () => {
    const first = store.page(LOBBY, { after: null, limit: 4 });
    expect([textsOf(first.messages), first.more]).toEqual([range(1, 10, 3), true]);
    const next = store.page(LOBBY, { after: messageId(10), limit: 4 });
    expect([textsOf(next.messages), next.more]).toEqual([range(13, 22, 3), true]);
    const last = store.page(LOBBY, { after: messageId(22), limit: 4 });
    expect([textsOf(last.messages), last.more]).toEqual([range(25, 28, 3), false]);
    const exactly = store.page(LOBBY, { after: messageId(16), limit: 4 });
    expect([textsOf(exactly.messages), exactly.more]).toEqual([range(19, 28, 3), false]);
    const elsewhere = store.page(LOBBY, { after: messageId(26), limit: 4 });
    expect(textsOf(elsewhere.messages)).toEqual(['words 28']);
  });

  test('go over what has been deleted', () => {
    for (const number of [28, 22, 19, 1]) store.deleteMessage(messageId(number));
    const back = store.page(LOBBY, { before: null, limit: 3 });
    expect([textsOf(back.messages), back.more]).toEqual([
      range(13, 16, 3).concat('words 25'),
      true,
    ]);
    const on = store.page(LOBBY, { after: messageId(13), limit: 3 });
    expect([textsOf(on.messages), on.more]).toEqual([['words 16', 'words 25'], false]);
    expect(textsOf(store.page(LOBBY, { after: null, limit: 1 }).messages)).toEqual(['words 4']);
  });

  test('are empty where nothing was said, and refused where their message is not there', () => {
    const none = { messages: [], more: false };
    expect(store.page(WITH_BELA, LAST)).toEqual(none);
    expect(store.page(WITH_BELA, { after: null, limit: 4 })).toEqual(none);
    const unknown = expect.objectContaining({ name: 'UsageError', code: 'unknown-message' });
    for (const range of [{ before: messageId(99) }, { after: messageId(99) }]) {
      expect(() => store.page(LOBBY, { ...range, limit: 4 })).toThrow(unknown);
    }
  });

  test('of what came after a message go through all conversations', () => {
    const some = store.after(messageId(10), 3);
    expect([textsOf(some.messages), some.more]).toEqual([range(11, 13, 1), true]);
    expect(store.after(messageId(27), 3).more).toBe(false);
    expect(textsOf(store.after(messageId(29), 3).messages)).toEqual(['words 30']);
    expect(store.after(messageId(30), 3)).toEqual({ messages: [], more: false });
    expect(() => store.after(messageId(31), 3)).toThrow(
      expect.objectContaining({ name: 'UsageError', code: 'unknown-message' }),
    );
  });
});

test('everything comes in the order of arrival, also while it is written to', () => {
  const backwards = Array.from({ length: 200 }, (_, index) =>
    said(index, { timeMs: START_MS - index * DAY_MS }),
  );
  store.commit(batchOf(backwards));
  const texts: string[] = [];
  for (const { text } of store.everything()) {
    if (texts.push(text) === 1) store.commit(batchOf([said(1_000)]));
    if (texts.length === 70) store.deleteMessage(messageId(70));
  }
  const expected = backwards.filter((_, index) => index !== 70).map(({ text }) => text);
  expect(texts.filter((text) => text !== 'words 70')).toEqual([...expected, 'words 1000']);
});

describe('conversations', () => {
  test('come newest first, with the last message and what is unread', async () => {
    store.commit(batchOf([said(1), said(2, { conversation: LOBBY }), sent(3), said(4)]));
    await reopen();
    expect(store.conversations()).toEqual([
      { conversation: WITH_ASHA, last: said(4), unread: 2 },
      { conversation: LOBBY, last: said(2, { conversation: LOBBY }), unread: 1 },
    ]);
    store.markRead(WITH_ASHA);
    store.markRead(WITH_BELA);
    store.commit(batchOf([said(5, { conversation: LOBBY }), sent(6, { conversation: LOBBY })]));
    await reopen();
    expect(store.conversations()).toMatchObject([
      { conversation: LOBBY, last: { text: 'words 6' }, unread: 2 },
      { conversation: WITH_ASHA, last: { text: 'words 4' }, unread: 0 },
    ]);
  });

  test('count no message twice, and none of our own', () => {
    store.commit(batchOf([said(1), said(1), sent(2)]));
    store.commit(batchOf([said(1)]));
    expect(unread()).toEqual([1]);
  });

  test('count nothing of which nobody is to be told', async () => {
    const quiet = { type: 'message' as const, message: said(2), isQuiet: true };
    store.commit({ state: [], history: [{ type: 'message', message: said(1) }, quiet] });
    await reopen();
    expect(unread()).toEqual([1]);
    expect(store.conversations()).toMatchObject([{ last: { text: 'words 2' } }]);
  });

  test('have less unread when that is deleted, and not when what was read is', async () => {
    store.commit(batchOf([said(1), said(2)]));
    store.markRead(WITH_ASHA);
    store.commit(batchOf([said(3), sent(4), said(5)]));
    store.deleteMessage(messageId(1));
    store.deleteMessage(messageId(4));
    expect(unread()).toEqual([2]);
    store.deleteMessage(messageId(3));
    await reopen();
    expect(unread()).toEqual([1]);
  });

  test('count rightly in rows that are used again', async () => {
    store.commit(batchOf([said(1), said(2)]));
    store.markRead(WITH_ASHA);
    store.deleteMessage(messageId(2));
    await reopen();
    store.commit(batchOf([said(3)]));
    expect(unread()).toEqual([1]);
    store.deleteMessage(messageId(3));
    expect(unread()).toEqual([0]);
  });

  test('that are empty are gone', async () => {
    store.commit(batchOf([said(1), said(2, { conversation: LOBBY })]));
    store.deleteMessage(messageId(1));
    store.deleteConversation(LOBBY);
    expect(store.conversations()).toEqual([]);
    await reopen();
    store.commit(batchOf([said(3)]));
    expect(unread()).toEqual([1]);
  });
});

describe('searching', () => {
  test('finds in all conversations or in one, newest first, and says whether there is more', async () => {
    const conversations = [WITH_ASHA, LOBBY, WITH_ASHA, LOBBY];
    store.commit(
      batchOf(conversations.map((conversation, index) => said(index + 1, { conversation }))),
    );
    const all = await store.search('WORDS', { conversation: null, limit: 3 });
    expect([textsOf(all.messages), all.more]).toEqual([['words 4', 'words 3', 'words 2'], true]);
    const some = await store.search('words', { conversation: LOBBY, limit: 2 });
    expect([textsOf(some.messages), some.more]).toEqual([['words 4', 'words 2'], false]);
    expect((await store.search('3 words', { conversation: null, limit: 9 })).messages).toEqual([
      said(3),
    ]);
  });

  test('sees what arrived since, with its state of now', async () => {
    store.commit(batchOf([sent(1)]));
    await store.search('words', { conversation: null, limit: 9 });
    store.commit(batchOf([sent(2)]));
    const change = { type: 'state', id: messageId(1), state: 'delivered', reason: null } as const;
    store.commit({ state: [], history: [change] });
    const { messages } = await store.search('words', { conversation: null, limit: 9 });
    expect(messages).toEqual([sent(2), sent(1, { state: 'delivered' })]);
  });

  test('under way when the store is closed ends, and finds nothing', async () => {
    store.commit(batchOf(Array.from({ length: 500 }, (_, index) => said(index + 1))));
    let nowMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => {
      nowMs += 10;
      return nowMs;
    });
    const found = store.search('words', { conversation: null, limit: 400 });
    const late = await reopen().then(() => 'closed');
    expect([await found, late]).toEqual([{ messages: [], more: false }, 'closed']);
  });
});

test('a data key that is too short is our own fault', async () => {
  await expect(ProfileStore.open(null, new Uint8Array(16))).rejects.toThrow(RangeError);
});
