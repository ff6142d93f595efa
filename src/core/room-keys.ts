// Sender keys of rooms: making ours, handing it to members, taking theirs, asking for one that is missing.
import type { PeerKeys } from '../crypto/identity.ts';
import {
  dropExpiredKeys,
  isSkidOf,
  newReceiverChain,
  newSenderChain,
} from '../crypto/room-chain.ts';
import { decodeRoomKey, encodeCbor, type RoomKeyContent } from '../protocol/content.ts';
import { decodeJoinProof } from '../protocol/frames.ts';
import { idBytes, type PeerId, RoomId, SenderKeyId, StreamId } from '../protocol/ids.ts';
import { CHAIN_LIFETIME_MS, CHAIN_MESSAGES, MAX_ROOM_MEMBERS } from '../protocol/limits.ts';
import type { Want } from '../protocol/note.ts';
import { RECORD_TYPES } from '../protocol/record.ts';
import { emit } from './link.ts';
import { newMessageId, peerOf } from './new-state.ts';
import { enqueue } from './outbox.ts';
import { whoOf } from './people.ts';
import { isValidJoin, keyHolders, ownJoin, presentMembers, welcome } from './rooms.ts';
import { newSequence } from './sequence.ts';
import type { CoreState, OwnChain, Peer, RoomState, WaitingBlob } from './state.ts';

/** A message waits this long for its keys to go out; who has none by then asks for it. */
const DISTRIBUTION_PATIENCE_MS = 3_000;
/** A blob under an unknown chain waits this long before its owner is asked, 3 times, 10 s apart. */
const WANT_AFTER_MS = 5_000;
const WANT_INTERVAL_MS = 10_000;
const MAX_WANTS = 3;
const ANSWER_INTERVAL_MS = 60_000;
const MAX_CHAINS = 4 * MAX_ROOM_MEMBERS;

/** Our chain, current: a new one after 256 messages or 24 h; members get its key in slices. */
export function currentChain(core: CoreState, room: RoomState): OwnChain {
  const now = core.env.nowMs();
  const { own } = room;
  const isOver =
    own === null || own.chain.index >= CHAIN_MESSAGES || now - own.madeAtMs >= CHAIN_LIFETIME_MS;
  if (!isOver) return own;
  const place = { room: room.roomId, owner: core.me.id, random: core.env.random };
  const fresh: OwnChain = {
    chain: newSenderChain(place),
    madeAtMs: now,
    holders: new Map(),
    answeredAtMs: new Map(),
  };
  room.own = fresh;
  return fresh;
}

/** Hands our key, where we have one, to every member who was not given it. */
export function distribute(core: CoreState, room: RoomState): void {
  const { own } = room;
  if (own === null || !core.link.online) return;
  for (const { id } of keyHolders(core, room)) if (!own.holders.has(id)) give(core, room, own, id);
}

function give(core: CoreState, room: RoomState, own: OwnChain, to: PeerId): void {
  const join = ownJoin(room);
  if (join === null) return;
  const content: RoomKeyContent = {
    room: idBytes(room.roomId),
    skid: idBytes(own.chain.skid),
    index: own.chain.index,
    chain: own.chain.chainKey,
    sign: own.chain.signPublic,
    stream: idBytes(room.stream),
    low: lowestToCome(room, own),
    join,
  };
  const id = newMessageId(core);
  enqueue(core, peerOf(core, to), { id, type: RECORD_TYPES.roomKey, content: encodeCbor(content) });
  own.holders.set(to, id);
}

/** A newcomer can't open what was sealed before, so only what is still to be sealed may come to it. */
function lowestToCome(room: RoomState, { chain }: OwnChain): number {
  const next = room.outbox.find(({ sealed }) => sealed?.skid !== chain.skid);
  return next?.seq ?? room.nextSeq;
}

/**
 * Whether every present member's key is on its way, or has waited long enough: a member that can't be
 * sealed to must not hold up each message of a room.
 */
export function isDistributed(core: CoreState, room: RoomState, own: OwnChain): boolean {
  const oldest = room.outbox[0];
  if (oldest !== undefined && core.env.nowMs() >= patienceEndsMs(oldest.queuedAtMs)) return true;
  return presentMembers(room).every(({ id }) => {
    const recordId = own.holders.get(id);
    const record = core.peers.get(id)?.records.find((candidate) => candidate.id === recordId);
    if (recordId === undefined) return false;
    return record?.phase !== 'queued' || core.env.nowMs() >= patienceEndsMs(record.queuedAtMs);
  });
}

export function patienceEndsMs(queuedAtMs: number): number {
  return queuedAtMs + DISTRIBUTION_PATIENCE_MS;
}

/**
 * Takes the key of another's chain. Returns it with its room, or null where it is refused:
 * a room we aren't in, a chain id that isn't its owner's, a join that doesn't hold, or a second key for one id.
 */
