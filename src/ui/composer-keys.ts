// Which edit of a line of text a key means, as readline has them. Pure.
import type { ComposerEdit } from './composer.ts';
import type { KeyEvent } from './key-sequences.ts';

type KeyPress = Extract<KeyEvent, { kind: 'key' }>;

const PLAIN_EDITS: Readonly<Record<string, ComposerEdit>> = {
  left: { type: 'move', to: 'left' },
  right: { type: 'move', to: 'right' },
  home: { type: 'move', to: 'line-start' },
  end: { type: 'move', to: 'line-end' },
  backspace: { type: 'delete', to: 'left' },
  delete: { type: 'delete', to: 'right' },
};

const CONTROL_EDITS: Readonly<Record<string, ComposerEdit>> = {
  a: { type: 'move', to: 'line-start' },
  e: { type: 'move', to: 'line-end' },
  b: { type: 'move', to: 'left' },
  f: { type: 'move', to: 'right' },
  d: { type: 'delete', to: 'right' },
  h: { type: 'delete', to: 'left' },
  k: { type: 'kill', to: 'line-end' },
  u: { type: 'kill', to: 'line-start' },
  w: { type: 'kill', to: 'rubout' },
  y: { type: 'yank' },
  _: { type: 'undo' },
  '/': { type: 'undo' },
  left: { type: 'move', to: 'word-left' },
  right: { type: 'move', to: 'word-right' },
  home: { type: 'move', to: 'start' },
  end: { type: 'move', to: 'end' },
  backspace: { type: 'kill', to: 'word-left' },
};

const ALT_EDITS: Readonly<Record<string, ComposerEdit>> = {
  b: { type: 'move', to: 'word-left' },
  f: { type: 'move', to: 'word-right' },
  d: { type: 'kill', to: 'word-right' },
  y: { type: 'yank-older' },
  r: { type: 'redo' },
  left: { type: 'move', to: 'word-left' },
  right: { type: 'move', to: 'word-right' },
  backspace: { type: 'kill', to: 'word-left' },
};

/** Null where the key edits nothing. */
export function editFor({ name, ctrl, alt }: KeyPress): ComposerEdit | null {
  if (ctrl && alt) return null;
  const edits = ctrl ? CONTROL_EDITS : alt ? ALT_EDITS : PLAIN_EDITS;
  return Object.hasOwn(edits, name) ? (edits[name] ?? null) : null;
}
