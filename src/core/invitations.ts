// Into a private room: its owner asks, a person answers, the owner lets them in and hands them the room.
import { holderOf, newPen, privateTopicOf, signHolder } from '../crypto/room-log.ts';
import { phrase } from '../language/translate.ts';
import { equalBytes, hexFromBytes } from '../protocol/bytes.ts';
import { encodeCbor } from '../protocol/cbor.ts';
import { idBytes, type PeerId, RelayId, RoomId } from '../protocol/ids.ts';
import { cleanTitle } from '../protocol/nickname.ts';
import { RECORD_TYPES } from '../protocol/record.ts';
import {
  decodeInvitation,
  decodeInvitationAnswer,
  decodeTransfer,
  decodeWelcome,
  INVITATION_BYTES,
} from '../protocol/room-content.ts';
import { enqueueAutomatic, mayAnswer } from './automatic.ts';
import { saveInvitation, savePrivate } from './durable-private.ts';
import type { InvitationInfo } from './events.ts';
import { hiddenDelayMs } from './hidden-delay.ts';
import { emit, isFirstTelling } from './link.ts';
import { peerOf } from './new-state.ts';
import { canOperate, operate, privateRoomOf, removal, stretches } from './operations.ts';
import { enqueue } from './outbox.ts';
import { nickOf, whoOf } from './people.ts';
import { isEntered } from './private-members.ts';
import { admit, privateName } from './private-rooms.ts';
import { type Invitation, invitationKey, type OwnRoom } from './private-state.ts';
import { tellChanges } from './room-changes.ts';
import { extendLog, type RoomLog } from './room-log.ts';
import { tellRoom } from './room-roster.ts';
import { roomOfTopic } from './rooms.ts';
import { declineRoom, noteReturn } from './rooms-left.ts';
import type { CoreState } from './state.ts';
import { hasPlaceForUnfinished } from './unfinished-rooms.ts';

/** Invitations that wait for a person, and those of people whom we never wrote to. */
const MAX_INVITATIONS = 64;
const MAX_FROM_STRANGERS = 8;
/** Of ours to somebody who asks again and again. */
const MAX_ANSWERS_WAITING = 8;
/** As messages wait for the name of who wrote them. */
const CARD_PATIENCE_MS = 2_000;
/** Groups of one person in which we have said nothing yet. */
const MAX_UNANSWERED_GROUPS = 8;

/** Asks people in. Who was asked before is asked anew: the question of before is good no more. */
export function invite(core: CoreState, { room, inner }: OwnRoom, ids: readonly PeerId[]): void {
  for (const id of ids) {
    const invitation = core.env.random(INVITATION_BYTES);
    inner.invited.set(id, hexFromBytes(invitation));
    send(core, id, RECORD_TYPES.roomInvitation, {
      ...{ room: idBytes(room.roomId), invitation, title: inner.log.title },
    });
  }
  savePrivate(core, room);
  room.changed = true;
}

function send(core: CoreState, to: PeerId, type: number, content: object): void {
  enqueue(core, peerOf(core, to), { type, content: encodeCbor(content) });
}

/** Whether a person knows them: we wrote to them, or compared keys. */
function isFamiliar(core: CoreState, id: PeerId): boolean {
  const pin = core.pins.get(id);
  return pin !== null && (pin.contacted || pin.trust === 'verified');
}

/** Somebody asks us in. Throws ProtocolError. */
export function takeInvitation(core: CoreState, from: PeerId, bytes: Uint8Array): void {
  const content = decodeInvitation(bytes);
  const room = RoomId.fromBytes(content.room);
  const key = invitationKey({ room, from });
  const known = core.invitations.get(key);
  if (privateRoomOf(core, room) !== null) return;
  if (known === undefined && !hasPlaceFor(core, from)) return;
  if (known?.isAccepted === true) {
    // Asked once more, with another number: a person has said yes already.
    const type = RECORD_TYPES.roomAnswer;
    if (!mayAnswer(core, from, { type, most: MAX_ANSWERS_WAITING })) return;
    const again = { ...known, invitation: content.invitation };
    core.invitations.set(key, again);
    answerInvitation(core, again, true);
    return;
  }
  const invitation: Invitation = {
    ...{ room, from, invitation: content.invitation, title: cleanTitle(content.title) },
    timeMs: core.env.wallMs(),
    isAccepted: false,
    tellAtMs: core.env.nowMs() + CARD_PATIENCE_MS,
  };
  core.invitations.set(key, invitation);
  saveInvitation(core, key);
}

