// Opens what is secret of a profile: its vault, then the identity's seed under it. Brings a profile of version 0.1
// into this form, and a fresh one into being; a kill at any moment leaves something that opens.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Identity, identityFromSeed } from '../crypto/identity.ts';
import { ready, wipe } from '../crypto/sodium.ts';
import { phrase } from '../language/translate.ts';
import { sealClearRecords } from './clear-records.ts';
import {
  createIdentity,
  readIdentity,
  replaceIdentity,
  type StoredIdentity,
  type UnsealedIdentity,
} from './identity-file.ts';
import { openSeed, sealSeed } from './identity-seed.ts';
import { discardUnfinished } from './private-file.ts';
import { FOLDER_ENTRIES } from './profile-folder.ts';
import { SEALED_KINDS } from './record-seal.ts';
import { isSealed } from './sealed-record.ts';
import { StorageError } from './storage-error.ts';
import { createVault, type LockedVault, readVault, unlockVault, type Vault } from './vault.ts';

/**
 * Asks for the passphrase of a locked profile; `isRetry`: the last one was wrong. Rejects to give up.
 */
export type PassphrasePrompt = (isRetry: boolean) => Promise<string>;

/** The owner wipes `seed`, `dataKey` and the secrets of `me`. */
export interface ProfileKeys {
  readonly me: Identity;
  readonly identity: StoredIdentity;
  /** 32 bytes. */
  readonly seed: Uint8Array;
  /** 32 bytes. */
  readonly dataKey: Uint8Array;
}

export interface KeyOptions {
  readonly passphrase: PassphrasePrompt;
  /** Called where the folder holds no identity, just before the new one is written there. `dataKey` stays ours. */
  readonly newIdentity: (dataKey: Uint8Array) => Promise<UnsealedIdentity>;
}

/**
 * For the folder's owner. Throws StorageError, `corrupt` where vault and identity don't fit together; what can't
 * be read is left as it is. Rejects as `passphrase` does.
 */
export async function openProfileKeys(
  folder: string,
  { passphrase, newIdentity }: KeyOptions,
): Promise<ProfileKeys> {
  await ready();
  // A key in the clear may be among it, and a passphrase that was set since would not protect that.
  await discardUnfinished(join(folder, FOLDER_ENTRIES.vault));
  await discardUnfinished(join(folder, FOLDER_ENTRIES.identity));
  const stored = await readIdentity(folder);
  const vault = (await readVault(folder)) ?? (await firstVault(folder, stored));
  const isLocked = vault.kind === 'locked';
  const dataKey = isLocked ? await unlock(folder, vault, passphrase) : vault.dataKey;
  try {
    // The vault is on disk by now: nothing is sealed under a key that a crash could lose.
    const opening = { folder, dataKey, isLocked };
    const identity =
      stored === null ? await made(opening, newIdentity) : await upgraded(opening, stored);
    const opened = openSeed(identity, dataKey);
    if (opened === null) throw unfitting(folder);
    return { me: identityFromSeed(opened.seed), identity, seed: opened.seed, dataKey };
  } catch (error) {
    wipe(dataKey);
    throw error;
  }
}

/** A new key opens nothing that is there already: whoever lost the old one must hear of it, not bury what it sealed. */
async function firstVault(
  folder: string,
  stored: StoredIdentity | UnsealedIdentity | null,
): Promise<Vault> {
  const { vault, identity, history } = FOLDER_ENTRIES;
  const sealedFiles: string[] = existsSync(join(folder, history)) ? [history] : [];
  for (const kind of SEALED_KINDS) {
    if (await isSealed(folder, kind)) sealedFiles.push(FOLDER_ENTRIES[kind]);
  }
  const hasIdentity = stored !== null && 'sealedSeed' in stored;
  if (hasIdentity) sealedFiles.unshift(identity);
  if (sealedFiles.length === 0) return createVault(folder);
  const path = join(folder, vault);
  const then = hasIdentity
    ? phrase`makes a new identity, and to everybody you are somebody else`
    : phrase`begins without what they hold`;
  const message = phrase`${path} is missing, and only with it ${sealedFiles.join(', ')} can be opened; put a copy of it back, or move those away: lanchat then ${then}`;
  throw new StorageError('corrupt', message, { path });
}

async function unlock(
  folder: string,
  vault: LockedVault,
  passphrase: PassphrasePrompt,
): Promise<Uint8Array> {
  for (let isRetry = false; ; isRetry = true) {
    const answer = await passphrase(isRetry);
    try {
      return await unlockVault(folder, vault, answer);
    } catch (error) {
      const isWrong = error instanceof StorageError && error.code === 'wrong-passphrase';
      if (!isWrong) throw error;
    }
  }
}

/**
 * `isLocked`: a passphrase was set, and the identity was sealed before that. Where it is absent or in the clear now, somebody
 * who has the disk and not the passphrase was at it: nothing in the clear is taken for this profile's then.
 */
interface Opening {
  readonly folder: string;
  readonly dataKey: Uint8Array;
  readonly isLocked: boolean;
}

async function made(
  { folder, dataKey, isLocked }: Opening,
  newIdentity: KeyOptions['newIdentity'],
): Promise<StoredIdentity> {
  if (!isLocked) await sealClearRecords(folder, dataKey);
  return createIdentity(folder, sealed(await newIdentity(dataKey), dataKey));
}

async function upgraded(
  opening: Opening,
  stored: StoredIdentity | UnsealedIdentity,
): Promise<StoredIdentity> {
  if ('seed' in stored) {
    if (opening.isLocked || !isSeedOf(stored)) throw unfitting(opening.folder);
    return sealAll(opening, stored);
  }
  const earlier = beforeRecords(opening, stored);
  return earlier === null ? stored : sealAll(opening, earlier);
}

/** Done again after a kill at any moment, it comes to the same. Wipes the seed of `earlier`. */
async function sealAll(
  { folder, dataKey }: Opening,
  earlier: UnsealedIdentity,
): Promise<StoredIdentity> {
  const identity = sealed(earlier, dataKey);
  await sealClearRecords(folder, dataKey);
  // Last: from then on no record in the clear is taken for this profile's.
  await replaceIdentity(folder, identity);
  return identity;
}

/** Null where it is of today's form. */
function beforeRecords(
  { folder, dataKey }: Opening,
  { sealedSeed, ...fields }: StoredIdentity,
): UnsealedIdentity | null {
  const opened = openSeed({ id: fields.id, sealedSeed }, dataKey);
  if (opened === null) throw unfitting(folder);
  if (opened.isBeforeRecords) return { ...fields, seed: opened.seed };
  wipe(opened.seed);
  return null;
}

function isSeedOf({ id, seed }: UnsealedIdentity): boolean {
  const me = identityFromSeed(seed);
  wipe(me.signSecret, me.dhSecret);
  return me.id === id;
}

/** Wipes the seed of `unsealed`. */
function sealed({ seed, ...fields }: UnsealedIdentity, dataKey: Uint8Array): StoredIdentity {
  try {
    return { ...fields, sealedSeed: sealSeed(seed, { id: fields.id, dataKey }) };
  } finally {
    wipe(seed);
  }
}

function unfitting(folder: string): StorageError {
  const path = join(folder, FOLDER_ENTRIES.identity);
  const message = phrase`${path} is damaged, or does not belong to the ${FOLDER_ENTRIES.vault} beside it; both were left as they are; put copies back that belong together`;
  return new StorageError('corrupt', message, { path });
}
