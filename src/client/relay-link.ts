// Keeps the link to a relay: finds one, connects, notices its loss, comes back. Knows no messages.
import type { Identity } from '../crypto/identity.ts';
import type { RelayHint } from '../discovery/announcement.ts';
import { type Browser, browse } from '../discovery/browse.ts';
import { watchInterfaces } from '../discovery/interfaces.ts';
import { formatAddress } from '../protocol/address.ts';
import type { Frame } from '../protocol/frames.ts';
import type { Link } from './api.ts';
import { type Connection, connectRelay } from './connection.ts';
import type { ProvenRelay } from './login.ts';
import {
  type Candidate,
  chooseRelay,
  type KnownRelay,
  type NamedRelay,
  SETTLE_MS,
} from './relay-choice.ts';
import { type Neighbourhood, realNeighbourhood } from './straight-addresses.ts';
import { FINAL_CODES, RelayRefusal, TransportError } from './transport-error.ts';

/** Pauses between tries double up to this; with jitter, so that a room full of clients spreads out. */
const MIN_PAUSE_MS = 250;
const MAX_PAUSE_MS = 2_000;
/** A link that is lost sooner than this was no success: the pauses go on growing. */
const STEADY_MS = 10_000;
/** Whoever sends many hints must not make us connect as fast as we can. */
const MIN_ROUND_MS = 100;

/** Where a client finds the network; tests put a fake network here. */
export interface Surroundings {
  readonly browse: typeof browse;
  readonly watchInterfaces: typeof watchInterfaces;
  readonly connect: typeof connectRelay;
  readonly neighbourhood: Neighbourhood;
}

export const realSurroundings: Surroundings = {
  ...{ browse, watchInterfaces, connect: connectRelay, neighbourhood: realNeighbourhood },
};

export interface LinkOptions {
  readonly me: Identity;
  /** The signed card as it is now. */
  readonly card: () => Uint8Array;
  /** Whether nobody else is to be told that we are here. */
  readonly hidden: () => boolean;
  readonly named: NamedRelay | null;
  readonly pinned: () => readonly KnownRelay[];
  readonly surroundings: Surroundings;
  readonly onConnected: (connection: Connection, relay: KnownRelay & ProvenRelay) => void;
  readonly onFrame: (frame: Frame) => void;
  readonly onLost: (code: string) => void;
  readonly onLink: (link: Link) => void;
}

/** How a round of tries, or one of them, came to its end. */
interface RoundEnd {
  readonly code: string;
  /** The rest of the round is not to be tried: there was a connection, or a person or the network intervened. */
  readonly isOver: boolean;
  /** Not to come back by itself. */
  readonly isFinal: boolean;
}

