// Who may try to log in: bounds on connections, in all and of one address. Knows TCP sockets, no protocol.
import type { Socket } from 'node:net';
import type { Clock } from './clock.ts';
import type { EventLog } from './events.ts';
import type { RelayLimits } from './limits.ts';
import { networkOf } from './network.ts';
import { TokenBucket } from './rate.ts';

const LOOPBACK = /^(?:127\.|::1$)/;

/** A TCP connection between accept and close. */
interface Admitted {
  readonly id: number;
  readonly address: string;
  /** The address as one machine's (network.ts). */
  readonly source: string;
  readonly peer: string;
  readonly socket: Socket;
  readonly deadlineMs: number;
  stage: 'waiting' | 'logging-in' | 'logged-in';
}

interface Line {
  loggingIn: number;
  readonly waiting: Set<Admitted>;
  /** Null on loopback: a program that runs here can take the processor anyway. */
  readonly handshakes: TokenBucket | null;
}

export interface AdmissionContext {
  readonly clock: Clock;
  readonly limits: RelayLimits;
  readonly events: EventLog;
  /** Begins TLS on a socket that was not read so far. */
  readonly begin: (socket: Socket) => void;
}

/** A connection that has not logged in in time; `socket` is what to destroy when it never spoke TLS. */
export interface Overdue {
  readonly id: number;
  readonly address: string;
  readonly socket: Socket;
}

/** Owns no socket: it destroys those it refuses. */
export class Admission {
  readonly #context: AdmissionContext;
  readonly #admitted = new Map<number, Admitted>();
  readonly #idByPeer = new Map<string, number>();
  readonly #lines = new Map<string, Line>();
  /** Oldest first. */
  readonly #bySource = new Map<string, Set<Admitted>>();
  #lastId = 0;

  constructor(context: AdmissionContext) {
    this.#context = context;
  }

  /**
   * Takes a fresh socket, which nobody reads yet. Of one address a few log in at a time, and so many a
   * second; the others wait in line, so that a classroom behind one address, or a reconnecting crowd, is
   * slowed and not refused.
   */
  accept(socket: Socket): void {
    const { clock, limits } = this.#context;
    const address = addressOf(socket);
    const line = this.#lines.get(address) ?? this.#newLine(address);
    // A connection that breaks off: 'close' follows and frees its place.
    socket.on('error', () => {});
    const source = networkOf(address);
    if (line.waiting.size >= limits.waitingAnAddress || !this.#hasRoomFor(source)) {
      socket.destroy();
      this.#context.events.emit({ type: 'refused', address, reason: 'busy' });
      return;
    }
    this.#lines.set(address, line);
    const id = ++this.#lastId;
    const deadlineMs = clock.nowMs() + limits.handshakeMs;
    const peer = peerOf(socket);
    const place = { id, address, source, peer, socket, deadlineMs };
    const admitted: Admitted = { ...place, stage: 'waiting' };
    this.#admitted.set(id, admitted);
    this.#ofSource(source).add(admitted);
    this.#idByPeer.set(peer, id);
    line.waiting.add(admitted);
    socket.on('close', () => this.#closed(admitted));
    this.#advance(line);
  }

  /** The id and address of the connection that TLS now runs on; null where it is gone already. */
  find(socket: Socket): { readonly id: number; readonly address: string } | null {
    return this.#admitted.get(this.#idByPeer.get(peerOf(socket)) ?? 0) ?? null;
  }

  loggedIn(id: number): void {
    const admitted = this.#admitted.get(id);
    if (admitted === undefined) return;
    this.#leaveLine(admitted);
    admitted.stage = 'logged-in';
  }

  /** It carries a file, and is counted with those that do. */
  carries(id: number): void {
    const admitted = this.#admitted.get(id);
    if (admitted !== undefined) this.#closed(admitted);
  }

  /** The relay's heartbeat: lets those in who waited for their address's rate, and forgets idle addresses. */
  beat(nowMs: number): void {
    for (const [address, line] of this.#lines) {
      this.#advance(line);
      const isIdle = line.loggingIn === 0 && line.waiting.size === 0;
      if (isIdle && line.handshakes?.isFull(nowMs) !== false) this.#lines.delete(address);
    }
  }

  overdue(nowMs: number): Overdue[] {
    const late = (admitted: Admitted) =>
      admitted.stage !== 'logged-in' && nowMs >= admitted.deadlineMs;
    return [...this.#admitted.values()].filter(late);
  }

  /** Destroys every connection that is not logged in. */
  close(): void {
    for (const { stage, socket } of this.#admitted.values()) {
      if (stage !== 'logged-in') socket.destroy();
    }
  }

  /**
   * Where every place is taken, the newest connection of the machine that has most of them gives way, unless the
   * newcomer's own has as many: one machine must not shut out the others.
   */
  #hasRoomFor(source: string): boolean {
    const { limits, events } = this.#context;
    if (this.#admitted.size < limits.connections) return true;
    const own = this.#bySource.get(source)?.size ?? 0;
    let most: ReadonlySet<Admitted> = new Set();
    for (const ofSource of this.#bySource.values()) if (ofSource.size > most.size) most = ofSource;
    const newest = [...most].at(-1);
    const isSafe = most.size <= Math.max(own + 1, limits.connectionsFloor);
    if (newest === undefined || isSafe) return false;
    events.emit({ type: 'refused', address: newest.address, reason: 'busy' });
    newest.socket.destroy();
    this.#closed(newest);
    return true;
  }

  #ofSource(source: string): Set<Admitted> {
    const known = this.#bySource.get(source);
    if (known !== undefined) return known;
    const fresh = new Set<Admitted>();
    this.#bySource.set(source, fresh);
    return fresh;
  }

  #newLine(address: string): Line {
    const { clock, limits } = this.#context;
    const rate = { perSecond: limits.handshakesPerSecond, burst: limits.handshakesBurst };
    const handshakes = LOOPBACK.test(address) ? null : new TokenBucket(rate, clock.nowMs());
    return { loggingIn: 0, waiting: new Set(), handshakes };
  }

  #advance(line: Line): void {
    const { clock, limits } = this.#context;
    const nowMs = clock.nowMs();
    for (const next of line.waiting) {
      if (line.loggingIn >= limits.loginsAnAddress) return;
      if (line.handshakes?.ready(nowMs) === false) return;
      line.handshakes?.take(1);
      line.waiting.delete(next);
      line.loggingIn++;
      next.stage = 'logging-in';
      this.#context.begin(next.socket);
    }
  }

  #closed(admitted: Admitted): void {
    const { id, source, peer } = admitted;
    this.#admitted.delete(id);
    const ofSource = this.#ofSource(source);
    ofSource.delete(admitted);
    if (ofSource.size === 0) this.#bySource.delete(source);
    if (this.#idByPeer.get(peer) === id) this.#idByPeer.delete(peer);
    this.#leaveLine(admitted);
  }

  #leaveLine(admitted: Admitted): void {
    const line = this.#lines.get(admitted.address);
    if (line === undefined || admitted.stage === 'logged-in') return;
    line.waiting.delete(admitted);
    if (admitted.stage === 'logging-in') line.loggingIn--;
    // Twice would free a place that somebody else has.
    admitted.stage = 'logged-in';
    this.#advance(line);
  }
}

/** IPv4 in its own form where the system shows it inside an IPv6 address. */
function addressOf(socket: Socket): string {
  return (socket.remoteAddress ?? 'gone').replace(/^::ffff:/, '');
}

/** One live connection's: TLS wraps the socket in another that shows the same peer. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
