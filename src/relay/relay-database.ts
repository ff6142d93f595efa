// The relay's database: its schema, and reading its rows with care. Knows no frame and no connection.
import { type Database, openDatabase } from '../storage/database.ts';
import type { Row, SqlValue } from '../storage/sqlite.ts';
import { damagedDatabase } from '../storage/sqlite-error.ts';
import { StorageError } from '../storage/storage-error.ts';
import type { EventLog } from './events.ts';

/**
 * Times are milliseconds: `started_ms` and `wall_ms` of the wall clock, the others of the shelf clock. Numbers of blobs are above 2^53: they go in, and come out in the frames only, or as text.
 *
 * `mail_box` finds a mailbox, a sender's share of it, and a token; `size` in it lets them be counted without
 * reading a blob, as in `log_share`. A `sender` is a keyed hash of an ID, a `source` one of an address under a key
 * that ends with the run. A row of `log` is what one sender said in a topic in one turn. People are known
 * `since_ms`, and were here last at `seen_ms`.
 */
const SCHEMA = `
CREATE TABLE relay (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  started_ms INTEGER NOT NULL,
  shelf_ms INTEGER NOT NULL,
  wall_ms INTEGER NOT NULL,
  sender_key BLOB NOT NULL
) STRICT;
CREATE TABLE mail (
  rseq INTEGER PRIMARY KEY,
  recipient BLOB NOT NULL,
  sender BLOB NOT NULL,
  source BLOB NOT NULL,
  token BLOB NOT NULL,
  size INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  frame BLOB NOT NULL
) STRICT;
CREATE INDEX mail_box ON mail (recipient, sender, source, token, size);
CREATE INDEX mail_source ON mail (source, sender);
CREATE INDEX mail_expiry ON mail (expires_ms);
CREATE TABLE people (
  prefix BLOB NOT NULL,
  id BLOB NOT NULL,
  source BLOB NOT NULL,
  since_ms INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL,
  card BLOB NOT NULL,
  bundle BLOB
) STRICT;
CREATE UNIQUE INDEX people_prefix ON people (prefix);
CREATE INDEX people_seen ON people (seen_ms, prefix);
CREATE TABLE log (
  topic BLOB NOT NULL,
  last INTEGER NOT NULL,
  source BLOB NOT NULL,
  sender BLOB NOT NULL,
  size INTEGER NOT NULL,
  stored_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  marks BLOB NOT NULL,
  frames BLOB NOT NULL
) STRICT;
CREATE INDEX log_topic ON log (topic, last);
CREATE INDEX log_share ON log (topic, source, sender, last, size);
CREATE INDEX log_source ON log (source, sender);
CREATE INDEX log_expiry ON log (expires_ms);
CREATE TABLE members (
  topic BLOB NOT NULL,
  id BLOB NOT NULL,
  join_proof BLOB NOT NULL,
  seen_ms INTEGER NOT NULL,
  PRIMARY KEY (topic, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_seen ON members (seen_ms);
`;

/** A row is a file that the relay keeps; its chunks are in a file of the same name beside the database. */
const FILES = `
CREATE TABLE files (
  file BLOB PRIMARY KEY,
  sender BLOB NOT NULL,
  source BLOB NOT NULL,
  chunks INTEGER NOT NULL,
  synced INTEGER NOT NULL,
  touched_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

/** The greatest integer that SQLite holds: no blob has a number above it. */
export const MAX_INTEGER = 0x7fff_ffff_ffff_ffffn;

/** In memory only where `path` is null. Throws StorageError. */
export function openRelayDatabase(path: string | null): Promise<Database> {
  return openDatabase(path, [SCHEMA, FILES]);
}

/** The id in a column; null where the row is damaged there. */
export function idFrom<T>(
  value: SqlValue | undefined,
  kind: { readonly sizeBytes: number; fromBytes(bytes: Uint8Array): T },
): T | null {
  const isWhole = value instanceof Uint8Array && value.length === kind.sizeBytes;
  return isWhole ? kind.fromBytes(value) : null;
}

/** Throws StorageError (`corrupt`) where the row holds something else. */
export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (value instanceof Uint8Array) return value;
  throw damagedDatabase('relay.db');
}

/** Throws StorageError (`corrupt`) where the row holds something else. */
export function numberOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw damagedDatabase('relay.db');
}

/** What `read` returns; where the disk fails that is told, and the relay goes on with `otherwise`. */
export function readOr<T>(events: EventLog, otherwise: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    events.storageDamaged(error);
    return otherwise;
  }
}

/** What `read` returns, or null where it finds damage, which is told: it costs what is damaged, and no more. */
export function readUndamaged<T>(events: EventLog, read: () => T | null): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'corrupt') throw error;
    events.storageDamaged(error);
    return null;
  }
}
