import { scrypt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SealingStream } from '../../src/crypto/sealed-stream.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { ByteWriter, utf8FromText } from '../../src/protocol/bytes.ts';
import { encodeCbor } from '../../src/protocol/cbor.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { PREAMBLE_BYTES, writeBackup } from '../../src/storage/backup-file.ts';
import {
  type BackupPart,
  type BackupRecord,
  encodeBackupRecord,
  recordsOf,
} from '../../src/storage/backup-record.ts';
import { freshParameters, keyFromPassphrase } from '../../src/storage/passphrase-key.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import {
  bytesOfBackup,
  CHEAP,
  contents,
  head,
  message,
  PASSPHRASE,
  pin,
  readBackup,
  readBytes,
  relay,
  SEED,
} from './backups.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';

// As it is, but seen.
vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<{ scrypt: typeof scrypt }>();
  return { ...original, scrypt: vi.fn(original.scrypt) };
});

const MAGIC_BYTES = 15;
const HEADER_END = PREAMBLE_BYTES + 24;

let folder: string;
let path: string;

beforeAll(() => ready());
beforeEach(() => {
  folder = makeTestFolder();
  path = join(folder, 'asha.backup');
});
afterEach(() => removeTestFolder(folder));

/** Where each chunk begins, and where the file ends. */
function bounds(bytes: Uint8Array): number[] {
  const found = [HEADER_END];
  for (let at = HEADER_END; at < bytes.length; ) {
    at += 4 + Buffer.from(bytes).readUInt32BE(at);
    found.push(at);
  }
  return found;
}

/** A backup of these records, sealed as ours are: by somebody who has the passphrase. */
async function sealedByHand(records: readonly (BackupRecord | Uint8Array)[]): Promise<Uint8Array> {
  const preamble = (await bytesOfBackup()).subarray(0, PREAMBLE_BYTES);
  const stream = new SealingStream(await keyFromPassphrase(PASSPHRASE, CHEAP), preamble);
  const writer = new ByteWriter().raw(preamble).raw(stream.header);
  for (const [index, record] of records.entries()) {
    const plain = record instanceof Uint8Array ? record : encodeBackupRecord(record);
    writer.lp(stream.push(plain, { isLast: index === records.length - 1 }));
  }
  return writer.finish();
}

async function failure(bytes: Uint8Array): Promise<{ code: string; message: string }> {
  try {
    const read = await readBytes(path, bytes);
    return { code: read === null ? 'wrong-passphrase' : 'none', message: '' };
  } catch (error) {
    if (error instanceof StorageError || error instanceof UsageError) return error;
    throw error;
  }
}

function partsOf<T extends BackupPart['type']>(
  parts: readonly BackupPart[],
  type: T,
): Extract<BackupPart, { type: T }>[] {
  return parts.filter((part): part is Extract<BackupPart, { type: T }> => part.type === type);
}

describe('a backup', () => {
  it('gives back all that was put into it', async () => {
    const what = contents();
    const read = await readBytes(path, await bytesOfBackup(what));
    expect(read).toEqual({
      head: what.head,
      parts: [
        { type: 'pins', pins: what.pins },
        { type: 'relays', relays: what.relays },
        { type: 'messages', messages: what.messages },
      ],
    });
  });

  it('says how many there were of each', async () => {
    const how = { passphrase: PASSPHRASE, scrypt: CHEAP };
    const counts = await writeBackup(contents(), how, async () => {});
    expect(counts).toEqual({ pins: 3, relays: 2, messages: 2 });
  });

  it('holds a profile that knows nobody and never said anything', async () => {
    const empty = contents({ pins: [], relays: [], messages: [] });
    expect(await readBytes(path, await bytesOfBackup(empty))).toEqual({
      head: empty.head,
      parts: [],
    });
  });

  it('shows nothing of what is in it, and seals the same profile to other bytes each time', async () => {
    const [first, second] = [await bytesOfBackup(), await bytesOfBackup()];
    expect(Buffer.from(first).subarray(HEADER_END)).not.toEqual(
      Buffer.from(second).subarray(HEADER_END),
    );
    for (const secret of [SEED, utf8FromText('asha'), utf8FromText('words of 1')]) {
      expect(Buffer.from(first).includes(Buffer.from(secret))).toBe(false);
    }
    expect(freshParameters().salt).not.toEqual(freshParameters().salt);
  });

  it('is written and read with one short list in memory, however long the history', async () => {
    const count = 5_000;
    const chunkSizes: number[] = [];
    const written: Uint8Array[] = [];
    let made = 0;
    const messages = (function* () {
      for (; made < count; made += 1) yield message(made, { text: 'x'.repeat(200) });
    })();
    await writeBackup(
      contents({ messages }),
      { passphrase: PASSPHRASE, scrypt: CHEAP },
      async (b) => {
        chunkSizes.push(b.length);
        written.push(b);
      },
    );
    expect(Math.max(...chunkSizes)).toBeLessThan(66 * 1024);
    const read = await readBytes(path, Buffer.concat(written));
    const lists = partsOf(read?.parts ?? [], 'messages');
    expect(lists.length).toBeGreaterThan(10);
    const ids = lists.flatMap((part) => part.messages.map(({ id }) => id));
    expect(ids).toEqual(Array.from({ length: count }, (_, index) => message(index).id));
  });

  it('takes the longest messages, the most rooms and the largest crowd', async () => {
    const rooms = Array.from({ length: 500 }, (_, index) => `${index}`.padEnd(48, 'x'));
    const settings = { ...head().settings, rooms };
    const what = contents({
      head: head({ settings }),
      pins: Array.from({ length: 5_000 }, (_, index) => pin(index, { nick: 'n'.repeat(32) })),
      messages: [
        message(1, { text: 'y'.repeat(60_000) }),
        message(2, { text: 'z'.repeat(60_000) }),
      ],
    });
    const read = await readBytes(path, await bytesOfBackup(what));
    expect(read?.head).toEqual(what.head);
    expect(partsOf(read?.parts ?? [], 'pins').flatMap((part) => part.pins)).toEqual(what.pins);
    expect(partsOf(read?.parts ?? [], 'messages').flatMap((part) => part.messages)).toEqual(
      what.messages,
    );
  });
});

