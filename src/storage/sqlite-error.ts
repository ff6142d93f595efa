// What SQLite says went wrong, as a StorageError with a sentence that says what to do. Never quotes a row.
import { phrase } from '../language/translate.ts';
import { errnoOf } from '../protocol/errors.ts';
import { explainErrno, StorageError, type StorageErrorCode } from './storage-error.ts';

/** What was tried: compiling a statement, which reads the schema; reading rows; writing. */
export type DatabaseDoing = 'preparing' | 'reading' | 'writing';

/** Primary result codes (sqlite.org/rescode.html), which are the low byte of an extended one. */
const ERROR = 1;
const BUSY = 5;
const LOCKED = 6;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/** What `sqlite3_errstr` says for these, from where @photostructure/sqlite gives no code: between rows. */
const MESSAGES: ReadonlyMap<string, number> = new Map([
  ['database disk image is malformed', CORRUPT],
  ['file is not a database', NOT_A_DATABASE],
  ['database is locked', BUSY],
  ['database table is locked', LOCKED],
]);

/** Result codes that mean what a system error means: of all of SQLite's only these say what to do. */
const ERRNOS: ReadonlyMap<number, string> = new Map([
  [3, 'EACCES'], // SQLITE_PERM
  [8, 'EROFS'], // SQLITE_READONLY
  [13, 'ENOSPC'], // SQLITE_FULL
  [14, 'EACCES'], // SQLITE_CANTOPEN
]);

/** SQLITE_IOERR_SHMSIZE: no room for the WAL's index, which is made before anything else is written. */
const NO_ROOM_FOR_INDEX = 10 | (19 << 8);

/** Turns what a binding of SQLite threw about the database at `path` into a StorageError; keeps one that is. */
export function databaseErrorFrom(
  cause: unknown,
  path: string,
  doing: DatabaseDoing,
): StorageError {
  if (cause instanceof StorageError) return cause;
  const [code, message] = explain(cause, path, doing);
  return new StorageError(code, message, { path, cause });
}

/** The database at `path` is not one of ours, or is damaged. */
export function damagedDatabase(path: string, cause?: unknown): StorageError {
  const message = phrase`${path} is damaged and was left as it is; restore a copy, or move it away to start with an empty one`;
  return new StorageError('corrupt', message, { path, cause });
}

function explain(cause: unknown, path: string, doing: DatabaseDoing): [StorageErrorCode, string] {
  const action = doing === 'writing' ? 'writing' : 'reading';
  const code = resultCode(cause);
  if (code === null) return explainErrno(errnoOf(cause) ?? 'unknown error', path, action);
  if (code === NO_ROOM_FOR_INDEX) return explainErrno('ENOSPC', path, action);
  const primary = code & 0xff;
  // The SQL is ours: a schema that it doesn't fit isn't.
  if (
    primary === CORRUPT ||
    primary === NOT_A_DATABASE ||
    (primary === ERROR && doing === 'preparing')
  ) {
    return ['corrupt', damagedDatabase(path).message];
  }
  if (primary === BUSY || primary === LOCKED) {
    return ['locked', phrase`${path} is in use by another process; end that one first`];
  }
  return explainErrno(ERRNOS.get(primary) ?? `SQLite error ${code}`, path, action);
}

/** SQLite's extended result code, or null where the binding itself refused: a wrong type, a closed database. */
function resultCode(cause: unknown): number | null {
  if (!(cause instanceof Error)) return null;
  if ('errcode' in cause && typeof cause.errcode === 'number') return cause.errcode;
  return MESSAGES.get(cause.message) ?? null;
}

/** Whether it says that something in the file is damaged. */
export function isCorrupt(error: unknown): boolean {
  return error instanceof StorageError && error.code === 'corrupt';
}

/** What `work` returns, or null where damage is in the way. */
export function tolerantly<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (isCorrupt(error)) return null;
    throw error;
  }
}
