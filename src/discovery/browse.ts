// Finds relays by mDNS and keeps a bounded list of hints. Every hint may be a lie: it says where to try,
// and the key found there decides.
import {
  type Announcement,
  type RelayHint,
  readAnnouncements,
  SERVICE_NAME,
} from './announcement.ts';
import { interfaceFor } from './interfaces.ts';
import { type Network, openMdnsLinks, systemNetwork } from './mdns-links.ts';
import type { DiscoveryProblem } from './problem.ts';

export interface Browser {
  /** What is known now, oldest first. */
  hints(): RelayHint[];
  close(): void;
}

/** A single question can be lost, or asked just before a relay starts. */
const QUERY_MS = 2_000;
/** Two questions unanswered: the relay or its link was away, and whoever waits for it should know. */
const SILENCE_MS = 5_000;
/** Fifteen questions unanswered: a relay that crashed said no goodbye. */
const HINT_LIFETIME_MS = 30_000;
const MAX_HINTS = 64;
/** So that one machine can't fill the list and hide the others. */
const MAX_HINTS_PER_SENDER = 8;

interface Entry {
  readonly hint: RelayHint;
  readonly instance: string;
  readonly sender: string;
  readonly seenAtMs: number;
}

/**
 * Looks for relays on every IPv4 interface until closed. `onUp` is called for a new hint and for
 * one that changed or came back after 5 s of silence; `onDown` when a relay said goodbye or fell silent for 30 s.
 * Hints are told apart by fingerprint prefix, host and port, so a relay on two networks, or a liar
 * who repeats its prefix, is a hint of its own: try each. Never throws for the network's sake.
 * It asks every 2 s, which everybody on the LAN hears: close it once connected.
 */
export function browse(options: {
  onUp: (hint: RelayHint) => void;
  onDown: (hint: RelayHint) => void;
  onProblem: (problem: DiscoveryProblem) => void;
  includeLoopback?: boolean;
  network?: Network;
}): Browser {
  const entries = new Map<string, Entry>();
  let crowdReported = false;

  const remove = (key: string, entry: Entry) => {
    entries.delete(key);
    options.onDown(entry.hint);
  };
  const take = (announcement: Announcement, sender: string) => {
    switch (announcement.kind) {
      case 'goodbye':
        for (const [key, entry] of entries) {
          if (entry.instance === announcement.instance) remove(key, entry);
        }
        return;
      case 'alive':
        return accept(announcement.hint, announcement.instance, sender);
      default:
        return announcement satisfies never;
    }
  };
  const accept = (hint: RelayHint, instance: string, sender: string) => {
    const key = `${hint.relayIdPrefix} ${hint.host} ${hint.port}`;
    const known = entries.get(key);
    if (known === undefined && isCrowded(entries, sender)) {
      if (!crowdReported) options.onProblem({ kind: 'too-many-relays', interface: '', code: '' });
      crowdReported = true;
      return;
    }
    const nowMs = performance.now();
    entries.set(key, { hint, instance, sender, seenAtMs: nowMs });
    const isNews = known === undefined || nowMs - known.seenAtMs > SILENCE_MS;
    if (isNews || !sameHint(known.hint, hint)) options.onUp(hint);
  };

  const links = openMdnsLinks({
    scope: options.includeLoopback ? 'lan-and-loopback' : 'lan',
    network: options.network ?? systemNetwork,
    onProblem: options.onProblem,
    onLink: ({ mdns }) => {
      mdns.on('response', (packet, from) => {
        // Linux hands a socket what any program here joined: also what is meant for loopback alone.
        if (from.address.startsWith('127.') && !options.includeLoopback) return;
        const isLocal = (address: string) => interfaceFor(address, links.interfaces()) !== null;
        for (const announcement of readAnnouncements(packet, from.address, isLocal)) {
          take(announcement, from.address);
        }
      });
      mdns.query(SERVICE_NAME, 'PTR');
    },
  });
  const timer = setInterval(() => {
    const silentSinceMs = performance.now() - HINT_LIFETIME_MS;
    for (const [key, entry] of entries) if (entry.seenAtMs < silentSinceMs) remove(key, entry);
    for (const { mdns } of links.current()) mdns.query(SERVICE_NAME, 'PTR');
  }, QUERY_MS);

  return {
    hints: () => [...entries.values()].map((entry) => entry.hint),
    close: () => {
      clearInterval(timer);
      links.close();
    },
  };
}

function isCrowded(entries: ReadonlyMap<string, Entry>, sender: string): boolean {
  if (entries.size >= MAX_HINTS) return true;
  let ofSender = 0;
  for (const entry of entries.values()) if (entry.sender === sender) ofSender += 1;
  return ofSender >= MAX_HINTS_PER_SENDER;
}

function sameHint(a: RelayHint, b: RelayHint): boolean {
  return a.name === b.name && a.addresses.join() === b.addresses.join();
}
