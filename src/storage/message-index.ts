// Finds messages by conversation, id and day, and notices where an index is damaged. Knows no unread counts.
import type { MessageId } from '../protocol/ids.ts';
import type { Database, Statement } from './database.ts';
import { dayOf, type MessageRow, type MessageRows } from './message-rows.ts';
import { numberOf, ROW_NUMBER } from './row-reader.ts';
import { tolerantly } from './sqlite-error.ts';
import type { StoredMessage } from './stored-message.ts';

/** Somebody who repeats another's message id may not make us open more than this. */
const MAX_SAME_ID = 16;
/** Beyond every row. */
export const LAST_ROW = Number.MAX_SAFE_INTEGER;

export interface MessagePage {
  readonly messages: readonly StoredMessage[];
  readonly more: boolean;
}

/**
 * Numbers come from the indices alone and rows by their number alone, so that a damaged row costs itself and
 * not the query that would have joined them. An index is only a way to rows that say themselves what they
 * are: where the two disagree, that throws `corrupt`, until `repair` has made all indices anew. Everything
 * throws StorageError.
 */
export class MessageIndex {
  readonly #database: Database;
  readonly #rows: MessageRows;
  readonly #byId: Statement;
  readonly #before: Statement;
  readonly #after: Statement;
  readonly #nextConversation: Statement;
  readonly #olderDays: Statement;
  readonly #ofDay: Statement;
  #isRepaired = false;

