// What others say in rooms: opened with their chains, in their order; what has no key yet waits.
import { CryptoError } from '../crypto/errors.ts';
import { messageIdOf } from '../crypto/message-id.ts';
import { openRoomBlob } from '../crypto/room-chain.ts';
import { hash } from '../crypto/transcript.ts';
import { phrase } from '../language/translate.ts';
import { decodeHeader } from '../protocol/envelope.ts';
import { LanchatError } from '../protocol/errors.ts';
import { idBytes, type PeerId, type SenderKeyId } from '../protocol/ids.ts';
import { CHAIN_MESSAGES, MAX_WAITING_BLOBS, MAX_WAITING_BYTES } from '../protocol/limits.ts';
import { unpad } from '../protocol/padding.ts';
import {
  decodeRoomRecord,
  encodeRoomRecord,
  type LogHead,
  NO_LOG,
  type RoomRecord,
} from '../protocol/record.ts';
import { doubt } from './doubts.ts';
import { saveChain, saveRoom, saveRun } from './durable-rooms.ts';
import { emit, isFirstTelling } from './link.ts';
import { isBlocked, whoOf } from './people.ts';
import { endOfChain, isFromOutside } from './private-members.ts';
import { type OwnRoom, ownRoom } from './private-state.ts';
import { LOG_STREAM } from './room-changes.ts';
import { sequenceOf, takeKey } from './room-keys.ts';
import { compareHead } from './room-log.ts';
import { outboxDueMs } from './room-outbox.ts';
import type { ChainPlace, PeerChain, RoomArrival, RoomState } from './room-state.ts';
import { dropWaiting, wantKey } from './room-wants.ts';
import { roomOfTopic } from './rooms.ts';
import { accept, release, type Sequence, shortDigest } from './sequence.ts';
import type { CoreState } from './state.ts';
import { struckFrom } from './strikes.ts';
import { unfinishedDueMs } from './unfinished-rooms.ts';

/** What the relay's log can still fill comes at once after a reconnect; longer than this is a gap. */
const GAP_PATIENCE_MS = 5_000;

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
  if (chain !== undefined && isBlocked(core, chain.owner)) return null;
  if (chain !== undefined) return { room, arrivals: openBlob(core, room, { from: chain, blob }) };
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
  const message = phrase`more messages came to ${room.label} under unknown keys than can wait for them: some may be missing`;
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
    emit(core, { type: 'gap', from: who, room: room.label, missing });
  }
  return waiting.flatMap(({ blob }) => openBlob(core, room, { from: chain, blob }));
}

function openBlob(
  core: CoreState,
  room: RoomState,
  { from, blob }: { readonly from: PeerChain; readonly blob: Uint8Array },
): RoomArrival[] {
  try {
    const end = endOfChain(room, from.owner, from.chain.skid);
    const header = decodeHeader(blob);
    if (header.kind !== 'room' || !mayCount(from, header.index, end)) return [];
    const opened = openRoomBlob(from.chain, blob, core.env.nowMs());
    if (opened === null) return [];
    from.chain = opened.chain;
    saveChain(core, room, opened.chain.skid);
    const record = decodeRoomRecord(unpad(opened.padded));
    if (end === null && isFromOutside(room, from.owner, record.head)) return [];
    const at = { skid: from.chain.skid, index: header.index };
    return order(core, room, { owner: from.owner, record, at });
  } catch (error) {
    if (error instanceof CryptoError) {
      const { nick } = whoOf(core, from.owner);
      alarm(core, phrase`a message in ${room.label} claims to be from ${nick} and is not`);
    } else if (!(error instanceof LanchatError)) throw error;
    return [];
  }
}

/** No chain is longer; of who was taken out what counts, and nothing that they held back before. */
function mayCount({ chain }: PeerChain, index: number, end: number | null): boolean {
  if (index >= CHAIN_MESSAGES) return false;
  return end === null || (index < end && index >= chain.index);
}

