// Rooms this client is in: subscriptions, joins proven by their signatures, who is there. Knows no keys of chains.
import { publicRoomId, signJoin, topicOf, verifyJoin } from '../crypto/room.ts';
import { encodeJoinProof, type JoinProof, type RosterEntry } from '../protocol/frames.ts';
import type { PeerId, TopicId } from '../protocol/ids.ts';
import { MAX_ROOM_MEMBERS } from '../protocol/limits.ts';
import { emit, later, request, takeSeq } from './link.ts';
import { peerOf } from './new-state.ts';
import { whoOf } from './people.ts';
import type { CoreState, Member, RoomState } from './state.ts';

/** Checking a join is one signature. */
const PROVE_COST_MS = 0.2;
/** Left members are kept a while, since their seq guards against an old join; then the oldest go. */
const MAX_MEMBERS_KEPT = 2 * MAX_ROOM_MEMBERS;

/** Enters a room, or turns a visit into a stay. `name` has been parsed by protocol/nickname.ts. */
export function enterRoom(core: CoreState, name: string, standing: RoomState['standing']): void {
  const known = core.rooms.get(name);
  if (known !== undefined && (known.standing === 'joined' || standing === 'guest')) return;
  const room = known ?? newRoom(name, standing);
  room.standing = standing;
  core.rooms.set(name, room);
  if (standing === 'joined') saveRooms(core);
  room.changed = true;
  if (core.link.online) subscribe(core, room);
}

/** Leaves for good; the signed leave tells the others that it is our own doing. */
export function leaveRoom(core: CoreState, room: RoomState): void {
  core.rooms.delete(room.name);
  if (room.standing === 'joined') saveRooms(core);
  if (core.link.online) {
    const join = proofOf(core, room, 'left');
    if (join !== null) request(core, { type: 'unsub', topic: room.topic, join }, () => undefined);
  }
  if (room.standing === 'joined') emit(core, { type: 'room-left', room: `#${room.name}` });
}

function newRoom(name: string, standing: RoomState['standing']): RoomState {
  const roomId = publicRoomId(name);
  return {
    ...{ name, roomId, topic: topicOf(roomId), standing },
    join: null,
    members: new Map(),
    unproven: new Set(),
    rosterComplete: false,
    changed: false,
    cursor: 0n,
    own: null,
    nextSeq: 1,
    outbox: [],
    chains: new Map(),
    waiting: [],
    waitingBytes: 0,
    wanted: new Map(),
    sequences: new Map(),
  };
}

function saveRooms(core: CoreState): void {
  const rooms = [...core.rooms.values()].filter((room) => room.standing === 'joined');
  core.effects.push({ type: 'save-rooms', rooms: rooms.map((room) => room.name) });
}

function proofOf(core: CoreState, room: RoomState, standing: JoinProof['standing']) {
  const { relayId } = core.link;
  if (relayId === null) return null;
  return signJoin(core.me, { relay: relayId, room: room.roomId }, { seq: takeSeq(core), standing });
}

/** At each connection, and at joining. */
export function subscribe(core: CoreState, room: RoomState): void {
  const join = proofOf(core, room, room.standing);
  if (join === null) return;
  room.join = join;
  room.rosterComplete = false;
  request(core, { type: 'sub', topic: room.topic, cursor: room.cursor, join }, (answer) => {
    if (answer?.type !== 'error') return;
    const message = `the relay refuses #${room.name}: ${answer.code}`;
    emit(core, { type: 'error', code: answer.code, message });
    room.rosterComplete = true;
  });
}

/** The connection ended: who is there is no longer known. */
export function forgetRosters(core: CoreState): void {
  for (const room of core.rooms.values()) {
    room.rosterComplete = false;
    for (const member of room.members.values()) member.here = false;
  }
}

export function roomOfTopic(core: CoreState, topic: TopicId): RoomState | null {
  for (const room of core.rooms.values()) if (room.topic === topic) return room;
  return null;
}

/** Who is given our key, as far as proven: connected members, ourselves left out. */
export function presentMembers(room: RoomState): Member[] {
  return [...room.members.values()].filter((member) => isPresent(member));
}

function isPresent({ here, proven, join }: Member): boolean {
  return here && proven && join.standing === 'joined';
}