/** Tells of invitations whose senders' names are here, or have been waited for long enough; called at the end of each step. */
export function tellInvitations(core: CoreState): void {
  for (const invitation of core.invitations.values()) {
    const { from, tellAtMs } = invitation;
    if (tellAtMs === null || (nickOf(core, from) === '' && core.env.nowMs() < tellAtMs)) continue;
    invitation.tellAtMs = null;
    emit(core, { type: 'invitation', invitation: infoOf(core, invitation) });
  }
}

/** When the first that waits for a name is told without, monotonic ms; null: none waits. */
export function invitationsDueMs(core: CoreState): number | null {
  const times = [...core.invitations.values()].flatMap(({ tellAtMs }) => tellAtMs ?? []);
  return times.length === 0 ? null : Math.min(...times);
}

/** A crowd must not push out what friends asked. */
function hasPlaceFor(core: CoreState, from: PeerId): boolean {
  if (core.invitations.size >= MAX_INVITATIONS) return false;
  if (isFamiliar(core, from)) return true;
  const strangers = [...core.invitations.values()].filter((other) => !isFamiliar(core, other.from));
  return strangers.length < MAX_FROM_STRANGERS;
}

export function infoOf(core: CoreState, invitation: Invitation): InvitationInfo {
  const { room, from, title, timeMs, isAccepted } = invitation;
  return {
    room: privateName(room),
    title,
    from: whoOf(core, from),
    time: new Date(timeMs).toISOString(),
    accepted: isAccepted,
  };
}

/** Of one room: everybody's who asks us into it, whose answer counts first: not given yet, of somebody familiar, the newest. */
export function invitationsTo(core: CoreState, room: RoomId): Invitation[] {
  const rank = (known: Invitation) => {
    return (known.isAccepted ? 0 : 2) + (isFamiliar(core, known.from) ? 1 : 0);
  };
  const theirs = [...core.invitations.values()].filter((known) => known.room === room);
  return theirs.reverse().sort((a, b) => rank(b) - rank(a));
}

/** A person says whether we come. */
export function answerInvitation(core: CoreState, known: Invitation, accept: boolean): void {
  const { room, from, invitation } = known;
  send(core, from, RECORD_TYPES.roomAnswer, { room: idBytes(room), invitation, accept });
  if (accept) {
    known.isAccepted = true;
    noteReturn(core, room);
  } else core.invitations.delete(invitationKey(known));
  saveInvitation(core, invitationKey(known));
}

/**
 * Whom we asked answers: once, and only they. A member who says no was let in against their will, or too late. Throws
 * ProtocolError.
 */
export function takeInvitationAnswer(core: CoreState, from: PeerId, bytes: Uint8Array): void {
  const content = decodeInvitationAnswer(bytes);
  const own = privateRoomOf(core, RoomId.fromBytes(content.room));
  if (own === null || !canOperate(own.inner)) return;
  if (!content.accept && own.inner.log.members.has(from)) {
    operate(core, own, removal(own.room, from, true));
    return;
  }
  if (own.inner.invited.get(from) !== hexFromBytes(content.invitation)) return;
  own.inner.invited.delete(from);
  savePrivate(core, own.room);
  own.room.changed = true;
  if (content.accept) letIn(core, own, [from]);
}

/** Makes them members, and hands them the room. */
export function letIn(core: CoreState, own: OwnRoom, ids: readonly PeerId[]): void {
  const before = own.inner.log.members;
  operate(core, own, { kind: 'add', ids: ids.map(idBytes) });
  const { room, inner } = own;
  const { secret, log } = inner;
  const { cursor, cursorOf } = room;
  const from = cursorOf === null || room.join === null ? null : [idBytes(cursorOf), `${cursor}`];
  const [first = [], ...more] = stretches(log, 0);
  for (const id of ids) {
    if (before.has(id) || !log.members.has(id)) continue;
    send(core, id, RECORD_TYPES.roomWelcome, {
      ...{ room: idBytes(room.roomId), secret, from, ops: first, n: log.heads.length },
    });
    for (const ops of more) {
      send(core, id, RECORD_TYPES.roomOperations, { room: idBytes(room.roomId), ops });
    }
  }
}

/**
 * A room's owner hands it to us. Into a room with a title nobody comes without having said so; a group of people is
 * a message like any other, and waits for a person's word where its maker is a stranger. Of a long log only the beginning comes
 * with it, perhaps of an earlier owner's time: we are in once what follows says so. Throws ProtocolError.
 */
