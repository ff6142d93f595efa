// Turn prekeys: each turn of a conversation brings a key of its own, in memory only, for one person alone.
import type { PeerKeys } from '../crypto/identity.ts';
import { kidOf, Prekey } from '../crypto/prekey.ts';
import { openTurn, type Turn } from '../crypto/signed-objects.ts';
import { wipe } from '../crypto/sodium.ts';
import { LanchatError } from '../protocol/errors.ts';
import type { Kid } from '../protocol/ids.ts';
import {
  MAX_TURN_PREKEYS,
  TURN_PREKEY_DESTROY_MS,
  TURN_PREKEY_RENEW_MS,
  TURN_PREKEY_USE_MS,
} from '../protocol/limits.ts';
import { MAX_LOST, type Note } from '../protocol/note.ts';
import { SEED_BYTES } from '../protocol/sizes.ts';
import { savePeer } from './durable-people.ts';
import type { OwnTurn, Peer, TheirTurn } from './peer-state.ts';
import type { CoreState } from './state.ts';

/** For everybody: strangers must not fill our memory. Who loses one is told, and seals anew. */
const MAX_IN_ALL = 4_096;
/** Given to one person and remembered, also when they are gone. */
const MAX_KIDS = 2 * MAX_TURN_PREKEYS;

/**
 * Our turn key for this person, made where there is none to give: each is given until a message comes under
 * it, or for 30 min.
 */
export function turnToGive(core: CoreState, peer: Peer): OwnTurn {
  const newest = peer.turns.own.at(-1);
  const isFresh = (turn: OwnTurn) => core.env.nowMs() - turn.madeAtMs < TURN_PREKEY_RENEW_MS;
  return newest !== undefined && !newest.isUsed && isFresh(newest) ? newest : addTurn(core, peer);
}

function addTurn(core: CoreState, peer: Peer): OwnTurn {
  const { turns } = peer;
  const seed = core.env.random(SEED_BYTES);
  const prekey = new Prekey(seed);
  wipe(seed);
  turns.lastN++;
  const n = turns.lastN;
  const turn: OwnTurn = { prekey, peer: peer.id, n, madeAtMs: core.env.nowMs(), isUsed: false };
  turns.own.push(turn);
  core.turnKeys.set(prekey.kid, turn);
  remember(core, peer, prekey.kid);
  for (const oldest of turns.own.slice(0, -MAX_TURN_PREKEYS)) destroy(core, oldest);
  for (const oldest of core.turnKeys.values()) {
    if (core.turnKeys.size <= MAX_IN_ALL) break;
    destroy(core, oldest);
  }
  return turn;
}

/** On disk before it is given: whoever seals to it after this run must be told that it is gone. */
function remember(core: CoreState, peer: Peer, kid: Kid): void {
  const { turns } = peer;
  turns.kids.push(kid);
  core.turnKids.set(kid, peer.id);
  for (const forgotten of turns.kids.slice(0, -MAX_KIDS)) core.turnKids.delete(forgotten);
  turns.kids = turns.kids.slice(-MAX_KIDS);
  savePeer(core, peer);
}

function destroy(core: CoreState, turn: OwnTurn): void {
  turn.prekey.destroy();
  core.turnKeys.delete(turn.prekey.kid);
  const turns = core.peers.get(turn.peer)?.turns;
  if (turns !== undefined) turns.own = turns.own.filter((other) => other !== turn);
}

/** The key a message names, while it lives; else null. Only `peer` may use it. */
export function ownTurn(core: CoreState, kid: Kid): OwnTurn | null {
  const turn = core.turnKeys.get(kid);
  // A machine that slept may hand over a message before the clock that destroys old keys.
  return turn === undefined || isDead(core, turn) ? null : turn;
}

/** A message of the right person came under it: whoever uses it needs no older one. */
export function takeTurnUse(core: CoreState, turn: OwnTurn): void {
  turn.isUsed = true;
  const own = core.peers.get(turn.peer)?.turns.own ?? [];
  for (const other of own) if (other.n < turn.n) destroy(core, other);
}

/** A message came under a key that is no more: its sender hears of it, where we know who that is. */
export function takeLostUse(core: CoreState, kid: Kid): Peer | null {
  const id = core.turnKids.get(kid);
  const peer = id === undefined ? undefined : core.peers.get(id);
  if (peer === undefined) return null;
  const { turns } = peer;
  if (!turns.lost.includes(kid)) turns.lost = [...turns.lost, kid].slice(-MAX_LOST);
  return peer;
}

/** Destroys what is 70 min old. */
export function tendTurnKeys(core: CoreState): void {
  for (const turn of core.turnKeys.values()) {
    if (!isDead(core, turn)) return;
    destroy(core, turn);
  }
}

/** When `tendTurnKeys` has something to do, monotonic ms; null while there is no key. */
export function turnKeysDueMs(core: CoreState): number | null {
  for (const { madeAtMs } of core.turnKeys.values()) return madeAtMs + TURN_PREKEY_DESTROY_MS;
  return null;
}

export function wipeTurnKeys(core: CoreState): void {
  for (const turn of core.turnKeys.values()) destroy(core, turn);
}

function isDead(core: CoreState, { madeAtMs }: OwnTurn): boolean {
  return core.env.nowMs() - madeAtMs >= TURN_PREKEY_DESTROY_MS;
}

/**
 * What a note signs, where that holds and the note is above every one before; its turn key is taken. Null for anything
 * else: one whose signature doesn't hold was put there by somebody who stole our prekey.
 */
export function takeTurn(core: CoreState, peer: Peer, note: Note): Turn | null {
  const { incoming, keys } = peer;
  const { boot, k, turn: bytes } = note;
  const isNewest = boot > incoming.lastBoot || (boot === incoming.lastBoot && k > incoming.lastK);
  if (bytes === null || keys === null || !isNewest) return null;
  const turn = openedTurn(bytes, keys, note);
  if (turn === null) return null;
  incoming.lastBoot = boot;
  incoming.lastK = k;
  const { n, publicKey } = turn;
  const { theirs } = peer.turns;
  // Given again until it is used: its time began when it came first.
  if (theirs === null || boot > theirs.boot || n > theirs.n) {
    const receivedAtMs = core.env.nowMs();
    peer.turns.theirs = { ...{ boot, n, kid: kidOf(publicKey), publicKey }, receivedAtMs };
  }
  return turn;
}

function openedTurn(bytes: Uint8Array, keys: PeerKeys, note: Note): Turn | null {
  try {
    return openTurn(bytes, keys, note);
  } catch (error) {
    if (error instanceof LanchatError) return null;
    throw error;
  }
}

/** Their turn key, for 30 min from when it came, unless they have started anew since. */
export function turnToUse(core: CoreState, peer: Peer): TheirTurn | null {
  const { theirs } = peer.turns;
  if (theirs === null) return null;
  const isStale = core.env.nowMs() - theirs.receivedAtMs >= TURN_PREKEY_USE_MS;
  if (isStale || theirs.boot < bootOf(peer)) peer.turns.theirs = null;
  return peer.turns.theirs;
}

/** It can't be sealed to, or its owner says that it is gone. */
export function dropTurn(peer: Peer, kid: Kid): void {
  if (peer.turns.theirs?.kid === kid) peer.turns.theirs = null;
}

/** The newest run of this person that they have signed. */
export function bootOf({ bundle, incoming }: Peer): bigint {
  const ofBundle = bundle?.boot ?? 0n;
  return ofBundle > incoming.lastBoot ? ofBundle : incoming.lastBoot;
}
