// What a connection needs, and what it tells whoever speaks over it.
import type { Code } from '../protocol/codes.ts';
import type { Clock } from './clock.ts';
import type { RelayLimits } from './limits.ts';
import type { QueueBudget } from './outbox.ts';
import type { ReadGate } from './read-gate.ts';
import type { Tick } from './tick.ts';

/** How a connection came to its end: the other side left, or the relay ended it. */
export type Ending =
  | { readonly by: 'peer' }
  | { readonly by: 'relay'; readonly code: Code; readonly detail: string };

/** Sees the bytes inside TLS: for `lanchat demo`. */
export type ByteTap = (direction: 'in' | 'out', connection: number, chunk: Uint8Array) => void;

/** What speaks over the connection. */
export interface ConnectionOwner {
  /** A frame without its length field, a view of bytes that nothing writes to again. A ProtocolError ends it. */
  received(frame: Uint8Array): void;
  /** Once: nothing more is received, and nothing sent but END. */
  ended(ending: Ending): void;
  /** A fault of ours while reading a frame; the connection ends. */
  failed(error: unknown): void;
}

/** Takes what a connection receives as it comes, once nobody reads frames there any more. */
export interface ByteSink {
  /** A ProtocolError ends the connection. Nothing writes to these bytes again. */
  passed(bytes: Uint8Array): void;
  /** Whether what was written to this connection ends with a whole frame, so that END can follow. */
  readonly endsWhole: boolean;
}

export interface ConnectionContext {
  readonly clock: Clock;
  readonly tick: Tick;
  readonly budget: QueueBudget;
  readonly gate: ReadGate;
  readonly limits: RelayLimits;
  readonly tap: ByteTap | null;
}
