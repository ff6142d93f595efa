// Announces a relay by mDNS. What it announces is a hint: identity is proven on connecting.
import { announcementFor, SERVICE_TYPE } from './announcement.ts';
import { type MdnsLink, type Network, openMdnsLinks, systemNetwork } from './mdns-links.ts';
import type { DiscoveryProblem } from './problem.ts';

export interface Advertisement {
  /** Says goodbye, waits at most half a second for it to go out, and closes every socket. */
  close(): Promise<void>;
}

/** A shutdown must end within 2 s whatever the network does. */
const GOODBYE_MS = 500;

/**
 * Advertises a relay on every IPv4 interface, following them as they come and go, until closed.
 * Never throws for a network's sake: `onProblem` is told, perhaps before this returns.
 * `name` is cut to 64 bytes; `relayIdPrefix` must be 16 lower-case hex digits, else RangeError.
 * With `loopbackOnly` nothing reaches the LAN.
 */
export function advertise(options: {
  name: string;
  port: number;
  relayIdPrefix: string;
  onProblem: (problem: DiscoveryProblem) => void;
  loopbackOnly?: boolean;
  network?: Network;
}): Advertisement {
  const { instance, host, txt } = announcementFor(options);
  const links = openMdnsLinks({
    scope: options.loopbackOnly ? 'loopback' : 'lan',
    network: options.network ?? systemNetwork,
    onProblem: options.onProblem,
    onLink: ({ bonjour }) => {
      // Probing costs a second and on a clash prints and gives up; the fingerprint in the name
      // makes a clash somebody's lie, which isn't worth yielding to.
      bonjour.publish({
        name: instance,
        type: SERVICE_TYPE,
        port: options.port,
        host,
        txt,
        probe: false,
        disableIPv6: true,
      });
    },
  });
  let closing: Promise<void> | null = null;
  const close = async () => {
    links.freeze();
    await withinTime(Promise.all(links.current().map(sayGoodbye)), GOODBYE_MS);
    links.close();
  };
  return {
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function sayGoodbye({ bonjour }: MdnsLink): Promise<void> {
  return new Promise((resolve) => bonjour.unpublishAll(() => resolve()));
}

function withinTime(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    void work.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
