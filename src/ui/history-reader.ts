// Reads from history what somebody is about to look at, and tells it what has been seen. Draws nothing.
import {
  isUnknownMessage,
  type MessagePage,
  type Session,
  type StoredMessage,
} from '../client/api.ts';
import type { MessageId } from '../protocol/ids.ts';
import { applyConversations } from './apply-history.ts';
import {
  type Conversation,
  type ConversationKey,
  type ConversationRecord,
  indexOfMessage,
  indexOfSeq,
  PAGE_MESSAGES,
} from './conversation.ts';
import { FileStates } from './file-states.ts';
import { introduce } from './introduce.ts';
import { layoutFor } from './layout.ts';
import { destinationOf, keyOfMessage, storedLine } from './message-line.ts';
import { messageSource } from './message-rows.ts';
import { ReadMarks } from './read-marks.ts';
import type { Schedule } from './schedule.ts';
import {
  beginNewer,
  beginOlder,
  failOlder,
  goLive,
  type NewerPage,
  newestMessage,
  oldestMessage,
  putNewer,
  putOlder,
  showAround,
  showLoaded,
} from './scrollback.ts';
import type { ScreenStore } from './store.ts';
import { anchorAbove, scrollBy } from './viewport.ts';
import { faultWords } from './words.ts';

export interface ReaderOptions {
  readonly store: ScreenStore;
  readonly ask: Session['request'];
  readonly schedule: Schedule;
}

/** Lines from either end at which the next page is asked for. */
const NEAR_END = 60;

