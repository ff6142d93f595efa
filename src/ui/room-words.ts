// What lanchat says of rooms: what they are, who may do what there, what was done to them. Pure; draws nothing.
import type { Change, InvitationInfo, Room, Who } from '../client/api.ts';
import type { PeerId } from '../protocol/ids.ts';
import { cleanTitle } from '../protocol/nickname.ts';
import { durationWords } from './durations.ts';
import { fingerprintWords, trustWord } from './people.ts';
import { type RoomNames, shortRoomName } from './room-names.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { personCount } from './words.ts';

export type PrivateRoom = Exclude<Room, { readonly kind: 'public' }>;
export type Role = 'owner' | 'moderator' | 'member' | 'invited';

/** Knows how people and rooms are called here. */
export interface RoomCallers {
  label(peer: PeerId): SafeText;
  meet(who: Who): SafeText;
  readonly rooms: Pick<RoomNames, 'label' | 'byLabel'>;
}

const MAX_TOPIC_LENGTH = 300;
// Enough of them push what follows to where a terminal wraps.
const BLANKS = /[\p{Z}\u2800\u115f\u1160\u3164\uffa0]+/gu;
/** People that one line names; more are counted. */
const MAX_NAMED = 8;

export const ROLE_WORDS: Readonly<Record<Role, SafeText>> = {
  owner: t`owner`,
  moderator: t`moderator`,
  member: t`member`,
  invited: t`invited`,
};

/** A stranger's group, which waits for the person's word. */
export function isRequest(room: Room): boolean {
  return room.kind !== 'public' && room.request === true;
}

/** Null for who is neither in it nor asked in. */
export function roleOf(
  { owner, moderators, members, invited }: PrivateRoom,
  id: PeerId,
): Role | null {
  if (id === owner) return 'owner';
  if (moderators.includes(id)) return 'moderator';
  if (members.includes(id)) return 'member';
  return invited.includes(id) ? 'invited' : null;
}

/** How it stands where not everybody can write there, the gravest first: a narrow screen cuts the end. */
export function standingWords({ frozen, closed, request, readOnly }: PrivateRoom): SafeText[] {
  return [
    ...(frozen === true ? [t`FROZEN`] : []),
    ...(closed === true ? [t`closed`] : []),
    ...(request === true ? [t`from a stranger`] : []),
    ...(readOnly ? [t`read-only`] : []),
  ];
}

/** The topic in one line; empty where there is none. */
export function topicWords({ topic }: Pick<PrivateRoom, 'topic'>): SafeText {
  return safeText(safeText(topic).replace(BLANKS, ' ').trim(), { maxLength: MAX_TOPIC_LENGTH });
}

/** Why nothing that `self` types goes out there; null: it does. */
export function silenceWords(
  room: PrivateRoom,
  self: PeerId,
  names: Pick<RoomCallers, 'label'>,
): SafeText | null {
  const { frozen, request, closed, readOnly, owner } = room;
  if (frozen === true)
    return t`frozen: its owner signed two histories of it; nothing goes out here`;
  if (request === true)
    return t`${names.label(owner)} put you here: /accept to write, /decline to leave`;
  if (closed === true) return t`closed: nobody writes here any more`;
  const role = roleOf(room, self);
  if (!readOnly || role === 'owner' || role === 'moderator') return null;
  return t`read-only: only ${names.label(owner)} and the moderators write here`;
}

/** Who asks, how well their key is known, and what the room is called. */
export function invitationWords(
  { room, title, from }: InvitationInfo,
  names: RoomCallers,
): SafeText {
  const clean = safeText(cleanTitle(title), { maxLength: 64 });
  const short = shortRoomName(room);
  const called = clean === '' ? short : t`+${clean} (${short})`;
  return t`${names.meet(from)} (${trustWord(from)}) invites you to ${called}`;
}

/** All but what private conversations have as well (message-words.ts). */
export type RoomDeed = Change & {
  readonly what: Exclude<Change['what'], 'timer' | 'key-changed'>;
};

