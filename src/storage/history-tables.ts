// Conversations and their messages together: whatever is added, read or deleted keeps both true. Knows no search.
import type { MessageId } from '../protocol/ids.ts';
import { ConversationRows } from './conversation-rows.ts';
import { changed, type MessageChange } from './message-changes.ts';
import { LAST_ROW, MessageIndex, type MessagePage } from './message-index.ts';
import { conversationName, type MessageRow, MessageRows } from './message-rows.ts';
import type { OpenTables } from './named-rows.ts';
import { tolerantly } from './sqlite-error.ts';
import type { Conversation, StoredMessage } from './stored-message.ts';

export type HistoryWrite =
  | {
      readonly type: 'message';
      readonly message: StoredMessage;
      /** Nobody is to be told of it: it counts as seen. */
      readonly isQuiet?: boolean;
    }
  | { readonly type: 'change'; readonly change: MessageChange }
  /** It has had its time. */
  | { readonly type: 'expire'; readonly id: MessageId }
  | {
      readonly type: 'state';
      readonly id: MessageId;
      readonly state: string;
      readonly reason: string | null;
    };

/** What became of writes. */
export interface Written {
  /** Messages that are new. */
  readonly added: readonly MessageRow[];
  /** Those that a change changed, as they are after it. */
  readonly changed: readonly MessageRow[];
  readonly expired: readonly MessageRow[];
}

/** A page of a conversation: what ends before a message (null: its end), or begins after one (null: its beginning). */
export type PageRange = { readonly limit: number } & (
  | { readonly before: MessageId | null }
  | { readonly after: MessageId | null }
);

export interface ConversationSummary {
  readonly conversation: Conversation;
  /** The newest that opens. */
  readonly last: StoredMessage | null;
  /** Messages of others since the last `markRead`. */
  readonly unread: number;
}

/** What writes is called within a transaction. Everything throws StorageError; `corrupt` until `repair`. */
export class HistoryTables {
  readonly rows: MessageRows;
  readonly #tables: OpenTables;
  readonly #conversations: ConversationRows;
  readonly #index: MessageIndex;

  constructor(tables: OpenTables) {
    this.#tables = tables;
    this.rows = new MessageRows(tables);
    this.#conversations = new ConversationRows(tables);
    this.#index = new MessageIndex(tables.database, this.rows);
  }

  /** As `MessageIndex.repair`. */
  repair(): boolean {
    return this.#index.repair();
  }

  /** After a transaction was undone. */
  forget(): void {
    this.#conversations.forget();
  }

  /** In their order. Throws RangeError on a message that could not be read back. */
  write(history: readonly HistoryWrite[]): Written {
    const added: MessageRow[] = [];
    const changes: MessageRow[] = [];
    const expired: MessageRow[] = [];
    const quiet = new Set<number>();
    let counted = 0;
    const count = () => {
      this.#conversations.arrived(added.slice(counted), quiet);
      counted = added.length;
    };
    for (const write of history) {
      if (write.type === 'state') this.#setState(write);
      else if (write.type === 'message') {
        const rows = this.#add(write.message);
        added.push(...rows);
        if (write.isQuiet === true) for (const { row } of rows) quiet.add(row);
      } else if (write.type === 'change') changes.push(...this.#change(write.change));
      else {
        // Whether it was unread is known of what has been counted.
        count();
        expired.push(...this.#expire(write.id));
      }
    }
    count();
    return { added, changed: changes, expired };
  }

  /** Nothing where the message is not here, or its author may not do that. */
  #change(change: MessageChange): MessageRow[] {
    const found = this.#index.find(change.id);
    const message = found === null ? null : changed(found.message, change);
    if (found === null || message === null) return [];
    const row = { ...found, message };
    this.rows.update(row);
    return [row];
  }

  #expire(id: MessageId): MessageRow[] {
    const found = this.#index.find(id);
    return found !== null && this.delete([found.row]) > 0 ? [found] : [];
  }

