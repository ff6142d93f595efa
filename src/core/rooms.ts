// Rooms this client is in: entering, leaving, subscriptions, and what the relay says to them. Knows no keys of chains.
import { publicRoomId, signJoin, topicOf } from '../crypto/room.ts';
import { phrase } from '../language/translate.ts';
import type { Code } from '../protocol/codes.ts';
import { encodeJoinProof, type JoinProof } from '../protocol/frames.ts';
import { StreamId, type TopicId } from '../protocol/ids.ts';
import { forgetPrivateRows, savePrivate } from './durable-private.ts';
import { forgetRoomRows, saveRoom, saveWholeRoom } from './durable-rooms.ts';
import type { MessageReason, MessageState } from './events.ts';
import { entryHeldBackUntilMs } from './hidden-delay.ts';
import { emit, isFirstTelling, request, takeSeq, tellReceipt } from './link.ts';
import { hasArrived, isFollowed } from './private-members.ts';
import { restoreRoom } from './restore-rooms.ts';
import type { RoomOut, RoomState } from './room-state.ts';
import type { CoreState } from './state.ts';
import { isTold } from './told-records.ts';

/** How long others may take to learn of a newcomer: the relay tells joins in batches. */
const NEWCOMER_MS = 5_000;
/** A room that the relay lets nobody into now. */
const ENTER_AGAIN_MS = 15_000;
/** The cursor of who reads everything that the relay kept. */
export const FROM_THE_BEGINNING = 1n;
/** About a day. */
const STALE_STEP = 100_000_000n;

/** Enters a room, or turns a visit into a stay. `name` has been parsed by protocol/nickname.ts. */
export function enterRoom(core: CoreState, name: string, standing: RoomState['standing']): void {
  const known = core.rooms.get(name);
  if (known !== undefined && (known.standing === 'joined' || standing === 'guest')) return;
  // A visitor has nothing to go on with, unless it has said something.
  const goesOn = known !== undefined && known.outbox.length > 0;
  const room = goesOn ? known : newPublicRoom(core, name, standing);
  room.standing = standing;
  core.rooms.set(name, room);
  if (standing === 'joined') {
    if (!goesOn) restoreRoom(core, room);
    saveWholeRoom(core, room);
    saveRooms(core);
  }
  room.changed = true;
  if (core.link.online && core.link.enterAtMs === null) subscribe(core, room);
}

/** Leaves for good; the signed leave tells the others that it is our own doing. */
export function leaveRoom(core: CoreState, room: RoomState): void {
  for (const out of room.outbox) {
    if (out.phase === 'queued') tellOut(core, out, { state: 'failed', reason: 'cancelled' });
  }
  forgetRoom(core, room);
  const { private: inner } = room;
  // Where we never subscribed, there is nothing to tell the relay; and who hides just goes where the log alone says who is a
  // member: a leave would tell that they are here.
  if (inner !== null && (core.hidden || inner.isRequest || !hasArrived(inner))) return;
  if (core.link.online) {
    const join = proofOf(core, room, 'left');
    if (join !== null) request(core, { type: 'unsub', topic: room.topic, join }, () => undefined);
  }
}

/** How a record of ours stands, where anybody hears of that. */
export function tellOut(
  core: CoreState,
  { id, bytes }: RoomOut,
  stands: { readonly state: MessageState; readonly reason: MessageReason | null },
): void {
  const [type = 0] = bytes;
  if (isTold(type)) tellReceipt(core, { id, ...stands });
}

function forgetRoom(core: CoreState, room: RoomState): void {
  core.rooms.delete(room.name);
  core.muted.delete(room.name);
  if (room.standing !== 'joined') return;
  forgetRoomRows(core, room);
  if (room.private === null) saveRooms(core);
  else forgetPrivateRows(core, room);
  emit(core, { type: 'room-left', room: room.label });
}

function newPublicRoom(core: CoreState, name: string, standing: RoomState['standing']): RoomState {
  const roomId = publicRoomId(name);
  const place = { name, label: `#${name}`, roomId, topic: topicOf(roomId), private: null };
  return newRoom(core, { ...place, standing });
}

