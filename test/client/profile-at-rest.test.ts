// What a profile's files show to who has them without its key, and what such a one can put in their place.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProfile } from '../../src/client/profile.ts';
import { makeTestFolder, removeTestFolder } from '../storage/children.ts';
import { ID_0_1, writeProfile01 } from '../storage/profile-0-1.ts';
import {
  BELA,
  type Everything,
  everythingOf,
  openUsed,
  PASSPHRASE,
  SEALED_FILES,
  SECRETS,
  shown,
  use,
  writeInTheClear,
} from './used-profile.ts';

let folder: string;

beforeEach(() => {
  folder = makeTestFolder();
});
afterEach(() => removeTestFolder(folder));

describe('the files of a profile', () => {
  it.each([null, PASSPHRASE])(
    'show nobody, no room and no setting, with passphrase %s',
    async (passphrase) => {
      const profile = await openUsed(folder);
      await use(profile);
      if (passphrase !== null) await profile.setPassphrase(passphrase);
      expect(readdirSync(folder)).toEqual(expect.arrayContaining(SEALED_FILES));
      expect(shown(folder, SECRETS)).toEqual([]);
      const before = await everythingOf(profile);
      expect(shown(folder, SECRETS)).toEqual([]);
      expect(await everythingOf(await openUsed(folder, passphrase))).toEqual(before);
      // Control: in the clear, each of them is found.
      expect(before.pins.map(({ nick }) => nick)).toEqual([BELA.nick]);
      writeInTheClear(folder, before);
      const names = shown(folder, SECRETS).map((line) => line.split(':')[0]);
      expect([...new Set(names)].toSorted()).toEqual(SEALED_FILES);
    },
  );

  it('show the profile’s own name and ID in one of them only', async () => {
    const profile = await openUsed(folder);
    await profile.identity.update({ nick: 'Äsha of ward 3' });
    await use(profile);
    const { id, nick } = await everythingOf(profile);
    expect(shown(folder, [id, nick])).toEqual([`identity.json: ${id}`, `identity.json: ${nick}`]);
  });

  it('are none where the profile is ephemeral', async () => {
    const profile = await openProfile(null, {
      passphrase: () => Promise.reject(new Error('asked')),
      onFault: () => {},
    });
    await use(profile);
    await profile.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('who has the disk of a locked profile and not its passphrase', () => {
  let before: Everything;

  beforeEach(async () => {
    const profile = await openUsed(folder);
    await use(profile);
    await profile.setPassphrase(PASSPHRASE);
    before = await everythingOf(profile);
  });

  async function expectRefused(name: string): Promise<void> {
    const bytes = readFileSync(join(folder, name));
    await expect(openUsed(folder, PASSPHRASE)).rejects.toMatchObject({
      code: 'corrupt',
      path: join(folder, name),
    });
    expect(readFileSync(join(folder, name))).toEqual(bytes);
  }

  it.each(SEALED_FILES)(
    'can’t put a %s in the clear in the place of the sealed one',
    async (name) => {
      const kept = SEALED_FILES.map((each) => [each, readFileSync(join(folder, each))] as const);
      writeInTheClear(folder, before);
      for (const [each, bytes] of kept) if (each !== name) writeFileSync(join(folder, each), bytes);
      await expectRefused(name);
    },
  );

  it('can’t do so either where the identity is taken away', async () => {
    writeInTheClear(folder, before);
    rmSync(join(folder, 'identity.json'));
    await expectRefused('settings.json');
  });

  it('can’t make its owner take on an identity in the clear, as version 0.1 had it', async () => {
    for (const name of [...SEALED_FILES, 'identity.json']) rmSync(join(folder, name));
    writeProfile01(folder);
    await expectRefused('identity.json');
    // Control: nothing else is wrong with it.
    for (const name of ['vault.json', 'history.db']) rmSync(join(folder, name));
    expect((await everythingOf(await openUsed(folder))).id).toBe(ID_0_1);
  });
});

describe('a profile with a file of another one', () => {
  it.each(SEALED_FILES)('is refused, and its %s left as it is', async (name) => {
    const other = join(folder, 'other');
    mkdirSync(other);
    for (const where of [folder, other]) {
      const profile = await openUsed(where);
      await use(profile);
      await profile.close();
    }
    const own = readFileSync(join(folder, name));
    cpSync(join(other, name), join(folder, name));
    const copied = readFileSync(join(folder, name));
    await expect(openUsed(folder)).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining(`${name} does not belong to the vault.json beside it`),
    });
    expect(readFileSync(join(folder, name))).toEqual(copied);
    writeFileSync(join(folder, name), own);
    await (await openUsed(folder)).close();
  });
});
