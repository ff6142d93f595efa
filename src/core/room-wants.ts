// Keys of rooms that are missing: asking their owners, answering who asks us.
import type { PeerKeys } from '../crypto/identity.ts';
import { isSkidOf } from '../crypto/room-chain.ts';
import { decodeJoinProof } from '../protocol/frames.ts';
import type { PeerId, SenderKeyId } from '../protocol/ids.ts';
import type { Want } from '../protocol/note.ts';
import { saveHolders } from './durable-rooms.ts';
import { emit } from './link.ts';
import { peerOf } from './new-state.ts';
import type { Peer } from './peer-state.ts';
import { isBlocked, whoOf } from './people.ts';
import { markKey, roomOfId } from './room-keys.ts';
import { isValidJoin, memberIds, welcome } from './room-roster.ts';
import type { OwnChain, RoomState, WaitingBlob } from './room-state.ts';
import { ownJoin } from './rooms.ts';
import type { CoreState } from './state.ts';

/** A blob under an unknown chain waits this long before its owner is asked, 3 times, 10 s apart. */
const WANT_AFTER_MS = 5_000;
const WANT_INTERVAL_MS = 10_000;
const MAX_ASKS = 3;
/** Unknown chains asked for at a time in one room: each costs a hash a member to tell whose it is. */
const MAX_WANTED = 64;
const MAX_LOOKUPS_A_TICK = 4;
const LOOKUP_PAUSE_MS = 50;
const ANSWER_INTERVAL_MS = 60_000;
/** Who hides answers so long after they spoke: all the time in which those who heard it ask. */
const SPOKEN_MS = 2 * 60_000;

/** Somebody lacks our key: a member gets it again, at most once a minute. */
export function answerWant(core: CoreState, asker: PeerKeys, want: Want): void {
  const room = roomOfId(core, want.room);
  const own = room?.own;
  if (room === null || own === null || own === undefined || own.chain.skid !== want.skid) return;
  const join = decodeJoinProof(want.join);
  if (join.standing !== 'joined' || !isValidJoin(core, room, asker.ed25519, join)) return;
  const now = core.env.nowMs();
  // Anybody can ask; only who heard us lately has a reason to.
  if (core.hidden && now >= (room.spokenAtMs ?? Number.NEGATIVE_INFINITY) + SPOKEN_MS) return;
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
    room.owesKeys = true;
    saveHolders(core, room);
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
    if (wanted.owner !== null && isBlocked(core, wanted.owner)) {
      room.wanted.delete(skid);
      dropWaiting(room, skid);
      continue;
    }
    wanted.asked++;
    wanted.nextAtMs = now + WANT_INTERVAL_MS;
    // A guest isn't listed: nobody can be asked, but its key may be on its way.
    // To ask would tell that we are here.
    if (wanted.owner !== null && !core.hidden) askFor(core, room, skid, peerOf(core, wanted.owner));
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
  const mark = markKey(room);
  for (const id of memberIds(room)) if (isSkidOf(skid, mark, id)) return id;
  return null;
}

function giveUp(core: CoreState, room: RoomState, skid: SenderKeyId, owner: PeerId | null): void {
  room.wanted.delete(skid);
  const missing = dropWaiting(room, skid).length;
  if (owner === null || missing === 0) return;
  emit(core, { type: 'gap', from: whoOf(core, owner), room: room.label, missing });
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
