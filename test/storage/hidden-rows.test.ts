// An index by conversation that hides a row: noticed on the way from either end, and mended, before a page is told.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../src/storage/database.ts';
import { ProfileStore } from '../../src/storage/profile-store.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';
import {
  batchOf,
  DATA_KEY,
  fromBeginning,
  historyPath,
  LOBBY,
  PAGE_BYTES,
  replaceHistory,
  said,
  tamper,
  textsOf,
} from './histories.ts';

const COUNT = 9;
const WHOLE = Array.from({ length: COUNT }, (_, index) => `words ${index + 1}`);

let folder: string;
let store: ProfileStore;

beforeEach(async () => {
  folder = makeTestFolder();
  store = await ProfileStore.open(folder, DATA_KEY);
  const messages = WHOLE.map((_, index) => said(index + 1, { conversation: LOBBY }));
  store.commit(batchOf(messages));
});
afterEach(() => {
  store.close();
  removeTestFolder(folder);
});

/** Where the only page of an index begins in the file. */
function pageOf(database: Database, index: string): number {
  const query = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?');
  return (Number(query.get(index)?.rootpage) - 1) * PAGE_BYTES;
}

/** Puts an index without this row in the place of the whole one. */
async function hide(row: number): Promise<void> {
  store.close();
  const pages = { whole: 0, holed: 0 };
  await tamper(folder, (database) => {
    database.exec(`CREATE INDEX holed ON message (conversation) WHERE row <> ${row}`);
    pages.holed = pageOf(database, 'holed');
    pages.whole = pageOf(database, 'message_by_conversation');
  });
  const holed = readFileSync(historyPath(folder)).subarray(pages.holed, pages.holed + PAGE_BYTES);
  await tamper(folder, (database) => database.exec('DROP INDEX holed'));
  const bytes = readFileSync(historyPath(folder));
  holed.copy(bytes, pages.whole);
  replaceHistory(folder, bytes);
  store = await ProfileStore.open(folder, DATA_KEY);
}

test.each([1, 5, COUNT])('row %i is there on the way from the beginning', async (row) => {
  await hide(row);
  expect(textsOf(fromBeginning(store, LOBBY, 2))).toEqual(WHOLE);
});

test.each([1, 5, COUNT])('row %i is there on the way from the end', async (row) => {
  await hide(row);
  expect(textsOf(store.page(LOBBY, { before: null, limit: COUNT }).messages)).toEqual(WHOLE);
});
