// The sentences of `lanchat doctor`: what each experiment showed, and the fix. Pure.
import { phrase } from '../language/translate.ts';
import { formatAddress } from '../protocol/address.ts';
import type { RelayHint } from './announcement.ts';
import { formatInterface, interfaceFor, type NetworkInterface } from './interfaces.ts';
import { MDNS_PORT } from './mdns-socket.ts';
import type { MulticastResult } from './multicast-probe.ts';
import type { PortHolder } from './port-holder.ts';
import { REACH_TIMEOUT_MS, type Reach } from './reach.ts';

/** Details may quote program, interface and host names: clean them before they reach a terminal. */
export interface Finding {
  readonly check: 'interfaces' | 'mdns-port' | 'multicast' | 'relays' | 'relay';
  readonly ok: boolean;
  readonly detail: string;
  /** One sentence that says what to do; present whenever `ok` is false. */
  readonly fix?: string;
}

export interface RelayAddress {
  readonly host: string;
  readonly port: number;
}

const WITHOUT_DISCOVERY = phrase`or go without discovery: lanchat --relay HOST:PORT`;

export function describeLan(lan: readonly NetworkInterface[]): Finding {
  if (lan.length > 0) {
    return { check: 'interfaces', ok: true, detail: phrase`Up: ${listInterfaces(lan)}.` };
  }
  return {
    check: 'interfaces',
    ok: false,
    detail: phrase`No network interface but loopback is up with an IPv4 address.`,
    fix: phrase`Plug in the cable or join the Wi-Fi, and wait until the system shows an IPv4 address.`,
  };
}

export function describeMdnsPort(code: string | null, holders: readonly PortHolder[]): Finding {
  const check = 'mdns-port';
  const who = holders.map(({ program, pid }) => `${program} (pid ${pid})`).join(', ');
  if (code === null) {
    const detail =
      who === ''
        ? phrase`UDP port ${MDNS_PORT} is free.`
        : phrase`UDP port ${MDNS_PORT} is shared with ${who}.`;
    return { check, ok: true, detail };
  }
  if (code === 'EADDRINUSE') {
    return {
      check,
      ok: false,
      detail: phrase`UDP port ${MDNS_PORT} is held exclusively by ${who || phrase`a program of another user`}.`,
      fix: phrase`Stop ${who || phrase`the program that holds it (sudo ss -ulpn shows which)`}, ${WITHOUT_DISCOVERY}.`,
    };
  }
  return {
    check,
    ok: false,
    detail: phrase`UDP port ${MDNS_PORT} can't be opened (${code}).`,
    fix: phrase`Allow lanchat to use UDP port ${MDNS_PORT} in the firewall or sandbox, ${WITHOUT_DISCOVERY}.`,
  };
}

export function describeMulticast(on: NetworkInterface, result: MulticastResult): Finding {
  const check = 'multicast';
  const fault = (detail: string, remedy: string): Finding => ({
    check,
    ok: false,
    detail: phrase`No multicast on ${on.name}: ${detail}.`,
    fix: `${remedy}, ${WITHOUT_DISCOVERY}.`,
  });
  const firewall = phrase`Allow UDP to 224.0.0.251 port ${MDNS_PORT} on ${on.name} in this machine's firewall`;
  switch (result.kind) {
    case 'heard':
      return { check, ok: true, detail: phrase`Multicast works on ${formatInterface(on)}.` };
    case 'not-heard':
      return fault(phrase`what is sent to 224.0.0.251 does not come back`, firewall);
    case 'send-refused':
      return fault(phrase`sending to 224.0.0.251 is refused (${result.code})`, firewall);
    case 'join-refused':
      return fault(
        phrase`joining 224.0.0.251 is refused (${result.code})`,
        phrase`Turn multicast on for ${on.name} (Linux: sudo ip link set ${on.name} multicast on; net.ipv4.igmp_max_memberships must not be 0)`,
      );
    default:
      return result satisfies never;
  }
}

