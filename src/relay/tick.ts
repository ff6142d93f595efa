// Collects what one turn of the event loop has to send, so that each connection is written to once.

interface Flushable {
  flush(): void;
}

/**
 * Runs after the turn's input, each stage once: `gather` (topics and newcomers fill outboxes), then `write`
 * (outboxes write). What is added while they write is the next turn's.
 */
export class Tick {
  readonly #gather = new Set<Flushable>();
  #write: Flushable[] = [];
  #scheduled: NodeJS.Immediate | null = null;

  gather(source: Flushable): void {
    this.#gather.add(source);
    this.#schedule();
  }

  /** Once a turn for each outbox: the caller sees to that. */
  write(outbox: Flushable): void {
    this.#write.push(outbox);
    this.#schedule();
  }

  /** All of it now: at shutdown, and before what must not be overtaken. */
  flush(): void {
    this.#scheduled = null;
    for (const source of this.#gather) {
      this.#gather.delete(source);
      source.flush();
    }
    const outboxes = this.#write;
    this.#write = [];
    for (const outbox of outboxes) outbox.flush();
  }

  close(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
    this.#scheduled = null;
  }

  #schedule(): void {
    this.#scheduled ??= setImmediate(() => this.flush());
  }
}
