// What a person does to private rooms. Checks everything first: a refusal changes nothing.
import {
  NO_HEAD,
  newPen,
  privateRoomId,
  signHolder,
  signOperation,
  signStrike,
} from '../crypto/room-log.ts';
import { phrase } from '../language/translate.ts';
import { utf8FromText } from '../protocol/bytes.ts';
import { encodeCbor } from '../protocol/cbor.ts';
import { UsageError } from '../protocol/errors.ts';
import { idBytes, type PeerId, RoomId } from '../protocol/ids.ts';
import { MAX_MODERATORS, MAX_PRIVATE_MEMBERS, MAX_ROOM_TOPIC_BYTES } from '../protocol/limits.ts';
import { cleanTitle } from '../protocol/nickname.ts';
import { RECORD_TYPES } from '../protocol/record.ts';
import {
  type Change,
  encodeOperation,
  MAX_ADDED,
  MAX_EXPIRE_SECONDS,
  MIN_EXPIRE_SECONDS,
} from '../protocol/room-operation.ts';
import { savePrivate } from './durable-private.ts';
import type { InvitationInfo } from './events.ts';
import { findRoom, findUnfinished, requireRoom } from './find-room.ts';
import { answerInvitation, askHeir, infoOf, invitationsTo, invite, letIn } from './invitations.ts';
import { peerOf } from './new-state.ts';
import { canOperate, operate, removal, stir } from './operations.ts';
import { enqueue, withdraw } from './outbox.ts';
import { nickOf } from './people.ts';
import { isEntered } from './private-members.ts';
import { admit, enterWhereLetIn, privateName } from './private-rooms.ts';
import { type Invitation, type OwnRoom, ownRoom, type PrivateRoom } from './private-state.ts';
import { noteContacted, requireReachable } from './reach.ts';
import { tellChanges } from './room-changes.ts';
import { extendLog, headOfLog } from './room-log.ts';
import { tellRoom } from './room-roster.ts';
import { leaveRoom } from './rooms.ts';
import { noteLeft } from './rooms-left.ts';
import type { CoreState } from './state.ts';
import { addStrike } from './strikes.ts';
import { dropUnfinished } from './unfinished-rooms.ts';

const KEY_BYTES = 32;
/** So long we stay for an owner who asked us to take the room over: they must not hold us by asking. */
const HANDOVER_MS = 10 * 60_000;

export interface RoomWishes {
  readonly title: string;
  readonly readOnly: boolean;
  /** Null: what is said stays. */
  readonly expireSeconds: number | null;
}

/** Makes a private room, with us alone in it. Returns its name. Throws UsageError `bad-title`, `bad-timer`, `too-many-topics`. */
export function createRoom(core: CoreState, wishes: RoomWishes): string {
  const title = requireTitle(wishes.title);
  const { expireSeconds: seconds } = wishes;
  requireTimer(seconds);
  const own = create(core, { title, group: false });
  if (wishes.readOnly) operate(core, own, { kind: 'read-only', on: true });
  if (seconds !== null) operate(core, own, { kind: 'timer', seconds });
  return own.room.label;
}

/**
 * A conversation of several chosen people, without a title; the one that has just these people, where we own one.
 * Throws UsageError `unknown-person`, `blocked`, `key-changed`, `too-few-people`, `too-many-people`, `too-many-topics`.
 */
export function createGroup(core: CoreState, peers: readonly PeerId[]): string {
  const ids = [...new Set(peers)].filter((id) => id !== core.me.id);
  if (ids.length < 2) {
    throw new UsageError(
      'too-few-people',
      phrase`a group needs two others; write to one with @name`,
    );
  }
  if (ids.length >= MAX_ADDED) {
    throw new UsageError('too-many-people', phrase`a group holds ${MAX_ADDED} people; make a room`);
  }
  for (const id of ids) requireReachable(core, id);
  const known = groupOf(core, ids);
  if (known !== null) return known;
  const own = create(core, { title: '', group: true });
  letIn(core, own, ids);
  for (const id of ids) noteContacted(core, id);
  return own.room.label;
}

function groupOf(core: CoreState, ids: readonly PeerId[]): string | null {
  for (const { label, private: inner } of core.rooms.values()) {
    if (inner === null || inner.pen === null || !inner.log.group || inner.fork !== null) continue;
    const { members, closed } = inner.log;
    if (closed || members.size !== ids.length + 1) continue;
    if (ids.every((id) => members.has(id))) return label;
  }
  return null;
}

