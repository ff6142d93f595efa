// What a relay tells whoever runs it: connections and reasons, never content.
import type { Code } from '../protocol/codes.ts';
import type { FileId, RelayId } from '../protocol/ids.ts';
import type { StorageError, StorageErrorCode } from '../storage/storage-error.ts';

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
  /** A connection that carries a file logged in, and went. */
  | ({ readonly type: 'carries' } & ConnectionLabel)
  | ({ readonly type: 'carried' } & ConnectionLabel)
  /** Two that carry a file were joined. */
  | ({ readonly type: 'met'; readonly with: ConnectionLabel } & ConnectionLabel)
  /** All of a file is kept, or was taken from here; `file` is the name that it has at relays. */
  | ({
      readonly type: 'kept' | 'taken';
      readonly file: FileId;
      readonly chunks: number;
    } & ConnectionLabel)
  /** No files are kept, since the disk refuses; until it takes one again (then `problem` is null). */
  | { readonly type: 'files'; readonly problem: StorageProblem | null }
  | ({ readonly type: 'disconnected' } & ConnectionLabel)
  /** The relay ended it: `reason` went out in END; `detail` names what was wrong, never content. */
  | ({
      readonly type: 'dropped';
      readonly reason: Code;
      readonly detail: string;
    } & ConnectionLabel)
  | { readonly type: 'refused'; readonly address: string; readonly reason: RefusalReason }
  /**
   * The disk refuses, and nothing is stored for those who are away until it takes something again (then
   * `problem` is null). Once, however often it refuses.
   */
  | { readonly type: 'storage'; readonly problem: StorageProblem | null }
  /** Some of what is stored is damaged, or can't be read; the relay goes on without it. Once for each reason. */
  | { readonly type: 'unreadable'; readonly problem: StorageProblem }
  /** Our bug, or the system's fault while accepting; the relay goes on. */
  | { readonly type: 'fault'; readonly error: unknown }
  | { readonly type: 'closed' };

/** `message` says what to do. */
export interface StorageProblem {
  readonly code: StorageErrorCode;
  readonly message: string;
}

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
  /** Faults of reading that were told. */
  readonly #unreadable = new Set<StorageErrorCode>();
  #unwritable: StorageErrorCode | null = null;
  #filesRefused: StorageErrorCode | null = null;
  #slowed = 0;

  constructor(listener: (event: RelayEvent) => void) {
    this.#listener = listener;
  }

  emit(event: RelayEvent): void {
    if (event.type === 'dropped') count(this.#dropped, event.reason);
    if (event.type === 'refused') count(this.#refused, event.reason);
    this.#listener(event);
  }

  /** A commit failed. */
  storageFailed(error: StorageError): void {
    if (error.code === 'corrupt') {
      // A commit that touches other pages may well succeed.
      this.storageDamaged(error);
      return;
    }
    const { code, message } = error;
    if (this.#unwritable === code) return;
    this.#unwritable = code;
    this.emit({ type: 'storage', problem: { code, message } });
  }

  /** A commit did not fail. */
  storageWorks(): void {
    if (this.#unwritable === null) return;
    this.#unwritable = null;
    this.emit({ type: 'storage', problem: null });
  }

  /** The disk refused a kept file, or could not read it. */
  filesFailed({ code, message }: StorageError): void {
    if (this.#filesRefused === code) return;
    this.#filesRefused = code;
    this.emit({ type: 'files', problem: { code, message } });
  }

  /** It took one. */
  filesWork(): void {
    if (this.#filesRefused === null) return;
    this.#filesRefused = null;
    this.emit({ type: 'files', problem: null });
  }

  /** Something that is stored could not be read. */
  storageDamaged({ code, message }: StorageError): void {
    if (this.#unreadable.has(code)) return;
    this.#unreadable.add(code);
    this.emit({ type: 'unreadable', problem: { code, message } });
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
