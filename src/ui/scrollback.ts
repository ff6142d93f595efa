// A conversation's lines as a window on a longer past: pages join at either end, what is far away goes.
// Pure changes of one conversation; knows no session and no store.
import type { MessageId } from '../protocol/ids.ts';
import { EMPTY_COMPOSER } from './composer.ts';
import {
  append,
  type Conversation,
  type ConversationRecord,
  clearLines,
  type Entry,
  type EntryBody,
  indexOfMessage,
  indexOfSeq,
  type KeyChange,
  keyChangeOf,
  MAX_ENTRIES,
  replaceMessage,
} from './conversation.ts';
import { entryHeight, headingHeight, isSelectable } from './message-rows.ts';
import type { SafeText } from './safe-text.ts';
import { anchorTo, BOTTOM_ANCHOR } from './viewport.ts';

/** Dropped together, so that dropping stays cheap. */
const DROPPED_AT_ONCE = MAX_ENTRIES / 10;
/** Newest lines kept while an older part is shown. */
const MAX_TAIL = MAX_ENTRIES / 4;
/** Between the numbers of a part found by a search and those of the newest lines: more than anybody scrolls. */
const FAR = 2 ** 40;

/** A stored message as it is shown. */
export interface Line {
  readonly body: Extract<EntryBody, { kind: 'message' }>;
  readonly timeMs: number;
}

/** Oldest first. */
export interface OlderPage {
  readonly lines: readonly Line[];
  /** Whether there is something before them. */
  readonly more: boolean;
}

export interface NewerPage {
  readonly lines: readonly Line[];
  /** Whether there is something after them. */
  readonly more: boolean;
}

/** The oldest message in memory: what comes before it is asked for next. */
export function oldestMessage({ entries }: Conversation): MessageId | null {
  const first = entries.find((entry) => entry.kind === 'message');
  return first?.kind === 'message' ? first.id : null;
}

function messageIds(entries: readonly Entry[]): ReadonlySet<MessageId> {
  return new Set(entries.flatMap((entry) => (entry.kind === 'message' ? [entry.id] : [])));
}

/** The newest message of a part. */
export function newestMessage(entries: readonly Entry[]): MessageId | null {
  const last = entries.findLast((entry) => entry.kind === 'message');
  return last?.kind === 'message' ? last.id : null;
}

/** Puts a page in front; what is on the screen stays where it is. `cells`: the width it has there. */
export function putOlder(
  record: ConversationRecord,
  { lines, more }: OlderPage,
  cells: number,
): void {
  const { entries, aside } = record;
  const known = messageIds(entries);
  const unseen = untold(lines, [...entries, ...(aside?.tail ?? [])]);
  const isKnown = ({ body }: Line) => known.has(body.id);
  // The last page ends with what has arrived meanwhile, and may hold what is about to be told.
  const first = unseen.findIndex(isKnown);
  const before = first === -1 ? unseen : unseen.slice(0, first);
  const after = first === -1 ? [] : unseen.slice(first).filter((line) => !isKnown(line));
  record.older = more ? { kind: 'more' } : { kind: 'beginning' };
  prepend(record, before, cells);
  for (const { body, timeMs } of after) append(record, body, timeMs);
  keepBounded(record);
  placeUnread(record);
}

/** History has lines of changed keys that stand here as they were told. */
function untold(lines: readonly Line[], entries: readonly Entry[]): readonly Line[] {
  const told = new Set(
    entries.flatMap((entry) => (entry.kind === 'key-changed' ? entry.changes.map(pairOf) : [])),
  );
  if (told.size === 0) return lines;
  return lines.filter(({ body }) => {
    const key = keyChangeOf(body);
    return key === null || !told.has(pairOf(key));
  });
}

function pairOf({ was, now }: KeyChange): string {
  return `${was}>${now}`;
}

function prepend(record: ConversationRecord, lines: readonly Line[], cells: number): void {
  const { entries, anchor } = record;
  const first = entries[0];
  const start = (first?.seq ?? record.nextSeq) - lines.length;
  const headingBefore = headingHeight(record, 0);
  entries.unshift(...numbered(lines, start));
  if (anchor.kind !== 'line' || anchor.key !== first?.seq) return;
  // What stood above the first line changes with what is above it now; the line itself stays in its row.
  let index = lines.length;
  let line = anchor.line + headingHeight(record, index) - headingBefore;
  while (line < 0 && index > 0) {
    index -= 1;
    line += entryHeight(record, index, cells);
  }
  record.anchor = { ...anchor, key: start + index, line: Math.max(0, line) };
}

