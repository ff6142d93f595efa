// Operations on private rooms: signing ours, taking the owner's, handing them on, asking for those that are missing.
import { signOperation, strikerOf } from '../crypto/room-log.ts';
import { phrase } from '../language/translate.ts';
import { encodeCbor } from '../protocol/cbor.ts';
import { idBytes, PeerId, RoomId } from '../protocol/ids.ts';
import { MAX_OPERATION_BYTES_A_RECORD, MAX_OPERATIONS } from '../protocol/limits.ts';
import { RECORD_TYPES } from '../protocol/record.ts';
import { decodeOperations, decodeStrike, decodeWantLog } from '../protocol/room-content.ts';
import {
  type Change,
  decodeOperation,
  encodeOperation,
  MAX_ENDS,
} from '../protocol/room-operation.ts';
import { mayAnswer } from './automatic.ts';
import { doubt } from './doubts.ts';
import { saveOperations, savePrivate } from './durable-private.ts';
import { emit } from './link.ts';
import { peerOf } from './new-state.ts';
import { enqueue } from './outbox.ts';
import { hasArrived, isEntered, nameOf } from './private-members.ts';
import { type OwnRoom, ownRoom, type PrivateRoom } from './private-state.ts';
import { tellChanges } from './room-changes.ts';
import { dropOwnChain, roomOfId } from './room-keys.ts';
import { compareHead, type Extension, extendLog, headOfLog, type RoomLog } from './room-log.ts';
import { failWaiting } from './room-outbox.ts';
import type { RoomState } from './room-state.ts';
import { tellLeft } from './rooms-left.ts';
import type { CoreState } from './state.ts';
import { addStrike, counts, pruneStrikes } from './strikes.ts';

/** A member who asks for the log is answered at most so often. */
const ANSWER_INTERVAL_MS = 10_000;

/** Whether we, its owner, can still do something to a room. */
export function canOperate({ pen, fork, log }: PrivateRoom): boolean {
  return pen !== null && fork === null && !log.closed && log.heads.length < MAX_OPERATIONS;
}

/** Signs what we, its owner, do to a room, and hands it to everybody whom it concerns. Throws RangeError where we can't (`canOperate`). */
export function operate(core: CoreState, { room, inner }: OwnRoom, change: Change): void {
  const { pen, log } = inner;
  if (pen === null) throw new RangeError('not the owner');
  const { n, hash: prev } = headOfLog(log);
  const operation = encodeOperation(
    signOperation(pen, { room: room.roomId, n: n + 1, prev }, change),
  );
  const extension = extendLog({ room: room.roomId, log }, [operation]);
  if (extension.kind !== 'extended') throw new RangeError(`own operation is ${extension.kind}`);
  const before = log.members;
  takeExtension(core, { room, inner }, extension);
  // Who was taken out hears of it as well; newcomers are handed the whole log.
  handOut(core, { room, inner }, { to: before, operations: [operation] });
}

/** Each goes out once a person, and waits for who is away. */
function handOut(
  core: CoreState,
  { room }: OwnRoom,
  { to, operations }: { readonly to: Iterable<PeerId>; readonly operations: readonly Uint8Array[] },
): void {
  const content = encodeCbor({ room: idBytes(room.roomId), ops: operations });
  for (const id of to) {
    if (id === core.me.id) continue;
    enqueue(core, peerOf(core, id), { type: RECORD_TYPES.roomOperations, content });
  }
}

/** Somebody hands us operations: the owner a new one, a member what we asked for. Throws ProtocolError. */
export function takeOperations(core: CoreState, from: PeerId, bytes: Uint8Array): void {
  const { room: id, ops } = decodeOperations(bytes);
  const room = RoomId.fromBytes(id);
  const own = privateRoomOf(core, room);
  if (own === null) {
    tellLeft(core, from, room);
    return;
  }
  const { log, doubts } = own.inner;
  // Who let us in may be no member of the log's first days.
  if (hasArrived(own.inner) && !log.members.has(from) && !doubts.has(from)) return;
  takeBatch(core, own, { from, ops });
}

/** Operations that a member hands over, in one stretch. */
function takeBatch(
  core: CoreState,
  own: OwnRoom,
  { from, ops }: { readonly from: PeerId; readonly ops: readonly Uint8Array[] },
): void {
  const { room, inner } = own;
  if (inner.fork !== null) return;
  const extension = extendLog({ room: room.roomId, log: inner.log }, ops);
  if (extension.kind === 'extended') takeExtension(core, own, extension);
  else if (extension.kind === 'ahead') doubt(core, own, { of: from, head: extension.after });
  else if (extension.kind === 'forked') freeze(core, own, extension.operation);
}

function takeExtension(
  core: CoreState,
  own: OwnRoom,
  { log, applied }: Extract<Extension, { kind: 'extended' }>,
): void {
  if (applied.length === 0) return;
  const { room, inner } = own;
  const before = inner.log;
  const wasIn = isEntered(core, room);
  inner.log = log;
  saveOperations(core, room, before.heads.length);
  takeOverPen(core, own);
  tellChanges(core, room, { wasIn, by: before.owner, applied });
  // Also where it took us out again before it was all here.
  if (hasArrived(inner) && !log.members.has(core.me.id)) inner.isExpelled = true;
  for (const id of room.members.keys()) if (!log.members.has(id)) room.members.delete(id);
  for (const id of room.unproven.keys()) if (!log.members.has(id)) room.unproven.delete(id);
  for (const id of log.members) inner.invited.delete(id);
  const out = applied.flatMap(({ change, who }) => (change.kind === 'remove' ? who : []));
  dropOwnChain(core, room, new Set(out));
  stir(core, own);
}