export function describeRelays(
  hints: readonly RelayHint[],
  {
    waitMs,
    faultHere,
    reachable,
  }: {
    waitMs: number;
    /** Whether a check before this one failed, which explains the silence. */
    faultHere: boolean;
    reachable: RelayAddress | null;
  },
): Finding {
  const check = 'relays';
  if (hints.length > 0) {
    const list = hints.map((h) => `${formatAddress(h)} (${h.relayIdPrefix}…)`).join(', ');
    return { check, ok: true, detail: phrase`Answered by mDNS: ${list}.` };
  }
  const silence = phrase`No relay answered by mDNS within ${waitMs / 1000} s`;
  if (faultHere) {
    return {
      check,
      ok: false,
      detail: `${silence}.`,
      fix: phrase`Mend what is named above first.`,
    };
  }
  if (reachable === null) {
    const fix = phrase`Start one on any machine of this network: lanchat relay.`;
    return { check, ok: false, detail: `${silence}.`, fix };
  }
  return {
    check,
    ok: false,
    detail: phrase`${silence}, though ${formatAddress(reachable)} can be reached: multicast is blocked.`,
    fix: phrase`Use lanchat --relay ${formatAddress(reachable)}, or allow multicast between the machines (firewalls: UDP port 5353; access point: no client isolation).`,
  };
}

export function describeReach(
  target: RelayAddress,
  reach: Reach,
  lan: readonly NetworkInterface[],
): Finding {
  const { host, port } = target;
  const where = formatAddress(target);
  const fault = (detail: string, fix: string): Finding => ({
    check: 'relay',
    ok: false,
    detail,
    fix,
  });
  const allow = phrase`On ${host} allow TCP port ${port} in the firewall (ufw: sudo ufw allow ${port}/tcp; firewalld: sudo firewall-cmd --add-port=${port}/tcp)`;
  switch (reach.kind) {
    case 'connected': {
      const time = `${Math.ceil(reach.elapsedMs)} ms`;
      return { check: 'relay', ok: true, detail: phrase`${where} accepts connections (${time}).` };
    }
    case 'refused':
      return fault(
        phrase`The relay is down: ${host} answers, but nothing listens on port ${port}.`,
        phrase`Start it there: lanchat relay --port ${port}; if one runs, use the port that it printed.`,
      );
    case 'rejected':
      return fault(phrase`A firewall rejects connections to ${where}.`, `${allow}.`);
    case 'no-answer':
      return fault(
        phrase`Packets to ${where} are dropped: no answer within ${REACH_TIMEOUT_MS / 1000} s${route(host, lan)}.`,
        phrase`${allow}; on Wi-Fi turn off client isolation in the access point.`,
      );
    case 'absent':
      return fault(
        phrase`No machine in this network has the address ${host}.`,
        phrase`Turn the relay's machine on, join it to this network, and look up its address there.`,
      );
    case 'wrong-subnet':
      return fault(
        phrase`Wrong subnet: ${host} is in no network of this machine (${listInterfaces(lan)}) and no route leads there.`,
        phrase`Join this machine to the network of ${host}, or give both addresses in one subnet.`,
      );
    case 'name-unknown':
      return fault(
        phrase`The name ${host} has no address here.`,
        phrase`Use the relay's IP address: lanchat --relay ADDRESS:${port}.`,
      );
    case 'failed':
      return fault(
        phrase`Connecting to ${where} failed (${reach.code}).`,
        phrase`Check the address and port, and this machine's firewall and routes.`,
      );
    default:
      return reach satisfies never;
  }
}

function route(host: string, lan: readonly NetworkInterface[]): string {
  return interfaceFor(host, lan) === null
    ? phrase`, and ${host} is in none of this machine's subnets`
    : '';
}

function listInterfaces(lan: readonly NetworkInterface[]): string {
  return lan.map(formatInterface).join(', ') || phrase`none is up`;
}
