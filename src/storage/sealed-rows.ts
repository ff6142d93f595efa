// Seals and opens the rows of a profile's database, and counts those that don't open. Knows no tables' meaning.
import { randomBytes } from 'node:crypto';
import { nameOf, openAt, type RowKeys, rowKeysFrom, sealAt } from '../crypto/row-seal.ts';
import { wipe } from '../crypto/sodium.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { SqlValue } from './sqlite.ts';

export type Table = 'state' | 'conversation' | 'message';

/** Each is remembered, so that none counts twice; a file with more is damaged all over. */
const MAX_COUNTED = 100_000;

/** Owns the keys of one open database. */
export class SealedRows {
  readonly #keys: RowKeys;
  readonly #damaged = new Set<string>();

  /** `dataKey`: 32 bytes, the caller's to wipe. */
  constructor(dataKey: Uint8Array) {
    this.#keys = rowKeysFrom(dataKey);
  }

  /** What stands in the file for `text`: a keyed hash, 20 characters. */
  nameOf(table: Table, text: string): string {
    return nameOf(this.#keys.name, `row-${table}`, text);
  }

  /** `at` is everything else in the row, in one text: a row that is put elsewhere doesn't open. */
  seal(table: Table, at: string, plain: Uint8Array): Uint8Array {
    const random = (sizeBytes: number) => randomBytes(sizeBytes);
    return sealAt({ label: `row-${table}`, at }, plain, { key: this.#keys.seal, random });
  }

  /** Null, and counted as damaged, where a row isn't what was sealed for its place. */
  open<T>(
    table: Table,
    { at, sealed }: { readonly at: string; readonly sealed: SqlValue | undefined },
    decode: (plain: Uint8Array) => T,
  ): T | null {
    const plain =
      sealed instanceof Uint8Array
        ? openAt({ label: `row-${table}`, at }, sealed, this.#keys.seal)
        : null;
    try {
      if (plain !== null) return decode(plain);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
    if (this.#damaged.size < MAX_COUNTED) this.#damaged.add(`${table} ${at}`);
    return null;
  }

  /** How many different rows were found that don't open, up to 100,000. */
  get damaged(): number {
    return this.#damaged.size;
  }

  /** Nothing is sealed or opened after it. */
  close(): void {
    wipe(this.#keys.seal, this.#keys.name);
  }
}