function numbered(lines: readonly Line[], start: number): Entry[] {
  return lines.map(({ body, timeMs }, index) => ({ ...body, timeMs, seq: start + index }));
}

/** Puts a page after the part that is shown; where it reaches the newest lines, they join. */
export function putNewer(record: ConversationRecord, page: NewerPage): void {
  const { aside, entries } = record;
  if (aside === null) return;
  const newest = messageIds(aside.tail);
  const met = page.lines.findIndex(({ body }) => newest.has(body.id));
  const fresh = untold(met === -1 ? page.lines : page.lines.slice(0, met), aside.tail);
  entries.push(...numbered(fresh, (entries.at(-1)?.seq ?? 0) + 1));
  aside.reading = false;
  if (met !== -1 || !page.more) join(record, aside.tail);
  keepBounded(record);
  placeUnread(record);
}

function join(record: ConversationRecord, tail: readonly Entry[]): void {
  const { entries, anchor } = record;
  const by = (tail[0]?.seq ?? record.nextSeq) - ((entries.at(-1)?.seq ?? 0) + 1);
  const moved = entries.map((entry) => ({ ...entry, seq: entry.seq + by }));
  entries.splice(0, entries.length, ...moved, ...tail);
  if (anchor.kind === 'line') record.anchor = { ...anchor, key: anchor.key + by };
  record.aside = null;
}

/** Shows a part of the past around a message, which is one of the lines of `older`. */
export function showAround(
  record: ConversationRecord,
  target: MessageId,
  { older, newer }: { readonly older: OlderPage; readonly newer: NewerPage },
): void {
  const { entries } = record;
  supersede(record);
  const tail = record.aside?.tail ?? entries.slice(-MAX_TAIL);
  const end = (tail[0]?.seq ?? record.nextSeq) - FAR;
  entries.splice(0, entries.length, ...numbered(older.lines, end - older.lines.length));
  record.older = older.more ? { kind: 'more' } : { kind: 'beginning' };
  record.aside = { tail: [...tail], reading: false };
  showLoaded(record, target);
  putNewer(record, newer);
}

/** Goes to a message in memory. Says whether it is there. */
export function showLoaded(record: ConversationRecord, target: MessageId): boolean {
  const entry = record.entries[indexOfMessage(record.entries, target)];
  if (entry === undefined) return false;
  record.selection = null;
  record.found = target;
  record.anchor = anchorTo(entry.seq);
  return true;
}

/** Back to the newest lines. */
export function goLive(record: ConversationRecord): void {
  record.anchor = BOTTOM_ANCHOR;
  record.selection = null;
  record.found = null;
  if (record.aside === null) return;
  supersede(record);
  record.entries.splice(0, record.entries.length, ...record.aside.tail);
  record.aside = null;
  // There may be only a few of them: what comes before is read again at once.
  record.older = { kind: 'unknown' };
}

/** Drops what is far from where one reads, where there is too much. */
export function keepBounded(record: ConversationRecord): void {
  const { entries, aside, anchor } = record;
  if (aside !== null && aside.tail.length > MAX_TAIL) aside.tail.splice(0, MAX_TAIL / 10);
  const excess = entries.length + (aside?.tail.length ?? 0) - MAX_ENTRIES;
  if (excess <= 0) return;
  const count = Math.max(excess, DROPPED_AT_ONCE);
  const readsFarUp = anchor.kind === 'line' && indexOfSeq(record, anchor.key) < entries.length / 2;
  if (readsFarUp) dropNewer(record, count);
  else dropOlder(record, count);
}

function dropOlder(record: ConversationRecord, count: number): void {
  supersede(record);
  record.entries.splice(0, count);
  if (record.older.kind !== 'unknown') record.older = { kind: 'more' };
}

function dropNewer(record: ConversationRecord, count: number): void {
  const { entries } = record;
  const tail = record.aside?.tail ?? entries.splice(-MAX_TAIL);
  const kept = entries.slice(0, entries.length - count);
  // Nothing but lanchat's own lines up here: they are all there is.
  if (newestMessage(kept) === null) {
    entries.push(...tail);
    dropOlder(record, count);
    return;
  }
  supersede(record);
  entries.splice(kept.length);
  record.aside = { tail, reading: false };
}

// What was asked for before fits in no longer, so it may be asked for again.
function supersede(record: ConversationRecord): void {
  record.epoch += 1;
  if (record.older.kind === 'reading') record.older = { kind: 'more' };
  if (record.aside !== null) record.aside.reading = false;
}

