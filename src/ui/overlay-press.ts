// What a press means where something is chosen or a line is typed over the messages. Changes nothing.
import type { ComposerEdit } from './composer.ts';
import { editFor } from './composer-keys.ts';
import type { KeyEvent } from './key-sequences.ts';

export type Press = Extract<KeyEvent, { kind: 'text' | 'key' | 'paste' }>;

/** Whether it is one of these keys, with neither Ctrl nor Alt. */
export function isKey(event: Press, ...names: readonly string[]): boolean {
  return event.kind === 'key' && names.includes(event.name) && !event.ctrl && !event.alt;
}

/** −1 and 1 for up and down, also as Ctrl+P and Ctrl+N; 0 for any other key. */
export function stepOf(event: Press): -1 | 0 | 1 {
  if (event.kind !== 'key') return 0;
  if (event.name === 'up' || (event.ctrl && event.name === 'p')) return -1;
  return event.name === 'down' || (event.ctrl && event.name === 'n') ? 1 : 0;
}

/** An overlay's input has one line: a paste gives its first. */
export function inputEdit(event: Press): ComposerEdit | null {
  if (event.kind === 'paste') return { type: 'insert', text: event.text.split('\n', 1)[0] ?? '' };
  if (event.kind === 'text') return { type: 'insert', text: event.text };
  return editFor(event);
}
