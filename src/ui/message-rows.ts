// Lines of a conversation as rows. lanchat's own words stand behind marks in a gutter that text from
// others can't reach; knows no scrolling and no React.
import type { MessageId } from '../protocol/ids.ts';
import { type Conversation, type Entry, indexOfMessage, indexOfSeq } from './conversation.ts';
import { type Look, PLAIN_LOOK, type Shape } from './message-look.ts';
import { fingerprintWords, trustWord } from './people.ts';
import { richLines, wrapSpans } from './rich-text.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { blanks, personTone, type Row, type Span, span, type Tone } from './spans.ts';
import { lineCache, type ViewportSource } from './viewport.ts';
import { wrap } from './width.ts';
import { calendarDay, clockTime, olderWords, stateMark, stateWords } from './words.ts';

/** `HH:MM ` or a mark; whatever others write begins right of it, on every row. */
const GUTTER_CELLS = 6;
/** Messages of one person within this time stand under one name. */
const GROUP_MS = 5 * 60_000;
const MAX_QUOTE_LENGTH = 200;

const BLANK_GUTTER = span(t`      `);
const NOTE_GUTTER = span(t`   -- `, 'dim');
const QUOTE_GUTTER = span(t`    > `, 'dim');
const WARNING_GUTTER = span(t`   !! `, 'warn');
const MENTION_GUTTER = span(t`    @ `, 'accent');

type MessageEntry = Extract<Entry, { kind: 'message' }>;

/** The rows of a line but for its heading; remembered by line and width. */
const bodyRows = lineCache<Entry, Row>((entry, cells) => layoutBody(entry, cells));

function layoutBody(entry: Entry, cells: number): readonly Row[] {
  switch (entry.kind) {
    case 'message':
      return messageRows(entry, cells);
    case 'presence':
      return presenceRows(entry, cells);
    case 'key-changed':
      return keyChangeRows(entry, cells);
    case 'announcement':
      return [
        ...ownRows(t`The relay's operator says, not encrypted:`, cells),
        ...remoteRows(entry.text, cells, BLANK_GUTTER),
      ];
    case 'gap': {
      const count = entry.missing === 1 ? t`1 message` : t`${entry.missing} messages`;
      return ownRows(t`${count} from ${entry.nick} never arrived here`, cells, 'warning');
    }
    case 'notice':
      return ownRows(entry.text, cells, entry.tone);
    default:
      return entry satisfies never;
  }
}

/** lanchat's own words, behind its mark on every row. */
export function ownRows(text: SafeText, cells: number, tone: 'plain' | 'warning' = 'plain'): Row[] {
  const [gutter, body]: [Span, Tone] =
    tone === 'plain' ? [NOTE_GUTTER, 'dim'] : [WARNING_GUTTER, 'text'];
  return wrap(text, cells - GUTTER_CELLS).map((row) => [gutter, span(row, body)]);
}

function messageRows(entry: MessageEntry, cells: number): Row[] {
  const { shape, fate } = lookOf(entry);
  const rows = shapeRows(entry, shape, cells);
  if (fate !== null) rows.push(...ownRows(fate, cells));
  if (entry.state === 'failed' || (entry.state === 'pending' && entry.reason !== null)) {
    const tone = entry.state === 'failed' ? 'warning' : 'plain';
    rows.push(...ownRows(stateWords(entry.state, entry.reason), cells, tone));
  }
  if (entry.sentTime !== null) {
    rows.push(...ownRows(t`sent at ${entry.sentTime} by their clock`, cells));
  }
  return rows;
}

function lookOf({ look }: MessageEntry): Look {
  return look ?? PLAIN_LOOK;
}

function shapeRows(entry: MessageEntry, shape: Shape, cells: number): Row[] {
  const gutter = messageGutter(entry);
  switch (shape.kind) {
    case 'text':
      return richRows(entry, cells);
    case 'action':
      return remoteRows(t`* ${shape.actor} ${entry.text}`, cells, gutter);
    case 'sticker':
      return shape.rows.map((row, index) => [index === 0 ? gutter : BLANK_GUTTER, span(row)]);
    case 'poll':
      return [
        ...remoteRows(entry.text, cells, gutter),
        ...shape.choices.flatMap((choice) => ownRows(choice, cells)),
        ...ownRows(shape.stands, cells),
      ];
    case 'change':
      return ownRows(shape.words, cells);
    case 'deleted':
      return ownRows(t`message deleted by who wrote it`, cells);
    default:
      return shape satisfies never;
  }
}

function richRows(entry: MessageEntry, cells: number): Row[] {
  const lines = richLines(entry.text, lookOf(entry).named);
  const rows = lines.flatMap((line) => wrapSpans(line, cells - GUTTER_CELLS));
  return rows.map((row, index) => [index === 0 ? messageGutter(entry) : BLANK_GUTTER, ...row]);
}

