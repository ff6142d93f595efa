// One transaction for everything that a turn wants stored, then the answers that waited for it. Knows no table.

import type { Database } from '../storage/database.ts';
import { StorageError } from '../storage/storage-error.ts';
import type { Clock } from './clock.ts';
import type { EventLog } from './events.ts';
import { UNCOMMITTED_BYTES } from './limits.ts';
import type { Tick } from './tick.ts';

/** After a commit the next one waits this many times as long as it took: a slow card gets a quarter of the time. */
const REST_FACTOR = 3;
/** For what has no other use of the time than to be stored. */
export const SHORT_REST_FACTOR = 1 / 4;
/** A single stall of the disk must not hold up everybody's answers for long. */
const MAX_REST_MS = 2_000;
/** What nobody waits for goes with the next commit, or alone after this long. */
const LAZY_MS = 1_000;
/** What nobody waits for and a failing disk refused is tried again this often, alone: no answer waits for it. */
const RETRY_MS = 5_000;

/** `stored`: durable. `storage`: the disk refused, nothing of it happened. `internal`: nor did it, by a fault of ours. */
export type CommitOutcome = 'stored' | 'storage' | 'internal';

/** Something to be stored. */
export interface Write {
  /** Inside the transaction. */
  apply(): void;
  /** After it. Must not throw. */
  finished(outcome: CommitOutcome): void;
  /** How many times as long as its commit took nothing more is committed; REST_FACTOR where it doesn't say. */
  readonly restFactor?: number;
}

export interface CommitterContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly tick: Tick;
  readonly events: EventLog;
}

/**
 * Idle, it commits at the end of the turn; busy, what comes meanwhile shares the next commit. Owns its timer.
 */
export class Committer {
  readonly #context: CommitterContext;
  #urgent: Write[] = [];
  #urgentBytes = 0;
  readonly #lazy = new Set<Write>();
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  /** When what was refused is tried again; null where nothing was. */
  #retryAtMs: number | null = null;
  #timer: { readonly dueMs: number; readonly cancel: () => void } | null = null;

  constructor(context: CommitterContext) {
    this.#context = context;
  }

  /** More waits than should: whoever adds to it is to be slowed. */
  get congested(): boolean {
    return this.#urgentBytes > UNCOMMITTED_BYTES;
  }

  /** Somebody waits for it. `sizeBytes`: what it holds in memory until then. */
  urgent(write: Write, sizeBytes: number): void {
    this.#urgent.push(write);
    this.#urgentBytes += sizeBytes;
    this.soon();
  }

  /** Nobody waits for it. Once, however often it is asked for; kept until the disk takes it. */
  lazy(write: Write): void {
    if (this.#lazy.has(write)) return;
    this.#lazy.add(write);
    this.#arm(LAZY_MS);
  }

  /** Commits what there is as early as it may. */
  soon(): void {
    const restMs = this.#notBeforeMs - this.#context.clock.nowMs();
    if (restMs > 0) this.#arm(restMs);
    else this.#context.tick.commit(this);
  }

  /** Commits now, whatever the last one cost. */
  flush(): void {
    this.#disarm();
    const urgent = this.#urgent;
    this.#urgent = [];
    this.#urgentBytes = 0;
    if (this.#retryAtMs === null) {
      this.#commit([...this.#lazy, ...urgent]);
      return;
    }
    this.#commit(urgent);
    const restMs = this.#retryAtMs - this.#context.clock.nowMs();
    if (restMs <= 0) this.#retry();
    else if (this.#lazy.size > 0) this.#arm(restMs);
  }

  /** Commits what is left. */
  close(): void {
    this.flush();
    if (this.#retryAtMs !== null) this.#retry();
    this.#disarm();
  }

  /** One by one: where one of them touches what is damaged, the others go on without it. */
  #retry(): void {
    this.#retryAtMs = null;
    for (const write of [...this.#lazy]) this.#commit([write]);
  }

  #commit(writes: readonly Write[]): void {
    if (writes.length === 0) return;
    const lazy = writes.filter((write) => this.#lazy.delete(write));
    const outcome = this.#transact(writes);
    if (outcome === 'storage' && lazy.length > 0) {
      for (const write of lazy) this.#lazy.add(write);
      this.#retryAtMs = this.#context.clock.nowMs() + RETRY_MS;
      this.#arm(RETRY_MS);
    }
    for (const write of writes) write.finished(outcome);
  }

  #transact(writes: readonly Write[]): CommitOutcome {
    const { database, clock, events } = this.#context;
    const startMs = clock.nowMs();
    try {
      database.transaction(() => {
        for (const write of writes) write.apply();
      });
      events.storageWorks();
      return 'stored';
    } catch (error) {
      if (error instanceof StorageError) {
        events.storageFailed(error);
        return 'storage';
      }
      events.emit({ type: 'fault', error });
      return 'internal';
    } finally {
      const endMs = clock.nowMs();
      const restMs = (endMs - startMs) * restFactorOf(writes);
      this.#notBeforeMs = endMs + Math.min(restMs, MAX_REST_MS);
    }
  }

  #arm(delayMs: number): void {
    const { clock, tick } = this.#context;
    const dueMs = clock.nowMs() + delayMs;
    if (this.#timer !== null && this.#timer.dueMs <= dueMs) return;
    this.#disarm();
    const cancel = clock.after(delayMs, () => {
      this.#timer = null;
      tick.commit(this);
    });
    this.#timer = { dueMs, cancel };
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}

/** What rests longest decides: what a room was sent is out already, and its next deliveries come before the disk. */
function restFactorOf(writes: readonly Write[]): number {
  return writes.reduce((most, { restFactor = REST_FACTOR }) => Math.max(most, restFactor), 0);
}
