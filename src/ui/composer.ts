// The text being typed, as plain state and edits: (state, edit) → state; knows no keys and no screen.
import { MAX_TEXT_BYTES } from '../protocol/limits.ts';
import { NOTHING_DONE, type Run, remember, type Shot, travel, type Undo } from './composer-undo.ts';
import { blankLeft, wordLeft, wordRight } from './composer-words.ts';
import { typedText } from './safe-text.ts';
import { boundaryAfter, boundaryAtOrBefore } from './width.ts';

const MAX_HISTORY = 200;

/** What is too long to be sent can still be cut down here; what exceeds this is left out. */
const MAX_BYTES = 4 * MAX_TEXT_BYTES;

/** A paste is longer, and a step of its own. */
const MAX_KEY_LENGTH = 16;

/** As many pieces that were cut can be yanked back. */
const MAX_KILLS = 10;

export type ComposerState = Shot & {
  readonly text: string;
  /** UTF-16 offset, always at a grapheme boundary. */
  readonly cursor: number;
  /** What kills removed, for yank, the newest first. */
  readonly kills: readonly string[];
  /** What the last edit yanked, to be replaced by an older piece; null: it was none. */
  readonly yanked: Yanked | null;
  readonly undo: Undo;
  /** What was sent, oldest first, and what was being typed when something of before was sent again. */
  readonly history: readonly string[];
  /** Which history entry is shown, or null while the draft is. */
  readonly recalled: number | null;
  /** What was being typed when history was opened. */
  readonly draft: string;
};

interface Yanked {
  readonly start: number;
  readonly end: number;
  /** Its place among the kills. */
  readonly index: number;
}

export type ComposerPlace =
  | 'left'
  | 'right'
  | 'word-left'
  | 'word-right'
  | 'line-start'
  | 'line-end'
  | 'start'
  | 'end';

export type ComposerEdit =
  /** Typed or pasted text; controls are cleaned out, and what exceeds the limit is left out. */
  | { readonly type: 'insert'; readonly text: string }
  | { readonly type: 'move'; readonly to: ComposerPlace }
  /** Moves to an offset, for example one that `verticalTarget` found. */
  | { readonly type: 'place'; readonly cursor: number }
  | { readonly type: 'delete'; readonly to: 'left' | 'right' }
  /** Deletes to a place and keeps the text for yank. `rubout`: back to the last space, as Ctrl+W. */
  | { readonly type: 'kill'; readonly to: ComposerPlace | 'rubout' }
  | { readonly type: 'yank' }
  /** Puts the piece cut before in place of the one just yanked. */
  | { readonly type: 'yank-older' }
  | { readonly type: 'undo' }
  | { readonly type: 'redo' }
  /** Puts `text` in place of the range, cursor behind it (Tab completion). */
  | {
      readonly type: 'replace';
      readonly start: number;
      readonly end: number;
      readonly text: string;
    }
  | { readonly type: 'recall'; readonly which: 'older' | 'newer' }
  /** Empties the text; Ctrl+C. */
  | { readonly type: 'clear' }
  /** Empties the text and remembers it in history; Enter. */
  | { readonly type: 'submit' };

export const EMPTY_COMPOSER: ComposerState = {
  text: '',
  cursor: 0,
  kills: [],
  yanked: null,
  undo: NOTHING_DONE,
  history: [],
  recalled: null,
  draft: '',
};

/** The state after one edit; an edit that changes nothing gives the same object. Never throws. */
export function editComposer(state: ComposerState, edit: ComposerEdit): ComposerState {
  if (edit.type === 'undo' || edit.type === 'redo') return travelled(state, edit.type);
  const next = edited(state, edit);
  if (next.text === state.text && next.cursor === state.cursor) return next;
  // What was yanked can be replaced only as long as nothing else has been done.
  const isYank = edit.type === 'yank' || edit.type === 'yank-older';
  const done = isYank ? next : { ...next, yanked: null };
  if (edit.type === 'submit') return { ...done, undo: NOTHING_DONE };
  if (next.text === state.text) return { ...done, undo: { ...state.undo, run: null } };
  return { ...done, undo: remember(state.undo, state, runOf(edit)) };
}

function runOf(edit: ComposerEdit): { readonly run: Run | null; readonly ends: boolean } {
  switch (edit.type) {
    case 'insert': {
      // A blank ends the word, which is one step.
      const isKey = edit.text.length <= MAX_KEY_LENGTH;
      return { run: isKey ? 'typing' : null, ends: /\s$/u.test(edit.text) };
    }
    case 'delete':
      return { run: 'deleting', ends: false };
    case 'recall':
      return { run: 'recalling', ends: false };
    case 'kill':
      return { run: 'cutting', ends: false };
    default:
      return { run: null, ends: false };
  }
}

function travelled(state: ComposerState, which: 'undo' | 'redo'): ComposerState {
  const found = travel(state.undo, state, which);
  if (found === null) return state;
  return { ...state, ...found.shot, undo: found.undo, yanked: null, recalled: null, draft: '' };
}

type TextEdit = Exclude<ComposerEdit, { type: 'undo' | 'redo' }>;

function edited(state: ComposerState, edit: TextEdit): ComposerState {
  switch (edit.type) {
    case 'insert':
      return splice(state, { start: state.cursor, end: state.cursor, text: edit.text });
    case 'replace':
      return splice(state, edit);
    case 'yank':
      return yank(state, { start: state.cursor, end: state.cursor, index: 0 });
    case 'yank-older':
      return yankOlder(state);
    case 'move':
      return place(state, findPlace(state, edit.to));
    case 'place':
      return place(state, edit.cursor);
    case 'delete':
      return cut(state, findPlace(state, edit.to));
    case 'kill':
      return kill(state, edit.to);
    case 'recall':
      return recall(state, edit.which);
    case 'clear':
      return { ...state, text: '', cursor: 0, recalled: null, draft: '' };
    case 'submit':
      return submit(state);
    default:
      return edit satisfies never;
  }
}

