import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type * as FsPromises from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { identityFromSeed } from '../../src/crypto/identity.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { hexFromBytes } from '../../src/protocol/bytes.ts';
import { PeerId } from '../../src/protocol/ids.ts';
import {
  readIdentity,
  replaceIdentity,
  type UnsealedIdentity,
} from '../../src/storage/identity-file.ts';
import { Pins } from '../../src/storage/pins-file.ts';
import {
  openProfileKeys,
  type PassphrasePrompt,
  type ProfileKeys,
} from '../../src/storage/profile-keys.ts';
import { encodeRecord } from '../../src/storage/record-file.ts';
import { RecordSeal } from '../../src/storage/record-seal.ts';
import { SettingsFile } from '../../src/storage/settings-file.ts';
import { replaceVault } from '../../src/storage/vault.ts';
import { pin } from './backups.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';
import { killedAfter } from './killable-disk.ts';
import { ID_0_1, SEED_0_1, writeProfile01 } from './profile-0-1.ts';

vi.mock('node:fs/promises', async (importOriginal) => {
  const { killableDisk } = await import('./killable-disk.ts');
  return killableDisk(await importOriginal<typeof FsPromises>());
});

const SEED = Uint8Array.from({ length: 32 }, (_, index) => index * 8);

let folder: string;

beforeAll(() => ready());
beforeEach(() => {
  folder = makeTestFolder();
});
afterEach(() => removeTestFolder(folder));

async function newIdentity(): Promise<UnsealedIdentity> {
  const { id } = identityFromSeed(SEED);
  return { id, seed: SEED.slice(), nick: 'ben', cardSeq: 0n, bundleSeq: 0n, createdMs: 1 };
}

function nobodyAsked(): Promise<never> {
  throw new Error('asked for a passphrase');
}

function open(passphrase: PassphrasePrompt = nobodyAsked): Promise<ProfileKeys> {
  return openProfileKeys(folder, { passphrase, newIdentity });
}

/** Every file of the folder with its contents. */
function contents(): Record<string, string> {
  const names = readdirSync(folder).toSorted();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'hex')]));
}