function create(
  core: CoreState,
  { title, group }: { readonly title: string; readonly group: boolean },
): OwnRoom {
  if (core.rooms.size >= core.link.topics) {
    const message = phrase`you are in ${core.rooms.size} rooms, and nobody can be in more; leave one first`;
    throw new UsageError('too-many-topics', message);
  }
  const pen = newPen(core.env.random);
  const id = privateRoomId(pen.publicKey);
  const change: Change = { kind: 'create', ...signHolder(core.me, id, pen), title, group };
  const first = signOperation(pen, { room: id, n: 0, prev: NO_HEAD }, change);
  const extension = extendLog({ room: id, log: null }, [encodeOperation(first)]);
  if (extension.kind !== 'extended') throw new RangeError('own room refused');
  const { log } = extension;
  const secret = core.env.random(KEY_BYTES);
  const room = admit(core, {
    ...{ id, secret, log, expected: 1, letInBy: null, from: null },
    ...{ isRequest: false, isUnasked: false },
  });
  const own = ownRoom(room);
  if (own === null) throw new RangeError('not private');
  own.inner.pen = pen;
  savePrivate(core, room);
  // First what it is called, then what was done to it.
  tellRoom(core, room);
  tellChanges(core, room, { wasIn: true, by: core.me.id, applied: extension.applied });
  return own;
}

/** Throws UsageError `not-the-owner`, `unknown-person`, `blocked`, `key-changed`, `already-member`, `room-full`, and those of `requireOwn`. */
export function inviteTo(core: CoreState, name: string, peers: readonly PeerId[]): void {
  const own = requireOwn(core, name);
  const { members } = own.inner.log;
  for (const id of peers) {
    requireReachable(core, id);
    if (members.has(id))
      throw new UsageError('already-member', phrase`${nickOf(core, id)} is in it`);
  }
  if (members.size + own.inner.invited.size + peers.length > MAX_PRIVATE_MEMBERS) {
    throw new UsageError('room-full', phrase`a private room holds ${MAX_PRIVATE_MEMBERS} people`);
  }
  invite(core, own, peers);
  for (const id of peers) noteContacted(core, id);
}

export function invitations(core: CoreState): InvitationInfo[] {
  return [...core.invitations.values()].map((each) => infoOf(core, each));
}

/**
 * A person says whether we come in, or stay where a stranger put us. Returns the room's name. Throws UsageError
 * `unknown-invitation`, `too-many-topics`.
 */
export function answer(
  core: CoreState,
  query: string,
  { accept }: { readonly accept: boolean },
): string {
  const room = findRoom(core, query) ?? findUnfinished(core, query);
  const inner = room?.private ?? null;
  if (room !== null && inner !== null && (inner.isRequest || !isEntered(core, room))) {
    if (accept) {
      inner.isRequest = false;
      inner.unaskedAtMs = null;
      enterWhereLetIn(core, room);
      savePrivate(core, room);
      room.changed = true;
      enterWhereLetIn(core, room);
    } else leavePrivate(core, { room, inner });
    return room.label;
  }
  const known = findInvitations(core, query);
  if (accept && core.rooms.size >= core.link.topics) {
    const message = phrase`you are in ${core.rooms.size} rooms, and nobody can be in more; leave one first`;
    throw new UsageError('too-many-topics', message);
  }
  const [first] = known;
  // No is meant for the room, whoever asked; yes for one of them, since the others may be nobody's who owns it.
  for (const each of accept ? [first] : known) answerInvitation(core, each, accept);
  if (accept) noteContacted(core, first.from);
  return privateName(first.room);
}

/** All that ask into one room, the one to accept first. Throws UsageError `unknown-invitation`, `ambiguous-room`. */
function findInvitations(core: CoreState, query: string): [Invitation, ...Invitation[]] {
  const wanted = query.replace(/^\+/, '').toLowerCase();
  const found = [...core.invitations.values()].filter(
    ({ room, title }) =>
      RoomId.parse(wanted) === room ||
      (wanted.length >= 8 && room.startsWith(wanted)) ||
      (title !== '' && title.toLowerCase() === wanted),
  );
  const [room, ...others] = new Set(found.map((each) => each.room));
  const [first, ...rest] = room === undefined ? [] : invitationsTo(core, room);
  if (first !== undefined && others.length === 0) return [first, ...rest];
  if (room === undefined) {
    const message = phrase`there is no invitation to ${query}; see lanchat room invitations`;
    throw new UsageError('unknown-invitation', message);
  }
  const message = phrase`invitations to ${1 + others.length} rooms fit ${query}; use + and the first 8 digits of one`;
  throw new UsageError('ambiguous-room', message);
}

