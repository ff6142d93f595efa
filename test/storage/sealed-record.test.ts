import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as v from 'valibot';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { recordKeyFrom, rowKeysFrom, sealAt, seedKeyFrom } from '../../src/crypto/row-seal.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { hexFromBytes, utf8FromText } from '../../src/protocol/bytes.ts';
import { encodeRecord, type RecordFormat, readRecord } from '../../src/storage/record-file.ts';
import { RecordSeal, SEALED_KINDS, type SealedKind } from '../../src/storage/record-seal.ts';
import { SavedRecord } from '../../src/storage/saved-record.ts';
import { openSealedRecord, type SealedFile } from '../../src/storage/sealed-record.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';

interface Sample {
  readonly name: string;
  readonly numbers: readonly number[];
}

const format: RecordFormat<Sample> = {
  maxBytes: 10_000,
  schema: v.strictObject({ name: v.string(), numbers: v.array(v.number()) }),
  encode: (sample) => sample,
  startingOver: 'all samples are gone',
};
const sample: Sample = { name: 'sister-mary of ward 3', numbers: [1, 2.5] };
const DATA_KEY = Uint8Array.from({ length: 32 }, (_, index) => index * 5);

let folder: string;
let path: string;
let seal: RecordSeal;

beforeAll(() => ready());
beforeEach(() => {
  folder = makeTestFolder();
  path = join(folder, 'pins.json');
  seal = new RecordSeal(DATA_KEY);
});
afterEach(() => removeTestFolder(folder));

function open(kind: SealedKind = 'pins', by = seal): Promise<SealedFile<Sample>> {
  return openSealedRecord(folder, kind, { format, seal: by });
}

/** Writes `value` sealed, as a running program does. */
async function write(value: Sample = sample): Promise<void> {
  const { format: written } = await open();
  writeFileSync(path, encodeRecord(value, written, path));
}

/** Writes `data` where a sealed record would stand, under a right checksum. */
function writeSealedText(data: unknown): void {
  const written = { version: 2, maxBytes: 100_000, encode: (any: unknown) => any };
  writeFileSync(path, encodeRecord(data, written, path));
}

async function expectRefused(code = /^corrupt$/): Promise<void> {
  const before = readFileSync(path);
  await expect(open()).rejects.toMatchObject({ code: expect.stringMatching(code), path });
  expect(readFileSync(path)).toEqual(before);
}

function allBytes(): string {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join();
}

