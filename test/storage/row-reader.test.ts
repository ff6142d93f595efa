import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { numberOf, RowReader } from '../../src/storage/row-reader.ts';
import type { Row } from '../../src/storage/sqlite.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';
import { PAGE_BYTES } from './histories.ts';

const SCHEMA = ['CREATE TABLE thing (row INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT'];
const COUNT = 300;
const FIRST = 0;
const LAST = Number.MAX_SAFE_INTEGER;

let folder: string;
let path: string;
let database: Database;
let reader: RowReader;
let inspected: Row[];

beforeEach(async () => {
  folder = makeTestFolder();
  path = join(folder, 'things.db');
  await open();
  database.transaction(() => {
    for (let number = 1; number <= COUNT; number++) put(number);
  });
});
afterEach(() => {
  database.close();
  removeTestFolder(folder);
});

async function open(): Promise<void> {
  inspected = [];
  database = await openDatabase(path, SCHEMA);
  const inspect = (row: Row) => void inspected.push(row);
  reader = new RowReader(database, { name: 'thing', columns: 'text', inspect });
}

function textOf(number: number): string {
  return `thing ${number} `.repeat(5);
}

function put(number: number): void {
  database.prepare('INSERT INTO thing VALUES (?, ?)').run(number, textOf(number));
}

function remove(number: number): void {
  database.prepare('DELETE FROM thing WHERE row = ?').run(number);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** The numbers of rows whose number and text belong together. */
function wellOf(rows: Iterable<Row>): number[] {
  return [...rows].filter((row) => row.text === textOf(numberOf(row))).map(numberOf);
}

interface Cell {
  readonly number: number;
  /** In the file. */
  readonly offset: number;
}

/** Where each row stands in the file: pages of type 13 hold rows. */
function cellsIn(bytes: Buffer): Cell[] {
  const cells: Cell[] = [];
  for (let page = 1; page < bytes.length / PAGE_BYTES; page++) {
    const start = page * PAGE_BYTES;
    if (bytes[start] !== 13) continue;
    for (let index = 0; index < bytes.readUInt16BE(start + 3); index++) {
      const offset = start + bytes.readUInt16BE(start + 8 + 2 * index);
      // Its length is below 128, so one byte, and the number one or two bytes of 7 bits each.
      const high = bytes[offset + 1] ?? 0;
      const number = high < 128 ? high : 128 * (high - 128) + (bytes[offset + 2] ?? 0);
      cells.push({ number, offset });
    }
  }
  return cells;
}

async function reopenWith(bytes: Buffer): Promise<void> {
  database.close();
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
  writeFileSync(path, bytes);
  await open();
}

describe('rows', () => {
  test('come in order, from a number on, in either direction', () => {
    expect(wellOf(reader.ascending(FIRST))).toEqual(range(1, COUNT));
    expect(wellOf(reader.descending(LAST))).toEqual(range(1, COUNT).toReversed());
    expect(wellOf(reader.ascending(250))).toEqual(range(251, COUNT));
    expect(wellOf(reader.descending(70))).toEqual(range(1, 69).toReversed());
    expect(wellOf(reader.ascending(COUNT))).toEqual([]);
    expect(wellOf(reader.descending(1))).toEqual([]);
    expect([reader.lastNumber(), inspected]).toEqual([COUNT, []]);
  });

  test('are found by their number', () => {
    expect(wellOf(reader.at(7))).toEqual([7]);
    expect(wellOf(reader.at(COUNT + 1))).toEqual([]);
    expect(wellOf(reader.named(COUNT + 1))).toEqual([]);
    expect(new Set(wellOf(reader.at(7)))).toEqual(new Set([7]));
  });

  test('of an empty table are none', () => {
    database.exec('DELETE FROM thing');
    expect([[...reader.ascending(FIRST)], [...reader.descending(LAST)]]).toEqual([[], []]);
    expect(reader.lastNumber()).toBe(0);
  });

  test('go on from a row that is gone, and with those that came', () => {
    for (const number of [64, 65, 200]) remove(number);
    const left = range(1, COUNT).filter((number) => ![64, 65, 200].includes(number));
    expect(wellOf(reader.ascending(64))).toEqual(left.filter((number) => number > 64));
    expect(wellOf(reader.descending(200))).toEqual(
      left.filter((number) => number < 200).toReversed(),
    );
    const seen: number[] = [];
    for (const row of reader.ascending(FIRST)) {
      seen.push(numberOf(row));
      // What it would have gone on from, what is read already, and what is to come.
      if (seen.length === 10) for (const number of [63, 5, 250]) remove(number);
      if (seen.length === 10) put(COUNT + 1);
    }
    const missing = left.filter((number) => !seen.includes(number));
    expect(missing).toEqual([250]);
    expect(seen).toEqual([...seen].toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(COUNT + 1);
  });
});

describe('damage', () => {
  /** Each bit of the numbers, or of the lengths, of some rows: around where a new chunk begins too. */
  async function eachFlip(byte: 'length' | 'number', check: (lost: number) => void): Promise<void> {
    database.close();
    const original = readFileSync(path);
    await open();
    const at = [1, 2, 38, 63, 64, 65, 66, 127, 128, 129, 191, 299, 300];
    for (const { number, offset } of cellsIn(original)) {
      if (!at.includes(number)) continue;
      const bytes = byte === 'length' ? [0] : number < 128 ? [1] : [1, 2];
      for (const bit of bytes.flatMap((each) => range(8 * each, 8 * each + 7))) {
        const flipped = Buffer.from(original);
        const changed = offset + (bit >> 3);
        flipped[changed] = (flipped[changed] ?? 0) ^ (1 << (bit & 7));
        await reopenWith(flipped);
        check(number);
      }
    }
  }

  function expectOthers(lost: number): void {
    const others = range(1, COUNT).filter((number) => number !== lost);
    const isOther = (number: number) => number !== lost;
    expect([lost, wellOf(reader.ascending(FIRST)).filter(isOther)]).toEqual([lost, others]);
    const down = wellOf(reader.descending(LAST)).filter(isOther);
    expect([lost, down]).toEqual([lost, others.toReversed()]);
    const near = range(Math.max(1, lost - 50), Math.min(COUNT, lost + 50)).filter(isOther);
    for (const number of near) expect(wellOf(reader.named(number))).toContain(number);
  }

  test("of a row's number costs no other row, in order or by number", async () => {
    await eachFlip('number', (lost) => {
      expectOthers(lost);
      // What new rows go on from.
      expect(reader.lastNumber()).toBeGreaterThanOrEqual(lost === COUNT ? COUNT - 1 : COUNT);
    });
  });

  test("of a row's length costs no other row, in order or by number", async () => {
    await eachFlip('length', expectOthers);
  });

  test('of a whole page costs what is in it, and can be told', async () => {
    database.close();
    const bytes = readFileSync(path);
    await open();
    const page = Math.floor(
      (cellsIn(bytes).find(({ number }) => number === 150)?.offset ?? 0) / PAGE_BYTES,
    );
    const lost = cellsIn(bytes).filter(({ offset }) => Math.floor(offset / PAGE_BYTES) === page);
    bytes.fill(0xff, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
    await reopenWith(bytes);
    const left = range(1, COUNT).filter((each) => !lost.some(({ number }) => number === each));
    expect(wellOf(reader.ascending(FIRST))).toEqual(left);
    expect(wellOf(reader.descending(LAST))).toEqual(left.toReversed());
    expect(new Set(inspected.map(numberOf))).toEqual(new Set(lost.map(({ number }) => number)));
  });
});
