// Reads the rows of one table by their numbers, in order, also where some are damaged. Knows no columns and no keys.
import type { Database, Statement } from './database.ts';
import type { Row } from './sqlite.ts';
import { isCorrupt, tolerantly } from './sqlite-error.ts';

/** Rows read at once: with the longest messages, edited and answered, 10 MB. */
const CHUNK_ROWS = 64;
/** A number that damage made larger isn't a row's, nor what new rows go on from. */
const MAX_ROW = 2 ** 52;

/** One that a flipped bit made too large to be read would end the whole query. */
export const ROW_NUMBER = `max(0, min(row, ${Number.MAX_SAFE_INTEGER})) AS number`;

export interface ReadTable {
  /** Its `row` is the INTEGER PRIMARY KEY, from 1. */
  readonly name: string;
  /** The others that are read, as SQL has them. */
  readonly columns: string;
  /** Told of every row near damage, so that those that don't open can be counted. */
  readonly inspect: (row: Row) => void;
}

interface Direction {
  readonly step: 1 | -1;
  /** Whole rows from a number on, and their numbers alone. */
  readonly chunk: Statement;
  readonly chunkNumbers: Statement;
  /** Numbers alone, beyond a number, by looking at all. */
  readonly numbers: Statement;
}

/** In order, and complete: the first is the bound, where that was there. */
interface Chunk {
  readonly rows: readonly Row[];
  /** The number to go on from; null at the end. */
  readonly next: number | null;
}

/**
 * A row whose number was damaged stands out of order, so that SQLite looks for its neighbours in the wrong
 * place; one whose length was damaged ends every query that comes by. Here each costs itself alone.
 * Everything throws StorageError.
 */
export class RowReader {
  readonly #inspect: (row: Row) => void;
  readonly #seek: Statement;
  readonly #scan: Statement;
  readonly #last: Statement;
  readonly #up: Direction;
  readonly #down: Direction;
  /** Whether a row was not found where it belongs. */
  #isMisordered = false;