/** Our own present join, for distributions and wants; null before the first subscription. */
export function ownJoin(room: RoomState): Uint8Array | null {
  return room.join === null ? null : encodeJoinProof(room.join);
}

/** The relay's list of a room. It may lie about who is connected, never about who joined. */
export function takeRoster(
  core: CoreState,
  room: RoomState,
  { entries, complete }: { readonly entries: readonly RosterEntry[]; readonly complete: boolean },
): void {
  for (const entry of entries) if (entry.id !== core.me.id) takeEntry(core, room, entry);
  if (complete) room.rosterComplete = true;
  room.changed = true;
}

function takeEntry(core: CoreState, room: RoomState, { id, here, join }: RosterEntry): void {
  const member = room.members.get(id);
  if (member !== undefined && !here) {
    markGone(core, room, member);
    return;
  }
  if (!here || join.standing !== 'joined') return;
  if (member !== undefined && join.seq < member.join.seq) return;
  if (member?.proven === true && join.seq === member.join.seq) {
    markHere(core, room, member);
    return;
  }
  if (member === undefined && room.members.size >= MAX_MEMBERS_KEPT && !dropGone(room)) return;
  room.members.set(id, {
    id,
    join: { ...join, signature: join.signature.slice() },
    here: false,
    proven: false,
  });
  room.unproven.add(id);
  if (peerOf(core, id).card === null) core.fetches.cards.add(id);
}

function dropGone(room: RoomState): boolean {
  for (const member of room.members.values()) {
    if (!member.here && member.proven) return room.members.delete(member.id);
  }
  return false;
}

/** Checks, in slices, the joins whose members' cards are here; called at the end of each step. */
export function proveMembers(core: CoreState, room: RoomState): void {
  for (const id of room.unproven) {
    const card = core.peers.get(id)?.card;
    if (card === undefined || card === null) continue;
    room.unproven.delete(id);
    later(core, PROVE_COST_MS, () => {
      const member = room.members.get(id);
      if (member !== undefined && !member.proven) prove(core, room, member, card.ed25519);
    });
  }
}

function prove(core: CoreState, room: RoomState, member: Member, ed25519: Uint8Array): void {
  if (!isValidJoin(core, room, ed25519, member.join)) {
    room.members.delete(member.id);
    return;
  }
  member.proven = true;
  markHere(core, room, member);
}

export function isValidJoin(
  core: CoreState,
  room: RoomState,
  ed25519: Uint8Array,
  join: JoinProof,
): boolean {
  const { relayId } = core.link;
  return relayId !== null && verifyJoin(ed25519, { relay: relayId, room: room.roomId }, join);
}

/** A member proves its presence itself: with a key or a want of its own, so that no relay can hide it. */
export function welcome(core: CoreState, room: RoomState, id: PeerId, join: JoinProof): void {
  const known = room.members.get(id);
  if (known?.proven && known.join.seq >= join.seq) {
    markHere(core, room, known);
    return;
  }
  const member = {
    id,
    join: { ...join, signature: join.signature.slice() },
    here: false,
    proven: true,
  };
  room.members.set(id, member);
  room.unproven.delete(id);
  markHere(core, room, member);
}

/** Here anew: the key goes out again, since a member that came back may have lost what it held. */
function markHere(core: CoreState, room: RoomState, member: Member): void {
  if (member.here) return;
  member.here = true;
  room.own?.holders.delete(member.id);
  room.changed = true;
  if (room.rosterComplete && room.standing === 'joined') {
    emit(core, { type: 'joined', room: `#${room.name}`, who: whoOf(core, member.id) });
  }
}

function markGone(core: CoreState, room: RoomState, member: Member): void {
  const wasPresent = isPresent(member);
  member.here = false;
  room.changed = true;
  if (wasPresent && room.standing === 'joined') {
    emit(core, { type: 'left', room: `#${room.name}`, who: whoOf(core, member.id) });
  }
}

/** Tells the member list where it changed, once a step. */
export function tellRoom(core: CoreState, room: RoomState): void {
  if (!room.changed || room.standing !== 'joined') return;
  room.changed = false;
  const others = presentMembers(room).map((member) => member.id);
  const members = [core.me.id, ...others];
  emit(core, { type: 'room', room: { name: `#${room.name}`, members } });
}
