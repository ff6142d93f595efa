// What waits for a clock: whoever waits is given this, so that a test can give its own.

/** Runs a function once after a delay; the returned function cancels it. */
export type Schedule = (run: () => void, delayMs: number) => () => void;

/** On this machine's own clock. */
export const scheduleTimeout: Schedule = (run, delayMs) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};
