// What the screen knows: events and keys change it, views read it. No React, no session, no terminal.
import type { Link, Room, Snapshot } from '../client/api.ts';
import type { MessageId, PeerId } from '../protocol/ids.ts';
import { type ComposerEdit, editComposer } from './composer.ts';
import {
  append,
  type Conversation,
  type ConversationKey,
  type EntryBody,
  newConversation,
} from './conversation.ts';
import type { ScreenSize } from './frame-sink.ts';
import type { Schedule } from './keys.ts';
import type { Overlay } from './overlay.ts';
import { cleanNickname, Directory } from './people.ts';
import type { SafeText } from './safe-text.ts';
import type { ViewportAnchor } from './viewport.ts';

export const lobby: ConversationKey = '#lobby';

/** Fifty messages a second repaint ten times; keys repaint at once. */
export const arrivalPauseMs = 100;
/** Receipts are looked for among this many of our own messages. */
const maxTracked = 10_000;

export interface StoreOptions {
  /** Milliseconds, this machine's wall clock: only shown, never compared with others'. */
  readonly now: () => number;
  readonly schedule: Schedule;
  readonly size: ScreenSize;
  readonly version: SafeText;
}

export interface Self {
  readonly nick: SafeText;
  readonly fingerprint: PeerId;
}

/** Everything the views read. Fields change between notifications only through the store. */
export interface ScreenState {
  self: Self | null;
  link: Link | null;
  /** When the link last changed, by the store's clock: what its countdown counts from. */
  linkSinceMs: number;
  /** Since when no relay has been found; null: one has. */
  searchingSinceMs: number | null;
  ready: boolean;
  readonly people: Directory;
  readonly rooms: Map<string, Room>;
  readonly conversations: Map<ConversationKey, Conversation>;
  /** Windows 1, 2, 3 …: in the order of opening. */
  order: readonly ConversationKey[];
  active: ConversationKey;
  overlay: Overlay | null;
  /** Whether somebody looks at the window; true where the terminal doesn't say. */
  focused: boolean;
  /** The relay runs on this machine, started from this screen. */
  hosting: 'no' | 'starting' | 'running';
  /** Ctrl+C was pressed on an empty line: once more quits. */
  quitArmed: boolean;
  size: ScreenSize;
  /** Of lanchat, for the help. */
  readonly version: SafeText;
}

/** Where a message of ours stands, so that its receipts find it. */
interface Place {
  readonly key: ConversationKey;
  readonly seq: number;
}

/** Owns one timer; `close()` ends it. */
export class ScreenStore {
  readonly state: ScreenState;
  readonly #options: StoreOptions;
  readonly #listeners = new Set<() => void>();
  readonly #places = new Map<MessageId, Place>();
  #version = 0;
  #lastNotifiedMs = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | null = null;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.state = {
      self: null,
      link: null,
      linkSinceMs: 0,
      searchingSinceMs: null,
      ready: false,
      people: new Directory(),
      rooms: new Map(),
      conversations: new Map(),
      order: [],
      active: lobby,
      overlay: null,
      focused: true,
      hosting: 'no',
      quitArmed: false,
      size: options.size,
      version: options.version,
    };
    this.conversation(lobby);
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
    return this.conversation(this.state.active);
  }

  /** The conversation of that key, made where there is none yet. */
  conversation(key: ConversationKey): Conversation {
    const { conversations } = this.state;
    let found = conversations.get(key);
    if (found === undefined) {
      found = newConversation(key);
      conversations.set(key, found);
      this.state.order = [...this.state.order, key];
    }
    return found;
  }

  /** Tells the views at once: somebody pressed a key and waits for the echo. */
  notifyNow(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#lastNotifiedMs = this.#options.now();
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }

  /** Tells the views soon: at once after a quiet while, else at most every `arrivalPauseMs`. */
  notifySoon(): void {
    if (this.#cancelTimer !== null) return;
    const waitMs = this.#lastNotifiedMs + arrivalPauseMs - this.#options.now();
    // A wall clock that was set back must not silence the screen.
    if (waitMs <= 0) {
      this.notifyNow();
      return;
    }
    this.#cancelTimer = this.#options.schedule(
      () => this.notifyNow(),
      Math.min(waitMs, arrivalPauseMs),
    );
  }

  setSelf(self: Snapshot['self']): void {
    this.state.self = { nick: cleanNickname(self.nick), fingerprint: self.fingerprint };
  }

  setRoom(room: Room): void {
    this.state.rooms.set(room.name, room);
    this.conversation(room.name);
  }

  /** Shows another conversation; its unread lines begin below a marker. */
  open(key: ConversationKey): void {
    if (key !== this.state.active) this.active.marker = null;
    this.state.active = key;
    this.state.overlay = null;
    this.markSeen();
    this.notifyNow();
  }

  /** Closes a conversation and forgets its lines. The lobby's window always stays. */
  closeConversation(key: ConversationKey): void {
    const { conversations, order, active } = this.state;
    if (key === lobby) return;
    if (active === key) this.open(order[Math.max(0, order.indexOf(key) - 1)] ?? lobby);
    conversations.delete(key);
    this.state.order = order.filter((other) => other !== key);
    this.notifySoon();
  }

  /** What is unread in the active conversation has been seen now. */
  markSeen(): void {
    const conversation = this.active;
    if (conversation.firstUnread !== null) conversation.marker = conversation.firstUnread;
    conversation.firstUnread = null;
    conversation.unread = 0;
    conversation.mentions = 0;
  }

  add(key: ConversationKey, body: EntryBody, timeMs = this.#options.now()): void {
    const entry = append(this.conversation(key), body, timeMs);
    if (body.kind === 'message' && body.own) this.#track(body.id, { key, seq: entry.seq });
    this.notifySoon();
  }

  /** A line of lanchat's own in the conversation that is looked at. */
  note(text: SafeText, tone: 'plain' | 'warning' = 'plain'): void {
    this.add(this.state.active, { kind: 'notice', tone, text });
    this.notifyNow();
  }

  /** Where a message of ours is shown, or null where it is not any more. */
  place(id: MessageId): Place | null {
    return this.#places.get(id) ?? null;
  }

  edit(edit: ComposerEdit): void {
    const conversation = this.active;
    conversation.composer = editComposer(conversation.composer, edit);
    this.notifyNow();
  }

  /** The line was taken: it goes into that conversation's history. */
  submit(conversation: Conversation): void {
    conversation.composer = editComposer(conversation.composer, { type: 'submit' });
    this.notifyNow();
  }

  /** Whether somebody looks at the window, as the terminal reports it. */
  setFocused(focused: boolean): void {
    this.state.focused = focused;
    if (focused && this.active.anchor.kind === 'bottom') this.markSeen();
    this.notifyNow();
  }

  setSize(size: ScreenSize): void {
    this.state.size = size;
    this.notifyNow();
  }

  setHosting(hosting: ScreenState['hosting']): void {
    this.state.hosting = hosting;
    this.notifyNow();
  }

  scrollTo(anchor: ViewportAnchor<number>): void {
    this.active.anchor = anchor;
    if (anchor.kind === 'bottom') this.markSeen();
    this.notifyNow();
  }

  setOverlay(overlay: Overlay | null): void {
    this.state.overlay = overlay;
    this.notifyNow();
  }

  #track(id: MessageId, place: Place): void {
    this.#places.set(id, place);
    if (this.#places.size <= maxTracked) return;
    const [oldest] = this.#places.keys();
    if (oldest !== undefined) this.#places.delete(oldest);
  }
}
