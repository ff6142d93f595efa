// What a line of a conversation is made of, without what stands above it: what was written, folded where it is long,
// and what lanchat says of it. Knows no neighbours, no scrolling and no React.
import type { KeyHints } from './bound-keys.ts';
import type { Entry } from './conversation.ts';
import { fileLine } from './file-words.ts';
import { findLinks, type Oddity } from './links.ts';
import { type Look, PLAIN_LOOK, type Shape } from './message-look.ts';
import { oddLinkWords } from './message-words.ts';
import { fingerprintWords } from './people.ts';
import { richLines, wrapSpans } from './rich-text.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import { blanks, type Row, type Span, span, type Tone } from './spans.ts';
import { lineCache } from './viewport.ts';
import { cellWidth, wrap } from './width.ts';
import { stateMark, stateWords } from './words.ts';

/** `HH:MM ` or a mark; whatever others write begins right of it, on every row. */
export const GUTTER_CELLS = 6;

const BLANK_GUTTER = span(t`      `);
export const NOTE_GUTTER = span(t`   -- `, 'dim');
export const WARNING_GUTTER = span(t`   !! `, 'warn');
const MENTION_GUTTER = span(t`    @ `, 'accent');

export type MessageEntry = Extract<Entry, { kind: 'message' }>;

/** What somebody wrote; remembered by line and width. */
const textRows = lineCache<Entry, Row>((entry, cells) =>
  entry.kind === 'message' ? shapeRows(entry, lookOf(entry).shape, cells) : [],
);

/** What lanchat says of it, or by itself. */
const noteRows = lineCache<Entry, Row>((entry, cells) => layoutNotes(entry, cells));

/** What is folded keeps this many rows, and a row that says how many more there are. */
const FOLDED_ROWS = 8;
/** Up to here a message is shown whole: folding would hide less than it costs. */
const MAX_WHOLE_ROWS = 12;

/** So many odd links of a message are told of one by one. */
const MAX_ODD_LINKS = 3;

/** Whether it is so long that it is folded unless somebody unfolds it. */
export function isLong(entry: Entry, cells: number): boolean {
  return textRows(entry, cells).length > MAX_WHOLE_ROWS;
}

/** Rows of a line but for its heading. `whole`: not folded. */
export function bodyHeight(entry: Entry, cells: number, whole: boolean): number {
  const notes = noteRows(entry, cells).length;
  const folds = !whole && isLong(entry, cells);
  return notes + (folds ? FOLDED_ROWS + 1 : textRows(entry, cells).length);
}

/** Those rows. `file`: of what the message carries, between its words and what lanchat says of it. */
export function bodyRows(
  entry: Entry,
  cells: number,
  {
    whole,
    key,
    file,
  }: { readonly whole: boolean; readonly key: KeyHints; readonly file: readonly Row[] },
): readonly Row[] {
  const text = textRows(entry, cells);
  const notes = noteRows(entry, cells);
  if (whole || !isLong(entry, cells)) return [...text, ...file, ...notes];
  const fold = foldRow(text.length - FOLDED_ROWS, cells, key);
  return [...text.slice(0, FOLDED_ROWS), fold, ...file, ...notes];
}

/** One row at any width. */
function foldRow(count: number, cells: number, key: KeyHints): Row {
  const full = t`… ${count} more lines · ${key('unfold')} on it (or /unfold) shows all`;
  const fits = cellWidth(full) <= cells - GUTTER_CELLS;
  const words = fits ? full : t`… ${count} more lines: /unfold`;
  return [NOTE_GUTTER, span(words, 'dim')];
}

