import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Batch, ProfileStore } from '../../src/storage/profile-store.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';
import {
  batchOf,
  DATA_KEY,
  DAY_MS,
  historyBytes,
  LOBBY,
  messageId,
  START_MS,
  said,
  sent,
  tamper,
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
  removeTestFolder(folder);
});

async function reopen(): Promise<void> {
  store.close();
  store = await ProfileStore.open(folder, DATA_KEY);
}

describe('deleting', () => {
  beforeEach(() => {
    const conversationOf = (number: number) => (number % 2 === 0 ? LOBBY : WITH_ASHA);
    const numbers = Array.from({ length: 8 }, (_, index) => index + 1);
    store.commit(
      batchOf(numbers.map((each) => said(each, { conversation: conversationOf(each) }))),
    );
  });

  async function allWays(): Promise<string[][]> {
    const { messages } = await store.search('words', { conversation: null, limit: 100 });
    const pages = [LOBBY, WITH_ASHA].flatMap((each) => store.page(each, LAST).messages);
    return [textsOf(store.everything()), textsOf(messages).toReversed(), textsOf(pages).toSorted()];
  }

  test('one message takes it away everywhere', async () => {
    await store.search('words', { conversation: null, limit: 1 });
    expect(store.deleteMessage(messageId(3))).toBe(true);
    expect(store.deleteMessage(messageId(3))).toBe(false);
    const left = [1, 2, 4, 5, 6, 7, 8].map((number) => `words ${number}`);
    expect(await allWays()).toEqual([left, left, left]);
    store.deleteMessage(messageId(8));
    const { messages } = await store.search('words', { conversation: null, limit: 1 });
    expect(textsOf(messages)).toEqual(['words 7']);
    await reopen();
    expect((await allWays())[0]).toEqual(left.slice(0, -1));
    expect([store.get(messageId(3)), store.check()]).toEqual([null, { ok: true }]);
  });

  test('a conversation takes that away and no other', async () => {
    await store.search('words', { conversation: null, limit: 1 });
    expect(store.deleteConversation(LOBBY)).toBe(4);
    expect(store.deleteConversation(LOBBY)).toBe(0);
    const left = [1, 3, 5, 7].map((number) => `words ${number}`);
    expect(await allWays()).toEqual([left, left, left]);
    await reopen();
    expect(await allWays()).toEqual([left, left, left]);
    expect(store.check()).toEqual({ ok: true });
  });

  test('what was said before a time takes only that', async () => {
    store.commit(
      batchOf([
        said(11, { timeMs: START_MS - 2 * DAY_MS, conversation: WITH_BELA }),
        said(12, { timeMs: START_MS - 1, text: 'words of the day before' }),
        said(13, { timeMs: START_MS + DAY_MS }),
      ]),
    );
    expect(store.expire(START_MS - 3 * DAY_MS)).toBe(0);
    expect(store.expire(START_MS)).toBe(2);
    expect(store.conversations()).toHaveLength(2);
    // Within its day, by the time itself.
    expect(store.expire(START_MS + 4 * 60_000)).toBe(3);
    expect(textsOf(store.everything())).toEqual(
      [4, 5, 6, 7, 8, 13].map((number) => `words ${number}`),
    );
    expect(store.expire(START_MS + DAY_MS)).toBe(5);
    expect(store.expire(START_MS + DAY_MS)).toBe(0);
    expect(store.conversations()).toMatchObject([{ conversation: WITH_ASHA, unread: 1 }]);
    expect(store.check()).toEqual({ ok: true });
  });

  test('much of it goes in parts', () => {
    store.commit(batchOf(Array.from({ length: 501 }, (_, index) => said(100 + index))));
    const after = START_MS + 30 * DAY_MS;
    expect([store.expire(after), store.expire(after), store.expire(after)]).toEqual([500, 9, 0]);
  });
});

describe('on disk', () => {
  /** The sealed bytes of each row, as they are now. */
  async function sealed(table: 'message' | 'state'): Promise<Uint8Array[]> {
    const found: Uint8Array[] = [];
    store.close();
    await tamper(folder, (database) => {
      for (const row of database.prepare(`SELECT sealed FROM ${table} ORDER BY row`).all()) {
        if (row.sealed instanceof Uint8Array) found.push(row.sealed);
      }
    });
    store = await ProfileStore.open(folder, DATA_KEY);
    return found;
  }

  /** How many of these have left something behind: any 16 bytes of each 64 are looked for. */
  function left(rows: readonly Uint8Array[]): number {
    const bytes = historyBytes(folder);
    return rows.filter((row) => {
      for (let at = 0; at + 16 <= row.length; at += 64) {
        if (bytes.includes(Buffer.from(row.subarray(at, at + 16)))) return true;
      }
      return false;
    }).length;
  }

  const LENGTHS = [1, 30, 200, 900, 6_000];

  /** Of all lengths, in two conversations. */
  async function fill(): Promise<{
    readonly ofLobby: Uint8Array[];
    readonly ofAsha: Uint8Array[];
  }> {
    const messages = Array.from({ length: 90 }, (_, index) =>
      said(index, {
        conversation: index % 2 === 0 ? LOBBY : WITH_ASHA,
        text: 'x'.repeat(LENGTHS[Math.floor(index / 2) % LENGTHS.length] ?? 0),
      }),
    );
    for (let at = 0; at < messages.length; at += 7)
      store.commit(batchOf(messages.slice(at, at + 7)));
    const rows = await sealed('message');
    expect(left(rows)).toBe(90);
    const of = (parity: number) => rows.filter((_, index) => index % 2 === parity);
    return { ofLobby: of(0), ofAsha: of(1) };
  }

  test('nothing is left of a message at once', async () => {
    const { ofLobby } = await fill();
    for (const number of [0, 2, 4, 6, 8, 10]) store.deleteMessage(messageId(number));
    expect(left(ofLobby.slice(0, 6))).toBe(0);
    expect(left(ofLobby)).toBe(39);
  });

  test('nothing is left of a conversation at once', async () => {
    const { ofLobby, ofAsha } = await fill();
    store.deleteConversation(LOBBY);
    expect([left(ofLobby), left(ofAsha)]).toEqual([0, 45]);
  });

  test('nothing is left of what has expired at once', async () => {
    const { ofLobby, ofAsha } = await fill();
    store.expire(START_MS + DAY_MS);
    expect([left(ofLobby), left(ofAsha)]).toEqual([0, 0]);
  });

  test('nothing is left of replaced state within a minute, or once it is closed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const put = (number: number): Batch['state'] =>
      Array.from({ length: 20 }, (_, index) => ({
        place: `peer/${index}`,
        value: new Uint8Array(100 + 17 * index).fill(number),
      }));
    store.commit({ state: put(1), history: [] });
    const first = await sealed('state');
    store.commit({ state: put(2), history: [] });
    expect(left(first)).toBe(20);
    vi.advanceTimersByTime(60_000);
    expect(left(first)).toBe(0);
    const second = await sealed('state');
    store.commit({ state: put(3).map((row) => ({ ...row, value: value(1) })), history: [] });
    expect(left(second)).toBe(20);
    await reopen();
    expect([left(second), vi.getTimerCount()]).toEqual([0, 0]);
  });

  test("nothing is left of a message's earlier state once it is closed", async () => {
    store.commit(batchOf([sent(1), sent(2)]));
    const before = await sealed('message');
    const change = { type: 'state', id: messageId(1), state: 'delivered', reason: null } as const;
    store.commit({ state: [], history: [change] });
    await reopen();
    expect([left(before.slice(0, 1)), left(before.slice(1))]).toEqual([0, 1]);
  });
});
