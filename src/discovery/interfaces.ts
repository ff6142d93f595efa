// Which network interfaces are up, and when that changes. Knows nothing about mDNS or relays.
import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

export interface NetworkInterface {
  readonly name: string;
  readonly address: string;
  readonly netmask: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly internal: boolean;
  /** Differs when the link went away and came back, even with the same name and address. */
  readonly generation: string;
}

/** Half a second: a client must be back within 3 s of its link, and one look costs about 0.1 ms. */
const POLL_MS = 500;

/** Lists the addresses of every interface that is up and has a carrier. */
export function listInterfaces(): NetworkInterface[] {
  const found: NetworkInterface[] = [];
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    const generation = linkGeneration(name);
    for (const { address, netmask, family, internal } of addresses ?? []) {
      found.push({ name, address, netmask, family, internal, generation });
    }
  }
  return found;
}

/**
 * Calls `onChange` with all addresses whenever the set of interfaces, or one of their links, has
 * changed since the last look; not for the first look. `close()` ends it. `read` and `pollMs`
 * exist for tests.
 */
export function watchInterfaces(
  onChange: (interfaces: NetworkInterface[]) => void,
  options: { read?: () => NetworkInterface[]; pollMs?: number } = {},
): { close(): void } {
  const read = options.read ?? listInterfaces;
  let last = describeInterfaces(read());
  const timer = setInterval(() => {
    const interfaces = read();
    const now = describeInterfaces(interfaces);
    if (now === last) return;
    last = now;
    onChange(interfaces);
  }, options.pollMs ?? POLL_MS);
  return { close: () => clearInterval(timer) };
}

/** One string for a set of interfaces, equal only when nothing that matters here has changed. */
export function describeInterfaces(interfaces: readonly NetworkInterface[]): string {
  return interfaces
    .map((i) => `${i.name} ${i.address} ${i.netmask} ${i.generation}`)
    .sort()
    .join('\n');
}

/** The interface whose IPv4 subnet contains this address, or null (also for anything not IPv4). */
export function interfaceFor(
  address: string,
  interfaces: readonly NetworkInterface[],
): NetworkInterface | null {
  if (!isIPv4(address)) return null;
  const wanted = ipv4Number(address);
  for (const candidate of interfaces) {
    if (candidate.family !== 'IPv4') continue;
    const mask = ipv4Number(candidate.netmask);
    const same = (wanted & mask) === (ipv4Number(candidate.address) & mask);
    if (same) return candidate;
  }
  return null;
}

/** As people write it: `eth0 10.77.0.2/24`. */
export function formatInterface({ name, address, netmask }: NetworkInterface): string {
  const bits = ipv4Number(netmask).toString(2).replaceAll('0', '').length;
  return `${name} ${address}/${bits}`;
}

function ipv4Number(address: string): number {
  return address.split('.').reduce((value, part) => ((value << 8) | Number(part)) >>> 0, 0);
}

// A link that drops and returns between two looks keeps its name and address. Linux counts its
// carrier changes, and numbers anew an interface that was removed and plugged in again.
function linkGeneration(name: string): string {
  if (process.platform !== 'linux') return '';
  try {
    const folder = `/sys/class/net/${name}`;
    const index = readFileSync(`${folder}/ifindex`, 'latin1').trim();
    return `${index}.${readFileSync(`${folder}/carrier_changes`, 'latin1').trim()}`;
  } catch {
    return '';
  }
}
