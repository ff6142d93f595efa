// One conversation's lines, unread counts and scroll position; knows no session, no screen and no React.
import type { ClientEvent, MessageReason, MessageState } from '../client/api.ts';
import { laterState } from '../client/message-state.ts';
import type { MessageId, PeerId } from '../protocol/ids.ts';
import { type ComposerState, EMPTY_COMPOSER } from './composer.ts';
import type { KeyChangeLook, Look } from './message-look.ts';
import type { SafeText } from './safe-text.ts';
import { BOTTOM_ANCHOR, type ViewportAnchor } from './viewport.ts';

/** `#room`, or the fingerprint of the other person. */
export type ConversationKey = string;

/** The message that keys and commands are about. */
export interface Selection {
  readonly id: MessageId;
  /** What the next key answers: what to do with it, or how far it is to be deleted. */
  readonly asks: 'what' | 'delete';
  /** What came of the last key, in place of the keys there are. */
  readonly said: SafeText | null;
}

/** What Enter does with the line that is being typed, instead of only saying it. */
export interface Intent {
  readonly kind: 'reply' | 'edit';
  readonly id: MessageId;
  /** Stands above the line: the message, in short. */
  readonly quote: SafeText;
  /** What stood in the line before, to be put back. */
  readonly draft: string;
}

/** Lines kept in memory of one conversation; what is older, or far from where one reads, is read again. */
export const MAX_ENTRIES = 2_000;
/** Messages in one request for older or newer ones: several screens, read within milliseconds. */
export const PAGE_MESSAGES = 200;
/** Changes of key that one line shows whole. */
const MAX_KEY_CHANGES = 2;
/** Names that one collapsed line of joins and leaves remembers. */
const MAX_NAMES_IN_PRESENCE = 50;

export interface KeyChange {
  readonly was: PeerId;
  readonly now: PeerId;
}

export type EntryBody =
  | {
      readonly kind: 'message';
      readonly id: MessageId;
      readonly from: PeerId;
      readonly own: boolean;
      readonly text: SafeText;
      readonly state: MessageState | null;
      readonly reason: MessageReason | null;
      readonly mention: boolean;
      /** Absent: a text with nothing to it. */
      readonly look?: Look;
      /** The sender's clock where it is far from ours. */
      readonly sentTime: SafeText | null;
    }
  | {
      readonly kind: 'presence';
      readonly joined: readonly SafeText[];
      readonly left: readonly SafeText[];
    }
  | {
      readonly kind: 'key-changed';
      readonly nick: SafeText;
      /** The first few, with both fingerprints. */
      readonly changes: readonly KeyChange[];
      /** How many more keys came under the name right after. */
      readonly more: number;
      readonly wasVerified: boolean;
    }
  /** Words of the relay's operator: somebody else's, and not encrypted. */
  | { readonly kind: 'announcement'; readonly text: SafeText }
  | { readonly kind: 'gap'; readonly nick: SafeText; readonly missing: number }
  | { readonly kind: 'notice'; readonly tone: 'plain' | 'warning'; readonly text: SafeText };

/** A line of a conversation. `seq` rises by one within it and survives the dropping of older lines. */
export type Entry = EntryBody & { readonly seq: number; readonly timeMs: number };

/** What history holds before the first line in memory. */
export type Older =
  /** Not asked yet. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'reading' }
  | { readonly kind: 'more' }
  | { readonly kind: 'beginning' }
  | { readonly kind: 'failed'; readonly why: SafeText };

/** While an older part of the conversation is shown: the newest lines, which wait and grow here. */
export interface Aside {
  /** Oldest first, as `entries`, and above their numbers. */
  readonly tail: Entry[];
  /** Whether history has been asked for what comes next. */
  reading: boolean;
}

