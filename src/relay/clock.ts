// Time, as the relay asks for it: injected, so that tests move it by hand.

export interface Clock {
  /** Monotonic milliseconds: every deadline and rate. */
  nowMs(): number;
  /** The wall clock, only ever told to others as a hint, and used so that cursors rise across restarts. */
  wallMs(): number;
  /** Runs `run` once after `delayMs`; the returned function calls it off. */
  after(delayMs: number, run: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
