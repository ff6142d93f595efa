// The last blobs of each topic, for members whose link was down for a moment. Memory only, bounded.
import type { PeerId } from '../protocol/ids.ts';
import type { RelayLimits } from './limits.ts';
import type { Segment } from './outbox.ts';

/** One DELIVER frame: a part of the segment that went out to the topic's subscribers. */
export interface LoggedBlob {
  readonly rseq: bigint;
  readonly sender: PeerId;
  readonly token: string;
  readonly segment: Segment;
  readonly from: number;
  readonly to: number;
  readonly expiresAtMs: number;
}

type LogLimits = Pick<RelayLimits, 'logBlobs' | 'logBytes' | 'logBytesInAll' | 'logAgeMs'>;

/** Bounds all topics' logs together: the oldest blob of any goes first. */
export class ReplayBudget {
  readonly limits: LogLimits;
  readonly #owners = new Map<LoggedBlob, ReplayLog>();
  #bytes = 0;

  constructor(limits: LogLimits) {
    this.limits = limits;
  }

  added(blob: LoggedBlob, owner: ReplayLog): void {
    this.#owners.set(blob, owner);
    this.#bytes += blob.to - blob.from;
    while (this.#bytes > this.limits.logBytesInAll) this.#forgetOldest();
  }

  removed(blob: LoggedBlob): void {
    if (this.#owners.delete(blob)) this.#bytes -= blob.to - blob.from;
  }

  /** The owners' order is the order of adding, here and in each log. */
  #forgetOldest(): void {
    for (const owner of this.#owners.values()) {
      owner.forgetOldest();
      return;
    }
  }
}

/** One topic's. */
export class ReplayLog {
  readonly #budget: ReplayBudget;
  readonly #blobs = new Set<LoggedBlob>();
  readonly #tokens = new Set<string>();
  #bytes = 0;

  constructor(budget: ReplayBudget) {
    this.#budget = budget;
  }

  /** Whether this very sealing went out already: a retry after a reconnect. */
  has(token: string): boolean {
    return this.#tokens.has(token);
  }

  add(blob: LoggedBlob): void {
    const { logBlobs, logBytes } = this.#budget.limits;
    this.#blobs.add(blob);
    this.#tokens.add(blob.token);
    this.#bytes += blob.to - blob.from;
    while (this.#blobs.size > logBlobs || this.#bytes > logBytes) this.forgetOldest();
    if (this.#blobs.has(blob)) this.#budget.added(blob, this);
  }

  /** In order, what was sent after `cursor` by others than `reader`. */
  *after(cursor: bigint, reader: PeerId, nowMs: number): Generator<LoggedBlob> {
    for (const blob of this.#blobs) {
      if (blob.rseq > cursor && blob.sender !== reader && blob.expiresAtMs > nowMs) yield blob;
    }
  }

  forgetExpired(nowMs: number): void {
    for (const blob of this.#blobs) if (blob.expiresAtMs <= nowMs) this.#forget(blob);
  }

  forgetOldest(): void {
    for (const blob of this.#blobs) {
      this.#forget(blob);
      return;
    }
  }

  clear(): void {
    for (const blob of this.#blobs) this.#forget(blob);
  }

  #forget(blob: LoggedBlob): void {
    this.#blobs.delete(blob);
    this.#tokens.delete(blob.token);
    this.#bytes -= blob.to - blob.from;
    this.#budget.removed(blob);
  }
}
