// One flipped bit anywhere in the file: what it costs, and that what is read all the same is true.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { ProfileStore } from '../../src/storage/profile-store.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import type { StoredMessage } from '../../src/storage/stored-message.ts';
import { numbersFrom } from '../support/seeded.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';
import {
  batchOf,
  DATA_KEY,
  DAY_MS,
  fromBeginning,
  historyPath,
  LOBBY,
  PAGE_BYTES,
  replaceHistory,
  START_MS,
  said,
  sent,
  value,
  WITH_ASHA,
  WITH_BELA,
} from './histories.ts';

// The same file each time: what a bit costs depends on what stands beside it.
vi.mock('node:crypto', async (importOriginal) => {
  const { randomFrom } = await import('../support/seeded.ts');
  return { ...(await importOriginal<object>()), randomBytes: randomFrom(1) };
});

const COUNT = 60;
const CONVERSATIONS = [WITH_ASHA, WITH_BELA, LOBBY];
const PLACES = Array.from({ length: 30 }, (_, index) => `peer/${index}`);
const ALL = { conversation: null, limit: COUNT };

/** A day apart; every twentieth is so long that it needs pages of its own. */
const MESSAGES = Array.from({ length: COUNT }, (_, index) =>
  (index % 2 === 0 ? said : sent)(index, {
    timeMs: START_MS + index * DAY_MS,
    conversation: CONVERSATIONS[index % 3] ?? LOBBY,
    text: `words ${index} `.repeat(index % 20 === 7 ? 700 : 4),
  }),
);

let original: Buffer;
let folder: string;
let store: ProfileStore | null;

beforeAll(async () => {
  const source = makeTestFolder();
  const whole = await ProfileStore.open(source, DATA_KEY);
  for (const [index, message] of MESSAGES.entries()) {
    const place = PLACES[index % PLACES.length] ?? '';
    whole.commit(batchOf([message], [{ place, value: new Uint8Array(50 + index).fill(index) }]));
  }
  whole.close();
  original = readFileSync(historyPath(source));
  removeTestFolder(source);
});
beforeEach(() => {
  folder = makeTestFolder();
  store = null;
});
afterEach(() => {
  store?.close();
  removeTestFolder(folder);
});

/** By what SQLite writes at a page's beginning; the first, which has the schema, is none of these. */
function pagesOf(kind: 'rows' | 'index'): number[] {
  const pages = Array.from({ length: original.length / PAGE_BYTES - 1 }, (_, index) => index + 1);
  return pages.filter((page) => original[page * PAGE_BYTES] === { rows: 13, index: 10 }[kind]);
}

/** Different bits of these pages, the same each time. Most of them where something is written. */
function bitsIn(pages: readonly number[], count: number): number[] {
  const random = numbersFrom(pages.length);
  return Array.from({ length: count }, (_, index) => {
    const start = (pages[index % pages.length] ?? 0) * PAGE_BYTES;
    let at = start + random(PAGE_BYTES);
    for (let tries = 0; tries < 20 && original[at] === 0; tries++) at = start + random(PAGE_BYTES);
    return 8 * at + random(8);
  });
}

/** Opens it with this bit flipped; null where that is refused. */
async function openFlipped(bit: number): Promise<ProfileStore | null> {
  const bytes = Buffer.from(original);
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  store?.close();
  replaceHistory(folder, bytes);
  return reopen();
}

async function reopen(): Promise<ProfileStore | null> {
  store?.close();
  store = null;
  try {
    store = await ProfileStore.open(folder, DATA_KEY);
  } catch (error) {
    expect(error).toMatchObject({ name: 'StorageError', code: /^(?:corrupt|too-new)$/ });
  }
  return store;
}

/** Null where the store says that it is damaged. */
function told<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    expect(error.code).toBe('corrupt');
    return null;
  }
}

/** On every way to a message, those that were found, each in their true order; null: told. */
async function read(from: ProfileStore): Promise<(readonly StoredMessage[] | null)[]> {
  const pages = CONVERSATIONS.map((conversation) =>
    told(() => from.page(conversation, { before: null, limit: COUNT }).messages),
  );
  const ids = told(() => MESSAGES.map(({ id }) => from.get(id)).filter((it) => it !== null));
  const { messages } = await from.search('words', ALL);
  const all = told(() => [...from.everything()]);
  const newest = told(() => from.conversations().map(({ last }) => last)) ?? [];
  expect(newest.every((last) => last === null || isTrue([last]))).toBe(true);
  const onward = CONVERSATIONS.map((each) => told(() => fromBeginning(from, each, 7)));
  return [joined(pages), joined(onward), ids, messages.toReversed(), all];
}

