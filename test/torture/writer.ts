// Writes numbered messages in one place, steadily, and as many as its windows allow: the load of a kill run.
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientEvent, Destination, MessageState, Session } from '../../src/client/api.ts';
import { LanchatError } from '../../src/protocol/errors.ts';
import type { MessageId } from '../../src/protocol/ids.ts';
import { type Name, type Place, textOf } from './letters.ts';

/** Between two messages: most of the time is for processes that start, which is what kills cost. */
const PACE_MS: Readonly<Record<Place, number>> = { private: 160, room: 80 };
/** Messages that the relay has yet to take. */
const PENDING_WINDOW = 6;
/** Messages to a person who has yet to read them: far less than what one sender may leave in a mailbox. */
const UNREAD_WINDOW = 40;

export interface WriterOptions {
  readonly session: Session;
  readonly from: Name;
  readonly place: Place;
  readonly to: Destination;
  /** Called before the session is asked to send. */
  readonly onTrying: (number: number) => void;
}

/** Sends nothing before `begin`. */
export class Writer {
  readonly #options: WriterOptions;
  /** Of this run's messages, those that are yet to come to their end. */
  readonly #open = new Map<MessageId, MessageState>();
  #number: number;
  #isResting = true;
  #isSending = false;

  constructor(options: WriterOptions, number: number) {
    this.#options = options;
    this.#number = number;
  }

  begin(): void {
    this.#isResting = false;
    void this.#fill();
  }

  rest(): void {
    this.#isResting = true;
  }

  take(event: ClientEvent): void {
    if (event.type === 'receipt' && this.#open.has(event.id)) {
      if (this.#isFinal(event.state)) this.#open.delete(event.id);
      else this.#open.set(event.id, event.state);
    }
    void this.#fill();
  }

  #isFinal(state: MessageState): boolean {
    return state === 'delivered' || state === 'failed' || this.#options.place === 'room';
  }

  #mayWrite(): boolean {
    if (this.#isResting || this.#open.size >= UNREAD_WINDOW) return false;
    return [...this.#open.values()].filter((state) => state === 'pending').length < PENDING_WINDOW;
  }

  async #fill(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    // One after the other: their order is part of what is checked.
    while (this.#mayWrite() && (await this.#write())) await delay(PACE_MS[this.#options.place]);
    this.#isSending = false;
  }

  /** False where it is refused, which changes nothing: at first the other person is not known yet. */
  async #write(): Promise<boolean> {
    const { session, from, place, to, onTrying } = this.#options;
    onTrying(this.#number);
    try {
      const text = textOf({ from, place, number: this.#number });
      const { id } = await session.request({ do: 'send', to, text });
      this.#open.set(id, 'pending');
      this.#number++;
      return true;
    } catch (error) {
      if (error instanceof LanchatError) return false;
      throw error;
    }
  }
}
