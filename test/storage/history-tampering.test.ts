// What somebody can do who may write to the file but has no key: take away, and put back an older copy. No more.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/storage/database.ts';
import { ProfileStore } from '../../src/storage/profile-store.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';
import {
  BELA,
  batchOf,
  DATA_KEY,
  DAY_MS,
  fromBeginning,
  historyPath,
  LOBBY,
  messageId,
  PAGE_BYTES,
  replaceHistory,
  START_MS,
  said,
  sent,
  tamper,
  textsOf,
  value,
  WITH_ASHA,
} from './histories.ts';

const LAST = { before: null, limit: 100 };
const ALL = { conversation: null, limit: 100 };

let folder: string;
let store: ProfileStore;

beforeEach(async () => {
  folder = makeTestFolder();
  store = await ProfileStore.open(folder, DATA_KEY);
  const ofBela = { fingerprint: BELA, nick: 'bela' };
  store.commit(
    batchOf(
      [said(1), said(2, { conversation: LOBBY, from: ofBela }), sent(3), sent(4)],
      ['a', 'b', 'c'].map((place, index) => ({ place, value: value(index) })),
    ),
  );
});
afterEach(() => {
  store.close();
  removeTestFolder(folder);
});

/** Closes it, does this to the file, and opens it again. */
async function meanwhile(work: string | ((database: Database) => void)): Promise<void> {
  store.close();
  await tamper(folder, (database) => {
    if (typeof work === 'string') database.exec(work);
    else work(database);
  });
  store = await ProfileStore.open(folder, DATA_KEY);
}

/** What is found on every way to a message. */
async function found(): Promise<string[]> {
  const pages = [WITH_ASHA, LOBBY].flatMap((each) => store.page(each, LAST).messages);
  const onward = [WITH_ASHA, LOBBY].flatMap((each) => fromBeginning(store, each, 2));
  const { messages } = await store.search('words', ALL);
  const ids = [1, 2, 3, 4, 5, 6, 7].map((number) => store.get(messageId(number)));
  const all = textsOf(store.everything());
  expect(textsOf(pages).toSorted()).toEqual(all.toSorted());
  expect(onward).toEqual(pages);
  expect(textsOf(messages)).toEqual(all.toReversed());
  expect(textsOf(ids.filter((it) => it !== null)).toSorted()).toEqual(all.toSorted());
  return all;
}

describe('a message', () => {
  test.each([
    [
      'in another row',
      'UPDATE message SET row = 9 WHERE row = 2',
      ['words 1', 'words 3', 'words 4'],
      1,
    ],
    [
      'under the name of another conversation',
      'UPDATE message SET conversation = (SELECT conversation FROM message WHERE row = 1) WHERE row = 2',
      ['words 1', 'words 3', 'words 4'],
      1,
    ],
    [
      'under the id of another',
      'UPDATE message SET id = (SELECT id FROM message WHERE row = 4) WHERE row = 3',
      ['words 1', 'words 2', 'words 4'],
      1,
    ],
    [
      'in the place of another',
      'UPDATE message SET sealed = (SELECT sealed FROM message WHERE row = 4) WHERE row = 3',
      ['words 1', 'words 2', 'words 4'],
      1,
    ],
    [
      'that is empty',
      "UPDATE message SET sealed = x'' WHERE row = 1",
      ['words 2', 'words 3', 'words 4'],
      1,
    ],
    [
      'that was copied to a row of its own',
      'INSERT INTO message SELECT 9, day, conversation, id, sealed FROM message WHERE row = 1',
      ['words 1', 'words 2', 'words 3', 'words 4'],
      1,
    ],
    [
      'that was taken away',
      'DELETE FROM message WHERE row = 4',
      ['words 1', 'words 2', 'words 3'],
      0,
    ],
  ])('%s', async (_, sql, left, damaged) => {
    await meanwhile(sql);
    expect(await found()).toEqual(left);
    expect(store.damaged).toBe(damaged);
    expect(store.check()).toEqual({ ok: damaged === 0 });
    // It goes on all the same.
    store.commit(batchOf([said(20)]));
    expect(textsOf(store.everything())).toEqual([...left, 'words 20']);
  });

  test('of which two were exchanged: neither opens', async () => {
    await meanwhile((database) => {
      const rows = database.prepare('SELECT row, sealed FROM message WHERE row > 2').all();
      const put = database.prepare('UPDATE message SET sealed = ? WHERE row = ?');
      for (const [index, { row }] of rows.entries()) {
        put.run(rows[1 - index]?.sealed ?? null, row ?? null);
      }
    });
    expect([await found(), store.damaged]).toEqual([['words 1', 'words 2'], 2]);
  });

  test('under the day of another time expires by that, and costs no other', async () => {
    await meanwhile('UPDATE message SET day = 0 WHERE row = 2');
    expect([await found(), store.check()]).toMatchObject([{ length: 4 }, { ok: false }]);
    expect(store.expire(START_MS - DAY_MS)).toBe(1);
    expect(await found()).toEqual(['words 1', 'words 3', 'words 4']);
  });

  test('put back as it was earlier opens: this can not be told', async () => {
    const change = { type: 'state', id: messageId(3), state: 'delivered', reason: null } as const;
    await meanwhile('CREATE TABLE kept AS SELECT row, sealed FROM message');
    store.commit({ state: [], history: [change] });
    await meanwhile(
      'UPDATE message SET sealed = (SELECT sealed FROM kept WHERE kept.row = message.row); DROP TABLE kept',
    );
    expect(store.get(messageId(3))?.state).toBe('pending');
    expect(store.damaged).toBe(0);
  });
});

