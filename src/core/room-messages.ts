// Messages of rooms: sealed when they go out, opened in order when they come in.
import { CryptoError } from '../crypto/errors.ts';
import { messageIdOf } from '../crypto/message-id.ts';
import { openRoomBlob, sealRoomBlob } from '../crypto/room-chain.ts';
import { hash } from '../crypto/transcript.ts';
import { decodeHeader } from '../protocol/envelope.ts';
import { LanchatError } from '../protocol/errors.ts';
import { TOKEN_BYTES } from '../protocol/frames.ts';
import { idBytes, type SenderKeyId } from '../protocol/ids.ts';
import { BLOB_TTL_SECONDS, MAX_WAITING_BLOBS, MAX_WAITING_BYTES } from '../protocol/limits.ts';
import { pad, unpad } from '../protocol/padding.ts';
import { decodeRoomRecord, encodeRoomRecord } from '../protocol/record.ts';
import { forgetOut, saveChain, saveOut, saveOwnChain, saveRoom, saveRun } from './durable-rooms.ts';
import { emit, isFirstTelling, request, tellReceipt } from './link.ts';
import type { ToSend } from './outbox.ts';
import { whoOf } from './people.ts';
import {
  currentChain,
  distribute,
  dropWaiting,
  isDistributed,
  patienceEndsMs,
  sequenceOf,
  wantKey,
} from './room-keys.ts';
import { roomOfTopic, subscribe } from './rooms.ts';
import { accept, release, shortDigest } from './sequence.ts';
import type {
  Answer,
  CoreState,
  OwnChain,
  PeerChain,
  RoomArrival,
  RoomOut,
  RoomState,
} from './state.ts';

/** What the relay can't keep now, for want of room, is offered again after this long. */
const REFUSED_MS = 30_000;
/** What the relay's log can still fill comes at once after a reconnect; longer than this is a gap. */
const GAP_PATIENCE_MS = 5_000;

/** Puts a message at the end of a room's outbox. It is encrypted only when it goes out. */
export function enqueueRoom(core: CoreState, room: RoomState, { type, content }: ToSend): RoomOut {
  const { stream } = room;
  const seq = room.nextSeq++;
  const timeMs = core.env.wallMs();
  const id = messageIdOf({ from: core.me.id, place: idBytes(room.roomId), stream, seq });
  const record = { type, messageId: id, stream, seq, timeMs, content };
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
  tellReceipt(core, { id, state: 'failed', reason: 'cancelled' });
  return true;
}

/** Moves what can move in one room; called at the end of each step. */
export function pumpRoom(core: CoreState, room: RoomState): void {
  if (!core.link.online || !core.link.ownChecked || !room.rosterComplete) return;
  const now = core.env.nowMs();
  const isDue = (out: RoomOut) => out.phase === 'queued' && out.notBeforeMs <= now;
  const waits = room.outbox.some(isDue);
  // The first message waits until every join in the list has been checked and given a key.
  const own = waits ? currentChain(core, room) : null;
  distribute(core, room);
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
    const { chain, blob } = sealRoomBlob(own.chain, pad(out.bytes), core.env.random);
    own.chain = chain;
    saveOwnChain(core, room);
    out.sealed = { skid: chain.skid, token: core.env.random(TOKEN_BYTES), blob };
  }
  out.phase = 'sent';
  out.transmitted = true;
  const { token, blob } = out.sealed;
  request(core, { type: 'fanout', token, ttlSeconds: BLOB_TTL_SECONDS, blob }, (answer) => {
    takeAnswer(core, room, out, answer);
  });
}

function takeAnswer(core: CoreState, room: RoomState, out: RoomOut, answer: Answer): void {
  if (answer?.type === 'done') {
    takeOut(core, room, out);
    tellReceipt(core, { id: out.id, state: 'relayed', reason: null });
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
    tellReceipt(core, { id: out.id, state: 'pending', reason: 'refused' });
  }
}

function takeOut(core: CoreState, room: RoomState, out: RoomOut): void {
  room.outbox = room.outbox.filter((other) => other !== out);
  forgetOut(core, room, out);
}

/** A blob of a room we are in; what it and those that waited for it bring, in their senders' order. */
export function receiveRoom(
  core: CoreState,
  { blob, rseq }: { readonly blob: Uint8Array; readonly rseq: bigint },
): { readonly room: RoomState; readonly arrivals: readonly RoomArrival[] } | null {
  const header = decodeHeader(blob);
  const room = header.kind === 'room' ? roomOfTopic(core, header.topic) : null;
  if (header.kind !== 'room' || room === null || room.standing !== 'joined') return null;
  if (rseq > room.cursor) room.cursor = rseq;
  saveRoom(core, room);
  if (header.skid === room.own?.chain.skid) return null;
  const chain = room.chains.get(header.skid);
  if (chain !== undefined) return { room, arrivals: openBlob(core, room, chain, blob) };
  hold(core, room, { blob: blob.slice(), skid: header.skid, rseq, sinceMs: core.env.nowMs() });
  return null;
}

function hold(core: CoreState, room: RoomState, waiting: RoomState['waiting'][number]): void {
  if (!wantKey(core, room, waiting.skid)) {
    tellUnopened(core, room);
    return;
  }
  room.waiting.push(waiting);
  room.waitingBytes += waiting.blob.length;
  while (room.waiting.length > MAX_WAITING_BLOBS || room.waitingBytes > MAX_WAITING_BYTES) {
    dropOldestWaiting(room);
    tellUnopened(core, room);
  }
}

