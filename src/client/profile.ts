// Everything a profile's folder holds, opened by the process that owns it. Knows no network.
import { userInfo } from 'node:os';
import { type Identity, identityFromSeed } from '../crypto/identity.ts';
import { ready, sodium, wipe } from '../crypto/sodium.ts';
import { FIRST_ROOM_NAME, parseNick } from '../protocol/nickname.ts';
import { SEED_BYTES } from '../protocol/sizes.ts';
import { IdentityFile, type UnsealedIdentity } from '../storage/identity-file.ts';
import { sealSeed } from '../storage/identity-seed.ts';
import { Pins } from '../storage/pins-file.ts';
import { spoolFolder } from '../storage/profile-folder.ts';
import {
  openProfileKeys,
  type PassphrasePrompt,
  type ProfileKeys,
} from '../storage/profile-keys.ts';
import { ProfileStore } from '../storage/profile-store.ts';
import { RecordSeal } from '../storage/record-seal.ts';
import { PinnedRelays } from '../storage/relays-file.ts';
import { settleRestoring } from '../storage/restoring-profile.ts';
import type { OnSaveFault } from '../storage/saved-record.ts';
import type { SealedFileOptions } from '../storage/sealed-record.ts';
import { SettingsFile } from '../storage/settings-file.ts';
import { freshDataKey, replaceVault } from '../storage/vault.ts';

export type { PassphrasePrompt } from '../storage/profile-keys.ts';

const ANONYMOUS = 'user';

export interface Profile {
  readonly me: Identity;
  readonly identity: IdentityFile;
  readonly pins: Pins;
  readonly relays: PinnedRelays;
  readonly settings: SettingsFile;
  readonly store: ProfileStore;
  /** Secret, 32 bytes, wiped at close. Only for what seals it again. */
  readonly seed: Uint8Array;
  /** Nothing of it is on disk, nor ever will be. */
  readonly isEphemeral: boolean;
  /** Where what is made only to be sent waits, if it is there; null: nothing of it is on disk. */
  readonly spool: string | null;
  /**
   * From here on only `passphrase` opens the profile; null: it opens without one. Durable on return; throws
   * StorageError, and then all is as before. Not for an ephemeral one: throws RangeError.
   */
  setPassphrase(passphrase: string | null): Promise<void>;
  /** Returns once everything is on disk, and the keys are wiped. */
  close(): Promise<void>;
}

export interface ProfileOptions {
  /** Asked where the profile is locked; again after one that is wrong, as long as it resolves. */
  readonly passphrase: PassphrasePrompt;
  readonly onFault: OnSaveFault;
}

/**
 * Makes an identity in a fresh folder, and brings a profile of an earlier version into today's form. A null
 * folder: everything is fresh, stays in memory, and is gone at close. Throws StorageError; files that can't be
 * read are left as they are. Rejects as `passphrase` does.
 */
export async function openProfile(
  folder: string | null,
  { passphrase, onFault }: ProfileOptions,
): Promise<Profile> {
  await ready();
  if (folder !== null) await settleRestoring(folder);
  const keys =
    folder === null ? keysInMemory(freshIdentity()) : await keysOnDisk(folder, passphrase);
  const seal = new RecordSeal(keys.dataKey);
  try {
    return await openRest(folder, keys, { seal, onFault });
  } catch (error) {
    seal.close();
    wipeKeys(keys);
    throw error;
  }
}

function keysOnDisk(folder: string, passphrase: PassphrasePrompt): Promise<ProfileKeys> {
  const newIdentity = async (dataKey: Uint8Array) => {
    // Before the identity, after which the profile is not fresh any more.
    await writeFirstFiles(folder, dataKey);
    return freshIdentity();
  };
  return openProfileKeys(folder, { passphrase, newIdentity });
}

async function writeFirstFiles(folder: string, dataKey: Uint8Array): Promise<void> {
  const seal = new RecordSeal(dataKey);
  try {
    // A save that fails in the background fails again at close.
    const options = { seal, onFault: () => {} };
    const settings = await SettingsFile.open(folder, options);
    const pins = await Pins.open(folder, options);
    enterFirstRoom(settings);
    pins.create();
    await Promise.all([settings.close(), pins.close()]);
  } finally {
    seal.close();
  }
}

function enterFirstRoom(settings: SettingsFile): void {
  if (settings.current.rooms.length === 0) settings.update({ rooms: [FIRST_ROOM_NAME] });
}

async function openRest(
  folder: string | null,
  keys: ProfileKeys,
  options: SealedFileOptions,
): Promise<Profile> {
  const { me, seed, dataKey } = keys;
  const settings = await SettingsFile.open(folder, options);
  if (folder === null) enterFirstRoom(settings);
  const pins = await Pins.open(folder, options);
  const relays = await PinnedRelays.open(folder, options);
  const store = await ProfileStore.open(folder, dataKey);
  const identity = new IdentityFile(folder, keys.identity, options.onFault);
  return {
    ...{ me, seed, identity, pins, relays, settings, store, isEphemeral: folder === null },
    spool: folder === null ? null : spoolFolder(folder),
    async setPassphrase(passphrase) {
      if (folder === null) throw new RangeError('there is nothing to lock');
      await replaceVault(folder, dataKey, passphrase);
    },
    async close() {
      const closing = [identity, pins, relays, settings, store].map(async (each) => each.close());
      const results = await Promise.allSettled(closing);
      options.seal.close();
      wipeKeys(keys);
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
  };
}

function keysInMemory(fresh: UnsealedIdentity): ProfileKeys {
  const { seed, ...fields } = fresh;
  const dataKey = freshDataKey();
  const sealedSeed = sealSeed(seed, { id: fields.id, dataKey });
  return { me: identityFromSeed(seed), identity: { ...fields, sealedSeed }, seed, dataKey };
}

function wipeKeys({ me, seed, dataKey }: ProfileKeys): void {
  wipe(seed, dataKey, me.signSecret, me.dhSecret);
}

function freshIdentity(): UnsealedIdentity {
  const seed = sodium().randombytes_buf(SEED_BYTES);
  const { id, signSecret, dhSecret } = identityFromSeed(seed);
  wipe(signSecret, dhSecret);
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
