// A backup's bytes: what anybody may read (how its key is made), then chunks that open only with its passphrase.
// Knows neither where a backup comes from nor where it goes; reading: backup-reader.ts.
import { CHUNK_SEAL_BYTES, SealingStream } from '../crypto/sealed-stream.ts';
import { ready, wipe } from '../crypto/sodium.ts';
import { phrase } from '../language/translate.ts';
import {
  ByteReader,
  ByteWriter,
  concatBytes,
  equalBytes,
  utf8FromText,
} from '../protocol/bytes.ts';
import { UsageError } from '../protocol/errors.ts';
import {
  type BackupContents,
  type BackupCounts,
  encodeBackupRecord,
  MAX_RECORD_BYTES,
  recordsOf,
} from './backup-record.ts';
import {
  isBearable,
  keyFromPassphrase,
  SALT_BYTES,
  type ScryptParameters,
} from './passphrase-key.ts';
import { StorageError } from './storage-error.ts';

/**
 * The file: `magic15 ‖ version u8 ‖ log2(N) u8 ‖ r u8 ‖ p u8 ‖ salt16`, the stream's header24, then chunks
 * `length u32 ‖ sealed`, a record each. Every chunk is bound to the preamble and to all chunks before it, and the
 * last is marked: nothing can be changed, taken away, put elsewhere or added.
 */
const MAGIC = utf8FromText('lanchat backup\n');
const VERSION = 1;
export const PREAMBLE_BYTES = MAGIC.length + 4 + SALT_BYTES;
export const LENGTH_BYTES = 4;
export const MIN_CHUNK_BYTES = CHUNK_SEAL_BYTES + 1;
export const MAX_CHUNK_BYTES = CHUNK_SEAL_BYTES + MAX_RECORD_BYTES;

/**
 * Seals a backup and hands its bytes to `write`, in order, one record in memory at a time. The head's seed stays
 * the caller's to wipe. Throws as `write`, and RangeError on what could not be read back.
 */
export async function writeBackup(
  contents: BackupContents,
  { passphrase, scrypt }: { readonly passphrase: string; readonly scrypt: ScryptParameters },
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<BackupCounts> {
  await ready();
  const preamble = encodePreamble(scrypt);
  const key = await keyFromPassphrase(passphrase, scrypt);
  const stream = new SealingStream(key, preamble);
  wipe(key);
  await write(concatBytes([preamble, stream.header]));
  for (const record of recordsOf(contents)) {
    const isLast = record.type === 'end';
    const plain = encodeBackupRecord(record);
    const sealed = stream.push(plain, { isLast });
    wipe(plain);
    await write(new ByteWriter(LENGTH_BYTES + sealed.length).lp(sealed).finish());
    if (isLast) return record.counts;
  }
  throw new Error('a backup without an end');
}

function encodePreamble({ N, r, p, salt }: ScryptParameters): Uint8Array {
  const writer = new ByteWriter(PREAMBLE_BYTES).raw(MAGIC).u8(VERSION);
  return writer.u8(Math.log2(N)).u8(r).u8(p).fixed(salt, SALT_BYTES).finish();
}

/**
 * How the key of the backup at `path` is made, from its first PREAMBLE_BYTES, or fewer where it has fewer. Throws
 * UsageError `not-a-backup`, and StorageError: `too-new`; `corrupt`, also where making the key would take more
 * memory or time than any backup of ours.
 */
export function decodePreamble(bytes: Uint8Array, path: string): ScryptParameters {
  if (!equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) {
    const message = phrase`${path} is no backup; name a file that lanchat backup has written`;
    throw new UsageError('not-a-backup', message);
  }
  if (bytes.length < PREAMBLE_BYTES) throw damagedBackup(path);
  const reader = new ByteReader(bytes.subarray(MAGIC.length));
  const version = reader.u8();
  if (version > VERSION) {
    const message = phrase`${path} was written by a newer lanchat; update lanchat to restore it`;
    throw new StorageError('too-new', message, { path });
  }
  if (version < VERSION) throw damagedBackup(path);
  const cost = { N: 2 ** reader.u8(), r: reader.u8(), p: reader.u8() };
  if (!isBearable(cost)) throw damagedBackup(path);
  return { ...cost, salt: reader.take(SALT_BYTES) };
}

export function damagedBackup(path: string): StorageError {
  const message = phrase`${path} is damaged or cut short; nothing was restored; use another copy of it`;
  return new StorageError('corrupt', message, { path });
}
