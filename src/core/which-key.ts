// Which key of somebody a record is sealed to now: turn, live, or the one that opens their mailbox. Seals nothing.
import { hasFreshBundle, hasOpenClaim } from './directory.ts';
import type { KnownPrekey, Peer } from './peer-state.ts';
import type { CoreState } from './state.ts';
import { turnToUse } from './turn-keys.ts';

/** Somebody hidden is taken for here so long after they wrote. */
export const HEARD_MS = 2 * 60_000;

export interface SealingKey extends KnownPrekey {
  readonly kind: 'turn' | 'live' | 'mailbox';
}

/**
 * `fetch`: their bundle comes first. `unsure`: nobody knows yet whether they are here. `away`: they aren't, and
 * nothing can be left for them.
 */
export type Choice = SealingKey | 'fetch' | 'unsure' | 'away';

/**
 * For a record, or for a control message: those never go under turn keys, since nobody would answer
 * them with the next one (PROTOCOL.md, Which key).
 */
export function chooseKey(core: CoreState, peer: Peer, what: 'record' | 'control'): Choice {
  if (!core.leaving && peer.online) return keyOfPresent(core, peer, what);
  if (!core.leaving && !core.link.presenceComplete) return 'unsure';
  if (!isStoredFor(core, peer)) return 'away';
  const turn = what === 'record' && isHeardHidden(core, peer) ? turnToUse(core, peer) : null;
  if (turn !== null && !hasOpenClaim(peer)) return keyOf('turn', turn);
  if (!hasFreshBundle(core, peer)) return 'fetch';
  return keyOf('mailbox', peer.bundle?.mailbox);
}

function keyOfPresent(core: CoreState, peer: Peer, what: 'record' | 'control'): Choice {
  const turn = what === 'record' ? turnToUse(core, peer) : null;
  // A newer bundle than we know of may be that of another run, in which no turn key of before opens.
  if (turn !== null && !hasOpenClaim(peer)) return keyOf('turn', turn);
  if (!hasFreshBundle(core, peer)) return 'fetch';
  return keyOf('live', peer.bundle?.live);
}

function keyOf(kind: SealingKey['kind'], key: KnownPrekey | null | undefined): Choice {
  if (key === null || key === undefined) return 'away';
  return { kind, kid: key.kid, publicKey: key.publicKey };
}

/** Whether they hide, and wrote lately: what is in their memory will most likely be there for a while. */
export function isHeardHidden(core: CoreState, { heardHiddenAtMs }: Peer): boolean {
  if (core.leaving || heardHiddenAtMs === null) return false;
  return core.env.nowMs() < heardHiddenAtMs + HEARD_MS;
}

/** Whether the relay keeps something for this person while they are away. */
export function isStoredFor(core: CoreState, { unknownUntilMs }: Peer): boolean {
  return core.link.mailboxBlobs > 0 && core.env.nowMs() >= unknownUntilMs;
}

/** The relay said that they are not here, and it tells of everybody who is. */
export function isAway(core: CoreState, peer: Peer): boolean {
  return core.link.online && core.link.presenceComplete && !peer.online;
}
