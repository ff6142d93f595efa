// Words looked for in all messages: their texts in memory, folded, while somebody searches. Knows no keys.
import { totalmem } from 'node:os';

/** What one turn of the event loop is given, so that a screen stays alive meanwhile. */
const SLICE_MS = 8;
/** Words don't stay in memory for a search that is over. */
const IDLE_MS = 5 * 60_000;
/** Bytes: about a million ordinary messages, or an eighth of a small machine. */
const MAX_WEIGHT = Math.min(256 * 1024 * 1024, totalmem() / 8);
/** What an entry weighs besides its text. */
const ENTRY_WEIGHT = 100;
const LAST_ROW = Number.MAX_SAFE_INTEGER;

export interface Searchable {
  readonly row: number;
  /** Any name that only this conversation has. */
  readonly conversation: string;
  readonly text: string;
}

/** Everything in rows before this one, newest first. Left unfinished and begun again at will. */
export type NewestFirst = (beforeRow: number) => Iterable<Searchable>;

export interface SearchScope {
  /** Null: all. */
  readonly conversation: string | null;
  /** How many rows are enough. */
  readonly limit: number;
}

const ASCII = /^[\p{ASCII}]*$/u;

/**
 * Accents, the points of Arabic and Hebrew, and what can't be seen. Vowel signs of other scripts, as those of
 * Hindi, are letters, and so are the marks of kana.
 */
const OMITTED =
  /(?![\u3099\u309a])(?=\p{M})[\p{Script=Inherited}\p{Script=Arabic}\p{Script=Hebrew}]|\p{Cf}/gu;

/** The form in which words are compared: no case, no accents, no compatibility variants. */
export function foldText(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  const plain = text.normalize('NFKD').replace(OMITTED, '');
  // Upper case first, for letters that have two lower ones: ß is ss, and a final sigma is a sigma.
  return plain.toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}

function wordsOf(query: string): string[] {
  return foldText(query)
    .split(/\s+/u)
    .filter((word) => word !== '');
}

/**
 * Finds rows by words. What is newest is held, up to a bound; what is older than that is read anew at each
 * search. Owns its timer until `close`.
 */
export class SearchIndex {
  readonly #source: NewestFirst;
  readonly #maxWeight: number;
  #held: HeldTexts | null = null;
  #building: Promise<void> = Promise.resolve();
  #idleTimer: NodeJS.Timeout | null = null;
  #closed = false;

  /** `maxWeight`: bytes of texts that may be held. */
  constructor(source: NewestFirst, maxWeight = MAX_WEIGHT) {
    this.#source = source;
    this.#maxWeight = maxWeight;
  }

  /** Whether texts are in memory now. */
  get isHeld(): boolean {
    return this.#held !== null;
  }

