// What lies over the messages, as rows, and where its own cursor stands. Pure.

import type { Link, RelayChoice } from '../client/api.ts';
import { formatAddress } from '../protocol/address.ts';
import { type BoundKeys, keyHints } from './bound-keys.ts';
import { comparisonRows } from './comparison.ts';
import type { Conversation } from './conversation.ts';
import { sendFilesRows } from './file-sending.ts';
import { filesRows } from './files-list.ts';
import { helpRows } from './help-rows.ts';
import { leavingView } from './leaving.ts';
import {
  below,
  inputRow,
  listRows,
  type OverlayArea,
  type OverlayView,
  paragraph,
  scrolled,
  title,
} from './list-rows.ts';
import { infoRows } from './message-info.ts';
import type { Overlay } from './overlay.ts';
import { fingerprintWords, type KnownPerson, trustWord } from './people.ts';
import { membersRows, trustRows } from './people-rows.ts';
import { personView } from './person-rows.ts';
import { reactView } from './react-picker.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { forgetView, searchRows } from './search-rows.ts';
import { countWords, hasDraft, nameTone } from './sidebar-rows.ts';
import { type Row, span } from './spans.ts';
import { selectedItem, switcherItems } from './switcher.ts';
import { verifyHowRows } from './verify-how-rows.ts';
import { verifyRows } from './verify-rows.ts';
import { wrap } from './width.ts';

/** The rows of what lies over the conversation, at most as many as `area` has, and where its cursor is. */
export function overlayView(state: ScreenState, overlay: Overlay, area: OverlayArea): OverlayView {
  switch (overlay.kind) {
    case 'help':
      return {
        rows: scrolled(helpRows(overlay.topic ?? '', area.cells, state), overlay.top, area.rows),
        cursor: null,
      };
    case 'switcher':
      return switcherView(state, overlay, area);
    case 'picker':
      return { rows: pickerRows(state, overlay, area), cursor: null };
    case 'relays':
      return { rows: relayRows(state, overlay, area), cursor: null };
    case 'verify':
      return { rows: verifyRows(state, overlay, area), cursor: null };
    case 'verify-how':
      return { rows: verifyHowRows(state, overlay, area), cursor: null };
    case 'members':
      return { rows: membersRows(state, overlay, area), cursor: null };
    case 'trust':
      return { rows: trustRows(state, overlay, area), cursor: null };
    case 'person':
      return personView(state, overlay, area);
    case 'comparison':
      return { rows: comparisonRows(state, overlay, area), cursor: null };
    case 'name':
      return nameView(state, overlay, area);
    case 'leaving':
      return leavingView(state, overlay, area);
    case 'search':
      return { rows: searchRows(state, overlay, area), cursor: null };
    case 'files':
      return { rows: filesRows(state, overlay, area), cursor: null };
    case 'send-files':
      return { rows: sendFilesRows(state, overlay, area), cursor: null };
    case 'react':
      return reactView(state, overlay, area);
    case 'info':
      return {
        rows: scrolled(infoRows(state, overlay.message, area.cells), overlay.top, area.rows),
        cursor: null,
      };
    case 'forget':
      return forgetView(state, overlay, area);
    default:
      return overlay satisfies never;
  }
}

function switcherView(
  state: ScreenState,
  overlay: Extract<Overlay, { kind: 'switcher' }>,
  area: OverlayArea,
): OverlayView {
  const key = keyHints(state.keys, 'beside-input');
  const head = title(
    t`Go to`,
    t`type letters, ${key('choose')} opens, ${key('close')} closes`,
    area.cells,
  );
  const input = inputRow(overlay.query, t` > `, area.cells);
  const all = switcherItems(state, overlay.query.text);
  const items = all.map((item): Row[] => {
    const number = item.number === null ? t`   ` : t`${item.number}  `;
    const draft = hasDraft(state, item.key) ? t` ✎` : t``;
    const { unread = 0, mentions = 0 }: Partial<Conversation> =
      state.conversations.get(item.key) ?? {};
    const count = t`${countWords({ unread, mentions })}${draft}`;
    return [
      [span(number, 'dim'), span(item.name, nameTone(state, item.key)), span(count, 'accent')],
    ];
  });
  const rest = { cells: area.cells, rows: Math.max(1, area.rows - head.length - 2) };
  const list = listRows(items, selectedItem(all, overlay), rest);
  const found = items.length === 0 ? [[span(t`   nothing is called that`, 'dim')]] : list;
  return {
    rows: [...head, input.row, [], ...found],
    cursor: { row: head.length, column: input.column },
  };
}

