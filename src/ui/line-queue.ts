// Lines run in the order typed, each once the one before is done; a slow one holds nobody up for long.
import type { Schedule } from './schedule.ts';

/** After this the next line goes on: joining may wait for a relay that doesn't answer. */
export const LINE_PATIENCE_MS = 2_000;

/** Owns a timer while a line runs and another may wait; `close()` ends it. */
export class LineQueue {
  readonly #schedule: Schedule;
  /** Patience counts from here: before it no line can do anything. */
  readonly #opened: Promise<unknown>;
  #last: Promise<void> | null = null;
  #cancelTimer: () => void = () => {};
  #closed = false;

  /** `opened` settles once the session is there, or can't be. */
  constructor(schedule: Schedule, opened: Promise<unknown>) {
    this.#schedule = schedule;
    this.#opened = opened.catch(() => {});
  }

  /** Runs it now, where no other line is running. A line that throws is a fault of ours. */
  add(run: () => void | Promise<void>): void {
    const before = this.#last;
    const mine = before === null ? this.#run(run) : before.then(() => this.#run(run));
    this.#last = mine;
    void mine.then(() => {
      if (this.#last === mine) this.#last = null;
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer();
  }

  async #run(run: () => void | Promise<void>): Promise<void> {
    if (this.#closed) return;
    const done = Promise.resolve(run());
    await Promise.race([done, this.#opened.then(() => this.#patience(done))]);
  }

  #patience(done: Promise<void>): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#schedule(resolve, LINE_PATIENCE_MS);
      this.#cancelTimer = cancel;
      void done.finally(cancel).catch(() => {});
    });
  }
}