  /**
   * The newest rows whose text holds every word of `query`, newest first, as `foldText` sees them. None for
   * a query without words, or once closed.
   */
  async find(query: string, { conversation, limit }: SearchScope): Promise<number[]> {
    const words = wordsOf(query);
    const rows: number[] = [];
    if (words.length === 0 || limit <= 0 || this.#closed) return rows;
    this.#stayAwake();
    const held = this.#heldOrBuilding();
    await this.#building;
    const look = (row: number, of: string, folded: string) => {
      const isInScope = conversation === null || of === conversation;
      if (isInScope && words.every((word) => folded.includes(word))) rows.push(row);
      return rows.length < limit;
    };
    const fromHeld: NewestFirst = (before) => held.newestFirst(before);
    const inHeld = (it: Searchable) => look(it.row, it.conversation, it.text);
    await this.#inSlices(fromHeld, LAST_ROW, inHeld);
    if (!held.isWhole && rows.length < limit) {
      const beyond = (it: Searchable) => look(it.row, it.conversation, foldText(it.text));
      await this.#inSlices(this.#source, held.oldestRow, beyond);
    }
    this.#stayAwake();
    return this.#closed ? [] : rows;
  }

  #heldOrBuilding(): HeldTexts {
    if (this.#held !== null) return this.#held;
    const held = new HeldTexts(this.#maxWeight);
    this.#held = held;
    this.#building = this.#build(held);
    return held;
  }

  /** A new row, later than all before. */
  add(entry: Searchable): void {
    if (this.#held?.add(entry) === false) this.#held = null;
  }

  /** A row says something else now. */
  change(row: number, text: string): void {
    if (this.#held?.change(row, text) === false) this.#held = null;
  }

  /** Forgets what was deleted. */
  remove(isGone: (entry: Searchable) => boolean): void {
    this.#held?.remove(isGone);
  }

  /** Searches under way find nothing. */
  close(): void {
    this.#closed = true;
    this.#drop();
  }

  async #build(held: HeldTexts): Promise<void> {
    const add = (entry: Searchable) => held.addOlder(entry);
    try {
      await this.#inSlices(this.#source, LAST_ROW, add);
    } catch (error) {
      // The next search tries again.
      if (this.#held === held) this.#held = null;
      throw error;
    }
  }

  /** Calls `visit` until it says false. Begins anew after each pause, since rows may be gone by then. */
  async #inSlices(
    source: NewestFirst,
    beforeRow: number,
    visit: (entry: Searchable) => boolean,
  ): Promise<void> {
    let row: number | null = beforeRow;
    while (row !== null && !this.#closed) {
      row = visitSlice(source(row), visit);
      if (row !== null) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #stayAwake(): void {
    this.#drowse();
    if (this.#closed) return;
    this.#idleTimer = setTimeout(() => this.#drop(), IDLE_MS);
    this.#idleTimer.unref();
  }

  #drowse(): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
  }

  #drop(): void {
    this.#drowse();
    this.#held = null;
  }
}

/** The row to go on before, or null at the end. */
function visitSlice(
  entries: Iterable<Searchable>,
  visit: (entry: Searchable) => boolean,
): number | null {
  const endMs = performance.now() + SLICE_MS;
  for (const entry of entries) {
    if (!visit(entry)) return null;
    if (performance.now() >= endMs) return entry.row;
  }
  return null;
}

/** Folded texts of the newest rows. */
class HeldTexts {
  readonly #maxWeight: number;
  /** Each conversation's name once: a row brings a copy of its own. */
  readonly #names = new Map<string, string>();
  /** What was there when it was built, descending by row; and what has come since, ascending. */
  #older: Searchable[] = [];
  #newer: Searchable[] = [];
  #weight = 0;
  #isWhole = true;

  constructor(maxWeight: number) {
    this.#maxWeight = maxWeight;
  }

  /** Whether nothing is in rows before `oldestRow`. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  get oldestRow(): number {
    return this.#older.at(-1)?.row ?? this.#newer[0]?.row ?? LAST_ROW;
  }

  /** False where there is no room for it, nor for any before it. */
  addOlder(entry: Searchable): boolean {
    const folded = this.#fold(entry);
    if (this.#weight + weightOf(folded) > this.#maxWeight) {
      this.#isWhole = false;
      return false;
    }
    this.#older.push(folded);
    this.#weight += weightOf(folded);
    return true;
  }

  /** Makes room by letting go of the oldest; false where that is not enough. */
  add(entry: Searchable): boolean {
    const folded = this.#fold(entry);
    this.#newer.push(folded);
    this.#weight += weightOf(folded);
    return this.#trim();
  }

  #trim(): boolean {
    while (this.#weight > this.#maxWeight) {
      const oldest = this.#older.pop();
      if (oldest === undefined) return false;
      this.#weight -= weightOf(oldest);
      this.#isWhole = false;
    }
    return true;
  }

  /** As `add`. A row that is not held has nothing to change. */
  change(row: number, text: string): boolean {
    for (const entries of [this.#newer, this.#older]) {
      const index = entries.findIndex((entry) => entry.row === row);
      const entry = entries[index];
      if (entry === undefined) continue;
      const changed = { ...entry, text: foldText(text) };
      entries[index] = changed;
      this.#weight += weightOf(changed) - weightOf(entry);
      return this.#trim();
    }
    return true;
  }

  remove(isGone: (entry: Searchable) => boolean): void {
    const stays = (entry: Searchable) => {
      if (!isGone(entry)) return true;
      this.#weight -= weightOf(entry);
      return false;
    };
    this.#older = this.#older.filter(stays);
    this.#newer = this.#newer.filter(stays);
  }

  *newestFirst(beforeRow: number): IterableIterator<Searchable> {
    const newer = this.#newer;
    for (let index = firstAt(newer, (it) => it.row >= beforeRow) - 1; index >= 0; index--) {
      const entry = newer[index];
      if (entry !== undefined) yield entry;
    }
    const older = this.#older;
    const start = firstAt(older, (it) => it.row < beforeRow);
    for (let index = start; index < older.length; index++) {
      const entry = older[index];
      if (entry !== undefined) yield entry;
    }
  }

  #fold({ row, conversation, text }: Searchable): Searchable {
    const name = this.#names.get(conversation) ?? conversation;
    this.#names.set(name, name);
    return { row, conversation: name, text: foldText(text) };
  }
}

/** In memory a character is two bytes at most. */
function weightOf({ text }: Searchable): number {
  return 2 * text.length + ENTRY_WEIGHT;
}

/** The index of the first for which `holds`, of entries for which it holds from some place on. */
function firstAt(entries: readonly Searchable[], holds: (entry: Searchable) => boolean): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && holds(entry)) high = middle;
    else low = middle + 1;
  }
  return low;
}