describe('the passphrase', () => {
  it('opens nothing where it is wrong, and the right one opens it afterwards', async () => {
    writeFileSync(path, await bytesOfBackup());
    expect(await readBackup(path, 'another passphrase')).toBeNull();
    expect(await readBackup(path, '')).toBeNull();
    expect((await readBackup(path))?.head.nick).toBe('asha');
  });

  it('costs whoever guesses what it should', () => {
    const { N, r, p } = freshParameters();
    expect({ N, r, p }).toEqual({ N: 2 ** 17, r: 8, p: 1 });
  });
});

describe('a file that is no backup of ours', () => {
  it('is told from one', async () => {
    await expect(readBackup(join(folder, 'absent'))).rejects.toMatchObject({ code: 'no-file' });
    mkdirSync(join(folder, 'folder'));
    await expect(readBackup(join(folder, 'folder'))).rejects.toMatchObject({ code: 'not-a-file' });
    expect(await failure(new Uint8Array())).toMatchObject({ code: 'not-a-backup' });
    expect(await failure(utf8FromText('{"v":1}'))).toMatchObject({ code: 'not-a-backup' });
    expect(await failure(Buffer.alloc(100_000, 7))).toMatchObject({ code: 'not-a-backup' });
  });

  it('is left for a newer lanchat where it has a later version', async () => {
    const bytes = await bytesOfBackup();
    bytes[MAGIC_BYTES] = 2;
    expect(await failure(bytes)).toMatchObject({ code: 'too-new' });
    bytes[MAGIC_BYTES] = 0;
    expect(await failure(bytes)).toMatchObject({ code: 'corrupt' });
  });

  it('makes us work for no key that costs more memory or time than one of ours would', async () => {
    const costs = [
      { logN: 31, r: 8, p: 1 },
      { logN: 255, r: 255, p: 255 },
      { logN: 20, r: 8, p: 1 },
      { logN: 17, r: 255, p: 1 },
      { logN: 17, r: 8, p: 255 },
      { logN: 0, r: 8, p: 1 },
      { logN: 17, r: 0, p: 1 },
      { logN: 17, r: 8, p: 0 },
    ];
    const bytes = await bytesOfBackup();
    for (const { logN, r, p } of costs) {
      bytes.set([logN, r, p], MAGIC_BYTES + 1);
      vi.mocked(scrypt).mockClear();
      expect(await failure(bytes)).toMatchObject({ code: 'corrupt' });
      expect(scrypt).not.toHaveBeenCalled();
    }
  });

  it('never makes us hold more than a chunk of ours because of a length it names', async () => {
    const bytes = Buffer.from(await bytesOfBackup());
    for (const at of bounds(bytes).slice(0, -1)) {
      for (const length of [0, 16, 17, 200_000, 0x7fff_ffff, 0xffff_ffff]) {
        const hostile = Buffer.from(bytes);
        hostile.writeUInt32BE(length, at);
        expect((await failure(hostile)).code).toMatch(/^(?:corrupt|wrong-passphrase)$/);
      }
    }
  });
});

