// Long answers from the disk, a page at a time and in turn: a crowd that comes back must not fill all queues
// at once. Knows no frames.
import type { Connection } from './connection.ts';
import type { QueueBudget } from './outbox.ts';
import type { Tick } from './tick.ts';

interface Turn {
  readonly connection: Connection;
  readonly answer: () => void;
}

/** A page goes out when its connection has read the one before, and queues have room. */
export class LongAnswers {
  readonly #budget: QueueBudget;
  readonly #tick: Tick;
  #line: Turn[] = [];

  constructor({ budget, tick }: { readonly budget: QueueBudget; readonly tick: Tick }) {
    this.#budget = budget;
    this.#tick = tick;
  }

  /** Runs `answer`, which queues one page, in this turn or later; never where the connection ends before. */
  take(connection: Connection, answer: () => void): void {
    this.#line.push({ connection, answer });
    this.#tick.gather(this);
  }

  /** Gives everybody in the line one turn at most. */
  flush(): void {
    const line = this.#line;
    this.#line = [];
    for (const [index, { connection, answer }] of line.entries()) {
      if (this.#budget.crowded) {
        this.#line = [...line.slice(index), ...this.#line];
        this.#budget.whenRoom(() => this.#tick.gather(this));
        return;
      }
      if (connection.ended) continue;
      if (connection.hasUnreadAnswers) connection.whenRead(() => this.take(connection, answer));
      else answer();
    }
  }
}
