// What a profile's files show to who has them without its passphrase or its key, and how earlier ones come under the seal.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type * as FsPromises from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findPlaintext } from '../../src/cli/plaintext-detector.ts';
import { openProfile, type Profile } from '../../src/client/profile.ts';
import { hexFromBytes } from '../../src/protocol/bytes.ts';
import { PeerId, RelayId } from '../../src/protocol/ids.ts';
import { encodeRecord } from '../../src/storage/record-file.ts';
import type { PinnedRelay } from '../../src/storage/relays-file.ts';
import { message, pin } from '../storage/backups.ts';
import { makeTestFolder, removeTestFolder } from '../storage/children.ts';
import { killedAfter } from '../storage/killable-disk.ts';
import { ID_0_1, SEED_0_1, SHOWN_0_1, writeProfile01 } from '../storage/profile-0-1.ts';

vi.mock('node:fs/promises', async (importOriginal) => {
  const { killableDisk } = await import('../storage/killable-disk.ts');
  return killableDisk(await importOriginal<typeof FsPromises>());
});

const SEALED_FILES = ['pins.json', 'relays.json', 'settings.json'];
const PASSPHRASE = 'first secret';

/** Without runs of zeros, which stand in many files. */
function noBytesOfChance(n: number): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, index) => n + index * 37);
}

const BELA = pin(1, {
  ...{ id: PeerId.fromBytes(noBytesOfChance(1)), nick: 'Béla Quist' },
  ...{ ed25519: noBytesOfChance(5), x25519: noBytesOfChance(6) },
});
const MARY = { fingerprint: PeerId.fromBytes(noBytesOfChance(2)), nick: 'sister-mary' };
const RELAY: PinnedRelay = {
  ...{ id: RelayId.fromBytes(noBytesOfChance(3)), name: 'Ward relay', lastUsedMs: 4 },
  ...{ host: 'relay-of-ward-3.example', port: 7717 },
};

/** Eight bytes and more each: fewer would be found among random ones. */
const SECRETS = [
  ...[
    BELA.nick,
    BELA.id,
    hexFromBytes(BELA.ed25519),
    hexFromBytes(BELA.x25519),
    'accepted name',
    MARY.nick,
    MARY.fingerprint,
  ],
  ...[
    RELAY.id,
    RELAY.name,
    RELAY.host,
    'emergency-room',
    'verifiedAtMs',
    'contacted',
    'showDelivered',
    'lastUsedMs',
    'words of 1',
  ],
];

let folder: string;

beforeEach(() => {
  folder = makeTestFolder();
});
afterEach(() => removeTestFolder(folder));

function open(passphrase: string | null = null, where = folder): Promise<Profile> {
  return openProfile(where, {
    passphrase: async (isRetry) => {
      if (passphrase === null || isRetry) throw new Error('asked for a passphrase');
      return passphrase;
    },
    onFault: (error) => {
      throw error;
    },
  });
}

/** People, a relay, rooms, settings and words, all of them on the disk. */
async function use(profile: Profile): Promise<void> {
  const { pins, relays, settings, store } = profile;
  pins.see(BELA, 1);
  pins.verify(BELA.id, 2);
  pins.contact(BELA.id);
  pins.acceptNick(BELA.id, 'accepted name');
  relays.use(RELAY);
  settings.update({ rooms: ['emergency-room'], keepDays: 30, showDelivered: false });
  store.commit({ state: [], history: [{ type: 'message', message: message(1, { from: MARY }) }] });
  for (const file of [pins, relays, settings]) await file.flush();
}

/** Each file of the folder that shows one of `secrets`, and which. */
function shown(secrets: readonly string[], where = folder): string[] {
  return readdirSync(where).flatMap((name) => {
    const bytes = readFileSync(join(where, name));
    return secrets
      .filter((secret) => findPlaintext(bytes, [secret]) !== null || holdsHex(bytes, secret))
      .map((secret) => `${name}: ${secret}`);
  });
}

/** Whether the bytes that `hex` stands for are there as they are. */
function holdsHex(bytes: Buffer, hex: string): boolean {
  return /^[0-9a-f]{64}$/.test(hex) && bytes.includes(Buffer.from(hex, 'hex').subarray(0, 8));
}

async function everythingOf(profile: Profile) {
  const { me, pins, relays, settings, identity } = profile;
  await profile.close();
  return {
    ...{ id: me.id, nick: identity.current.nick, settings: settings.current },
    ...{ pins: pins.all(), relays: relays.all() },
  };
}

