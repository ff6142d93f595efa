// The key under which everything secret of a profile is sealed: in the clear, or wrapped by a passphrase, so that
// setting, changing or removing one replaces this one small file. Asks nobody; knows not what the key seals.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { openAt, type Place, SEAL_BYTES, sealAt } from '../crypto/row-seal.ts';
import { ready, wipe } from '../crypto/sodium.ts';
import { phrase } from '../language/translate.ts';
import { hexFromBytes } from '../protocol/bytes.ts';
import {
  freshParameters,
  keyFromPassphrase,
  type ScryptParameters,
  scryptField,
} from './passphrase-key.ts';
import { FOLDER_ENTRIES } from './profile-folder.ts';
import { bytesField } from './record-fields.ts';
import { createRecord, type RecordFormat, readRecord, replaceRecord } from './record-file.ts';
import { StorageError } from './storage-error.ts';

const DATA_KEY_BYTES = 32;

export interface OpenVault {
  readonly kind: 'open';
  /** Secret, 32 bytes; the caller wipes it. */
  readonly dataKey: Uint8Array;
}

export interface LockedVault {
  readonly kind: 'locked';
  readonly scrypt: ScryptParameters;
  /** The data key, 72 bytes: it opens only under the passphrase's key, and with these parameters. */
  readonly sealed: Uint8Array;
}

export type Vault = OpenVault | LockedVault;

const open = v.pipe(
  v.strictObject({ dataKey: bytesField(DATA_KEY_BYTES) }),
  v.transform((data): OpenVault => ({ kind: 'open', ...data })),
);

const locked = v.pipe(
  v.strictObject({ scrypt: scryptField, sealed: bytesField(DATA_KEY_BYTES + SEAL_BYTES) }),
  v.transform((data): LockedVault => ({ kind: 'locked', ...data })),
);

const format: RecordFormat<Vault> = {
  maxBytes: 4 * 1024,
  schema: v.union([open, locked]),
  encode: encodeVault,
  startingOver: phrase`identity.json, history.db, pins.json, relays.json and settings.json open only with it, so move those away too; lanchat then makes a new identity, and to everybody you are somebody else`,
};

function encodeVault(vault: Vault): unknown {
  switch (vault.kind) {
    case 'open':
      return { dataKey: hexFromBytes(vault.dataKey) };
    case 'locked': {
      const { salt, ...cost } = vault.scrypt;
      const scrypt = { ...cost, salt: hexFromBytes(salt) };
      return { scrypt, sealed: hexFromBytes(vault.sealed) };
    }
    default: {
      const impossible: never = vault;
      return impossible;
    }
  }
}

/** The vault in `folder`, or null where there is none. Needs no lock and no crypto. Throws StorageError. */
export async function readVault(folder: string): Promise<Vault | null> {
  return readRecord(pathIn(folder), format);
}

/** Whether the profile in `folder` asks for a passphrase. Reads this one file. Throws StorageError. */
export async function isVaultLocked(folder: string): Promise<boolean> {
  const vault = await readVault(folder);
  if (vault?.kind === 'open') wipe(vault.dataKey);
  return vault?.kind === 'locked';
}

/** 32 bytes, for a profile that is new. */
export function freshDataKey(): Uint8Array {
  return new Uint8Array(randomBytes(DATA_KEY_BYTES));
}

/** Makes the vault of a profile that has none, open, durably, and returns it. Throws StorageError. */
export async function createVault(folder: string): Promise<Vault> {
  return createRecord(pathIn(folder), { kind: 'open', dataKey: freshDataKey() }, format);
}

/**
 * The data key, 32 bytes, the caller's to wipe. Slow, away from this thread. `folder` is only named. Throws
 * StorageError `wrong-passphrase`, also where the file was changed by somebody who could mend its checksum.
 */
export async function unlockVault(
  folder: string,
  { scrypt, sealed }: LockedVault,
  passphrase: string,
): Promise<Uint8Array> {
  await ready();
  const key = await keyFromPassphrase(passphrase, scrypt);
  try {
    const dataKey = openAt(placeOf(scrypt), sealed, key);
    if (dataKey !== null) return dataKey;
  } finally {
    wipe(key);
  }
  const message = phrase`that passphrase does not open this profile; nothing was changed`;
  throw new StorageError('wrong-passphrase', message, { path: pathIn(folder) });
}

/**
 * From here on the data key (32 bytes, the caller's) is to be had by `passphrase` only, or by whoever reads the
 * file where that is null. One step: a crash leaves the vault of before, or this one. For the folder's owner.
 * Durable on return; throws StorageError, and then the vault of before stays.
 */
export async function replaceVault(
  folder: string,
  dataKey: Uint8Array,
  passphrase: string | null,
): Promise<void> {
  const vault: Vault =
    passphrase === null ? { kind: 'open', dataKey } : await lockedVault(dataKey, passphrase);
  await replaceRecord(pathIn(folder), vault, format);
}

async function lockedVault(dataKey: Uint8Array, passphrase: string): Promise<LockedVault> {
  await ready();
  const scrypt = freshParameters();
  const key = await keyFromPassphrase(passphrase, scrypt);
  try {
    const random = (sizeBytes: number) => randomBytes(sizeBytes);
    return { kind: 'locked', scrypt, sealed: sealAt(placeOf(scrypt), dataKey, { key, random }) };
  } finally {
    wipe(key);
  }
}

function placeOf({ N, r, p, salt }: ScryptParameters): Place {
  return { label: 'vault', at: `scrypt ${N} ${r} ${p} ${hexFromBytes(salt)}` };
}

function pathIn(folder: string): string {
  return join(folder, FOLDER_ENTRIES.vault);
}
