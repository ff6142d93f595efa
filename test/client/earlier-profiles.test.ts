// Profiles of earlier versions as they come under the seal, and a fresh one, whatever kills lanchat meanwhile.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type * as FsPromises from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeTestFolder, removeTestFolder } from '../storage/children.ts';
import { killedAfter } from '../storage/killable-disk.ts';
import { ID_0_1, SEED_0_1, SHOWN_0_1, writeProfile01 } from '../storage/profile-0-1.ts';
import {
  type Everything,
  everythingOf,
  makeBeforeRecords,
  openUsed,
  PASSPHRASE,
  SECRETS,
  shown,
} from './used-profile.ts';

vi.mock('node:fs/promises', async (importOriginal) => {
  const { killableDisk } = await import('../storage/killable-disk.ts');
  return killableDisk(await importOriginal<typeof FsPromises>());
});

let folder: string;

beforeEach(() => {
  folder = makeTestFolder();
});
afterEach(() => removeTestFolder(folder));

describe('a fresh profile', () => {
  it('is in the lobby, or still a fresh one, after a kill at any moment', async () => {
    for (let steps = 0; await killedAfter(steps, () => openUsed(folder)); steps++) {
      const { settings } = await everythingOf(await openUsed(folder));
      expect(settings.rooms).toEqual(['lobby']);
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
    }
  });
});

describe('a profile of version 0.1', () => {
  beforeEach(() => writeProfile01(folder));

  function expectAll(found: Everything): void {
    expect(found).toMatchObject({
      ...{ id: ID_0_1, nick: 'Äsha' },
      pins: [
        { nick: 'Béla Quist', trust: 'verified', verifiedAtMs: 1795835360000, contacted: true },
        { nick: 'sister-mary', trust: 'known', acceptedNick: 'sister-mary' },
      ],
      relays: [{ name: 'ward relay', host: '192.0.2.77', port: 7717 }],
      settings: { rooms: ['lobby', 'ward-3'], keepDays: 0, showDelivered: true },
    });
  }

  it('opens with everything, and shows nothing of it from then on', async () => {
    // Control: until then it shows all of it.
    const found = new Set(shown(folder, SHOWN_0_1).map((line) => line.replace(/^[^:]*: /, '')));
    expect([...found].toSorted()).toEqual([...SHOWN_0_1].toSorted());
    const profile = await openUsed(folder);
    expect(shown(folder, [...SHOWN_0_1, SEED_0_1])).toEqual([]);
    expectAll(await everythingOf(profile));
    expectAll(await everythingOf(await openUsed(folder)));
  });

  it('is whole after a kill at any moment of that, and then shows nothing either', async () => {
    const seen = new Set<string>();
    for (let steps = 0; await killedAfter(steps, () => openUsed(folder)); steps++) {
      seen.add(String(new Set(shown(folder, SHOWN_0_1).map((line) => line.split(':')[0])).size));
      expectAll(await everythingOf(await openUsed(folder)));
      expect(shown(folder, [...SHOWN_0_1, SEED_0_1])).toEqual([]);
      expect(readdirSync(folder)).not.toContainEqual(expect.stringContaining('.tmp'));
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
      writeProfile01(folder);
    }
    // Control: it was killed before, between and after the three.
    expect([...seen].toSorted()).toEqual(['0', '1', '2', '3']);
  });

  it('is not asked to begin anew by a file that is damaged: the rest opens once that is mended', async () => {
    const whole = readFileSync(join(folder, 'relays.json'));
    writeFileSync(join(folder, 'relays.json'), whole.subarray(0, 50));
    await expect(openUsed(folder)).rejects.toMatchObject({ code: 'corrupt' });
    expect(readFileSync(join(folder, 'relays.json'))).toEqual(whole.subarray(0, 50));
    writeFileSync(join(folder, 'relays.json'), whole);
    expectAll(await everythingOf(await openUsed(folder)));
  });
});

describe('a profile whose key was sealed before its records were', () => {
  it.each([null, PASSPHRASE])(
    'is sealed as it is opened, with passphrase %s',
    async (passphrase) => {
      const before = await makeBeforeRecords(folder, passphrase);
      expect(shown(folder, SECRETS)).not.toEqual([]);
      const again = await openUsed(folder, passphrase);
      expect(shown(folder, SECRETS)).toEqual([]);
      expect(await everythingOf(again)).toEqual(before);
      expect(await everythingOf(await openUsed(folder, passphrase))).toEqual(before);
    },
  );

  it('is whole after a kill at any moment of that', async () => {
    const before = await makeBeforeRecords(folder, null);
    const files = new Map(
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]),
    );
    for (let steps = 0; await killedAfter(steps, () => openUsed(folder)); steps++) {
      expect(await everythingOf(await openUsed(folder))).toEqual(before);
      expect(shown(folder, SECRETS)).toEqual([]);
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
      for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
    }
  });
});
