// How long who hides waits with what nobody need hear at once. Sends nothing.
import { RECORD_TYPES } from '../protocol/record.ts';
import type { OutRecord, Peer } from './peer-state.ts';
import type { CoreState } from './state.ts';
import { HEARD_MS } from './which-key.ts';

/** Whoever hears so late that something arrived doesn't learn by it who is here now. */
const HIDDEN_MS = 60 * 60_000;

/** Nothing where we don't hide, nor from somebody to whom we wrote just now: they know. */
export function hiddenDelayMs({ env, hidden }: CoreState, { spokenAtMs }: Peer): number {
  const hasSpoken = spokenAtMs !== null && env.nowMs() < spokenAtMs + HEARD_MS;
  return hidden && !hasSpoken ? HIDDEN_MS : 0;
}

/**
 * Until when what was out already is not sealed again, monotonic ms; 0: nothing holds it back. Its reader could
 * bring that about, by acknowledging nothing, and see by it that we are here. Words that no relay had yet go at once.
 */
export function heldBackUntilMs(core: CoreState, peer: Peer, record: OutRecord): number {
  const { type, shown, sealings, sealed, queuedAtMs } = record;
  if (hiddenDelayMs(core, peer) === 0) return 0;
  const isOldKey = type === RECORD_TYPES.roomKey && queuedAtMs < core.hiddenSinceMs;
  if (sealings === 0 && !isOldKey) return 0;
  // Of an earlier run nobody remembers how far they got.
  if (type === RECORD_TYPES.text && shown === 'pending' && sealed !== null) return 0;
  return Math.max(core.hiddenSinceMs, sealed?.atMs ?? 0) + HIDDEN_MS;
}
