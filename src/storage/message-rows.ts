// The table of messages: one sealed row each, numbered in order of arrival. Knows no index and no search.
import { ByteReader, ByteWriter } from '../protocol/bytes.ts';
import type { MessageId } from '../protocol/ids.ts';
import type { Statement } from './database.ts';
import type { OpenTables } from './named-rows.ts';
import { numberOf, ROW_NUMBER, RowReader } from './row-reader.ts';
import type { SealedRows } from './sealed-rows.ts';
import type { Row, SqlValue } from './sqlite.ts';
import { tolerantly } from './sqlite-error.ts';
import {
  type Conversation,
  conversationText,
  decodeMessage,
  decodeMessageText,
  encodeMessage,
  type StoredMessage,
} from './stored-message.ts';

/**
 * `day`, of the message's time, is what of it stands in the clear, so that old messages can go without all
 * being opened. The row's number is ours and bound into its seal, with both names.
 */
export const MESSAGE_TABLE = `
  CREATE TABLE message (
    row INTEGER PRIMARY KEY,
    day INTEGER NOT NULL,
    conversation TEXT NOT NULL,
    id TEXT NOT NULL,
    sealed BLOB NOT NULL
  ) STRICT;
  CREATE INDEX message_by_conversation ON message (conversation);
  CREATE INDEX message_by_id ON message (id);
  CREATE INDEX message_by_day ON message (day)`;

const DAY_MS = 24 * 60 * 60_000;
/** Before each message: the row of the one before it in its conversation, as u64. */
const PREVIOUS_BYTES = 8;
/** A day that a flipped bit made too large to be read would end the whole query; none is as large as this. */
const DAY = 'max(-200000000, min(day, 200000000)) AS day';

/** A message and where it stands. */
export interface MessageRow {
  readonly row: number;
  /** The conversation's name in the file. */
  readonly conversation: string;
  /** The row before it in its conversation when it came, 0 for none: it may be gone by now. */
  readonly previousRow: number;
  readonly message: StoredMessage;
}

/** A row that was only read for its words. */
export interface MessageText {
  readonly row: number;
  readonly conversation: string;
  readonly text: string;
}

/** Everything throws StorageError. */
export class MessageRows {
  readonly #sealed: SealedRows;
  readonly #reader: RowReader;
  readonly #insert: Statement;
  readonly #update: Statement;
  readonly #delete: Statement;
  readonly #deleteAnywhere: Statement;
  readonly #day: Statement;
  readonly #ofConversation: Statement;
  readonly #withId: Statement;
  #lastRow: number;

