// Which addresses count as one machine's. Looks nothing up.
import { isIPv6 } from 'node:net';

/** Of an IPv6 address the first 64 bits are the network's; a machine takes the rest as it likes. */
const NETWORK_GROUPS = 4;

/** The first four groups of an IPv6 address in one spelling; any other address as it is. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  // The name of an interface, as in fe80::1%eth0, is ours.
  const [bare = ''] = address.split('%');
  const [head = '', tail] = bare.split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after];
  return groups.slice(0, NETWORK_GROUPS).join(':');
}

function groupsOf(text: string): string[] {
  if (text === '') return [];
  return text.split(':').map((group) => group.replace(/^0+(?=.)/, '').toLowerCase());
}