  constructor(database: Database, { name, columns, inspect }: ReadTable) {
    this.#inspect = inspect;
    // An index has numbers too, and may be damaged.
    const whole = `SELECT ${ROW_NUMBER}, ${columns} FROM ${name} NOT INDEXED`;
    const numbers = `SELECT ${ROW_NUMBER} FROM ${name} NOT INDEXED`;
    const prepare = (sql: string) => database.prepare(`${sql} LIMIT ${CHUNK_ROWS}`);
    this.#seek = prepare(`${whole} WHERE row = ?`);
    // What is computed from `row` isn't looked for in its place.
    this.#scan = prepare(`${whole} WHERE number = ?`);
    this.#last = database.prepare(`${numbers} ORDER BY row DESC LIMIT ?`);
    this.#up = {
      step: 1,
      chunk: prepare(`${whole} WHERE row >= ? ORDER BY row`),
      chunkNumbers: prepare(`${numbers} WHERE row >= ? ORDER BY row`),
      numbers: prepare(`${numbers} WHERE number >= ? ORDER BY number`),
    };
    this.#down = {
      step: -1,
      chunk: prepare(`${whole} WHERE row <= ? ORDER BY row DESC`),
      chunkNumbers: prepare(`${numbers} WHERE row <= ? ORDER BY row DESC`),
      numbers: prepare(`${numbers} WHERE number <= ? ORDER BY number DESC`),
    };
  }

  /** The greatest number, 0 where there is no row. */
  lastNumber(): number {
    // More than one, since the last may be damaged.
    const rows = tolerantly(() => this.#last.all(CHUNK_ROWS)) ?? this.#last.all(1);
    const numbers = rows.map(numberOf);
    return Math.max(0, ...numbers.filter((number) => number < MAX_ROW));
  }

  /**
   * What has this number: one row, or none. Near damage the row may come twice, and another with it whose
   * number was made this one.
   */
  *at(number: number): IterableIterator<Row> {
    const row = this.#read(number);
    if (row !== null) yield row;
    if (this.#isMisordered) yield* this.#anywhere(number);
  }

  /** As `at`, of a row that must be there, so that it is worth to look at all. */
  *named(number: number): IterableIterator<Row> {
    const row = this.#read(number);
    if (row !== null) yield row;
    this.#isMisordered ||= row === null;
    if (this.#isMisordered) yield* this.#anywhere(number);
  }

  /** Rows of greater numbers, in order; rows may come and go meanwhile, and no query stays open. */
  *ascending(after: number): IterableIterator<Row> {
    // Lower than damage makes a number, so that SQLite begins where the table does.
    yield* this.#walk(this.#up, after <= 0 ? Number.MIN_SAFE_INTEGER : after);
  }

  /** Rows of lower numbers, the greatest first; as `ascending`. */
  *descending(before: number): IterableIterator<Row> {
    yield* this.#walk(this.#down, before);
  }

  *#walk(direction: Direction, from: number): IterableIterator<Row> {
    let bound: number | null = from;
    while (bound !== null) {
      const chunk: Chunk = this.#inOrder(direction, bound) ?? this.#oneByOne(direction, bound);
      yield* chunk.rows;
      bound = chunk.next;
    }
  }

  /** Null where it can't be told whether these are all. */
  #inOrder(direction: Direction, bound: number): Chunk | null {
    const read = tolerantly(() => direction.chunk.all(bound));
    if (read === null) return this.#inspectMisordered(direction, bound);
    const numbers = read.map(numberOf);
    const isOrdered = numbers.every((number, index) =>
      isBefore(numbers[index - 1], number, direction.step),
    );
    if (!isOrdered || (!isEnd(bound) && numbers[0] !== bound)) {
      this.#isMisordered ||= !isOrdered;
      for (const row of read) this.#inspect(row);
      return null;
    }
    const rows = isEnd(bound) ? read : read.slice(1);
    if (read.length < CHUNK_ROWS) return { rows, next: null };
    // Only the row after it shows that a number is in its place.
    return { rows: rows.slice(0, -1), next: numbers.at(-2) ?? null };
  }

  /** Of rows that can't be read at all, those that nothing else will come by. */
  #inspectMisordered({ step, chunkNumbers }: Direction, bound: number): null {
    const numbers = tolerantly(() => chunkNumbers.all(bound).map(numberOf)) ?? [];
    for (const number of misorderedIn(numbers, step)) this.#inspect({ number });
    return null;
  }

  /** For where rows are damaged, or the one to go on from is gone. */
  #oneByOne({ step, numbers: query }: Direction, bound: number): Chunk {
    const found = tolerantly(() => query.all(bound).map(numberOf));
    if (found !== null) {
      const isLast = found.length < CHUNK_ROWS;
      // Of the last number there may be another.
      const numbers = isLast ? found : found.slice(0, -1);
      const earlier = isEnd(bound) ? null : bound;
      const rows = numbers.flatMap((number, index) => {
        if (number === earlier || number === numbers[index - 1]) return [];
        return this.#present(number, number === numbers[index + 1]);
      });
      return { rows, next: isLast ? null : (numbers.at(-1) ?? null) };
    }
    // Not even the numbers can be read: a page is damaged.
    const last = this.lastNumber();
    const first = Math.min(Math.max(0, bound), last + 1);
    const range = Array.from({ length: CHUNK_ROWS }, (_, index) => first + step * (1 + index));
    const rows = range.map((number) => this.#read(number)).filter((row) => row !== null);
    const next = first + step * CHUNK_ROWS;
    return { rows, next: next <= 0 || next >= last ? null : next };
  }

  #read(number: number): Row | null {
    try {
      return this.#seek.get(number) ?? null;
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      this.#inspect({ number });
      return null;
    }
  }

  #anywhere(number: number): Row[] {
    return tolerantly(() => this.#scan.all(number)) ?? [];
  }

  /** Two of one number: one of them stands for a row that is lost. */
  #present(number: number, isTwice: boolean): readonly Row[] {
    const row = isTwice ? null : this.#read(number);
    if (row !== null) return [row];
    const rows = this.#anywhere(number);
    if (isTwice || rows.length === 0) this.#inspect({ number });
    if (rows.length > 0 || !isTwice) return rows;
    const seen = this.#read(number);
    return seen === null ? [] : [seen];
  }
}

/** Those that alone are in the way of an order. */
function misorderedIn(numbers: readonly number[], step: 1 | -1): number[] {
  return numbers.filter((number, index) => {
    const [earlier, next] = [numbers[index - 1], numbers[index + 1]];
    const isInPlace = isBefore(earlier, number, step) && isBefore(number, next, step);
    return !isInPlace && isBefore(earlier, next, step);
  });
}

/** Nothing is before everything, and after it. */
function isBefore(a: number | undefined, b: number | undefined, step: 1 | -1): boolean {
  return a === undefined || b === undefined || (b - a) * step > 0;
}

/** Whether a walk begins there, not at a row that was there. */
function isEnd(bound: number): boolean {
  return bound <= 0 || bound >= MAX_ROW;
}

/** What `ROW_NUMBER` gave; 0 where a query gave no row. */
export function numberOf({ number }: Row): number {
  return typeof number === 'number' ? number : 0;
}
