// Sender keys of rooms: making ours, handing it to members, taking theirs, asking for one that is missing.
import type { PeerKeys } from '../crypto/identity.ts';
import {
  dropExpiredKeys,
  isSkidOf,
  markKeyOf,
  newReceiverChain,
  newSenderChain,
} from '../crypto/room-chain.ts';
import { encodeCbor } from '../protocol/cbor.ts';
import { decodeRoomKey, type RoomKeyContent } from '../protocol/content.ts';
import { decodeJoinProof } from '../protocol/frames.ts';
import { idBytes, PeerId, RoomId, SenderKeyId, StreamId } from '../protocol/ids.ts';
import { CHAIN_LIFETIME_MS, CHAIN_MESSAGES, MAX_ROOM_MEMBERS } from '../protocol/limits.ts';
import { RECORD_TYPES } from '../protocol/record.ts';
import {
  forgetChain,
  forgetRun,
  saveChain,
  saveHolders,
  saveOwnChain,
  saveRun,
} from './durable-rooms.ts';
import { keepEarly, keepForRoom } from './early-keys.ts';
import { later } from './link.ts';
import { peerOf } from './new-state.ts';
import { enqueue } from './outbox.ts';
import { isKeptOut } from './people.ts';
import { endOfChain, readers, silence } from './private-members.ts';
import { isValidJoin, keyHolders, presentMembers, welcome } from './room-roster.ts';
import type { OwnChain, RoomArrival, RoomState } from './room-state.ts';
import { ownJoin } from './rooms.ts';
import { tellLeft } from './rooms-left.ts';
import { ageNow, fullAgeMs } from './running-time.ts';
import type { Sequence } from './sequence.ts';
import { newSequence } from './sequence.ts';
import type { CoreState } from './state.ts';

/** A message waits this long for its keys to go out; who has none by then asks for it. */
const DISTRIBUTION_PATIENCE_MS = 3_000;
/** Keys that one step puts into outboxes: a thousand at once would hold up the screen. */
const MAX_GIVEN_A_STEP = 32;
const GIVING_COST_MS = 2;
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
  const secret = room.private?.secret ?? null;
  const place = { room: room.roomId, secret, owner: core.me.id, random: core.env.random };
  const fresh: OwnChain = {
    chain: newSenderChain(place),
    madeAt: ageNow(core),
    holders: new Map(),
    answeredAtMs: new Map(),
  };
  room.own = fresh;
  saveOwnChain(core, room);
  saveHolders(core, room);
  return fresh;
}

/** Also when a holder was blocked, or took on the name of somebody verified: it reads no further without leave. */
function isOver(core: CoreState, { chain, madeAt, holders }: OwnChain): boolean {
  if (chain.index >= CHAIN_MESSAGES) return true;
  // A clock that is wrong between runs only ends it early.
  if (fullAgeMs(core, madeAt) >= CHAIN_LIFETIME_MS) return true;
  for (const id of holders.keys()) if (isKeptOut(core, id)) return true;
  return false;
}

/**
 * Somebody who must not read on holds our key, or was `out` in between and has lost it, or we were: the next message begins
 * another chain.
 */
export function dropOwnChain(
  core: CoreState,
  room: RoomState,
  out: ReadonlySet<PeerId> = new Set(),
): void {
  if (room.own === null || room.private === null) return;
  const { fork, isRequest } = room.private;
  const mayRead = new Set(fork === null && !isRequest ? readers(core, room.private) : []);
  const holders = [...room.own.holders.keys()];
  if (!out.has(core.me.id) && holders.every((id) => mayRead.has(id) && !out.has(id))) return;
  room.own = null;
  saveOwnChain(core, room);
  saveHolders(core, room);
}

/** Hands our key, where we have one, to every member who was not given it: so many now, and the rest in steps to come. */
export function distribute(core: CoreState, room: RoomState): void {
  const { own } = room;
  if (own === null || !core.link.online || silence(core, room) !== null) return;
  const missing = keyHolders(core, room).filter((id) => !own.holders.has(id));
  room.owesKeys = missing.length > 0;
  for (const id of missing.slice(0, MAX_GIVEN_A_STEP)) give(core, room, { own, to: id });
  // The step that this job ends goes on.
  if (missing.length > MAX_GIVEN_A_STEP) later(core, GIVING_COST_MS, () => undefined);
}

function give(
  core: CoreState,
  room: RoomState,
  { own, to }: { readonly own: OwnChain; readonly to: PeerId },
): void {
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
  saveHolders(core, room);
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
  const holders = keyHolders(core, room);
  // Who is given it afterwards, away as they may be, can't read what went before.
  if (holders.some((id) => !own.holders.has(id))) return false;
  const oldest = room.outbox[0];
  if (oldest !== undefined && core.env.nowMs() >= patienceEndsMs(oldest.queuedAtMs)) return true;
  const isHere = new Set(presentMembers(room).map(({ id }) => id));
  const waitedFor = waitsForAway(core, room) ? holders : holders.filter((id) => isHere.has(id));
  return waitedFor.every((id) => {
    const recordId = own.holders.get(id);
    const record = core.peers.get(id)?.records.find((candidate) => candidate.id === recordId);
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
  // What waits is what we read of it, not what else came along.
  const early = () => ({ owner, bytes: encodeCbor(content) });
  const id = RoomId.fromBytes(content.room);
  const room = roomOfId(core, id);
  if (room === null) {
    keepForRoom(core, id, early());
    tellLeft(core, owner.id, id);
  }
  if (room === null || room.standing !== 'joined') return null;
  // A wiped key is one that everybody knows, and that nothing of ours opens with.
  if (isZero(content.chain)) return null;
  const skid = SenderKeyId.fromBytes(content.skid);
  const join = decodeJoinProof(content.join);
  if (join.standing === 'left' || !isSkidOf(skid, markKey(room), owner.id)) return null;
  if (!isValidJoin(core, room, owner.ed25519, join)) return null;
  if (endOfChain(room, owner.id, skid) === 0) {
    keepEarly(core, room, early());
    return null;
  }
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
    ...{ room: room.roomId, topic: room.topic, skid, index: content.index },
    chainKey: content.chain,
    signPublic: content.sign.slice(),
  });
  room.chains.set(skid, { owner, chain });
  saveChain(core, room, skid);
  sequenceOf(core, room, { owner, stream: StreamId.fromBytes(content.stream), low: content.low });
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

interface Run {
  readonly owner: PeerId;
  readonly stream: StreamId;
  /** The lowest number that may still come, where it is new. */
  readonly low: number;
}

/** The order of one stream of a member, made where it is new. */
export function sequenceOf(
  core: CoreState,
  room: RoomState,
  { owner, stream, low }: Run,
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

/** Of a key: no honest one is. */
function isZero(key: Uint8Array): boolean {
  return key.every((byte) => byte === 0);
}

/** What marks chains as a member's. */
export function markKey(room: RoomState): Uint8Array {
  return markKeyOf(room.roomId, room.private?.secret ?? null);
}

export function roomOfId(core: CoreState, id: RoomId): RoomState | null {
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
