// Lists of people over the messages, as rows: those of a room, with what the room is, and everybody's trust. Pure.
import type { Room } from '../client/api.ts';
import type { PeerId } from '../protocol/ids.ts';
import { keyHints } from './bound-keys.ts';
import {
  below,
  factRows,
  inRows,
  longListRows,
  type OverlayArea,
  paragraph,
  title,
} from './list-rows.ts';
import { roleIn, TRUST_RANKS, type TrustRank, trustRank } from './listed-people.ts';
import type { MembersOverlay, TrustOverlay } from './overlay.ts';
import { trustWord } from './people.ts';
import { ROLE_WORDS, roomFacts } from './room-words.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { blanks, type Row, span, type Tone } from './spans.ts';
import { cellWidth, truncate } from './width.ts';
import { personCount } from './words.ts';

/** Where there is little room for names, and the most they get. */
const LEAST_NAME_CELLS = 9;
const MOST_NAME_CELLS = 24;
// In other languages words are longer.
const TRUST_CELLS = cellsFor(t`verified`, t`unverified`, t`KEY CHANGED`);
const HERE_CELLS = cellsFor(t`here`, t`away`);
const ROLE_CELLS = cellsFor(...Object.values(ROLE_WORDS));

/** With a blank behind the widest. */
function cellsFor(...words: readonly SafeText[]): number {
  return 1 + Math.max(...words.map(cellWidth));
}

/** Who is in a room; with `facts` what it is, above them. */
export function membersRows(
  state: ScreenState,
  { room: name, facts, people, selected }: MembersOverlay,
  area: OverlayArea,
): readonly Row[] {
  const room = name === null ? undefined : state.rooms.get(name);
  const where = name === null ? t`the relay` : state.people.rooms.label(name);
  const head = title(
    facts ? t`Room ${where}` : t`In ${where}: ${personCount(people.length)}`,
    listKeys(state),
    area.cells,
  );
  const list = {
    head: facts && room !== undefined ? roomRows(state, room, area.cells) : [],
    count: people.length,
    rowOf: (index: number) => personRow(state, { id: people[index], room }, area.cells),
  };
  const rows = longListRows(list, selected, below(head, area));
  const nobody = people.length === 0 ? [[span(t` nobody but you`, 'dim')]] : [];
  return [...head, ...rows, ...nobody].slice(0, area.rows);
}

function listKeys({ keys }: ScreenState): SafeText {
  const key = keyHints(keys);
  return t`${key('choose')}: details, ${key('compare')}: verify, ${key('close')}`;
}

function roomRows({ people, self }: ScreenState, room: Room, cells: number): Row[] {
  if (self === null) return [];
  const { head, lines } = roomFacts(room, { self: self.fingerprint, names: people });
  return [...[head, ...lines].flatMap((line) => factRows(line, cells)), []];
}

interface Listed {
  /** Undefined: no longer known. */
  readonly id: PeerId | undefined;
  readonly room: Room | undefined;
}

/** Name, trust in words, whether here, role, and what they say of themselves. */
function personRow(state: ScreenState, { id, room }: Listed, cells: number): Row {
  if (id === undefined) return [];
  const person = state.people.get(id);
  const isSelf = id === state.self?.fingerprint;
  const label = isSelf ? t`you` : state.people.label(id);
  const called = person?.hasPetname === true ? t`${label} (${person.nick})` : label;
  const says = person?.status ?? null;
  const trust = person === null ? t`unverified` : trustWord(person);
  return [
    span(column(called, nameCells(cells)), 'strong'),
    span(column(isSelf ? t`` : trust, TRUST_CELLS), trustTone(person)),
    span(column(isSelf || person?.online === true ? t`here` : t`away`, HERE_CELLS), 'dim'),
    span(column(roleWord(room, id), ROLE_CELLS)),
    span(says === null ? t`` : t`says: ${says}`, 'dim'),
  ];
}

function roleWord(room: Room | undefined, id: PeerId): SafeText {
  const role = roleIn(room, id);
  return role === null ? t`` : ROLE_WORDS[role];
}

function trustTone(person: ReturnType<ScreenState['people']['get']>): Tone {
  if (person === null) return 'text';
  if (person.keyChangedFrom.length > 0) return 'alarm';
  return person.trust === 'verified' ? 'good' : 'text';
}

function nameCells(cells: number): number {
  return Math.max(LEAST_NAME_CELLS, Math.min(MOST_NAME_CELLS, Math.floor(cells / 3) - 6)) + 1;
}

/** Exactly so many cells, the last of them blank. */
function column(text: SafeText, cells: number): SafeText {
  const shown = truncate(text, cells - 1);
  return t`${shown}${blanks(cells - cellWidth(shown))}`;
}

/** Everybody's trust at once, trouble first; a number of each above. */
export function trustRows(
  state: ScreenState,
  { people, selected }: TrustOverlay,
  area: OverlayArea,
): readonly Row[] {
  const head = [
    ...title(t`Trust`, listKeys(state), area.cells),
    ...inRows(totals(state, people), t` · `, area.cells).flatMap((row) =>
      paragraph(row, area.cells),
    ),
    [],
  ];
  const list = {
    head: [],
    count: people.length,
    rowOf: (index: number) => personRow(state, { id: people[index], room: undefined }, area.cells),
  };
  return [...head, ...longListRows(list, selected, below(head, area))];
}

function totals(state: ScreenState, people: readonly PeerId[]): readonly SafeText[] {
  const counts = new Map<TrustRank, number>();
  for (const id of people) {
    const person = state.people.get(id);
    if (person === null) continue;
    const rank = trustRank(state, person);
    counts.set(rank, (counts.get(rank) ?? 0) + 1);
  }
  const parts = TRUST_RANKS.flatMap((rank) => {
    const count = counts.get(rank) ?? 0;
    return count === 0 ? [] : [rankWords(rank, count)];
  });
  return parts.length === 0 ? [t`You know nobody yet.`] : parts;
}

function rankWords(rank: TrustRank, count: number): SafeText {
  switch (rank) {
    case 'changed':
      return t`KEY CHANGED: ${count}`;
    case 'written':
      return t`unverified, and you write to them: ${count}`;
    case 'unverified':
      return t`other unverified: ${count}`;
    case 'verified':
      return t`verified: ${count}`;
    default:
      return rank satisfies never;
  }
}