describe('a value of state', () => {
  const places = () => store.state().map(({ place }) => place);

  test.each([
    ['in another row', 'UPDATE state SET row = 9 WHERE row = 2', ['a', 'c'], 1],
    [
      'in the place of another',
      'UPDATE state SET sealed = (SELECT sealed FROM state WHERE row = 3) WHERE row = 2',
      ['a', 'c'],
      1,
    ],
    [
      'that was copied',
      'INSERT INTO state SELECT 9, sealed FROM state WHERE row = 2',
      ['a', 'b', 'c'],
      1,
    ],
    [
      'that is a message',
      'UPDATE state SET sealed = (SELECT sealed FROM message WHERE row = 2) WHERE row = 2',
      ['a', 'c'],
      1,
    ],
    ['that was taken away', 'DELETE FROM state WHERE row = 2', ['a', 'c'], 0],
  ])('%s', async (_, sql, left, damaged) => {
    await meanwhile(sql);
    expect([places(), store.damaged, store.check()]).toEqual([
      left,
      damaged,
      { ok: damaged === 0 },
    ]);
    store.commit({ state: [{ place: 'b', value: value(7) }], history: [] });
    await meanwhile('');
    expect(store.state().find(({ place }) => place === 'b')?.value).toEqual(value(7));
    store.commit({ state: [{ place: 'b', value: null }], history: [] });
    await meanwhile('');
    expect(places().toSorted()).toEqual(['a', 'c']);
  });

  test('that could not be read for a time counts no more than what was written since', async () => {
    await meanwhile(
      "CREATE TABLE kept AS SELECT * FROM state; UPDATE state SET sealed = x'00' WHERE row = 2",
    );
    store.commit({ state: [{ place: 'b', value: value(7) }], history: [] });
    const putBack =
      'UPDATE state SET sealed = (SELECT sealed FROM kept WHERE kept.row = 2) WHERE row = 2';
    await meanwhile(putBack);
    expect(store.state().filter(({ place }) => place === 'b')).toEqual([
      { place: 'b', value: value(7) },
    ]);
    await meanwhile('DROP TABLE kept');
    // Nobody has looked at the state before it is deleted.
    store.commit({ state: [{ place: 'b', value: null }], history: [] });
    await meanwhile('');
    expect(places()).toEqual(['a', 'c']);
  });
});

