// What a relay tells whoever runs it: connections and reasons, never content.
import type { Code } from '../protocol/codes.ts';
import type { RelayId } from '../protocol/ids.ts';

/**
 * Why a connection was turned away before it could speak: `busy`: the relay's or the address's bound;
 * `tls`: no TLS 1.3 with our ALPN; `handshake-timeout`: neither TLS nor login in time.
 */
export type RefusalReason = 'busy' | 'tls' | 'handshake-timeout';

/** Hex digits of a fingerprint that a log shows. */
const FINGERPRINT_DIGITS = 16;

/** A connection, as a log names it. `fingerprint` is the first 16 digits, null before login. */
export interface ConnectionLabel {
  readonly connection: number;
  readonly address: string;
  readonly fingerprint: string | null;
}

export type RelayEvent =
  | {
      readonly type: 'listening';
      readonly host: string;
      readonly port: number;
      readonly relayId: RelayId;
    }
  | ({ readonly type: 'connected' } & ConnectionLabel)
  | ({ readonly type: 'login' } & ConnectionLabel)
  | ({ readonly type: 'disconnected' } & ConnectionLabel)
  /** The relay ended it: `reason` went out in END; `detail` names what was wrong, never content. */
  | ({
      readonly type: 'dropped';
      readonly reason: Code;
      readonly detail: string;
    } & ConnectionLabel)
  | { readonly type: 'refused'; readonly address: string; readonly reason: RefusalReason }
  /** Our bug, or the system's fault while accepting; the relay goes on. */
  | { readonly type: 'fault'; readonly error: unknown }
  | { readonly type: 'closed' };

/** How often each thing happened since the start. */
export interface RelayCounters {
  readonly dropped: ReadonlyMap<Code, number>;
  readonly refused: ReadonlyMap<RefusalReason, number>;
  /** Times that a connection was read more slowly: it sent faster than it may, or than others read. */
  readonly slowed: number;
}

export function fingerprintLabel(id: string): string {
  return id.slice(0, FINGERPRINT_DIGITS);
}

/** Passes events on and counts them. */
export class EventLog {
  readonly #dropped = new Map<Code, number>();
  readonly #refused = new Map<RefusalReason, number>();
  readonly #listener: (event: RelayEvent) => void;
  #slowed = 0;

  constructor(listener: (event: RelayEvent) => void) {
    this.#listener = listener;
  }

  emit(event: RelayEvent): void {
    if (event.type === 'dropped') count(this.#dropped, event.reason);
    if (event.type === 'refused') count(this.#refused, event.reason);
    this.#listener(event);
  }

  countSlowed(): void {
    this.#slowed++;
  }

  counters(): RelayCounters {
    return {
      dropped: new Map(this.#dropped),
      refused: new Map(this.#refused),
      slowed: this.#slowed,
    };
  }
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
