// The conversations on the screen: which there are, which one is shown, what is unread. No React, no session.

import { DEFAULT_PREFERENCES } from '../client/preferences.ts';
import type { MessageId } from '../protocol/ids.ts';
import { FIRST_ROOM } from '../protocol/nickname.ts';
import { DEFAULT_KEYS } from './bound-keys.ts';
import { ChangeSignal } from './change-signal.ts';
import type { Completion } from './completion.ts';
import { type ComposerEdit, editComposer, withOlderSent } from './composer.ts';
import {
  addLine,
  applyReceipt,
  type Conversation,
  type ConversationKey,
  type ConversationRecord,
  type EntryBody,
  newConversation,
  type Receipt,
} from './conversation.ts';
import type { ScreenSize } from './frame-sink.ts';
import { LEAST_COLUMNS, layoutFor } from './layout.ts';
import { NO_PATHS, type Paths } from './local-files.ts';
import { OwnStates } from './own-states.ts';
import type { SafeText } from './safe-text.ts';
import type { Schedule } from './schedule.ts';
import type { ScreenState } from './screen-state.ts';
import { clearWindow, goLive, keepBounded } from './scrollback.ts';
import { PLAIN_PALETTE } from './spans.ts';
import { Transfers } from './transfers.ts';
import { TypingNow } from './typing.ts';
import { BOTTOM_ANCHOR, type ViewportAnchor } from './viewport.ts';
import { WindowOrder } from './window-order.ts';

export interface StoreOptions {
  /** Milliseconds, this machine's wall clock: only shown, never compared with others'. */
  readonly now: () => number;
  readonly schedule: Schedule;
  readonly size: ScreenSize;
  readonly version: SafeText;
  /** Absent: no path is completed. */
  readonly paths?: Paths;
}

type MutableState = { -readonly [Field in keyof ScreenState]: ScreenState[Field] };

/** Owns the signal of its changes; `close()` ends it. */
export class WindowStore {
  /** What became of our own messages. */
  readonly own = new OwnStates();
  /** How it stands with files. */
  readonly transfers: Transfers;
  readonly #typing: TypingNow;
  readonly #windows: WindowOrder;
  protected readonly fields: MutableState;
  readonly #conversations = new Map<ConversationKey, ConversationRecord>();
  readonly #options: StoreOptions;
  readonly #signal: ChangeSignal;

  constructor(options: StoreOptions, { people, rooms }: Pick<ScreenState, 'people' | 'rooms'>) {
    this.#options = options;
    this.#signal = new ChangeSignal(options);
    this.transfers = new Transfers(options.schedule, () => this.notifySoon());
    this.#typing = new TypingNow(options.schedule, () => this.notifySoon());
    this.#windows = new WindowOrder({ state: () => this.fields, now: options.now });
    this.fields = {
      self: null,
      link: null,
      linkSinceMs: 0,
      searchingSinceMs: null,
      lostSinceMs: null,
      ready: false,
      people,
      rooms,
      conversations: this.#conversations,
      order: [],
      windows: this.#windows,
      active: FIRST_ROOM,
      overlay: null,
      completion: null,
      cameFrom: null,
      preferences: DEFAULT_PREFERENCES,
      focused: true,
      focusReported: false,
      ephemeral: false,
      storageProblem: null,
      hosting: 'no',
      hostedSinceMs: null,
      quitArmed: false,
      typing: this.#typing,
      transfers: this.transfers,
      size: options.size,
      keys: DEFAULT_KEYS,
      palette: PLAIN_PALETTE,
      version: options.version,
      paths: options.paths ?? NO_PATHS,
    };
    this.conversation(FIRST_ROOM);
  }

  get state(): ScreenState {
    return this.fields;
  }

  get version(): ChangeSignal['version'] {
    return this.#signal.version;
  }

  get subscribe(): ChangeSignal['subscribe'] {
    return this.#signal.subscribe;
  }

  close(): void {
    this.#typing.close();
    this.transfers.close();
    this.#signal.close();
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
    this.#signal.now();
  }

  /** Tells the views soon: what arrives may come by the hundred. */
  notifySoon(): void {
    this.#signal.soon();
  }

