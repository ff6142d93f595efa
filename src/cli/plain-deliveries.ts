// What becomes of one's own messages, in the plain interface: each step that a person waits for is said once.
import type { ClientEvent, Message } from '../client/api.ts';
import type { MessageId, PeerId } from '../protocol/ids.ts';
import type { ConversationKey, Receipt } from '../ui/conversation.ts';
import { destinationOf, keyOfMessage } from '../ui/message-line.ts';
import type { Directory } from '../ui/people.ts';
import { type SafeText, safeText, safeTemplate as t } from '../ui/safe-text.ts';
import { stateWords, waitingWords } from '../ui/words.ts';
import { ownLine, type Show } from './lines.ts';
import type { Places } from './plain-places.ts';

/** Messages of ours that are remembered until they come to their end. */
const MAX_REMEMBERED = 1_000;
const MAX_QUOTED_LENGTH = 40;

interface Sent {
  readonly key: ConversationKey;
  readonly peer: PeerId | null;
  readonly text: SafeText;
  /** Whether it was said that it waits for a relay. */
  waits: boolean;
}

export class Deliveries {
  readonly #show: Show;
  readonly #people: Directory;
  readonly #places: Places;
  readonly #sent = new Map<MessageId, Sent>();
  /** What is heard of the newest holds for those before it. */
  readonly #newest = new Map<ConversationKey, MessageId>();
  /** Who is away, and what becomes then of what is written to them, has been said. */
  readonly #told = new Set<PeerId>();

  constructor({ show, people, places }: DeliveriesOptions) {
    this.#show = show;
    this.#people = people;
    this.#places = places;
  }

  take(event: ClientEvent): void {
    if (event.type === 'person' && event.person.online) this.#told.delete(event.person.fingerprint);
    else if (event.type === 'receipt') this.#hear(event);
  }

  /** A message of ours that goes out now. */
  sent(message: Message, isOnline: boolean): void {
    const { id, peer, state, kind } = message;
    if (state !== 'pending' || kind === 'change') return;
    const key = keyOfMessage(message);
    const { file } = message;
    const said = message.text === '' && file !== undefined ? file.name : message.text;
    const text = safeText(said, { maxLength: MAX_QUOTED_LENGTH });
    this.#sent.set(id, { key, peer, text, waits: !isOnline });
    this.#newest.set(key, id);
    const [oldest] = this.#sent.keys();
    if (this.#sent.size > MAX_REMEMBERED && oldest !== undefined) this.#sent.delete(oldest);
    if (!isOnline) this.#say(t`waits here for a relay, and goes out then: ${text}`);
  }

  #hear(receipt: Receipt): void {
    const { id, state, reason } = receipt;
    const sent = this.#sent.get(id);
    if (sent === undefined) {
      if (state === 'failed' && reason !== 'cancelled') {
        const what = safeText(id.slice(0, 8));
        this.#say(t`message ${what} ${stateWords(state, reason)}`);
      }
      return;
    }
    const place = this.#places.label(destinationOf(sent.key));
    if (state === 'failed') {
      this.#sent.delete(id);
      if (reason !== 'cancelled') {
        this.#say(t`your message to ${place} ${stateWords(state, reason)}: ${sent.text}`);
      }
      return;
    }
    const isAway = this.#tellAway(receipt, sent);
    if (state === 'pending') return;
    if (sent.waits) {
      sent.waits = false;
      if (!isAway) this.#say(t`gone out to ${place}: ${sent.text}`);
    }
    if (sent.peer !== null) this.#tellPrivate(receipt, sent, sent.peer);
    if (state === 'read' || sent.peer === null) this.#sent.delete(id);
  }

  #tellPrivate({ id, state }: Receipt, { key, text }: Sent, peer: PeerId): void {
    if (this.#newest.get(key) !== id) return;
    const name = this.#people.label(peer);
    if (state === 'delivered') this.#say(t`${name} has received: ${text}`);
    else if (state === 'read') this.#say(t`${name} has read: ${text}`);
  }

  /** Once while somebody is away. Returns whether that is said now. */
  #tellAway({ state, reason }: Receipt, { peer }: Sent): boolean {
    if (peer === null || this.#people.get(peer)?.online !== false || this.#told.has(peer)) {
      return false;
    }
    const waits = state === 'pending' && reason === 'not-here';
    if (state !== 'relayed' && !waits) return false;
    const words = waitingWords(waits ? 'waits' : 'kept');
    this.#say(t`${this.#people.label(peer)} is away: ${words}`);
    this.#told.add(peer);
    return true;
  }

  #say(text: SafeText): void {
    this.#show(ownLine(text));
  }
}

export interface DeliveriesOptions {
  readonly show: Show;
  readonly people: Directory;
  readonly places: Places;
}
