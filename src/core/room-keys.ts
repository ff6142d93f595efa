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
import { idBytes, PeerId, RoomId, SenderKeyId, StreamId } from '../protocol/ids.ts';
import { CHAIN_LIFETIME_MS, CHAIN_MESSAGES, MAX_ROOM_MEMBERS } from '../protocol/limits.ts';
import type { Want } from '../protocol/note.ts';
import { RECORD_TYPES } from '../protocol/record.ts';
import { forgetChain, forgetRun, saveChain, saveOwnChain, saveRun } from './durable-rooms.ts';
import { emit } from './link.ts';
import { peerOf } from './new-state.ts';
import { enqueue } from './outbox.ts';
import { isBlocked, whoOf } from './people.ts';
import { isValidJoin, keyHolders, ownJoin, presentMembers, welcome } from './rooms.ts';
import { ageNow, fullAgeMs } from './running-time.ts';
import { newSequence } from './sequence.ts';
import type {
  CoreState,
  OwnChain,
  Peer,
  RoomArrival,
  RoomState,
  Sequence,
  WaitingBlob,
} from './state.ts';

/** A message waits this long for its keys to go out; who has none by then asks for it. */
const DISTRIBUTION_PATIENCE_MS = 3_000;
/** A blob under an unknown chain waits this long before its owner is asked, 3 times, 10 s apart. */
const WANT_AFTER_MS = 5_000;
const WANT_INTERVAL_MS = 10_000;
const MAX_ASKS = 3;
/** Unknown chains asked for at a time in one room: each costs a hash a member to tell whose it is. */
const MAX_WANTED = 64;
const MAX_LOOKUPS_A_TICK = 4;
const LOOKUP_PAUSE_MS = 50;
const ANSWER_INTERVAL_MS = 60_000;
/**
 * Chains and streams of one member in one room: enough for who comes back after a week, in which a member
 * may have begun many; another's must not push them out.
 */
const MAX_CHAINS_A_MEMBER = 32;
const MAX_STREAMS_A_MEMBER = 8;
const MAX_CHAINS = 8 * MAX_ROOM_MEMBERS;

/** Our chain, current: a new one after 256 messages or 24 h; members get its key in slices. */
export function currentChain(core: CoreState, room: RoomState): OwnChain {
  const { own } = room;
  if (own !== null && !isOver(core, own)) return own;
  const place = { room: room.roomId, owner: core.me.id, random: core.env.random };
  const fresh: OwnChain = {
    chain: newSenderChain(place),
    madeAt: ageNow(core),
    holders: new Map(),
    answeredAtMs: new Map(),
  };
  room.own = fresh;
  saveOwnChain(core, room);
  return fresh;
}

/** Also when a holder took on the name of somebody verified: it reads no further without leave. */
function isOver(core: CoreState, { chain, madeAt, holders }: OwnChain): boolean {
  if (chain.index >= CHAIN_MESSAGES) return true;
  // A clock that is wrong between runs only ends it early.
  if (fullAgeMs(core, madeAt) >= CHAIN_LIFETIME_MS) return true;
  for (const id of holders.keys()) if (isBlocked(core, id)) return true;
  return false;
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
  const record = { type: RECORD_TYPES.roomKey, content: encodeCbor(content) };
  own.holders.set(to, enqueue(core, peerOf(core, to), record).id);
  saveOwnChain(core, room);
}

/** A newcomer can't open what was sealed before, so only what is still to be sealed may come to it. */
function lowestToCome(room: RoomState, { chain }: OwnChain): number {
  const next = room.outbox.find(({ sealed }) => sealed?.skid !== chain.skid);
  return next?.seq ?? room.nextSeq;
}

/** A visitor is gone the moment it has spoken: nobody who is away could ask it for its key later. */
function waitsForAway(core: CoreState, { standing }: RoomState): boolean {
  return standing === 'guest' && core.link.mailboxBlobs > 0;
}

/**
 * Whether the key of every member who is waited for is on its way, or has waited long enough: one that can't
 * be sealed to must not hold up each message of a room.
 */
