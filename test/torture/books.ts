// What two people reported of their messages over all their lives, and what none of it may ever say.
import type { Message, MessageState } from '../../src/client/api.ts';
import { MESSAGE_STATES } from '../../src/core/events.ts';
import type { MessageId } from '../../src/protocol/ids.ts';
import { type Letter, letterOf, NAMES, type Name, otherThan, type Place } from './letters.ts';

export type Numbers = Readonly<Record<Place, number>>;

/** One person's side. */
export interface Account {
  /** The highest numbers that may have been sent. */
  tried: Numbers;
  /** Own messages that were told: they are on disk, and wait to go out if they haven't. */
  readonly told: Map<MessageId, Letter>;
  /** The last that was reported of each own message. */
  readonly states: Map<MessageId, MessageState>;
  /** Messages of the other that were shown, by `nameOf`. */
  readonly shown: Set<string>;
}

/** What a report was about: kills are timed by it. */
export type News = 'told' | 'relayed' | 'delivered' | 'shown';

/** Takes reports as they come; throws an Error that says what is wrong with one. */
export class Books {
  readonly #accounts: Readonly<Record<Name, Account>> = { asha: newAccount(), bo: newAccount() };

  of(name: Name): Account {
    return this.#accounts[name];
  }

  trying(name: Name, place: Place, number: number): void {
    const account = this.#accounts[name];
    const highest = Math.max(account.tried[place], number);
    account.tried = { ...account.tried, [place]: highest };
  }

  message(name: Name, { id, text, state }: Message): News {
    const letter = letterOf(text);
    if (letter === null) throw new Error(`${name} was shown what nobody wrote: ${text}`);
    if ((letter.from === name) !== (state !== null)) {
      throw new Error(`${name} was shown ${nameOf(letter)} as somebody else's`);
    }
    const { told, shown } = this.#accounts[name];
    if (letter.from === name) {
      told.set(id, letter);
      return 'told';
    }
    if (shown.has(nameOf(letter))) throw new Error(`${name} was shown twice: ${nameOf(letter)}`);
    shown.add(nameOf(letter));
    return 'shown';
  }

  receipt(name: Name, id: MessageId, state: MessageState): News {
    const { states, told } = this.#accounts[name];
    const letter = told.get(id);
    const what = letter === undefined ? `message ${id} of ${name}` : nameOf(letter);
    if (state === 'failed') throw new Error(`${what} was reported as failed`);
    const before = states.get(id) ?? 'pending';
    if (rankOf(state) < rankOf(before)) throw new Error(`${what} fell from ${before} to ${state}`);
    states.set(id, state);
    return state === 'delivered' ? 'delivered' : 'relayed';
  }

  /** How many messages were told of. */
  get total(): number {
    return NAMES.reduce((total, name) => total + this.#accounts[name].told.size, 0);
  }

  /** How many messages were told of and have not come as far as they can. */
  get waiting(): number {
    let waiting = 0;
    for (const name of NAMES) {
      const { told, states } = this.#accounts[name];
      for (const [id, { place }] of told) if (states.get(id) !== finalState(place)) waiting++;
    }
    return waiting;
  }

  /** Messages of `from` with numbers above these that the relay has, as was reported: their names. */
  relayed(from: Name, above: Numbers): string[] {
    const { told, states } = this.#accounts[from];
    return [...told].flatMap(([id, letter]) => {
      const isRelayed = rankOf(states.get(id) ?? 'pending') >= rankOf('relayed');
      return isRelayed && letter.number > above[letter.place] ? [nameOf(letter)] : [];
    });
  }

  /** Of these, what the other person has not been shown. */
  unseen(from: Name, names: readonly string[]): string[] {
    const { shown } = this.#accounts[otherThan(from)];
    return names.filter((name) => !shown.has(name));
  }
}

/** What is told of a message only rises. */
function rankOf(state: MessageState): number {
  return MESSAGE_STATES.indexOf(state);
}

/** As far as a message can come: what is said in a room has no single reader who could acknowledge it. */
export function finalState(place: Place): MessageState {
  return place === 'room' ? 'relayed' : 'delivered';
}

export function nameOf({ from, place, number }: Letter): string {
  return `${place} message ${number} of ${from}`;
}

function newAccount(): Account {
  return {
    ...{ tried: { private: 0, room: 0 }, told: new Map(), states: new Map(), shown: new Set() },
  };
}
