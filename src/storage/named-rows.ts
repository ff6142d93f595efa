// A small table of named values, each sealed: read whole once, so that it needs no index. Knows no value's meaning.
import { ByteReader, ByteWriter, textFromUtf8, utf8FromText } from '../protocol/bytes.ts';
import type { Database, Statement } from './database.ts';
import { numberOf, RowReader } from './row-reader.ts';
import type { SealedRows } from './sealed-rows.ts';
import type { Row } from './sqlite.ts';

export type NamedTable = 'state' | 'conversation';

/** The SQL that makes it. */
export function namedTable(table: NamedTable): string {
  return `CREATE TABLE ${table} (row INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT`;
}

export interface NamedValue<T> {
  readonly name: string;
  readonly value: T;
}

/** How a value stands in its row. `decode` throws ProtocolError; its bytes are its own to keep. */
export interface ValueFormat<T> {
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): T;
}

/** Where all rows of a profile are, and what seals them. */
export interface OpenTables {
  readonly database: Database;
  readonly sealed: SealedRows;
}

const MAX_NAME_BYTES = 1_024;

/**
 * Only under its seal does a row say whose it is. Where each name stands is remembered, so whoever undoes a
 * transaction says so with `forget`.
 */
export class NamedRows<T> {
  readonly #table: NamedTable;
  readonly #format: ValueFormat<T>;
  readonly #sealed: SealedRows;
  readonly #reader: RowReader;
  readonly #insert: Statement;
  readonly #update: Statement;
  readonly #delete: Statement;
  readonly #deleteAnywhere: Statement;
  /** By name; null until they are needed. */
  #numbers: Map<string, number> | null = null;
  #lastNumber = 0;
  /** Older rows of names that have a newer one. */
  #superseded: number[] = [];

  constructor({ database, sealed }: OpenTables, table: NamedTable, format: ValueFormat<T>) {
    this.#table = table;
    this.#format = format;
    this.#sealed = sealed;
    const inspect = (row: Row) => this.#open(row);
    this.#reader = new RowReader(database, { name: table, columns: 'sealed', inspect });
    this.#insert = database.prepare(`INSERT INTO ${table} VALUES (?, ?)`);
    this.#update = database.prepare(`UPDATE ${table} SET sealed = ? WHERE row = ?`);
    this.#delete = database.prepare(`DELETE FROM ${table} WHERE row = ?`);
    this.#deleteAnywhere = database.prepare(`DELETE FROM ${table} WHERE +row = ?`);
  }

  /** Every value that opens, in no order. */
  all(): NamedValue<T>[] {
    return [...this.#readAll().values.values()];
  }

  names(): IterableIterator<string> {
    return this.#known().keys();
  }

  /** Null where there is none, or it doesn't open. */
  get(name: string): T | null {
    const number = this.#known().get(name);
    if (number === undefined) return null;
    for (const row of this.#reader.at(number)) {
      const found = this.#open(row);
      if (found?.name === name) return found.value;
    }
    return null;
  }

  /** Within a transaction. `name`: at most 1,024 bytes of UTF-8. */
  put(name: string, value: T): void {
    const numbers = this.#known();
    this.#dropSuperseded();
    const known = numbers.get(name);
    const number = known ?? ++this.#lastNumber;
    const plain = encodeNamed(name, this.#format.encode(value));
    const sealed = this.#sealed.seal(this.#table, `${number}`, plain);
    if (known !== undefined) {
      if (this.#update.run(sealed, number).changes > 0) return;
      // One that stands out of order isn't found by its number.
      this.#deleteAnywhere.run(number);
    }
    this.#insert.run(number, sealed);
    numbers.set(name, number);
  }

  /** Within a transaction. */
  delete(name: string): void {
    const numbers = this.#known();
    this.#dropSuperseded();
    const number = numbers.get(name);
    if (number === undefined) return;
    if (this.#delete.run(number).changes === 0) this.#deleteAnywhere.run(number);
    numbers.delete(name);
  }

  /** After a transaction was undone: everything is read again when it is needed. */
  forget(): void {
    this.#numbers = null;
  }

  /** Whether every row opens, and holds what it should. */
  check(isFit: (found: NamedValue<T>) => boolean): boolean {
    let isWhole = true;
    for (const row of this.#reader.ascending(0)) {
      const found = this.#open(row);
      isWhole &&= found !== null && isFit(found);
    }
    return isWhole;
  }

  #known(): Map<string, number> {
    return this.#numbers ?? this.#readAll().numbers;
  }

  #readAll() {
    const values = new Map<string, NamedValue<T>>();
    const numbers = new Map<string, number>();
    this.#lastNumber = Math.max(this.#lastNumber, this.#reader.lastNumber());
    for (const row of this.#reader.ascending(0)) {
      const found = this.#open(row);
      if (found === null) continue;
      // A row that couldn't be read for a time has been written anew further on.
      const earlier = numbers.get(found.name);
      if (earlier !== undefined) this.#superseded.push(earlier);
      numbers.set(found.name, numberOf(row));
      values.set(found.name, found);
    }
    this.#numbers = numbers;
    return { values, numbers };
  }

  #dropSuperseded(): void {
    for (const number of this.#superseded.splice(0)) this.#delete.run(number);
  }

  #open(row: Row): NamedValue<T> | null {
    const at = { at: `${numberOf(row)}`, sealed: row.sealed };
    return this.#sealed.open(this.#table, at, (plain) => {
      const reader = new ByteReader(plain);
      const name = textFromUtf8(reader.lp(MAX_NAME_BYTES));
      return { name, value: this.#format.decode(reader.rest()) };
    });
  }
}

function encodeNamed(name: string, value: Uint8Array): Uint8Array {
  const bytes = utf8FromText(name);
  if (bytes.length > MAX_NAME_BYTES) throw new RangeError('name too long');
  return new ByteWriter(4 + bytes.length + value.length).lp(bytes).raw(value).finish();
}