/** What was done to a room; `place` is its label, or `this room` in its own timeline. Who did it, nobody can say for sure. */
export function roomChangeWords(
  { what, who, text }: RoomDeed,
  names: Pick<RoomCallers, 'meet'>,
  place: SafeText,
): SafeText {
  const people = nameList(who, names);
  const words = topicWords({ topic: text ?? '' });
  const be = who.length === 1 ? t`is` : t`are`;
  switch (what) {
    case 'created':
      return t`${people} made ${place}`;
    case 'added':
      return t`${people} came into ${place}`;
    case 'removed':
      return t`${people} ${who.length === 1 ? t`was` : t`were`} taken out of ${place}`;
    case 'left':
      return t`${people} left ${place}`;
    case 'titled':
      return t`${place} is called +${safeText(cleanTitle(text ?? ''), { maxLength: 64 })} now`;
    case 'topic':
      return words === ''
        ? t`${place} has no topic any more`
        : t`the topic of ${place} is now: ${words}`;
    case 'granted':
      return t`${people} ${be} moderator of ${place} now`;
    case 'revoked':
      return t`${people} ${be} moderator of ${place} no more`;
    case 'read-only':
      return t`only the owner and the moderators write in ${place} now`;
    case 'read-write':
      return t`everybody in ${place} can write there now`;
    case 'transferred':
      return t`${people} owns ${place} now`;
    case 'closed':
      return t`${place} is closed: nobody writes there any more`;
    default:
      return what satisfies never;
  }
}

function nameList(who: readonly Who[], names: Pick<RoomCallers, 'meet'>): SafeText {
  const [first = t`somebody`, ...rest] = who.slice(0, MAX_NAMED).map((each) => names.meet(each));
  const list = rest.reduce((all, name) => t`${all}, ${name}`, first);
  return who.length > MAX_NAMED ? t`${list} and ${who.length - MAX_NAMED} more` : list;
}

interface Asker<Names> {
  readonly self: PeerId;
  readonly names: Names;
}

interface Told {
  readonly head: SafeText;
  readonly lines: readonly SafeText[];
}

/** A room and everybody in it, for who asks: a head, and lines below it. */
export function roomDetails(room: Room, { self, names }: Asker<RoomCallers & Trusts>): Told {
  const { head, lines } = roomFacts(room, { self, names });
  const invited = room.kind === 'public' ? [] : room.invited;
  const members = [...room.members, ...invited].map((id) => {
    const role = room.kind === 'public' ? null : roleOf(room, id);
    return memberLine(id, { self, names, role });
  });
  return { head, lines: [...lines, ...members] };
}

/** As `roomDetails`, without who is in it. */
export function roomFacts(
  room: Room,
  { self, names }: Asker<Pick<RoomCallers, 'label' | 'rooms'>>,
): Told {
  const label = names.rooms.label(room.name);
  const muted =
    room.notifyLevel === 'nothing' ? [t`muted: it counts nothing unread and signals nothing`] : [];
  if (room.kind === 'public') return { head: t`${label}: public, anybody can come`, lines: muted };
  const { expireSeconds, invited, name } = room;
  const topic = topicWords(room);
  const silence = silenceWords(room, self, names);
  return {
    head: t`${label} (${shortRoomName(room.name)}): ${kindWords(room)}`,
    lines: [
      ...muted,
      ...(topic === '' ? [] : [t`topic: ${topic}`]),
      ...(silence === null ? [] : [silence]),
      ...(room.readOnly && silence === null ? [t`read-only: only owner and moderators write`] : []),
      ...(expireSeconds === null
        ? []
        : [t`what is said disappears after ${durationWords(expireSeconds)}`]),
      t`its owner asks people in, sets title, topic and timer, and closes it; moderators can take members out`,
      ...(invited.length === 0
        ? []
        : [t`asked in, and not heard from yet: ${personCount(invited.length)}`]),
      t`ID ${fingerprintWords(name.slice(1))}`,
    ],
  };
}

/** How well somebody's key is known; null: nobody of that key has been met. */
export interface Trusts {
  get(peer: PeerId): Parameters<typeof trustWord>[0] | null;
}

function memberLine(
  id: PeerId,
  {
    self,
    names,
    role,
  }: { readonly self: PeerId; readonly names: RoomCallers & Trusts; readonly role: Role | null },
): SafeText {
  const what = role === null || role === 'member' ? t`` : t`, ${ROLE_WORDS[role]}`;
  if (id === self) return t`you${what}`;
  const known = names.get(id);
  return t`${names.label(id)} · ${known === null ? t`unverified` : trustWord(known)}${what}`;
}

export function kindWords({ kind }: PrivateRoom): SafeText {
  return kind === 'group' ? t`a group of people` : t`a private room`;
}
