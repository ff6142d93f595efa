// Why discovery or connecting fails on this machine. It changes nothing and decides nothing: it
// experiments and yields what each experiment showed.
import type { RelayHint } from './announcement.ts';
import { browse } from './browse.ts';
import {
  describeLan,
  describeMdnsPort,
  describeMulticast,
  describeReach,
  describeRelays,
  type Finding,
  type RelayAddress,
} from './findings.ts';
import type { NetworkInterface } from './interfaces.ts';
import { type Network, systemNetwork } from './mdns-links.ts';
import { MDNS_PORT } from './mdns-socket.ts';
import { probeMdnsPort, probeMulticast } from './multicast-probe.ts';
import { findUdpPortHolders } from './port-holder.ts';
import { tryToReach } from './reach.ts';

const MULTICAST_MS = 1_000;
const MAX_RELAYS_TRIED = 3;

/**
 * Runs every check in turn and yields what each found, cause before consequence. `waitMs` is how
 * long relays have to answer. With `relay` that one is connected to, else those that answered, at
 * most three. Takes up to `waitMs` + 7 s.
 */
export async function* diagnose(options: {
  relay?: RelayAddress;
  waitMs: number;
  network?: Network;
}): AsyncGenerator<Finding> {
  const network = options.network ?? systemNetwork;
  const interfaces = network.interfaces();
  const lan = interfaces.filter((i) => i.family === 'IPv4' && !i.internal);
  const local = [
    describeLan(lan),
    describeMdnsPort(await probeMdnsPort(network), findUdpPortHolders(MDNS_PORT)),
    ...(await Promise.all(lan.map(tryMulticast))),
  ];
  yield* local;
  const hints = await collectHints(network, options.waitMs);
  const targets = options.relay ? [options.relay] : hints.slice(0, MAX_RELAYS_TRIED);
  const reached = await Promise.all(
    targets.map(async (target) => ({
      target,
      reach: await tryToReach(target, interfaces),
    })),
  );
  yield describeRelays(hints, {
    waitMs: options.waitMs,
    faultHere: local.some((finding) => !finding.ok),
    reachable: reached.find((r) => r.reach.kind === 'connected')?.target ?? null,
  });
  for (const { target, reach } of reached) yield describeReach(target, reach, lan);

  async function tryMulticast(on: NetworkInterface): Promise<Finding> {
    return describeMulticast(on, await probeMulticast(on, { network, timeoutMs: MULTICAST_MS }));
  }
}

function collectHints(network: Network, waitMs: number): Promise<RelayHint[]> {
  // Problems are left out: the checks before this one have named them.
  const ignore = () => undefined;
  const browser = browse({ onUp: ignore, onDown: ignore, onProblem: ignore, network });
  return new Promise((resolve) => {
    setTimeout(() => {
      resolve(browser.hints());
      browser.close();
    }, waitMs);
  });
}
