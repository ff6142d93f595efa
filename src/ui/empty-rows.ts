// What stands where nobody else is yet: how others come here, as something to type. Pure.
import { FIRST_ROOM } from '../protocol/nickname.ts';
import { ownRows } from './message-body.ts';
import type { PrivateRoom } from './room-words.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { type Row, span } from './spans.ts';

export interface Reach {
  /** The address under which others reach a relay on this machine; null: no network. */
  readonly lanAddress: () => string | null;
}

/** Header, status line and input. */
const FRAME_ROWS = 3;

/** Something to type, or to press, in lanchat's own words: it stands out, and is no warning. */
export function stepRows(text: SafeText, cells: number): Row[] {
  return ownRows(text, cells).map(([gutter, ...words]) => [
    ...(gutter === undefined ? [] : [gutter]),
    ...words.map((word) => span(word.text, 'strong')),
  ]);
}

/** Empty where somebody else is, or where nobody could come in. */
export function emptyRows(state: ScreenState, reach: Reach, cells: number): Row[] {
  const { active, rooms, self } = state;
  if (active === FIRST_ROOM && isNobodyHere(state)) return lonelyRows(state, reach, cells);
  const room = rooms.get(active);
  if (room === undefined || self === null) return [];
  // Of a room just joined nobody is known yet.
  if (room.members.length !== 1 || room.members[0] !== self.fingerprint) return [];
  const name = state.people.rooms.label(active);
  if (room.kind !== 'public') return privateRows(state, { room, name }, cells);
  return [
    ...ownRows(t`Only you are in ${name} yet. Others come in with`, cells),
    ...stepRows(t`/join ${name}`, cells),
  ];
}

/** Of a list that begins with who is here. */
function isNobodyHere({ people, self }: ScreenState): boolean {
  const first = people.list().slice(0, 2);
  return !first.some(({ online, fingerprint }) => online && fingerprint !== self?.fingerprint);
}

function lonelyRows(state: ScreenState, reach: Reach, cells: number): Row[] {
  const relay = reachableRelay(state, reach);
  if (relay === null) {
    return ownRows(
      t`Nobody else is here yet, and nobody comes from elsewhere: this machine is on no network.`,
      cells,
    );
  }
  const why = ownRows(t`Nobody else is here yet. On another machine here:`, cells);
  const command = stepRows(t`lanchat --relay ${relay}`, cells);
  const whole = [
    ...why,
    ...stepRows(t`lanchat`, cells),
    ...ownRows(t`or, where it finds nothing:`, cells),
    ...command,
  ];
  // On a small screen the command that always works, so that what is said has room.
  return 3 * whole.length <= state.size.rows - FRAME_ROWS ? whole : [...why, ...command];
}

// Others can't reach this machine's loopback address, so its address on the network is shown instead.
function reachableRelay({ link }: ScreenState, { lanAddress }: Reach): SafeText | null {
  const relay = link?.relay ?? '';
  const loopback = /^(?:127\.[\d.]+|localhost|\[::1\])(:\d+)$/.exec(relay);
  if (loopback === null) return safeText(relay, { maxLength: 300 });
  const outside = lanAddress();
  return outside === null ? null : safeText(`${outside}${loopback[1]}`, { maxLength: 300 });
}

interface Named {
  readonly room: PrivateRoom;
  readonly name: SafeText;
}

/** Only its owner can ask somebody in, and of a group everybody has gone who was in it. */
function privateRows({ self }: ScreenState, { room, name }: Named, cells: number): Row[] {
  const { owner, kind, invited, frozen, closed, request } = room;
  if (frozen === true || closed === true || request === true) return [];
  if (kind === 'group' || owner !== self?.fingerprint) {
    return ownRows(t`Only you are left in ${name}.`, cells);
  }
  if (invited.length > 0) {
    return ownRows(
      t`Only you are in ${name} yet; asked, and without an answer: ${invited.length}.`,
      cells,
    );
  }
  return [
    ...ownRows(t`Only you are in ${name} yet. You ask somebody in with`, cells),
    ...stepRows(t`/invite NAME`, cells),
  ];
}