function layoutNotes(entry: Entry, cells: number): readonly Row[] {
  switch (entry.kind) {
    case 'message':
      return messageNotes(entry, cells);
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

/**
 * lanchat's own words, which may hold names and titles. Only the first row bears its mark: a further one that begins
 * with somebody's words could look like a line of lanchat's own.
 */
export function ownRows(text: SafeText, cells: number, tone: 'plain' | 'warning' = 'plain'): Row[] {
  return tone === 'plain'
    ? markedRows(text, cells, { mark: NOTE_GUTTER, tone: 'dim' })
    : markedRows(text, cells, { mark: WARNING_GUTTER, tone: 'text' });
}

function markedRows(
  text: SafeText,
  cells: number,
  { mark, tone }: { readonly mark: Span; readonly tone: Tone },
): Row[] {
  return wrap(text, cells - GUTTER_CELLS).map((row, index) => [
    index === 0 ? mark : BLANK_GUTTER,
    span(row, tone),
  ]);
}

function messageNotes(entry: MessageEntry, cells: number): Row[] {
  const { shape, fate } = lookOf(entry);
  const rows = shape.kind === 'poll' ? pollRows(shape, cells) : [];
  if (shape.kind === 'text' || shape.kind === 'action' || shape.kind === 'poll') {
    rows.push(...oddLinkRows(entry.text, cells));
  }
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

/** What it says in short: its words, or what it carries. */
export function wordsOf({ text, look }: Pick<MessageEntry, 'text' | 'look'>): SafeText {
  return text === '' && look?.file !== undefined ? fileLine(look.file) : text;
}

/** In lanchat's own rows, which nothing written can look like. */
function oddLinkRows(text: SafeText, cells: number): Row[] {
  const oddities = new Map<SafeText, Oddity>();
  for (const { oddity } of findLinks(text)) {
    if (oddity !== null) oddities.set(oddLinkWords(oddity), oddity);
  }
  const told = [...oddities].slice(0, MAX_ODD_LINKS);
  const rows = told.flatMap(([words, { kind }]) =>
    ownRows(words, cells, kind === 'letters' ? 'plain' : 'warning'),
  );
  if (oddities.size > told.length) {
    rows.push(...ownRows(t`More links here are not what they look like.`, cells, 'warning'));
  }
  return rows;
}

export function lookOf({ look }: MessageEntry): Look {
  return look ?? PLAIN_LOOK;
}

function shapeRows(entry: MessageEntry, shape: Shape, cells: number): Row[] {
  const gutter = messageGutter(entry);
  switch (shape.kind) {
    case 'text':
      // A file may be all that was sent.
      if (entry.text === '' && lookOf(entry).file !== undefined) return [];
      return richRows(entry, entry.text, cells);
    case 'action':
      return richRows(entry, t`* ${shape.actor} ${entry.text}`, cells);
    case 'sticker':
      return shape.rows.map((row, index) => [index === 0 ? gutter : BLANK_GUTTER, span(row)]);
    case 'poll':
      return remoteRows(entry.text, cells, gutter);
    case 'change':
      return shape.key === undefined
        ? ownRows(shape.words, cells)
        : keyRows({ ...shape.key, changes: [shape.key], more: 0 }, cells);
    case 'deleted':
      return ownRows(t`message deleted by who wrote it`, cells);
    default:
      return shape satisfies never;
  }
}

function pollRows({ choices, stands }: Extract<Shape, { kind: 'poll' }>, cells: number): Row[] {
  return [
    ...choices.flatMap((words) => markedRows(words, cells, { mark: NOTE_GUTTER, tone: 'text' })),
    ...ownRows(stands, cells),
  ];
}

function richRows(entry: MessageEntry, text: SafeText, cells: number): Row[] {
  const lines = richLines(text, lookOf(entry).named);
  const rows = lines.flatMap((line) => wrapSpans(line, cells - GUTTER_CELLS));
  return rows.map((row, index) => [index === 0 ? messageGutter(entry) : BLANK_GUTTER, ...row]);
}

/** What others wrote: only its first row has a mark, and none of lanchat's own. */
function remoteRows(text: SafeText, cells: number, mark: Span): Row[] {
  return markedRows(text, cells, { mark, tone: 'text' });
}

export function messageGutter(entry: MessageEntry): Span {
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

type KeyChanged = Extract<Entry, { kind: 'key-changed' }>;

function keyChangeRows(entry: KeyChanged, cells: number): Row[] {
  const { nick, wasVerified } = entry;
  // Short, so that all of it stands on the smallest screen at once.
  const advice = wasVerified
    ? t`The new key gets no messages and no room keys until you compare it (/verify ${nick}) or accept it unseen (/trust ${nick}).`
    : t`Ask them another way, then /verify ${nick} or /trust ${nick}.`;
  return [...keyRows(entry, cells), ...ownRows(advice, cells, 'warning')];
}

/** What happened, without what to do about it: that may be done long ago. */
function keyRows(
  { nick, changes, more, wasVerified }: Omit<KeyChanged, 'kind' | 'seq' | 'timeMs'>,
  cells: number,
): Row[] {
  const alarm = t`KEY CHANGED: ${nick} has another key`;
  const before = wasVerified ? t`verified` : t`unverified`;
  return [
    ...markedRows(alarm, cells, { mark: WARNING_GUTTER, tone: 'alarm' }),
    ...changes.flatMap(({ was, now }) => [
      ...ownRows(t`was ${fingerprintWords(was)} (${before})`, cells, 'warning'),
      ...ownRows(t`now ${fingerprintWords(now)}`, cells, 'warning'),
    ]),
    ...(more === 0 ? [] : ownRows(t`and ${more} more keys under that name`, cells, 'warning')),
  ];
}