/** Null where one of them is. */
function joined(pages: readonly (readonly StoredMessage[] | null)[]): StoredMessage[] | null {
  if (pages.includes(null)) return null;
  return pages.flatMap((page) => page ?? []).toSorted((a, b) => a.timeMs - b.timeMs);
}

/** Whether all of these are as they were said, in their order, and none is there twice. */
function isTrue(messages: readonly StoredMessage[]): boolean {
  const wanted = MESSAGES.values();
  return messages.every((message) => {
    for (const each of wanted) if (each.id === message.id) return isDeepStrictEqual(each, message);
    return false;
  });
}

const PUT = { place: PLACES[3] ?? '', value: value(1, 2, 3) };
const LATER = CONVERSATIONS.map((conversation, index) => said(1_000 + index, { conversation }));

/** Whether it takes something new, and has that when it is opened again. */
async function goesOn(from: ProfileStore): Promise<boolean> {
  if (told(() => from.commit(batchOf(LATER, [PUT]))) === null) return false;
  const again = await reopen();
  if (again === null) return false;
  const state = told(() => again.state());
  if (state !== null) expect(state.filter(({ place }) => place === PUT.place)).toEqual([PUT]);
  expect([...again.everything()].slice(-LATER.length)).toEqual(LATER);
  return true;
}

test('nothing that is read is untrue, wherever the bit is, and what is written then is there', async () => {
  const pages = Array.from({ length: original.length / PAGE_BYTES }, (_, index) => index);
  let goneOn = 0;
  const bits = bitsIn(pages, 120);
  for (const bit of bits) {
    const flipped = await openFlipped(bit);
    if (flipped === null) continue;
    for (const messages of await read(flipped)) expect(isTrue(messages ?? [])).toBe(true);
    if (await goesOn(flipped)) goneOn++;
  }
  expect(goneOn).toBeGreaterThan(0.8 * bits.length);
});

test('in a row it costs that row alone, on every way to it, and is counted', async () => {
  let lost = 0;
  for (const bit of bitsIn(pagesOf('rows'), 120)) {
    const flipped = await openFlipped(bit);
    const state = told(() => flipped?.state() ?? null) ?? null;
    if (flipped === null || state === null) continue;
    const ways = await read(flipped);
    const counts = ways.map((messages) => COUNT - (messages?.length ?? 0));
    const missing = Math.max(...counts) + PLACES.length - state.length;
    expect([bit, ...counts]).toEqual([bit, ...counts.map(() => counts[0])]);
    expect(missing).toBeLessThanOrEqual(1);
    if (missing > 0) expect(flipped.damaged).toBeGreaterThanOrEqual(1);
    if (missing > 0) expect(flipped.check()).toEqual({ ok: false });
    lost += missing;
  }
  expect(lost).toBeGreaterThan(80);
});

test('in an index it costs nothing, and deletes nothing else', async () => {
  const cutoff = START_MS + 10 * DAY_MS;
  let healed = 0;
  for (const bit of bitsIn(pagesOf('index'), 80)) {
    const flipped = await openFlipped(bit);
    if (flipped === null) continue;
    const ways = await read(flipped);
    for (const messages of ways) expect(messages?.length ?? COUNT).toBe(COUNT);
    if (ways.includes(null)) continue;
    healed++;
    const kept = MESSAGES.filter(({ timeMs }) => timeMs >= cutoff);
    told(() => flipped.expire(cutoff));
    const left = [...flipped.everything()];
    expect(left.filter(({ timeMs }) => timeMs >= cutoff)).toEqual(kept);
    if (told(() => flipped.deleteConversation(LOBBY)) === null) continue;
    const others = left.filter(({ conversation }) => 'peer' in conversation);
    expect([...flipped.everything()]).toEqual(others);
  }
  expect(healed).toBeGreaterThan(70);
});
