// What keys do while a search's hits, or the question before a conversation is deleted, lie over the messages.
import { editComposer } from './composer.ts';
import { forget, removeMessage, startSearch } from './kept-tasks.ts';
import { type Hit, type Overlay, type SearchOverlay, withoutHit } from './overlay.ts';
import {
  inputEdit,
  type ListAction,
  type ListPress,
  movedSelection,
  type Page,
} from './overlay-press.ts';
import { safeTemplate as t } from './safe-text.ts';
import type { ScreenActions } from './talk.ts';
import { faultWords } from './words.ts';

/** Enter goes there, `d` twice deletes, Tab searches elsewhere; Esc has closed it before. */
export function searchKey(
  actions: ScreenActions,
  overlay: SearchOverlay,
  action: ListAction,
): void {
  const { store } = actions;
  if (action === 'other-view') {
    const scope = overlay.scope === null ? store.state.active : null;
    void startSearch(actions, overlay.query, scope);
    return;
  }
  if (overlay.outcome.kind !== 'found') return;
  const { hits } = overlay.outcome;
  const hit = hits[overlay.selected];
  if (hit === undefined) return;
  if (action === 'choose') {
    const isWanted = () => store.state.overlay === overlay;
    void actions.history.goTo(hit.message, isWanted);
  } else if (action === 'delete-found') {
    if (overlay.armed) void removeHit(actions, overlay, hit);
    else store.setOverlay({ ...overlay, armed: true, problem: null });
  } else {
    const selected = movedSelection(overlay.selected, action, pageOf(actions, hits.length));
    store.setOverlay({ ...overlay, selected, armed: false, problem: null });
  }
}

function pageOf({ store }: ScreenActions, count: number): Page {
  return { count, size: Math.max(1, Math.floor((store.state.size.rows - 6) / 2)) };
}

async function removeHit(
  actions: ScreenActions,
  overlay: SearchOverlay,
  { message }: Hit,
): Promise<void> {
  const { store } = actions;
  store.setOverlay({ ...overlay, armed: false });
  let problem: SearchOverlay['problem'] = null;
  try {
    await removeMessage(actions.ask, message);
  } catch (error) {
    problem = faultWords(error);
  }
  const shown = store.state.overlay;
  if (shown?.kind === 'search') {
    store.setOverlay(problem === null ? withoutHit(shown, message.id) : { ...shown, problem });
  } else if (problem !== null) store.note(problem, 'warning');
}

/** Nothing but `yes` deletes anything. */
export function forgetKey(
  actions: ScreenActions,
  overlay: Extract<Overlay, { kind: 'forget' }>,
  { event, action }: ListPress,
): void {
  const { store } = actions;
  if (action !== 'choose') {
    const edit = inputEdit(store.state.keys, event);
    if (edit !== null) store.setOverlay({ ...overlay, input: editComposer(overlay.input, edit) });
    return;
  }
  store.setOverlay(null);
  if (overlay.input.text.trim().toLowerCase() === 'yes') void forget(actions, overlay.key);
  else store.note(t`Nothing was deleted.`);
}