/** History has been asked for what is older. */
export function beginOlder(record: ConversationRecord): void {
  record.older = { kind: 'reading' };
}

/** History has been asked for what comes after the part that is shown. */
export function beginNewer(record: ConversationRecord): void {
  if (record.aside !== null) record.aside.reading = true;
}

/** Older lines could not be read; they are asked for again by the person only. */
export function failOlder(record: ConversationRecord, why: SafeText): void {
  record.older = { kind: 'failed', why };
}

/** Takes a message out, as if it had never been. */
export function removeMessage(record: ConversationRecord, id: MessageId): void {
  supersede(record);
  const { aside, anchor } = record;
  const inTail = aside !== null && indexOfMessage(aside.tail, id) !== -1;
  const entries = inTail ? aside.tail : record.entries;
  const index = indexOfMessage(entries, id);
  const removed = entries[index];
  if (removed === undefined) return;
  const headingBefore = inTail ? 0 : headingHeight(record, index + 1);
  // What follows moves up a number, so that a number stays an index.
  const later = entries.splice(index).slice(1);
  entries.push(...later.map((entry) => ({ ...entry, seq: entry.seq - 1 })));
  if (inTail || aside === null) record.nextSeq -= 1;
  if (!inTail && anchor.kind === 'line' && anchor.key > removed.seq) {
    const isNext = anchor.key === removed.seq + 1;
    const moved = isNext ? headingHeight(record, index) - headingBefore : 0;
    const line = Math.max(0, anchor.line + moved);
    record.anchor = { ...anchor, key: anchor.key - 1, line };
  }
  if (!inTail && record.selection?.id === id) selectNearest(record, index);
  const next = later.find((entry) => entry.kind === 'message');
  const nextId = next?.kind === 'message' ? next.id : null;
  if (record.marker === id) record.marker = nextId;
  if (record.firstUnread === id) record.firstUnread = nextId;
  if (record.found === id) record.found = null;
  // Without a message it is no part of the past any more, and nothing says what comes before or after it.
  if (record.aside !== null && newestMessage(record.entries) === null) goLive(record);
}

/** What follows the message that is gone, else what was before it; in the row where that one stood. */
function selectNearest(record: ConversationRecord, index: number): void {
  const { entries, anchor } = record;
  const after = entries.findIndex((entry, at) => at >= index && isSelectable(entry));
  const nearest = after === -1 ? entries.findLastIndex(isSelectable) : after;
  const entry = entries[nearest];
  record.selection = isSelectable(entry) ? { id: entry.id, asks: 'what', said: null } : null;
  if (entry === undefined || anchor.kind === 'bottom') return;
  record.anchor = { ...anchor, key: entry.seq, line: headingHeight(record, nearest) };
}

/** A message is something else now; the line that stays put does so also where it answers nothing any more. */
export function changeMessage(record: ConversationRecord, body: Line['body']): void {
  const index = indexOfMessage(record.entries, body.id);
  const before = headingHeight(record, index);
  replaceMessage(record, body);
  const { anchor } = record;
  if (anchor.kind !== 'line' || anchor.key !== record.entries[index]?.seq) return;
  const line = anchor.line + headingHeight(record, index) - before;
  record.anchor = { ...anchor, line: Math.max(0, line) };
}

/** Takes all messages out: history holds none any more. */
export function removeAll(record: ConversationRecord): void {
  goLive(record);
  clearLines(record);
  supersede(record);
  record.older = { kind: 'beginning' };
  // Neither a draft nor what Up would bring back is left of it.
  record.composer = EMPTY_COMPOSER;
  record.sent = 'read';
  record.unread = 0;
  record.mentions = 0;
}

/** Takes the lines off the screen; what history has of them comes back only by scrolling up to it. */
export function clearWindow(record: ConversationRecord): void {
  goLive(record);
  clearLines(record);
  supersede(record);
  if (record.older.kind !== 'failed') record.older = { kind: 'more' };
}

/** Finds the line before which the unread ones of history begin, once it is in memory. */
export function placeUnread(record: ConversationRecord): void {
  const { owed, entries } = record;
  if (owed === null) return;
  let left = owed.count;
  let first: MessageId | null = null;
  for (let index = indexOfMessage(entries, owed.last); index >= 0 && left > 0; index -= 1) {
    const entry = entries[index];
    if (entry?.kind !== 'message' || entry.own) continue;
    first = entry.id;
    left -= 1;
  }
  if (first === null || (left > 0 && record.older.kind !== 'beginning')) return;
  record.owed = null;
  if (record.unread === 0) record.marker = first;
  else record.firstUnread = first;
}
