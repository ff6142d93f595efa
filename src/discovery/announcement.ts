// A relay's mDNS records: what we publish, and what of a received packet we believe enough to try. Pure:
// no sockets, no clock. Nothing in here proves who a relay is; only its key does.
import { isIPv4 } from 'node:net';

/** Untrusted address hint from the network; never a proof of identity. */
export interface RelayHint {
  /** As the sender wrote it: at most 64 bytes of UTF-8, not cleaned for a terminal. */
  readonly name: string;
  /** Where to connect first: an IPv4 literal. */
  readonly host: string;
  /** Everything it claims to be reachable at, `host` included, best first; at most 8. */
  readonly addresses: readonly string[];
  /** 1 to 65535. */
  readonly port: number;
  /** 16 lower-case hex digits: the first 8 bytes of the relay's fingerprint. */
  readonly relayIdPrefix: string;
}

/** One relay spoken of in one packet. `instance` is its DNS name, the key of a goodbye. */
export type Announcement =
  | { readonly kind: 'alive'; readonly instance: string; readonly hint: RelayHint }
  | { readonly kind: 'goodbye'; readonly instance: string };

export const SERVICE_TYPE = 'lanchat';
export const SERVICE_NAME = '_lanchat._tcp.local';

const TXT_VERSION = '1';
const MAX_NAME_BYTES = 64;
const MAX_ADDRESSES = 8;
const MAX_ANNOUNCEMENTS = 16;
const RELAY_ID_PREFIX = /^[0-9a-f]{16}$/;

/**
 * What to publish. The instance and host names carry fingerprint digits, so that two relays never
 * clash, and are one DNS label each; the TXT stays far below the 255 bytes a string of it may have.
 */
export function announcementFor(relay: { name: string; relayIdPrefix: string }): {
  instance: string;
  host: string;
  txt: { v: string; id: string; n: string };
} {
  if (!RELAY_ID_PREFIX.test(relay.relayIdPrefix)) {
    throw new RangeError('relayIdPrefix must be 16 lower-case hex digits');
  }
  return {
    instance: `lanchat-${relay.relayIdPrefix}`,
    host: `lanchat-${relay.relayIdPrefix}.local`,
    txt: { v: TXT_VERSION, id: relay.relayIdPrefix, n: shorten(relay.name, MAX_NAME_BYTES) },
  };
}

/**
 * The relays that a decoded mDNS response speaks of; anything malformed is left out, nothing
 * throws. `source` is the sender's address; `isLocal` says whether an address is in a subnet of
 * ours.
 */
export function readAnnouncements(
  packet: unknown,
  source: string,
  isLocal: (address: string) => boolean,
): Announcement[] {
  const records = recordsOf(packet);
  const pointers = records.filter((r) => r.type === 'PTR' && r.name === SERVICE_NAME);
  const found: Announcement[] = [];
  for (const { data, ttl } of pointers.slice(0, MAX_ANNOUNCEMENTS)) {
    if (typeof data !== 'string') continue;
    const instance = data.toLowerCase();
    if (ttl === 0) {
      found.push({ kind: 'goodbye', instance });
      continue;
    }
    const hint = readHint(records, instance, { source, isLocal });
    if (hint !== null) found.push({ kind: 'alive', instance, hint });
  }
  return found;
}

interface DnsRecord {
  readonly type: string;
  /** In lower case: DNS names differ in nothing else. */
  readonly name: string;
  readonly ttl: number;
  readonly data: unknown;
}

interface Sender {
  readonly source: string;
  readonly isLocal: (address: string) => boolean;
}

