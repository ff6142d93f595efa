// Collects what one turn of the event loop has to send, so that each connection is written to once.

interface Flushable {
  flush(): void;
}

/**
 * Runs after the turn's input, each stage once: `gather` (topics and newcomers fill outboxes), `write`
 * (outboxes write), then `commit` (the disk, which nobody's delivery waits for) and what that had to answer.
 * What is added to a stage while it runs is the next turn's.
 */
export class Tick {
  #gather = new Set<Flushable>();
  #write: Flushable[] = [];
  #commit = new Set<Flushable>();
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

  commit(source: Flushable): void {
    this.#commit.add(source);
    this.#schedule();
  }

  /** All of it now: at shutdown, and before what must not be overtaken. */
  flush(): void {
    this.#scheduled = null;
    const sources = this.#gather;
    this.#gather = new Set();
    for (const source of sources) source.flush();
    this.#writeAll();
    if (this.#commit.size === 0) return;
    const committing = this.#commit;
    this.#commit = new Set();
    for (const source of committing) source.flush();
    this.#writeAll();
  }

  close(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
    this.#scheduled = null;
  }

  #writeAll(): void {
    const outboxes = this.#write;
    this.#write = [];
    for (const outbox of outboxes) outbox.flush();
  }

  #schedule(): void {
    this.#scheduled ??= setImmediate(() => this.flush());
  }
}
