// What keys do while something lies over the messages. Choosing a person never sends words; it does the command that asked which one.
import type { RelayChoice } from '../client/api.ts';
import { PeerId } from '../protocol/ids.ts';
import { comparisonKey } from './comparison-tasks.ts';
import { editComposer } from './composer.ts';
import { leavePerson, listKey, personKey } from './details-keys.ts';
import { sendFilesKey } from './file-sending.ts';
import { filesKey } from './files-list.ts';
import { helpRows } from './help-rows.ts';
import { introduce } from './introduce.ts';
import { layoutFor } from './layout.ts';
import { leavingKey } from './leaving.ts';
import { infoRows } from './message-info.ts';
import { moveSelection, type Overlay, type PickPurpose } from './overlay.ts';
import {
  besideInput,
  inputEdit,
  type ListAction,
  type ListPress,
  type Press,
  stepOf,
} from './overlay-press.ts';
import { cleanNickname, type KnownPerson } from './people.ts';
import { compareBy, recordVerified, tellDifferent } from './people-tasks.ts';
import { reactKey } from './react-picker.ts';
import { safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { forgetKey, searchKey } from './search-keys.ts';
import { selectedItem, switcherFor, switcherItems } from './switcher.ts';
import { attempt, openWithDraft, type ScreenActions } from './talk.ts';
import { openGroup } from './talk-tasks.ts';
import { parseLine, runLine } from './typed-line.ts';
import { WAYS } from './verify-how-rows.ts';
import { voiceKey } from './voice-overlay.ts';
import { faultWords } from './words.ts';

type Of<Kind extends Overlay['kind']> = Extract<Overlay, { kind: Kind }>;

/** Overlays in which a line is typed: what types something is no key of theirs. */
function isTyped(overlay: Overlay): boolean {
  const { kind } = overlay;
  if (kind === 'person') return overlay.input !== null;
  return kind === 'switcher' || kind === 'name' || kind === 'react' || kind === 'forget';
}

/** Gives the key to the overlay; all of them are its own. */
export function overlayKey(actions: ScreenActions, overlay: Overlay, event: Press): void {
  const { store } = actions;
  const { keys } = store.state;
  const action = isTyped(overlay) ? besideInput(keys, event) : keys.list(event);
  if (action === 'close' && overlay.kind !== 'name' && overlay.kind !== 'voice') {
    if (overlay.kind === 'person') leavePerson(actions, overlay);
    else store.setOverlay(null);
    return;
  }
  switch (overlay.kind) {
    case 'help':
      helpKey(actions, overlay, { event, action });
      break;
    case 'switcher':
      switcherKey(actions, overlay, { event, action });
      break;
    case 'picker':
      pickerKey(actions, overlay, action);
      break;
    case 'relays':
      relaysKey(actions, overlay, action);
      break;
    case 'verify':
      verifyKey(actions, overlay, action);
      break;
    case 'verify-how':
      verifyHowKey(actions, overlay, { event, action });
      break;
    case 'members':
    case 'trust':
      listKey(actions, overlay, { event, action });
      break;
    case 'person':
      personKey(actions, overlay, { event, action });
      break;
    case 'comparison':
      comparisonKey(actions, overlay, action);
      break;
    case 'name':
      nameKey(actions, overlay, { event, action });
      break;
    case 'leaving':
      leavingKey(actions, overlay, action);
      break;
    case 'search':
      searchKey(actions, overlay, action);
      break;
    case 'files':
      filesKey(actions, overlay, action);
      break;
    case 'send-files':
      sendFilesKey(actions, overlay, action);
      break;
    case 'voice':
      voiceKey(actions, overlay, { event, action });
      break;
    case 'react':
      reactKey(actions, overlay, { event, action });
      break;
    case 'info':
      helpKey(actions, overlay, { event, action });
      break;
    case 'view':
      if (action === 'choose') store.setOverlay(null);
      else if (keys.selection(event) === 'save') overlay.take?.();
      break;
    case 'forget':
      forgetKey(actions, overlay, { event, action });
      break;
    default:
      overlay satisfies never;
  }
}

function helpKey(
  { store }: ScreenActions,
  overlay: Of<'help'> | Of<'info'>,
  { event, action }: ListPress,
): void {
  const page = Math.max(1, store.state.size.rows - 6);
  const by =
    stepOf(action) +
    (action === 'list-page-down' ? page : 0) -
    (action === 'list-page-up' ? page : 0);
  if (by !== 0) {
    const top = Math.min(lastTop(store.state, overlay), overlay.top + by);
    store.setOverlay({ ...overlay, top: Math.max(0, top) });
  } else if (action === 'choose' || event.kind === 'text') store.setOverlay(null);
}

/** Below it there is nothing more to show: a press beyond would have to be taken back by another. */
function lastTop(state: ScreenState, overlay: Of<'help'> | Of<'info'>): number {
  const layout = layoutFor(state.size);
  if (layout.kind === 'too-small') return 0;
  const rows =
    overlay.kind === 'help'
      ? helpRows(overlay.topic ?? '', layout.overlay, state)
      : infoRows(state, overlay.message, layout.overlay);
  return rows.length - layout.bodyRows(1);
}

function switcherKey(
  { store }: ScreenActions,
  overlay: Of<'switcher'>,
  { event, action }: ListPress,
): void {
  const items = switcherItems(store.state, overlay.query.text);
  const step = stepOf(action);
  if (step !== 0) {
    const at = moveSelection(selectedItem(items, overlay), step, items.length);
    store.setOverlay({ ...overlay, selected: items[at]?.key ?? null });
  } else if (action === 'choose') {
    const chosen = items[selectedItem(items, overlay)];
    if (chosen === undefined) return;
    const peer = PeerId.parse(chosen.key);
    const person = peer === null ? null : store.state.people.get(peer);
    if (person !== null) introduce(store, person);
    store.open(chosen.key);
  } else {
    const edit = inputEdit(store.state.keys, event);
    if (edit === null) return;
    store.setOverlay(switcherFor(store.state, editComposer(overlay.query, edit)));
  }
}

function pickerKey(actions: ScreenActions, overlay: Of<'picker'>, action: ListAction): void {
  const { store } = actions;
  const step = stepOf(action);
  if (step !== 0) {
    const selected = moveSelection(overlay.selected, step, overlay.people.length);
    store.setOverlay({ ...overlay, selected });
    return;
  }
  const person = overlay.people[overlay.selected];
  if (action !== 'choose' || person === undefined) return;
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

function relaysKey(actions: ScreenActions, overlay: Of<'relays'>, action: ListAction): void {
  const { store } = actions;
  const step = stepOf(action);
  if (step !== 0) {
    const selected = moveSelection(overlay.selected, step, overlay.choices.length);
    store.setOverlay({ ...overlay, selected });
    return;
  }
  const choice = overlay.choices[overlay.selected];
  if (action !== 'choose' || choice === undefined) return;
  store.setOverlay(null);
  void attempt(actions, chooseCommand(choice));
}

/** The key that was shown is the key that is asked for. */
function chooseCommand({ host, port, fingerprint }: RelayChoice) {
  return { do: 'choose-relay', host, port, fingerprint } as const;
}

function verifyKey(actions: ScreenActions, overlay: Of<'verify'>, action: ListAction): void {
  const { store } = actions;
  if (action === 'other-view') {
    store.setOverlay({ ...overlay, shown: overlay.shown === 'qr' ? 'digits' : 'qr' });
  } else if (action === 'yes') {
    store.setOverlay(null);
    void recordVerified(actions, overlay.peer, null);
  } else if (action === 'no') {
    store.setOverlay(null);
    tellDifferent(actions, overlay.peer);
  }
}

function verifyHowKey(
  actions: ScreenActions,
  overlay: Of<'verify-how'>,
  { event, action }: ListPress,
): void {
  const step = stepOf(action);
  const typed = event.kind === 'text' ? WAYS[Number(event.text) - 1] : undefined;
  const way = action === 'choose' ? WAYS[overlay.selected] : typed;
  if (way !== undefined) void compareBy(actions, overlay.peer, way);
  else if (step !== 0) {
    const selected = moveSelection(overlay.selected, step, WAYS.length);
    actions.store.setOverlay({ ...overlay, selected });
  }
}

function nameKey(actions: ScreenActions, overlay: Of<'name'>, { event, action }: ListPress): void {
  const { store } = actions;
  if (action === 'choose' || action === 'close') {
    void takeName(actions, overlay);
    return;
  }
  const edit = inputEdit(store.state.keys, event);
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