type Splice = { readonly start: number; readonly end: number; readonly text: string };

function splice(state: ComposerState, { start, end, text }: Splice): ComposerState {
  const from = boundaryAtOrBefore(state.text, start);
  const to = Math.max(from, boundaryAtOrBefore(state.text, end));
  const before = state.text.slice(0, from);
  const after = state.text.slice(to);
  const room = MAX_BYTES - Buffer.byteLength(before) - Buffer.byteLength(after);
  const added = fitting(typedText(text), room);
  if (added === '' && from === to) return state;
  return place({ ...state, text: before + added + after }, from + added.length, 'after');
}

function fitting(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  // A UTF-16 unit is at most three bytes, so this many units are scanned at most.
  let end = 0;
  let used = 0;
  for (const character of text) {
    used += Buffer.byteLength(character);
    if (used > bytes) break;
    end += character.length;
  }
  return text.slice(0, boundaryAtOrBefore(text, end));
}

// What is typed beside the cursor can melt into one grapheme with it, so every offset is snapped.
function place(
  state: ComposerState,
  offset: number,
  snap: 'before' | 'after' = 'before',
): ComposerState {
  const before = boundaryAtOrBefore(state.text, offset);
  const cursor =
    snap === 'after' && before < Math.min(offset, state.text.length)
      ? boundaryAfter(state.text, before)
      : before;
  return cursor === state.cursor && state.text.length === 0 ? state : { ...state, cursor };
}

function cut(state: ComposerState, other: number): ComposerState {
  const start = Math.min(state.cursor, other);
  const end = Math.max(state.cursor, other);
  return start === end ? state : splice(state, { start, end, text: '' });
}

function kill(state: ComposerState, to: ComposerPlace | 'rubout'): ComposerState {
  const target = killTarget(state, to);
  if (target === state.cursor) return state;
  const piece = state.text.slice(Math.min(state.cursor, target), Math.max(state.cursor, target));
  return { ...cut(state, target), kills: withPiece(state, piece, target < state.cursor) };
}

/** What is cut in one go is one piece. */
function withPiece({ kills, undo }: ComposerState, piece: string, isBefore: boolean) {
  const [newest = '', ...others] = kills;
  if (undo.run !== 'cutting') return [piece, ...kills].slice(0, MAX_KILLS);
  return [isBefore ? piece + newest : newest + piece, ...others];
}

function yank(state: ComposerState, { start, end, index }: Yanked): ComposerState {
  const next = splice(state, { start, end, text: state.kills[index] ?? '' });
  return next === state ? state : { ...next, yanked: { start, end: next.cursor, index } };
}

function yankOlder(state: ComposerState): ComposerState {
  const { yanked, kills } = state;
  if (yanked === null || kills.length < 2) return state;
  return yank(state, { ...yanked, index: (yanked.index + 1) % kills.length });
}

function killTarget(state: ComposerState, to: ComposerPlace | 'rubout'): number {
  if (to === 'rubout') return blankLeft(state.text, state.cursor);
  const target = findPlace(state, to);
  if (target !== state.cursor) return target;
  // At the edge of a line a kill takes the line feed, so repeating it goes on.
  if (to === 'line-end') return Math.min(state.text.length, state.cursor + 1);
  if (to === 'line-start') return Math.max(0, state.cursor - 1);
  return target;
}

function findPlace({ text, cursor }: ComposerState, to: ComposerPlace): number {
  switch (to) {
    case 'left':
      return boundaryAtOrBefore(text, cursor - 1);
    case 'right':
      return cursor < text.length ? boundaryAfter(text, cursor) : cursor;
    case 'word-left':
      return wordLeft(text, cursor);
    case 'word-right':
      return wordRight(text, cursor);
    case 'line-start':
      return cursor === 0 ? 0 : text.lastIndexOf('\n', cursor - 1) + 1;
    case 'line-end': {
      const feed = text.indexOf('\n', cursor);
      return feed === -1 ? text.length : feed;
    }
    case 'start':
      return 0;
    case 'end':
      return text.length;
    default:
      return to satisfies never;
  }
}

function recall(state: ComposerState, which: 'older' | 'newer'): ComposerState {
  const current = state.recalled ?? state.history.length;
  const next = which === 'older' ? current - 1 : current + 1;
  if (next < 0 || next > state.history.length) return state;
  const draft = state.recalled === null ? state.text : state.draft;
  const entry = state.history[next];
  const text = entry ?? draft;
  return {
    ...state,
    text,
    cursor: text.length,
    draft,
    recalled: entry === undefined ? null : next,
  };
}

/** With what was sent before all that it knows of, oldest first. */
export function withOlderSent(state: ComposerState, texts: readonly string[]): ComposerState {
  const history = [...texts, ...state.history].slice(-MAX_HISTORY);
  const added = history.length - state.history.length;
  return { ...state, history, recalled: state.recalled === null ? null : state.recalled + added };
}

function submit(state: ComposerState): ComposerState {
  const { text, history, recalled, draft } = state;
  const before = text === history.at(-1) ? history.slice(0, -1) : history;
  // Who sends something of before was perhaps writing something else: that is the next to be recalled.
  const unsent = recalled === null || draft === '' || draft === text ? [] : [draft];
  const after = text === '' ? history : [...before, ...unsent, text].slice(-MAX_HISTORY);
  return { ...state, text: '', cursor: 0, history: after, recalled: null, draft: '' };
}