describe("a conversation's row", () => {
  test.each([
    [
      'in the place of another',
      'UPDATE conversation SET sealed = (SELECT sealed FROM conversation WHERE row = 2)',
    ],
    ['that is empty', "UPDATE conversation SET sealed = x'' WHERE row = 1"],
  ])('%s costs what it counted, until something arrives', async (_, sql) => {
    await meanwhile(sql);
    expect(store.conversations()).toMatchObject([
      { conversation: WITH_ASHA, last: sent(4), unread: 0 },
      { conversation: LOBBY, unread: 1 },
    ]);
    expect([store.damaged, store.check()]).toEqual([1, { ok: false }]);
    store.commit(batchOf([said(5)]));
    await meanwhile('');
    expect(store.conversations()).toMatchObject([{ unread: 1 }, { unread: 1 }]);
  });
});

describe('an index', () => {
  /** Where the root of a table or an index begins in the file. */
  async function rootOf(name: string): Promise<number> {
    let page = 0;
    await meanwhile((database) => {
      const query = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?');
      page = Number(query.get(name)?.rootpage) - 1;
    });
    return page * PAGE_BYTES;
  }

  /** The closed file, with its index by this column as it is in the file before. */
  async function putBackIndex(column: string, before: Buffer): Promise<void> {
    const root = await rootOf(`message_by_${column}`);
    store.close();
    const bytes = readFileSync(historyPath(folder));
    before.copy(bytes, root, root, root + PAGE_BYTES);
    replaceHistory(folder, bytes);
    store = await ProfileStore.open(folder, DATA_KEY);
  }

  async function closedFile(): Promise<Buffer> {
    store.close();
    const bytes = readFileSync(historyPath(folder));
    store = await ProfileStore.open(folder, DATA_KEY);
    return bytes;
  }

  test.each(['conversation', 'id', 'day'])(
    'by %s that is older than its rows is made anew',
    async (column) => {
      const before = await closedFile();
      const more = [
        said(5, { timeMs: START_MS - 3 * DAY_MS }),
        said(6, { conversation: LOBBY }),
        said(7, { timeMs: START_MS + 3 * DAY_MS }),
      ];
      store.commit(batchOf(more));
      await putBackIndex(column, before);
      expect(await found()).toEqual([1, 2, 3, 4, 5, 6, 7].map((number) => `words ${number}`));
      expect(store.page(LOBBY, LAST).messages).toHaveLength(2);
      // What the index by day hides is not missed before something is deleted.
      expect([store.damaged, store.check()]).toEqual([0, { ok: column !== 'day' }]);
      store.commit(batchOf([said(8)]));
      expect(store.deleteConversation(WITH_ASHA)).toBe(6);
      expect(await found()).toEqual(['words 2', 'words 6']);
      expect(store.check()).toEqual({ ok: true });
    },
  );

  test('that leads into the pages of rows is not made anew, which would give those away', async () => {
    store.commit(batchOf(Array.from({ length: 300 }, (_, index) => said(100 + index))));
    const [index, table] = [await rootOf('message_by_conversation'), await rootOf('message')];
    store.close();
    const bytes = readFileSync(historyPath(folder));
    // In both these are branches, whose last child stands at this place.
    expect([bytes[index], bytes[table]]).toEqual([2, 5]);
    bytes.copy(bytes, index + 8, table + 8, table + 12);
    replaceHistory(folder, bytes);
    store = await ProfileStore.open(folder, DATA_KEY);
    const damaged = expect.objectContaining({ name: 'StorageError', code: 'corrupt' });
    for (let tries = 0; tries < 2; tries++) {
      expect(() => store.page(WITH_ASHA, LAST)).toThrow(damaged);
      expect(() => store.commit(batchOf([said(1_000)]))).toThrow(damaged);
    }
    expect([...store.everything()]).toHaveLength(304);
    expect(store.get(messageId(399))).toEqual(said(399));
  });

  test('by day that takes a new message for an old one does not let it expire', async () => {
    store.commit(batchOf([said(5, { timeMs: START_MS - 30 * DAY_MS })]));
    const before = await closedFile();
    store.deleteMessage(messageId(5));
    await meanwhile('');
    store.commit(batchOf([said(6)]));
    await putBackIndex('day', before);
    expect(store.expire(START_MS - 10 * DAY_MS)).toBe(0);
    expect(await found()).toEqual([1, 2, 3, 4, 6].map((number) => `words ${number}`));
    expect(store.check()).toEqual({ ok: true });
  });
});
