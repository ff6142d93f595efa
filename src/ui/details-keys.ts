// What keys do in the lists of people and in the details of one.

import { EMPTY_COMPOSER, editComposer } from './composer.ts';
import { changePerson, showPerson } from './details-tasks.ts';
import { introduce } from './introduce.ts';
import {
  type MembersOverlay,
  moveSelection,
  type PersonOverlay,
  type TrustOverlay,
} from './overlay.ts';
import { inputEdit, isKey, type Press, stepOf } from './overlay-press.ts';
import { chooseHow } from './people-tasks.ts';
import type { ScreenActions } from './talk.ts';

/** In a list: Enter opens somebody's details, `v` compares keys with them. */
export function listKey(
  actions: ScreenActions,
  overlay: MembersOverlay | TrustOverlay,
  event: Press,
): void {
  const { store } = actions;
  const { people, selected } = overlay;
  const step = stepOf(event);
  const page = pageOf(event, store.state.size.rows);
  if (step !== 0) {
    const from = step < 0 && selected < 0 ? 0 : selected;
    store.setOverlay({ ...overlay, selected: moveSelection(from, step, people.length) });
  } else if (page !== 0) {
    const to = Math.max(0, Math.min(selected + page, people.length - 1));
    store.setOverlay({ ...overlay, selected: to });
  } else {
    const peer = people[Math.max(0, selected)];
    if (peer === undefined) return;
    if (isKey(event, 'enter')) void showPerson(actions, peer, overlay);
    else if (isLetter(event, 'v')) chooseHow(actions, peer);
  }
}

function pageOf(event: Press, rows: number): number {
  const page = Math.max(1, rows - 8);
  return (isKey(event, 'pagedown') ? page : 0) - (isKey(event, 'pageup') ? page : 0);
}

function isLetter(event: Press, letter: string): boolean {
  return event.kind === 'text' && event.text.toLowerCase() === letter;
}

/** What Esc leaves: what is typed, then the details, for the list they were opened from. */
export function leavePerson({ store }: ScreenActions, overlay: PersonOverlay): void {
  if (overlay.input === null) store.setOverlay(overlay.back);
  else store.setOverlay({ ...overlay, input: null, problem: null });
}

export function personKey(actions: ScreenActions, overlay: PersonOverlay, event: Press): void {
  if (overlay.input !== null) inputKey(actions, { ...overlay, input: overlay.input }, event);
  else if (event.kind === 'text') act(actions, overlay, event.text.toLowerCase());
}

function act(actions: ScreenActions, overlay: PersonOverlay, letter: string): void {
  const { store } = actions;
  const person = store.state.people.get(overlay.peer);
  if (person === null) return;
  switch (letter) {
    case 'm':
      introduce(store, person);
      store.open(person.fingerprint);
      break;
    case 'v':
      chooseHow(actions, person.fingerprint);
      break;
    case 'p':
      ask(actions, overlay, { field: 'petname', now: person.hasPetname ? person.name : '' });
      break;
    case 'n':
      ask(actions, overlay, { field: 'note', now: person.note ?? '' });
      break;
    case 'f':
      void changePerson(actions, overlay, { favourite: person.favourite !== true });
      break;
    case 'i':
      void changePerson(actions, overlay, { ignored: person.ignored !== true });
      break;
    case 'b':
      void changePerson(actions, overlay, { blocked: person.blocked !== true });
      break;
    default:
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
function inputKey(actions: ScreenActions, overlay: Typing, event: Press): void {
  const { field, line } = overlay.input;
  if (isKey(event, 'enter')) {
    const text = line.text.trim();
    void changePerson(actions, overlay, { [field]: text === '' ? null : text });
    return;
  }
  const edit = inputEdit(event);
  if (edit === null) return;
  const input = { field, line: editComposer(line, edit) };
  actions.store.setOverlay({ ...overlay, input, problem: null });
}