describe('a sealed record', () => {
  it('is read back, whatever it is, and shows nothing of it', async () => {
    const samples = fc.record({
      name: fc.string({ unit: 'binary', minLength: 8 }),
      numbers: fc.array(fc.integer()),
    });
    await fc.assert(
      fc.asyncProperty(samples, async (any) => {
        await write(any);
        expect((await open()).found).toEqual(any);
        expect(allBytes()).toMatch(/^\{"v":2,"sum":"[0-9a-f]{32}","data":"[A-Za-z0-9+/]+=*"\}\n$/);
      }),
      { numRuns: 25 },
    );
  });

  it('is never the same bytes twice', async () => {
    await write();
    const first = allBytes();
    await write();
    expect(allBytes()).not.toBe(first);
  });

  it('is none where there is no file, and nothing is made', async () => {
    expect((await open()).found).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('stays in memory where there is no folder', async () => {
    const { path: at, found } = await openSealedRecord(null, 'pins', { format, seal });
    expect([at, found]).toEqual([null, null]);
  });

  it('is not taken for damaged by a lanchat of before', async () => {
    await write();
    await expect(readRecord(path, format)).rejects.toMatchObject({ code: 'too-new' });
  });

  it('can be as large as its format allows, and no larger', async () => {
    // The quotes and names of the two fields, and the brackets.
    const room = format.maxBytes - JSON.stringify({ name: '', numbers: [] }).length;
    const largest = { name: 'x'.repeat(room), numbers: [] };
    await write(largest);
    expect((await open()).found).toEqual(largest);
    const larger = { name: 'x'.repeat(room + 200), numbers: [] };
    await expect(write(larger)).rejects.toMatchObject({ code: 'too-large', path });
  });

  it('keeps its own key: wiping the data key costs nothing, and no other use has that key', async () => {
    const dataKey = DATA_KEY.slice();
    const early = new RecordSeal(dataKey);
    dataKey.fill(0);
    await write();
    expect((await open('pins', early)).found).toEqual(sample);
    const rows = rowKeysFrom(DATA_KEY);
    const others = [DATA_KEY, rows.seal, rows.name, seedKeyFrom(DATA_KEY)].map(hexFromBytes);
    expect(others).not.toContain(hexFromBytes(recordKeyFrom(DATA_KEY)));
  });

  it('is not written under a wiped key, which anybody has', async () => {
    const { format: written } = await open();
    seal.close();
    expect(() => encodeRecord(sample, written, path)).toThrow('sealed after close');
    seal.close();
  });
});

describe('a file that is not what was sealed for it', () => {
  it('is refused with any bit flipped, and left as it is', async () => {
    await write();
    const bytes = readFileSync(path);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      // White space at the end may become other white space.
      if (bit >> 3 === bytes.length - 1) continue;
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(path, flipped);
      await expectRefused(/^(?:corrupt|too-new)$/);
    }
    writeFileSync(path, bytes);
    expect((await open()).found).toEqual(sample);
  });

  it('is refused with a bit of the sealed text flipped and the checksum mended', async () => {
    await write();
    const sealed = Buffer.from(JSON.parse(allBytes()).data, 'base64');
    for (let byte = 0; byte < sealed.length; byte++) {
      const changed = Buffer.from(sealed);
      changed[byte] = (changed[byte] ?? 0) ^ 1;
      writeSealedText(changed.toString('base64'));
      await expectRefused();
    }
    // Control: the same way of writing it, with nothing changed.
    writeSealedText(sealed.toString('base64'));
    expect((await open()).found).toEqual(sample);
  });

  it('is refused whatever else stands there under a right checksum', async () => {
    const texts = fc.oneof(fc.string(), fc.base64String(), fc.json().map(JSON.parse));
    await fc.assert(
      fc.asyncProperty(texts, async (data) => {
        writeSealedText(data);
        await expectRefused();
      }),
      { numRuns: 200 },
    );
  });

  it('is refused where it is sealed rightly and no such record', async () => {
    for (const text of ['', '{', 'null', '[]', '{"name":"x"}']) {
      writeSealedText(seal.seal('pins', text));
      await expectRefused();
    }
  });

  it('is refused where another profile sealed it, and says what to do', async () => {
    seal = new RecordSeal(new Uint8Array(32));
    await write();
    seal = new RecordSeal(DATA_KEY);
    await expectRefused();
    await expect(open()).rejects.toThrow(
      `${path} does not belong to the vault.json beside it and was left as it is; ` +
        'put back the copy that does, or move it away: all samples are gone',
    );
  });

  it('is refused where it was sealed for another kind, or for another use of the key', async () => {
    for (const kind of SEALED_KINDS) {
      writeSealedText(seal.seal(kind, JSON.stringify(sample)));
      if (kind === 'pins') expect((await open()).found).toEqual(sample);
      else await expectRefused();
    }
    const options = {
      key: recordKeyFrom(DATA_KEY),
      random: (size: number) => new Uint8Array(size),
    };
    const plain = utf8FromText(JSON.stringify(sample));
    const row = sealAt({ label: 'row-state', at: 'pins' }, plain, options);
    writeSealedText(Buffer.from(row).toString('base64'));
    await expectRefused();
  });
});

describe('saving', () => {
  it('writes nothing any more after a close that failed, whoever asks again', async () => {
    const file = await open();
    const saved = new SavedRecord(
      file,
      () => sample,
      () => {},
    );
    mkdirSync(path);
    saved.save();
    await expect(saved.close()).rejects.toMatchObject({ code: 'not-a-file' });
    seal.close();
    rmdirSync(path);
    await expect(saved.close()).rejects.toMatchObject({ code: 'not-a-file' });
    expect(readdirSync(folder)).toEqual([]);
  });
});
