import { mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type RecordFormat, readRecord } from '../../src/storage/record-file.ts';
import { SavedRecord } from '../../src/storage/saved-record.ts';
import type { StorageError } from '../../src/storage/storage-error.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';

let folder: string;
let path: string;
let state: number;
let writes: number;
let faults: StorageError[];
let saved: SavedRecord<number>;

const format: RecordFormat<number> = {
  maxBytes: 1_000,
  schema: v.number(),
  encode: (value) => {
    writes++;
    return value;
  },
  startingOver: 'it counts from 0',
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  folder = makeTestFolder();
  path = join(folder, 'number.json');
  state = 0;
  writes = 0;
  faults = [];
  saved = new SavedRecord(
    { path, format },
    () => state,
    (error) => faults.push(error),
  );
});
afterEach(() => {
  vi.useRealTimers();
  removeTestFolder(folder);
});

function change(value: number): void {
  state = value;
  saved.save();
}

test('many changes cost one write, of the newest state', async () => {
  for (let value = 1; value <= 1_000; value++) change(value);
  vi.advanceTimersByTime(1_000);
  await saved.flush();
  expect(writes).toBe(1);
  expect(await readRecord(path, format)).toBe(1_000);
});

test('what changes during a write is written after it, never beside it', async () => {
  change(1);
  const first = saved.flush();
  change(2);
  change(3);
  const second = saved.flush();
  await first;
  await second;
  expect(writes).toBe(2);
  expect(await readRecord(path, format)).toBe(3);
  expect(readdirSync(folder)).toEqual(['number.json']);
});

test('what changes during a flush reaches the disk by itself', async () => {
  change(1);
  const flushed = saved.flush();
  change(2);
  await flushed;
  expect(await readRecord(path, format)).toBe(1);
  vi.advanceTimersByTime(1_000);
  await vi.waitUntil(() => writes === 2);
  await saved.flush();
  expect(await readRecord(path, format)).toBe(2);
  expect(writes).toBe(2);
});

test('flushing what has not changed writes nothing', async () => {
  change(1);
  await saved.flush();
  await saved.flush();
  expect(writes).toBe(1);
});

test('a failed write is told, and what it held goes with the next', async () => {
  mkdirSync(path);
  change(1);
  await expect(saved.flush()).rejects.toMatchObject({ code: 'not-a-file' });
  rmdirSync(path);
  await saved.flush();
  expect(await readRecord(path, format)).toBe(1);
});

test('a write that fails in the background goes to the fault handler', async () => {
  mkdirSync(path);
  change(1);
  vi.advanceTimersByTime(1_000);
  await vi.waitUntil(() => faults.length === 1);
  expect(faults[0]).toMatchObject({ code: 'not-a-file', path });
  expect(vi.getTimerCount()).toBe(0);
});

test('closing writes what is left, leaves no timer, and ends saving', async () => {
  change(1);
  await saved.close();
  expect(vi.getTimerCount()).toBe(0);
  expect(await readRecord(path, format)).toBe(1);
  expect(() => saved.save()).toThrow('saved after close');
});