/** Puts the three files in the clear, as they were before they were sealed. */
function writeInTheClear(found: Awaited<ReturnType<typeof everythingOf>>): void {
  const clear = {
    maxBytes: 100_000,
    schema: v.any(),
    startingOver: '',
    encode: (any: unknown) => any,
  };
  const pins = found.pins.map(({ trust: _derived, ed25519, x25519, ...rest }) => ({
    ...rest,
    ed25519: hexFromBytes(ed25519),
    x25519: hexFromBytes(x25519),
  }));
  const files = { pins, relays: found.relays, settings: found.settings };
  for (const [kind, data] of Object.entries(files)) {
    const path = join(folder, `${kind}.json`);
    writeFileSync(path, encodeRecord(data, clear, path));
  }
}

describe('the files of a profile', () => {
  it.each([null, PASSPHRASE])(
    'show nobody, no room and no setting, with passphrase %s',
    async (passphrase) => {
      const profile = await open();
      await use(profile);
      if (passphrase !== null) await profile.setPassphrase(passphrase);
      expect(readdirSync(folder)).toEqual(expect.arrayContaining(SEALED_FILES));
      expect(shown(SECRETS)).toEqual([]);
      const before = await everythingOf(profile);
      expect(shown(SECRETS)).toEqual([]);
      expect(await everythingOf(await open(passphrase))).toEqual(before);
      // Control: in the clear, each of them is found.
      expect(before.pins.map(({ nick }) => nick)).toEqual([BELA.nick]);
      writeInTheClear(before);
      const names = shown(SECRETS).map((line) => line.split(':')[0]);
      expect([...new Set(names)].toSorted()).toEqual(SEALED_FILES);
    },
  );

  it('show the profile’s own name and ID in one of them only', async () => {
    const profile = await open();
    await profile.identity.update({ nick: 'Äsha of ward 3' });
    await use(profile);
    const { id, nick } = await everythingOf(profile);
    expect(shown([id, nick])).toEqual([`identity.json: ${id}`, `identity.json: ${nick}`]);
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

describe('a fresh profile', () => {
  it('is in the lobby, or still a fresh one, after a kill at any moment', async () => {
    for (let steps = 0; await killedAfter(steps, () => open()); steps++) {
      const { settings } = await everythingOf(await open());
      expect(settings.rooms).toEqual(['lobby']);
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
    }
  });
});

describe('a profile of version 0.1', () => {
  beforeEach(() => writeProfile01(folder));

  function expectAll(found: Awaited<ReturnType<typeof everythingOf>>): void {
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
    const found = new Set(shown(SHOWN_0_1).map((line) => line.replace(/^[^:]*: /, '')));
    expect([...found].toSorted()).toEqual([...SHOWN_0_1].toSorted());
    const profile = await open();
    expect(shown([...SHOWN_0_1, SEED_0_1])).toEqual([]);
    expectAll(await everythingOf(profile));
    expectAll(await everythingOf(await open()));
  });

  it('is whole after a kill at any moment of that, and then shows nothing either', async () => {
    const seen = new Set<string>();
    for (let steps = 0; await killedAfter(steps, () => open()); steps++) {
      seen.add(String(new Set(shown(SHOWN_0_1).map((line) => line.split(':')[0])).size));
      expectAll(await everythingOf(await open()));
      expect(shown([...SHOWN_0_1, SEED_0_1])).toEqual([]);
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
    await expect(open()).rejects.toMatchObject({ code: 'corrupt' });
    expect(readFileSync(join(folder, 'relays.json'))).toEqual(whole.subarray(0, 50));
    writeFileSync(join(folder, 'relays.json'), whole);
    expectAll(await everythingOf(await open()));
  });
});

describe('a profile of today whose files are still in the clear', () => {
  it.each([null, PASSPHRASE])(
    'is sealed as it is opened, with passphrase %s',
    async (passphrase) => {
      const profile = await open();
      await use(profile);
      if (passphrase !== null) await profile.setPassphrase(passphrase);
      const before = await everythingOf(profile);
      writeInTheClear(before);
      expect(shown(SECRETS)).not.toEqual([]);
      const again = await open(passphrase);
      expect(shown(SECRETS)).toEqual([]);
      expect(await everythingOf(again)).toEqual(before);
    },
  );
});

describe('a profile with a file of another one', () => {
  it.each(SEALED_FILES)('is refused, and its %s left as it is', async (name) => {
    const other = join(folder, 'other');
    mkdirSync(other);
    for (const where of [folder, other]) {
      const profile = await open(null, where);
      await use(profile);
      await profile.close();
    }
    const own = readFileSync(join(folder, name));
    cpSync(join(other, name), join(folder, name));
    const copied = readFileSync(join(folder, name));
    await expect(open()).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining(`${name} does not belong to the vault.json beside it`),
    });
    expect(readFileSync(join(folder, name))).toEqual(copied);
    writeFileSync(join(folder, name), own);
    await (await open()).close();
  });
});