function order(
  core: CoreState,
  room: RoomState,
  {
    owner,
    record,
    at,
  }: { readonly owner: PeerId; readonly record: RoomRecord; readonly at: ChainPlace },
): RoomArrival[] {
  const { stream, seq } = record;
  // Under its numbers stands what was done to the room.
  if (stream === LOG_STREAM) return [];
  const sequence = sequenceOf(core, room, { owner, stream, low: seq });
  const number = { from: owner, place: idBytes(room.roomId), stream, seq };
  // Sealed again it may name another head.
  const digest = hash('record', encodeRoomRecord({ ...record, head: NO_LOG }));
  checkHead(core, room, owner, record.head);
  // Whatever name its sender gave it.
  const named = { ...record, messageId: messageIdOf(number) };
  const item = { from: owner, record: named, bytes: encodeRoomRecord(named), at };
  const sizeBytes = record.content.length;
  const arrival = { seq, item, digest: shortDigest(digest), sizeBytes };
  const kind = accept(sequence, arrival, core.env.nowMs());
  if (kind !== 'forged') return releaseFrom(core, room, `${owner}/${stream}`);
  const { nick } = whoOf(core, owner);
  alarm(
    core,
    phrase`two different messages of ${nick} in ${room.label} bear one number; both are shown`,
  );
  return [{ ...item, record: { ...named, messageId: messageIdOf(number, digest) } }];
}

/** It was written by who knows more of the room than we do, or something else: they are asked. */
function checkHead(core: CoreState, room: RoomState, of: PeerId, head: LogHead): void {
  const own = ownRoom(room);
  if (own === null) return;
  if (compareHead(own.inner.log, head) !== 'same') doubt(core, own, { of, head });
}

/** Whether a message may be shown: we know the room as its writer did, and nobody has struck them. */
function isReady({ private: inner }: RoomState, { from, record }: RoomArrival): boolean {
  if (inner === null) return true;
  if (inner.fork !== null || compareHead(inner.log, record.head) !== 'same') return false;
  return !struckFrom(inner).has(from);
}

/** `run` is `ID/stream`. */
function releaseFrom(core: CoreState, room: RoomState, run: string): RoomArrival[] {
  const sequence = room.sequences.get(run);
  if (sequence === undefined) return [];
  const patience = { low: 0, nowMs: core.env.nowMs(), patienceMs: GAP_PATIENCE_MS };
  const released = release(sequence, patience, (item) => isReady(room, item));
  saveRun(core, room, run);
  return released.map(({ item, missing }) => {
    const from = whoOf(core, item.from);
    if (missing > 0) emit(core, { type: 'gap', from, room: room.label, missing });
    return item;
  });
}

/** Messages behind a gap that nobody filled in time. */
export function releaseOverdueRoom(core: CoreState, room: RoomState): RoomArrival[] {
  const overdue = [...room.sequences].filter(([, { heldSinceMs }]) => heldSinceMs !== null);
  return overdue.flatMap(([run]) => releaseFrom(core, room, run));
}

/** What waited for the log of a private room to say more: keys of new members, and messages. */
export function recheckRoom(core: CoreState, own: OwnRoom): RoomArrival[] {
  const { room, inner } = own;
  inner.isStirred = false;
  const arrivals: RoomArrival[] = [];
  for (const { owner, bytes } of inner.early.splice(0)) {
    const taken = takeKey(core, owner, bytes);
    if (taken !== null) arrivals.push(...openWaiting(core, room, taken.skid));
  }
  return [...arrivals, ...releaseOverdueRoom(core, room)];
}

function alarm(core: CoreState, message: string): void {
  emit(core, { type: 'error', code: 'forged', message });
}

/** When this room has something to do by itself, monotonic ms; null: never. */
export function roomDueMs(core: CoreState, room: RoomState): number | null {
  const due: number[] = [];
  for (const { nextAtMs } of room.wanted.values()) due.push(nextAtMs);
  for (const { nextAtMs } of room.private?.doubts.values() ?? []) due.push(nextAtMs);
  const own = ownRoom(room);
  if (own !== null) due.push(...[unfinishedDueMs(core, own)].filter((time) => time !== null));
  for (const sequence of room.sequences.values()) {
    if (sequence.heldSinceMs !== null && isFirstReady(room, sequence)) {
      due.push(sequence.heldSinceMs + GAP_PATIENCE_MS);
    }
  }
  if (core.link.online) due.push(...outboxDueMs(core, room));
  return due.length === 0 ? null : Math.min(...due);
}

/** What waits for the log waits for no clock. */
function isFirstReady(room: RoomState, { held }: Sequence<RoomArrival>): boolean {
  const first = held.get(Math.min(...held.keys()));
  return first === undefined || isReady(room, first.item);
}
