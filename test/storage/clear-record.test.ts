// Records that an earlier version left in the clear, and how one of them comes under the seal.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type * as FsPromises from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { type RecordFormat, replaceRecord } from '../../src/storage/record-file.ts';
import { RecordSeal } from '../../src/storage/record-seal.ts';
import {
  isSealed,
  openSealedRecord,
  type SealedFile,
  sealClearRecord,
} from '../../src/storage/sealed-record.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';
import { killedAfter } from './killable-disk.ts';

vi.mock('node:fs/promises', async (importOriginal) => {
  const { killableDisk } = await import('./killable-disk.ts');
  return killableDisk(await importOriginal<typeof FsPromises>());
});

interface Sample {
  readonly name: string;
}

const format: RecordFormat<Sample> = {
  maxBytes: 10_000,
  schema: v.strictObject({ name: v.string() }),
  encode: (value) => value,
  startingOver: 'all samples are gone',
};
const sample: Sample = { name: 'sister-mary of ward 3' };

let folder: string;
let path: string;
let seal: RecordSeal;

beforeAll(() => ready());
beforeEach(async () => {
  folder = makeTestFolder();
  path = join(folder, 'pins.json');
  seal = new RecordSeal(new Uint8Array(32).fill(3));
  await replaceRecord(path, sample, format);
});
afterEach(() => removeTestFolder(folder));

function open(): Promise<SealedFile<Sample>> {
  return openSealedRecord(folder, 'pins', { format, seal });
}

function allBytes(): string {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join();
}

function sealClear(): Promise<void> {
  return sealClearRecord(folder, 'pins', { format, seal });
}

test('is refused and left as it is by whoever expects it sealed', async () => {
  const before = readFileSync(path);
  await expect(open()).rejects.toMatchObject({
    code: 'corrupt',
    message: expect.stringContaining('does not belong to the vault.json beside it'),
  });
  expect(readFileSync(path)).toEqual(before);
});

test('is sealed on demand, in its place', async () => {
  // Control: it can be seen.
  expect(allBytes()).toContain(sample.name);
  expect(await isSealed(folder, 'pins')).toBe(false);
  await sealClear();
  expect(allBytes()).not.toContain(sample.name);
  expect(await isSealed(folder, 'pins')).toBe(true);
  expect((await open()).found).toEqual(sample);
  expect(readdirSync(folder)).toEqual(['pins.json']);
});

test('is not sealed twice, and none is made where there is none', async () => {
  await sealClear();
  const sealed = allBytes();
  await sealClear();
  expect(allBytes()).toBe(sealed);
  rmSync(path);
  await sealClear();
  expect(readdirSync(folder)).toEqual([]);
  expect(await isSealed(folder, 'pins')).toBe(false);
});

test('is whole after a kill at any moment, and leaves no copy in the clear', async () => {
  const seen = new Set<string>();
  for (let steps = 0; await killedAfter(steps, sealClear); steps++) {
    const isClear = readFileSync(path, 'utf8').includes(sample.name);
    seen.add(`${isClear ? 'clear' : 'sealed'} of ${readdirSync(folder).length}`);
    await sealClear();
    expect((await open()).found).toEqual(sample);
    expect(allBytes()).not.toContain(sample.name);
    expect(readdirSync(folder)).toEqual(['pins.json']);
    await replaceRecord(path, sample, format);
  }
  expect([...seen].toSorted()).toEqual(['clear of 1', 'clear of 2', 'sealed of 1']);
});

test('leaves no copy that a killed lanchat of before left beside it', async () => {
  const leftovers = ['pins.json.tmp', 'pins.json.0123456789ab.tmp'];
  const others = ['pins.json.old', 'my-pins.json.tmp', 'relays.json.tmp'];
  for (const name of [...leftovers, ...others]) writeFileSync(join(folder, name), 'x');
  await sealClear();
  await open();
  expect(readdirSync(folder).toSorted()).toEqual([...others, 'pins.json'].toSorted());
  rmSync(path);
  writeFileSync(`${path}.tmp`, 'x');
  await open();
  expect(existsSync(`${path}.tmp`)).toBe(false);
});

test('is told and left where it is damaged, or no such record', async () => {
  async function expectLeft(): Promise<void> {
    const before = readFileSync(path);
    await expect(sealClear()).rejects.toMatchObject({ code: 'corrupt', path });
    expect(readFileSync(path)).toEqual(before);
  }
  const whole = readFileSync(path, 'utf8');
  for (const text of [whole.replace('mary', 'ruth'), whole.slice(0, -9), '{}', '']) {
    writeFileSync(path, text);
    await expectLeft();
  }
  await replaceRecord(path, [1], { ...format, schema: v.any(), encode: (any) => any });
  await expectLeft();
});

test('is told and left as it is where it can’t be written', async () => {
  mkdirSync(`${path}.tmp`);
  const before = readFileSync(path);
  await expect(sealClear()).rejects.toMatchObject({ path });
  expect(readFileSync(path)).toEqual(before);
});
