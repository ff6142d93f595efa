// Rooms and invitations as the JSON of CLI.md, and as lines for people. Asks nobody.
import type { InvitationInfo, Room, Snapshot } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { shortRoomName } from '../ui/room-names.ts';
import {
  invitationWords,
  kindWords,
  type PrivateRoom,
  roleOf,
  roomDetails,
  standingWords,
  topicWords,
} from '../ui/room-words.ts';
import { type SafeText, safeTemplate, safeText } from '../ui/safe-text.ts';
import { fitted } from './lines.ts';
import { Cast } from './message-records.ts';
import type { JsonRecord, Output } from './output.ts';

/** One line a room: what it is called, what to type for it, what it is. */
export function printRoom(output: Output, room: Room, snapshot: Snapshot): void {
  const { names } = new Cast(snapshot);
  const label = names.rooms.label(room.name);
  const line =
    room.kind === 'public'
      ? // Anyone here, the host included, can join.
        safeTemplate`${label}  public  ${room.members.length} here`
      : safeTemplate`${label}  ${shortRoomName(room.name)}  ${privateWords(room, snapshot, names.label(room.owner))}`;
  print(output, { type: 'room', ...room }, [line]);
}

function privateWords(room: PrivateRoom, { self }: Snapshot, owner: SafeText): SafeText {
  const topic = topicWords(room);
  const parts = [
    kindWords(room),
    room.owner === self.fingerprint ? safeTemplate`yours` : safeTemplate`owner ${owner}`,
    room.members.length === 1
      ? safeTemplate`1 member`
      : safeTemplate`${room.members.length} members`,
    ...standingWords(room),
    ...(topic === '' ? [] : [safeTemplate`topic: ${topic}`]),
  ];
  return parts.reduce((all, part) => safeTemplate`${all}, ${part}`);
}

/** Everything about a room, with everybody in it. */
export function printWholeRoom(output: Output, room: Room, snapshot: Snapshot): void {
  const cast = new Cast(snapshot);
  const self = snapshot.self.fingerprint;
  const { head, lines } = roomDetails(room, { self, names: cast.names });
  const indented = lines.map((line) => safeTemplate`  ${line}`);
  print(output, { type: 'room', ...room, people: peopleOf(room, cast) }, [head, ...indented]);
}

/** Topics are long, and somebody else's words: they go on where a line of ours can't begin. */
function print(output: Output, record: JsonRecord, lines: readonly SafeText[]): void {
  if (output.options.json) output.json(record);
  else output.human(...fitted(lines, output.columns));
}

/** In a public room nobody has a role. */
function peopleOf(room: Room, cast: Cast): readonly object[] {
  const ids = room.kind === 'public' ? room.members : [...room.members, ...room.invited];
  return ids.map((id) => ({
    ...cast.who(id),
    ...(room.kind === 'public' ? {} : { role: roleOf(room, id) }),
  }));
}

export function invitationRecord(invitation: InvitationInfo): JsonRecord {
  return { type: 'invitation', ...invitation };
}

export function invitationLine(invitation: InvitationInfo, snapshot: Snapshot): SafeText {
  const words = invitationWords(invitation, new Cast(snapshot).names);
  const { room, accepted } = invitation;
  const next = accepted
    ? safeText(phrase`you said yes; its owner has not let you in yet`)
    : safeTemplate`lanchat room accept ${shortRoomName(room)}, or decline`;
  return safeTemplate`${words}; ${next}`;
}
