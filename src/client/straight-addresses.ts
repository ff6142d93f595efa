// Which addresses a file may go straight between: what is offered of this machine, what is tried of another's. Pure.
import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { interfaceFor, listInterfaces, type NetworkInterface } from '../discovery/interfaces.ts';
import { formatAddress } from '../protocol/address.ts';
import { MAX_FILE_ADDRESSES } from '../protocol/limits.ts';

export interface StraightAddress {
  readonly host: string;
  readonly port: number;
}

/** This machine among its neighbours; tests put another network here. */
export interface Neighbourhood {
  /** Addresses under which others may reach us, best first; `first`: the one that the relay is reached from. */
  offered(first: string | null): readonly string[];
  /** Those that a file may be fetched from, of what somebody has written. */
  toTry(written: readonly string[]): readonly StraightAddress[];
}

export const realNeighbourhood: Neighbourhood = {
  offered: (first) => ownAddresses(listInterfaces(), first),
  toTry: (written) => addressesToTry(written, listInterfaces()),
};

/** What a system gives to whoever asks for a free port is never below. */
const MIN_PORT = 1_024;
const MAX_PORT = 65_535;
/** An IPv6 network of a LAN; the address may have been given without its prefix. */
const IPV6_PREFIX = 64;
const WRITTEN = /^(?:\[([\da-f:.]+)\]|([\d.]+)):([1-9]\d{3,4})$/i;

/** RFC 1918, 3927 and 4193: addresses of a LAN alone. */
const OF_A_LAN = blockList([
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['fc00::', 7],
]);

/** This machine itself, groups, and one link without its name: whatever the interfaces are. */
const NEVER = blockList([
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['224.0.0.0', 3],
  ['::', 127],
  ['fe80::', 10],
  ['ff00::', 8],
]);

/** IPv4 written as IPv6: one address would be two. */
const IPV4_IN_DISGUISE = blockList([['::ffff:0:0', 96]]);

/** At most as many as one record holds: the relay's network first, then IPv4. */
export function ownAddresses(
  interfaces: readonly NetworkInterface[],
  first: string | null,
): readonly string[] {
  const isOffered = ({ address, internal }: NetworkInterface) => !internal && !isIn(NEVER, address);
  const offered = interfaces.filter(isOffered);
  const best = first === null ? null : first.replace(/^::ffff:/i, '');
  const nameOfBest = offered.find(({ address }) => address === best)?.name;
  const rank = ({ address, name, family }: NetworkInterface) => {
    if (address === best) return 0;
    return (name === nameOfBest ? 1 : 3) + (family === 'IPv4' ? 0 : 1);
  };
  const sorted = [...offered].sort((a, b) => rank(a) - rank(b)).map(({ address }) => address);
  return [...new Set(sorted)].slice(0, MAX_FILE_ADDRESSES);
}

/** In a network for LANs, or in one of our own; never this machine. */
function isNear(host: string, interfaces: readonly NetworkInterface[]): boolean {
  if (isIn(NEVER, host) || (isIPv6(host) && isIn(IPV4_IN_DISGUISE, host))) return false;
  const isOurs = interfaces.some(({ address }) => sameHost(address, host));
  if (isOurs) return false;
  if (isIn(OF_A_LAN, host)) return true;
  const outer = interfaces.filter(({ internal }) => !internal);
  return isIPv4(host) ? interfaceFor(host, outer) !== null : isIn(ipv6Networks(outer), host);
}

/** What a record says, as far as it may be tried. */
export function addressesToTry(
  written: readonly string[],
  interfaces: readonly NetworkInterface[],
): readonly StraightAddress[] {
  const found = new Map<string, StraightAddress>();
  for (const text of written.slice(0, MAX_FILE_ADDRESSES)) {
    const address = parseAddress(text);
    if (address !== null && isNear(address.host, interfaces))
      found.set(formatAddress(address), address);
  }
  return [...found.values()];
}

/** An address in digits and a port; null: anything else, names above all. */
export function parseAddress(text: string): StraightAddress | null {
  const [, v6, v4, digits] = WRITTEN.exec(text) ?? [];
  const port = Number(digits);
  if (!(port >= MIN_PORT && port <= MAX_PORT)) return null;
  if (v6 !== undefined) return isIPv6(v6) ? { host: v6.toLowerCase(), port } : null;
  return v4 !== undefined && isIPv4(v4) ? { host: v4, port } : null;
}

function ipv6Networks(interfaces: readonly NetworkInterface[]): BlockList {
  const ours = interfaces.filter(({ family, address }) => family === 'IPv6' && isIPv6(address));
  return blockList(ours.map(({ address }) => [address.replace(/%.*$/, ''), IPV6_PREFIX]));
}

/** However IPv6 is written. */
function sameHost(a: string, b: string): boolean {
  const bare = a.replace(/%.*$/, '');
  if (isIPv4(bare) !== isIPv4(b)) return false;
  return isIn(blockList([[bare, isIPv4(bare) ? 32 : 128]]), b);
}

function blockList(networks: readonly (readonly [address: string, prefix: number])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of networks) {
    list.addSubnet(address, prefix, isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return list;
}

function isIn(list: BlockList, address: string): boolean {
  const bare = address.replace(/%.*$/, '');
  return list.check(bare, isIPv4(bare) ? 'ipv4' : 'ipv6');
}
