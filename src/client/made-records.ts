// What commands on private rooms made for others, as long as this run: whoever must know waits until the relay has it.
import { noting } from '../core/outbox.ts';
import type { OutRecord } from '../core/peer-state.ts';
import type { CoreState } from '../core/state.ts';
import type { Made, Replies } from './api.ts';

/** Commands of which it is remembered that the relay refused something: who wants to know asks soon. */
const MAX_REFUSED = 256;

/** What one command made. */
interface Batch {
  /** All that waits, and of the rest what was not looked at yet. */
  records: OutRecord[];
  refused: number;
}

export class MadeRecords {
  /** The oldest first; all of which something waits, however many those are. */
  readonly #batches = new Map<number, Batch>();
  #lastBatch = 0;

  /** Runs a command, and gives a number to the letters that it made. */
  watch<T extends object>(core: CoreState, run: () => T): T & Made {
    this.#forgetDone();
    const { reply, records } = noting(core, run);
    this.#lastBatch += 1;
    if (records.length > 0) this.#batches.set(this.#lastBatch, { records, refused: 0 });
    return { ...reply, batch: this.#lastBatch, letters: records.length };
  }

  /** Cheap, since it is asked at every step: it looks no further than to one that waits. */
  isDone(batch: number): boolean {
    const made = this.#batches.get(batch);
    if (made === undefined) return true;
    for (let last = made.records.at(-1); last !== undefined; last = made.records.at(-1)) {
      if (last.shown === 'pending') return false;
      if (last.shown === 'failed') made.refused += 1;
      made.records.pop();
    }
    return true;
  }

  /** One that is not remembered has been looked after. */
  stand(batch: number): Replies['await-relayed'] {
    const made = this.#batches.get(batch);
    if (made === undefined) return { waiting: 0, refused: 0 };
    made.refused += made.records.filter(({ shown }) => shown === 'failed').length;
    made.records = made.records.filter(({ shown }) => shown === 'pending');
    return { waiting: made.records.length, refused: made.refused };
  }

  #forgetDone(): void {
    const refused: number[] = [];
    for (const [batch, made] of this.#batches) {
      if (!this.isDone(batch)) continue;
      if (made.refused > 0) refused.push(batch);
      else this.#batches.delete(batch);
    }
    for (const batch of refused.slice(0, -MAX_REFUSED)) this.#batches.delete(batch);
  }
}
