// Connections that are not read for a while, and the one timer that looks whether they may be again.
import type { Clock } from './clock.ts';

/** Held senders are the ones that fill a room: each idle millisecond is one in which nobody gets anything. */
const LOOK_AGAIN_MS = 4;

interface Held {
  resume(): void;
  readonly ended: boolean;
}

type Ready = (nowMs: number) => boolean;

/** Owns its timer, which runs only while something is held. */
export class ReadGate {
  readonly #clock: Clock;
  readonly #countSlowed: () => void;
  readonly #held = new Map<Held, Ready[]>();
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, countSlowed: () => void) {
    this.#clock = clock;
    this.#countSlowed = countSlowed;
  }

  /** `connection` is resumed when this and every other reason it is held for says so. */
  hold(connection: Held, ready: Ready): void {
    const reasons = this.#held.get(connection);
    if (reasons !== undefined) {
      reasons.push(ready);
      return;
    }
    this.#countSlowed();
    this.#held.set(connection, [ready]);
    this.#arm();
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#held.clear();
  }

  #arm(): void {
    this.#cancel ??= this.#clock.after(LOOK_AGAIN_MS, () => this.#look());
  }

  #look(): void {
    this.#cancel = null;
    const nowMs = this.#clock.nowMs();
    for (const [connection, reasons] of this.#held) {
      const waiting = reasons.filter((ready) => !ready(nowMs));
      if (waiting.length > 0 && !connection.ended) {
        this.#held.set(connection, waiting);
        continue;
      }
      this.#held.delete(connection);
      connection.resume();
    }
    if (this.#held.size > 0) this.#arm();
  }
}
