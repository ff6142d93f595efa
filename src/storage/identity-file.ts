// This profile's identity: its secret seed and last used sequence numbers. Derives no keys, so that
// `lanchat id` needs no crypto; whoever loads the keys checks that the seed gives the ID.
import { join } from 'node:path';
import * as v from 'valibot';
import { hexFromBytes } from '../protocol/bytes.ts';
import { PeerId } from '../protocol/ids.ts';
import { MAX_NICK_BYTES } from '../protocol/limits.ts';
import { SEED_BYTES } from '../protocol/sizes.ts';
import { FOLDER_ENTRIES } from './profile-folder.ts';
import { bytesField, idField, textField, timeMsField, u64Field } from './record-fields.ts';
import { createRecord, type RecordFormat, readRecord, requireInBounds } from './record-file.ts';
import { type OnSaveFault, SavedRecord } from './saved-record.ts';

export interface StoredIdentity {
  readonly id: PeerId;
  /** Secret, 32 bytes; the caller wipes it. */
  readonly seed: Uint8Array;
  /** At most 32 bytes of UTF-8. */
  readonly nick: string;
  /** The last used; 0 before the first. */
  readonly cardSeq: bigint;
  readonly bundleSeq: bigint;
  readonly createdMs: number;
}

/** What may change in an identity. The sequence numbers never fall: the relay would refuse them. */
export interface IdentityChange {
  readonly nick?: string;
  readonly cardSeq?: bigint;
  readonly bundleSeq?: bigint;
}

const format: RecordFormat<StoredIdentity> = {
  maxBytes: 4 * 1024,
  schema: v.strictObject({
    id: idField(PeerId),
    seed: bytesField(SEED_BYTES),
    nick: textField(MAX_NICK_BYTES),
    cardSeq: u64Field,
    bundleSeq: u64Field,
    createdMs: timeMsField,
  }),
  encode: (identity) => ({
    ...identity,
    seed: hexFromBytes(identity.seed),
    cardSeq: identity.cardSeq.toString(),
    bundleSeq: identity.bundleSeq.toString(),
  }),
  startingOver: 'lanchat then makes a new identity, and to everybody you are somebody else',
};

/** The identity in `folder`, or null in a fresh profile. Needs no lock. Throws StorageError. */
export async function readIdentity(folder: string): Promise<StoredIdentity | null> {
  return readRecord(join(folder, FOLDER_ENTRIES.identity), format);
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

/** The identity of the process that owns the profile, with its changes going to disk. */
export class IdentityFile {
  #identity: StoredIdentity;
  readonly #saved: SavedRecord<StoredIdentity>;

  /** `identity` is what was read from, or created in, `folder`. The seed stays the caller's to wipe, after close. */
  constructor(folder: string, identity: StoredIdentity, onFault: OnSaveFault) {
    this.#identity = identity;
    const file = { path: join(folder, FOLDER_ENTRIES.identity), format };
    this.#saved = new SavedRecord(file, () => this.#identity, onFault);
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
