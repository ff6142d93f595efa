// Collects what one turn of the event loop has to send, so that each connection is written to once.

interface Flushable {
  flush(): void;
}

/**
 * Runs after the turn's input, each stage once: `gather` (topics and newcomers fill outboxes), then `write`
 * (outboxes write). What is added to a stage while it runs is part of it.
 */
export class Tick {
  readonly #gather = new Set<Flushable>();
  readonly #write = new Set<Flushable>();
  #scheduled: NodeJS.Immediate | null = null;

  gather(source: Flushable): void {
    this.#gather.add(source);
    this.#schedule();
  }

  write(outbox: Flushable): void {
    this.#write.add(outbox);
    this.#schedule();
  }

  /** All of it now: at shutdown, and before what must not be overtaken. */
  flush(): void {
    this.#scheduled = null;
    flushAll(this.#gather);
    flushAll(this.#write);
  }

  close(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
    this.#scheduled = null;
  }

  #schedule(): void {
    this.#scheduled ??= setImmediate(() => this.flush());
  }
}

function flushAll(stage: Set<Flushable>): void {
  for (const item of stage) {
    stage.delete(item);
    item.flush();
  }
}