function readHint(
  records: readonly DnsRecord[],
  instance: string,
  sender: Sender,
): RelayHint | null {
  const ofInstance = records.filter((r) => r.ttl > 0 && r.name === instance);
  const service = readService(ofInstance.find((r) => r.type === 'SRV')?.data);
  const text = readText(ofInstance.find((r) => r.type === 'TXT')?.data);
  if (service === null || text === null) return null;
  const target = service.target.toLowerCase();
  const claimed = records
    .filter((r) => r.ttl > 0 && r.type === 'A' && r.name === target)
    .map((r) => r.data);
  const addresses = chooseAddresses(claimed, sender);
  const [host] = addresses;
  if (host === undefined) return null;
  return { ...text, host, addresses, port: service.port };
}

// The sender's own address is the one seen to work. On loopback it is the only right one, since
// the records never list it. Elsewhere a packet may come through a reflector, so that the sender
// isn't the relay: then it counts only where the relay claims it, or claims nothing at all.
function chooseAddresses(claimed: readonly unknown[], { source, isLocal }: Sender): string[] {
  if (source.startsWith('127.') && isIPv4(source)) return [source];
  const usable = claimed.filter(isUsableAddress);
  const unique = [...new Set(usable)].sort((a, b) => rank(a) - rank(b)).slice(0, MAX_ADDRESSES);
  if (unique.length > 0) return unique;
  return isUsableAddress(source) ? [source] : [];

  function rank(address: string): number {
    if (address === source) return 0;
    return isLocal(address) ? 1 : 2;
  }
}

// Loopback is left out on purpose: a packet from the network must not send us to our own machine.
function isUsableAddress(address: unknown): address is string {
  if (typeof address !== 'string' || !isIPv4(address)) return false;
  const first = Number(address.split('.', 1)[0]);
  return first !== 0 && first !== 127 && first < 224;
}

function readService(data: unknown): { port: number; target: string } | null {
  if (typeof data !== 'object' || data === null) return null;
  if (!('port' in data) || !('target' in data)) return null;
  const { port, target } = data;
  if (typeof target !== 'string' || typeof port !== 'number') return null;
  if (!Number.isInteger(port) || port < 1 || port > 65535) return null;
  return { port, target };
}

// RFC 6763 section 6.4: of a repeated key the first counts; unknown keys are for later versions.
function readText(data: unknown): { name: string; relayIdPrefix: string } | null {
  if (!Array.isArray(data)) return null;
  const values = new Map<string, string>();
  for (const item of data) {
    const text = item instanceof Uint8Array ? decodeUtf8(item) : null;
    const equals = text?.indexOf('=') ?? -1;
    if (text === null || equals < 1) continue;
    const key = text.slice(0, equals).toLowerCase();
    if (!values.has(key)) values.set(key, text.slice(equals + 1));
  }
  const relayIdPrefix = values.get('id');
  const name = values.get('n');
  if (values.get('v') !== TXT_VERSION || relayIdPrefix === undefined || name === undefined) {
    return null;
  }
  if (!RELAY_ID_PREFIX.test(relayIdPrefix) || Buffer.byteLength(name) > MAX_NAME_BYTES) return null;
  return { name, relayIdPrefix };
}

function recordsOf(packet: unknown): DnsRecord[] {
  if (typeof packet !== 'object' || packet === null) return [];
  const answers = 'answers' in packet ? packet.answers : [];
  const additionals = 'additionals' in packet ? packet.additionals : [];
  return [answers, additionals].flatMap((list) =>
    Array.isArray(list) ? list.flatMap(toRecord) : [],
  );
}

function toRecord(value: unknown): DnsRecord[] {
  if (typeof value !== 'object' || value === null) return [];
  if (!('type' in value) || !('name' in value) || !('ttl' in value)) return [];
  const { type, name, ttl } = value;
  if (typeof type !== 'string' || typeof name !== 'string' || typeof ttl !== 'number') return [];
  return [{ type, name: name.toLowerCase(), ttl, data: 'data' in value ? value.data : null }];
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function shorten(text: string, maxBytes: number): string {
  let shortened = '';
  for (const character of text) {
    if (Buffer.byteLength(shortened + character) > maxBytes) break;
    shortened += character;
  }
  return shortened;
}