/** What others wrote: only its first row has a mark, and none of lanchat's own. */
function remoteRows(text: SafeText, cells: number, first: Span): Row[] {
  return wrap(text, cells - GUTTER_CELLS).map((row, index) => [
    index === 0 ? first : BLANK_GUTTER,
    span(row),
  ]);
}

function messageGutter(entry: MessageEntry): Span {
  if (entry.mention) return MENTION_GUTTER;
  if (entry.state === null) return BLANK_GUTTER;
  const tones = { pending: 'dim', relayed: 'dim', delivered: 'good', read: 'good' } as const;
  const tone = entry.state === 'failed' ? 'alarm' : tones[entry.state];
  const mark = stateMark(entry.state);
  return span(t`${blanks(GUTTER_CELLS - 1 - mark.length)}${mark} `, tone);
}

function presenceRows(entry: Extract<Entry, { kind: 'presence' }>, cells: number): Row[] {
  const parts: SafeText[] = [];
  if (entry.joined.length > 0) parts.push(t`${nameList(entry.joined)} joined`);
  if (entry.left.length > 0) parts.push(t`${nameList(entry.left)} left`);
  const [first, second] = parts;
  if (first === undefined) return [];
  return ownRows(second === undefined ? first : t`${first}; ${second}`, cells);
}

function nameList(names: readonly SafeText[]): SafeText {
  const [first = t``, second = t``, third = t``] = names;
  if (names.length === 1) return first;
  if (names.length === 2) return t`${first} and ${second}`;
  if (names.length === 3) return t`${first}, ${second} and ${third}`;
  return t`${first}, ${second} and ${names.length - 2} others`;
}

function keyChangeRows(entry: Extract<Entry, { kind: 'key-changed' }>, cells: number): Row[] {
  const { nick, changes, more, wasVerified } = entry;
  const alarm = wrap(t`KEY CHANGED: ${nick} has another key`, cells - GUTTER_CELLS);
  const before = wasVerified ? t`verified` : t`known`;
  // Short, so that all of it stands on the smallest screen at once.
  const advice = wasVerified
    ? t`The new key gets no messages and no room keys until you compare it (/verify ${nick}) or accept it unseen (/trust ${nick}).`
    : t`Ask them another way, then /verify ${nick} or /trust ${nick}.`;
  return [
    ...alarm.map((row): Row => [WARNING_GUTTER, span(row, 'alarm')]),
    ...changes.flatMap(({ was, now }) => [
      ...ownRows(t`was ${fingerprintWords(was)} (${before})`, cells, 'warning'),
      ...ownRows(t`now ${fingerprintWords(now)}`, cells, 'warning'),
    ]),
    ...(more === 0 ? [] : ownRows(t`and ${more} more keys under that name`, cells, 'warning')),
    ...ownRows(advice, cells, 'warning'),
  ];
}

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
  return headingHeight(conversation, index) + bodyRows(entry, cells).length;
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
export function olderRows({ older }: Conversation): readonly Row[] {
  const words = olderWords(older);
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
  const rows: Row[] = older ? [...olderRows(conversation)] : [];
  if (day) rows.push([NOTE_GUTTER, span(calendarDay(entry.timeMs), 'dim')]);
  if (unread) rows.push(ruleRow(t`new`, cells));
  if (found) rows.push(ruleRow(t`found`, cells));
  if (author && entry.kind === 'message') rows.push(authorRow(state, entry));
  if (quote && entry.kind === 'message') rows.push(quoteRow(state, conversation, entry));
  return [...rows, ...bodyRows(entry, cells)];
}

function ruleRow(word: SafeText, cells: number): Row {
  const rule = safeText('─'.repeat(Math.max(0, cells - word.length - 4)));
  return [span(t`  ${word} ${rule}`, 'accent')];
}

/** What it answers, where that is in memory; one row, whatever it says. */
function quoteRow(
  { people, self }: ScreenState,
  conversation: Conversation,
  entry: MessageEntry,
): Row {
  const { reply } = lookOf(entry);
  const answered = reply === null ? undefined : findMessage(conversation, reply);
  if (answered?.kind !== 'message') return [QUOTE_GUTTER, span(t`an earlier message`, 'dim')];
  const name = answered.own ? (self?.nick ?? t`you`) : people.label(answered.from);
  const isDeleted = lookOf(answered).shape.kind === 'deleted';
  const words = isDeleted
    ? t`message deleted`
    : safeText(answered.text, { maxLength: MAX_QUOTE_LENGTH });
  return [QUOTE_GUTTER, span(t`${name}: ${words}`, 'dim')];
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
