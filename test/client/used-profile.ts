// A profile that was used, for tests: what is in it, what its files show of that, and its files as they once were.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { findPlaintext } from '../../src/cli/plaintext-detector.ts';
import { openProfile, type Profile } from '../../src/client/profile.ts';
import { sealAt, seedKeyFrom } from '../../src/crypto/row-seal.ts';
import { bytesFromHex, hexFromBytes } from '../../src/protocol/bytes.ts';
import { PeerId, RelayId } from '../../src/protocol/ids.ts';
import { replaceIdentity } from '../../src/storage/identity-file.ts';
import { encodeRecord } from '../../src/storage/record-file.ts';
import type { PinnedRelay } from '../../src/storage/relays-file.ts';
import { seededRandom } from '../crypto/fixtures.ts';
import { message, pin } from '../storage/backups.ts';

export const SEALED_FILES = ['pins.json', 'relays.json', 'settings.json'];
export const PASSPHRASE = 'first secret';

/** Without runs of zeros, which stand in many files. */
function noBytesOfChance(n: number): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, index) => n + index * 37);
}

export const BELA = pin(1, {
  ...{ id: PeerId.fromBytes(noBytesOfChance(1)), nick: 'Béla Quist' },
  ...{ ed25519: noBytesOfChance(5), x25519: noBytesOfChance(6) },
});
const MARY = { fingerprint: PeerId.fromBytes(noBytesOfChance(2)), nick: 'sister-mary' };
const RELAY: PinnedRelay = {
  ...{ id: RelayId.fromBytes(noBytesOfChance(3)), name: 'Ward relay', lastUsedMs: 4 },
  ...{ host: 'relay-of-ward-3.example', port: 7717 },
};

const PEOPLE = [BELA.nick, BELA.id, 'accepted name', MARY.nick, MARY.fingerprint];
const KEYS = [BELA.ed25519, BELA.x25519].map(hexFromBytes);
const PLACES = [RELAY.id, RELAY.name, RELAY.host, 'emergency-room'];
const FIELDS = ['verifiedAtMs', 'contacted', 'showDelivered', 'lastUsedMs'];

/** Eight bytes and more each: fewer would be found among random ones. */
export const SECRETS: readonly string[] = [...PEOPLE, ...KEYS, ...PLACES, ...FIELDS, 'words of 1'];

/** Asked a second time, or where nothing is locked, whoever has the passphrase gives up. */
export function openUsed(folder: string, passphrase: string | null = null): Promise<Profile> {
  return openProfile(folder, {
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
export async function use(profile: Profile): Promise<void> {
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
export function shown(folder: string, secrets: readonly string[]): string[] {
  return readdirSync(folder).flatMap((name) => {
    const bytes = readFileSync(join(folder, name));
    return secrets
      .filter((secret) => findPlaintext(bytes, [secret]) !== null || holdsHex(bytes, secret))
      .map((secret) => `${name}: ${secret}`);
  });
}

/** Whether the bytes that `hex` stands for are there as they are. */
function holdsHex(bytes: Buffer, hex: string): boolean {
  return /^[0-9a-f]{64}$/.test(hex) && bytes.includes(Buffer.from(hex, 'hex').subarray(0, 8));
}

/** All that its files hold but the words; the profile is closed then. */
export type Everything = Awaited<ReturnType<typeof everythingOf>>;

export async function everythingOf(profile: Profile) {
  const { me, pins, relays, settings, identity } = profile;
  await profile.close();
  return {
    ...{ id: me.id, nick: identity.current.nick, settings: settings.current },
    ...{ pins: pins.all(), relays: relays.all() },
  };
}

/** Puts the three files in the clear, as they were before they were sealed. */
export function writeInTheClear(folder: string, found: Everything): void {
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

/** A profile that was used, with its records in the clear; its key is as it was before they were sealed too. */
export async function makeBeforeRecords(
  folder: string,
  passphrase: string | null,
): Promise<Everything> {
  const profile = await openUsed(folder);
  await use(profile);
  const seed = profile.seed.slice();
  const dataKey = bytesFromHex(
    JSON.parse(readFileSync(join(folder, 'vault.json'), 'utf8')).data.dataKey,
  );
  if (passphrase !== null) await profile.setPassphrase(passphrase);
  const { current } = profile.identity;
  const found = await everythingOf(profile);
  const sealing = { key: seedKeyFrom(dataKey), random: seededRandom(1) };
  const sealedSeed = sealAt({ label: 'seed', at: current.id }, seed, sealing);
  await replaceIdentity(folder, { ...current, sealedSeed });
  writeInTheClear(folder, found);
  return found;
}
