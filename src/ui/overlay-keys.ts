// What keys do while something lies over the messages. Choosing a person never sends anything.
import type { RelayChoice } from '../client/api.ts';
import { PeerId } from '../protocol/ids.ts';
import { comparisonKey } from './comparison-tasks.ts';
import { editComposer } from './composer.ts';
import { introduce } from './introduce.ts';
import { leavingKey } from './leaving.ts';
import { moveSelection, type Overlay, type PickPurpose } from './overlay.ts';
import { inputEdit, isKey, type Press, stepOf } from './overlay-press.ts';
import { cleanNickname, type KnownPerson } from './people.ts';
import { recordVerified } from './people-tasks.ts';
import { safeTemplate as t } from './safe-text.ts';
import { forgetKey, searchKey } from './search-keys.ts';
import { switcherItems } from './switcher.ts';
import { attempt, openWithDraft, type ScreenActions } from './talk.ts';
import { openGroup } from './talk-tasks.ts';
import { parseLine, runLine } from './typed-line.ts';
import { faultWords } from './words.ts';

type Of<Kind extends Overlay['kind']> = Extract<Overlay, { kind: Kind }>;

/** Gives the key to the overlay; all of them are its own. */
export function overlayKey(actions: ScreenActions, overlay: Overlay, event: Press): void {
  if (isKey(event, 'escape') && overlay.kind !== 'name') {
    actions.store.setOverlay(null);
    return;
  }
  switch (overlay.kind) {
    case 'help':
      helpKey(actions, overlay, event);
      break;
    case 'switcher':
      switcherKey(actions, overlay, event);
      break;
    case 'picker':
      pickerKey(actions, overlay, event);
      break;
    case 'relays':
      relaysKey(actions, overlay, event);
      break;
    case 'verify':
      verifyKey(actions, overlay, event);
      break;
    case 'comparison':
      comparisonKey(actions, overlay, event);
      break;
    case 'name':
      nameKey(actions, overlay, event);
      break;
    case 'leaving':
      leavingKey(actions, overlay, event);
      break;
    case 'search':
      searchKey(actions, overlay, event);
      break;
    case 'forget':
      forgetKey(actions, overlay, event);
      break;
    default:
      overlay satisfies never;
  }
}

function helpKey({ store }: ScreenActions, overlay: Of<'help'>, event: Press): void {
  const page = Math.max(1, store.state.size.rows - 6);
  const by =
    stepOf(event) + (isKey(event, 'pagedown') ? page : 0) - (isKey(event, 'pageup') ? page : 0);
  if (by !== 0) store.setOverlay({ ...overlay, top: Math.max(0, overlay.top + by) });
  else if (isKey(event, 'enter') || event.kind === 'text') store.setOverlay(null);
}

function switcherKey({ store }: ScreenActions, overlay: Of<'switcher'>, event: Press): void {
  const items = switcherItems(store.state, overlay.query.text);
  const step = stepOf(event);
  if (step !== 0) {
    const selected = moveSelection(overlay.selected, step, items.length);
    store.setOverlay({ ...overlay, selected });
  } else if (isKey(event, 'enter')) {
    const chosen = items[Math.min(overlay.selected, items.length - 1)];
    if (chosen === undefined) return;
    const peer = PeerId.parse(chosen.key);
    const person = peer === null ? null : store.state.people.get(peer);
    if (person !== null) introduce(store, person);
    store.open(chosen.key);
  } else {
    const edit = inputEdit(event);
    if (edit === null) return;
    store.setOverlay({ ...overlay, query: editComposer(overlay.query, edit), selected: 0 });
  }
}

function pickerKey(actions: ScreenActions, overlay: Of<'picker'>, event: Press): void {
  const { store } = actions;
  const step = stepOf(event);
  if (step !== 0) {
    const selected = moveSelection(overlay.selected, step, overlay.people.length);
    store.setOverlay({ ...overlay, selected });
    return;
  }
  const person = overlay.people[overlay.selected];
  if (!isKey(event, 'enter') || person === undefined) return;
  store.setOverlay(null);
  pick(actions, overlay.purpose, person);
}

function pick(actions: ScreenActions, purpose: PickPurpose, person: KnownPerson): void {
  switch (purpose.kind) {
    case 'open':
      openWithDraft(actions.store, person, purpose.draft);
      break;
    case 'group':
      void openGroup(actions, [...purpose.others, person.fingerprint], purpose.draft);
      break;
    case 'command':
      runLine(actions, parseLine(`${purpose.line} ${person.fingerprint}`));
      break;
    default:
      purpose satisfies never;
  }
}

function relaysKey(actions: ScreenActions, overlay: Of<'relays'>, event: Press): void {
  const { store } = actions;
  const step = stepOf(event);
  if (step !== 0) {
    const selected = moveSelection(overlay.selected, step, overlay.choices.length);
    store.setOverlay({ ...overlay, selected });
    return;
  }
  const choice = overlay.choices[overlay.selected];
  if (!isKey(event, 'enter') || choice === undefined) return;
  store.setOverlay(null);
  void attempt(actions, chooseCommand(choice));
}

/** The key that was shown is the key that is asked for. */
function chooseCommand({ host, port, fingerprint }: RelayChoice) {
  return { do: 'choose-relay', host, port, fingerprint } as const;
}

function verifyKey(actions: ScreenActions, overlay: Of<'verify'>, event: Press): void {
  const { store } = actions;
  if (isKey(event, 'tab')) {
    store.setOverlay({ ...overlay, shown: overlay.shown === 'qr' ? 'digits' : 'qr' });
  } else if (event.kind === 'text' && event.text.toLowerCase() === 'y') {
    store.setOverlay(null);
    void recordVerified(actions, overlay.peer, null);
  }
}

function nameKey(actions: ScreenActions, overlay: Of<'name'>, event: Press): void {
  const { store } = actions;
  if (isKey(event, 'enter') || isKey(event, 'escape')) {
    void takeName(actions, overlay);
    return;
  }
  const edit = inputEdit(event);
  if (edit === null) return;
  store.setOverlay({ ...overlay, input: editComposer(overlay.input, edit), problem: null });
}

async function takeName({ store, ask }: ScreenActions, overlay: Of<'name'>): Promise<void> {
  try {
    const { nick } = await ask({ do: 'nick', nick: overlay.input.text });
    store.setOverlay(null);
    store.note(t`You are called ${cleanNickname(nick)}.`);
  } catch (error) {
    store.setOverlay({ ...overlay, problem: faultWords(error) });
  }
}