  /** Shows another conversation; its unread lines begin below a marker. */
  open(key: ConversationKey): void {
    if (key !== this.fields.active) {
      forgetMarker(this.#active);
      this.#active.selection = null;
    }
    this.#windows.went();
    const { kills } = this.#active.composer;
    const conversation = this.#conversation(key);
    // What was cut in one can be put into another.
    conversation.composer = { ...conversation.composer, kills };
    this.fields.active = key;
    this.fields.overlay = null;
    this.fields.completion = null;
    this.fields.cameFrom = null;
    this.markSeen();
    this.notifyNow();
  }

  /** Closes a conversation and forgets its lines. The lobby's window always stays. */
  closeConversation(key: ConversationKey): void {
    const { order, active } = this.fields;
    if (key === FIRST_ROOM) return;
    if (active === key) this.open(order[Math.max(0, order.indexOf(key) - 1)] ?? FIRST_ROOM);
    this.#conversations.delete(key);
    this.fields.order = order.filter((other) => other !== key);
    this.notifySoon();
  }

  /** What is unread in the active conversation has been seen now. */
  markSeen(): void {
    const conversation = this.#active;
    if (conversation.unread > 0) conversation.seen = true;
    if (conversation.firstUnread !== null) conversation.marker = conversation.firstUnread;
    conversation.firstUnread = null;
    conversation.unread = 0;
    conversation.mentions = 0;
  }

  /** A message counts as unread unless somebody looks at the newest line now. */
  countUnread(key: ConversationKey, id: MessageId, mention: boolean): void {
    const conversation = this.#conversation(key);
    if (key === this.fields.active && this.isLookedAt) {
      conversation.seen = true;
      return;
    }
    conversation.firstUnread ??= id;
    conversation.unread += 1;
    this.#windows.touch();
    if (mention) conversation.mentions += 1;
    this.notifySoon();
  }

  /** Whether somebody has the newest line of the active conversation before their eyes. */
  get isLookedAt(): boolean {
    return this.fields.focused && this.#active.anchor.kind === 'bottom';
  }

  /** The active conversation where something in it has been seen since this was asked last. */
  takeSeen(): ConversationKey | null {
    const conversation = this.#active;
    if (!conversation.seen) return null;
    conversation.seen = false;
    return conversation.key;
  }

  add(key: ConversationKey, body: EntryBody, timeMs = this.#options.now()): void {
    const conversation = this.#conversation(key);
    if (body.kind === 'message' && body.own) this.own.track(body.id, key);
    if (body.kind === 'message') this.#windows.said(key, timeMs);
    addLine(conversation, body, timeMs);
    keepBounded(conversation);
    this.notifySoon();
  }

  /**
   * Changes a conversation's lines (scrollback.ts), unless its window has been closed meanwhile; whoever
   * does notifies. `cells`: the width of a line.
   */
  change(
    conversation: Conversation,
    by: (record: ConversationRecord, cells: number) => void,
  ): void {
    const record = this.#conversations.get(conversation.key);
    if (record === undefined || record !== conversation) return;
    const layout = layoutFor(this.fields.size);
    by(record, layout.kind === 'too-small' ? LEAST_COLUMNS : layout.measure);
  }

  /** Something was said there at that time, whether its lines are in memory or not. */
  noteSaid(key: ConversationKey, timeMs: number): void {
    this.#windows.said(key, timeMs);
  }

  /** Who is a favourite may be otherwise now. */
  protected reorder(): void {
    this.#windows.touch();
  }

  /** A line of lanchat's own in the conversation that is looked at. */
  note(text: SafeText, tone: 'plain' | 'warning' = 'plain'): void {
    this.add(this.fields.active, { kind: 'notice', tone, text });
    this.notifyNow();
  }

  /** What became of a message of ours, where it is still shown. False: nobody has seen it here. */
  setReceipt(receipt: Receipt): boolean {
    const key = this.own.hear(receipt);
    const conversation = key === null ? undefined : this.#conversations.get(key);
    if (conversation !== undefined) applyReceipt(conversation, receipt);
    this.notifySoon();
    return key !== null;
  }

  /** Takes the lines of the active conversation off the screen. */
  clear(): void {
    clearWindow(this.#active);
    this.notifyNow();
  }

  edit(edit: ComposerEdit): void {
    const conversation = this.#active;
    conversation.composer = editComposer(conversation.composer, edit);
    if (edit.type === 'clear') conversation.intent = null;
    this.notifyNow();
  }

  /** Edits the text and shows what completes it; without an edit or a list there is none. */
  complete(edit: ComposerEdit | null, completion: Completion | null): void {
    this.fields.completion = completion;
    if (edit === null) this.notifyNow();
    else this.edit(edit);
  }

  /** The line was taken: it goes into history, and whoever speaks has seen what is there. */
  submit(): void {
    const conversation = this.#active;
    conversation.composer = editComposer(conversation.composer, { type: 'submit' });
    conversation.intent = null;
    this.markSeen();
    forgetMarker(conversation);
    goLive(conversation);
    this.fields.cameFrom = null;
    this.notifyNow();
  }

  /** A command was taken that concerns what is read now: that stays where it is. */
  submitInPlace(): void {
    const conversation = this.#active;
    conversation.composer = editComposer(conversation.composer, { type: 'submit' });
    this.notifyNow();
  }

  /** What was sent there before this run, oldest first; it goes before what has been sent since. */
  setSent(key: ConversationKey, sent: Conversation['sent'], texts: readonly string[]): void {
    const conversation = this.#conversation(key);
    conversation.sent = sent;
    if (texts.length > 0) conversation.composer = withOlderSent(conversation.composer, texts);
  }

  /** Puts a text in place of what is typed there; undo brings that back. */
  setDraft(key: ConversationKey, text: string): void {
    const conversation = this.#conversation(key);
    const { composer } = conversation;
    const whole = { type: 'replace', start: 0, end: composer.text.length, text } as const;
    conversation.composer = editComposer(composer, whole);
    this.notifyNow();
  }

  /** A text that could not be sent goes back to where it was typed, unless something stands there. */
  giveBack(key: ConversationKey, text: string): void {
    const conversation = this.#conversation(key);
    if (conversation.composer.text !== '') return;
    conversation.composer = { ...conversation.composer, text, cursor: text.length };
    this.notifyNow();
  }

  /** Somebody says that they write there just now. */
  setTyping(key: ConversationKey, name: SafeText): void {
    this.#typing.start(key, name);
  }

  /** What they wrote has come. */
  stopTyping(key: ConversationKey, name: SafeText): void {
    this.#typing.stop(key, name);
  }

  /** Whether somebody looks at the window, as the terminal reports it. */
  setFocused(focused: boolean): void {
    this.fields.focused = focused;
    this.fields.focusReported = true;
    if (this.isLookedAt) this.markSeen();
    this.notifyNow();
  }

  scrollTo(anchor: ViewportAnchor<number>): void {
    const conversation = this.#active;
    if (anchor.kind === 'bottom') {
      goLive(conversation);
      this.fields.cameFrom = null;
      this.markSeen();
    } else conversation.anchor = anchor;
    this.notifyNow();
  }

  /** Where a jump began, for the way back. */
  setCameFrom(from: ScreenState['cameFrom']): void {
    this.fields.cameFrom = from;
    this.notifyNow();
  }

  /** To where a jump began; without one, to the newest line. */
  goBack(): void {
    const { cameFrom } = this.fields;
    this.scrollTo(BOTTOM_ANCHOR);
    if (cameFrom === null) return;
    this.open(cameFrom.key);
    const { anchor } = cameFrom;
    const oldest = this.#active.entries[0]?.seq;
    // Lines that the jump has put aside are no longer in memory.
    if (anchor.kind === 'line' && oldest !== undefined && anchor.key >= oldest) {
      this.scrollTo(anchor);
    }
  }

  get #active(): ConversationRecord {
    return this.#conversation(this.fields.active);
  }

  #conversation(key: ConversationKey): ConversationRecord {
    let found = this.#conversations.get(key);
    if (found === undefined) {
      found = newConversation(key);
      this.#conversations.set(key, found);
      this.fields.order = [...this.fields.order, key];
    }
    return found;
  }
}

function forgetMarker(conversation: ConversationRecord): void {
  conversation.marker = null;
  if (conversation.unread === 0) conversation.owed = null;
}
