// What goes to one place keeps its order: each waits until the one before it is sent, not until it has arrived.

export class Lanes {
  /** Settles when the last of each place has been sent, or has failed; places that are idle are not in it. */
  readonly #last = new Map<string, Promise<void>>();
  /** That of the last which may go anywhere: all that came before it is sent, too. */
  #lastAnywhere = Promise.resolve();

  /**
   * Runs `work` when all before it for `place` have called `sent`, or have ended; null: it may go anywhere, behind all
   * before it and ahead of all after. `inTime` limits the wait for that by rejecting: then `work` is not run, and those
   * behind it wait no longer for it.
   */
  async run(
    place: string | null,
    inTime: (turn: Promise<void>) => Promise<void>,
    work: (sent: () => void) => Promise<void>,
  ): Promise<void> {
    const before = this.#before(place);
    let sent = () => {};
    const own = new Promise<void>((resolve) => {
      sent = resolve;
    });
    const last = before.then(() => own);
    this.#follow(place, last);
    try {
      await inTime(before);
      await work(sent);
    } finally {
      sent();
      if (place !== null) last.then(() => this.#forget(place, last));
    }
  }

  async #before(place: string | null): Promise<void> {
    if (place !== null) return this.#last.get(place) ?? this.#lastAnywhere;
    await Promise.all([this.#lastAnywhere, ...this.#last.values()]);
  }

  #follow(place: string | null, last: Promise<void>): void {
    if (place === null) {
      this.#last.clear();
      this.#lastAnywhere = last;
    } else this.#last.set(place, last);
  }

  #forget(place: string, last: Promise<void>): void {
    if (this.#last.get(place) === last) this.#last.delete(place);
  }
}
