// What we say in rooms: sealed when it goes out, kept until the relay has it.
import { messageIdOf } from '../crypto/message-id.ts';
import { sealRoomBlob } from '../crypto/room-chain.ts';
import { TOKEN_BYTES } from '../protocol/frames.ts';
import { idBytes } from '../protocol/ids.ts';
import { BLOB_TTL_SECONDS } from '../protocol/limits.ts';
import { pad } from '../protocol/padding.ts';
import { decodeRoomRecord, encodeRoomRecord, NO_LOG } from '../protocol/record.ts';
import { forgetOut, saveOut, saveOwnChain, saveRoom } from './durable-rooms.ts';
import { isFirstTelling, request } from './link.ts';
import type { ToSend } from './outbox.ts';
import { silence } from './private-members.ts';
import { currentChain, distribute, isDistributed, patienceEndsMs } from './room-keys.ts';
import { headOfLog } from './room-log.ts';
import type { OwnChain, RoomOut, RoomState } from './room-state.ts';
import { subscribe, tellOut } from './rooms.ts';
import type { Answer, CoreState } from './state.ts';

/** What the relay can't keep now, for want of room, is offered again after this long. */
const REFUSED_MS = 30_000;

/** Puts a message at the end of a room's outbox. It is encrypted only when it goes out. */
export function enqueueRoom(core: CoreState, room: RoomState, { type, content }: ToSend): RoomOut {
  const { stream } = room;
  const seq = room.nextSeq++;
  const timeMs = core.env.wallMs();
  const id = messageIdOf({ from: core.me.id, place: idBytes(room.roomId), stream, seq });
  const record = { type, messageId: id, stream, seq, timeMs, head: NO_LOG, content };
  const bytes = encodeRoomRecord(record);
  const queuedAtMs = core.env.nowMs();
  const out: RoomOut = {
    id,
    bytes,
    seq,
    queuedAtMs,
    phase: 'queued',
    notBeforeMs: 0,
    transmitted: false,
    sealed: null,
  };
  room.outbox.push(out);
  saveOut(core, room, out);
  saveRoom(core, room);
  // Who hides, and was put into it: whoever speaks comes in.
  if (room.join === null && room.enterAgainAtMs !== null) subscribe(core, room);
  return out;
}

/** Takes back a message that never went out; false where it is too late. */
export function withdrawRoom(core: CoreState, room: RoomState, id: RoomOut['id']): boolean {
  const last = room.outbox.at(-1);
  // Only the newest: a number left out before others would look like a loss.
  if (last === undefined || last.id !== id || last.transmitted) return false;
  room.outbox.pop();
  room.nextSeq--;
  forgetOut(core, room, last);
  saveRoom(core, room);
  tellOut(core, last, { state: 'failed', reason: 'cancelled' });
  return true;
}

/** Moves what can move in one room; called at the end of each step. */
export function pumpRoom(core: CoreState, room: RoomState): void {
  // Before they are told of, which is at each step, connected or not.
  if (room.changed) room.owesKeys = true;
  if (!core.link.online || !core.link.ownChecked || !room.rosterComplete) return;
  if (silence(core, room) !== null) return;
  const now = core.env.nowMs();
  const isDue = (out: RoomOut) => out.phase === 'queued' && out.notBeforeMs <= now;
  const waits = room.outbox.some(isDue);
  // The first message waits until every join in the list has been checked and given a key.
  const own = waits ? currentChain(core, room) : null;
  // Who hides gives keys when they speak: at other times these would tell that they are here.
  if (own !== null || (room.owesKeys && !core.hidden)) distribute(core, room);
  if (own === null || (awaitsProofs(core, room, own) && !isOverdue(core, room))) return;
  if (!isDistributed(core, room, own)) return;
  for (const out of room.outbox) {
    if (!isDue(out)) continue;
    // A chain that has just ended: the next one's keys go ahead of its first message, too.
    if (currentChain(core, room) !== own) {
      distribute(core, room);
      return;
    }
    transmit(core, room, own, out);
  }
}

