// Who is in a room: joins proven by their signatures, who is there, who is given keys. Knows no keys of chains.
import { verifyJoin } from '../crypto/room.ts';
import type { JoinProof, RosterEntry } from '../protocol/frames.ts';
import type { PeerId } from '../protocol/ids.ts';
import { BLOB_TTL_SECONDS, MAX_ROOM_MEMBERS } from '../protocol/limits.ts';
import { cleanTitle } from '../protocol/nickname.ts';
import { saveHolders } from './durable-rooms.ts';
import type { Room } from './events.ts';
import { writeKeyLinesOf } from './key-lines.ts';
import { emit, later } from './link.ts';
import { peerOf } from './new-state.ts';
import { isBlocked, isKeptOut, whoOf } from './people.ts';
import { isEntered, isMember, readers } from './private-members.ts';
import type { Claim, Member, RoomState } from './room-state.ts';
import type { CoreState } from './state.ts';

/** Checking a join is one signature. */
const PROVE_COST_MS = 0.2;
/** Left members are kept a while, since their seq guards against an old join; then the oldest go. */
const MAX_MEMBERS_KEPT = 2 * MAX_ROOM_MEMBERS;
/** A member who is away still gets keys this long: it reads what the relay's log kept for it. */
const AWAY_MS = BLOB_TTL_SECONDS * 1000;
/** Members away who are given keys: those known longest. */
const MAX_AWAY_HOLDERS = 256;

/** The connection ended: who is there is no longer known. */
export function forgetRosters(core: CoreState): void {
  for (const room of core.rooms.values()) {
    room.rosterComplete = false;
    room.enterAgainAtMs = null;
    room.unproven.clear();
    for (const member of room.members.values()) goAway(core, member);
  }
}

function goAway(core: CoreState, member: Member): void {
  if (member.here) member.goneAtMs = core.env.nowMs();
  member.here = false;
}

/** Connected members, ourselves left out. */
export function presentMembers(room: RoomState): Member[] {
  return [...room.members.values()].filter((member) => isPresent(member));
}

function isPresent({ here, join }: Member): boolean {
  return here && join.standing === 'joined';
}

/** Everybody whose word counts, as far as it is known, ourselves perhaps among them. */
export function memberIds(room: RoomState): Iterable<PeerId> {
  return room.private === null ? room.members.keys() : room.private.log.members;
}

/**
 * Who is given our key: in a private room every member; in a public one those here, and those whose link went down in the
 * last days, who read later what is said now; never somebody who is blocked, or bears a verified person's name without
 * leave. Everybody on the list is shown to people.
 */
export function keyHolders(core: CoreState, room: RoomState): PeerId[] {
  if (room.private !== null) {
    return readers(core, room.private).filter((id) => !isKeptOut(core, id));
  }
  const sinceMs = core.env.nowMs() - AWAY_MS;
  const here: Member[] = [];
  const away: Member[] = [];
  for (const member of room.members.values()) {
    if (member.join.standing !== 'joined' || isKeptOut(core, member.id)) continue;
    if (member.here) here.push(member);
    else if (member.goneAtMs >= sinceMs) away.push(member);
  }
  return [...here, ...longestKnown(core, away)].map(({ id }) => id);
}

/** A crowd that came for a moment must not cost every speaker a key each for days. */
function longestKnown(core: CoreState, away: Member[]): Member[] {
  if (away.length <= MAX_AWAY_HOLDERS) return away;
  const rank = ({ id }: Member) => {
    const pin = core.pins.get(id);
    if (pin === null) return Number.POSITIVE_INFINITY;
    return pin.contacted || pin.trust === 'verified' ? 0 : pin.firstSeenMs;
  };
  const ranked = away.map((member) => ({ member, rank: rank(member) }));
  ranked.sort((a, b) => a.rank - b.rank);
  return ranked.slice(0, MAX_AWAY_HOLDERS).map(({ member }) => member);
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
  if (member !== undefined && !here) markGone(core, room, member);
  if (join.standing === 'guest' || !isMember(room, id)) return;
  // Who left is of interest only where we knew them; who is away reads later what is said now.
  if (member === undefined && !here && join.standing === 'left') return;
  if (member !== undefined && join.seq < member.join.seq) return;
  if (member !== undefined && join.seq === member.join.seq) {
    if (here) markHere(core, room, { member, isNews: room.rosterComplete });
    return;
  }
  const kept = room.members.size + room.unproven.size;
  if (member === undefined && kept >= MAX_MEMBERS_KEPT && !dropGone(room)) return;
  room.unproven.set(id, {
    here,
    isNews: room.rosterComplete,
    join: { ...join, signature: join.signature.slice() },
    sinceMs: core.env.nowMs(),
  });
  if (peerOf(core, id).card === null) core.fetches.cards.add(id);
}

function dropGone(room: RoomState): boolean {
  for (const member of room.members.values()) {
    if (!member.here) return room.members.delete(member.id);
  }
  return false;
}

/** Checks, in slices, the claims about members whose cards are here; called at the end of each step. */
export function proveMembers(core: CoreState, room: RoomState): void {
  for (const id of room.unproven.keys()) {
    const hasCard = (core.peers.get(id)?.card ?? null) !== null;
    // One job a member, however often a relay tells of it.
    if (!hasCard || room.proving.has(id)) continue;
    room.proving.add(id);
    later(core, PROVE_COST_MS, () => proveMember(core, room, id));
  }
}