  constructor(database: Database, rows: MessageRows) {
    this.#database = database;
    this.#rows = rows;
    const numbers = (rest: string) => database.prepare(`SELECT ${ROW_NUMBER} FROM message ${rest}`);
    this.#byId = numbers(`INDEXED BY message_by_id WHERE id = ? ORDER BY row LIMIT ${MAX_SAME_ID}`);
    this.#before = numbers(
      'INDEXED BY message_by_conversation WHERE conversation = ? AND row < ? ORDER BY row DESC LIMIT ?',
    );
    this.#after = numbers(
      'INDEXED BY message_by_conversation WHERE conversation = ? AND row > ? ORDER BY row LIMIT ?',
    );
    this.#nextConversation = database.prepare(
      'SELECT conversation FROM message INDEXED BY message_by_conversation WHERE conversation > ? ORDER BY conversation LIMIT 1',
    );
    this.#olderDays = numbers('INDEXED BY message_by_day WHERE day < ? ORDER BY day, row LIMIT ?');
    this.#ofDay = numbers('INDEXED BY message_by_day WHERE day = ? ORDER BY row LIMIT ?');
  }

  /** Whether what is damaged now will stay so. */
  get isRepaired(): boolean {
    return this.#isRepaired;
  }

  /** Makes all indices anew from the rows, once; false where that can't be or has been. Not in a transaction. */
  repair(): boolean {
    if (this.#isRepaired) return false;
    const check = this.#database.prepare('PRAGMA quick_check(1000)');
    const faults = tolerantly(() => check.all());
    const text = faults?.map(({ quick_check }) => quick_check).join() ?? '';
    // An index that damage has led into the pages of rows would give those away with its own.
    if (text.includes('2nd reference to page')) return false;
    // Where a row can't be read they stay as they are.
    if (faults !== null) tolerantly(() => this.#database.exec('REINDEX'));
    this.#isRepaired = true;
    return true;
  }

  /** Our own message of this id, or the first of others: ids are chosen by who writes. */
  find(id: MessageId): MessageRow | null {
    const found = this.#withId(id);
    return found.find(({ message }) => message.state !== null) ?? found[0] ?? null;
  }

  /** As `find`, for a person who has seen the message: not to find it is worth to look at all. */
  findSeen(id: MessageId): MessageRow | null {
    const found = this.find(id);
    if (found !== null || this.#isRepaired || !this.#rows.hasId(id)) return found;
    this.#distrust();
    return null;
  }

  /** Whether this sender has used this id in this conversation before. */
  isRepeat({ id, from }: StoredMessage, conversation: string): boolean {
    return this.#withId(id).some(
      (earlier) =>
        earlier.conversation === conversation &&
        earlier.message.from.fingerprint === from.fingerprint,
    );
  }

  /** The names of all conversations that have messages. */
  *conversations(): IterableIterator<string> {
    let name = '';
    for (;;) {
      const next = this.#nextConversation.get(name)?.conversation;
      // Out of order it could lead round in a circle.
      if (typeof next !== 'string' || next <= name) return;
      name = next;
      yield name;
    }
  }

  /**
   * The last `limit` of a conversation in rows before `beforeRow`, oldest first. `newestRow`: the last of
   * them, if it is still there.
   */
  before(
    conversation: string,
    { beforeRow, newestRow, limit }: { beforeRow: number; newestRow: number; limit: number },
  ): MessagePage {
    const messages: StoredMessage[] = [];
    for (const found of this.#descending(conversation, {
      beforeRow,
      newestRow,
      atOnce: limit + 1,
    })) {
      messages.push(found.message);
      if (messages.length > limit) break;
    }
    return { messages: messages.slice(0, limit).toReversed(), more: messages.length > limit };
  }

  /** The first `limit` of a conversation in rows after `afterRow`, oldest first. `newestRow`: the last of all. */
  after(
    conversation: string,
    { afterRow, newestRow, limit }: { afterRow: number; newestRow: number; limit: number },
  ): MessagePage {
    const messages: StoredMessage[] = [];
    for (const found of this.#ascending(conversation, { afterRow, newestRow, atOnce: limit + 1 })) {
      messages.push(found.message);
      if (messages.length > limit) break;
    }
    return { messages: messages.slice(0, limit), more: messages.length > limit };
  }

  /**
   * The first of a conversation that came at `timeMs` or later, as far as the clock by which they came never went back;
   * null: none did. Opens as many as halving takes, not all of them.
   */
  firstSince(conversation: string, timeMs: number): MessageRow | null {
    let first: MessageRow | null = null;
    let low = 0;
    let high = this.newestRow(conversation);
    while (low < high) {
      const middle = low + Math.ceil((high - low) / 2);
      const row = numberOf(this.#after.get(conversation, middle - 1, 1) ?? {});
      if (row < middle || row > high) {
        high = middle - 1;
        continue;
      }
      const found = this.#read(row, (each) => each.conversation === conversation);
      if (found !== null && found.message.timeMs >= timeMs) {
        first = found;
        high = middle - 1;
      } else low = row;
    }
    return first;
  }

  /** The newest of a conversation that opens. `newestRow` as in `before`. */
  newest(conversation: string, newestRow: number): MessageRow | null {
    const rows = this.#descending(conversation, { beforeRow: LAST_ROW, newestRow, atOnce: 1 });
    for (const found of rows) return found;
    return null;
  }

  /** The row of a conversation's newest message, whether it opens or not; 0 where there is none. */
  newestRow(conversation: string): number {
    return numberOf(this.#before.get(conversation, LAST_ROW, 1) ?? {});
  }

  /** All rows of a conversation. */
  rowsOf(conversation: string): number[] {
    return this.#before.all(conversation, LAST_ROW, -1).map(numberOf);
  }

  /** Rows of messages of before `timeMs`, at most `limit`; of that time's own day perhaps not all. */
  olderThan(timeMs: number, limit: number): number[] {
    const today = dayOf(timeMs);
    const older = this.#olderDays.all(today, limit).map(numberOf);
    // A damaged index may not delete what isn't old.
    const rows = older.filter((row) => (this.#rows.dayAt(row) ?? today) < today);
    if (rows.length < older.length) this.#distrust();
    for (const read of this.#ofDay.all(today, limit - rows.length)) {
      const found = this.#read(numberOf(read), ({ message }) => dayOf(message.timeMs) === today);
      if (found !== null && found.message.timeMs < timeMs) rows.push(found.row);
    }
    return rows;
  }

  /** Each row says which one was before it, so that a damaged index can't hide any unnoticed. */
  *#descending(
    conversation: string,
    { beforeRow, newestRow, atOnce }: { beforeRow: number; newestRow: number; atOnce: number },
  ): IterableIterator<MessageRow> {
    let row = beforeRow;
    let expected = newestRow;
    for (let isMore = true; isMore; ) {
      const numbers = this.#before.all(conversation, row, atOnce).map(numberOf);
      isMore = numbers.length === atOnce && (numbers.at(-1) ?? row) < row;
      for (const number of numbers) {
        if (number >= row) this.#distrust();
        else row = number;
        this.#expect(expected, { above: number, conversation });
        const found = this.#read(number, (found) => found.conversation === conversation);
        expected = found?.previousRow ?? 0;
        if (found !== null) yield found;
      }
    }
    this.#expect(expected, { above: 0, conversation });
  }

  /** As `#descending`, the other way. */
  *#ascending(
    conversation: string,
    { afterRow, newestRow, atOnce }: { afterRow: number; newestRow: number; atOnce: number },
  ): IterableIterator<MessageRow> {
    let row = afterRow;
    for (let isMore = true; isMore; ) {
      const numbers = this.#after.all(conversation, row, atOnce).map(numberOf);
      isMore = numbers.length === atOnce && (numbers.at(-1) ?? row) > row;
      for (const number of numbers) {
        const found = this.#read(number, (found) => found.conversation === conversation);
        if (found !== null) this.#expect(found.previousRow, { above: row, conversation });
        if (number <= row) this.#distrust();
        else row = number;
        if (found !== null) yield found;
      }
    }
    this.#expect(newestRow, { above: row, conversation });
  }

  /** A row of this conversation that the index didn't give may not be there. */
  #expect(
    expected: number,
    { above, conversation }: { above: number; conversation: string },
  ): void {
    if (this.#isRepaired || expected <= above) return;
    if (this.#rows.conversationAt(expected) === conversation) this.#distrust();
  }

  /** The row that an index names; null where it is damaged, or is not what the index says. */
  #read(number: number, isFit: (found: MessageRow) => boolean): MessageRow | null {
    const read = this.#rows.named(number);
    if (read === 'damaged') return null;
    if (read !== 'missing' && isFit(read)) return read;
    this.#distrust();
    if (read === 'missing') this.#rows.countMissing(number);
    return null;
  }

  #distrust(): void {
    if (!this.#isRepaired) throw this.#database.damaged();
  }

  #withId(id: MessageId): MessageRow[] {
    return this.#byId
      .all(this.#rows.idName(id))
      .map((read) => this.#read(numberOf(read), ({ message }) => message.id === id))
      .filter((found) => found !== null);
  }
}
