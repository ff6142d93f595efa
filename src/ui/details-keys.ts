// What keys do in the lists of people and in the details of one.

import { EMPTY_COMPOSER, editComposer } from './composer.ts';
import { changePerson, showPerson } from './details-tasks.ts';
import { introduce } from './introduce.ts';
import type { ActionIn } from './key-bindings.ts';
import { layoutFor } from './layout.ts';
import {
  type MembersOverlay,
  moveSelection,
  type PersonOverlay,
  type TrustOverlay,
} from './overlay.ts';
import { inputEdit, type ListAction, type ListPress, stepOf } from './overlay-press.ts';
import { chooseHow } from './people-tasks.ts';
import { lastPersonTop } from './person-rows.ts';
import type { ScreenActions } from './talk.ts';

/** In a list: Enter opens somebody's details, `v` compares keys with them. */
export function listKey(
  actions: ScreenActions,
  overlay: MembersOverlay | TrustOverlay,
  { event, action }: ListPress,
): void {
  const { store } = actions;
  const { people, selected } = overlay;
  const step = stepOf(action);
  const page = pageOf(action, store.state.size.rows);
  if (step !== 0) {
    store.setOverlay({ ...overlay, selected: moveSelection(selected, step, people.length) });
  } else if (page !== 0) {
    const to = Math.max(0, Math.min(selected + page, people.length - 1));
    store.setOverlay({ ...overlay, selected: to });
  } else {
    const peer = people[Math.max(0, selected)];
    if (peer === undefined) return;
    if (action === 'choose') void showPerson(actions, peer, overlay);
    else if (store.state.keys.person(event) === 'compare') chooseHow(actions, peer);
  }
}

function pageOf(action: ListAction, rows: number): number {
  const page = Math.max(1, rows - 8);
  return (action === 'list-page-down' ? page : 0) - (action === 'list-page-up' ? page : 0);
}

/** What Esc leaves: what is typed, then the details, for the list they were opened from. */
export function leavePerson({ store }: ScreenActions, overlay: PersonOverlay): void {
  if (overlay.input === null) store.setOverlay(overlay.back);
  else store.setOverlay({ ...overlay, input: null, problem: null });
}

export function personKey(actions: ScreenActions, overlay: PersonOverlay, press: ListPress): void {
  if (overlay.input !== null) inputKey(actions, { ...overlay, input: overlay.input }, press);
  else if (!scroll(actions, overlay, press.action))
    act(actions, overlay, actions.store.state.keys.person(press.event));
}

/** Whether the key was for that. Below the last row there is nothing more to show. */
function scroll({ store }: ScreenActions, overlay: PersonOverlay, action: ListAction): boolean {
  const layout = layoutFor(store.state.size);
  const by = stepOf(action) || pageOf(action, store.state.size.rows);
  if (by === 0 || layout.kind === 'too-small') return false;
  const area = { cells: layout.overlay, rows: layout.bodyRows(1) };
  const last = lastPersonTop(store.state, overlay, area);
  store.setOverlay({ ...overlay, top: Math.max(0, Math.min(last, overlay.top + by)) });
  return true;
}

function act(
  actions: ScreenActions,
  overlay: PersonOverlay,
  action: ActionIn<'person'> | null,
): void {
  const { store } = actions;
  const person = store.state.people.get(overlay.peer);
  if (person === null) return;
  switch (action) {
    case 'message':
      introduce(store, person);
      store.open(person.fingerprint);
      break;
    case 'compare':
      chooseHow(actions, person.fingerprint);
      break;
    case 'petname':
      ask(actions, overlay, { field: 'petname', now: person.hasPetname ? person.name : '' });
      break;
    case 'note':
      ask(actions, overlay, { field: 'note', now: person.note ?? '' });
      break;
    case 'favourite':
      void changePerson(actions, overlay, { favourite: person.favourite !== true });
      break;
    case 'ignore':
      void changePerson(actions, overlay, { ignored: person.ignored !== true });
      break;
    case 'block':
      void changePerson(actions, overlay, { blocked: person.blocked !== true });
      break;
    case null:
      break;
    default:
      action satisfies never;
  }
}

function ask(
  { store }: ScreenActions,
  overlay: PersonOverlay,
  { field, now }: { readonly field: 'petname' | 'note'; readonly now: string },
): void {
  const line = editComposer(EMPTY_COMPOSER, { type: 'insert', text: now });
  store.setOverlay({ ...overlay, input: { field, line }, problem: null });
}

type Typing = PersonOverlay & { readonly input: NonNullable<PersonOverlay['input']> };

/** Enter sets it; an empty line takes it away. */
function inputKey(actions: ScreenActions, overlay: Typing, { event, action }: ListPress): void {
  const { field, line } = overlay.input;
  if (action === 'choose') {
    const text = line.text.trim();
    void changePerson(actions, overlay, { [field]: text === '' ? null : text });
    return;
  }
  const edit = inputEdit(actions.store.state.keys, event);
  if (edit === null) return;
  const input = { field, line: editComposer(line, edit) };
  actions.store.setOverlay({ ...overlay, input, problem: null });
}