function proveMember(core: CoreState, room: RoomState, id: PeerId): void {
  room.proving.delete(id);
  const claim = room.unproven.get(id);
  const card = core.peers.get(id)?.card;
  if (claim === undefined || card === undefined || card === null) return;
  room.unproven.delete(id);
  if (isValidJoin(core, room, card.ed25519, claim.join)) prove(core, room, id, claim);
}

/** A leave is kept with its number, so that no relay brings the join before it back. */
function prove(core: CoreState, room: RoomState, id: PeerId, claim: Claim): void {
  const { join, here, isNews } = claim;
  const isNew = !room.members.has(id);
  const member = memberWith(core, room, id, join);
  if (member === null) return;
  room.changed = true;
  if (here) markHere(core, room, { member, isNews });
  // Nobody is given keys unseen, also who is said to have gone again.
  else if (isNew && isNews && isTimeline(room)) {
    tellMember(core, room, 'joined', id);
  }
}

/** The member under the newest of its proofs; null where that is a leave. */
function memberWith(core: CoreState, room: RoomState, id: PeerId, join: JoinProof): Member | null {
  const known = room.members.get(id);
  if (known === undefined && room.members.size >= MAX_MEMBERS_KEPT && !dropGone(room)) return null;
  const member = known ?? { id, join, here: false, goneAtMs: core.env.nowMs() };
  if (join.seq > member.join.seq) member.join = join;
  room.members.set(id, member);
  if (member.join.standing !== 'joined') return null;
  if (known === undefined) writeKeyLinesOf(core, room, id);
  return member;
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

/**
 * A member proves its presence itself: with a key or a want of its own, so that no relay can hide it.
 * One whose card the relay doesn't have is no member yet: one connection can speak for any number.
 */
export function welcome(core: CoreState, room: RoomState, id: PeerId, join: JoinProof): void {
  if (!isMember(room, id)) return;
  const own = { ...join, signature: join.signature.slice() };
  if (peerOf(core, id).card === null) {
    if (room.unproven.size < MAX_ROOM_MEMBERS) {
      const sinceMs = core.env.nowMs();
      room.unproven.set(id, { here: true, isNews: true, join: own, sinceMs });
    }
    return;
  }
  const member = memberWith(core, room, id, own);
  if (member !== null) markHere(core, room, { member, isNews: true });
}

/** Who comes while we are here is given the key again where it arrived before: it may have lost it. */
function markHere(
  core: CoreState,
  room: RoomState,
  { member, isNews }: { readonly member: Member; readonly isNews: boolean },
): void {
  if (member.here || member.join.standing !== 'joined') return;
  member.here = true;
  const given = room.own?.holders.get(member.id);
  const { records } = peerOf(core, member.id);
  if (isNews && room.own !== null && !records.some(({ id }) => id === given)) {
    room.own.holders.delete(member.id);
    saveHolders(core, room);
  }
  room.changed = true;
  if (room.rosterComplete && isTimeline(room)) {
    tellMember(core, room, 'joined', member.id);
  }
}

/** Who comes and goes belongs to a public room's timeline; who is in a private one, its log tells. */
function isTimeline(room: RoomState): boolean {
  return room.standing === 'joined' && room.private === null;
}

function markGone(core: CoreState, room: RoomState, member: Member): void {
  const wasPresent = isPresent(member);
  goAway(core, member);
  room.changed = true;
  if (wasPresent && isTimeline(room)) {
    tellMember(core, room, 'left', member.id);
  }
}

/** Whoever is blocked comes and goes unseen. */
function tellMember(core: CoreState, room: RoomState, type: 'joined' | 'left', id: PeerId): void {
  if (!isBlocked(core, id)) emit(core, { type, room: `#${room.name}`, who: whoOf(core, id) });
}

/** Tells the member list where it changed, once a step. */
export function tellRoom(core: CoreState, room: RoomState): void {
  if (!room.changed || room.standing !== 'joined' || !isEntered(core, room)) return;
  room.changed = false;
  emit(core, { type: 'room', room: roomOf(core, room) });
}

/** A room as people see it. */
export function roomOf(core: CoreState, room: RoomState): Room {
  const { label: name, private: inner, standing } = room;
  const notifyLevel = core.notifyLevels.get(name);
  const level = notifyLevel !== undefined && { notifyLevel };
  if (inner === null) {
    const others = keyHolders(core, room);
    const members = standing === 'joined' ? [core.me.id, ...others] : others;
    return { name, kind: 'public', members, ...level };
  }
  const { log, fork, isRequest, invited } = inner;
  return {
    name,
    kind: log.group ? 'group' : 'private',
    members: [...log.members],
    title: cleanTitle(log.title),
    // What somebody blocked wrote is shown to nobody.
    topic: isBlocked(core, log.owner) ? '' : log.topic,
    owner: log.owner,
    moderators: [...log.moderators],
    invited: [...invited.keys()],
    readOnly: log.readOnly,
    expireSeconds: log.expireSeconds,
    ...(fork !== null && { frozen: true }),
    ...(log.closed && { closed: true }),
    ...(isRequest && { request: true }),
    ...level,
  };
}