/** The owner has signed the room over to us, or we to somebody. */
function takeOverPen(core: CoreState, { room, inner }: OwnRoom): void {
  const isOurs = inner.log.owner === core.me.id;
  if (isOurs && inner.pen === null) inner.pen = inner.nextPen;
  if (isOurs) {
    inner.nextPen = null;
    inner.promisedAtMs = null;
  } else inner.pen = null;
  if (inner.heir !== null && inner.heir === inner.log.owner) inner.heir = null;
  savePrivate(core, room);
}

/** Log or strikes have changed: who must not read on doesn't, and what waited for it is looked at again. */
export function stir(core: CoreState, { room, inner }: OwnRoom): void {
  pruneStrikes(inner);
  savePrivate(core, room);
  dropOwnChain(core, room);
  inner.isStirred = true;
  room.changed = true;
}

/** A moderator takes somebody out, or a member leaves; perhaps by somebody else's hand. Throws ProtocolError. */
export function takeStrike(core: CoreState, from: PeerId, bytes: Uint8Array): void {
  const content = decodeStrike(bytes);
  const own = privateRoomOf(core, RoomId.fromBytes(content.room));
  if (own === null || own.inner.fork !== null) return;
  const { n, head: hash } = content;
  const target = PeerId.fromBytes(content.id);
  const by = strikerOf(content, { room: own.room.roomId, n, head: hash, target })?.id;
  const { log } = own.inner;
  if (by === undefined || !log.members.has(by) || !log.members.has(from)) return;
  const head = { n, hash };
  if (compareHead(log, head) === 'ahead') doubt(core, own, { of: from, head });
  if (!addStrike(own.inner, { by, target, head })) return;
  // Its maker may not know who owns the room by now.
  if (log.owner !== core.me.id && log.owner !== from && n < (log.added.get(log.owner) ?? 0)) {
    const type = RECORD_TYPES.roomStrike;
    // Only what was read: whatever else somebody put in must not travel on.
    enqueue(core, peerOf(core, log.owner), { type, content: encodeCbor(content) });
  }
  stir(core, own);
}

/** The owner's word on what moderators and leavers said. Called at the end of each step, where something stirred. */
export function actOnStrikes(core: CoreState, own: OwnRoom): void {
  const { room, inner } = own;
  for (const strike of [...inner.strikes]) {
    if (!canOperate(inner) || !counts(inner.log, strike)) continue;
    const left = strike.by === strike.target;
    operate(core, own, removal(room, strike.target, left));
  }
}

/** Says how far their chains count: what they said before is read, also by who is away now. */
export function removal(room: RoomState, target: PeerId, left: boolean): Change {
  const theirs = [...room.chains.values()].filter(({ owner }) => owner === target);
  const ends = theirs
    .slice(-MAX_ENDS)
    .map(({ chain }): [Uint8Array, number] => [idBytes(chain.skid), chain.index]);
  return { kind: 'remove', id: idBytes(target), left, ends };
}

/** Two histories under one pen. Nobody can tell which is meant, so nothing is said there any more, and all hear of it. */
function freeze(core: CoreState, own: OwnRoom, operation: Uint8Array): void {
  const { room, inner } = own;
  inner.fork = operation;
  savePrivate(core, room);
  dropOwnChain(core, room);
  failWaiting(core, room);
  handOut(core, own, { to: inner.log.members, operations: proof(inner.log, operation) });
  room.changed = true;
  const message = phrase`the owner of ${nameOf(room)} signed two different histories of it: nobody can tell who is in it, and nothing is sent there any more. Leave it, and make another`;
  emit(core, { type: 'error', code: 'room-forked', message });
}

/** A member lacks operations. Throws ProtocolError. */
export function answerWantLog(core: CoreState, asker: PeerId, bytes: Uint8Array): void {
  const { room: id, n } = decodeWantLog(bytes);
  const own = privateRoomOf(core, RoomId.fromBytes(id));
  if (own === null || !own.inner.log.members.has(asker)) return;
  const { answeredAtMs, log, fork } = own.inner;
  const now = core.env.nowMs();
  const before = answeredAtMs.get(asker);
  if (before !== undefined && now - before < ANSWER_INTERVAL_MS) return;
  answeredAtMs.set(asker, now);
  // Of what waits for them already nothing is lost.
  const kind = { type: RECORD_TYPES.roomOperations, room: own.room.roomId };
  if (!mayAnswer(core, asker, kind)) return;
  for (const operations of stretches(log, n)) handOut(core, own, { to: [asker], operations });
  if (fork !== null) handOut(core, own, { to: [asker], operations: proof(log, fork) });
}

/** Both sides of it: whoever knows either sees that there are two. */
function proof(log: RoomLog, fork: Uint8Array): Uint8Array[] {
  const ours = log.operations[decodeOperation(fork).n] ?? log.operations.at(-1);
  return ours === undefined ? [fork] : [fork, ours];
}

/** The operations from number `from` on, as many as a record holds each. */
export function stretches(log: RoomLog, from: number): Uint8Array[][] {
  const found: Uint8Array[][] = [];
  let stretch: Uint8Array[] = [];
  let size = 0;
  for (const operation of log.operations.slice(from)) {
    if (stretch.length > 0 && size + operation.length > MAX_OPERATION_BYTES_A_RECORD) {
      found.push(stretch);
      stretch = [];
      size = 0;
    }
    stretch.push(operation);
    size += operation.length;
  }
  if (stretch.length > 0) found.push(stretch);
  return found;
}

export function privateRoomOf(core: CoreState, id: RoomId): OwnRoom | null {
  const room = roomOfId(core, id);
  return room === null ? null : ownRoom(room);
}
