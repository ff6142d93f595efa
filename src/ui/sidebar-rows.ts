// The sidebar as rows: rooms, conversations and people, with what is unread. Pure.
import { SIDEBAR_GROUPS, type SidebarGroup } from '../client/preferences.ts';
import { PeerId } from '../protocol/ids.ts';
import type { Conversation, ConversationKey } from './conversation.ts';
import { notifyLevelOf } from './notify-level.ts';
import type { KnownPerson } from './people.ts';
import { isRequest } from './room-words.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { shareOut } from './sidebar-share.ts';
import { blanks, type Row, span, type Tone } from './spans.ts';
import { conversationName } from './switcher.ts';
import { cellWidth, truncate } from './width.ts';
import { groupOf } from './window-order.ts';

const HEADS: Readonly<Record<SidebarGroup, SafeText>> = {
  rooms: t`ROOMS`,
  private: t`PRIVATE`,
  people: t`PEOPLE`,
};

const NOBODY: Row = [span(t`   nobody here`, 'dim')];

/** A part of the sidebar: its windows, then people without one. */
interface Section {
  readonly group: SidebarGroup;
  readonly windows: readonly ConversationKey[];
  readonly others: readonly KnownPerson[];
  readonly collapsed: boolean;
}

/** At most `rows` rows of at most `cells` cells; each part gets its share of them, and says what it leaves out. */
export function sidebarRows(state: ScreenState, cells: number, rows: number): readonly Row[] {
  const sections = sectionsOf(state);
  const roomy = sections.map(({ collapsed, windows, others }) =>
    collapsed ? 0 : windows.length + others.length,
  );
  const full = sections.length + roomy.reduce((sum, count) => sum + count, 0);
  // Empty rows between the parts only where they cost nobody a place.
  const gap = full + sections.length - 1 <= rows ? 1 : 0;
  const shares = shareOut(roomy, rows - sections.length - gap * (sections.length - 1));
  return sections
    .flatMap((section, index): Row[] => [
      ...(index > 0 && gap === 1 ? [[]] : []),
      headRow(state, section, cells),
      ...itemRows(state, section, { cells, rows: shares[index] ?? 0 }),
      ...(isEmpty(state, section) && gap === 1 ? [NOBODY] : []),
    ])
    .slice(0, rows);
}

/** Of people alone: rooms there always are, and no heading is shown for no private ones. */
function isEmpty({ ready }: ScreenState, { windows, others, collapsed }: Section): boolean {
  return ready && !collapsed && windows.length + others.length === 0;
}

function sectionsOf(state: ScreenState): Section[] {
  const shown = state.windows.shown();
  const sections = SIDEBAR_GROUPS.map(
    (group): Section => ({
      group,
      windows: shown.filter((key) => groupOf(key) === group),
      others: group === 'people' ? peopleWithoutWindow(state) : [],
      collapsed: state.preferences.collapsed.includes(group),
    }),
  );
  // Most people are in no private room.
  return sections.filter(({ group, windows }) => group !== 'private' || windows.length > 0);
}

interface Remembered {
  readonly order: ScreenState['order'];
  readonly people: readonly KnownPerson[];
}

/** Of a list of everybody: it is another one when somebody changes. */
const withoutWindow = new WeakMap<readonly KnownPerson[], Remembered>();

/** Who is here or a favourite, and has no window yet; favourites first. Looked up once as long as nobody changes. */
function peopleWithoutWindow({ people, order, conversations, self }: ScreenState) {
  const all = people.list();
  const known = withoutWindow.get(all);
  if (known?.order === order) return known.people;
  const listed = all.filter(
    ({ online, favourite, fingerprint, blocked }) =>
      (online || favourite === true) &&
      fingerprint !== self?.fingerprint &&
      blocked !== true &&
      !conversations.has(fingerprint),
  );
  const isFavourite = ({ favourite }: KnownPerson) => favourite === true;
  const sorted = [
    ...listed.filter(isFavourite),
    ...listed.filter((person) => !isFavourite(person)),
  ];
  withoutWindow.set(all, { order, people: sorted });
  return sorted;
}

/** ` ROOMS`, or of a collapsed part `>ROOMS 5 (7) @2`: how many there are, and what is unread in them. */
function headRow(state: ScreenState, section: Section, cells: number): Row {
  const { group, windows, others, collapsed } = section;
  if (!collapsed) return [span(t` ${HEADS[group]}`, 'dim')];
  const head = t`>${HEADS[group]} ${windows.length + others.length}`;
  const counts = countWords(totalOf(state, windows));
  return [
    span(truncate(head, Math.max(1, cells - cellWidth(counts))), 'dim'),
    span(counts, 'accent'),
  ];
}

function totalOf({ conversations }: ScreenState, windows: readonly ConversationKey[]) {
  const total = { unread: 0, mentions: 0 };
  for (const key of windows) {
    total.unread += conversations.get(key)?.unread ?? 0;
    total.mentions += conversations.get(key)?.mentions ?? 0;
  }
  return total;
}