/**
 * Takes people out: the owner anybody, a moderator members, who are then held off until the owner's client takes them
 * out. Throws UsageError `not-allowed`, `not-a-member`, and those of `requirePrivate`.
 */
export function removeFrom(core: CoreState, name: string, peers: readonly PeerId[]): void {
  const own = requirePrivate(core, name);
  const { log, pen } = own.inner;
  const isModerator = log.moderators.has(core.me.id);
  for (const id of peers) {
    if (!log.members.has(id))
      throw new UsageError('not-a-member', phrase`they are not in this room`);
    const isFree = pen !== null || (isModerator && !log.moderators.has(id));
    if (id === log.owner || id === core.me.id || !isFree) {
      const message = phrase`the owner takes out anybody else, moderators only members`;
      throw new UsageError('not-allowed', message);
    }
  }
  for (const id of peers) {
    if (pen !== null) operate(core, own, removal(own.room, id, false));
    else strike(core, own, id);
  }
}

/** Everybody hears of it from us, and acts on it by itself. */
function strike(core: CoreState, own: OwnRoom, target: PeerId): void {
  const { room, inner } = own;
  const head = headOfLog(inner.log);
  const place = { room: room.roomId, n: head.n, head: head.hash, target };
  const content = encodeCbor({
    ...{ room: idBytes(room.roomId), n: head.n, head: head.hash, id: idBytes(target) },
    ...{ ed: core.me.ed25519, x: core.me.x25519, signature: signStrike(core.me, place) },
  });
  for (const id of inner.log.members) {
    if (id === core.me.id || (id === target && target !== core.me.id)) continue;
    enqueue(core, peerOf(core, id), { type: RECORD_TYPES.roomStrike, content });
  }
  addStrike(inner, { by: core.me.id, target, head });
  stir(core, own);
}

/** We go: the others hear of it, and the owner's client says it last. Throws UsageError `owner-stays`. */
export function leavePrivate(core: CoreState, own: OwnRoom): void {
  const { room, inner } = own;
  if (!isEntered(core, room)) {
    dropUnfinished(core, own);
    return;
  }
  const { log, pen, fork } = inner;
  const isAlone = log.members.size === 1;
  if (pen !== null && !isAlone && !log.closed && fork === null) {
    const message = phrase`the room is yours: transfer it to another member first, or close it`;
    throw new UsageError('owner-stays', message);
  }
  if (!log.closed && fork === null && isBecomingOwner(core, inner)) {
    const message = phrase`its owner hands you the room: wait until it is yours, then transfer or close it`;
    throw new UsageError('owner-stays', message);
  }
  takeBackPen(core, log.owner);
  if (pen === null && !log.closed) {
    strike(core, own, core.me.id);
    noteLeft(core, room.roomId);
  }
  leaveRoom(core, room);
}

/** What would make us the owner, and has not gone out. */
function takeBackPen(core: CoreState, owner: PeerId): void {
  const peer = peerOf(core, owner);
  for (const { id, type } of [...peer.records]) {
    if (type === RECORD_TYPES.roomTransfer) withdraw(core, peer, id);
  }
}

/** What we answered may have made us the owner already; who left then would leave the room without one. */
function isBecomingOwner(core: CoreState, { promisedAtMs }: PrivateRoom): boolean {
  return promisedAtMs !== null && core.env.nowMs() - promisedAtMs < HANDOVER_MS;
}

/** Throws UsageError `bad-title`, `group-title`, and those of `requireOwn`. */
export function retitle(core: CoreState, name: string, title: string): void {
  const own = requireOwn(core, name);
  if (own.inner.log.group) {
    const message = phrase`a group is called by who is in it; make a room, and invite them`;
    throw new UsageError('group-title', message);
  }
  operate(core, own, { kind: 'title', text: requireTitle(title) });
}

