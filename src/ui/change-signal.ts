// Tells the views that something changed: at once for keys, seldom for arrivals. Knows nothing of what changed.
import type { Schedule } from './schedule.ts';

/** Fifty messages a second repaint seven times; keys repaint at once. */
export const ARRIVAL_PAUSE_MS = 150;

export interface SignalOptions {
  /** Milliseconds of any clock, also one that is set back. */
  readonly now: () => number;
  readonly schedule: Schedule;
}

/** Owns one timer; `close()` ends it. */
export class ChangeSignal {
  readonly #options: SignalOptions;
  readonly #listeners = new Set<() => void>();
  #version = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | null = null;
  #closed = false;

  constructor(options: SignalOptions) {
    this.#options = options;
  }

  /** For useSyncExternalStore: another number whenever listeners were told of a change. */
  readonly version = (): number => this.#version;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#listeners.clear();
  }

  /** Somebody pressed a key and waits for the echo. */
  now(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#lastMs = this.#options.now();
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }

  /** At once after a quiet while, else at most every `ARRIVAL_PAUSE_MS`. */
  soon(): void {
    if (this.#cancelTimer !== null || this.#closed) return;
    const waitMs = this.#lastMs + ARRIVAL_PAUSE_MS - this.#options.now();
    // A wall clock that was set back must not silence the screen.
    if (waitMs <= 0) {
      this.now();
      return;
    }
    this.#cancelTimer = this.#options.schedule(
      () => this.now(),
      Math.min(waitMs, ARRIVAL_PAUSE_MS),
    );
  }
}