function choosingKeys(keys: BoundKeys): SafeText {
  const key = keyHints(keys);
  return t`${key('list-up')} ${key('list-down')}, ${key('choose')}, ${key('close')}`;
}

function pickerRows(
  { people, keys }: ScreenState,
  overlay: Extract<Overlay, { kind: 'picker' }>,
  area: OverlayArea,
): readonly Row[] {
  const why = t`Several keys go by this name, so nothing was sent. Compare before you choose.`;
  const head = [
    ...title(t`Which ${overlay.name}?`, choosingKeys(keys), area.cells),
    ...paragraph(why, area.cells),
    [],
  ];
  const items = overlay.people.map((person) =>
    pickedPerson(people.label(person.fingerprint), person, area.cells),
  );
  return [...head, ...listRows(items, overlay.selected, below(head, area))];
}

function pickedPerson(label: SafeText, person: KnownPerson, cells: number): Row[] {
  const away = person.online ? t`` : t`, not here`;
  const changed = person.keyChangedFrom.length > 0;
  const tone = changed ? 'alarm' : person.trust === 'verified' ? 'good' : 'text';
  return [
    [span(label, 'strong'), span(t`  `), span(trustWord(person), tone), span(away, 'dim')],
    ...wrap(fingerprintWords(person.fingerprint), cells - 6).map((row): Row => [span(row)]),
  ];
}

function relayRows(
  { link, keys }: ScreenState,
  overlay: Extract<Overlay, { kind: 'relays' }>,
  area: OverlayArea,
): readonly Row[] {
  const head = [
    ...title(t`Which relay?`, choosingKeys(keys), area.cells),
    ...paragraph(relayQuestion(overlay.choices, link), area.cells),
    [],
  ];
  const items = overlay.choices.map((choice): Row[] => {
    const name = safeText(choice.name, { maxLength: 64 });
    const key = fingerprintWords(choice.fingerprint, 16);
    const where = safeText(formatAddress(choice), { maxLength: 100 });
    const known = choice.pinned ? t`used before` : t`not known`;
    return [
      [span(where, 'strong'), span(t`  ${known}  `), span(name, 'dim')],
      [span(t`key ${key} …`)],
    ];
  });
  return [...head, ...listRows(items, overlay.selected, below(head, area))];
}

function relayQuestion(choices: readonly RelayChoice[], link: Link | null): SafeText {
  if (link?.reason === 'relay-key-changed') {
    return t`A relay here bears the name of yours and has another key. Ask whoever runs it before you choose it.`;
  }
  if (choices.length > 1) {
    return t`Several relays are on this network; people meet on the same one.`;
  }
  return t`The relay you know doesn't answer, and this one isn't known. It can't read what you write, but it sees who is here, and when.`;
}

function nameView(
  { keys }: ScreenState,
  overlay: Extract<Overlay, { kind: 'name' }>,
  area: OverlayArea,
): OverlayView {
  const takes = keyHints(keys, 'beside-input')('choose');
  const head = [
    ...title(t`What should people call you?`, t`${takes} takes it`, area.cells),
    ...paragraph(t`You can change it later with /nick.`, area.cells),
    [],
  ];
  const input = inputRow(overlay.input, t` > `, area.cells);
  const problem = overlay.problem === null ? [] : [[], ...paragraph(overlay.problem, area.cells)];
  return {
    rows: [...head, input.row, ...problem],
    cursor: { row: head.length, column: input.column },
  };
}
