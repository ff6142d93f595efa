// This profile's identity: its seed, sealed, and last used sequence numbers. Derives no keys, so that
// `lanchat id` needs no crypto; whoever opens the seed (identity-seed.ts) checks that it gives the ID.
import { join } from 'node:path';
import * as v from 'valibot';
import { SEAL_BYTES } from '../crypto/row-seal.ts';
import { wipe } from '../crypto/sodium.ts';
import { phrase } from '../language/translate.ts';
import { hexFromBytes } from '../protocol/bytes.ts';
import { UsageError } from '../protocol/errors.ts';
import { PeerId } from '../protocol/ids.ts';
import { MAX_NICK_BYTES } from '../protocol/limits.ts';
import { SEED_BYTES } from '../protocol/sizes.ts';
import { FOLDER_ENTRIES } from './profile-folder.ts';
import { bytesField, idField, textField, timeMsField, u64Field } from './record-fields.ts';
import {
  createRecord,
  type RecordFormat,
  readRecord,
  replaceRecord,
  requireInBounds,
} from './record-file.ts';
import { type OnSaveFault, SavedRecord } from './saved-record.ts';

interface IdentityFields {
  readonly id: PeerId;
  /** At most 32 bytes of UTF-8. */
  readonly nick: string;
  /** The last used; 0 before the first. */
  readonly cardSeq: bigint;
  readonly bundleSeq: bigint;
  readonly createdMs: number;
}

export interface StoredIdentity extends IdentityFields {
  /** 72 bytes, which open only under the profile's data key. */
  readonly sealedSeed: Uint8Array;
}

/** As version 0.1 wrote it. */
export interface UnsealedIdentity extends IdentityFields {
  /** Secret, 32 bytes; the reader wipes it. */
  readonly seed: Uint8Array;
}

/** What may change in an identity. The sequence numbers never fall: the relay would refuse them. */
export interface IdentityChange {
  readonly nick?: string;
  readonly cardSeq?: bigint;
  readonly bundleSeq?: bigint;
}

const fields = {
  id: idField(PeerId),
  nick: textField(MAX_NICK_BYTES),
  cardSeq: u64Field,
  bundleSeq: u64Field,
  createdMs: timeMsField,
};

const format: RecordFormat<StoredIdentity> = {
  version: 2,
  maxBytes: 4 * 1024,
  schema: v.strictObject({ ...fields, sealedSeed: bytesField(SEED_BYTES + SEAL_BYTES) }),
  encode: (identity) => ({
    ...identity,
    sealedSeed: hexFromBytes(identity.sealedSeed),
    cardSeq: identity.cardSeq.toString(),
    bundleSeq: identity.bundleSeq.toString(),
  }),
  startingOver: phrase`lanchat then makes a new identity, and to everybody you are somebody else`,
};

const unsealed = v.strictObject({ ...fields, seed: bytesField(SEED_BYTES) });

/** The identity in `folder`, or null in a fresh profile. Needs no lock. Throws StorageError. */
export async function readIdentity(
  folder: string,
): Promise<StoredIdentity | UnsealedIdentity | null> {
  const schema = v.union([format.schema, unsealed]);
  return readRecord(join(folder, FOLDER_ENTRIES.identity), { ...format, schema });
}

/** Whose profile is in `folder`, or null in a fresh one: what of an identity is no secret. Throws StorageError. */
export async function readOwner(
  folder: string,
): Promise<Pick<IdentityFields, 'id' | 'nick'> | null> {
  const identity = await readIdentity(folder);
  if (identity === null) return null;
  if ('seed' in identity) wipe(identity.seed);
  const { id, nick } = identity;
  return { id, nick };
}

/** For what only reads: opening a profile would make it. Throws UsageError `no-profile`, StorageError. */
export async function requireProfile(folder: string): Promise<void> {
  if ((await readOwner(folder)) !== null) return;
  const message = phrase`there is no profile in ${folder}; name the right folder with --home DIR, or open lanchat to make one`;
  throw new UsageError('no-profile', message);
}

/**
 * Makes `fresh` the identity of a profile that has none, durably, and returns it; where another process was
 * first, returns that one's. Needs no lock. Throws StorageError.
 */
export async function createIdentity(
  folder: string,
  fresh: StoredIdentity,
): Promise<StoredIdentity> {
  return createRecord(join(folder, FOLDER_ENTRIES.identity), fresh, format);
}

/** Puts `identity` in the place of the one that is there, durably. For the profile's owner. Throws StorageError. */
export async function replaceIdentity(folder: string, identity: StoredIdentity): Promise<void> {
  await replaceRecord(join(folder, FOLDER_ENTRIES.identity), identity, format);
}

/** The identity of the process that owns the profile, with its changes going to disk. */
export class IdentityFile {
  #identity: StoredIdentity;
  readonly #saved: SavedRecord<StoredIdentity>;

  /** `identity` is what was read from, or created in, `folder`; a null folder: in memory only. */
  constructor(folder: string | null, identity: StoredIdentity, onFault: OnSaveFault) {
    this.#identity = identity;
    const path = folder === null ? null : join(folder, FOLDER_ENTRIES.identity);
    this.#saved = new SavedRecord({ path, format }, () => this.#identity, onFault);
  }

  get current(): StoredIdentity {
    return this.#identity;
  }

  /**
   * Returns once the change is on disk: a sequence number must be there before it is published, or a
   * crash would use it twice. Throws StorageError, and RangeError on what can't be an identity.
   */
  async update(change: IdentityChange): Promise<void> {
    const next = { ...this.#identity, ...change };
    if (next.cardSeq < this.#identity.cardSeq || next.bundleSeq < this.#identity.bundleSeq) {
      throw new RangeError('a sequence number never falls');
    }
    requireInBounds(next, format);
    this.#identity = next;
    this.#saved.save();
    await this.#saved.flush();
  }

  close(): Promise<void> {
    return this.#saved.close();
  }
}
