// What became of our own messages: where each is shown, and the newest that was heard of it. Draws nothing.
import { laterState } from '../client/message-state.ts';
import type { MessageId } from '../protocol/ids.ts';
import type { ConversationKey, Receipt } from './conversation.ts';

/** Of how many messages; the oldest go first. */
const MAX_TRACKED = 10_000;

interface Tracked {
  readonly key: ConversationKey | null;
  readonly receipt: Receipt | null;
}

/**
 * A page of history is read a moment before it is shown, so a receipt may come in between: what was
 * heard counts more than what was read, as far as it is later in a message's life.
 */
export class OwnStates {
  readonly #known = new Map<MessageId, Tracked>();

  /** The message is shown there. */
  track(id: MessageId, key: ConversationKey): void {
    this.#put(id, { key, receipt: this.#known.get(id)?.receipt ?? null });
  }

  /** Where the message is shown, as far as that is known. */
  hear(receipt: Receipt): ConversationKey | null {
    const known = this.#known.get(receipt.id);
    const later = laterState(known?.receipt ?? null, receipt);
    this.#put(receipt.id, { key: known?.key ?? null, receipt: later });
    return known?.key ?? null;
  }

  /** The latest receipt heard in this session. */
  heard(id: MessageId): Receipt | null {
    return this.#known.get(id)?.receipt ?? null;
  }

  #put(id: MessageId, tracked: Tracked): void {
    this.#known.set(id, tracked);
    if (this.#known.size <= MAX_TRACKED) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}
