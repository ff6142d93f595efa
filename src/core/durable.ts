// What must outlive the process: marks what has changed, and hands over its bytes at the next commit.
// Knows neither what is in a row nor where rows are kept.
import { encodeCbor } from '../protocol/cbor.ts';
import type { MessageId, PeerId, StreamId } from '../protocol/ids.ts';
import type { Destination, Message, MessageReason, MessageState } from './events.ts';
import type { CoreState } from './state.ts';

/** A row of state; null deletes it. `place` is such as `peer/<fingerprint>`. */
export interface StateRow {
  readonly place: string;
  readonly value: Uint8Array | null;
}

/** What somebody does to a message that was said before. */
export type Deed =
  | { readonly type: 'edit'; readonly text: string; readonly mentions: readonly PeerId[] }
  | { readonly type: 'unsend' }
  | { readonly type: 'react'; readonly emoji: string; readonly on: boolean }
  /** `secret`: it came to the poll's author alone, or is our own of that kind. */
  | { readonly type: 'vote'; readonly choice: number; readonly secret: boolean }
  /** `counts`: the author's word on an anonymous poll. */
  | { readonly type: 'close-poll'; readonly counts: readonly number[] | null };

/** Counts only where the message is in this conversation, and where `by` may do that to it: history knows. */
export interface MessageChange {
  readonly id: MessageId;
  readonly by: PeerId;
  /** It is our own doing. */
  readonly own: boolean;
  readonly where: Destination;
  /** ISO 8601, this machine's clock. */
  readonly time: string;
  /** Its place among what `by` said: of two edits the later one counts, whichever came first. */
  readonly stream: StreamId;
  readonly seq: number;
  readonly deed: Deed;
}

/** What history is told: a message that came or is going, how one of ours stands, what changes one, or that it goes. */
export type HistoryWrite =
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'change'; readonly change: MessageChange }
  | { readonly type: 'expire'; readonly id: MessageId }
  | {
      readonly type: 'state';
      readonly id: MessageId;
      readonly state: MessageState;
      readonly reason: MessageReason | null;
    };

/** One transaction: all of it is on disk, or nothing. */
export interface Batch {
  readonly state: readonly StateRow[];
  readonly history: readonly HistoryWrite[];
}

/**
 * Has `place` written before anything that this step sends or tells. `read` is called at the commit, for
 * what is true then: many changes of one tick are one row.
 */
export function save(core: CoreState, place: string, read: () => object | null): void {
  core.unsaved.set(place, () => {
    const value = read();
    return value === null ? null : encodeCbor(value);
  });
}

/** Has `place` deleted. */
export function forget(core: CoreState, place: string): void {
  core.unsaved.set(place, () => null);
}

/** History is told in the same commit as the state that made it. */
export function journal(core: CoreState, write: HistoryWrite): void {
  core.journal.push(write);
}

/** Whether something waits for a commit. */
export function isUnsaved(core: CoreState): boolean {
  return core.unsaved.size + core.journal.length > 0;
}

/**
 * Whether nothing waits but that the relay has messages of ours: so it is whatever the disk says, and a run that
 * doesn't know of it asks anew. Nobody need wait for that commit.
 */
export function isOnlyRelayed({ unsaved, journal }: CoreState): boolean {
  if (unsaved.size > 0 || journal.length === 0) return false;
  return journal.every((write) => write.type === 'state' && write.state === 'relayed');
}

/** Takes out everything that has changed since the last commit. */
export function takeBatch(core: CoreState): Batch {
  const state = Array.from(core.unsaved, ([place, read]) => ({ place, value: read() }));
  core.unsaved.clear();
  return { state, history: core.journal.splice(0) };
}