/** Throws UsageError `topic-too-long`, and those of `requireOwn`. */
export function setTopic(core: CoreState, name: string, topic: string): void {
  const text = topic.toWellFormed();
  if (utf8FromText(text).length > MAX_ROOM_TOPIC_BYTES) {
    throw new UsageError('topic-too-long', phrase`a topic holds ${MAX_ROOM_TOPIC_BYTES} bytes`);
  }
  operate(core, requireOwn(core, name), { kind: 'topic', text });
}

/** Throws UsageError `not-a-member`, `too-many-moderators`, and those of `requireOwn`. */
export function setModerator(
  core: CoreState,
  name: string,
  { peer, on }: { readonly peer: PeerId; readonly on: boolean },
): void {
  const own = requireOwn(core, name);
  const { members, moderators } = own.inner.log;
  if (!members.has(peer)) throw new UsageError('not-a-member', phrase`they are not in this room`);
  if (peer === core.me.id || moderators.has(peer) === on) return;
  if (on && moderators.size >= MAX_MODERATORS) {
    throw new UsageError(
      'too-many-moderators',
      phrase`a room has ${MAX_MODERATORS} moderators at most`,
    );
  }
  operate(core, own, { kind: on ? 'grant' : 'revoke', id: idBytes(peer) });
}

/** The room is theirs once their client has answered. Throws UsageError `not-a-member`, and those of `requireOwn`. */
export function transfer(core: CoreState, name: string, peer: PeerId): void {
  const own = requireOwn(core, name);
  if (!own.inner.log.members.has(peer) || peer === core.me.id) {
    throw new UsageError('not-a-member', phrase`only another member can take the room over`);
  }
  askHeir(core, own, peer);
}

export interface RoomSettings {
  readonly readOnly?: boolean | undefined;
  /** Null: what is said stays. */
  readonly expireSeconds?: number | null | undefined;
}

/** Throws UsageError `bad-timer`, and those of `requireOwn`. */
export function setRoom(core: CoreState, name: string, change: RoomSettings): void {
  const own = requireOwn(core, name);
  const { readOnly: on, expireSeconds: seconds } = change;
  const { log } = own.inner;
  if (seconds !== undefined) requireTimer(seconds);
  if (on !== undefined && on !== log.readOnly) operate(core, own, { kind: 'read-only', on });
  if (seconds !== undefined && seconds !== log.expireSeconds) {
    operate(core, own, { kind: 'timer', seconds });
  }
}

/** Nobody writes there any more. Throws as `requireOwn`. */
export function closeRoom(core: CoreState, name: string): void {
  operate(core, requireOwn(core, name), { kind: 'close' });
}

function requireTitle(text: string): string {
  const title = text.trim();
  if (title !== '' && cleanTitle(title) === title) return title;
  const message = phrase`a room's title has letters, digits, single spaces and _ . -, at most 48 bytes`;
  throw new UsageError('bad-title', message);
}

function requireTimer(seconds: number | null): void {
  const isInRange =
    seconds === null ||
    (Number.isInteger(seconds) && seconds >= MIN_EXPIRE_SECONDS && seconds <= MAX_EXPIRE_SECONDS);
  if (isInRange) return;
  throw new UsageError(
    'bad-timer',
    phrase`messages disappear after 10 seconds to 90 days, or never`,
  );
}

/** Throws UsageError `not-in-room`, `not-private`, `room-frozen`, `room-closed`. */
function requirePrivate(core: CoreState, name: string): OwnRoom {
  const own = ownRoom(requireRoom(core, name));
  if (own === null) {
    throw new UsageError(
      'not-private',
      phrase`${name} is public: anybody can come, and it is nobody's`,
    );
  }
  if (own.inner.fork !== null) {
    const message = phrase`its owner signed two histories of this room; leave it, and make another`;
    throw new UsageError('room-frozen', message);
  }
  if (own.inner.log.closed)
    throw new UsageError('room-closed', phrase`its owner has closed this room`);
  return own;
}

/** Throws UsageError `not-the-owner`, `log-full`, and those of `requirePrivate`. */
function requireOwn(core: CoreState, name: string): OwnRoom {
  const own = requirePrivate(core, name);
  if (own.inner.pen !== null && canOperate(own.inner)) return own;
  if (own.inner.pen !== null) {
    const message = phrase`this room has seen as many changes as a room can; close it, and make another`;
    throw new UsageError('log-full', message);
  }
  throw new UsageError(
    'not-the-owner',
    phrase`only its owner, ${nickOf(core, own.inner.log.owner)}, can`,
  );
}
