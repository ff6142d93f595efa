// What a relay's operator reads: connections and reasons, never content. Decides nothing.
import { listInterfaces } from '../discovery/interfaces.ts';
import type { DiscoveryProblem } from '../discovery/problem.ts';
import { phrase } from '../language/translate.ts';
import { formatAddress } from '../protocol/address.ts';
import type { RelayEvent } from '../relay/events.ts';
import { fingerprintWords } from '../ui/people.ts';
import { type SafeText, safeTemplate, safeText } from '../ui/safe-text.ts';
import { clockTime } from '../ui/words.ts';
import { describeFailure } from './errors.ts';
import type { JsonRecord, Output } from './output.ts';

/** Sentences in which a person can act on what discovery reports. */
const DISCOVERY_PROBLEMS: Readonly<Record<DiscoveryProblem['kind'], string>> = {
  'no-interface': phrase`no network is up but loopback; the relay is announced once one is`,
  'port-held': phrase`UDP port 5353 is held by another program; clients need --relay until it is free`,
  'not-permitted': phrase`the system forbids multicast DNS; clients need --relay`,
  'no-multicast': phrase`the network takes no multicast; clients need --relay`,
  'network-unreachable': phrase`the network refuses multicast; clients need --relay`,
  'socket-failed': phrase`multicast DNS failed; clients need --relay`,
  'too-many-relays': phrase`the network announces more relays than there can be; the rest is ignored`,
};

/** One line, or one JSON object, an event; on stdout. Problems of discovery go to stderr. */
export class RelayLog {
  readonly #output: Output;
  readonly #name: string;
  readonly #isAnnounced: boolean;

  /** `isAnnounced`: other machines find the relay by themselves. */
  constructor(output: Output, { name, isAnnounced }: { name: string; isAnnounced: boolean }) {
    this.#output = output;
    this.#name = name;
    this.#isAnnounced = isAnnounced;
  }

  event(event: RelayEvent): void {
    if (this.#output.options.json) {
      this.#output.json(this.#record(event));
      return;
    }
    for (const line of this.#lines(event)) this.#output.human(line);
  }

  discoveryProblem(problem: DiscoveryProblem): void {
    const where = problem.interface === '' ? '' : ` on ${problem.interface}`;
    const code = problem.code === '' ? '' : ` (${problem.code})`;
    this.#output.note(
      safeText(phrase`lanchat: discovery${where}: ${DISCOVERY_PROBLEMS[problem.kind]}${code}`),
    );
  }

  #record(event: RelayEvent): JsonRecord {
    switch (event.type) {
      case 'listening': {
        const { type, host, port, relayId } = event;
        return { type, host, port, fingerprint: relayId, name: this.#name };
      }
      case 'fault': {
        const { code, message } = describeFailure(event.error);
        return { type: event.type, time: new Date().toISOString(), code, message };
      }
      case 'connected':
      case 'login':
      case 'carries':
      case 'carried':
      case 'met':
      case 'kept':
      case 'taken':
      case 'files':
      case 'disconnected':
      case 'dropped':
      case 'refused':
      case 'storage':
      case 'unreadable':
      case 'closed':
        return { ...event, time: new Date().toISOString() };
      default:
        return event satisfies never;
    }
  }

  #lines(event: RelayEvent): SafeText[] {
    if (event.type === 'listening') return this.#banner(event);
    if (isMinor(event) && !this.#output.options.verbose) return [];
    return [safeTemplate`${clockTime(Date.now())} ${wordsOf(event)}`];
  }

  #banner(event: Extract<RelayEvent, { type: 'listening' }>): SafeText[] {
    const { host, port, relayId } = event;
    const everywhere = host === '::' || host === '0.0.0.0';
    const lan = listInterfaces().filter((each) => each.family === 'IPv4' && !each.internal);
    const [address] = everywhere ? lan.map((each) => each.address) : [host];
    const shown = formatAddress({ host: address ?? '127.0.0.1', port });
    return [
      safeTemplate`Relay ${safeText(this.#name)} listens on port ${port}. It reads nothing that people write.`,
      safeTemplate`  key             ${fingerprintWords(relayId)}`,
      ...(this.#isAnnounced ? [safeText(phrase`  other machines  lanchat`)] : []),
      safeText(phrase`  stop it         Ctrl+C`),
      // With the key in it nobody has to trust what answers first. Alone on its line: it is long.
      safeText(phrase`  by address, safe from the first use:`),
      safeTemplate`  lanchat --relay ${safeText(shown)}#${safeText(relayId)}`,
    ];
  }
}

const MINOR: ReadonlySet<RelayEvent['type']> = new Set([
  'connected',
  'carries',
  'carried',
  'met',
  'kept',
  'taken',
]);

/** Files come and go, and whoever connects and never logs in is only worth a line where somebody looks closely. */
function isMinor(event: RelayEvent): boolean {
  return MINOR.has(event.type) || (event.type === 'disconnected' && event.fingerprint === null);
}

function wordsOf(event: Exclude<RelayEvent, { type: 'listening' }>): SafeText {
  switch (event.type) {
    case 'login':
      return safeTemplate`${who(event)} connected`;
    case 'carries':
      return safeTemplate`${who(event)} carries a file`;
    case 'carried':
      return safeTemplate`${who(event)} carries no file any more`;
    case 'met':
      return safeTemplate`${who(event)} and ${who(event.with)} are joined for a file`;
    case 'kept':
      return safeTemplate`${who(event)} left a file of ${event.chunks} chunks here: ${safeText(event.file)}`;
    case 'taken':
      return safeTemplate`${who(event)} took a file of ${event.chunks} chunks: ${safeText(event.file)}`;
    case 'files':
      if (event.problem === null) return safeText(phrase`the disk takes files again`);
      return safeTemplate`no files are kept: ${safeText(event.problem.message)}`;
    case 'connected':
      return safeTemplate`${who(event)} knocks`;
    case 'disconnected':
      return safeTemplate`${who(event)} disconnected`;
    case 'dropped':
      return safeTemplate`${who(event)} dropped: ${safeText(event.reason)}, ${safeText(event.detail)}`;
    case 'refused':
      return safeTemplate`${safeText(event.address)} refused: ${safeText(event.reason)}`;
    case 'storage':
      if (event.problem === null) return safeText(phrase`the disk takes messages again`);
      return safeTemplate`nothing is kept for people who are away: ${safeText(event.problem.message)}`;
    case 'unreadable':
      return safeTemplate`some of what is kept for people who are away can't be read: ${safeText(event.problem.message)}`;
    case 'fault':
      return safeTemplate`fault: ${describeFailure(event.error).message}`;
    case 'closed':
      return safeTemplate`closed`;
    default:
      return event satisfies never;
  }
}

function who({ fingerprint, address }: { fingerprint: string | null; address: string }): SafeText {
  const from = safeText(address);
  return fingerprint === null ? from : safeTemplate`${fingerprintWords(fingerprint)} (${from})`;
}
