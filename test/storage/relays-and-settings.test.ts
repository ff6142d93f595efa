import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { RelayId } from '../../src/protocol/ids.ts';
import { RecordSeal } from '../../src/storage/record-seal.ts';
import { PinnedRelays } from '../../src/storage/relays-file.ts';
import type { SealedFileOptions } from '../../src/storage/sealed-record.ts';
import { MAX_REMEMBERED_ROOMS, type Settings } from '../../src/storage/settings.ts';
import { SettingsFile, settingsFormat } from '../../src/storage/settings-file.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';

let folder: string;
let options: SealedFileOptions;

beforeAll(() => ready());
beforeEach(() => {
  folder = makeTestFolder();
  options = { seal: new RecordSeal(new Uint8Array(32)), onFault: neverFails };
});
afterEach(() => removeTestFolder(folder));

function neverFails(error: Error): never {
  throw error;
}

function relayOf(digit: number, host = `10.0.0.${digit}`) {
  const id = RelayId.fromBytes(new Uint8Array(32).fill(digit));
  return { id, name: `relay ${digit % 2}`, host, port: 7717, lastUsedMs: digit };
}

test('the relay used last is last, also for the next process', async () => {
  const relays = await PinnedRelays.open(folder, options);
  expect(relays.all()).toEqual([]);
  for (const digit of [1, 2, 3, 1]) relays.use(relayOf(digit));
  await relays.close();
  const again = await PinnedRelays.open(folder, options);
  expect(again.all()).toEqual([relayOf(2), relayOf(3), relayOf(1)]);
});

test('a relay used at another address is only there; its former one is free', async () => {
  const relays = await PinnedRelays.open(folder, options);
  for (const used of [relayOf(1), relayOf(2), relayOf(1, '10.0.0.9')]) relays.use(used);
  expect(relays.all()).toEqual([relayOf(2), relayOf(1, '10.0.0.9')]);
  await relays.close();
});

test('a relay that could not be read back is refused before it is saved', async () => {
  const relays = await PinnedRelays.open(folder, options);
  expect(() => relays.use({ ...relayOf(1), port: 0 })).toThrow(RangeError);
  expect(() => relays.use({ ...relayOf(1), name: 'x'.repeat(256) })).toThrow(RangeError);
  await relays.close();
  expect(readdirSync(folder)).toEqual([]);
});

test('settings are fresh at first and read back after', async () => {
  const settings = await SettingsFile.open(folder, options);
  expect(settings.current).toEqual({
    ...{ rooms: [], keepDays: 0, showDelivered: true },
    ...{ sendRead: true, sendTyping: true, conversations: [] },
    ...{ hidden: false, notify: 'terminal', notifyText: false },
    ...{ notifyLevel: 'usual', quietHours: 'off' },
    ...{ collapsed: [], theme: 'auto', pictures: 'auto' },
    ...{ acceptFiles: 'verified', acceptMaxMb: 10, downloads: '', directFiles: false },
  });
  const changed: Settings = {
    ...{ rooms: ['lobby', 'Küche'], keepDays: 30, showDelivered: false },
    ...{ sendRead: false, sendTyping: false, conversations: [{ with: '#Küche', sendRead: true }] },
    ...{ hidden: true, notify: 'bell', notifyText: true },
    ...{ notifyLevel: 'all', quietHours: '22:00-07:00' },
    ...{ collapsed: ['people'], theme: 'own', pictures: 'sixel' },
    ...{ acceptFiles: 'everyone', acceptMaxMb: 0, downloads: '/srv/files', directFiles: true },
  };
  settings.update(changed);
  await settings.close();
  expect((await SettingsFile.open(folder, options)).current).toEqual(changed);
});

test('rooms that a file of before has muted are conversations of which nothing is told', () => {
  const name = `+${'4f'.repeat(32)}`;
  const before = {
    ...{ rooms: ['lobby'], muted: ['lobby', name] },
    conversations: [{ with: '#lobby', sendRead: false }],
  };
  expect(v.parse(settingsFormat.schema, before).conversations).toEqual([
    { with: '#lobby', sendRead: false, notifyLevel: 'nothing' },
    { with: name, notifyLevel: 'nothing' },
  ]);
  const damaged = { ...before, conversations: [{ with: '#lobby', notifyLevel: 'loud' }] };
  expect(v.is(settingsFormat.schema, damaged)).toBe(false);
});

test('more rooms than may be remembered, or too long a name, are refused and change nothing', async () => {
  const settings = await SettingsFile.open(folder, options);
  const rooms = Array.from({ length: MAX_REMEMBERED_ROOMS + 1 }, (_, index) => `r${index}`);
  expect(() => settings.update({ rooms })).toThrow(RangeError);
  expect(() => settings.update({ rooms: ['ä'.repeat(25)] })).toThrow(RangeError);
  expect(settings.current.rooms).toEqual([]);
  await settings.close();
});

test('damaged relays and settings are told and left', async () => {
  for (const name of ['relays.json', 'settings.json']) writeFileSync(join(folder, name), '{}');
  await expect(PinnedRelays.open(folder, options)).rejects.toMatchObject({ code: 'corrupt' });
  await expect(SettingsFile.open(folder, options)).rejects.toMatchObject({ code: 'corrupt' });
});
