// What waits for a clock: whoever waits is given this, so that a test can give its own.

/** Runs a function once after a delay; the returned function cancels it. */
export type Schedule = (run: () => void, delayMs: number) => () => void;

/** On this machine's own clock. */
export const scheduleTimeout: Schedule = (run, delayMs) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};

/**
 * The same, but not before what came meanwhile has been read: a program that was busy runs what is due first, and would
 * take for silence what it had only not read yet.
 */
export const scheduleBehindReads: Schedule = (run, delayMs) => {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    immediate = setImmediate(run);
  }, delayMs);
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
};