/** Owns the connection, the search and their timers until `close`. */
export class RelayLink {
  readonly #options: LinkOptions;
  readonly #closing = new AbortController();
  readonly #interfaces: { close(): void };
  #named: NamedRelay | null;
  #browser: Browser | null = null;
  #connection: Connection | null = null;
  #searchingSinceMs = performance.now();
  #hintedAtMs: number | null = null;
  #connectedAtMs = 0;
  #roundAtMs = Number.NEGATIVE_INFINITY;
  #round = 0;
  #pauseMs = MIN_PAUSE_MS;
  #wake: (() => void) | null = null;
  /** The next pause is left out. */
  #hurries = false;
  #trying: AbortController | null = null;
  #held = false;
  #link: Link = {
    state: 'searching',
    relay: null,
    fingerprint: null,
    reason: null,
    retryInMs: null,
    choices: [],
  };

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#named = options.named;
    this.#interfaces = options.surroundings.watchInterfaces((now) => this.#networkChanged(now));
    // A rejection would be our bug; it must end the process like any other, not vanish.
    void this.#run();
  }

  get link(): Link {
    return this.#link;
  }

  /** A person chose: from now on only that relay, until its key is pinned. */
  choose(relay: NamedRelay): void {
    this.#named = relay;
    this.#connection?.abort('another-chosen');
    this.#trying?.abort();
    this.retry();
  }

  /** Neither connected nor trying, until it is told that it may. */
  hold(isHeld: boolean): void {
    this.#held = isHeld;
    if (!isHeld) {
      this.retry();
      return;
    }
    this.#connection?.abort('profile-not-saved');
    this.#trying?.abort();
  }

  /** Try now, whatever the pause. */
  retry(): void {
    this.#pauseMs = MIN_PAUSE_MS;
    if (this.#wake === null) this.#hurries = true;
    else this.#wake();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#trying?.abort();
    this.#interfaces.close();
    this.#stopBrowsing();
    this.#wake?.();
    await this.#connection?.close();
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      await this.#spaceOut();
      while (this.#held && !this.#closing.signal.aborted) await this.#sleep(null);
      if (this.#closing.signal.aborted) return;
      const end = await this.#oneRound();
      if (this.#closing.signal.aborted) return;
      if (end?.isFinal === true) await this.#ended(end.code);
      else await this.#pause(end?.code ?? null);
    }
  }

  /** One look and, where there is something to try, one round of tries. Null: nothing to tell of. */
  async #oneRound(): Promise<RoundEnd | null> {
    const now = performance.now();
    this.#roundAtMs = now;
    if (this.#named === null) this.#startBrowsing();
    const choice = chooseRelay({
      named: this.#named,
      pinned: this.#options.pinned(),
      hints: this.#browser?.hints() ?? [],
      searchedMs: now - this.#searchingSinceMs,
      hintedMs: this.#hintedAtMs === null ? null : now - this.#hintedAtMs,
      round: this.#round++,
    });
    switch (choice.kind) {
      case 'wait':
        if (this.#link.state !== 'searching') this.#tell({ state: 'searching', reason: null });
        return null;
      case 'ask': {
        const { choices, impostor, candidates } = choice;
        const reason = impostor ? 'relay-key-changed' : null;
        this.#tell({ state: 'choosing', choices, reason });
        const end = await this.#tryAll(candidates);
        return end.isOver ? end : null;
      }
      case 'try':
        return this.#tryAll(choice.candidates);
      default:
        return choice satisfies never;
    }
  }

  async #tryAll(candidates: readonly Candidate[]): Promise<RoundEnd> {
    let code = 'closed';
    for (const candidate of candidates) {
      const end = await this.#tryOne(candidate);
      if (end.isOver) return end;
      // What a person must know is not covered by the next address that doesn't answer.
      if (code !== 'relay-key-changed') code = end.code;
    }
    return { code, isOver: false, isFinal: false };
  }

  /** Connects and stays as long as the connection lasts. */
  #tryOne(candidate: Candidate): Promise<RoundEnd> {
    const trying = new AbortController();
    this.#trying = trying;
    this.#tellTrying(formatAddress(candidate));
    return new Promise((resolve) => {
      const ended = (error: unknown, wasOnline: boolean) => {
        const code = error instanceof TransportError ? error.code : 'closed';
        const isFinal = error instanceof RelayRefusal && FINAL_CODES.has(code);
        const isOver = wasOnline || isFinal || trying.signal.aborted;
        resolve({ code, isOver, isFinal });
      };
      const { me, card, hidden, onFrame } = this.#options;
      const { host, port, accepts } = candidate;
      const { signal } = trying;
      const onReady = (connection: Connection, proven: ProvenRelay) =>
        this.#connected(connection, { ...candidate, ...proven });
      const onEnd = (reason: TransportError) => {
        this.#lost(reason.code);
        ended(reason, true);
      };
      this.#options.surroundings
        .connect({ host, port, accepts, me, card, hidden, signal, onReady, onFrame, onEnd })
        .catch((error: unknown) => ended(error, false));
    });
  }

  /** A lost link stays "offline" on the screen until it is back, and a question a question: each try would flicker. */
  #tellTrying(relay: string): void {
    const { state } = this.#link;
    const isAsked = state === 'choosing' && this.#named === null;
    if (state !== 'offline' && !isAsked) this.#tell({ state: 'connecting', relay });
  }

  #connected(connection: Connection, relay: Candidate & ProvenRelay): void {
    this.#connection = connection;
    this.#connectedAtMs = performance.now();
    this.#round = 0;
    this.#hurries = false;
    this.#stopBrowsing();
    // The choice is now pinned; later the remembered relay may be found at another address.
    if (this.#named !== null && this.#options.named === null) this.#named = null;
    this.#options.onConnected(connection, relay);
    this.#tell({ state: 'online', relay: formatAddress(relay), fingerprint: relay.id });
  }

  #lost(code: string): void {
    this.#connection = null;
    this.#searchingSinceMs = performance.now();
    if (this.#searchingSinceMs - this.#connectedAtMs >= STEADY_MS) this.#pauseMs = MIN_PAUSE_MS;
    this.#options.onLost(code);
    if (!this.#closing.signal.aborted)
      this.#tell({ ...this.#link, state: 'offline', reason: code });
  }

  /** Until a person says otherwise: another copy of this profile is there now, or the operator said no. */
  async #ended(code: string): Promise<void> {
    this.#stopBrowsing();
    this.#hurries = false;
    this.#tell({ ...this.#link, state: 'ended', reason: code });
    await this.#sleep(null);
  }

  async #pause(code: string | null): Promise<void> {
    if (this.#hurries) {
      this.#hurries = false;
      return;
    }
    if (code === null) return this.#sleep(SETTLE_MS / 2);
    const jittered = this.#pauseMs * (0.75 + Math.random() / 2);
    this.#pauseMs = Math.min(MAX_PAUSE_MS, this.#pauseMs * 2);
    const state = this.#link.state === 'connecting' ? 'offline' : this.#link.state;
    this.#tell({ ...this.#link, state, reason: code, retryInMs: Math.round(jittered) });
    await this.#sleep(jittered);
  }

  async #spaceOut(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const left = this.#roundAtMs + MIN_ROUND_MS - performance.now();
      if (left <= 0) return;
      await this.#sleep(left);
    }
  }

  /** Until the time is over, or `retry`, a hint or a change of the network wakes it. */
  #sleep(ms: number | null): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === null ? null : setTimeout(() => this.#wake?.(), ms);
      this.#wake = () => {
        if (timer !== null) clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
    });
  }

  #startBrowsing(): void {
    this.#browser ??= this.#options.surroundings.browse({
      onUp: (hint) => this.#hinted(hint),
      onDown: () => undefined,
      // Without discovery there is still the remembered relay; `lanchat doctor` names the problem.
      onProblem: () => undefined,
      includeLoopback: true,
    });
  }

  #stopBrowsing(): void {
    this.#browser?.close();
    this.#browser = null;
    this.#hintedAtMs = null;
  }

  /** The remembered relay is back: at once. A stranger only changes what a person is asked. */
  #hinted(hint: RelayHint): void {
    this.#hintedAtMs ??= performance.now();
    const remembered = this.#options.pinned().at(-1);
    if (remembered?.id.startsWith(hint.relayIdPrefix) === true) this.#comeBack();
  }

  #networkChanged(interfaces: readonly { readonly address: string }[]): void {
    const local = this.#connection?.localAddress;
    const isGone =
      local !== undefined && !interfaces.some(({ address }) => sameAddress(address, local));
    if (isGone) this.#connection?.abort('network-changed');
    // What was sent into the network of before is not answered any more.
    if (this.#connection === null) this.#trying?.abort();
    this.#comeBack();
  }

  /** By itself, so not where a relay has said the last word. */
  #comeBack(): void {
    if (this.#link.state !== 'ended') this.retry();
  }

  #tell(change: Partial<Link>): void {
    const blank = { fingerprint: null, reason: null, retryInMs: null, choices: [] };
    const relay =
      change.state === 'searching' || change.state === 'choosing' ? null : this.#link.relay;
    const link = { state: this.#link.state, relay, ...blank, ...change };
    // A question stays the same while nobody answers it.
    if (JSON.stringify(link) === JSON.stringify(this.#link)) return;
    this.#link = link;
    this.#options.onLink(link);
  }
}

/** A TLS socket names IPv4 peers of a dual-stack socket as `::ffff:10.0.0.1`. */
function sameAddress(a: string, b: string): boolean {
  const plain = (address: string) => address.replace(/^::ffff:/, '').replace(/%.*$/, '');
  return plain(a) === plain(b);
}
