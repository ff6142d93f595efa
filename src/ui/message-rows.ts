// Lines of a conversation as rows. lanchat's own words stand behind marks in a gutter that text from
// others can't reach; knows no scrolling and no React.
import type { MessageId } from '../protocol/ids.ts';
import { type KeyHints, keyHints } from './bound-keys.ts';
import { type Conversation, type Entry, indexOfMessage, indexOfSeq } from './conversation.ts';
import { fileHeight, fileRows } from './file-rows.ts';
import { withShownLinks } from './links.ts';
import {
  bodyHeight,
  bodyRows,
  lookOf,
  type MessageEntry,
  NOTE_GUTTER,
  wordsOf,
} from './message-body.ts';
import { trustWord } from './people.ts';
import { type SafeText, safeText, sliceSafe, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { personTone, type Row, span } from './spans.ts';
import type { ViewportSource } from './viewport.ts';
import { truncate } from './width.ts';
import { calendarDay, clockTime, olderWords } from './words.ts';

/** Messages of one person within this time stand under one name. */
const GROUP_MS = 5 * 60_000;
const MAX_QUOTE_LENGTH = 200;

const QUOTE_GUTTER = span(t`  re: `, 'dim');

/** What stands above a line: what is older, a new day, the unread line, what was found, the sender's name, what it answers. */
interface Heading {
  readonly older: boolean;
  readonly day: boolean;
  readonly unread: boolean;
  readonly found: boolean;
  readonly quote: boolean;
  readonly author: boolean;
}

const NO_HEADING: Heading = {
  older: false,
  day: false,
  unread: false,
  found: false,
  quote: false,
  author: false,
};

function headingOf(conversation: Conversation, index: number): Heading {
  const entry = conversation.entries[index];
  const before = conversation.entries[index - 1];
  if (entry === undefined) return NO_HEADING;
  const older = index === 0 && conversation.older.kind !== 'unknown';
  const day =
    before === undefined
      ? older && entry.kind === 'message'
      : dayOf(before.timeMs) !== dayOf(entry.timeMs);
  if (entry.kind !== 'message') return { ...NO_HEADING, older, day };
  const unread = conversation.marker === entry.id;
  const found = conversation.found === entry.id;
  const quote = lookOf(entry).reply !== null;
  // What lanchat says of the conversation stands under nobody's name, and nobody's words under it.
  if (isChange(entry)) return { ...NO_HEADING, older, day, unread, found };
  const sameGroup =
    before?.kind === 'message' &&
    !isChange(before) &&
    before.from === entry.from &&
    Math.abs(entry.timeMs - before.timeMs) < GROUP_MS;
  return { older, day, unread, found, quote, author: day || unread || found || !sameGroup };
}

/** Rows that stand above a line of its own, at any width. */
export function headingHeight(conversation: Conversation, index: number): number {
  return Object.values(headingOf(conversation, index)).filter((isShown) => isShown).length;
}

function isChange(entry: MessageEntry): boolean {
  return lookOf(entry).shape.kind === 'change';
}

function dayOf(timeMs: number): number {
  return new Date(timeMs).setHours(0, 0, 0, 0);
}

/** Rows that a line takes with what stands above it, at a width. */
export function entryHeight(conversation: Conversation, index: number, cells: number): number {
  const entry = conversation.entries[index];
  if (entry === undefined) return 0;
  const body = bodyHeight(entry, cells, isWhole(conversation, entry));
  const file = entry.kind === 'message' ? fileHeight(entry, cells) : 0;
  return headingHeight(conversation, index) + body + file;
}

function isWhole({ unfolded }: Conversation, entry: Entry): boolean {
  return entry.kind === 'message' && unfolded.has(entry.id);
}

/** Whether it is something that somebody said, and not what lanchat says of the conversation. */
export function isSelectable(entry: Entry | undefined): entry is MessageEntry {
  return entry?.kind === 'message' && !isChange(entry);
}

/** The conversation's lines for scrolling, at a width. */
export function messageSource(conversation: Conversation, cells: number): ViewportSource<number> {
  const { entries } = conversation;
  return {
    length: entries.length,
    keyAt: (index) => entries[index]?.seq ?? -1,
    indexOf: (seq) => (entries.length === 0 ? -1 : indexOfSeq(conversation, seq)),
    heightAt: (index) => entryHeight(conversation, index, cells),
  };
}

/** What is before the first line: one row, or none where nobody has asked yet. */
export function olderRows({ older }: Conversation, key: KeyHints): readonly Row[] {
  const words = olderWords(older, key);
  return words === null ? [] : [[NOTE_GUTTER, span(words, 'dim')]];
}

/** All those rows. Names are looked up anew each time: they change without the line changing. */
export function entryRows(
  state: ScreenState,
  place: { readonly conversation: Conversation; readonly index: number },
  cells: number,
): readonly Row[] {
  const { conversation, index } = place;
  const entry = conversation.entries[index];
  if (entry === undefined) return [];
  const { older, day, unread, found, quote, author } = headingOf(conversation, index);
  const key = keyHints(state.keys);
  const rows: Row[] = older ? [...olderRows(conversation, key)] : [];
  if (day) rows.push([NOTE_GUTTER, span(calendarDay(entry.timeMs), 'dim')]);
  if (unread) rows.push(ruleRow(t`new`, cells));
  if (found) rows.push(ruleRow(t`found`, cells));
  if (author && entry.kind === 'message') rows.push(authorRow(state, entry));
  if (quote && entry.kind === 'message') rows.push(quoteRow(state, conversation, { entry, cells }));
  const file = entry.kind === 'message' ? fileRows(state, { conversation, entry }, cells) : [];
  const body = bodyRows(entry, cells, { whole: isWhole(conversation, entry), key, file });
  const isSelected = entry.kind === 'message' && conversation.selection?.id === entry.id;
  return [...rows, ...(isSelected ? selectedRows(body) : body)];
}

/** In the first cell of the gutter, which no other mark uses. */
function selectedRows([first = [], ...others]: readonly Row[]): Row[] {
  const [gutter, ...text] = first;
  if (gutter === undefined) return [first, ...others];
  const rest = { ...gutter, text: sliceSafe(gutter.text, 1, gutter.text.length) };
  return [[span(t`»`, 'selected'), rest, ...text], ...others];
}

function ruleRow(word: SafeText, cells: number): Row {
  const rule = safeText('─'.repeat(Math.max(0, cells - word.length - 4)));
  return [span(t`  ${word} ${rule}`, 'accent')];
}

/** What it answers, where that is in memory; one row, whatever it says. */
function quoteRow(
  { people, self }: ScreenState,
  conversation: Conversation,
  { entry, cells }: { readonly entry: MessageEntry; readonly cells: number },
): Row {
  const { reply } = lookOf(entry);
  const answered = reply === null ? undefined : findMessage(conversation, reply);
  if (answered?.kind !== 'message') return [QUOTE_GUTTER, span(t`an earlier message`, 'dim')];
  const name = answered.own ? (self?.nick ?? t`you`) : people.label(answered.from);
  const isDeleted = lookOf(answered).shape.kind === 'deleted';
  const words = isDeleted
    ? t`message deleted`
    : withShownLinks(safeText(wordsOf(answered), { maxLength: MAX_QUOTE_LENGTH }));
  const quote = truncate(t`${name}: ${words}`, cells - QUOTE_GUTTER.text.length);
  return [QUOTE_GUTTER, span(quote, 'dim')];
}

function findMessage({ entries, aside }: Conversation, id: MessageId): Entry | undefined {
  const tail = aside?.tail ?? [];
  return entries[indexOfMessage(entries, id)] ?? tail[indexOfMessage(tail, id)];
}

// A nickname has no spaces and no brackets, so neither `(you)` nor the word behind it can be forged.
function authorRow({ people, self }: ScreenState, entry: MessageEntry): Row {
  const time = span(t`${clockTime(entry.timeMs)} `, 'dim');
  if (entry.own) {
    return [time, span(self?.nick ?? t`you`, personTone(entry.from)), span(t` (you)`, 'dim')];
  }
  const name = span(people.label(entry.from), personTone(entry.from));
  const person = people.get(entry.from);
  if (person === null) return [time, name];
  const word = trustWord(person);
  const tone =
    person.keyChangedFrom.length > 0 ? 'alarm' : person.trust === 'verified' ? 'good' : 'dim';
  return [time, name, span(t`  `), span(word, tone)];
}
