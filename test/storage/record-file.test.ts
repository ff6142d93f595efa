import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  encodeRecord,
  type RecordFormat,
  readRecord,
  replaceRecord,
  requireInBounds,
} from '../../src/storage/record-file.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';

interface Sample {
  readonly name: string;
  readonly numbers: readonly number[];
}

const format: RecordFormat<Sample> = {
  maxBytes: 100_000,
  schema: v.strictObject({ name: v.string(), numbers: v.array(v.number()) }),
  encode: (sample) => sample,
  startingOver: 'all samples are gone',
};
const sample: Sample = { name: 'Äsha\u0007', numbers: [1, 2.5] };

let folder: string;
let path: string;

beforeEach(() => {
  folder = makeTestFolder();
  path = join(folder, 'sample.json');
});
afterEach(() => removeTestFolder(folder));

/** What reading answers: the record, or the code of the error, after checking that the file stayed. */
async function read(bytes: Uint8Array): Promise<Sample | null | string> {
  writeFileSync(path, bytes);
  const outcome = await readRecord(path, format).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  });
  expect(Buffer.from(bytes).equals(readFileSync(path))).toBe(true);
  return outcome;
}

test('reads back any record', async () => {
  const samples = fc.record({
    name: fc.string({ unit: 'binary' }),
    numbers: fc.array(fc.integer()),
  });
  await fc.assert(
    fc.asyncProperty(samples, async (any) => {
      expect(await read(encodeRecord(any, format, path))).toEqual(any);
    }),
    { numRuns: 25 },
  );
});

test('notices every flipped bit', async () => {
  const bytes = encodeRecord(sample, format, path);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const outcome = await read(flipped);
    if (typeof outcome === 'string') expect(['corrupt', 'too-new']).toContain(outcome);
    // White space at the end may become other white space.
    else expect([bit >> 3, outcome]).toEqual([bytes.length - 1, sample]);
  }
});

test('notices every truncation but that of the last line feed', async () => {
  const bytes = encodeRecord(sample, format, path);
  for (let length = 0; length < bytes.length - 1; length++) {
    expect(await read(bytes.subarray(0, length))).toBe('corrupt');
  }
});

test('refuses whatever else stands in the file', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.uint8Array(), fc.json().map(encodeText)), async (bytes) => {
      expect(['corrupt', 'too-new']).toContain(await read(bytes));
    }),
    { numRuns: 100 },
  );
  expect(await read(encodeText('['.repeat(50_000) + ']'.repeat(50_000)))).toBe('corrupt');
  const deep = `{"v":1,"sum":"","data":${'['.repeat(40_000)}${']'.repeat(40_000)}}`;
  expect(await read(encodeText(deep))).toBe('corrupt');
});

test('refuses a record with a right checksum and wrong contents', async () => {
  const loose = { ...format, schema: v.any() };
  for (const data of [null, [], { name: 'x' }, { name: 1, numbers: [] }, { ...sample, more: 1 }]) {
    expect(await read(encodeRecord(data, { ...loose, encode: (any) => any }, path))).toBe(
      'corrupt',
    );
  }
});

test('tells a later version from damage, and what to do about each', async () => {
  writeFileSync(path, '{"v":2,"anything":true}');
  await expect(readRecord(path, format)).rejects.toMatchObject({
    code: 'too-new',
    message: `${path} was written by a newer lanchat and was left as it is; update lanchat`,
  });
  writeFileSync(path, '{"v":1,"sum":"secret","data":"secret"}');
  await expect(readRecord(path, format)).rejects.toMatchObject({
    code: 'corrupt',
    message: `${path} is damaged and was left as it is; restore a copy, or move it away: all samples are gone`,
  });
});

test('a later form of a record reads the first, and is too new for what knows only that', async () => {
  const later = { ...format, version: 2 };
  writeFileSync(path, encodeRecord(sample, format, path));
  expect(await readRecord(path, later)).toEqual(sample);
  await replaceRecord(path, sample, later);
  expect(await readRecord(path, later)).toEqual(sample);
  await expect(readRecord(path, format)).rejects.toMatchObject({ code: 'too-new' });
  await expect(replaceRecord(path, { ...sample, numbers: [Number.NaN] }, later)).rejects.toThrow(
    RangeError,
  );
  expect(await readRecord(path, later)).toEqual(sample);
});

test('never writes what it could not read back', () => {
  const large = { name: 'x'.repeat(format.maxBytes), numbers: [] };
  expect(() => encodeRecord(large, format, path)).toThrow(
    expect.objectContaining({ code: 'too-large' }),
  );
  expect(() => requireInBounds({ ...sample, numbers: [Number.NaN] }, format)).toThrow(RangeError);
  expect(() => requireInBounds(sample, format)).not.toThrow();
});

function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