  #add(message: StoredMessage): MessageRow[] {
    const name = this.#nameOf(message.conversation);
    if (this.#index.isRepeat(message, name)) return [];
    return [this.rows.add(message, this.#index.newestRow(name))];
  }

  /** Nothing where the message is not there, or is not ours. */
  #setState({ id, state, reason }: Extract<HistoryWrite, { type: 'state' }>): void {
    const found = this.#index.find(id);
    if (found === null || found.message.state === null) return;
    this.rows.update({ ...found, message: { ...found.message, state, reason } });
  }

  /** Oldest first; null where the message named isn't there. */
  page(conversation: Conversation, range: PageRange): MessagePage | null {
    const name = this.#nameOf(conversation);
    const { limit } = range;
    const named = 'after' in range ? range.after : range.before;
    const found = named === null ? null : this.find(named);
    if (named !== null && found === null) return null;
    if ('after' in range) {
      const afterRow = found?.row ?? 0;
      return this.#index.after(name, { afterRow, newestRow: this.#lastRow(name), limit });
    }
    if (found === null) {
      const newestRow = this.#lastRow(name);
      return this.#index.before(name, { beforeRow: LAST_ROW, newestRow, limit });
    }
    const newestRow = found.conversation === name ? found.previousRow : 0;
    return this.#index.before(name, { beforeRow: found.row, newestRow, limit });
  }

  /** As `MessageIndex.firstSince`. */
  firstSince(conversation: Conversation, timeMs: number): StoredMessage | null {
    return this.#index.firstSince(this.#nameOf(conversation), timeMs)?.message ?? null;
  }

  /** Those that have messages, newest first. */
  summaries(): readonly ConversationSummary[] {
    const summaries: { readonly row: number; readonly summary: ConversationSummary }[] = [];
    // Either may be damaged.
    for (const name of new Set([...this.#index.conversations(), ...this.#conversations.names()])) {
      const state = this.#conversations.get(name);
      const last = this.#index.newest(name, this.#lastRow(name));
      const conversation = state?.conversation ?? last?.message.conversation;
      if (conversation === undefined) continue;
      const summary = { conversation, last: last?.message ?? null, unread: state?.unread ?? 0 };
      summaries.push({ row: last?.row ?? 0, summary });
    }
    return summaries.toSorted((a, b) => b.row - a.row).map(({ summary }) => summary);
  }

  /** Whether there is anything to mark as read. */
  isUnread(conversation: Conversation): boolean {
    return (this.#conversations.get(this.#nameOf(conversation))?.unread ?? 0) > 0;
  }

  markRead(conversation: Conversation): void {
    const name = this.#nameOf(conversation);
    this.#conversations.read(name, this.#index.newestRow(name));
  }

  /** As `MessageIndex.findSeen`. */
  find(id: MessageId): MessageRow | null {
    return this.#index.findSeen(id);
  }

  /** As `MessageIndex.olderThan`. */
  olderThan(timeMs: number, limit: number): readonly number[] {
    return this.#index.olderThan(timeMs, limit);
  }

  /** How many there were. */
  delete(rows: readonly number[]): number {
    const unreadOf = new Map<string, number>();
    const readRows = new Map<string, number>();
    let deleted = 0;
    for (const row of rows) {
      const name = this.rows.conversationAt(row);
      if (name === null) continue;
      const readRow = readRows.get(name) ?? this.#conversations.get(name)?.readRow ?? LAST_ROW;
      readRows.set(name, readRow);
      const wasUnread = row > readRow && this.rows.at(row)?.message.state === null;
      if (!this.#deleteRow(row)) continue;
      unreadOf.set(name, (unreadOf.get(name) ?? 0) + (wasUnread ? 1 : 0));
      deleted++;
    }
    for (const [name, unread] of unreadOf) {
      if (this.#index.newestRow(name) === 0) this.#conversations.delete(name);
      else this.#conversations.departed(name, unread);
    }
    return deleted;
  }

  /** How many messages were in it. */
  deleteConversation(conversation: Conversation): number {
    const name = this.#nameOf(conversation);
    this.#conversations.delete(name);
    const rows = this.rows.ofConversation(name) ?? this.#index.rowsOf(name);
    return rows.filter((row) => this.#deleteRow(row)).length;
  }

  check(): boolean {
    return [this.#conversations, this.rows].map((table) => table.check()).every((isOk) => isOk);
  }

  /** False where it is so damaged that it can't even be deleted. */
  #deleteRow(row: number): boolean {
    const remove = () => {
      this.rows.delete(row);
      return true;
    };
    return this.#index.isRepaired ? (tolerantly(remove) ?? false) : remove();
  }

  #lastRow(name: string): number {
    return this.#conversations.get(name)?.lastRow ?? 0;
  }

  #nameOf(conversation: Conversation): string {
    return conversationName(this.#tables.sealed, conversation);
  }
}