export function takeWelcome(core: CoreState, from: PeerId, bytes: Uint8Array): void {
  const { room: id, secret, ops, from: readFrom, n: expected } = decodeWelcome(bytes);
  const room = RoomId.fromBytes(id);
  if (privateRoomOf(core, room) !== null) return;
  const extension = extendLog({ room, log: null }, ops);
  if (extension.kind !== 'extended') return;
  const { log, applied } = extension;
  const known = core.invitations.get(invitationKey({ room, from }));
  const isAwaited = known?.isAccepted === true;
  const isRequest = !isAwaited && (log.owner !== from || !isFamiliar(core, from));
  // Whoever knows a room's secret must not have its messages taken for another's.
  const isTaken = roomOfTopic(core, privateTopicOf(secret)) !== null;
  const isFree = isAwaited || (log.group && isBearable(core, { from, isRequest, log, expected }));
  if (isTaken || !isFree || !hasRoomForAnother(core)) {
    declineRoom(core, from, { room, ...(known && { invitation: known.invitation }) });
    return;
  }
  for (const each of invitationsTo(core, room)) {
    core.invitations.delete(invitationKey(each));
    saveInvitation(core, invitationKey(each));
  }
  const admitted = admit(core, {
    ...{ id: room, secret, log, expected, letInBy: from, isRequest },
    // An owner who lets us in long after our yes must not learn by it whether we are here now.
    isUnasked: !isAwaited || hiddenDelayMs(core, peerOf(core, from)) > 0,
    from:
      readFrom === null
        ? null
        : { relay: RelayId.fromBytes(readFrom[0]), cursor: BigInt(readFrom[1]) },
  });
  tellRoom(core, admitted);
  tellChanges(core, admitted, { wasIn: false, by: from, applied });
}

interface Handed {
  readonly from: PeerId;
  readonly isRequest: boolean;
  readonly log: RoomLog;
  readonly expected: number;
}

/** Nobody whom we didn't ask fills our rooms: not a crowd, nor somebody we know. */
function isBearable(core: CoreState, { from, isRequest, log, expected }: Handed): boolean {
  const rooms = [...core.rooms.values()];
  const isWhole = log.heads.length >= expected;
  if (!isWhole && !hasPlaceForUnfinished(core, { from, isRequest })) return false;
  if (isRequest) {
    return rooms.filter((room) => room.private?.isRequest === true).length < MAX_FROM_STRANGERS;
  }
  const unanswered = rooms.filter(({ private: inner, nextSeq }) => {
    return inner?.log.group && inner.letInBy === from && nextSeq === 1;
  });
  return unanswered.length < MAX_UNANSWERED_GROUPS;
}

function hasRoomForAnother(core: CoreState): boolean {
  if (core.rooms.size < core.link.topics) return true;
  if (isFirstTelling(core, `no place for a room ${core.link.session}`)) {
    const message = phrase`somebody let you into a room, and you are in ${core.rooms.size} already, the most there are; leave one, and ask them to invite you again`;
    emit(core, { type: 'error', code: 'too-many-topics', message });
  }
  return false;
}

/** Asks a member to take the room over: their client answers with a pen of its own. */
export function askHeir(core: CoreState, { room, inner }: OwnRoom, heir: PeerId): void {
  inner.heir = heir;
  savePrivate(core, room);
  send(core, heir, RECORD_TYPES.roomTransfer, { room: idBytes(room.roomId) });
}

/** The owner asks for our pen, or whom we asked gives us theirs. Throws ProtocolError. */
export function takeTransfer(core: CoreState, from: PeerId, bytes: Uint8Array): void {
  const { room: id, pen, by } = decodeTransfer(bytes);
  const own = privateRoomOf(core, RoomId.fromBytes(id));
  if (own === null || own.inner.fork !== null || own.inner.log.closed) return;
  const { room, inner } = own;
  if (pen === undefined || by === undefined) {
    // An owner can't leave: nobody becomes one where a stranger put them.
    if (inner.log.owner !== from || !isEntered(core, room) || inner.isRequest) return;
    inner.nextPen ??= newPen(core.env.random);
    inner.promisedAtMs ??= core.env.nowMs();
    savePrivate(core, room);
    const holder = signHolder(core.me, room.roomId, inner.nextPen);
    const type = RECORD_TYPES.roomTransfer;
    const content = encodeCbor({ room: id, pen: holder.pen, by: holder.by });
    enqueueAutomatic(core, from, { type, room: room.roomId, content });
    return;
  }
  const keys = core.peers.get(from)?.keys ?? null;
  if (inner.pen === null || !canOperate(inner) || inner.heir !== from || keys === null) return;
  const holder = { ed: keys.ed25519, x: keys.x25519, pen, by };
  const isTheirs = holderOf(room.roomId, holder)?.id === from;
  if (!isTheirs || equalBytes(pen, inner.pen.publicKey) || !inner.log.members.has(from)) return;
  operate(core, own, { kind: 'transfer', ...holder });
}
