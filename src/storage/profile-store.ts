// What a profile keeps of its protocol state and of what was said: one sealed database. Knows no protocol.
import { join } from 'node:path';
import { ready } from '../crypto/sodium.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { MessageId } from '../protocol/ids.ts';
import { CONVERSATION_TABLE } from './conversation-rows.ts';
import { type Database, openDatabase } from './database.ts';
import {
  type ConversationSummary,
  HistoryTables,
  type HistoryWrite,
  type PageRange,
} from './history-tables.ts';
import type { MessagePage } from './message-index.ts';
import { conversationName, MESSAGE_TABLE, type MessageRow } from './message-rows.ts';
import { NamedRows, namedTable } from './named-rows.ts';
import { FOLDER_ENTRIES } from './profile-folder.ts';
import { SealedRows } from './sealed-rows.ts';
import { SearchIndex } from './search-index.ts';
import { isCorrupt, tolerantly } from './sqlite-error.ts';
import type { Conversation, StoredMessage } from './stored-message.ts';
import { WalScrubber } from './wal-scrubber.ts';

export type { HistoryWrite } from './history-tables.ts';
export type { Conversation, StoredMessage } from './stored-message.ts';

/** One value of the protocol's state; null deletes it. `place` is such as `peer/<64 hex>`. */
export interface StateRow {
  readonly place: string;
  readonly value: Uint8Array | null;
}

/** One that is there. */
export interface StateValue {
  readonly place: string;
  readonly value: Uint8Array;
}

/** One transaction: all of it is on disk, or nothing. */
export interface Batch {
  readonly state: readonly StateRow[];
  readonly history: readonly HistoryWrite[];
}

/** What a commit did to history. */
export interface Committed {
  /** Messages that history had before. */
  readonly repeats: readonly MessageId[];
  /** Messages that were changed, as they are now, each once. */
  readonly changed: readonly StoredMessage[];
  /** Messages that have had their time. */
  readonly expired: readonly StoredMessage[];
}

const MIGRATIONS = [[namedTable('state'), CONVERSATION_TABLE, MESSAGE_TABLE].join(';')];

/** The core's bytes, as they are. */
const BYTES = { encode: (value: Uint8Array) => value, decode: (bytes: Uint8Array) => bytes };

/** Of pages in memory, a quarter of what SQLite takes by itself: a page that is not among them is in the system's own cache. */
const CACHE_KIB = 512;

/** So that no key waits for it: some tens of milliseconds. */
const MAX_EXPIRED_AT_ONCE = 500;

/**
 * The one connection to a profile's `history.db`. Every row is sealed under a key from the data key and
 * bound to its place, so that one that was changed or moved doesn't open, and costs itself alone; an older
 * copy of the same row in its own place would. The file shows how many rows there are and how long, which
 * messages are of one conversation, and the day of each. Indices only lead to rows: where one is found to be
 * damaged, all are made anew from the rows, once.
 *
 * What is deleted or replaced is overwritten with zeros in the database and goes from the WAL: at once for
 * what a person deletes, within a minute for the rest. That promises nothing where the disk itself keeps old
 * blocks (flash with wear levelling, snapshots, copies): there only the loss of the data key helps. Nor of
 * every row: where SQLite has rearranged a page it may leave a sealed copy behind, about one in ten thousand
 * of those deleted, until the page is used again.
 *
 * Everything is synchronous but `open` and `search`, and throws StorageError.
 */
export class ProfileStore {
  readonly #database: Database;
  readonly #sealed: SealedRows;
  readonly #state: NamedRows<Uint8Array>;
  readonly #history: HistoryTables;
  readonly #search: SearchIndex;
  readonly #scrubber: WalScrubber;

  /** A null folder: in memory only, nothing is ever written. `dataKey`: 32 bytes, the caller's to wipe. */
  static async open(folder: string | null, dataKey: Uint8Array): Promise<ProfileStore> {
    await ready();
    const sealed = new SealedRows(dataKey);
    try {
      const path = folder === null ? null : join(folder, FOLDER_ENTRIES.history);
      return ProfileStore.#over(await openDatabase(path, MIGRATIONS), sealed);
    } catch (error) {
      sealed.close();
      throw error;
    }
  }

