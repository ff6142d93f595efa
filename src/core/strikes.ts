// Strikes: moderators take members out, members leave, and nothing forks, since each counts or not by the log alone.
import type { PeerId } from '../protocol/ids.ts';
import type { PrivateRoom, Strike } from './private-state.ts';
import { compareHead, type RoomLog } from './room-log.ts';

/** Strikes under heads that are not here yet, of one maker and in all: those that count are as many as people, and all kept. */
const MAX_AHEAD_OF_ONE = 4;
const MAX_AHEAD = 64;

/** Those who are given no keys, and are not heard, until the owner has said the last word. */
export function struckFrom({ log, strikes }: PrivateRoom): ReadonlySet<PeerId> {
  const struck = new Set<PeerId>();
  for (const strike of strikes) if (counts(log, strike)) struck.add(strike.target);
  return struck;
}

/**
 * Whether it counts now: its maker knew the log, is a moderator, and no operation since names either of the two; or is
 * the member itself, and has not been let in again since. The owner and other moderators can't be struck.
 */
export function counts(log: RoomLog, { by, target, head }: Strike): boolean {
  if (log.closed || compareHead(log, head) !== 'same') return false;
  if (target === log.owner || !log.members.has(target) || !log.members.has(by)) return false;
  if (by === target) return head.n >= (log.added.get(by) ?? 0);
  if (!log.moderators.has(by) || log.moderators.has(target)) return false;
  return [by, target].every((id) => head.n >= (log.named.get(id) ?? 0));
}

/** Adds it, once; drops those that can't count any more. Whether it is new. */
export function addStrike(inner: PrivateRoom, strike: Strike): boolean {
  const isKnown = inner.strikes.some(
    ({ by, target, head }) =>
      by === strike.by && target === strike.target && head.n >= strike.head.n,
  );
  if (isKnown || compareHead(inner.log, strike.head) === 'other') return false;
  inner.strikes = inner.strikes.filter(
    ({ by, target }) => by !== strike.by || target !== strike.target,
  );
  inner.strikes.push(strike);
  pruneStrikes(inner);
  return true;
}

/** Those whose head is not here yet may count later; of too many the oldest go, and never one that counts. */
export function pruneStrikes(inner: PrivateRoom): void {
  const { log } = inner;
  const ofMaker = new Map<PeerId, number>();
  const ahead = inner.strikes
    .filter(({ head }) => compareHead(log, head) === 'ahead')
    .reverse()
    .filter(({ by }) => {
      const count = (ofMaker.get(by) ?? 0) + 1;
      ofMaker.set(by, count);
      return count <= MAX_AHEAD_OF_ONE;
    });
  const kept = new Set(ahead.slice(0, MAX_AHEAD));
  inner.strikes = inner.strikes.filter((strike) => kept.has(strike) || counts(log, strike));
}
