import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { PeerId } from '../../src/protocol/ids.ts';
import { MAX_PINS, type Pin, Pins, type SeenCard } from '../../src/storage/pins-file.ts';
import { RecordSeal } from '../../src/storage/record-seal.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';

let folder: string;
let pins: Pins;

beforeAll(() => ready());
beforeEach(async () => {
  folder = makeTestFolder();
  pins = await openPins();
});
afterEach(async () => {
  await pins.close();
  removeTestFolder(folder);
});

function neverFails(error: Error): never {
  throw error;
}

function openPins(where = folder): Promise<Pins> {
  const seal = new RecordSeal(new Uint8Array(32));
  return Pins.open(where, { seal, onFault: neverFails });
}

function cardOf(index: number, nick = `nick ${index}`): SeenCard {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(0, index);
  return { id: PeerId.fromBytes(bytes), ed25519: bytes, x25519: bytes, nick };
}

/** What another process would read. */
async function pinsOnDisk(): Promise<readonly Pin[]> {
  await pins.flush();
  return (await openPins()).all();
}

test('a person seen first is known; verification and the rest are read back', async () => {
  const { id } = cardOf(1);
  expect(pins.get(id)).toBeNull();
  expect(pins.see(cardOf(1), 100)).toMatchObject({ trust: 'known', verifiedAtMs: null });
  pins.verify(id, 200, 'words');
  pins.contact(id);
  pins.acceptNick(id, 'nick 1');
  pins.change(id, { petname: 'mum', note: 'of ward 3', blocked: true });
  pins.see(cardOf(2, '\u202eevil\u0007'), 300);
  const [first, second] = await pinsOnDisk();
  expect(first).toEqual({
    ...cardOf(1),
    trust: 'verified',
    firstSeenMs: 100,
    ...{ verifiedAtMs: 200, verifiedBy: 'words' },
    contacted: true,
    acceptedNick: 'nick 1',
    ...{ petname: 'mum', favourite: false, note: 'of ward 3', ignored: false, blocked: true },
  });
  expect(second).toEqual(pins.get(cardOf(2).id));
});

test('a new name leaves trust and keys as they are', () => {
  pins.see(cardOf(1, 'a'), 1);
  pins.verify(cardOf(1).id, 2);
  expect(pins.see(cardOf(1, 'b'), 3)).toMatchObject({
    ...cardOf(1, 'b'),
    trust: 'verified',
    firstSeenMs: 1,
  });
});

test('somebody never seen can be neither verified nor written to', () => {
  expect(() => pins.verify(cardOf(1).id, 1)).toThrow(RangeError);
  expect(() => pins.contact(cardOf(1).id)).toThrow(RangeError);
});

test('what could not be read back is refused before it is saved', async () => {
  expect(() => pins.see(cardOf(1, 'ä'.repeat(17)), 1)).toThrow(RangeError);
  expect(() => pins.see({ ...cardOf(1), x25519: new Uint8Array(31) }, 1)).toThrow(RangeError);
  expect(() => pins.see(cardOf(1), 0.5)).toThrow(RangeError);
  pins.see(cardOf(2), 1);
  expect(() => pins.verify(cardOf(2).id, Number.NaN)).toThrow(RangeError);
  expect(await pinsOnDisk()).toEqual([pins.get(cardOf(2).id)]);
});

test('a crowd of new IDs pushes out neither the verified, nor contacts, nor those we wrote to', async () => {
  for (let index = 0; index < 20; index++) pins.see(cardOf(index), 1);
  for (let index = 0; index < 3; index++) pins.verify(cardOf(index).id, 2);
  pins.change(cardOf(3).id, { blocked: true });
  pins.change(cardOf(4).id, { petname: 'mum' });
  for (let index = 5; index < 10; index++) pins.contact(cardOf(index).id);
  for (let index = 100; index < 100 + MAX_PINS; index++) pins.see(cardOf(index), 3);
  expect(pins.all()).toHaveLength(MAX_PINS);
  for (let index = 0; index < 20; index++) {
    expect(pins.get(cardOf(index).id) !== null).toBe(index < 10);
  }
  expect(await pinsOnDisk()).toEqual(pins.all());
});

test('of those we only saw, the one not seen for longest goes first, and it is told', () => {
  const evicted: (string | undefined)[] = [];
  pins.onEvict((id) => evicted.push(id, pins.get(id)?.id));
  for (let index = 0; index < MAX_PINS; index++) pins.see(cardOf(index), 1);
  pins.see(cardOf(0), 2);
  pins.see(cardOf(MAX_PINS), 3);
  expect(pins.get(cardOf(0).id)).not.toBeNull();
  expect(evicted).toEqual([cardOf(1).id, undefined]);
});

test('the longest entries there can be still fit their file', async () => {
  const worst = (index: number) => String.fromCharCode(1 + (index % 8)).repeat(32);
  // The verified are never evicted, so that there can be more than MAX_PINS.
  for (let index = 0; index < 2 * MAX_PINS; index++) {
    pins.see(cardOf(index, worst(index)), Date.now());
    pins.verify(cardOf(index).id, Date.now());
    pins.acceptNick(cardOf(index).id, worst(index));
    // As many as core/contacts.ts lets one have; notes hold no controls, so that quotes are their worst.
    if (index < 2_000) pins.change(cardOf(index).id, { note: '"'.repeat(1_000) });
  }
  expect(await pinsOnDisk()).toHaveLength(2 * MAX_PINS);
});

test('pins that cannot be read are not replaced by none', async () => {
  writeFileSync(join(folder, 'pins.json'), '[]');
  await expect(openPins()).rejects.toMatchObject({ code: 'corrupt' });
  const other = join(folder, 'other');
  mkdirSync(join(other, 'pins.json'), { recursive: true });
  await expect(openPins(other)).rejects.toMatchObject({ code: 'not-a-file' });
});
