// The table of conversations: whose each is, how much of it is unread. Knows no words.
import { conversationName, type MessageRow } from './message-rows.ts';
import { NamedRows, namedTable, type OpenTables } from './named-rows.ts';
import type { SealedRows } from './sealed-rows.ts';
import {
  type Conversation,
  type ConversationState,
  decodeConversation,
  encodeConversation,
} from './stored-message.ts';

export const CONVERSATION_TABLE = namedTable('conversation');

interface Arrival {
  readonly conversation: Conversation;
  readonly firstRow: number;
  readonly lastRow: number;
  readonly unread: number;
}

/** Rows are named as the messages' column `conversation`, so that the two are joined without opening either. */
export class ConversationRows {
  readonly #sealed: SealedRows;
  readonly #rows: NamedRows<ConversationState>;

  constructor(tables: OpenTables) {
    this.#sealed = tables.sealed;
    const format = { encode: encodeConversation, decode: decodeConversation };
    this.#rows = new NamedRows(tables, 'conversation', format);
  }

  /** Of those whose row opens. */
  names(): Iterable<string> {
    return this.#rows.names();
  }

  /** Null where there is none, or it doesn't open. */
  get(name: string): ConversationState | null {
    return this.#rows.get(name);
  }

  /** Messages that have been added, in order; `quiet` rows count as seen. */
  arrived(rows: readonly MessageRow[], quiet: ReadonlySet<number>): void {
    for (const [name, { conversation, firstRow, lastRow, unread }] of arrivalsOf(rows, quiet)) {
      const state = this.get(name);
      this.#rows.put(name, {
        ...{ conversation, lastRow },
        unread: unread + (state?.unread ?? 0),
        // Row numbers are given again after the last rows were deleted.
        readRow: Math.min(state?.readRow ?? firstRow, firstRow - 1),
      });
    }
  }

  /** Unread messages have been deleted. */
  departed(name: string, unread: number): void {
    const state = this.get(name);
    if (state === null || unread === 0) return;
    this.#rows.put(name, { ...state, unread: Math.max(0, state.unread - unread) });
  }

  /** Everything up to `readRow` has been seen. */
  read(name: string, readRow: number): void {
    const state = this.get(name);
    if (state !== null && state.unread > 0) {
      this.#rows.put(name, { ...state, unread: 0, readRow });
    }
  }

  delete(name: string): void {
    this.#rows.delete(name);
  }

  forget(): void {
    this.#rows.forget();
  }

  /** Whether every row opens, under the name of the conversation it holds. */
  check(): boolean {
    return this.#rows.check(
      ({ name, value }) => conversationName(this.#sealed, value.conversation) === name,
    );
  }
}

/** By the conversations' names. */
function arrivalsOf(
  rows: readonly MessageRow[],
  quiet: ReadonlySet<number>,
): ReadonlyMap<string, Arrival> {
  const arrivals = new Map<string, Arrival>();
  for (const { row, conversation: name, message } of rows) {
    const { firstRow, unread } = arrivals.get(name) ?? { firstRow: row, unread: 0 };
    const { conversation, state } = message;
    const isUnread = state === null && !quiet.has(row) ? 1 : 0;
    arrivals.set(name, { conversation, firstRow, lastRow: row, unread: unread + isUnread });
  }
  return arrivals;
}
