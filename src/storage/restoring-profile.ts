// A profile that comes from elsewhere: built in a folder of its own beside where it will be, then moved there. A kill
// at any moment leaves no profile, or all of it. Knows no backup's bytes.
import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { wipe } from '../crypto/sodium.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { BackupHead, BackupPart } from './backup-record.ts';
import { type Pin, Pins } from './pins-file.ts';
import { makePrivateFolder, syncFolder } from './private-file.ts';
import { FOLDER_ENTRIES } from './profile-folder.ts';
import { openProfileKeys } from './profile-keys.ts';
import { ProfileStore } from './profile-store.ts';
import { RecordSeal } from './record-seal.ts';
import { PinnedRelays } from './relays-file.ts';
import { SettingsFile } from './settings-file.ts';
import { StorageError, storageErrorFrom } from './storage-error.ts';
import { isOwnFolder, shredKeys } from './wipe-profile.ts';

/** What a profile that is there has, or had: none of it may be overwritten. */
const KEPT = ['identity', 'vault', 'history', 'pins'] as const;

/** Throws UsageError `not-fresh` where `folder` holds a profile, or remains of one. It need not exist. */
export function requireFresh(folder: string): void {
  const kept = KEPT.map((entry) => join(folder, FOLDER_ENTRIES[entry])).find(existsSync);
  if (kept === undefined) return;
  const message = phrase`${folder} holds a profile already (${kept}); name another folder with --home DIR, or delete that profile first with lanchat wipe`;
  throw new UsageError('not-fresh', message);
}

/**
 * Ends what a killed process began: the identity in its place means that all else is ready to follow it; without
 * it, what was built is deleted. For the folder's owner, before it reads anything there. Throws StorageError.
 */
export async function settleRestoring(folder: string): Promise<void> {
  const building = join(folder, FOLDER_ENTRIES.restoring);
  if (!existsSync(building)) return;
  try {
    if (!(await isOwnFolder(building))) throw notOurs(building);
    const names = await readdir(building);
    const isDecided = existsSync(join(folder, FOLDER_ENTRIES.identity));
    if (isDecided && !names.includes(FOLDER_ENTRIES.identity)) await moveRest(folder, names);
    else await shredKeys(building);
    await rm(building, { recursive: true, force: true });
  } catch (cause) {
    throw storageErrorFrom(cause, building, 'writing');
  }
}

function notOurs(path: string): StorageError {
  const message = phrase`${path} is a link, no folder, or another user's; move it away`;
  return new StorageError('not-a-folder', message, { path });
}

async function moveRest(folder: string, names: readonly string[]): Promise<void> {
  const building = join(folder, FOLDER_ENTRIES.restoring);
  for (const name of names) await rename(join(building, name), join(folder, name));
  await syncFolder(folder);
}

interface Files {
  readonly seal: RecordSeal;
  readonly store: ProfileStore;
  readonly pins: Pins;
  readonly relays: PinnedRelays;
  readonly settings: SettingsFile;
}

/** Owns what is being built until `finish` or `abandon`; the folder must be its process's. */
export class RestoringProfile {
  readonly #folder: string;
  readonly #files: Files;

  /** `head.seed` stays the caller's. Throws UsageError `not-fresh`, StorageError; then nothing is left of it. */
  static async begin(folder: string, head: BackupHead): Promise<RestoringProfile> {
    await settleRestoring(folder);
    requireFresh(folder);
    try {
      return new RestoringProfile(folder, await openFiles(folder, head));
    } catch (error) {
      await settleRestoring(folder).catch(() => {});
      throw error;
    }
  }

  private constructor(folder: string, files: Files) {
    this.#folder = folder;
    this.#files = files;
  }

  /** Parts of one list come in order. Messages are on disk on return. Throws StorageError. */
  add(part: BackupPart): void {
    const { store, pins, relays } = this.#files;
    switch (part.type) {
      case 'pins':
        for (const pin of part.pins) restorePin(pins, pin);
        return;
      case 'relays':
        for (const relay of part.relays) relays.use(relay);
        return;
      case 'messages': {
        const history = part.messages.map((message) => ({ type: 'message', message }) as const);
        store.commit({ state: [], history });
        return;
      }
      default:
        part satisfies never;
    }
  }

  /** From here on the profile is there, durably. Throws StorageError: then it isn't, or settles when it is opened. */
  async finish(): Promise<void> {
    const building = join(this.#folder, FOLDER_ENTRIES.restoring);
    const { store } = this.#files;
    // It was all read where it comes from.
    for (const { conversation } of store.conversations()) store.markRead(conversation);
    await closeFiles(this.#files);
    const { identity } = FOLDER_ENTRIES;
    try {
      await syncFolder(building);
      await syncFolder(this.#folder);
      await rename(join(building, identity), join(this.#folder, identity));
      await syncFolder(this.#folder);
    } catch (cause) {
      throw storageErrorFrom(cause, building, 'writing');
    }
    await settleRestoring(this.#folder);
  }

  /** Deletes what was built, unless it is finished. Never throws: what is left over goes when somebody comes next. */
  async abandon(): Promise<void> {
    await closeFiles(this.#files).catch(() => {});
    await settleRestoring(this.#folder).catch(() => {});
  }
}

async function openFiles(folder: string, head: BackupHead): Promise<Files> {
  const building = join(folder, FOLDER_ENTRIES.restoring);
  await makePrivateFolder(building).catch((cause) => {
    throw storageErrorFrom(cause, building, 'writing');
  });
  const { id, seed, nick, cardSeq, bundleSeq, createdMs } = head;
  const keys = await openProfileKeys(building, {
    passphrase: () => Promise.reject(new Error('a new profile has no passphrase')),
    newIdentity: async () => ({ id, seed: seed.slice(), nick, cardSeq, bundleSeq, createdMs }),
  });
  const seal = new RecordSeal(keys.dataKey);
  try {
    // A save that fails in the background fails again when the files are closed.
    const options = { seal, onFault: () => {} };
    const settings = await SettingsFile.open(building, options);
    const pins = await Pins.open(building, options);
    const relays = await PinnedRelays.open(building, options);
    const store = await ProfileStore.open(building, keys.dataKey);
    settings.update(head.settings);
    pins.create();
    return { seal, settings, pins, relays, store };
  } catch (error) {
    seal.close();
    throw error;
  } finally {
    wipe(keys.seed, keys.dataKey, keys.me.signSecret, keys.me.dhSecret);
  }
}

async function closeFiles({ seal, store, pins, relays, settings }: Files): Promise<void> {
  const closing = [pins, relays, settings, store].map(async (each) => each.close());
  const results = await Promise.allSettled(closing);
  seal.close();
  for (const result of results) {
    if (result.status === 'rejected') throw result.reason;
  }
}

/** `see` is told when it was first, so that this is kept; each step in bounds, as the pin is. */
function restorePin(pins: Pins, pin: Pin): void {
  pins.see(pin, pin.firstSeenMs);
  if (pin.verifiedAtMs !== null) pins.verify(pin.id, pin.verifiedAtMs, pin.verifiedBy);
  if (pin.contacted) pins.contact(pin.id);
  if (pin.acceptedNick !== null) pins.acceptNick(pin.id, pin.acceptedNick);
  const { petname, favourite, note, ignored, blocked } = pin;
  pins.change(pin.id, { petname, favourite, note, ignored, blocked });
}
