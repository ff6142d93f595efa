// What a press means where something is chosen or a line is typed over the messages. Changes nothing.

import type { BoundKeys } from './bound-keys.ts';
import type { ComposerEdit } from './composer.ts';
import { LINE_EDITS } from './composer-keys.ts';
import type { ActionIn } from './key-bindings.ts';
import type { KeyEvent } from './key-sequences.ts';
import { moveSelection } from './overlay.ts';

export type Press = Extract<KeyEvent, { kind: 'text' | 'key' | 'paste' }>;

/** What a press means in a list; null: nothing there. */
export type ListAction = ActionIn<'list'> | null;

export interface ListPress {
  readonly event: Press;
  readonly action: ListAction;
}

/** −1 and 1 where an action moves a selection by one, else 0. */
export function stepOf(action: ListAction): -1 | 0 | 1 {
  if (action === 'list-up') return -1;
  return action === 'list-down' ? 1 : 0;
}

export interface Page {
  readonly count: number;
  /** Items on one screen, about. */
  readonly size: number;
}

/** A step goes round at the ends, a page stops there. */
export function movedSelection(
  selected: number,
  action: ListAction,
  { count, size }: Page,
): number {
  if (action === 'list-page-up') return Math.max(0, selected - size);
  if (action === 'list-page-down') return Math.min(count - 1, selected + size);
  return moveSelection(selected, stepOf(action), count);
}

/** The action, where a line is typed as well: what types something is never an action there. */
export function besideInput(keys: BoundKeys, event: Press): ListAction {
  return event.kind === 'key' ? keys.list(event) : null;
}

/** An overlay's input has one line: a paste gives its first. */
export function inputEdit(keys: BoundKeys, event: Press): ComposerEdit | null {
  if (event.kind === 'paste') return { type: 'insert', text: event.text.split('\n', 1)[0] ?? '' };
  if (event.kind === 'text') return { type: 'insert', text: event.text };
  const action = keys.line(event);
  return action === null ? null : LINE_EDITS[action];
}
