// Everything a profile's folder holds, opened by the process that owns it. Knows no network.
import { userInfo } from 'node:os';
import { type Identity, identityFromSeed } from '../crypto/identity.ts';
import { ready, sodium, wipe } from '../crypto/sodium.ts';
import { FIRST_ROOM_NAME, parseNick } from '../protocol/nickname.ts';
import { SEED_BYTES } from '../protocol/sizes.ts';
import {
  createIdentity,
  IdentityFile,
  readIdentity,
  type StoredIdentity,
} from '../storage/identity-file.ts';
import { Pins } from '../storage/pins-file.ts';
import { PinnedRelays } from '../storage/relays-file.ts';
import type { OnSaveFault } from '../storage/saved-record.ts';
import { SettingsFile } from '../storage/settings-file.ts';
import { StorageError } from '../storage/storage-error.ts';

const ANONYMOUS = 'user';

export interface Profile {
  readonly me: Identity;
  readonly identity: IdentityFile;
  readonly pins: Pins;
  readonly relays: PinnedRelays;
  readonly settings: SettingsFile;
  /** Returns once everything is on disk. */
  close(): Promise<void>;
}

/** Makes an identity in a fresh folder. Throws StorageError; files that can't be read are left as they are. */
export async function openProfile(folder: string, onFault: OnSaveFault): Promise<Profile> {
  await ready();
  const stored = await readIdentity(folder);
  const settings = await SettingsFile.open(folder, onFault);
  if (stored === null) {
    // Before the identity, after which the profile is not fresh any more.
    settings.update({ rooms: [FIRST_ROOM_NAME] });
    await settings.flush();
  }
  const identity = stored ?? (await createIdentity(folder, freshIdentity()));
  const me = identityFromSeed(identity.seed);
  if (me.id !== identity.id) {
    throw new StorageError('corrupt', 'the identity file does not fit together', { path: folder });
  }
  const pins = await Pins.open(folder, onFault);
  const relays = await PinnedRelays.open(folder, onFault);
  const identityFile = new IdentityFile(folder, identity, onFault);
  const files = [identityFile, pins, relays, settings];
  return {
    ...{ me, identity: identityFile, pins, relays, settings },
    async close() {
      const results = await Promise.allSettled(files.map((file) => file.close()));
      wipe(identity.seed, me.signSecret, me.dhSecret);
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
  };
}

function freshIdentity(): StoredIdentity {
  const seed = sodium().randombytes_buf(SEED_BYTES);
  const keys = identityFromSeed(seed);
  const { id } = keys;
  wipe(keys.signSecret, keys.dhSecret);
  return { id, seed, nick: loginName(), cardSeq: 0n, bundleSeq: 0n, createdMs: Date.now() };
}

/** The login name as far as it is a name; a person can change it at any time. */
function loginName(): string {
  try {
    return parseNick(userInfo().username) ?? ANONYMOUS;
  } catch {
    // No entry for this user, as in some containers.
    return ANONYMOUS;
  }
}
