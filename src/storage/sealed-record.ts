// Records in files of their own that show nothing: one sealed text a file, in the envelope of record-file.ts. Seals
// what earlier versions left in the clear. Knows no record's meaning.
import { join } from 'node:path';
import * as v from 'valibot';
import { SEAL_BYTES } from '../crypto/row-seal.ts';
import { phrase } from '../language/translate.ts';
import { discardUnfinished, replacePrivateFile } from './private-file.ts';
import { FOLDER_ENTRIES } from './profile-folder.ts';
import { encodeRecord, type RecordFormat, readRecord, type WrittenFormat } from './record-file.ts';
import type { RecordSeal, SealedKind } from './record-seal.ts';
import type { OnSaveFault } from './saved-record.ts';
import { StorageError } from './storage-error.ts';

/** The first was the record itself, in the clear. */
const SEALED_VERSION = 2;

/** Above what the envelope adds. */
const ENVELOPE_BYTES = 128;

/** Above the largest file of any kind, for who looks only at its form. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** For what owns a file of the profile. */
export interface SealedFileOptions {
  readonly seal: RecordSeal;
  readonly onFault: OnSaveFault;
}

/** How a record stands in its file: `format` is that of the record itself, as it would be in the clear. */
export interface RecordSealing<T> {
  readonly format: RecordFormat<T>;
  readonly seal: RecordSeal;
}

/** A file that has been read, or was not there; for a SavedRecord. */
export interface SealedFile<T> {
  /** Null: in memory only. */
  readonly path: string | null;
  /** What it writes is sealed. */
  readonly format: WrittenFormat<T>;
  /** Null where there was no file. */
  readonly found: T | null;
}

/**
 * The record `kind` in `folder`, for the folder's owner; a null folder: in memory only. Throws StorageError: `corrupt` also
 * on what is in the clear, or another profile's, else as `readRecord`; the file is left as it is then.
 */
export async function openSealedRecord<T>(
  folder: string | null,
  kind: SealedKind,
  { format, seal }: RecordSealing<T>,
): Promise<SealedFile<T>> {
  const { startingOver } = format;
  const written = sealedFormat(kind, { format, seal });
  if (folder === null) return { path: null, format: written, found: null };
  const path = join(folder, FOLDER_ENTRIES[kind]);
  // It may be in the clear, of an earlier version.
  await discardUnfinished(path);
  const stored = await readRecord(path, { ...written, schema: boxed, startingOver });
  if (stored === null) return { path, format: written, found: null };
  const text = typeof stored.data === 'string' ? seal.open(kind, stored.data) : null;
  const found = v.safeParse(v.pipe(v.string(), v.parseJson(), format.schema), text);
  if (!found.success) throw unfitting(path, startingOver);
  return { path, format: written, found: found.output };
}

/**
 * Seals the record `kind` in `folder` where an earlier version left it in the clear, in one step: after a kill it is as it
 * was, or sealed. For the folder's owner. Durable on return; throws StorageError, and then it is left as it is.
 */
export async function sealClearRecord<T>(
  folder: string,
  kind: SealedKind,
  { format, seal }: RecordSealing<T>,
): Promise<void> {
  const path = join(folder, FOLDER_ENTRIES[kind]);
  const written = sealedFormat(kind, { format, seal });
  const schema = v.union([alreadySealed, format.schema]);
  const { startingOver } = format;
  const clear = await readRecord(path, { ...written, schema, startingOver });
  if (clear !== null) await replacePrivateFile(path, encodeRecord(clear, written, path));
}

/** Whether the file of this kind opens only under a data key. Needs no lock and no crypto. Throws as `readRecord`. */
export async function isSealed(folder: string, kind: SealedKind): Promise<boolean> {
  const stored = await readRecord(join(folder, FOLDER_ENTRIES[kind]), {
    version: SEALED_VERSION,
    maxBytes: MAX_FILE_BYTES,
    schema: boxed,
    startingOver: phrase`lanchat then goes on without it`,
  });
  return typeof stored?.data === 'string';
}

/** Whatever stands there, apart from nothing at all. */
const boxed = v.pipe(
  v.unknown(),
  v.transform((data) => ({ data })),
);

/** No record is a text. */
const alreadySealed = v.pipe(
  v.string(),
  v.transform(() => null),
);

function sealedFormat<T>(
  kind: SealedKind,
  { format: { maxBytes, encode }, seal }: RecordSealing<T>,
): WrittenFormat<T> {
  return {
    version: SEALED_VERSION,
    maxBytes: Math.ceil((maxBytes + SEAL_BYTES) / 3) * 4 + ENVELOPE_BYTES,
    encode: (value) => seal.seal(kind, JSON.stringify(encode(value))),
  };
}

function unfitting(path: string, startingOver: string): StorageError {
  const message = phrase`${path} does not belong to the ${FOLDER_ENTRIES.vault} beside it and was left as it is; put back the copy that does, or move it away: ${startingOver}`;
  return new StorageError('corrupt', message, { path });
}
