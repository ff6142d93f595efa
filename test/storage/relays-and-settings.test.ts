import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RelayId } from '../../src/protocol/ids.ts';
import { PinnedRelays, readRelays } from '../../src/storage/relays-file.ts';
import {
  MAX_REMEMBERED_ROOMS,
  readSettings,
  SettingsFile,
} from '../../src/storage/settings-file.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';

let folder: string;

beforeEach(() => {
  folder = makeTestFolder();
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
  const relays = await PinnedRelays.open(folder, neverFails);
  expect(relays.all()).toEqual([]);
  for (const digit of [1, 2, 3, 1]) relays.use(relayOf(digit));
  await relays.close();
  expect(await readRelays(folder)).toEqual([relayOf(2), relayOf(3), relayOf(1)]);
});

test('a relay used at another address is only there; its former one is free', async () => {
  const relays = await PinnedRelays.open(folder, neverFails);
  for (const used of [relayOf(1), relayOf(2), relayOf(1, '10.0.0.9')]) relays.use(used);
  expect(relays.all()).toEqual([relayOf(2), relayOf(1, '10.0.0.9')]);
  await relays.close();
});

test('a relay that could not be read back is refused before it is saved', async () => {
  const relays = await PinnedRelays.open(folder, neverFails);
  expect(() => relays.use({ ...relayOf(1), port: 0 })).toThrow(RangeError);
  expect(() => relays.use({ ...relayOf(1), name: 'x'.repeat(256) })).toThrow(RangeError);
  await relays.close();
  expect(readdirSync(folder)).toEqual([]);
});

test('settings are fresh at first and read back after', async () => {
  const settings = await SettingsFile.open(folder, neverFails);
  expect(settings.current).toEqual({ rooms: [] });
  settings.update({ rooms: ['lobby', 'Küche'] });
  await settings.close();
  expect(await readSettings(folder)).toEqual({ rooms: ['lobby', 'Küche'] });
});

test('more rooms than may be remembered, or too long a name, are refused and change nothing', async () => {
  const settings = await SettingsFile.open(folder, neverFails);
  const rooms = Array.from({ length: MAX_REMEMBERED_ROOMS + 1 }, (_, index) => `r${index}`);
  expect(() => settings.update({ rooms })).toThrow(RangeError);
  expect(() => settings.update({ rooms: ['ä'.repeat(25)] })).toThrow(RangeError);
  expect(settings.current.rooms).toEqual([]);
  await settings.close();
});

test('damaged relays and settings are told and left', async () => {
  for (const name of ['relays.json', 'settings.json']) writeFileSync(join(folder, name), '{}');
  await expect(PinnedRelays.open(folder, neverFails)).rejects.toMatchObject({ code: 'corrupt' });
  await expect(SettingsFile.open(folder, neverFails)).rejects.toMatchObject({ code: 'corrupt' });
});
