// Where the person of the plain interface is, what other conversations there are, and how much is unread. Asks nobody.
import type { Conversation, Destination, Message, Room, Snapshot } from '../client/api.ts';
import { PeerId } from '../protocol/ids.ts';
import type { ConversationKey } from '../ui/conversation.ts';
import { destinationOf, keyOf, keyOfMessage } from '../ui/message-line.ts';
import { type Directory, trustWord } from '../ui/people.ts';
import { type SafeText, safeTemplate as t } from '../ui/safe-text.ts';
import { nextUnreadOf } from '../ui/window-order.ts';

/** Conversations that one answer lists; more are counted. */
const MAX_LISTED = 60;

interface Unread {
  readonly count: number;
  readonly mentions: number;
}

const NOTHING: Unread = { count: 0, mentions: 0 };

export class Places {
  readonly #people: Directory;
  readonly #rooms = new Map<string, Room>();
  readonly #unread = new Map<ConversationKey, Unread>();
  /** In the order in which they came up. */
  readonly #order: ConversationKey[] = [];
  readonly #listed = new Set<ConversationKey>();
  #self: PeerId | null = null;
  #here: Destination | null = null;

  constructor(people: Directory) {
    this.#people = people;
  }

  /** What was so before the first event; `kept`: as history has it, the newest first. */
  begin({ self, rooms }: Snapshot, kept: readonly Conversation[]): void {
    this.#self = self.fingerprint;
    for (const room of rooms) this.setRoom(room);
    for (const { with: place, unread } of kept) {
      const key = keyOf(place);
      if ('room' in place && !this.#rooms.has(key)) continue;
      this.list(key);
      if (unread > 0 && !this.#isMuted(key)) this.#unread.set(key, { count: unread, mentions: 0 });
    }
  }

  get here(): Destination | null {
    return this.#here;
  }

  get self(): PeerId | null {
    return this.#self;
  }

  get rooms(): ReadonlyMap<string, Room> {
    return this.#rooms;
  }

  get roomHere(): string | null {
    return this.#here !== null && 'room' in this.#here ? this.#here.room : null;
  }

  get peerHere(): PeerId | null {
    return this.#here !== null && 'peer' in this.#here ? this.#here.peer : null;
  }

  setRoom(room: Room): void {
    this.#rooms.set(room.name, room);
    this.list(room.name);
    if (room.notifyLevel === 'nothing') this.#unread.delete(room.name);
  }

  /** Whether one was there. */
  dropRoom(name: string): boolean {
    this.#rooms.delete(name);
    this.#unread.delete(name);
    if (this.#listed.delete(name)) this.#order.splice(this.#order.indexOf(name), 1);
    const wasHere = this.roomHere === name;
    if (wasHere) this.#here = null;
    return wasHere;
  }

  /** How many of its messages were unread: none is any more. */
  go(place: Destination): number {
    const key = keyOf(place);
    this.#here = place;
    this.list(key);
    const { count } = this.#unread.get(key) ?? NOTHING;
    this.#unread.delete(key);
    return count;
  }

  leave(): void {
    this.#here = null;
  }

  isHere(key: ConversationKey): boolean {
    return this.#here !== null && keyOf(this.#here) === key;
  }

  namesUs({ mentions }: Message): boolean {
    return this.#self !== null && (mentions?.includes(this.#self) ?? false);
  }

  isUs(id: PeerId): boolean {
    return id === this.#self;
  }

  /** Takes in a conversation that something was said in. */
  list(key: ConversationKey): void {
    if (this.#listed.has(key)) return;
    this.#listed.add(key);
    this.#order.push(key);
  }

  /** Counts what arrived elsewhere. What to say of it; null: that is known. */
  countUnread(message: Message): SafeText | null {
    const key = keyOfMessage(message);
    this.list(key);
    if (this.#isMuted(key)) return null;
    const before = this.#unread.get(key) ?? NOTHING;
    const isMention = this.namesUs(message);
    const now = { count: before.count + 1, mentions: before.mentions + (isMention ? 1 : 0) };
    this.#unread.set(key, now);
    const who = this.#people.meet(message.from);
    const place = this.label(destinationOf(key));
    if (isMention && isRound(now.mentions)) {
      return t`${who} names you in ${place}; unread there: ${now.count}`;
    }
    if (!isRound(now.count)) return null;
    return message.room === null
      ? t`${who} wrote to you privately; unread there: ${now.count}`
      : t`${who} wrote in ${place}; unread there: ${now.count}`;
  }

  /** The conversation of that number; null: there is none. */
  numbered(number: number): Destination | null {
    const key = this.#order[number - 1];
    return key === undefined ? null : destinationOf(key);
  }

  /** Whether there is such a conversation. */
  has(key: ConversationKey): boolean {
    return this.#listed.has(key);
  }

  get count(): number {
    return this.#order.length;
  }

  /** Where to read on: who names us or writes privately before the rest. Null: nothing is unread. */
  nextUnread(): Destination | null {
    const key = nextUnreadOf(this.#order, (each) => {
      const { count: unread, mentions } = this.#unreadOf(each);
      return { unread, mentions, kind: this.#rooms.get(each)?.kind };
    });
    return key === null ? null : destinationOf(key);
  }

  /** As it is called now: titles change, and so does who is in a group. */
  label(place: Destination): SafeText {
    if ('room' in place) return this.#people.rooms.label(place.room);
    return t`@${this.#people.label(place.peer)}`;
  }

  /** As `label`, with how well the key of a person is known. */
  fullLabel(place: Destination): SafeText {
    if ('room' in place) return this.label(place);
    const person = this.#people.get(place.peer);
    return t`${this.label(place)} (${person === null ? t`unverified` : trustWord(person)})`;
  }

  /** One line a conversation: its number, what it is called, what is unread there. */
  lines(): SafeText[] {
    const lines = this.#order.slice(0, MAX_LISTED).map((key, at) => {
      const here = this.isHere(key) ? t`, where you are` : t``;
      return t`${at + 1}: ${this.fullLabel(destinationOf(key))}${here}${this.#standing(key)}`;
    });
    const more = this.#order.length - lines.length;
    return more > 0 ? [...lines, t`and ${more} more`] : lines;
  }

  /** One line for each conversation with something unread. */
  unreadLines(): SafeText[] {
    return [...this.#unread.keys()]
      .slice(0, MAX_LISTED)
      .map((key) => t`${this.label(destinationOf(key))}${this.#standing(key)}`);
  }

  #standing(key: ConversationKey): SafeText {
    if (this.#isMuted(key)) return t`, muted`;
    const { count, mentions } = this.#unreadOf(key);
    if (count === 0) return t``;
    return mentions === 0
      ? t`, unread: ${count}`
      : t`, unread: ${count}, of which name you: ${mentions}`;
  }

  #unreadOf(key: ConversationKey): Unread {
    return this.#unread.get(key) ?? NOTHING;
  }

  #isMuted(key: ConversationKey): boolean {
    const peer = PeerId.parse(key);
    const { notifyLevel } = (peer === null ? this.#rooms.get(key) : this.#people.get(peer)) ?? {};
    return notifyLevel === 'nothing';
  }
}

/** 1, 10, 100 …: a flood is told of a few times. */
function isRound(count: number): boolean {
  return /^10*$/.test(String(count));
}
