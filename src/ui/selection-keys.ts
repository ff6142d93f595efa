// What keys do with a selected message. A command may be typed meanwhile: from its slash on, keys are the composer's.
import { keyHints } from './bound-keys.ts';
import { EMPTY_COMPOSER } from './composer.ts';
import type { Selection } from './conversation.ts';
import { save } from './file-sending.ts';
import { viewFile } from './file-viewing.ts';
import { begin } from './intent-tasks.ts';
import { removeHere } from './kept-tasks.ts';
import type { ActionIn } from './key-bindings.ts';
import type { MessageEntry } from './message-body.ts';
import type { Press } from './overlay-press.ts';
import { safeText, safeTemplate as t } from './safe-text.ts';
import { canEdit, selectedEntry } from './selection.ts';
import { answer, setSelection } from './selection-answer.ts';
import {
  copy,
  endSelection,
  goToQuoted,
  showInfo,
  step,
  toggleFold,
  unsend,
} from './selection-tasks.ts';
import type { ScreenStore } from './store.ts';
import type { ScreenActions } from './talk.ts';

/** Whether the key was the selection's. */
export function selectionKey(actions: ScreenActions, event: Press): boolean {
  const { store } = actions;
  const { selection, composer } = store.active;
  const entry = selectedEntry(store.active);
  if (selection === null || entry === null) return false;
  const action = store.state.keys.selection(event);
  if (action === 'end-selection') {
    if (selection.asks === 'what') endSelection(actions);
    else setSelection(store, { ...selection, asks: 'what' });
    return true;
  }
  if (composer.text.startsWith('/')) return false;
  if (selection.asks === 'delete') {
    answerDelete(actions, selection, { entry, action });
    return true;
  }
  if (action !== null && action !== 'delete-here' && action !== 'delete-for-all') {
    act(actions, action, { entry, selection });
    return true;
  }
  return event.kind === 'text' && refuses(store, event.text);
}

interface Selected {
  readonly entry: MessageEntry;
  readonly selection: Selection;
}

type SelectionAction = Exclude<
  ActionIn<'selection'>,
  'end-selection' | 'delete-here' | 'delete-for-all'
>;

function act(actions: ScreenActions, action: SelectionAction, selected: Selected): void {
  const { store } = actions;
  const { entry, selection } = selected;
  switch (action) {
    case 'above':
    case 'below':
      step(actions, action === 'above' ? -1 : 1);
      break;
    case 'reply':
      endSelection(actions);
      begin(store, 'reply', entry);
      break;
    case 'edit':
      if (canEdit(entry)) {
        endSelection(actions);
        begin(store, 'edit', entry);
      } else answer(store, t`Only words of your own can be edited.`);
      break;
    case 'delete':
      setSelection(store, { ...selection, asks: 'delete', said: null });
      break;
    case 'react':
      store.setOverlay({ kind: 'react', id: entry.id, query: EMPTY_COMPOSER, selected: 0 });
      break;
    case 'copy':
      void copy(actions, entry);
      break;
    case 'save':
      if (entry.look?.file === undefined) store.edit({ type: 'insert', text: '/export ' });
      else void save({ ...actions, chosen: entry.id }, '', store.active.key);
      break;
    case 'view':
      void viewFile(actions, entry.id);
      break;
    case 'unfold':
      if (toggleFold(store, entry)) break;
      if (entry.look?.file?.family === 'voice') void viewFile(actions, entry.id);
      else void goToQuoted(actions, entry);
      break;
    case 'go-to-quoted':
      void goToQuoted(actions, entry);
      break;
    case 'info':
      void showInfo(actions, entry);
      break;
    default:
      action satisfies never;
  }
}

/** Only a slash, and help, is for others. */
function refuses(store: ScreenStore, text: string): boolean {
  if (text === '/' || text === '?') return store.active.composer.text !== '';
  const pressed = safeText(text, { maxLength: 20 });
  const end = keyHints(store.state.keys)('end-selection');
  answer(store, t`${pressed} does nothing here. ${end}, then type.`);
  return true;
}

/** Nothing but the two actions that name what is deleted deletes anything. */
function answerDelete(
  actions: ScreenActions,
  selection: Selection,
  {
    entry,
    action,
  }: {
    readonly entry: MessageEntry;
    readonly action: ActionIn<'selection'> | null;
  },
): void {
  setSelection(actions.store, { ...selection, asks: 'what', said: null });
  if (action === 'delete-here') void removeHere(actions, entry);
  else if (action === 'delete-for-all' && entry.own) void unsend(actions, entry);
  else answer(actions.store, t`Nothing was deleted.`);
}
