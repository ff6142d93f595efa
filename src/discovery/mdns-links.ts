// One mDNS instance for each IPv4 interface, made anew whenever the interfaces change: the library sends
// on one interface only, and a group membership doesn't survive its interface. Knows nothing of relays.
import { createSocket } from 'node:dgram';
import { Bonjour } from 'bonjour-service';
import {
  describeInterfaces,
  listInterfaces,
  type NetworkInterface,
  watchInterfaces,
} from './interfaces.ts';
import { type CreateUdpSocket, MDNS_PORT, MdnsSocket } from './mdns-socket.ts';
import type { DiscoveryProblem } from './problem.ts';

/** The machine's network, as far as discovery touches it; tests stand in for it. */
export interface Network {
  readonly interfaces: () => NetworkInterface[];
  readonly createSocket: CreateUdpSocket;
}

/** What of the library's packet layer we use ourselves: its decoded packets, and asking. */
interface Mdns {
  on(event: 'response', listener: (packet: unknown, from: { address: string }) => void): unknown;
  query(name: string, type: 'PTR'): void;
}

/** One instance on one interface. */
export interface MdnsLink {
  readonly bonjour: Bonjour;
  readonly mdns: Mdns;
}

/** Which interfaces take part: those of the LAN, or with loopback, or loopback alone. */
export type LinkScope = 'lan' | 'lan-and-loopback' | 'loopback';

export interface MdnsLinks {
  /** Those open now. */
  current(): readonly MdnsLink[];
  /** The interfaces that take part now. */
  interfaces(): readonly NetworkInterface[];
  /** Stops watching the interfaces, so that `current()` stays as it is. */
  freeze(): void;
  close(): void;
}

export const systemNetwork: Network = { interfaces: listInterfaces, createSocket };

/** Opens the links and keeps them in step with the interfaces; `onLink` is told of each new one. */
export function openMdnsLinks(options: {
  scope: LinkScope;
  network: Network;
  onLink: (link: MdnsLink) => void;
  onProblem: (problem: DiscoveryProblem) => void;
}): MdnsLinks {
  const { scope, network, onLink, onProblem } = options;
  let interfaces: readonly NetworkInterface[] = [];
  let links: readonly MdnsLink[] = [];
  const close = () => {
    for (const { bonjour } of links) bonjour.destroy();
    links = [];
  };
  const open = (all: NetworkInterface[]) => {
    close();
    interfaces = selectInterfaces(all, scope);
    if (interfaces.length === 0) onProblem({ kind: 'no-interface', interface: '', code: '' });
    links = interfaces.map((each) => openLink(each, network, onProblem));
    for (const link of links) onLink(link);
  };
  open(network.interfaces());
  const watch = watchInterfaces(
    (all) => {
      const before = describeInterfaces(interfaces);
      if (describeInterfaces(selectInterfaces(all, scope)) !== before) open(all);
    },
    { read: network.interfaces },
  );
  return {
    current: () => links,
    interfaces: () => interfaces,
    freeze: () => watch.close(),
    close: () => {
      watch.close();
      close();
    },
  };
}

function selectInterfaces(all: readonly NetworkInterface[], scope: LinkScope): NetworkInterface[] {
  return all.filter(({ family, internal }) => {
    if (family !== 'IPv4') return false;
    return scope === 'lan-and-loopback' || internal === (scope === 'loopback');
  });
}

function openLink(
  on: NetworkInterface,
  network: Network,
  onProblem: (problem: DiscoveryProblem) => void,
): MdnsLink {
  const socket = new MdnsSocket(network.createSocket, (kind, code) =>
    onProblem({ kind, interface: on.name, code }),
  );
  // Binding to the interface's own address would lose multicast; to none, needs no default route.
  const settings = { port: MDNS_PORT, interface: on.address, bind: '0.0.0.0', socket };
  const bonjour = new Bonjour(settings);
  // biome-ignore lint/complexity/useLiteralKeys: private to the type, the only way to the packets.
  const mdns: Mdns = bonjour['server'].mdns;
  return { bonjour, mdns };
}
