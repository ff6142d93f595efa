// What was said, as the profile's store holds it: writes what the core journals, answers what people ask.
import type { Batch } from '../core/durable.ts';
import type { CoreState } from '../core/state.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { MessageId } from '../protocol/ids.ts';
import type { ProfileStore, StoredMessage as StoredRow } from '../storage/profile-store.ts';
import {
  type ClientEvent,
  type Command,
  type Conversation,
  type Destination,
  MAX_PAGE_MESSAGES,
  type MessagePage,
  type StoredMessage,
} from './api.ts';
import { fromRow, storedWrite } from './stored-row.ts';

/** What a commit did, to be told now that it is durable. */
export interface Committed {
  /** Messages that history had before. */
  readonly repeats: readonly MessageId[];
  readonly news: readonly Extract<ClientEvent, { type: 'message-changed' | 'deleted' }>[];
}

/** One answer across the profile's socket stays below its longest line. */
const MAX_PAGE_LENGTH = 512 * 1024;

/** Whoever asks for the past does so through here; the store's owner closes it. */
export class History {
  readonly #store: ProfileStore;
  readonly #core: CoreState;
  readonly #emit: (event: ClientEvent) => void;
  /** Rows of which it was told that they don't open. */
  #toldDamaged = 0;

  constructor(store: ProfileStore, core: CoreState, emit: (event: ClientEvent) => void) {
    this.#store = store;
    this.#core = core;
    this.#emit = emit;
  }

  /** Durable on return. Throws StorageError, and nothing of it is then. */
  commit({ state, history }: Batch): Committed {
    const { repeats, changed, expired } = this.#store.commit({
      state,
      history: history.map((write) => storedWrite(write, this.#core)),
    });
    return {
      repeats,
      news: [
        ...changed.map((row) => ({ type: 'message-changed', message: this.#tell(row) }) as const),
        ...expired.map(
          ({ conversation, id }) => ({ type: 'deleted', conversation, id, messages: 1 }) as const,
        ),
      ],
    };
  }

  /** Null where it isn't here. */
  message(id: MessageId): StoredMessage | null {
    const row = this.row(id);
    return row === null ? null : this.#tell(row);
  }

  /** The row of a message, or null where it isn't here. */
  row(id: MessageId): StoredRow | null {
    return this.#store.get(id);
  }

  /** Throws UsageError `unknown-message`, StorageError, as all that read do the latter. */
  page(command: Extract<Command, { do: 'history' }>): MessagePage {
    const { conversation } = command;
    const limit = bounded(command.limit);
    if ('after' in command) {
      return this.#told(this.#store.page(conversation, { after: command.after, limit }));
    }
    const { messages, more } = this.#store.page(conversation, { before: command.before, limit });
    // What doesn't fit is at the far end: of a page that ends at `before`, its beginning.
    const page = this.#told({ messages: messages.toReversed(), more });
    return { ...page, messages: page.messages.toReversed() };
  }

  /** Null where nothing came at that time or later. */
  firstSince({
    conversation,
    timeMs,
  }: Extract<Command, { do: 'first-since' }>): StoredMessage | null {
    const row = this.#store.firstSince(conversation, timeMs);
    this.#tellDamaged();
    return row === null ? null : this.#tell(row);
  }

  /** Throws UsageError `unknown-message`. */
  since({ id, limit }: Extract<Command, { do: 'since' }>): MessagePage {
    return this.#told(this.#store.after(id, bounded(limit)));
  }

  /** Newest first. Nothing is found once the store is closed. */
  async search({
    query,
    conversation,
    limit,
  }: Extract<Command, { do: 'search' }>): Promise<MessagePage> {
    return this.#told(await this.#store.search(query, { conversation, limit: bounded(limit) }));
  }

  /** Those that have messages, the most recent first. */
  conversations(): { readonly conversations: readonly Conversation[] } {
    const conversations = this.#store.conversations().map(({ conversation, last, unread }) => ({
      with: conversation,
      last: last === null ? null : this.#tell(last),
      unread,
    }));
    return { conversations };
  }

  /** Everything that is in it now has been seen. */
  markRead(conversation: Destination): void {
    this.#store.markRead(conversation);
  }

  /** The room in which our person said it. Throws UsageError `unknown-message`. */
  roomOfOwn(id: MessageId): string {
    const message = this.#store.get(id);
    if (message !== null && message.state !== null && 'room' in message.conversation) {
      return message.conversation.room;
    }
    throw new UsageError('unknown-message', phrase`this is no message of yours in a room`);
  }

  /** Returns where it was, null where there was none; everybody is told. */
  deleteMessage(id: MessageId): Destination | null {
    const message = this.#store.get(id);
    if (message === null || !this.#store.deleteMessage(id)) return null;
    const { conversation } = message;
    this.#emit({ type: 'deleted', conversation, id, messages: 1 });
    return conversation;
  }

  /** Returns how many messages were in it; everybody is told. */
  deleteConversation(conversation: Destination): number {
    const messages = this.#store.deleteConversation(conversation);
    this.#emit({ type: 'deleted', conversation, id: null, messages });
    return messages;
  }

  /** Whoever reads hears of rows that were found damaged on the way: what is missing must not look whole. */
  #tellDamaged(): void {
    const { damaged } = this.#store;
    if (damaged <= this.#toldDamaged) return;
    const more = damaged - this.#toldDamaged;
    this.#toldDamaged = damaged;
    const message = phrase`${more} stored row(s) are damaged and were left out; the others are whole. Check the disk, and make a backup`;
    this.#emit({ type: 'error', code: 'damaged-rows', message });
  }

  /** As many as one answer holds, from the first on; at least one. */
  #told({ messages, more }: { messages: readonly StoredRow[]; more: boolean }): MessagePage {
    this.#tellDamaged();
    const told: StoredMessage[] = [];
    let length = 0;
    for (const row of messages) {
      const message = this.#tell(row);
      length += JSON.stringify(message).length;
      if (told.length > 0 && length > MAX_PAGE_LENGTH) return { messages: told, more: true };
      told.push(message);
    }
    return { messages: told, more };
  }

  #tell(row: StoredRow): StoredMessage {
    return fromRow(row, this.#core);
  }
}

function bounded(limit: number): number {
  return Math.min(MAX_PAGE_MESSAGES, Math.max(1, Math.floor(limit)));
}
