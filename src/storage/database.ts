// One SQLite database in a file of its owner's, or in memory: durable commits, migrations. Knows no schema.
import { resolve } from 'node:path';
import { phrase } from '../language/translate.ts';
import { claimPrivateFile } from './private-file.ts';
import { DATABASE_SIDE_FILES } from './profile-folder.ts';
import {
  loadSqlite,
  type Row,
  type Sqlite,
  type SqliteConnection,
  type SqliteStatement,
  type SqlValue,
} from './sqlite.ts';
import { type DatabaseDoing, damagedDatabase, databaseErrorFrom } from './sqlite-error.ts';
import { StorageError } from './storage-error.ts';

/** Nobody else should have it open; a person who looks into it with a tool of theirs soon lets go. */
const BUSY_TIMEOUT_MS = 1_000;
/** What a big transaction leaves of the WAL; SQLite moves it into the database every 1,000 pages of 4 KiB. */
const WAL_LIMIT_BYTES = 4 * 1024 * 1024;

/** An SQL statement, compiled once. Values are bound to its `?` in order. Everything throws StorageError. */
export interface Statement {
  /** For what gives no rows. `changes`: rows inserted, changed or deleted. */
  run(...values: SqlValue[]): { readonly changes: number };
  /** The first row. */
  get(...values: SqlValue[]): Row | undefined;
  all(...values: SqlValue[]): Row[];
  /** One row at a time; until it is done or left (`break`), the WAL can't shrink. */
  iterate(...values: SqlValue[]): IterableIterator<Row>;
}

/** One connection, used by one thread. Everything is synchronous and throws StorageError. */
export interface Database {
  /** `corrupt` where the database lacks what the statement names: the SQL is ours, so the file isn't. */
  prepare(sql: string): Statement;
  /** Any number of statements, without values. */
  exec(sql: string): void;
  /**
   * Does what `work` does in one transaction, and returns what it returns: nothing of it is durable before,
   * all of it is after. Where `work` or the commit throws, nothing of it happened, and that is thrown.
   */
  transaction<T>(work: () => T): T;
  /** What to throw where what was read shows that the file is damaged: `corrupt`. */
  damaged(): StorageError;
  /** Moves the WAL into the database. Statements can't be used afterwards. Once more does nothing. */
  close(): void;
}

/**
 * Opens the database at `path`, made (mode 0600) where nothing is there; its folder must be. Null: in
 * memory only, never a byte on disk. What a killed process had committed is recovered. `migrations[i]` is
 * the SQL that takes the schema from version i to i + 1 (`user_version`); each is one transaction.
 *
 * Throws StorageError: `too-new` (written by later migrations), `corrupt` (damaged, or not ours), both left
 * as they are; `not-a-file`, `no-permission`, `read-only`, `no-space`; `locked` (another process writes to
 * it); `no-database` (no SQLite here).
 */
export async function openDatabase(
  path: string | null,
  migrations: readonly string[],
): Promise<Database> {
  const name = path ?? 'the database in memory';
  const { DatabaseSync } = await requireSqlite(name);
  if (path !== null) await claimFiles(path);
  const database = new OpenDatabase(name, () => {
    // Absolute, since SQLite gives ":memory:" and "file:" a meaning of their own.
    return new DatabaseSync(path === null ? ':memory:' : resolve(path));
  });
  try {
    prepareFor(database, name, migrations);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

async function requireSqlite(name: string): Promise<Sqlite> {
  try {
    return await loadSqlite();
  } catch (cause) {
    const message = phrase`this Node has no SQLite, and lanchat's optional package @photostructure/sqlite is missing or not for this machine; use Node 22.13 or later`;
    throw new StorageError('no-database', message, { path: name, cause });
  }
}

/** SQLite opens by name, follows symlinks, and takes what it finds beside a database for its own. */
async function claimFiles(path: string): Promise<void> {
  await claimPrivateFile(path, { create: true });
  for (const suffix of DATABASE_SIDE_FILES) {
    await claimPrivateFile(path + suffix, { create: false });
  }
}

/** Changes nothing in the file before it knows that it is ours. */
function prepareFor(database: Database, name: string, migrations: readonly string[]): void {
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON`);
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  if (version > migrations.length) {
    const message = phrase`${name} was written by a newer lanchat and was left as it is; update lanchat`;
    throw new StorageError('too-new', message, { path: name });
  }
  const isFresh = database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  if (version < 0 || isFresh !== (version === 0)) throw damagedDatabase(name);
  // On macOS only a full fsync reaches the disk.
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES};
    PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON`);
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    database.transaction(() => {
      database.exec(sql);
      database.exec(`PRAGMA user_version = ${index + 1}`);
    });
  }
}

class OpenDatabase implements Database {
  readonly #name: string;
  readonly #connection: SqliteConnection;
  #isOpen = true;

  constructor(name: string, connect: () => SqliteConnection) {
    this.#name = name;
    try {
      this.#connection = connect();
    } catch (cause) {
      throw this.failure(cause, 'reading');
    }
  }

  /** What a binding threw, as what may leave this file. */
  failure(cause: unknown, doing: DatabaseDoing): StorageError {
    return databaseErrorFrom(cause, this.#name, doing);
  }

  prepare(sql: string): Statement {
    try {
      return new PreparedStatement(this, this.#connection.prepare(sql));
    } catch (cause) {
      throw this.failure(cause, 'preparing');
    }
  }

  exec(sql: string): void {
    try {
      this.#connection.exec(sql);
    } catch (cause) {
      throw this.failure(cause, 'writing');
    }
  }

  transaction<T>(work: () => T): T {
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  damaged(): StorageError {
    return damagedDatabase(this.#name);
  }

  #rollBack(): void {
    try {
      this.#connection.exec('ROLLBACK');
    } catch {
      // SQLite has done it itself, as it may on a full disk.
    }
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      // @photostructure/sqlite lets go of the file only once every statement has been collected, and until
      // then SQLite would leave the WAL as it is.
      this.#connection.exec('PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Then whoever opens it next moves what is in the WAL.
    }
    try {
      this.#connection.close();
    } catch (cause) {
      throw this.failure(cause, 'writing');
    }
  }
}

/**
 * Holds the database, and its iterators hold it: in @photostructure/sqlite each points to the memory of the
 * one before, which goes when that is collected.
 */
class PreparedStatement implements Statement {
  readonly #database: OpenDatabase;
  readonly #statement: SqliteStatement;

  constructor(database: OpenDatabase, statement: SqliteStatement) {
    this.#database = database;
    this.#statement = statement;
  }

  run(...values: SqlValue[]): { readonly changes: number } {
    try {
      return { changes: Number(this.#statement.run(...values).changes) };
    } catch (cause) {
      throw this.#database.failure(cause, 'writing');
    }
  }

  get(...values: SqlValue[]): Row | undefined {
    try {
      return this.#statement.get(...values);
    } catch (cause) {
      throw this.#database.failure(cause, 'reading');
    }
  }

  all(...values: SqlValue[]): Row[] {
    try {
      return this.#statement.all(...values);
    } catch (cause) {
      throw this.#database.failure(cause, 'reading');
    }
  }

  *iterate(...values: SqlValue[]): IterableIterator<Row> {
    try {
      yield* this.#statement.iterate(...values);
    } catch (cause) {
      throw this.#database.failure(cause, 'reading');
    }
  }
}
