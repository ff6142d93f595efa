import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type * as FsPromises from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openProfile } from '../../src/client/profile.ts';
import { FOLDER_ENTRIES } from '../../src/storage/profile-folder.ts';
import { acquireProfile } from '../../src/storage/profile-lock.ts';
import { wasProfile, wipeProfile } from '../../src/storage/wipe-profile.ts';
import { message, pin, relay } from './backups.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';
import { killedAfter } from './killable-disk.ts';

vi.mock('node:fs/promises', async (importOriginal) => {
  const { killableDisk } = await import('./killable-disk.ts');
  return killableDisk(await importOriginal<typeof FsPromises>());
});

let parent: string;
let folder: string;

beforeEach(() => {
  parent = makeTestFolder();
  folder = join(parent, 'profile');
});
afterEach(() => removeTestFolder(parent));

/** A profile that was used: with people, words, and what a killed process left. */
async function makeProfile(where = folder): Promise<void> {
  mkdirSync(where);
  const owner = await acquireProfile(where);
  const profile = await openProfile(where, {
    passphrase: () => Promise.reject(new Error('asked for a passphrase')),
    onFault: (error) => {
      throw error;
    },
  });
  profile.pins.see(pin(1), 1);
  profile.relays.use(relay(1));
  profile.store.commit({ state: [], history: [{ type: 'message', message: message(1) }] });
  await profile.close();
  if (owner.kind === 'owner') owner.close();
  writeFileSync(join(where, 'vault.json.tmp'), 'a key, half written');
  writeFileSync(join(where, 'identity.json.0a1b.tmp'), 'a seed, half written');
  writeFileSync(join(where, 'history.db-wal'), 'words');
  writeFileSync(join(where, FOLDER_ENTRIES.keys), 'send = f5');
  writeFileSync(join(where, FOLDER_ENTRIES.theme), 'accent = red');
  mkdirSync(join(where, FOLDER_ENTRIES.spool));
  writeFileSync(join(where, FOLDER_ENTRIES.spool, '0a1b'), 'what was to be sent');
  mkdirSync(join(where, FOLDER_ENTRIES.restoring));
  writeFileSync(join(where, FOLDER_ENTRIES.restoring, 'vault.json'), 'a key to be');
}

describe('wiping a profile', () => {
  it('deletes everything of it, and its folder', async () => {
    await makeProfile();
    expect(await wipeProfile(folder)).toEqual({ relayStays: false });
    expect(readdirSync(parent)).toEqual([]);
  });

  it('overwrites the keys before they go, wherever else they are linked', async () => {
    await makeProfile();
    const keys = ['vault.json', 'vault.json.tmp', 'identity.json', 'identity.json.0a1b.tmp'];
    const kept = keys.map((name) => {
      const before = readFileSync(join(folder, name));
      linkSync(join(folder, name), join(parent, name));
      return { name, before };
    });
    const staged = join(folder, FOLDER_ENTRIES.restoring, 'vault.json');
    linkSync(staged, join(parent, 'staged'));
    await wipeProfile(folder);
    for (const { name, before } of kept) {
      const after = readFileSync(join(parent, name));
      expect(after).toHaveLength(before.length);
      expect(after.includes(before.subarray(0, 16))).toBe(false);
    }
    expect(readFileSync(join(parent, 'staged'), 'utf8')).not.toContain('key');
  });

  it('never touches what a link leads to', async () => {
    await makeProfile();
    const elsewhere = join(parent, 'elsewhere');
    writeFileSync(elsewhere, 'of somebody else');
    symlinkSync(elsewhere, join(folder, 'vault.json.0.tmp'));
    symlinkSync(elsewhere, join(folder, 'pins.json.0.tmp'));
    await wipeProfile(folder);
    expect(readFileSync(elsewhere, 'utf8')).toBe('of somebody else');
    expect(existsSync(folder)).toBe(false);
  });

  it('never touches another profile that a link leads to', async () => {
    const other = join(parent, 'other');
    await makeProfile(other);
    mkdirSync(folder);
    mkdirSync(join(folder, FOLDER_ENTRIES.profileLock));
    symlinkSync(other, join(folder, FOLDER_ENTRIES.restoring));
    const before = readFileSync(join(other, 'vault.json'));
    await wipeProfile(folder);
    expect(readFileSync(join(other, 'vault.json'))).toEqual(before);
    expect(existsSync(folder)).toBe(false);
  });

  it('leaves files that are not lanchat’s, and a relay with what it holds', async () => {
    await makeProfile();
    const relayFolder = join(folder, FOLDER_ENTRIES.relayFolder);
    mkdirSync(relayFolder);
    writeFileSync(join(relayFolder, FOLDER_ENTRIES.relayKey), 'the relay’s');
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    expect(await wipeProfile(folder)).toEqual({ relayStays: true });
    expect(readdirSync(folder).toSorted()).toEqual(['notes.txt', 'relay']);
    expect(readdirSync(relayFolder)).toEqual([FOLDER_ENTRIES.relayKey]);
  });

  it('takes the folder of a relay that never was', async () => {
    await makeProfile();
    const relayFolder = join(folder, FOLDER_ENTRIES.relayFolder);
    mkdirSync(join(relayFolder, FOLDER_ENTRIES.relayLock), { recursive: true });
    expect(await wipeProfile(folder)).toEqual({ relayStays: false });
    expect(existsSync(folder)).toBe(false);
  });

  it('leaves nothing that can be read after a kill at any moment, and can be done again', async () => {
    for (let steps = 0; ; steps++) {
      const where = join(parent, `killed ${steps}`);
      await makeProfile(where);
      const vault = readFileSync(join(where, 'vault.json'));
      const isKilled = await killedAfter(steps, () => wipeProfile(where));
      if (!isKilled) break;
      const hasVault = existsSync(join(where, 'vault.json'));
      // Nothing is gone as long as it can still be opened.
      if (hasVault && readFileSync(join(where, 'vault.json')).equals(vault)) {
        expect(existsSync(join(where, 'history.db'))).toBe(true);
      }
      if (!existsSync(join(where, 'identity.json'))) expect(hasVault).toBe(false);
      if (!existsSync(join(where, 'history.db'))) {
        expect(existsSync(join(where, 'identity.json'))).toBe(false);
      }
      if (!wasProfile(where)) continue;
      await wipeProfile(where);
      expect(existsSync(where)).toBe(false);
    }
  });
});

describe('what is no profile', () => {
  it('is told by the lock that every lanchat leaves', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'settings.json'), 'of another program');
    expect(wasProfile(folder)).toBe(false);
    expect(wasProfile(join(parent, 'absent'))).toBe(false);
    const owner = await acquireProfile(folder);
    expect(wasProfile(folder)).toBe(true);
    if (owner.kind === 'owner') owner.close();
  });
});