/** A room of which nothing else is known yet. */
export function newRoom(
  core: CoreState,
  place: Pick<RoomState, 'name' | 'label' | 'roomId' | 'topic' | 'private' | 'standing'>,
): RoomState {
  return {
    ...place,
    join: null,
    stream: StreamId.fromBytes(core.env.random(StreamId.sizeBytes)),
    members: new Map(),
    unproven: new Map(),
    proving: new Set(),
    rosterComplete: false,
    enterAgainAtMs: null,
    changed: false,
    cursor: 0n,
    cursorOf: null,
    newcomerUntilMs: 0,
    ...{ own: null, owesKeys: true, spokenAtMs: null },
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
  const rooms = [...core.rooms.values()].filter(
    (room) => room.standing === 'joined' && room.private === null,
  );
  core.effects.push({ type: 'save-rooms', rooms: rooms.map((room) => room.name) });
}

function proofOf(core: CoreState, room: RoomState, standing: JoinProof['standing']) {
  const { relayId } = core.link;
  if (relayId === null) return null;
  return signJoin(core.me, { relay: relayId, room: room.roomId }, { seq: takeSeq(core), standing });
}

/** At each connection, and at joining; a private room is joined when its log says so. */
export function subscribe(core: CoreState, room: RoomState): void {
  if (!isFollowed(core, room)) return;
  const heldBackUntilMs = entryHeldBackUntilMs(core, room);
  if (heldBackUntilMs > core.env.nowMs()) {
    room.enterAgainAtMs = heldBackUntilMs;
    return;
  }
  const join = proofOf(core, room, room.standing);
  if (join === null) return;
  if (room.private !== null && room.private.unaskedAtMs !== null) {
    room.private.unaskedAtMs = null;
    savePrivate(core, room);
  }
  room.join = join;
  room.rosterComplete = false;
  // Another relay's numbers mean nothing here.
  if (room.cursorOf !== core.link.relayId) room.cursor = 0n;
  room.cursorOf = core.link.relayId;
  if (room.cursor === 0n) room.newcomerUntilMs = core.env.nowMs() + NEWCOMER_MS;
  room.enterAgainAtMs = null;
  request(core, { type: 'sub', topic: room.topic, cursor: room.cursor, join }, (answer) => {
    if (answer?.type === 'error') refuseEntry(core, room, answer.code);
  });
}

/**
 * Where the relay lets nobody into so many rooms, a room is left, and a visit ends with any refusal; else it is tried
 * again, and nothing is forgotten: a full relay, or a crowd at it, must not make people leave.
 */
function refuseEntry(core: CoreState, room: RoomState, code: Code): void {
  const isFinal = code === 'too-many-topics' || room.standing === 'guest';
  const what = isFinal ? phrase`it was left` : phrase`it is tried again`;
  const message = phrase`the relay lets you not into ${room.label} now (${code}); ${what}`;
  if (isFinal || isFirstTelling(core, `entry ${room.name} ${core.link.session}`)) {
    emit(core, { type: 'error', code, message });
  }
  if (!isFinal) {
    // A clock set back, with the numbers lost: they are milliseconds, and go on above those of before.
    if (code === 'stale-seq') core.lastSeq += STALE_STEP;
    room.enterAgainAtMs = core.env.nowMs() + ENTER_AGAIN_MS;
    return;
  }
  // What waits can't go out, and the next login would be refused again.
  for (const out of room.outbox) tellOut(core, out, { state: 'failed', reason: 'refused' });
  forgetRoom(core, room);
}

export function roomOfTopic(core: CoreState, topic: TopicId): RoomState | null {
  for (const room of core.rooms.values()) if (room.topic === topic) return room;
  return null;
}

/** Our own present join, for distributions and wants; null before the first subscription. */
export function ownJoin(room: RoomState): Uint8Array | null {
  return room.join === null ? null : encodeJoinProof(room.join);
}

/**
 * The list is whole: a newcomer reads on from its end. So does who is ahead of it: the relay's log was lost, or it
 * gave out numbers that were none.
 */
export function takeHead(core: CoreState, room: RoomState, head: bigint): void {
  if (room.cursor > head && room.cursor > FROM_THE_BEGINNING) {
    const message = phrase`the relay has lost what it kept of ${room.label}: of what was said while you were away, some may be missing`;
    emit(core, { type: 'error', code: 'log-lost', message });
  }
  if (room.cursor !== 0n && room.cursor <= head) return;
  room.cursor = head;
  saveRoom(core, room);
}
