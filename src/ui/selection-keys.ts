// What keys do with a selected message. A command may be typed meanwhile: from its slash on, keys are the composer's.
import { EMPTY_COMPOSER } from './composer.ts';
import type { Selection } from './conversation.ts';
import { begin } from './intent-tasks.ts';
import { removeHere } from './kept-tasks.ts';
import type { MessageEntry } from './message-body.ts';
import { isKey, type Press } from './overlay-press.ts';
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
import type { ScreenActions } from './talk.ts';

/** Whether the key was the selection's: Alt or Ctrl with an arrow selects, all others act on what is selected. */
export function selectionKey(actions: ScreenActions, event: Press): boolean {
  const { store } = actions;
  const { selection, composer } = store.active;
  const by = arrowOf(event);
  if (by !== 0 && (isHeld(event) || (selection !== null && !composer.text.startsWith('/')))) {
    step(actions, by);
    return true;
  }
  const entry = selectedEntry(store.active);
  if (selection === null || entry === null) return false;
  if (isKey(event, 'escape')) {
    if (selection.asks === 'what') endSelection(actions);
    else setSelection(store, { ...selection, asks: 'what' });
    return true;
  }
  if (composer.text.startsWith('/')) return false;
  if (selection.asks === 'delete') {
    answerDelete(actions, selection, { entry, event });
    return true;
  }
  if (isKey(event, 'enter')) {
    if (!toggleFold(store, entry)) void goToQuoted(actions, entry);
    return true;
  }
  return event.kind === 'text' && typed(actions, event.text, { entry, selection });
}

function arrowOf(event: Press): -1 | 0 | 1 {
  if (event.kind !== 'key') return 0;
  return event.name === 'up' ? -1 : event.name === 'down' ? 1 : 0;
}

function isHeld(event: Press): boolean {
  return event.kind === 'key' && (event.alt || event.ctrl);
}

interface Selected {
  readonly entry: MessageEntry;
  readonly selection: Selection;
}

/** Only a slash, and help, is for others. */
function typed(actions: ScreenActions, text: string, { entry, selection }: Selected): boolean {
  const { store } = actions;
  const isEmpty = store.active.composer.text === '';
  switch (text.toLowerCase()) {
    case 'r':
      endSelection(actions);
      begin(store, 'reply', entry);
      break;
    case 'e':
      if (canEdit(entry)) {
        endSelection(actions);
        begin(store, 'edit', entry);
      } else answer(store, t`Only words of your own can be edited.`);
      break;
    case 'd':
      setSelection(store, { ...selection, asks: 'delete', said: null });
      break;
    case '+':
      store.setOverlay({ kind: 'react', id: entry.id, query: EMPTY_COMPOSER, selected: 0 });
      break;
    case 'c':
      void copy(actions, entry);
      break;
    case 'g':
      void goToQuoted(actions, entry);
      break;
    case 'i':
      void showInfo(actions, entry);
      break;
    case '/':
    case '?':
      return !isEmpty;
    default:
      answer(store, t`${safeText(text, { maxLength: 20 })} does nothing here. Esc, then type.`);
  }
  return true;
}

/** Nothing but `h` and `a` deletes anything. */
function answerDelete(
  actions: ScreenActions,
  selection: Selection,
  { entry, event }: { readonly entry: MessageEntry; readonly event: Press },
): void {
  const key = event.kind === 'text' ? event.text.toLowerCase() : '';
  setSelection(actions.store, { ...selection, asks: 'what', said: null });
  if (key === 'h') void removeHere(actions, entry);
  else if (key === 'a' && entry.own) void unsend(actions, entry);
  else answer(actions.store, t`Nothing was deleted.`);
}
