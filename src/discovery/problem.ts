// What can go wrong with discovery here, as plain data. Knows nothing about how it is shown.
import { errnoOf } from '../protocol/errors.ts';

/**
 * - `no-interface`: nothing but loopback is up, so there is nobody to find.
 * - `port-held`: another program holds UDP port 5353 and doesn't share it; tried again every 5 s.
 * - `not-permitted`: the system refuses the port or a packet (a firewall, a sandbox).
 * - `no-multicast`: the interface refuses to join the mDNS group.
 * - `network-unreachable`: the interface refuses to send.
 * - `socket-failed`: any other socket error; `code` says which.
 * - `too-many-relays`: more announcements than one LAN has; the surplus is ignored.
 */
export type DiscoveryProblemKind =
  | 'no-interface'
  | 'port-held'
  | 'not-permitted'
  | 'no-multicast'
  | 'network-unreachable'
  | 'socket-failed'
  | 'too-many-relays';

export interface DiscoveryProblem {
  readonly kind: DiscoveryProblemKind;
  /** The interface's name; empty where the problem isn't one interface's. */
  readonly interface: string;
  /** The system's error code, such as EADDRINUSE; empty where there is none. */
  readonly code: string;
}

/** Sorts an error of a UDP socket; anything that isn't a system error is `socket-failed`. */
export function socketProblemKind(error: unknown): DiscoveryProblemKind {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return 'port-held';
    case 'EACCES':
    case 'EPERM':
      return 'not-permitted';
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
      return 'network-unreachable';
    default:
      return 'socket-failed';
  }
}

/** The `code` of a system error, or an empty string. */
export function errorCode(error: unknown): string {
  return errnoOf(error) ?? '';
}
