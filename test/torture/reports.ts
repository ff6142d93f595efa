// What the processes of a kill run say to the one that kills them, and what it tells them: JSON, a line each.
import type { ClientEvent, Command, MessageState } from '../../src/client/api.ts';
import type { MessageId, PeerId } from '../../src/protocol/ids.ts';
import type { RelayEvent } from '../../src/relay/events.ts';
import type { Place } from './letters.ts';

/** A message as history holds it. */
export interface Kept {
  readonly id: MessageId;
  readonly text: string;
  readonly isOwn: boolean;
  /** Of the person's own; null on the other's. */
  readonly state: MessageState | null;
}

/** Oldest first. */
export type History = Readonly<Record<Place, readonly Kept[]>>;

export type PersonReport =
  /** `isWhole`: what `ProfileStore.check` said of the database that the last process left. */
  | { readonly type: 'open'; readonly id: PeerId; readonly isWhole: boolean }
  /** Said before the session is asked to send it. */
  | { readonly type: 'trying'; readonly place: Place; readonly number: number }
  | { readonly type: 'event'; readonly event: ClientEvent }
  | { readonly type: 'history'; readonly history: History }
  /** Of an `ask`; `error`: the code of a refusal. */
  | { readonly type: 'answer'; readonly number: number; readonly reply: unknown }
  | { readonly type: 'answer'; readonly number: number; readonly error: string };

export type PersonOrder =
  /** Write, as fast as the windows allow, from these numbers on. */
  | { readonly do: 'write'; readonly peer: PeerId; readonly next: Readonly<Record<Place, number>> }
  | { readonly do: 'rest' }
  | { readonly do: 'read'; readonly peer: PeerId }
  /** Anything that a session is asked. */
  | { readonly do: 'ask'; readonly number: number; readonly command: Command }
  /** Somebody knows that the relay is there again: no pause any more. */
  | { readonly do: 'retry' };

export type RelayReport =
  | { readonly type: 'listening'; readonly port: number; readonly isWhole: boolean }
  | { readonly type: 'event'; readonly event: RelayEvent };

/** What is broken on purpose, so that it shows whether the checks notice. */
export type PersonFault = 'none' | 'commits-late' | 'keeps-no-state' | 'flips-bits';
export type RelayFault = 'none' | 'keeps-nothing' | 'flips-bits';
