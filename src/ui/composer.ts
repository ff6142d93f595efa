// The text being typed, as plain state and edits: (state, edit) → state; knows no keys and no screen.
import { MAX_TEXT_BYTES } from '../protocol/limits.ts';
import { typedText } from './safe-text.ts';
import { boundaryAfter, boundaryAtOrBefore } from './width.ts';

const MAX_HISTORY = 200;

export type ComposerState = {
  readonly text: string;
  /** UTF-16 offset, always at a grapheme boundary. */
  readonly cursor: number;
  /** The last text that a kill removed, for yank. */
  readonly killed: string;
  /** What was sent, oldest first. */
  readonly history: readonly string[];
  /** Which history entry is shown, or null while the draft is. */
  readonly recalled: number | null;
  /** What was being typed when history was opened. */
  readonly draft: string;
};

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
  killed: '',
  history: [],
  recalled: null,
  draft: '',
};

/** The state after one edit; an edit that changes nothing gives the same object. Never throws. */
export function editComposer(state: ComposerState, edit: ComposerEdit): ComposerState {
  switch (edit.type) {
    case 'insert':
      return splice(state, { start: state.cursor, end: state.cursor, text: edit.text });
    case 'replace':
      return splice(state, edit);
    case 'yank':
      return splice(state, { start: state.cursor, end: state.cursor, text: state.killed });
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
  const room = MAX_TEXT_BYTES - Buffer.byteLength(before) - Buffer.byteLength(after);
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
  const killed = state.text.slice(Math.min(state.cursor, target), Math.max(state.cursor, target));
  return { ...cut(state, target), killed };
}

function killTarget(state: ComposerState, to: ComposerPlace | 'rubout'): number {
  if (to === 'rubout') return skipLeft(state.text, state.cursor, isNotSpace);
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
      return skipLeft(text, cursor, isWordPart);
    case 'word-right':
      return skipRight(text, cursor);
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

type CharacterTest = (character: string) => boolean;
const isNotSpace: CharacterTest = (character) => !/\s/u.test(character);
const isWordPart: CharacterTest = (character) => /[\p{L}\p{N}\p{M}\u200c\u200d_]/u.test(character);

function skipLeft(text: string, from: number, isPart: CharacterTest): number {
  let at = from;
  while (at > 0 && !isPart(characterBefore(text, at))) at -= characterBefore(text, at).length;
  while (at > 0 && isPart(characterBefore(text, at))) at -= characterBefore(text, at).length;
  return at;
}

function skipRight(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isWordPart(characterAt(text, at))) at += characterAt(text, at).length;
  while (at < text.length && isWordPart(characterAt(text, at))) at += characterAt(text, at).length;
  return at;
}

function characterAt(text: string, offset: number): string {
  return String.fromCodePoint(text.codePointAt(offset) ?? 0);
}

function characterBefore(text: string, offset: number): string {
  const pair = text.codePointAt(offset - 2) ?? 0;
  return pair > 0xffff ? String.fromCodePoint(pair) : text.charAt(offset - 1);
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

function submit(state: ComposerState): ComposerState {
  const repeated = state.text === '' || state.text === state.history.at(-1);
  const history = repeated ? state.history : [...state.history, state.text].slice(-MAX_HISTORY);
  return { ...state, text: '', cursor: 0, history, recalled: null, draft: '' };
}
