import { readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../src/storage/database.ts';
import { ProfileStore } from '../../src/storage/profile-store.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';
import { batchOf, DATA_KEY, historyPath, said, textsOf, value } from './histories.ts';

/** As a later lanchat's: the first stands for all that this one has. */
const LATER = ['unused', 'ALTER TABLE message ADD COLUMN later INTEGER'];
const FAILING = 'DELETE FROM message; INSERT INTO nowhere VALUES (1)';

let folder: string;

beforeEach(async () => {
  folder = makeTestFolder();
  const store = await ProfileStore.open(folder, DATA_KEY);
  store.commit(batchOf([said(1)], [{ place: 'a', value: value(1) }]));
  store.close();
});
afterEach(() => removeTestFolder(folder));

const code = (name: string) => expect.objectContaining({ name: 'StorageError', code: name });

test('version 1 is taken on by the migrations after it, each in one transaction', async () => {
  await expect(openDatabase(historyPath(folder), [...LATER, FAILING])).rejects.toEqual(
    code('unwritable'),
  );
  const database = await openDatabase(historyPath(folder), LATER);
  expect(database.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: 2 });
  expect(database.prepare('SELECT later FROM message').all()).toMatchObject([{ later: null }]);
  database.close();
});

test('version 1 stays what it is where the next migration fails, and opens', async () => {
  await expect(openDatabase(historyPath(folder), ['unused', FAILING])).rejects.toEqual(
    code('unwritable'),
  );
  const store = await ProfileStore.open(folder, DATA_KEY);
  expect([textsOf(store.everything()), store.check()]).toEqual([['words 1'], { ok: true }]);
  store.close();
});

test('a later version is left as it is', async () => {
  (await openDatabase(historyPath(folder), LATER)).close();
  const before = readFileSync(historyPath(folder));
  await expect(ProfileStore.open(folder, DATA_KEY)).rejects.toEqual(code('too-new'));
  expect(readFileSync(historyPath(folder))).toEqual(before);
});

test('another database, whatever it says of itself, is left as it is', async () => {
  for (const version of [0, 1]) {
    rmSync(historyPath(folder));
    const database = await openDatabase(historyPath(folder), ['CREATE TABLE others (a)']);
    database.exec(`PRAGMA user_version = ${version}`);
    database.close();
    const before = readFileSync(historyPath(folder));
    await expect(ProfileStore.open(folder, DATA_KEY)).rejects.toEqual(code('corrupt'));
    expect(readFileSync(historyPath(folder))).toEqual(before);
  }
});