/** Owns the marks of what was seen; `close()` ends them. */
export class HistoryReader {
  readonly #options: ReaderOptions;
  readonly #marks: ReadMarks;
  readonly #files: FileStates;
  #started = false;
  #closed = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#marks = new ReadMarks(options);
    this.#files = new FileStates(options);
  }

  /** Once the client has said what is so; nothing is asked before. */
  async start(): Promise<void> {
    const { store, ask } = this.#options;
    this.#started = true;
    this.look();
    try {
      const { conversations } = await ask({ do: 'conversations' });
      if (!this.#closed) applyConversations(store, conversations);
    } catch (error) {
      if (!this.#closed) store.note(faultWords(error), 'warning');
    }
  }

  /** After any change: the last page of what is shown now, and what has been seen in it. */
  look(): void {
    if (!this.#started || this.#closed) return;
    const { active } = this.#options.store;
    if (active.older.kind === 'unknown') void this.#readOlder(active);
    this.#files.look();
    const seen = this.#options.store.takeSeen();
    if (seen !== null) this.#marks.add(seen);
  }

  /** Somebody scrolled up: the page before, where they are near the first line in memory. */
  older(): void {
    const { store } = this.#options;
    const { active } = store;
    const { kind } = active.older;
    if (!this.#started || (kind !== 'more' && kind !== 'failed')) return;
    if (this.#distance(active) >= Math.max(NEAR_END, 2 * store.state.size.rows)) return;
    void this.#readOlder(active);
    store.notifySoon();
  }

  /** Somebody scrolled down in a part of the past: what comes next, where they are near its end. */
  newer(): void {
    const { store } = this.#options;
    const { active } = store;
    if (active.aside === null || active.aside.reading) return;
    const left = active.entries.length - this.#distance(active);
    if (left < Math.max(NEAR_END, 2 * store.state.size.rows)) void this.#readNewer(active);
  }

  /**
   * Goes to a message that a search found, its surroundings read first. `isWanted`: asked once they are
   * there. Refusals are lines on the screen.
   */
  async goTo(message: StoredMessage, isWanted: () => boolean): Promise<void> {
    const { store } = this.#options;
    const key = keyOfMessage(message);
    let show = this.#showInMemory(key, message.id);
    if (show === null) {
      try {
        show = await this.#showFromHistory(key, message);
      } catch (error) {
        if (isWanted()) {
          store.setOverlay(null);
          store.note(faultWords(error), 'warning');
        }
        return;
      }
      if (!isWanted()) return;
    }
    const from = { key: store.active.key, anchor: store.active.anchor };
    const person = message.peer === null ? null : store.state.people.get(message.peer);
    if (person !== null) introduce(store, person);
    store.open(key);
    store.change(store.active, show);
    this.#leaveRoomAbove();
    store.setCameFrom(from);
  }

  /** Ends once what was seen is written. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#marks.close();
  }

  /** Lines in memory before the first on the screen. */
  #distance(conversation: Conversation): number {
    const { anchor, entries } = conversation;
    return anchor.kind === 'line' ? indexOfSeq(conversation, anchor.key) : entries.length;
  }

  async #readOlder(conversation: Conversation): Promise<void> {
    const { store, ask } = this.#options;
    const before = oldestMessage(conversation);
    const { epoch } = conversation;
    store.change(conversation, beginOlder);
    let put: (record: ConversationRecord, cells: number) => void;
    try {
      const page = await this.#pageBefore(() =>
        ask({
          do: 'history',
          conversation: destinationOf(conversation.key),
          before,
          limit: PAGE_MESSAGES,
        }),
      );
      const lines = page.messages.map((message) => storedLine(store, message));
      put = (record, cells) => putOlder(record, { lines, more: page.more }, cells);
    } catch (error) {
      const why = faultWords(error);
      put = (record) => failOlder(record, why);
    }
    if (this.#closed) return;
    store.change(conversation, (record, cells) => {
      if (record.epoch === epoch) put(record, cells);
    });
    store.notifyNow();
  }

  // A message that has expired here took everything before it along.
  async #pageBefore(ask: () => Promise<MessagePage>): Promise<MessagePage> {
    try {
      return await ask();
    } catch (error) {
      if (isUnknownMessage(error)) return { messages: [], more: false };
      throw error;
    }
  }

  async #readNewer(conversation: Conversation): Promise<void> {
    const { store } = this.#options;
    const { epoch, aside, entries } = conversation;
    const newest = newestMessage(entries);
    // Nothing is shown without a message there: the last that goes takes the reader back (removeMessage).
    if (aside === null || newest === null) return;
    store.change(conversation, beginNewer);
    let put: (record: ConversationRecord) => void;
    try {
      const page = await this.#pageAfter(conversation.key, newest, PAGE_MESSAGES);
      put = (record) => putNewer(record, page);
    } catch (error) {
      // Where nothing can be read there is only what is in memory.
      put = goLive;
      if (!this.#closed) store.note(faultWords(error), 'warning');
    }
    if (this.#closed) return;
    store.change(conversation, (record) => {
      if (record.epoch === epoch) put(record);
    });
    store.notifyNow();
  }

  async #pageAfter(key: ConversationKey, after: MessageId, limit: number): Promise<NewerPage> {
    const { store, ask } = this.#options;
    const conversation = destinationOf(key);
    const { messages, more } = await ask({ do: 'history', conversation, after, limit });
    return { lines: messages.map((message) => storedLine(store, message)), more };
  }

  #showInMemory(
    key: ConversationKey,
    id: MessageId,
  ): ((record: ConversationRecord) => void) | null {
    const known = this.#options.store.state.conversations.get(key);
    if (known === undefined) return null;
    if (indexOfMessage(known.entries, id) !== -1) return (record) => showLoaded(record, id);
    if (known.aside === null || indexOfMessage(known.aside.tail, id) === -1) return null;
    return (record) => {
      goLive(record);
      showLoaded(record, id);
    };
  }

  async #showFromHistory(
    key: ConversationKey,
    message: StoredMessage,
  ): Promise<(record: ConversationRecord) => void> {
    const { store, ask } = this.#options;
    const { id } = message;
    const conversation = destinationOf(key);
    const limit = PAGE_MESSAGES / 2;
    const [before, newer] = await Promise.all([
      ask({ do: 'history', conversation, before: id, limit }),
      this.#pageAfter(key, id, limit),
    ]);
    const lines = [...before.messages, message].map((each) => storedLine(store, each));
    return (record) => showAround(record, id, { older: { lines, more: before.more }, newer });
  }

  /** What was found stands a third down the screen, not at its very top. */
  #leaveRoomAbove(): void {
    const { store } = this.#options;
    const layout = layoutFor(store.state.size);
    if (layout.kind === 'too-small') return;
    const rows = layout.bodyRows(1) - 1;
    const source = messageSource(store.active, layout.measure);
    const above = anchorAbove(source, store.active.anchor, Math.floor(rows / 3));
    // Where the screen begins in fact: what arrives later moves nothing.
    store.scrollTo(scrollBy(source, above, { lines: 0, rows, stays: true }));
  }
}
