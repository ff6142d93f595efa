// A relay's own secret seed, in its data folder. Derives no keys; whoever loads them checks the ID.
import { join } from 'node:path';
import * as v from 'valibot';
import { phrase } from '../language/translate.ts';
import { hexFromBytes } from '../protocol/bytes.ts';
import { RelayId } from '../protocol/ids.ts';
import { SEED_BYTES } from '../protocol/sizes.ts';
import { FOLDER_ENTRIES } from './profile-folder.ts';
import { bytesField, idField, timeMsField } from './record-fields.ts';
import { createRecord, type RecordFormat, readRecord } from './record-file.ts';

export interface StoredRelayKey {
  readonly id: RelayId;
  /** Secret, 32 bytes; the caller wipes it. */
  readonly seed: Uint8Array;
  readonly createdMs: number;
}

const format: RecordFormat<StoredRelayKey> = {
  maxBytes: 4 * 1024,
  schema: v.strictObject({
    id: idField(RelayId),
    seed: bytesField(SEED_BYTES),
    createdMs: timeMsField,
  }),
  encode: (key) => ({ ...key, seed: hexFromBytes(key.seed) }),
  startingOver: phrase`the relay then has a new key, and everybody who pinned it must trust it again`,
};

/** The relay's key in `folder`, or null in a fresh one. Throws StorageError. */
export async function readRelayKey(folder: string): Promise<StoredRelayKey | null> {
  return readRecord(join(folder, FOLDER_ENTRIES.relayKey), format);
}

/** As `createIdentity`: `fresh`, durably, or the key that was there first. Throws StorageError. */
export async function createRelayKey(
  folder: string,
  fresh: StoredRelayKey,
): Promise<StoredRelayKey> {
  return createRecord(join(folder, FOLDER_ENTRIES.relayKey), fresh, format);
}
