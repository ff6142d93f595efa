// What recording and playing need of the machine. Tests give another clock, another worker, other programs.
import { JOB_TIMEOUT_MS, type OpusThreadOptions } from './opus-thread.ts';

export interface SoundHost {
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly opus: OpusThreadOptions;
  /** Milliseconds of a clock that nobody sets. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

export function systemSound(): SoundHost {
  return {
    platform: process.platform,
    env: process.env,
    // A file of its own in the program as it is built, beside the part that holds this one.
    opus: { worker: new URL('opus-worker.js', import.meta.url), timeoutMs: JOB_TIMEOUT_MS },
    now: () => performance.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}