/**
 * Joins just told, whose members are about to get a key; not those that nobody ever proves. Who is away is
 * given it as it is then, and could not read later what went out before.
 */
function awaitsProofs(core: CoreState, room: RoomState, { holders }: OwnChain): boolean {
  const now = core.env.nowMs();
  for (const [id, { sinceMs, here }] of room.unproven) {
    if ((here || !holders.has(id)) && patienceEndsMs(sinceMs) > now) return true;
  }
  return false;
}

function isOverdue(core: CoreState, room: RoomState): boolean {
  const oldest = room.outbox[0];
  return oldest !== undefined && core.env.nowMs() >= patienceEndsMs(oldest.queuedAtMs);
}

/** After a reconnect the same blob goes again while its chain is current: the relay knows its token. */
function transmit(core: CoreState, room: RoomState, own: OwnChain, out: RoomOut): void {
  if (out.sealed === null || out.sealed.skid !== own.chain.skid) {
    const { chain, blob } = sealRoomBlob(own.chain, pad(sealedBytes(room, out)), core.env.random);
    own.chain = chain;
    saveOwnChain(core, room);
    out.sealed = { skid: chain.skid, token: core.env.random(TOKEN_BYTES), blob };
  }
  out.phase = 'sent';
  out.transmitted = true;
  room.spokenAtMs = core.env.nowMs();
  // What is held back from who hears this goes now (hidden-delay.ts).
  if (core.hidden) for (const id of room.private?.log.members ?? []) core.dirty.add(id);
  const { token, blob } = out.sealed;
  request(core, { type: 'fanout', token, ttlSeconds: BLOB_TTL_SECONDS, blob }, (answer) => {
    takeAnswer(core, room, out, answer);
  });
}

/** With the head of now: readers hold it against what they know of the room. */
function sealedBytes({ private: inner }: RoomState, { bytes }: RoomOut): Uint8Array {
  if (inner === null) return bytes;
  return encodeRoomRecord({ ...decodeRoomRecord(bytes), head: headOfLog(inner.log) });
}

/** What waits can't go out any more. */
export function failWaiting(core: CoreState, room: RoomState): void {
  for (const out of [...room.outbox]) {
    takeOut(core, room, out);
    tellOut(core, out, { state: 'failed', reason: 'refused' });
  }
}

function takeAnswer(core: CoreState, room: RoomState, out: RoomOut, answer: Answer): void {
  if (answer?.type === 'done') {
    takeOut(core, room, out);
    tellOut(core, out, { state: 'relayed', reason: null });
    // It has room again: what was refused follows at once, so that who was away reads it in its order, or nearly.
    for (const refused of room.outbox) refused.notBeforeMs = 0;
    return;
  }
  out.phase = 'queued';
  if (answer?.type !== 'error') return;
  if (answer.code === 'not-subscribed') {
    subscribe(core, room);
    return;
  }
  // Those who are here have it, but it is not kept for the others: the same blob goes again, which nobody shows twice.
  out.notBeforeMs = core.env.nowMs() + REFUSED_MS;
  if (isFirstTelling(core, `refused ${out.id}`)) {
    tellOut(core, out, { state: 'pending', reason: 'refused' });
  }
}

function takeOut(core: CoreState, room: RoomState, out: RoomOut): void {
  room.outbox = room.outbox.filter((other) => other !== out);
  forgetOut(core, room, out);
}

export function outboxDueMs(core: CoreState, room: RoomState): number[] {
  const due: number[] = [];
  if (room.enterAgainAtMs !== null) due.push(room.enterAgainAtMs);
  if (!room.rosterComplete) return due;
  const now = core.env.nowMs();
  for (const { phase, notBeforeMs, queuedAtMs } of room.outbox) {
    if (phase === 'queued') due.push(notBeforeMs > now ? notBeforeMs : patienceEndsMs(queuedAtMs));
  }
  return due;
}
