// All of a person over the messages, as rows: what their key is worth, what is known, what can be done. Pure.
import { type BoundKeys, hintKey, keyHints } from './bound-keys.ts';
import { personLines, sharedRooms } from './contact-tasks.ts';
import { type ActionIn, KEY_TABLE } from './key-bindings.ts';
import {
  below,
  factRows,
  inputRow,
  inRows,
  type OverlayArea,
  type OverlayView,
  title,
} from './list-rows.ts';
import type { PersonOverlay } from './overlay.ts';
import { fingerprintWords, type KnownPerson } from './people.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { type Row, span, type Tone } from './spans.ts';
import { wrap } from './width.ts';

/** What is known is scrolled where there is too little room, and it is said that there is more; trust and keys stay. */
export function personView(
  state: ScreenState,
  overlay: PersonOverlay,
  area: OverlayArea,
): OverlayView {
  const input = overlay.input === null ? null : askRow(overlay.input, area.cells);
  const { head, facts, foot, room } = laidOut(state, overlay, area);
  const rows = [...head, ...scrolledFacts(facts, overlay.top, room), ...foot];
  const cursor = input === null ? null : { row: rows.length - 1, column: input.column };
  return { rows, cursor };
}

/** How far down what is known can be scrolled. */
export function lastPersonTop(
  state: ScreenState,
  overlay: PersonOverlay,
  area: OverlayArea,
): number {
  const { facts, room } = laidOut(state, overlay, area);
  return Math.max(0, facts.length - room);
}

function laidOut(state: ScreenState, overlay: PersonOverlay, area: OverlayArea) {
  const person = state.people.get(overlay.peer);
  const name = state.people.label(overlay.peer);
  const trust = trustSentences(state, overlay, person).flatMap((text) =>
    toned(text, trustTone(person), area.cells),
  );
  const key = keyHints(state.keys, overlay.input === null ? 'anywhere' : 'beside-input');
  const whole = [...title(name, key('close'), area.cells), ...trust, []];
  const foot = [
    ...(overlay.problem === null ? [] : toned(overlay.problem, 'warn', area.cells)),
    ...(overlay.input === null
      ? keyRows(state, person, area.cells)
      : [askRow(overlay.input, area.cells).row]),
  ];
  const facts = knownRows(state, overlay, area.cells);
  const fits = whole.length + facts.length + foot.length <= area.rows;
  const [up, down] = [key('list-page-up'), key('list-page-down')];
  const closes = t`${up} ${down}, ${key('close')} closes`;
  const scrolls = [...title(name, closes, area.cells), ...trust];
  const head = fits ? whole : scrolls.filter((row) => row.length > 0);
  return { head, facts, foot, room: below([...head, ...foot], area).rows };
}

/** From `top`, or as far down as there is something to show; the last row says how much there is below. */
function scrolledFacts(facts: readonly Row[], top: number, room: number): readonly Row[] {
  const start = Math.max(0, Math.min(top, facts.length - room));
  const more = facts.length - start - room;
  if (more <= 0 || room === 1) return facts.slice(start, start + room);
  return [...facts.slice(start, start + room - 1), [span(t` … ${more + 1} more`, 'dim')]];
}

function toned(text: SafeText, tone: Tone, cells: number): Row[] {
  return wrap(text, cells - 2).map((row) => [span(t` `), span(row, tone)]);
}

function knownRows(state: ScreenState, { peer, known }: PersonOverlay, cells: number): Row[] {
  const person = state.people.get(peer);
  if (person === null || known === null) {
    return factRows(t`key ${fingerprintWords(peer)}`, cells);
  }
  return personLines(person, {
    ...known,
    rooms: sharedRooms(state, peer),
    trustTold: true,
  }).flatMap((line) => factRows(line, cells));
}

function trustTone(person: KnownPerson | null): Tone {
  if (person === null) return 'text';
  if (person.keyChangedFrom.length > 0) return 'alarm';
  return person.trust === 'verified' ? 'good' : 'text';
}

/** What the key is worth, and what that means, in two sentences at most. */
function trustSentences(
  { people, self, keys }: ScreenState,
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
  const compares = hintKey(keys.keysOf, 'compare') ?? safeText('/verify');
  return [
    t`unverified: nobody has compared this key with ${name} yet; ${compares} does it in a minute.`,
  ];
}

function keyRows({ keys }: ScreenState, person: KnownPerson | null, cells: number): Row[] {
  const rows = person === null ? [] : inRows(keyWords(person, keys), t`   `, cells);
  return rows.map((row) => [span(t` ${row}`, 'accent')]);
}

/** What has no key is left out. */
function keyWords(person: KnownPerson, { keysOf }: BoundKeys): readonly SafeText[] {
  return KEY_TABLE.person.flatMap(({ name }) => {
    const key = hintKey(keysOf, name);
    return key === null ? [] : [keyWord(name, key, person)];
  });
}

function keyWord(action: ActionIn<'person'>, key: SafeText, person: KnownPerson): SafeText {
  switch (action) {
    case 'message':
      return t`${key}: write`;
    case 'compare':
      return t`${key}: verify`;
    case 'petname':
      return t`${key}: petname`;
    case 'note':
      return t`${key}: note`;
    case 'favourite':
      return person.favourite === true ? t`${key}: no favourite` : t`${key}: favourite`;
    case 'ignore':
      return person.ignored === true ? t`${key}: show again` : t`${key}: ignore`;
    case 'block':
      return person.blocked === true ? t`${key}: unblock` : t`${key}: block`;
    default:
      return action satisfies never;
  }
}

function askRow({ field, line }: NonNullable<PersonOverlay['input']>, cells: number) {
  return inputRow(line, field === 'petname' ? t` petname: ` : t` note: `, cells);
}
