// How long who hides waits with what nobody need hear at once. Sends nothing.
import type { Peer } from './peer-state.ts';
import type { CoreState } from './state.ts';
import { HEARD_MS } from './which-key.ts';

/** Whoever hears so late that something arrived doesn't learn by it who is here now. */
const HIDDEN_MS = 60 * 60_000;

/** Nothing where we don't hide, nor from somebody to whom we wrote just now: they know. */
export function hiddenDelayMs({ env, hidden }: CoreState, { spokenAtMs }: Peer): number {
  const hasSpoken = spokenAtMs !== null && env.nowMs() < spokenAtMs + HEARD_MS;
  return hidden && !hasSpoken ? HIDDEN_MS : 0;
}
