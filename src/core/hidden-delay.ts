// How long who hides waits with what nobody need hear at once. Sends nothing.
import type { PeerId } from '../protocol/ids.ts';
import { RECORD_TYPES } from '../protocol/record.ts';
import { peerOf } from './new-state.ts';
import type { OutRecord, Peer } from './peer-state.ts';
import type { RoomState } from './room-state.ts';
import type { CoreState } from './state.ts';
import { HEARD_MS } from './which-key.ts';

/** Whoever hears so late that something arrived doesn't learn by it who is here now. */
const HIDDEN_MS = 60 * 60_000;

/** What a client says of private rooms and of files also without a person's word. */
const ALSO_BY_ITSELF: ReadonlySet<number> = new Set([
  RECORD_TYPES.fileState,
  RECORD_TYPES.roomOperations,
  RECORD_TYPES.roomStrike,
  RECORD_TYPES.roomAnswer,
  RECORD_TYPES.roomWelcome,
  RECORD_TYPES.roomTransfer,
  RECORD_TYPES.roomWantLog,
]);

export function mayBeByItself(type: number): boolean {
  return ALSO_BY_ITSELF.has(type);
}

/** Nothing where we don't hide, nor from somebody to whom we wrote just now: they know. */
export function hiddenDelayMs({ env, hidden }: CoreState, { spokenAtMs }: Peer): number {
  const hasSpoken = spokenAtMs !== null && env.nowMs() < spokenAtMs + HEARD_MS;
  return hidden && !hasSpoken ? HIDDEN_MS : 0;
}

/**
 * Until when what was out already is not sealed again, monotonic ms; 0: nothing holds it back. Its reader could
 * bring that about, by acknowledging nothing, and see by it that we are here. Words that no relay had yet go at once; what our client
 * says by itself waits, though nobody has it.
 */
export function heldBackUntilMs(core: CoreState, peer: Peer, record: OutRecord): number {
  const { type, shown, sealings, sealed, queuedAtMs } = record;
  if (hiddenDelayMs(core, peer) === 0) return 0;
  if (record.byItself && sealed === null) {
    const isSeen = hasHeardUs(core, peer) || hasWordsBehind(core, peer, record);
    return isSeen ? 0 : Math.max(core.hiddenSinceMs, queuedAtMs) + HIDDEN_MS;
  }
  const isOldKey = type === RECORD_TYPES.roomKey && queuedAtMs < core.hiddenSinceMs;
  if (sealings === 0 && !isOldKey) return 0;
  // Of an earlier run nobody remembers how far they got.
  if (type === RECORD_TYPES.text && shown === 'pending' && sealed !== null) return 0;
  return Math.max(core.hiddenSinceMs, sealed?.atMs ?? 0) + HIDDEN_MS;
}

/** What a person does shows them anyhow, and what stands before it must not look lost. */
function hasWordsBehind(core: CoreState, peer: Peer, { stream, seq }: OutRecord): boolean {
  const last = peer.records.findLast(({ byItself }) => !byItself);
  if (last === undefined || (last.stream === stream && last.seq < seq)) return false;
  return heldBackUntilMs(core, peer, last) === 0;
}

/** Whether it would say that we are here, where what they ask for began at once. */
export function isHiddenFrom(core: CoreState, id: PeerId): boolean {
  const peer = peerOf(core, id);
  return hiddenDelayMs(core, peer) > 0 && !hasHeardUs(core, peer);
}

/** Whether we spoke just now in a private room that they are in: they know, and may lack what our words rest on. */
function hasHeardUs({ env, rooms }: CoreState, { id }: Peer): boolean {
  for (const { private: inner, spokenAtMs } of rooms.values()) {
    if (spokenAtMs === null || env.nowMs() >= spokenAtMs + HEARD_MS) continue;
    if (inner?.log.members.has(id) === true) return true;
  }
  return false;
}

/**
 * Until when who hides stays out of a private room that others put them into, monotonic ms; 0: they come at once. Its list names whoever
 * comes for the first time, and so would say that they are here.
 */
export function entryHeldBackUntilMs(
  core: CoreState,
  { private: inner, outbox }: RoomState,
): number {
  const unaskedAtMs = inner?.unaskedAtMs ?? null;
  if (!core.hidden || unaskedAtMs === null || outbox.length > 0) return 0;
  return Math.max(core.hiddenSinceMs, unaskedAtMs) + HIDDEN_MS;
}
