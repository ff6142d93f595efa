// What the screen knows: events and keys change it, views read it. No React, no session, no terminal.
import type { Link, Person, Room, Snapshot, Who } from '../client/api.ts';
import type { MessageId } from '../protocol/ids.ts';
import { FIRST_ROOM } from '../protocol/nickname.ts';
import { type ComposerEdit, editComposer } from './composer.ts';
import {
  append,
  applyReceipt,
  type Conversation,
  type ConversationKey,
  type ConversationRecord,
  clearLines,
  type EntryBody,
  newConversation,
  type Receipt,
} from './conversation.ts';
import type { ScreenSize } from './frame-sink.ts';
import type { Schedule } from './keys.ts';
import type { Overlay } from './overlay.ts';
import { cleanNickname, Directory, type KnownPerson } from './people.ts';
import type { SafeText } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { BOTTOM_ANCHOR, type ViewportAnchor } from './viewport.ts';

/** Fifty messages a second repaint ten times; keys repaint at once. */
export const ARRIVAL_PAUSE_MS = 100;
/** Receipts are looked for among this many of our own messages. */
const MAX_TRACKED = 10_000;

export interface StoreOptions {
  /** Milliseconds, this machine's wall clock: only shown, never compared with others'. */
  readonly now: () => number;
  readonly schedule: Schedule;
  readonly size: ScreenSize;
  readonly version: SafeText;
}

type MutableState = { -readonly [Field in keyof ScreenState]: ScreenState[Field] };

/** Where a message of ours stands, so that its receipts find it. */
interface Place {
  readonly key: ConversationKey;
  readonly seq: number;
}

