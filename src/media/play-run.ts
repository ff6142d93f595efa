// One program that plays from one place to the end of a note, or until something changes. Tells how far it is.
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { OpusThread } from './opus-thread.ts';
import { SAMPLES_PER_MS } from './pcm.ts';
import type { SoundHost } from './sound-host.ts';
import type { SoundProcess } from './sound-process.ts';

/** How much the program is given ahead of what it has played: its own buffer, and what a busy machine is late by. */
const LEAD_MS = 400;
const PIECE_MS = 100;
const STEP_MS = 50;

export interface Change {
  readonly happened: Promise<void>;
  readonly happen: () => void;
  readonly hasHappened: () => boolean;
}

export function newChange(): Change {
  let resolve = () => {};
  let hasHappened = false;
  const happened = new Promise<void>((settle) => {
    resolve = settle;
  });
  const happen = () => {
    hasHappened = true;
    resolve();
  };
  return { happened, happen, hasHappened: () => hasHappened };
}

interface PlayRunOptions {
  readonly program: SoundProcess;
  readonly host: SoundHost;
  readonly thread: OpusThread;
  readonly fromMs: number;
  readonly speed: number;
  readonly change: Change;
  readonly onPosition: (ms: number) => void;
}

/** From one place to the end or to a change. */
export class PlayRun {
  readonly #options: PlayRunOptions;
  readonly #startMs: number;
  /** How much the program was given, in time that it takes to play. */
  #givenMs = 0;
  #code: number | null | 'running' = 'running';

  constructor(options: PlayRunOptions) {
    this.#options = options;
    this.#startMs = options.host.now();
    void options.program.ended.then((code) => {
      this.#code = code;
    });
  }

  async play(): Promise<boolean> {
    const { thread, fromMs, speed, change, host, program } = this.#options;
    await thread.ask({ do: 'start', sample: Math.round(fromMs * SAMPLES_PER_MS), speed });
    while (!change.hasHappened() && this.#code === 'running') {
      this.#tellPosition();
      if (this.#givenMs - this.#elapsedMs() > LEAD_MS) await this.#either(host.sleep(STEP_MS));
      else if (!(await this.#give())) return this.#drain();
    }
    if (change.hasHappened()) return false;
    throw playerFailed(program);
  }

  /** Whether there was more to give. */
  async #give(): Promise<boolean> {
    const { thread, program } = this.#options;
    const { bytes, samples } = await thread.ask({ do: 'read', samples: PIECE_MS * SAMPLES_PER_MS });
    if (samples === 0) return false;
    this.#givenMs += samples / SAMPLES_PER_MS;
    const { stdin } = program;
    if (stdin?.write(bytes) === false) {
      await this.#either(new Promise((resolve) => stdin.once('drain', resolve)));
    }
    return true;
  }

  /** It has all, and plays what it has. */
  async #drain(): Promise<boolean> {
    const { program, host, change } = this.#options;
    program.stdin?.end();
    while (!change.hasHappened() && this.#code === 'running') {
      this.#tellPosition();
      await this.#either(host.sleep(STEP_MS));
    }
    if (change.hasHappened()) return false;
    if (this.#code !== 0) throw playerFailed(program);
    this.#options.onPosition(Number.POSITIVE_INFINITY);
    return true;
  }

  #elapsedMs(): number {
    return this.#options.host.now() - this.#startMs;
  }

  #tellPosition(): void {
    const { fromMs, speed, onPosition } = this.#options;
    onPosition(fromMs + Math.min(this.#elapsedMs(), this.#givenMs) * speed);
  }

  /** Or a change, or the program's end. */
  async #either(wait: Promise<unknown>): Promise<void> {
    const { change, program } = this.#options;
    await Promise.race([wait, change.happened, program.ended]);
  }
}

function playerFailed({ name, complaint }: SoundProcess): UsageError {
  const why = complaint();
  return new UsageError(
    'player-failed',
    why === ''
      ? phrase`${name} did not play it to the end; check that there is a loudspeaker, and that no other program has it`
      : phrase`${name} did not play it to the end; it said: ${why}`,
  );
}
