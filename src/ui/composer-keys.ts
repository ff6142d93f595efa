// Which edit of a line of text each action on it means. Pure.
import type { ComposerEdit } from './composer.ts';
import type { ActionIn } from './key-bindings.ts';

export const LINE_EDITS: Readonly<Record<ActionIn<'line'>, ComposerEdit>> = {
  left: { type: 'move', to: 'left' },
  right: { type: 'move', to: 'right' },
  'word-left': { type: 'move', to: 'word-left' },
  'word-right': { type: 'move', to: 'word-right' },
  'line-start': { type: 'move', to: 'line-start' },
  'line-end': { type: 'move', to: 'line-end' },
  'text-start': { type: 'move', to: 'start' },
  'text-end': { type: 'move', to: 'end' },
  'delete-left': { type: 'delete', to: 'left' },
  'delete-right': { type: 'delete', to: 'right' },
  'cut-to-end': { type: 'kill', to: 'line-end' },
  'cut-to-start': { type: 'kill', to: 'line-start' },
  'cut-back-to-blank': { type: 'kill', to: 'rubout' },
  'cut-word-left': { type: 'kill', to: 'word-left' },
  'cut-word-right': { type: 'kill', to: 'word-right' },
  'paste-cut': { type: 'yank' },
  'paste-older': { type: 'yank-older' },
  undo: { type: 'undo' },
  redo: { type: 'redo' },
};