export function takeKey(
  core: CoreState,
  owner: PeerKeys,
  bytes: Uint8Array,
): { readonly room: RoomState; readonly skid: SenderKeyId } | null {
  const content = decodeRoomKey(bytes);
  const room = roomOfId(core, RoomId.fromBytes(content.room));
  if (room === null || room.standing !== 'joined') return null;
  const skid = SenderKeyId.fromBytes(content.skid);
  const join = decodeJoinProof(content.join);
  if (join.standing === 'left' || !isSkidOf(skid, room.roomId, owner.id)) return null;
  if (!isValidJoin(core, room, owner.ed25519, join)) return null;
  if (join.standing === 'joined') welcome(core, room, owner.id, join);
  if (room.chains.has(skid)) return null;
  addChain(room, owner.id, content, skid);
  return { room, skid };
}

function addChain(
  room: RoomState,
  owner: PeerId,
  content: RoomKeyContent,
  skid: SenderKeyId,
): void {
  const chain = newReceiverChain({
    ...{ room: room.roomId, skid, index: content.index },
    chainKey: content.chain,
    signPublic: content.sign.slice(),
  });
  room.chains.set(skid, { owner, chain });
  const run = `${owner}/${StreamId.fromBytes(content.stream)}`;
  if (!room.sequences.has(run)) room.sequences.set(run, newSequence(content.low));
  dropOldest(room.chains, MAX_CHAINS);
  dropOldest(room.sequences, MAX_CHAINS);
}

function dropOldest<Key>(map: Map<Key, unknown>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
}

function roomOfId(core: CoreState, id: RoomId): RoomState | null {
  for (const room of core.rooms.values()) if (room.roomId === id) return room;
  return null;
}

/** Keys of messages that never came are kept for 7 days, and then wiped. */
export function tendChains(core: CoreState, room: RoomState): void {
  const now = core.env.nowMs();
  for (const peerChain of room.chains.values()) {
    if (peerChain.chain.skipped.size > 0) peerChain.chain = dropExpiredKeys(peerChain.chain, now);
  }
}

/** Somebody lacks our key: a member gets it again, at most once a minute. */
export function answerWant(core: CoreState, asker: PeerKeys, want: Want): void {
  const room = roomOfId(core, want.room);
  const own = room?.own;
  if (room === null || own === null || own === undefined || own.chain.skid !== want.skid) return;
  const join = decodeJoinProof(want.join);
  if (join.standing !== 'joined' || !isValidJoin(core, room, asker.ed25519, join)) return;
  const now = core.env.nowMs();
  const answered = own.answeredAtMs.get(asker.id);
  if (answered !== undefined && now - answered < ANSWER_INTERVAL_MS) return;
  own.answeredAtMs.set(asker.id, now);
  own.holders.delete(asker.id);
  welcome(core, room, asker.id, join);
}

/** Asks owners for keys that blobs have waited for; gives up, with a gap shown, when nobody answers. */
export function tendWants(core: CoreState, room: RoomState): void {
  const now = core.env.nowMs();
  for (const [skid, wanted] of room.wanted) {
    if (now < wanted.nextAtMs) continue;
    const owner = ownerOf(core, room, skid);
    if (wanted.asked === MAX_WANTS) {
      giveUp(core, room, skid, owner);
      continue;
    }
    wanted.asked++;
    wanted.nextAtMs = now + WANT_INTERVAL_MS;
    // A guest isn't listed: nobody can be asked, but its key may be on its way.
    if (owner !== null) askFor(core, room, skid, owner);
  }
}

function askFor(core: CoreState, room: RoomState, skid: SenderKeyId, owner: Peer): void {
  const join = ownJoin(room);
  if (join === null || owner.wants.some((want) => want.skid === skid)) return;
  owner.wants.push({ room: room.roomId, skid, join });
  core.dirty.add(owner.id);
}

/** Members can tell whose chain it is before they hold its key. */
function ownerOf(core: CoreState, room: RoomState, skid: SenderKeyId): Peer | null {
  for (const { id } of room.members.values()) {
    if (isSkidOf(skid, room.roomId, id)) return peerOf(core, id);
  }
  return null;
}

function giveUp(core: CoreState, room: RoomState, skid: SenderKeyId, owner: Peer | null): void {
  room.wanted.delete(skid);
  const missing = dropWaiting(room, skid).length;
  if (owner === null || missing === 0) return;
  emit(core, { type: 'gap', from: whoOf(core, owner.id), room: `#${room.name}`, missing });
}

/** Takes out the blobs that waited for one chain. */
export function dropWaiting(room: RoomState, skid: SenderKeyId): WaitingBlob[] {
  const taken = room.waiting.filter((waiting) => waiting.skid === skid);
  room.waiting = room.waiting.filter((waiting) => waiting.skid !== skid);
  for (const { blob } of taken) room.waitingBytes -= blob.length;
  return taken;
}

/** A blob came under a chain that nobody gave us. */
export function wantKey(core: CoreState, room: RoomState, skid: SenderKeyId): void {
  if (room.wanted.has(skid)) return;
  room.wanted.set(skid, { asked: 0, nextAtMs: core.env.nowMs() + WANT_AFTER_MS });
}