/** Once a connection: whoever makes up messages must not fill the screen with it. */
function tellUnopened(core: CoreState, room: RoomState): void {
  if (!isFirstTelling(core, `unopened ${room.name} ${core.link.session}`)) return;
  const message = `more messages came to #${room.name} under unknown keys than can wait for them: some may be missing`;
  emit(core, { type: 'error', code: 'unopened', message });
}

function dropOldestWaiting(room: RoomState): void {
  const oldest = room.waiting.shift();
  if (oldest === undefined) return;
  room.waitingBytes -= oldest.blob.length;
  if (!room.waiting.some(({ skid }) => skid === oldest.skid)) room.wanted.delete(oldest.skid);
}

/** A key has come: opens what waited for it, and shows a gap for what is from before it was handed over. */
export function openWaiting(core: CoreState, room: RoomState, skid: SenderKeyId): RoomArrival[] {
  const chain = room.chains.get(skid);
  if (chain === undefined) return [];
  room.wanted.delete(skid);
  const from = chain.chain.index;
  const waiting = dropWaiting(room, skid);
  const missing = waiting.filter(({ blob, sinceMs }) => {
    const header = decodeHeader(blob);
    return header.kind === 'room' && header.index < from && sinceMs >= room.newcomerUntilMs;
  }).length;
  if (missing > 0) {
    const who = whoOf(core, chain.owner);
    emit(core, { type: 'gap', from: who, room: `#${room.name}`, missing });
  }
  return waiting.flatMap(({ blob }) => openBlob(core, room, chain, blob));
}

function openBlob(
  core: CoreState,
  room: RoomState,
  from: PeerChain,
  blob: Uint8Array,
): RoomArrival[] {
  try {
    const opened = openRoomBlob(from.chain, blob, core.env.nowMs());
    if (opened === null) return [];
    from.chain = opened.chain;
    saveChain(core, room, opened.chain.skid);
    const bytes = unpad(opened.padded);
    return order(core, room, from, bytes);
  } catch (error) {
    if (error instanceof CryptoError) {
      const { nick } = whoOf(core, from.owner);
      alarm(core, `a message in #${room.name} claims to be from ${nick} and is not`);
    } else if (!(error instanceof LanchatError)) throw error;
    return [];
  }
}

function order(
  core: CoreState,
  room: RoomState,
  { owner }: PeerChain,
  bytes: Uint8Array,
): RoomArrival[] {
  const record = decodeRoomRecord(bytes);
  const { stream, seq } = record;
  const sequence = sequenceOf(core, room, { owner, stream }, seq);
  const number = { from: owner, place: idBytes(room.roomId), stream, seq };
  const digest = hash('record', bytes);
  // Whatever name its sender gave it.
  const named = { ...record, messageId: messageIdOf(number) };
  const item = { from: owner, record: named, bytes: encodeRoomRecord(named) };
  const sizeBytes = record.content.length;
  const arrival = { seq, item, digest: shortDigest(digest), sizeBytes };
  const kind = accept(sequence, arrival, core.env.nowMs());
  if (kind !== 'forged') return releaseFrom(core, room, `${owner}/${stream}`);
  const { nick } = whoOf(core, owner);
  alarm(core, `two different messages of ${nick} in #${room.name} bear one number; both are shown`);
  return [{ ...item, record: { ...named, messageId: messageIdOf(number, digest) } }];
}

/** `run` is `ID/stream`. */
function releaseFrom(core: CoreState, room: RoomState, run: string): RoomArrival[] {
  const sequence = room.sequences.get(run);
  if (sequence === undefined) return [];
  const patience = { low: 0, nowMs: core.env.nowMs(), patienceMs: GAP_PATIENCE_MS };
  const released = release(sequence, patience);
  saveRun(core, room, run);
  return released.map(({ item, missing }) => {
    const from = whoOf(core, item.from);
    if (missing > 0) emit(core, { type: 'gap', from, room: `#${room.name}`, missing });
    return item;
  });
}

/** Messages behind a gap that nobody filled in time. */
export function releaseOverdueRoom(core: CoreState, room: RoomState): RoomArrival[] {
  const overdue = [...room.sequences].filter(([, { heldSinceMs }]) => heldSinceMs !== null);
  return overdue.flatMap(([run]) => releaseFrom(core, room, run));
}

function alarm(core: CoreState, message: string): void {
  emit(core, { type: 'error', code: 'forged', message });
}

/** When this room has something to do by itself, monotonic ms; null: never. */
export function roomDueMs(core: CoreState, room: RoomState): number | null {
  const due: number[] = [];
  for (const { nextAtMs } of room.wanted.values()) due.push(nextAtMs);
  for (const { heldSinceMs } of room.sequences.values()) {
    if (heldSinceMs !== null) due.push(heldSinceMs + GAP_PATIENCE_MS);
  }
  if (core.link.online) due.push(...outboxDueMs(core, room));
  return due.length === 0 ? null : Math.min(...due);
}

function outboxDueMs(core: CoreState, room: RoomState): number[] {
  const due: number[] = [];
  if (room.enterAgainAtMs !== null) due.push(room.enterAgainAtMs);
  if (!room.rosterComplete) return due;
  const now = core.env.nowMs();
  for (const { phase, notBeforeMs, queuedAtMs } of room.outbox) {
    if (phase === 'queued') due.push(notBeforeMs > now ? notBeforeMs : patienceEndsMs(queuedAtMs));
  }
  return due;
}
