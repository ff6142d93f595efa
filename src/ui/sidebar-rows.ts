// The sidebar as rows: rooms, conversations and people, with what is unread. Pure.
import { PeerId } from '../protocol/ids.ts';
import type { Conversation, ConversationKey } from './conversation.ts';
import { notifyLevelOf } from './notify-level.ts';
import type { KnownPerson } from './people.ts';
import { isRoomName } from './room-names.ts';
import { isRequest } from './room-words.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { blanks, type Row, span, type Tone } from './spans.ts';
import { conversationName } from './switcher.ts';
import { cellWidth, truncate } from './width.ts';

/** Exactly `rows` rows of at most `cells` cells, or the most of the list that fits. */
export function sidebarRows(state: ScreenState, cells: number, rows: number): readonly Row[] {
  const rooms = state.order.filter(isRoomName);
  const private_ = state.order.filter((key) => !isRoomName(key));
  const others = state.people
    .list()
    .filter(({ online, favourite }) => online || favourite === true)
    .filter(({ fingerprint, blocked }) => {
      const isSelf = fingerprint === state.self?.fingerprint;
      return !isSelf && blocked !== true && !state.conversations.has(fingerprint);
    });
  const lines: Row[] = [
    [span(t` ROOMS`, 'dim')],
    ...rooms.map((key) => windowRow(state, key, cells)),
    [],
    [span(t` PEOPLE`, 'dim')],
    ...private_.map((key) => windowRow(state, key, cells)),
    ...favouritesFirst(others).map((person) => personRow(state, person, cells)),
  ];
  if (lines.length <= rows) return lines;
  return [...lines.slice(0, rows - 1), [span(t`   … ${lines.length - rows + 1} more`, 'dim')]];
}

function favouritesFirst(people: readonly KnownPerson[]): KnownPerson[] {
  const rank = ({ favourite }: KnownPerson) => Number(favourite ?? false);
  return people.toSorted((a, b) => rank(b) - rank(a));
}

function windowRow(state: ScreenState, key: ConversationKey, cells: number): Row {
  const conversation = state.conversations.get(key);
  const counts = conversation === undefined ? t`` : countWords(conversation);
  const number = state.order.indexOf(key) + 1;
  const left = number < 10 ? t` ${number}` : t`${number}`;
  const mark = personMark(state, key);
  const name = truncate(conversationName(state, key), Math.max(1, cells - 4 - cellWidth(counts)));
  if (state.active === key) {
    const used = 3 + cellWidth(mark) - 1 + cellWidth(name) + cellWidth(counts);
    return [span(t`${left}${mark}${name}${counts}${blanks(cells - used)}`, 'selected')];
  }
  return [span(left, 'dim'), span(mark), span(name, nameTone(state, key)), span(counts, 'accent')];
}

/** ` (3)` unread, ` @2` mentions: marks in words, not colour. */
function countWords({ unread, mentions }: Conversation): SafeText {
  if (unread === 0) return t``;
  return mentions === 0 ? t` (${unread})` : t` (${unread}) @${mentions}`;
}

function nameTone(state: ScreenState, key: ConversationKey): Tone {
  if (notifyLevelOf(state, key) === 'nothing') return 'dim';
  if ((state.conversations.get(key)?.unread ?? 0) > 0) return 'strong';
  const peer = PeerId.parse(key);
  return peer !== null && state.people.get(peer)?.online !== true ? 'dim' : 'text';
}

function personRow(state: ScreenState, person: KnownPerson, cells: number): Row {
  const name = truncate(state.people.label(person.fingerprint), Math.max(1, cells - 4));
  const tone = person.online ? 'text' : 'dim';
  return [span(t`  `), span(personMark(state, person.fingerprint)), span(name, tone)];
}

/** One cell between number and name: `✓` verified, `!` key changed, `?` a stranger's group, nothing for all others. */
function personMark(state: ScreenState, key: ConversationKey): SafeText {
  const peer = PeerId.parse(key);
  const person = peer === null ? null : state.people.get(peer);
  if (person === null) return roomMark(state, key);
  if (person.keyChangedFrom.length > 0) return t`!`;
  return person.trust === 'verified' ? t`✓` : t` `;
}

function roomMark({ rooms }: ScreenState, key: ConversationKey): SafeText {
  const room = rooms.get(key);
  return room !== undefined && isRequest(room) ? t`?` : t` `;
}