function textOf(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

describe('a fresh folder', () => {
  it('gets a vault and an identity whose seed is sealed under it', async () => {
    const keys = await open();
    expect(keys.seed).toEqual(SEED);
    expect(keys.me.id).toBe(keys.identity.id);
    expect(readdirSync(folder).toSorted()).toEqual(['identity.json', 'vault.json']);
    expect(textOf('identity.json')).not.toContain(hexFromBytes(SEED).slice(0, 16));
    const again = await open();
    expect(again.dataKey).toEqual(keys.dataKey);
    expect(again.identity).toEqual(keys.identity);
  });

  it('is a whole profile, or still a fresh one, after a kill at any moment', async () => {
    for (let steps = 0; await killedAfter(steps, () => open()); steps++) {
      const keys = await open();
      expect(keys.seed).toEqual(SEED);
      expect((await open()).dataKey).toEqual(keys.dataKey);
      expect(readdirSync(folder).toSorted()).toEqual(['identity.json', 'vault.json']);
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
    }
    expect(readdirSync(folder)).toHaveLength(2);
  });
});

describe('a profile of version 0.1', () => {
  it('opens with the same ID and numbers, and holds its seed in the clear no more', async () => {
    writeProfile01(folder);
    const { me, identity, seed } = await open();
    expect([me.id, hexFromBytes(seed)]).toEqual([ID_0_1, SEED_0_1]);
    expect(identity).toMatchObject({ id: ID_0_1, nick: 'Äsha', cardSeq: 3n, bundleSeq: 7n });
    expect(await readIdentity(folder)).toEqual(identity);
    expect(textOf('identity.json')).not.toContain(SEED_0_1);
    // To version 0.1 it is a newer lanchat's file, not a damaged one.
    expect(textOf('identity.json')).toMatch(/^\{"v":2,/);
    expect(hexFromBytes((await open()).seed)).toBe(SEED_0_1);
  });

  it('keeps its ID through a kill at any moment of that', async () => {
    const states = new Set<string>();
    writeProfile01(folder);
    for (let steps = 0; await killedAfter(steps, () => open()); steps++) {
      states.add(JSON.stringify(Object.keys(contents())));
      const { me, seed, dataKey } = await open();
      expect([me.id, hexFromBytes(seed)]).toEqual([ID_0_1, SEED_0_1]);
      expect((await open()).dataKey).toEqual(dataKey);
      expect(readdirSync(folder)).not.toContainEqual(expect.stringContaining('.tmp'));
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
      writeProfile01(folder);
    }
    // Control: it was killed in the midst of things.
    expect(states.size).toBeGreaterThan(3);
  });

  it('is refused, and left as it is, where its seed is not that of its ID', async () => {
    writeProfile01(folder);
    const path = join(folder, 'identity.json');
    const { data } = JSON.parse(textOf('identity.json'));
    const format = { maxBytes: 4096, schema: v.unknown(), startingOver: '' };
    const other = { ...data, seed: hexFromBytes(SEED) };
    writeFileSync(path, encodeRecord(other, { ...format, encode: (any) => any }, path));
    const before = textOf('identity.json');
    await expect(open()).rejects.toMatchObject({ code: 'corrupt', path });
    expect(textOf('identity.json')).toBe(before);
  });
});

describe('a locked profile', () => {
  let keys: ProfileKeys;

  beforeEach(async () => {
    keys = await open();
    await replaceVault(folder, keys.dataKey, 'first secret');
  });

  it('asks until it is right, and says each time whether that was a retry', async () => {
    const asked: boolean[] = [];
    const opened = await open(async (isRetry) => {
      asked.push(isRetry);
      return asked.length < 3 ? 'wrong' : 'first secret';
    });
    expect(asked).toEqual([false, true, true]);
    expect(opened.seed).toEqual(SEED);
  });

  it('stays as it is where whoever is asked gives up', async () => {
    const before = contents();
    const gaveUp = new Error('gave up');
    const prompt: PassphrasePrompt = async (isRetry) => {
      if (isRetry) throw gaveUp;
      return 'wrong';
    };
    await expect(open(prompt)).rejects.toBe(gaveUp);
    expect(contents()).toEqual(before);
  });

  it('opens with the old or the new passphrase, after a kill at any moment of a change', async () => {
    const before = contents();
    const seen = new Set<string>();
    const change = () => replaceVault(folder, keys.dataKey, 'second secret');
    for (let steps = 0; await killedAfter(steps, change); steps++) {
      const isOld = contents()['vault.json'] === before['vault.json'];
      seen.add(isOld ? 'old' : 'new');
      const opened = await open(async () => (isOld ? 'first secret' : 'second secret'));
      expect(opened.dataKey).toEqual(keys.dataKey);
      expect(readdirSync(folder).toSorted()).toEqual(['identity.json', 'vault.json']);
      await writeAll(before);
    }
    expect([...seen]).toEqual(['old', 'new']);
  });

  it('keeps no key in the clear that a killed removal of the passphrase was about to write', async () => {
    const before = contents();
    const clear = hexFromBytes(keys.dataKey);
    let found = 0;
    const remove = () => replaceVault(folder, keys.dataKey, null);
    for (let steps = 0; await killedAfter(steps, remove); steps++) {
      const isLocked = contents()['vault.json'] === before['vault.json'];
      if (isLocked && JSON.stringify(everyText()).includes(clear)) found += 1;
      await open(isLocked ? async () => 'first secret' : nobodyAsked);
      if (isLocked) expect(JSON.stringify(everyText())).not.toContain(clear);
      await writeAll(before);
    }
    // Control: there was something to delete.
    expect(found).toBeGreaterThan(0);
  });

  async function writeAll(files: Record<string, string>): Promise<void> {
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    for (const [name, hex] of Object.entries(files)) {
      writeFileSync(join(folder, name), Buffer.from(hex, 'hex'));
    }
  }

  function everyText(): string[] {
    return readdirSync(folder).map(textOf);
  }
});

describe('what a killed process left', () => {
  it('is deleted where it may hold a key, and nothing else is', async () => {
    await open();
    const leftovers = [
      'vault.json.tmp',
      'vault.json.0123456789ab.tmp',
      'identity.json.tmp',
      'identity.json.ba9876543210.tmp',
    ];
    const others = ['vault.json.old', 'vault.tmp', 'pins.json.tmp', 'my-vault.json.tmp'];
    for (const name of [...leftovers, ...others]) writeFileSync(join(folder, name), 'x');
    await open();
    expect(readdirSync(folder).toSorted()).toEqual(
      [...others, 'identity.json', 'vault.json'].toSorted(),
    );
  });
});

describe('a profile that does not fit together', () => {
  async function expectRefused(message: RegExp): Promise<void> {
    const before = contents();
    await expect(open()).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(message),
    });
    expect(contents()).toEqual(before);
  }

  it('is refused and left as it is where the vault is missing', async () => {
    await open();
    rmSync(join(folder, 'vault.json'));
    await expectRefused(/vault\.json is missing.*put a copy of it back, or move/);
  });

  it('buries no history under a new key where vault and identity are missing', async () => {
    await open();
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    writeFileSync(join(folder, 'history.db'), 'kept');
    await expectRefused(/vault\.json is missing.*history\.db/);
    rmSync(join(folder, 'history.db'));
    expect((await open()).seed).toEqual(SEED);
  });

  it('buries no people, relays or settings under a new key either, and names what is to be moved', async () => {
    const { dataKey } = await open();
    const options = { seal: new RecordSeal(dataKey), onFault: () => {} };
    const pins = await Pins.open(folder, options);
    pins.see(pin(1), 1);
    await pins.close();
    const settings = await SettingsFile.open(folder, options);
    settings.update({ rooms: ['lobby'] });
    await settings.close();
    rmSync(join(folder, 'vault.json'));
    await expectRefused(/only with it identity\.json, pins\.json, settings\.json can be opened/);
    rmSync(join(folder, 'identity.json'));
    await expectRefused(/only with it pins\.json, settings\.json can be opened/);
    rmSync(join(folder, 'pins.json'));
    await expectRefused(/only with it settings\.json can be opened.*begins without what they hold/);
    rmSync(join(folder, 'settings.json'));
    expect((await open()).seed).toEqual(SEED);
  });

  it('is refused and left as it is where the vault is another profile’s', async () => {
    await open();
    const other = join(folder, 'other');
    mkdirSync(other);
    await openProfileKeys(other, { passphrase: nobodyAsked, newIdentity });
    cpSync(join(other, 'vault.json'), join(folder, 'vault.json'));
    rmSync(other, { recursive: true });
    await expectRefused(/identity\.json is damaged, or does not belong to the vault\.json beside/);
  });

  it('is refused and left as it is where either file is damaged', async () => {
    await open();
    for (const name of ['vault.json', 'identity.json']) {
      const whole = textOf(name);
      writeFileSync(join(folder, name), whole.slice(0, -20));
      await expectRefused(new RegExp(`${name.replace('.', '\\.')} is damaged and was left`));
      writeFileSync(join(folder, name), whole);
    }
  });

  it('is refused where the ID was changed under a right checksum: a seed is sealed for its own', async () => {
    const { identity } = await open();
    const id = PeerId.fromBytes(new Uint8Array(32).fill(1));
    await replaceIdentity(folder, { ...identity, id });
    await expectRefused(/identity\.json is damaged/);
  });

  it('makes a new identity under the same key where only the identity was moved away', async () => {
    const { dataKey } = await open();
    rmSync(join(folder, 'identity.json'));
    expect((await open()).dataKey).toEqual(dataKey);
  });
});
