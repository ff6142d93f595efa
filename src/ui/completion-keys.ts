// What keys do to the list that Tab opens: it takes those that choose, and narrows while somebody types on.
import type { BoundKeys } from './bound-keys.ts';
import { type Completion, startCompletion } from './completion.ts';
import { type ComposerEdit, editComposer } from './composer.ts';
import { moveSelection } from './overlay.ts';
import { besideInput, type Press, stepOf } from './overlay-press.ts';
import type { ScreenStore } from './store.ts';

/** Tab where no list is open: puts in the only candidate, or opens the list of several. */
export function complete(store: ScreenStore, by: 1 | -1): void {
  const found = startCompletion(store.active.composer, store.state);
  if (found === null) return;
  const { candidates } = found;
  if (candidates.length === 1) take(store, found);
  else store.complete(null, { ...found, selected: by === 1 ? 0 : candidates.length - 1 });
}

/** Whether the press was meant for the list; any other closes it and goes where it would go without. */
export function completionKey(store: ScreenStore, open: Completion, event: Press): boolean {
  const { keys } = store.state;
  const action = besideInput(keys, event);
  const step = stepOf(action) || tabStep(keys, event);
  if (step !== 0) {
    const selected = moveSelection(open.selected, step, open.candidates.length);
    store.complete(null, { ...open, selected });
  } else if (action === 'choose' || (event.kind === 'text' && event.text === ' ')) {
    take(store, open);
  } else if (action === 'close') {
    store.complete(null, null);
  } else if (event.kind === 'text') {
    narrow(store, open, { type: 'insert', text: event.text });
  } else if (keys.line(event) === 'delete-left') {
    narrow(store, open, { type: 'delete', to: 'left' });
  } else {
    store.complete(null, null);
    return false;
  }
  return true;
}

function tabStep(keys: BoundKeys, event: Press): -1 | 0 | 1 {
  const action = keys.screen(event);
  if (action === 'complete-back') return -1;
  return action === 'complete' ? 1 : 0;
}

function take(store: ScreenStore, { start, end, candidates, selected }: Completion): void {
  const text = candidates[selected]?.text ?? '';
  store.complete({ type: 'replace', start, end, text }, null);
}

/** As long as it is the same word that is typed. */
function narrow(store: ScreenStore, open: Completion, edit: ComposerEdit): void {
  const next = startCompletion(editComposer(store.active.composer, edit), store.state);
  store.complete(edit, next?.start === open.start ? next : null);
}