/** As the store keeps it; everybody else sees a `Conversation`. */
export interface ConversationRecord {
  readonly key: ConversationKey;
  /** Oldest first, without holes. Entries are replaced, never changed. */
  readonly entries: Entry[];
  nextSeq: number;
  older: Older;
  /** Null where the last of `entries` is the newest line. */
  aside: Aside | null;
  /** Rises when lines go: what was asked for before doesn't fit in any more. */
  epoch: number;
  /** History knew it when the screen opened. */
  kept: boolean;
  unread: number;
  mentions: number;
  /** What somebody has looked at, and history doesn't know it yet. */
  seen: boolean;
  /** The first message that nobody has looked at yet. */
  firstUnread: MessageId | null;
  /** Unread ones that history counted, back from `last`, and that are not all in memory. */
  owed: { readonly last: MessageId; readonly count: number } | null;
  /** Where the unread line stands: the first message unseen when the conversation was opened. */
  marker: MessageId | null;
  /** The message that a search went to. */
  found: MessageId | null;
  selection: Selection | null;
  /** Long messages that are shown whole. */
  readonly unfolded: Set<MessageId>;
  intent: Intent | null;
  /** What stays put while lines arrive: a line by its `seq`, or the newest. The view notes in which row it stands. */
  anchor: ViewportAnchor<number>;
  composer: ComposerState;
  /** Whether the composer knows what was sent before this run. */
  sent: 'unread' | 'reading' | 'read';
  /** Rows of the composer scrolled out above: the view's own, nothing else reads it. */
  composerTop: number;
}

type ViewsOwn = 'composerTop' | 'anchor';

/** What views and commands see: only the store changes it, but for what is a view's own. */
export type Conversation = Readonly<
  Omit<ConversationRecord, 'entries' | 'aside' | 'unfolded' | ViewsOwn>
> &
  Pick<ConversationRecord, ViewsOwn> & {
    readonly entries: readonly Entry[];
    readonly unfolded: ReadonlySet<MessageId>;
    readonly aside: Readonly<Omit<Aside, 'tail'> & { readonly tail: readonly Entry[] }> | null;
  };

/** Without a line; what history holds of it has not been asked for. */
export function newConversation(key: ConversationKey): ConversationRecord {
  return {
    key,
    entries: [],
    nextSeq: 0,
    older: { kind: 'unknown' },
    aside: null,
    epoch: 0,
    kept: false,
    unread: 0,
    mentions: 0,
    seen: false,
    firstUnread: null,
    owed: null,
    marker: null,
    found: null,
    selection: null,
    unfolded: new Set(),
    intent: null,
    anchor: BOTTOM_ANCHOR,
    composer: EMPTY_COMPOSER,
    sent: 'unread',
    composerTop: 0,
  };
}

/** Adds what arrived, unless it is a message that a page of history has brought already. */
export function addLine(conversation: ConversationRecord, body: EntryBody, timeMs: number): void {
  // History has a message a moment before it is told: fewer than a page of them can be here already.
  if (body.kind === 'message' && isHere(conversation, body.id)) return;
  append(conversation, body, timeMs);
}

function isHere({ entries, aside }: ConversationRecord, id: MessageId): boolean {
  return [entries, aside?.tail ?? []].some(
    (lines) => indexOfMessage(lines.slice(-PAGE_MESSAGES), id) !== -1,
  );
}

/** Adds a line at the end, joining it to the last where both are joins and leaves. */
export function append(conversation: ConversationRecord, body: EntryBody, timeMs: number): void {
  const entries = conversation.aside?.tail ?? conversation.entries;
  const last = entries.at(-1);
  const merged = last === undefined ? null : merge(last, body);
  if (last !== undefined && merged !== null) {
    entries[entries.length - 1] = { ...merged, seq: last.seq, timeMs };
    return;
  }
  entries.push({ ...body, seq: conversation.nextSeq, timeMs });
  conversation.nextSeq += 1;
}

// One line for a crowd that comes and goes, and for one that comes under a single name: a stranger with
// a hundred keys must not push everything else off the screen.
function merge(last: EntryBody, added: EntryBody): EntryBody | null {
  if (last.kind === 'presence' && added.kind === 'presence') return mergePresence(last, added);
  if (last.kind !== 'key-changed' || added.kind !== 'key-changed') return null;
  if (last.nick !== added.nick || last.wasVerified !== added.wasVerified) return null;
  const changes = [...last.changes, ...added.changes];
  const shown = changes.slice(0, MAX_KEY_CHANGES);
  return { ...last, changes: shown, more: last.more + added.more + changes.length - shown.length };
}

