// Which addresses count as one machine's. Looks nothing up.
import { isIPv6 } from 'node:net';

/** Of an IPv6 address the first 64 bits are the network's; a machine takes the rest as it likes. */
const NETWORK_GROUPS = 4;
/** fe80::/10, the addresses of one link. */
const LINK_LOCAL = /^fe[89ab][0-9a-f]:/i;

/**
 * An IPv4 address as it is; of an IPv6 address the first four groups, in one spelling. A link-local one counts
 * whole, with the interface: there one network is everybody on the LAN, whom a single machine could shut out. It
 * can take more than one of them, as it can in IPv4, but each has to answer for itself on the link.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [bare = '', link = ''] = address.split('%');
  const groups = groupsOf(bare);
  if (LINK_LOCAL.test(bare)) return `${groups.join(':')}%${link}`;
  return groups.slice(0, NETWORK_GROUPS).join(':');
}

/** All eight, in one spelling. */
function groupsOf(bare: string): string[] {
  const [head = '', tail] = bare.split('::');
  const before = splitGroups(head);
  const after = splitGroups(tail ?? '');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(zeros).fill('0'), ...after];
}

function splitGroups(text: string): string[] {
  if (text === '') return [];
  return text.split(':').map((group) => group.replace(/^0+(?=.)/, '').toLowerCase());
}
