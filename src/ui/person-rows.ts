// All of a person over the messages, as rows: what their key is worth, what is known, what can be done. Pure.
import { personLines, sharedRooms } from './contact-tasks.ts';
import {
  below,
  factRows,
  inputRow,
  type OverlayArea,
  type OverlayView,
  title,
} from './list-rows.ts';
import type { PersonOverlay } from './overlay.ts';
import { fingerprintWords, type KnownPerson } from './people.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { type Row, span, type Tone } from './spans.ts';
import { cellWidth, wrap } from './width.ts';

/** What is known scrolls out below where there is too little room; trust and keys stay. */
export function personView(
  state: ScreenState,
  overlay: PersonOverlay,
  area: OverlayArea,
): OverlayView {
  const person = state.people.get(overlay.peer);
  const head = [
    ...title(state.people.label(overlay.peer), t`Esc`),
    ...trustSentences(state, overlay, person).flatMap((text) =>
      toned(text, trustTone(person), area.cells),
    ),
    [],
  ];
  const input = overlay.input === null ? null : askRow(overlay.input, area.cells);
  const foot = [
    ...(overlay.problem === null ? [] : toned(overlay.problem, 'warn', area.cells)),
    ...(input === null ? keyRows(person, area.cells) : [input.row]),
  ];
  const room = below([...head, ...foot], area).rows;
  const rows = [...head, ...knownRows(state, overlay, area.cells).slice(0, room), ...foot];
  const cursor = input === null ? null : { row: rows.length - 1, column: input.column };
  return { rows, cursor };
}

function toned(text: SafeText, tone: Tone, cells: number): Row[] {
  return wrap(text, cells - 2).map((row) => [span(t` `), span(row, tone)]);
}

function knownRows(state: ScreenState, { peer, known }: PersonOverlay, cells: number): Row[] {
  const person = state.people.get(peer);
  if (person === null || known === null) {
    return factRows(t`key ${fingerprintWords(peer)}`, cells);
  }
  return personLines(person, { ...known, rooms: sharedRooms(state, peer) }).flatMap((line) =>
    factRows(line, cells),
  );
}

function trustTone(person: KnownPerson | null): Tone {
  if (person === null) return 'text';
  if (person.keyChangedFrom.length > 0) return 'alarm';
  return person.trust === 'verified' ? 'good' : 'text';
}

/** What the key is worth, and what that means, in two sentences at most. */
function trustSentences(
  { people, self }: ScreenState,
  { peer }: PersonOverlay,
  person: KnownPerson | null,
): SafeText[] {
  const name = people.label(peer);
  if (peer === self?.fingerprint) return [t`This is you. Who verifies you compares this key.`];
  if (person !== null && person.keyChangedFrom.length > 0) {
    const [was] = person.keyChangedFrom;
    const before = was === undefined ? t`` : t`, whose key was ${fingerprintWords(was, 16)} …`;
    return [
      t`KEY CHANGED: they go by the name of somebody you know${before}.`,
      t`Either ${name} set up lanchat anew, or somebody else uses the name: compare keys to find out.`,
    ];
  }
  if (person?.trust === 'verified')
    return [t`verified: you compared keys, so nobody stands between you.`];
  return [t`unverified: nobody has compared this key with ${name} yet; v does it in a minute.`];
}

function keyRows(person: KnownPerson | null, cells: number): Row[] {
  return person === null ? [] : inRows(keyWords(person), cells).map((row) => [span(row, 'accent')]);
}

function keyWords(person: KnownPerson): readonly SafeText[] {
  const ignore = person.ignored === true ? t`i: show again` : t`i: ignore`;
  const block = person.blocked === true ? t`b: unblock` : t`b: block`;
  const favourite = person.favourite === true ? t`f: no favourite` : t`f: favourite`;
  return [t`m: write`, t`v: verify`, t`p: petname`, t`n: note`, favourite, ignore, block];
}

/** As many beside each other as fit, each whole. */
function inRows(parts: readonly SafeText[], cells: number): SafeText[] {
  const rows: SafeText[] = [];
  for (const part of parts) {
    const beside = t`${rows.at(-1) ?? t``}   ${part}`;
    if (rows.length > 0 && cellWidth(beside) <= cells - 1) rows.splice(-1, 1, beside);
    else rows.push(t` ${part}`);
  }
  return rows;
}

function askRow({ field, line }: NonNullable<PersonOverlay['input']>, cells: number) {
  return inputRow(line, field === 'petname' ? t` petname: ` : t` note: `, cells);
}
