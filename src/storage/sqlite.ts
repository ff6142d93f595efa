// Finds SQLite: Node's own where it has one, else the optional package. Knows no schema and no file.

/**
 * What a row can hold. Integers from 2^53 on go in as bigint, but reading them fails. Text without NUL:
 * @photostructure/sqlite reads it up to there, so what others wrote goes in as a blob.
 */
export type SqlValue = null | number | bigint | string | Uint8Array;
/** Columns by name. A blob is a copy of its own. */
export type Row = Readonly<Record<string, SqlValue>>;

/** The part of `StatementSync` that both have; its `changes` is never a bigint where nobody asks for it. */
export interface SqliteStatement {
  run(...values: SqlValue[]): { readonly changes: number | bigint };
  get(...values: SqlValue[]): Row | undefined;
  all(...values: SqlValue[]): Row[];
  iterate(...values: SqlValue[]): Iterable<Row>;
}

/** The part of `DatabaseSync` that both have. */
export interface SqliteConnection {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

/** `@photostructure/sqlite` is made to be `node:sqlite` on any Node. */
export interface Sqlite {
  readonly DatabaseSync: new (path: string) => SqliteConnection;
}

/** Loads it, once it is needed. Rejects with the reason why the package can't be loaded where Node has none. */
export async function loadSqlite(): Promise<Sqlite> {
  return builtInSqlite() ?? (await import('@photostructure/sqlite'));
}

/** Null before Node 22.13, which has none or wants a flag for it. */
function builtInSqlite(): Sqlite | null {
  // Node warns once, while it loads, that the module is experimental: nothing that the person could act on.
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    const module = process.getBuiltinModule('node:sqlite');
    return isSqlite(module) ? module : null;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function isSqlite(module: object | undefined): module is Sqlite {
  return module !== undefined && 'DatabaseSync' in module;
}
