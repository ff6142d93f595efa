// What must outlive the process: marks what has changed, and hands over its bytes at the next commit.
// Knows neither what is in a row nor where rows are kept.
import { encodeCbor } from '../protocol/content.ts';
import type { MessageId } from '../protocol/ids.ts';
import type { Message, MessageReason, MessageState } from './events.ts';
import type { CoreState } from './state.ts';

/** A row of state; null deletes it. `place` is such as `peer/<fingerprint>`. */
export interface StateRow {
  readonly place: string;
  readonly value: Uint8Array | null;
}

/** What history is told: a message that came or is going, or how one of ours stands. */
export type HistoryWrite =
  | { readonly type: 'message'; readonly message: Message }
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