  constructor({ database, sealed }: OpenTables) {
    this.#sealed = sealed;
    this.#reader = new RowReader(database, {
      name: 'message',
      columns: 'conversation, id, sealed',
      inspect: (row) => this.#open(row),
    });
    this.#insert = database.prepare('INSERT INTO message VALUES (?, ?, ?, ?, ?)');
    this.#update = database.prepare('UPDATE message SET sealed = ? WHERE row = ?');
    this.#delete = database.prepare('DELETE FROM message WHERE row = ?');
    this.#deleteAnywhere = database.prepare('DELETE FROM message WHERE +row = ?');
    this.#day = database.prepare(`SELECT ${DAY} FROM message NOT INDEXED WHERE row = ?`);
    const numbers = `SELECT ${ROW_NUMBER} FROM message NOT INDEXED`;
    this.#ofConversation = database.prepare(`${numbers} WHERE conversation = ?`);
    this.#withId = database.prepare(`${numbers} WHERE id = ? LIMIT 1`);
    this.#lastRow = this.#reader.lastNumber();
  }

  /** Within a transaction. Throws RangeError on a message that could not be read back. */
  add(message: StoredMessage, previousRow: number): MessageRow {
    const conversation = conversationName(this.#sealed, message.conversation);
    const added = { row: this.#lastRow + 1, conversation, previousRow, message };
    this.#put(added, this.#seal(added));
    this.#lastRow = added.row;
    return added;
  }

  /** Within a transaction: the same message in the same row, in another state. */
  update(changed: MessageRow): void {
    const sealed = this.#seal(changed);
    if (this.#update.run(sealed, changed.row).changes > 0) return;
    // One that stands out of order isn't found by its number.
    this.#deleteAnywhere.run(changed.row);
    this.#put(changed, sealed);
  }

  /** Within a transaction. */
  delete(row: number): void {
    if (this.#delete.run(row).changes === 0) this.#deleteAnywhere.run(row);
  }

  /** The message in this row, or null where none opens there. */
  at(row: number): MessageRow | null {
    for (const read of this.#reader.at(row)) {
      const found = this.#open(read);
      if (found !== null) return found;
    }
    return null;
  }

  /** As `at`, of a row that an index names: `damaged` has been counted, `missing` can't be read at all. */
  named(row: number): MessageRow | 'damaged' | 'missing' {
    let isRead = false;
    for (const read of this.#reader.named(row)) {
      const found = this.#open(read);
      if (found !== null) return found;
      isRead = true;
    }
    return isRead ? 'damaged' : 'missing';
  }

  countMissing(row: number): void {
    this.#open({ number: row });
  }

  /** The conversation's name that this row has, which may be damaged; null where there is no such row. */
  conversationAt(row: number): string | null {
    for (const read of this.#reader.at(row)) return textOf(read.conversation);
    return null;
  }

  /** The day that this row has, which may be damaged; null where there is no such row. */
  dayAt(row: number): number | null {
    const day = tolerantly(() => this.#day.get(row)?.day);
    return typeof day === 'number' ? day : null;
  }

  *oldestFirst(afterRow: number): IterableIterator<MessageRow> {
    for (const read of this.#reader.ascending(afterRow)) {
      const found = this.#open(read);
      if (found !== null) yield found;
    }
  }

  /** Of each only the text: a search reads all of them. */
  *textsNewestFirst(beforeRow: number): IterableIterator<MessageText> {
    for (const read of this.#reader.descending(beforeRow)) {
      const text = this.#openAs(read, (plain) => decodeMessageText(plain.subarray(PREVIOUS_BYTES)));
      const conversation = textOf(read.conversation);
      if (text !== null) yield { row: numberOf(read), conversation, text };
    }
  }

  /** The rows of a conversation by looking at all; null where damage is in the way. */
  ofConversation(conversation: string): number[] | null {
    return tolerantly(() => this.#ofConversation.all(conversation).map(numberOf));
  }

  /** Whether a message of this id is there, by looking at all as far as damage allows. */
  hasId(id: MessageId): boolean {
    return tolerantly(() => this.#withId.get(this.idName(id)) !== undefined) ?? false;
  }

  /** Whether every row opens, and stands under the names and the day of the message it holds. */
  check(): boolean {
    let isWhole = true;
    for (const read of this.#reader.ascending(0)) {
      const found = this.#open(read);
      isWhole &&=
        found !== null &&
        this.dayAt(found.row) === dayOf(found.message.timeMs) &&
        read.id === this.idName(found.message.id) &&
        found.conversation === conversationName(this.#sealed, found.message.conversation);
    }
    return isWhole;
  }

  /** What stands in the file for a message's id. */
  idName(id: MessageId): string {
    return this.#sealed.nameOf('message', id);
  }

  #put({ row, conversation, message }: MessageRow, sealed: Uint8Array): void {
    const id = this.idName(message.id);
    this.#insert.run(row, dayOf(message.timeMs), conversation, id, sealed);
  }

  #seal({ row, conversation, previousRow, message }: MessageRow): Uint8Array {
    const bytes = encodeMessage(message);
    const plain = new ByteWriter(PREVIOUS_BYTES + bytes.length).u64(BigInt(previousRow)).raw(bytes);
    const place = placeOf(row, conversation, this.idName(message.id));
    return this.#sealed.seal('message', place, plain.finish());
  }

  #open(read: Row): MessageRow | null {
    return this.#openAs(read, (plain) => {
      const reader = new ByteReader(plain);
      const previousRow = reader.sequenceNumber();
      const message = decodeMessage(reader.rest());
      return { row: numberOf(read), conversation: textOf(read.conversation), previousRow, message };
    });
  }

  #openAs<T>(read: Row, decode: (plain: Uint8Array) => T): T | null {
    const at = placeOf(numberOf(read), textOf(read.conversation), textOf(read.id));
    return this.#sealed.open('message', { at, sealed: read.sealed }, decode);
  }
}

/** What stands in the file for a conversation. */
export function conversationName(sealed: SealedRows, conversation: Conversation): string {
  return sealed.nameOf('conversation', conversationText(conversation));
}

/** The day of a time of this machine's clock, as the column has it. */
export function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

function placeOf(row: number, conversation: string, id: string): string {
  return `${row}/${conversation}/${id}`;
}

/** Damage can make a column of another type: then its row doesn't open. */
function textOf(value: SqlValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
