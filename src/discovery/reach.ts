// Whether a TCP connection to an address comes about, and if not, what stands in the way.
import { connect, isIPv4 } from 'node:net';
import { interfaceFor, type NetworkInterface } from './interfaces.ts';
import { errorCode } from './problem.ts';

/**
 * - `connected`: something accepted the connection; whether it is a relay, its key tells.
 * - `refused`: the machine answers and nothing listens on the port.
 * - `rejected`: a firewall says no instead of dropping the packets.
 * - `no-answer`: the packets vanish: a firewall, here, there or between.
 * - `absent`: the address is in a subnet of ours and no machine there has it.
 * - `wrong-subnet`: the address is in no subnet of ours, and no route leads there.
 * - `name-unknown`: the name has no address.
 * - `failed`: anything else; `code` is the system's.
 */
export type Reach =
  | { readonly kind: 'connected'; readonly address: string; readonly elapsedMs: number }
  | { readonly kind: 'refused' | 'rejected' | 'no-answer' }
  | { readonly kind: 'absent' | 'wrong-subnet' | 'name-unknown' }
  | { readonly kind: 'failed'; readonly code: string };

/** Longer than the 3 s after which Linux calls an address of its own subnet absent. */
export const REACH_TIMEOUT_MS = 5_000;
/** Linux asks three times, a second apart, before it calls a neighbour absent; a rejection is quick. */
const REJECTION_MS = 200;

/**
 * Tries once, for at most 5 s; never rejects. `interfaces` are this machine's, to tell a wrong subnet
 * from an absent machine.
 */
export function tryToReach(
  target: { host: string; port: number },
  interfaces: readonly NetworkInterface[],
): Promise<Reach> {
  const startedAtMs = performance.now();
  const isElsewhere = isIPv4(target.host) && interfaceFor(target.host, interfaces) === null;
  return new Promise((resolve) => {
    const socket = connect(target);
    const settle = (reach: Reach) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reach);
    };
    const timer = setTimeout(() => settle({ kind: 'no-answer' }), REACH_TIMEOUT_MS);
    socket.once('connect', () => {
      const address = socket.remoteAddress ?? target.host;
      settle({ kind: 'connected', address, elapsedMs: performance.now() - startedAtMs });
    });
    socket.once('error', (error) => {
      const elapsedMs = performance.now() - startedAtMs;
      settle(sortFailure(errorCode(error), { isElsewhere, elapsedMs }));
    });
  });
}

function sortFailure(code: string, facts: { isElsewhere: boolean; elapsedMs: number }): Reach {
  switch (code) {
    case 'ECONNREFUSED':
      return { kind: 'refused' };
    case 'ENETUNREACH':
      return { kind: 'wrong-subnet' };
    case 'EHOSTUNREACH':
    case 'EHOSTDOWN':
      if (facts.isElsewhere) return { kind: 'wrong-subnet' };
      if (process.platform === 'linux' && facts.elapsedMs < REJECTION_MS) {
        return { kind: 'rejected' };
      }
      return { kind: 'absent' };
    case 'ETIMEDOUT':
      return { kind: 'no-answer' };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
    case 'ENODATA':
      return { kind: 'name-unknown' };
    default:
      return { kind: 'failed', code };
  }
}
