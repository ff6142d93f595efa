import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import type * as FsPromises from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openProfile } from '../../src/client/profile.ts';
import { identityFromSeed } from '../../src/crypto/identity.ts';
import { ready } from '../../src/crypto/sodium.ts';
import type { BackupContents } from '../../src/storage/backup-record.ts';
import { readIdentity } from '../../src/storage/identity-file.ts';
import { FOLDER_ENTRIES } from '../../src/storage/profile-folder.ts';
import { RestoringProfile, requireFresh } from '../../src/storage/restoring-profile.ts';
import { contents, head, message, pin, SEED } from './backups.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';
import { killedAfter } from './killable-disk.ts';

vi.mock('node:fs/promises', async (importOriginal) => {
  const { killableDisk } = await import('./killable-disk.ts');
  return killableDisk(await importOriginal<typeof FsPromises>());
});

let parent: string;
let folder: string;

beforeAll(() => ready());
beforeEach(() => {
  parent = makeTestFolder();
  folder = join(parent, 'profile');
  mkdirSync(folder);
});
afterEach(() => removeTestFolder(parent));

async function restore(what: BackupContents = contents(), into = folder): Promise<void> {
  const profile = await RestoringProfile.begin(into, what.head);
  try {
    profile.add({ type: 'pins', pins: what.pins });
    profile.add({ type: 'relays', relays: what.relays });
    for (const each of what.messages) profile.add({ type: 'messages', messages: [each] });
    await profile.finish();
  } finally {
    await profile.abandon();
  }
}

/** Everything of the profile that is there, as lanchat opens it. */
async function opened(where = folder) {
  const profile = await openProfile(where, {
    passphrase: () => Promise.reject(new Error('asked for a passphrase')),
    onFault: (error) => {
      throw error;
    },
  });
  try {
    const { sealedSeed: _sealed, ...identity } = profile.identity.current;
    return {
      identity,
      id: profile.me.id,
      seed: profile.seed.slice(),
      pins: profile.pins.all(),
      relays: profile.relays.all(),
      settings: profile.settings.current,
      messages: [...profile.store.everything()],
      unread: profile.store.conversations().map(({ unread }) => unread),
      isWhole: profile.store.check().ok,
    };
  } finally {
    await profile.close();
  }
}

function expectWhole(found: Awaited<ReturnType<typeof opened>>, what = contents()): void {
  const { id, nick, cardSeq, bundleSeq, createdMs, settings } = what.head;
  expect(found.identity).toEqual({ id, nick, cardSeq, bundleSeq, createdMs });
  expect({ id: found.id, seed: found.seed }).toEqual({ id, seed: SEED });
  expect(found.settings).toEqual(settings);
  expect(found.pins).toEqual(what.pins);
  expect(found.relays).toEqual(what.relays);
  expect(found.messages).toEqual([...what.messages]);
  expect(found.isWhole).toBe(true);
}

describe('a restored profile', () => {
  it('is the one that was backed up: fingerprint, verified marks, settings, relays, words', async () => {
    await restore();
    expectWhole(await opened());
    expect(existsSync(join(folder, FOLDER_ENTRIES.restoring))).toBe(false);
  });

  it('is for its owner only, and leaves the seed with who gave it', async () => {
    const what = contents();
    await restore(what);
    expect(what.head.seed).toEqual(SEED);
    for (const name of readdirSync(folder)) {
      expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
    }
  });

  it('holds nothing unread: it was all read where it comes from', async () => {
    await restore();
    expect((await opened()).unread).toEqual([0, 0]);
  });

  it('keeps everybody in the order in which they were last seen', async () => {
    const pins = [pin(9), pin(3, { trust: 'verified', verifiedAtMs: 1 }), pin(7), pin(1)];
    await restore(contents({ pins }));
    expect((await opened()).pins).toEqual(pins);
  });
});

describe('a folder that is not fresh', () => {
  it.each(['identity', 'vault', 'history', 'pins'] as const)('keeps its %s', async (entry) => {
    const path = join(folder, FOLDER_ENTRIES[entry]);
    writeFileSync(path, 'mine');
    expect(() => requireFresh(folder)).toThrow(/--home DIR.*lanchat wipe/);
    await expect(restore()).rejects.toMatchObject({ code: 'not-fresh' });
    expect(readdirSync(folder)).toEqual([FOLDER_ENTRIES[entry]]);
  });

  it('may hold a relay, and need not exist', async () => {
    mkdirSync(join(folder, FOLDER_ENTRIES.relayFolder));
    mkdirSync(join(folder, FOLDER_ENTRIES.profileLock));
    requireFresh(folder);
    requireFresh(join(folder, 'absent'));
    await restore();
    expectWhole(await opened());
  });
});

describe('a link, where a profile would be built', () => {
  it('is refused, and what it leads to stays as it is', async () => {
    const other = join(parent, 'other');
    await restore(contents(), other);
    symlinkSync(other, join(folder, FOLDER_ENTRIES.restoring));
    await expect(restore()).rejects.toMatchObject({ code: 'not-a-folder' });
    await expect(opened()).rejects.toMatchObject({ code: 'not-a-folder' });
    expectWhole(await opened(other));
  });
});

describe('a restore that ends early', () => {
  it('leaves nothing where it was abandoned', async () => {
    const profile = await RestoringProfile.begin(folder, head());
    profile.add({ type: 'messages', messages: [message(1)] });
    await profile.abandon();
    expect(readdirSync(folder)).toEqual([]);
    await restore();
    expectWhole(await opened());
  });

  it('leaves no profile or the whole one after a kill at any moment', async () => {
    let steps = 0;
    const seen = new Set<string>();
    for (; ; steps++) {
      const into = join(parent, `killed ${steps}`);
      mkdirSync(into);
      const isKilled = await killedAfter(steps, () => restore(contents(), into));
      const identity = await readIdentity(into);
      if (identity !== null) {
        seen.add(isKilled ? 'whole after a kill' : 'whole');
        expect(identity.id).toBe(identityFromSeed(SEED).id);
        expectWhole(await opened(into));
        expect(existsSync(join(into, FOLDER_ENTRIES.restoring))).toBe(false);
        if (!isKilled) break;
        continue;
      }
      seen.add('nothing');
      await restore(contents(), into);
      expectWhole(await opened(into));
    }
    expect([...seen]).toEqual(['nothing', 'whole after a kill', 'whole']);
    expect(steps).toBeGreaterThan(10);
  });

  it('leaves a fresh folder to whoever opens it next', async () => {
    for (let steps = 0; ; steps += 3) {
      const into = join(parent, `killed ${steps}`);
      mkdirSync(into);
      if (!(await killedAfter(steps, () => restore(contents(), into)))) break;
      if ((await readIdentity(into)) !== null) continue;
      const fresh = await opened(into);
      expect(fresh.id).not.toBe(identityFromSeed(SEED).id);
      expect({ pins: fresh.pins, messages: fresh.messages }).toEqual({ pins: [], messages: [] });
      expect(existsSync(join(into, FOLDER_ENTRIES.restoring))).toBe(false);
      await expect(restore(contents(), into)).rejects.toMatchObject({ code: 'not-fresh' });
    }
  });
});
