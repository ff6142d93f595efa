// One JSON record a file, versioned and checksummed, so that damage is noticed. Knows no record's meaning.
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { phrase } from '../language/translate.ts';
import { textFromUtf8, utf8FromText } from '../protocol/bytes.ts';
import { createPrivateFile, readPrivateFile, replacePrivateFile } from './private-file.ts';
import { StorageError } from './storage-error.ts';

const FIRST_VERSION = 1;

const version = v.pipe(v.number(), v.safeInteger(), v.minValue(FIRST_VERSION));
const anyVersion = v.looseObject({ v: version });
const envelope = v.strictObject({ v: version, sum: v.string(), data: v.unknown() });

/** How a record stands in its file. */
export interface RecordFormat<T> {
  /**
   * Of what `encode` gives; 1 where it is left out. An older lanchat then says that it is too old, and not that
   * the file is damaged. `schema` reads the earlier versions too.
   */
  readonly version?: number;
  /** Bounds reading and writing alike: what we write can always be read back. */
  readonly maxBytes: number;
  readonly schema: v.GenericSchema<unknown, T>;
  /** Inverse of `schema`. Plain JSON without keys that look like integers: their order isn't kept. */
  encode(value: T): unknown;
  /** What it means to go on without the file: "move it away: …". */
  readonly startingOver: string;
}

/** What is needed to write a record, and not to read it. */
export type WrittenFormat<T> = Pick<RecordFormat<T>, 'version' | 'maxBytes' | 'encode'>;

/**
 * The record at `path`, or null where there is no file. Throws StorageError: `corrupt` on anything but
 * exactly what `encodeRecord` wrote, `too-new` on a later version, else as `readPrivateFile`. The file is
 * never touched.
 */
export async function readRecord<T>(
  path: string,
  format: Omit<RecordFormat<T>, 'encode'>,
): Promise<T | null> {
  const bytes = await readPrivateFile(path, format.maxBytes);
  if (bytes === null) return null;
  const parsed = parseJson(bytes);
  const written = v.safeParse(anyVersion, parsed);
  if (written.success && written.output.v > versionOf(format)) {
    const message = phrase`${path} was written by a newer lanchat and was left as it is; update lanchat`;
    throw new StorageError('too-new', message, { path });
  }
  const outer = v.safeParse(envelope, parsed);
  if (!outer.success || !isWhole(outer.output.data, outer.output.sum)) {
    throw damaged(path, format.startingOver);
  }
  const data = v.safeParse(format.schema, outer.output.data);
  if (!data.success) throw damaged(path, format.startingOver);
  return data.output;
}

/**
 * Writes `fresh` durably where `path` holds nothing yet, and returns it; where something is there already,
 * returns that: of processes that try at once, all end with the same. Throws as `readRecord`,
 * `createPrivateFile` and `requireInBounds`.
 */
export async function createRecord<T>(path: string, fresh: T, format: RecordFormat<T>): Promise<T> {
  requireInBounds(fresh, format);
  if (await createPrivateFile(path, encodeRecord(fresh, format, path))) return fresh;
  const earlier = await readRecord(path, format);
  if (earlier !== null) return earlier;
  const message = phrase`${path} went away while it was made; start again`;
  throw new StorageError('unreadable', message, { path });
}

/**
 * Replaces the record at `path`, or makes it, in one step: after a crash it is the old or the new one. Durable on
 * return. Throws as `replacePrivateFile`, `encodeRecord` and `requireInBounds`; what was there stays then.
 */
export async function replaceRecord<T>(
  path: string,
  value: T,
  format: RecordFormat<T>,
): Promise<void> {
  requireInBounds(value, format);
  await replacePrivateFile(path, encodeRecord(value, format, path));
}

/** Throws RangeError on a value that could not be read back: what is saved must have passed this. */
export function requireInBounds<T>(
  value: T,
  format: Pick<RecordFormat<T>, 'schema' | 'encode'>,
): void {
  if (!v.is(format.schema, format.encode(value))) throw new RangeError('record out of bounds');
}

/**
 * The bytes of a record's file, of a value that is in bounds. Throws StorageError `too-large` where they
 * would not be read back.
 */
export function encodeRecord<T>(value: T, format: WrittenFormat<T>, path: string): Uint8Array {
  const text = JSON.stringify(format.encode(value));
  const bytes = utf8FromText(
    `{"v":${versionOf(format)},"sum":"${checksum(text)}","data":${text}}\n`,
  );
  if (bytes.length > format.maxBytes) {
    const message = phrase`${path} would grow beyond ${format.maxBytes} bytes and was left as it is`;
    throw new StorageError('too-large', message, { path });
  }
  return bytes;
}

function versionOf({ version = FIRST_VERSION }: { readonly version?: number }): number {
  return version;
}

/** Null where the bytes are not JSON: a file can't hold a bare null of ours, so the schema refuses it. */
function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textFromUtf8(bytes));
  } catch {
    // The cause would quote the contents.
    return null;
  }
}

/** Against a failing disk, not against a thief: a flipped bit must not become another person's ID. */
function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function isWhole(data: unknown, sum: string): boolean {
  try {
    return checksum(JSON.stringify(data)) === sum;
  } catch {
    // No data, or nested too deeply to be written again.
    return false;
  }
}

function damaged(path: string, startingOver: string): StorageError {
  const message = phrase`${path} is damaged and was left as it is; restore a copy, or move it away: ${startingOver}`;
  return new StorageError('corrupt', message, { path });
}