  static #over(database: Database, sealed: SealedRows): ProfileStore {
    try {
      database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
      return new ProfileStore(database, sealed);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  private constructor(database: Database, sealed: SealedRows) {
    const tables = { database, sealed };
    this.#database = database;
    this.#sealed = sealed;
    this.#state = new NamedRows(tables, 'state', BYTES);
    this.#history = new HistoryTables(tables);
    this.#scrubber = new WalScrubber(database);
    this.#search = new SearchIndex((row) => this.#history.rows.textsNewestFirst(row));
  }

  /** How many different rows were found that don't open, since this was opened. */
  get damaged(): number {
    return this.#sealed.damaged;
  }

  /** Every value of the protocol's state that opens, in no order. */
  state(): readonly StateValue[] {
    return this.#state.all().map(({ name, value }) => ({ place: name, value }));
  }

  /**
   * Durable on return; where it throws, nothing of it happened. A message that its sender has written
   * before (same id, same conversation) is not written twice; the state of one that isn't there, and what would
   * change it, is forgotten. Throws RangeError on a message that could not be read back, or a place of over 1,024 bytes.
   */
  commit({ state, history }: Batch): Committed {
    const { added, changed, expired } = this.#transaction(() => {
      for (const { place, value } of state) {
        if (value === null) this.#state.delete(place);
        else this.#state.put(place, value);
      }
      return this.#history.write(history);
    });
    for (const { row, conversation, message } of added) {
      this.#search.add({ row, conversation, text: message.text });
    }
    for (const { row, message } of changed) this.#search.change(row, message.text);
    this.#forgetFound(expired.map(({ row }) => row));
    if (state.length + changed.length > 0) this.#scrubber.scrubSoon();
    const isNew = new Set(added.map(({ message }) => message));
    const repeats = history.flatMap((write) =>
      write.type === 'message' && !isNew.has(write.message) ? [write.message.id] : [],
    );
    const latest = new Map(changed.map(({ message }) => [message.id, message]));
    return { repeats, changed: [...latest.values()], expired: expired.map(messageOf) };
  }

  /** Oldest first. Throws UsageError `unknown-message` where the one that `range` names isn't there. */
  page(conversation: Conversation, range: PageRange): MessagePage {
    const page = this.#repairing(() => this.#history.page(conversation, range));
    if (page === null) throw unknownMessage();
    return page;
  }

  /** The first of a conversation that came at `timeMs` or later; null: none did. */
  firstSince(conversation: Conversation, timeMs: number): StoredMessage | null {
    return this.#repairing(() => this.#history.firstSince(conversation, timeMs));
  }

  /** What came after this message, in order, in all conversations. Throws UsageError `unknown-message`. */
  after(id: MessageId, limit: number): MessagePage {
    const found = this.#repairing(() => this.#history.find(id));
    if (found === null) throw unknownMessage();
    const messages: StoredMessage[] = [];
    for (const { message } of this.#history.rows.oldestFirst(found.row)) {
      if (messages.length === limit) return { messages, more: true };
      messages.push(message);
    }
    return { messages, more: false };
  }

  /** Those that have messages, newest first. */
  conversations(): readonly ConversationSummary[] {
    return this.#repairing(() => this.#history.summaries());
  }

  /** Everything that is in it now has been seen. */
  markRead(conversation: Conversation): void {
    if (!this.#history.isUnread(conversation)) return;
    this.#transaction(() => this.#history.markRead(conversation));
  }

  /**
   * Messages that hold every word of `query`, newest first, whatever their case and accents. The first
   * search reads everything, a little at a time. Nothing is found once the store is closed.
   */
  async search(
    query: string,
    { conversation, limit }: { readonly conversation: Conversation | null; readonly limit: number },
  ): Promise<MessagePage> {
    const name = conversation === null ? null : conversationName(this.#sealed, conversation);
    const rows = await this.#search.find(query, { conversation: name, limit: limit + 1 });
    const found = rows.slice(0, limit).map((row) => this.#history.rows.at(row)?.message ?? null);
    return { messages: found.filter((it) => it !== null), more: rows.length > limit };
  }

  /** Our own message of this id, or the first of others. */
  get(id: MessageId): StoredMessage | null {
    return this.#repairing(() => this.#history.find(id))?.message ?? null;
  }

  /** Whether it was there. */
  deleteMessage(id: MessageId): boolean {
    const found = this.#repairing(() => this.#history.find(id));
    return found !== null && this.#delete([found.row]) > 0;
  }

  /** How many messages were in it. */
  deleteConversation(conversation: Conversation): number {
    const name = conversationName(this.#sealed, conversation);
    const deleted = this.#transaction(() => this.#history.deleteConversation(conversation));
    this.#search.remove((entry) => entry.conversation === name);
    this.#scrubber.scrub();
    return deleted;
  }

  /**
   * Deletes messages of before this time (wall clock), as `timeMs` has it, and returns how many: at most
   * 500 a call, so that nobody waits for it; 0 once all are gone. Within the day of `olderThanMs` it may
   * leave some until that day is over.
   */
  expire(olderThanMs: number): number {
    return this.#delete(
      this.#repairing(() => this.#history.olderThan(olderThanMs, MAX_EXPIRED_AT_ONCE)),
    );
  }

  /** All messages that open, in order of arrival. What is written meanwhile may come too. */
  *everything(): IterableIterator<StoredMessage> {
    for (const { message } of this.#history.rows.oldestFirst(0)) yield message;
  }

  /** Whether the file is whole, and every row opens. Reads all of it. */
  check(): { readonly ok: boolean } {
    const integrity = this.#database.prepare('PRAGMA integrity_check');
    const isWhole = tolerantly(() => [
      integrity.get()?.integrity_check === 'ok',
      this.#state.check(() => true),
      this.#history.check(),
    ]);
    return { ok: isWhole?.every((isOk) => isOk) ?? false };
  }

  /** Searches under way find nothing. */
  close(): void {
    this.#search.close();
    this.#scrubber.close();
    try {
      this.#database.close();
    } finally {
      this.#sealed.close();
    }
  }

  #delete(rows: readonly number[]): number {
    if (rows.length === 0) return 0;
    const deleted = this.#transaction(() => this.#history.delete(rows));
    this.#forgetFound(rows);
    this.#scrubber.scrub();
    return deleted;
  }

  #forgetFound(rows: readonly number[]): void {
    if (rows.length === 0) return;
    const gone = new Set(rows);
    this.#search.remove((entry) => gone.has(entry.row));
  }

  #transaction<T>(work: () => T): T {
    return this.#repairing(() => {
      try {
        return this.#database.transaction(work);
      } catch (error) {
        this.#state.forget();
        this.#history.forget();
        throw error;
      }
    });
  }

  /** `work` comes to a damaged index: then all are made anew, and it may try again. */
  #repairing<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!isCorrupt(error) || !this.#history.repair()) throw error;
      return work();
    }
  }
}

function messageOf({ message }: MessageRow): StoredMessage {
  return message;
}

function unknownMessage(): UsageError {
  const message = phrase`history holds no message with this ID; lanchat history CONVERSATION --ids shows them`;
  return new UsageError('unknown-message', message);
}
