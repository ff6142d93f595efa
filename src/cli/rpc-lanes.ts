// What goes to one place keeps its order: each waits until the one before it is sent, not until it has arrived.

export class Lanes {
  /** Settles when the last of each place has been sent, or has failed. */
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Runs `work` when all before it for `place` have called `sent`, or have ended. `inTime` limits the wait for that by
   * rejecting: then `work` is not run, and those behind it wait no longer for it.
   */
  async run(
    place: string,
    inTime: (turn: Promise<void>) => Promise<void>,
    work: (sent: () => void) => Promise<void>,
  ): Promise<void> {
    const before = this.#last.get(place) ?? Promise.resolve();
    let sent = () => {};
    const own = new Promise<void>((resolve) => {
      sent = resolve;
    });
    const last = before.then(() => own);
    this.#last.set(place, last);
    try {
      await inTime(before);
      await work(sent);
    } finally {
      sent();
      last.then(() => this.#forget(place, last));
    }
  }

  #forget(place: string, last: Promise<void>): void {
    if (this.#last.get(place) === last) this.#last.delete(place);
  }
}