describe('a backup that was damaged', () => {
  it('is refused with any bit flipped', async () => {
    const bytes = await bytesOfBackup();
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const { code } = await failure(flipped);
        expect(code).toMatch(/^(?:corrupt|wrong-passphrase|not-a-backup|too-new)$/);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused where it was cut short, at the end of a chunk too', async () => {
    const bytes = await bytesOfBackup();
    for (const end of bounds(bytes).slice(0, -1)) {
      expect(await failure(bytes.subarray(0, end))).toMatchObject({ code: 'corrupt' });
    }
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        const { code } = await failure(bytes.subarray(0, length));
        expect(code).toMatch(/^(?:corrupt|not-a-backup)$/);
      }),
      { numRuns: 100 },
    );
  });

  it('is refused with a chunk taken out, repeated, swapped, or anything after the last', async () => {
    const bytes = Buffer.from(await bytesOfBackup());
    const at = bounds(bytes);
    const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
    const before = bytes.subarray(0, HEADER_END);
    for (let index = 1; index < chunks.length - 1; index++) {
      const rest = [...chunks.slice(0, index), ...chunks.slice(index + 1)];
      expect(await failure(Buffer.concat([before, ...rest]))).toMatchObject({ code: 'corrupt' });
    }
    const [first = before, second = before, third = before, ...others] = chunks;
    const swapped = [before, first, third, second, ...others];
    expect(await failure(Buffer.concat(swapped))).toMatchObject({ code: 'corrupt' });
    const repeated = [before, first, second, second, third, ...others];
    expect(await failure(Buffer.concat(repeated))).toMatchObject({ code: 'corrupt' });
    expect(await failure(Buffer.concat([bytes, Buffer.of(0)]))).toMatchObject({ code: 'corrupt' });
    expect(await failure(Buffer.concat([bytes, bytes]))).toMatchObject({ code: 'corrupt' });
  });

  it('says so in one sentence that names the file and what to do', async () => {
    const bytes = await bytesOfBackup();
    const { message: sentence } = await failure(bytes.subarray(0, bytes.length - 1));
    expect(sentence).toBe(
      `${path} is damaged or cut short; nothing was restored; use another copy of it`,
    );
  });
});

describe('a backup of somebody who has the passphrase and means harm', () => {
  const whole = () => [...recordsOf(contents())];

  it('opens where it is as ours are', async () => {
    expect(await failure(await sealedByHand(whole()))).toMatchObject({ code: 'none' });
  });

  it('is refused without its head, with two, or with a head of somebody else', async () => {
    const [first, ...rest] = whole();
    const another: BackupRecord = { type: 'head', head: head({ id: pin(1).id }) };
    const again: BackupRecord = { type: 'head', head: head() };
    for (const records of [rest, [again, again, ...rest], [another, ...rest]]) {
      expect(first?.type).toBe('head');
      expect(await failure(await sealedByHand(records))).toMatchObject({ code: 'corrupt' });
    }
  });

  it('is refused where the end is missing, early, or counts what is not there', async () => {
    const records = whole();
    const end: BackupRecord = { type: 'end', counts: { pins: 3, relays: 2, messages: 3 } };
    const open = records.slice(0, -1);
    for (const hostile of [open, [...records, ...open.slice(1)], [...open, end]]) {
      expect(await failure(await sealedByHand(hostile))).toMatchObject({ code: 'corrupt' });
    }
  });

  it('is refused with a record, a pin, a relay or a message that is none', async () => {
    const [first, ...rest] = whole();
    if (first === undefined) throw new Error('no head');
    const records = [
      encodeCbor({ type: 'streams', items: [] }),
      encodeCbor([1, 2]),
      encodeCbor({ type: 'pins', items: [encodeCbor({ ...pin(1), id: 'x' })] }),
      encodeCbor({ type: 'relays', items: [encodeCbor({ ...relay(1), port: 0 })] }),
      encodeCbor({ type: 'messages', items: [encodeCbor(['x'])] }),
      encodeCbor({ type: 'messages', items: [7] }),
    ];
    for (const record of records) {
      const hostile = await sealedByHand([first, record, ...rest]);
      expect(await failure(hostile)).toMatchObject({ code: 'corrupt' });
    }
  });

  it('is refused whatever bytes stand for a record', async () => {
    const [first, ...rest] = whole();
    if (first === undefined) throw new Error('no head');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
        const hostile = await sealedByHand([first, bytes, ...rest]);
        expect(await failure(hostile)).toMatchObject({ code: 'corrupt' });
        expect(await failure(await sealedByHand([bytes, ...rest]))).toMatchObject({
          code: 'corrupt',
        });
      }),
      { numRuns: 100 },
    );
  });
});