function itemRows(
  state: ScreenState,
  { windows, others, collapsed }: Section,
  { cells, rows }: { readonly cells: number; readonly rows: number },
): Row[] {
  const count = windows.length + others.length;
  if (collapsed || rows === 0) return [];
  if (count <= rows) {
    return [
      ...windows.map((key) => windowRow(state, key, cells)),
      ...others.map((person) => personRow(state, person, cells)),
    ];
  }
  const shown = withActive(windows, rows - 1, state.active);
  const people = others.slice(0, rows - 1 - shown.length);
  const hidden = windows.filter((key) => !shown.includes(key));
  const unread = hidden.filter((key) => (state.conversations.get(key)?.unread ?? 0) > 0);
  return [
    ...shown.map((key) => windowRow(state, key, cells)),
    ...people.map((person) => personRow(state, person, cells)),
    moreRow(count - shown.length - people.length, unread.length, cells),
  ];
}

/** The first so many; the one that is looked at is among them wherever it stands. */
function withActive(
  windows: readonly ConversationKey[],
  count: number,
  active: ConversationKey,
): readonly ConversationKey[] {
  const first = windows.slice(0, count);
  if (count === 0 || first.includes(active) || !windows.includes(active)) return first;
  return [...first.slice(0, -1), active];
}

/** How many stand nowhere, and in how many of them something is unread. */
function moreRow(more: number, unread: number, cells: number): Row {
  if (unread === 0) return [span(t` … ${more} more`, 'dim')];
  const words = t` … ${more} more (${unread} unread)`;
  const fits = cellWidth(words) <= cells;
  return [span(fits ? words : t` … ${more} more (${unread})`, 'strong')];
}

function windowRow(state: ScreenState, key: ConversationKey, cells: number): Row {
  const conversation = state.conversations.get(key);
  const draft = hasDraft(state, key) ? t` ✎` : t``;
  const counts = conversation === undefined ? t`` : t`${countWords(conversation)}${draft}`;
  const number = state.order.indexOf(key) + 1;
  const left = number < 10 ? t` ${number}` : t`${number}`;
  const mark = markedOff(personMark(state, key));
  const before = cellWidth(left) + cellWidth(mark);
  const name = truncate(
    conversationName(state, key),
    Math.max(1, cells - before - 1 - cellWidth(counts)),
  );
  if (state.active === key) {
    const used = before + cellWidth(name) + cellWidth(counts);
    return [span(t`${left}${mark}${name}${counts}${blanks(cells - used)}`, 'selected')];
  }
  return [span(left, 'dim'), span(mark), span(name, nameTone(state, key)), span(counts, 'accent')];
}

/** Of the conversation that is looked at the draft itself is there to be seen. */
export function hasDraft({ active, conversations }: ScreenState, key: ConversationKey): boolean {
  return key !== active && (conversations.get(key)?.composer.text ?? '') !== '';
}

/** ` (3)` unread, ` @2` mentions: marks in words, not colour. */
export function countWords({
  unread,
  mentions,
}: Pick<Conversation, 'unread' | 'mentions'>): SafeText {
  if (unread === 0) return t``;
  return mentions === 0 ? t` (${unread})` : t` (${unread}) @${mentions}`;
}

export function nameTone(state: ScreenState, key: ConversationKey): Tone {
  if (notifyLevelOf(state, key) === 'nothing') return 'dim';
  if ((state.conversations.get(key)?.unread ?? 0) > 0) return 'strong';
  const peer = PeerId.parse(key);
  return peer !== null && state.people.get(peer)?.online !== true ? 'dim' : 'text';
}

function personRow(state: ScreenState, person: KnownPerson, cells: number): Row {
  const mark = markedOff(personMark(state, person.fingerprint));
  const room = Math.max(1, cells - cellWidth(mark) - 3);
  const name = truncate(state.people.label(person.fingerprint), room);
  const tone = person.online ? 'text' : 'dim';
  return [span(t`  `), span(mark), span(name, tone)];
}

/** What stands between number and name: a blank, or the mark between two. */
function markedOff(mark: SafeText): SafeText {
  return mark === '' ? t` ` : t` ${mark} `;
}

/** `✓` verified, `!` key changed, `?` a stranger's group, nothing for all others. */
function personMark(state: ScreenState, key: ConversationKey): SafeText {
  const peer = PeerId.parse(key);
  const person = peer === null ? null : state.people.get(peer);
  if (person === null) return roomMark(state, key);
  if (person.keyChangedFrom.length > 0) return t`!`;
  return person.trust === 'verified' ? t`✓` : t``;
}

function roomMark({ rooms }: ScreenState, key: ConversationKey): SafeText {
  const room = rooms.get(key);
  return room !== undefined && isRequest(room) ? t`?` : t``;
}