type Presence = Extract<EntryBody, { kind: 'presence' }>;

// Somebody who came and went within one line leaves no trace in it; who came again, after a relay's restart, is named once.
function mergePresence(before: Presence, added: Presence): Presence {
  const joined = [...new Set([...before.joined, ...added.joined])];
  const left = [...new Set([...before.left, ...added.left])];
  for (const name of added.left) dropPair(name, joined, left);
  for (const name of added.joined) dropPair(name, left, joined);
  return {
    kind: 'presence',
    joined: joined.slice(-MAX_NAMES_IN_PRESENCE),
    left: left.slice(-MAX_NAMES_IN_PRESENCE),
  };
}

function dropPair(name: SafeText, earlier: SafeText[], later: SafeText[]): void {
  const at = earlier.indexOf(name);
  if (at === -1) return;
  earlier.splice(at, 1);
  later.splice(later.indexOf(name), 1);
}

/** The place of a line in `entries`, or of the oldest kept one where it has been dropped. */
export function indexOfSeq(conversation: Conversation, seq: number): number {
  const first = conversation.entries[0]?.seq ?? 0;
  return Math.max(0, Math.min(seq - first, conversation.entries.length - 1));
}

export type Receipt = Extract<ClientEvent, { type: 'receipt' }>;

/** Moves a message of ours on. A late, lower state changes nothing. */
export function applyReceipt(conversation: ConversationRecord, receipt: Receipt): void {
  for (const entries of [conversation.aside?.tail ?? [], conversation.entries]) {
    const index = indexOfMessage(entries, receipt.id);
    const entry = entries[index];
    if (entry?.kind !== 'message' || entry.state === null) continue;
    const { state, reason } = laterState({ state: entry.state, reason: entry.reason }, receipt);
    entries[index] = { ...entry, state, reason };
    return;
  }
}

/** A message is something else now: it was edited, say. One that is not in memory is read so from history. */
export function replaceMessage(
  conversation: ConversationRecord,
  body: Extract<EntryBody, { kind: 'message' }>,
): void {
  for (const entries of [conversation.aside?.tail ?? [], conversation.entries]) {
    const index = indexOfMessage(entries, body.id);
    const entry = entries[index];
    if (entry?.kind !== 'message') continue;
    entries[index] = { ...body, seq: entry.seq, timeMs: entry.timeMs };
    return;
  }
}

/** −1 where it is not among them. From the end: what is asked for is mostly new. */
export function indexOfMessage(entries: readonly Entry[], id: MessageId): number {
  return entries.findLastIndex((entry) => entry.kind === 'message' && entry.id === id);
}

/** What says of a changed key, as a line that history may bring again. */
function keyChangeAlone(entry: Entry): Entry[] {
  if (entry.kind === 'key-changed') return [entry];
  const key = keyChangeOf(entry);
  if (key === null) return [];
  const { seq, timeMs } = entry;
  const { nick, was, now, wasVerified } = key;
  return [
    {
      ...{ seq, timeMs },
      kind: 'key-changed',
      nick,
      changes: [{ was, now }],
      more: 0,
      wasVerified,
    },
  ];
}

/** What a stored line says of a changed key; null for any other. */
export function keyChangeOf(body: EntryBody): KeyChangeLook | null {
  const shape = body.kind === 'message' ? body.look?.shape : undefined;
  return shape?.kind === 'change' ? (shape.key ?? null) : null;
}

/** Takes the lines off the screen. What says that a key changed is permanent and stays. */
export function clearLines(conversation: ConversationRecord): void {
  const kept = conversation.entries.flatMap(keyChangeAlone);
  const next = conversation.nextSeq;
  // Renumbered without gaps, ending below what comes next, so that a seq stays an index.
  const renumbered = kept.map((entry, index) => ({ ...entry, seq: next - kept.length + index }));
  conversation.entries.splice(0, conversation.entries.length, ...renumbered);
  conversation.anchor = BOTTOM_ANCHOR;
  conversation.marker = null;
  conversation.firstUnread = null;
  conversation.owed = null;
}