export function isDistributed(core: CoreState, room: RoomState, own: OwnChain): boolean {
  const oldest = room.outbox[0];
  if (oldest !== undefined && core.env.nowMs() >= patienceEndsMs(oldest.queuedAtMs)) return true;
  const everybody = waitsForAway(core, room) ? keyHolders(core, room) : presentMembers(room);
  const waitedFor = everybody.filter(({ id }) => !isBlocked(core, id));
  return waitedFor.every(({ id }) => {
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
  addChain(core, room, { owner: owner.id, content, skid });
  return { room, skid };
}

interface HandedChain {
  readonly owner: PeerId;
  readonly content: RoomKeyContent;
  readonly skid: SenderKeyId;
}

function addChain(core: CoreState, room: RoomState, { owner, content, skid }: HandedChain): void {
  const chain = newReceiverChain({
    ...{ room: room.roomId, skid, index: content.index },
    chainKey: content.chain,
    signPublic: content.sign.slice(),
  });
  room.chains.set(skid, { owner, chain });
  saveChain(core, room, skid);
  const run = { owner, stream: StreamId.fromBytes(content.stream) };
  sequenceOf(core, room, run, content.low);
  const ofOwner = [...room.chains].filter(([, other]) => other.owner === owner);
  for (const [oldest] of ofOwner.slice(0, -MAX_CHAINS_A_MEMBER)) forgetChain(core, room, oldest);
  if (room.chains.size > MAX_CHAINS) dropOneChain(core, room);
}

/** The oldest of somebody who isn't a member, since one connection can have any number of names. */
function dropOneChain(core: CoreState, room: RoomState): void {
  let victim: SenderKeyId | null = null;
  for (const [skid, { owner }] of room.chains) {
    victim ??= skid;
    if (room.members.has(owner)) continue;
    victim = skid;
    break;
  }
  if (victim !== null) forgetChain(core, room, victim);
}

/** The order of one stream of a member, made where it is new, from `low` on. */
export function sequenceOf(
  core: CoreState,
  room: RoomState,
  { owner, stream }: { readonly owner: PeerId; readonly stream: StreamId },
  low: number,
): Sequence<RoomArrival> {
  const run = `${owner}/${stream}`;
  const known = room.sequences.get(run);
  if (known !== undefined) return known;
  const sequence = newSequence<RoomArrival>(low);
  room.sequences.set(run, sequence);
  saveRun(core, room, run);
  const ofOwner = [...room.sequences.keys()].filter((key) => key.startsWith(owner));
  for (const oldest of ofOwner.slice(0, -MAX_STREAMS_A_MEMBER)) forgetRun(core, room, oldest);
  if (room.sequences.size > MAX_CHAINS) dropOneSequence(core, room);
  return sequence;
}

function dropOneSequence(core: CoreState, room: RoomState): void {
  let victim: string | null = null;
  for (const run of room.sequences.keys()) {
    victim ??= run;
    const owner = PeerId.parse(run.slice(0, run.indexOf('/')));
    if (owner !== null && room.members.has(owner)) continue;
    victim = run;
    break;
  }
  if (victim !== null) forgetRun(core, room, victim);
}

function roomOfId(core: CoreState, id: RoomId): RoomState | null {
  for (const room of core.rooms.values()) if (room.roomId === id) return room;
  return null;
}

/** Keys of messages that never came are kept for 7 days, and then wiped. */
export function tendChains(core: CoreState, room: RoomState): void {
  const now = core.env.nowMs();
  for (const peerChain of room.chains.values()) {
    const before = peerChain.chain.skipped.size;
    if (before === 0) continue;
    peerChain.chain = dropExpiredKeys(peerChain.chain, now);
    if (peerChain.chain.skipped.size < before) saveChain(core, room, peerChain.chain.skid);
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
  giveAgain(core, room, own, asker.id);
  welcome(core, room, asker.id, join);
}

/** The key that is still on its way goes again, as it is; another only where that one arrived. */
function giveAgain(core: CoreState, room: RoomState, own: OwnChain, to: PeerId): void {
  const given = own.holders.get(to);
  const record = core.peers.get(to)?.records.find(({ id }) => id === given);
  if (record === undefined) {
    own.holders.delete(to);
    saveOwnChain(core, room);
  } else if (record.phase === 'waiting') {
    record.phase = 'queued';
    core.dirty.add(to);
  }
}

/** Asks owners for keys that blobs have waited for; gives up, with a gap shown, when nobody answers. */
export function tendWants(core: CoreState, room: RoomState): void {
  const now = core.env.nowMs();
  let lookups = 0;
  for (const [skid, wanted] of room.wanted) {
    if (now < wanted.nextAtMs) continue;
    if (wanted.asked === MAX_ASKS) {
      giveUp(core, room, skid, wanted.owner);
      continue;
    }
    if (wanted.owner === null && ++lookups > MAX_LOOKUPS_A_TICK) {
      wanted.nextAtMs = now + LOOKUP_PAUSE_MS;
      continue;
    }
    wanted.owner ??= ownerOf(room, skid);
    wanted.asked++;
    wanted.nextAtMs = now + WANT_INTERVAL_MS;
    // A guest isn't listed: nobody can be asked, but its key may be on its way.
    if (wanted.owner !== null) askFor(core, room, skid, peerOf(core, wanted.owner));
  }
}

function askFor(core: CoreState, room: RoomState, skid: SenderKeyId, owner: Peer): void {
  const join = ownJoin(room);
  if (join === null || owner.wants.some((want) => want.skid === skid)) return;
  owner.wants.push({ room: room.roomId, skid, join });
  core.dirty.add(owner.id);
}

/** Members can tell whose chain it is before they hold its key. */
function ownerOf(room: RoomState, skid: SenderKeyId): PeerId | null {
  for (const id of room.members.keys()) if (isSkidOf(skid, room.roomId, id)) return id;
  return null;
}

function giveUp(core: CoreState, room: RoomState, skid: SenderKeyId, owner: PeerId | null): void {
  room.wanted.delete(skid);
  const missing = dropWaiting(room, skid).length;
  if (owner === null || missing === 0) return;
  emit(core, { type: 'gap', from: whoOf(core, owner), room: `#${room.name}`, missing });
}

/** Takes out the blobs that waited for one chain. */
export function dropWaiting(room: RoomState, skid: SenderKeyId): WaitingBlob[] {
  const taken = room.waiting.filter((waiting) => waiting.skid === skid);
  room.waiting = room.waiting.filter((waiting) => waiting.skid !== skid);
  for (const { blob } of taken) room.waitingBytes -= blob.length;
  return taken;
}

/** A blob came under a chain that nobody gave us. False where too many others are asked for already. */
export function wantKey(core: CoreState, room: RoomState, skid: SenderKeyId): boolean {
  if (room.wanted.has(skid)) return true;
  if (room.wanted.size >= MAX_WANTED) return false;
  room.wanted.set(skid, { asked: 0, nextAtMs: core.env.nowMs() + WANT_AFTER_MS, owner: null });
  return true;
}