/** Owns one timer; `close()` ends it. */
export class ScreenStore {
  readonly #state: MutableState;
  readonly #people = new Directory();
  readonly #rooms = new Map<string, Room>();
  readonly #conversations = new Map<ConversationKey, ConversationRecord>();
  readonly #options: StoreOptions;
  readonly #listeners = new Set<() => void>();
  readonly #places = new Map<MessageId, Place>();
  #version = 0;
  #lastNotifiedMs = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | null = null;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#state = {
      self: null,
      link: null,
      linkSinceMs: 0,
      searchingSinceMs: null,
      ready: false,
      people: this.#people,
      rooms: this.#rooms,
      conversations: this.#conversations,
      order: [],
      active: FIRST_ROOM,
      overlay: null,
      focused: true,
      hosting: 'no',
      quitArmed: false,
      size: options.size,
      version: options.version,
    };
    this.conversation(FIRST_ROOM);
  }

  get state(): ScreenState {
    return this.#state;
  }

  /** For useSyncExternalStore: another number whenever listeners were told of a change. */
  readonly version = (): number => this.#version;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#listeners.clear();
  }

  now(): number {
    return this.#options.now();
  }

  get active(): Conversation {
    return this.#active;
  }

  /** The conversation of that key, made where there is none yet. */
  conversation(key: ConversationKey): Conversation {
    return this.#conversation(key);
  }

  /** Tells the views at once: somebody pressed a key and waits for the echo. */
  notifyNow(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#lastNotifiedMs = this.#options.now();
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }

  /** Tells the views soon: at once after a quiet while, else at most every `ARRIVAL_PAUSE_MS`. */
  notifySoon(): void {
    if (this.#cancelTimer !== null) return;
    const waitMs = this.#lastNotifiedMs + ARRIVAL_PAUSE_MS - this.#options.now();
    // A wall clock that was set back must not silence the screen.
    if (waitMs <= 0) {
      this.notifyNow();
      return;
    }
    this.#cancelTimer = this.#options.schedule(
      () => this.notifyNow(),
      Math.min(waitMs, ARRIVAL_PAUSE_MS),
    );
  }

  setSelf(self: Snapshot['self']): void {
    this.#state.self = { nick: cleanNickname(self.nick), fingerprint: self.fingerprint };
  }

  setReady(ready: boolean): void {
    this.#state.ready = ready;
    this.notifySoon();
  }

  setLink(link: Link): void {
    const { searchingSinceMs } = this.#state;
    this.#state.link = link;
    this.#state.linkSinceMs = this.now();
    this.#state.searchingSinceMs =
      link.state === 'searching' ? (searchingSinceMs ?? this.now()) : null;
    this.notifySoon();
  }

  setPerson(person: Person): KnownPerson {
    const known = this.#people.set(person);
    this.notifySoon();
    return known;
  }

  /** How to call whoever said something: their card may come after their first words. */
  meet(who: Who): SafeText {
    const { self } = this.#state;
    return who.fingerprint === self?.fingerprint ? self.nick : this.#people.meet(who);
  }

  setRoom(room: Room): void {
    this.#rooms.set(room.name, room);
    this.#conversation(room.name);
    this.notifySoon();
  }

  /** The room has been left: it is not ours any more, and its window goes. */
  dropRoom(name: string): void {
    this.#rooms.delete(name);
    this.closeConversation(name);
  }

  /** Shows another conversation; its unread lines begin below a marker. */
  open(key: ConversationKey): void {
    if (key !== this.#state.active) this.#active.marker = null;
    this.#conversation(key);
    this.#state.active = key;
    this.#state.overlay = null;
    this.markSeen();
    this.notifyNow();
  }

  /** Closes a conversation and forgets its lines. The lobby's window always stays. */
  closeConversation(key: ConversationKey): void {
    const { order, active } = this.#state;
    if (key === FIRST_ROOM) return;
    if (active === key) this.open(order[Math.max(0, order.indexOf(key) - 1)] ?? FIRST_ROOM);
    this.#conversations.delete(key);
    this.#state.order = order.filter((other) => other !== key);
    this.notifySoon();
  }

  /** What is unread in the active conversation has been seen now. */
  markSeen(): void {
    const conversation = this.#active;
    if (conversation.firstUnread !== null) conversation.marker = conversation.firstUnread;
    conversation.firstUnread = null;
    conversation.unread = 0;
    conversation.mentions = 0;
  }

  /** The newest line counts as unread unless somebody looks at it now. */
  countUnread(key: ConversationKey, mention: boolean): void {
    const conversation = this.#conversation(key);
    const { active, focused } = this.#state;
    if (active === key && focused && conversation.anchor.kind === 'bottom') return;
    conversation.firstUnread ??= conversation.nextSeq - 1;
    conversation.unread += 1;
    if (mention) conversation.mentions += 1;
    this.notifySoon();
  }

  add(key: ConversationKey, body: EntryBody, timeMs = this.#options.now()): void {
    const entry = append(this.#conversation(key), body, timeMs);
    if (body.kind === 'message' && body.own) this.#track(body.id, { key, seq: entry.seq });
    this.notifySoon();
  }

  /** A line of lanchat's own in the conversation that is looked at. */
  note(text: SafeText, tone: 'plain' | 'warning' = 'plain'): void {
    this.add(this.#state.active, { kind: 'notice', tone, text });
    this.notifyNow();
  }

  /** What became of a message of ours, where it is still shown. */
  setReceipt(receipt: Receipt): void {
    const place = this.#places.get(receipt.id);
    if (place !== undefined) applyReceipt(this.#conversation(place.key), place.seq, receipt);
    this.notifySoon();
  }

  /** Takes the lines of the active conversation off the screen. */
  clear(): void {
    clearLines(this.#active);
    this.notifyNow();
  }

  edit(edit: ComposerEdit): void {
    const conversation = this.#active;
    conversation.composer = editComposer(conversation.composer, edit);
    this.notifyNow();
  }

  /** The line was taken: it goes into history, and whoever speaks has seen what is there. */
  submit(): void {
    const conversation = this.#active;
    conversation.composer = editComposer(conversation.composer, { type: 'submit' });
    conversation.marker = null;
    conversation.anchor = BOTTOM_ANCHOR;
    this.notifyNow();
  }

  /** A text that could not be sent goes back to where it was typed, unless something stands there. */
  giveBack(key: ConversationKey, text: string): void {
    const conversation = this.#conversation(key);
    if (conversation.composer.text !== '') return;
    conversation.composer = { ...conversation.composer, text, cursor: text.length };
    this.notifyNow();
  }

  /** Whether Ctrl+C quits, the next time. */
  armQuit(armed: boolean): void {
    if (this.#state.quitArmed === armed) return;
    this.#state.quitArmed = armed;
    this.notifyNow();
  }

  /** Whether somebody looks at the window, as the terminal reports it. */
  setFocused(focused: boolean): void {
    this.#state.focused = focused;
    if (focused && this.#active.anchor.kind === 'bottom') this.markSeen();
    this.notifyNow();
  }

  setSize(size: ScreenSize): void {
    this.#state.size = size;
    this.notifyNow();
  }

  setHosting(hosting: ScreenState['hosting']): void {
    this.#state.hosting = hosting;
    this.notifyNow();
  }

  scrollTo(anchor: ViewportAnchor<number>): void {
    this.#active.anchor = anchor;
    if (anchor.kind === 'bottom') this.markSeen();
    this.notifyNow();
  }

  setOverlay(overlay: Overlay | null): void {
    this.#state.overlay = overlay;
    this.notifyNow();
  }

  get #active(): ConversationRecord {
    return this.#conversation(this.#state.active);
  }

  #conversation(key: ConversationKey): ConversationRecord {
    let found = this.#conversations.get(key);
    if (found === undefined) {
      found = newConversation(key);
      this.#conversations.set(key, found);
      this.#state.order = [...this.#state.order, key];
    }
    return found;
  }

  #track(id: MessageId, place: Place): void {
    this.#places.set(id, place);
    if (this.#places.size <= MAX_TRACKED) return;
    const [oldest] = this.#places.keys();
    if (oldest !== undefined) this.#places.delete(oldest);
  }
}
