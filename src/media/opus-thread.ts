// This side of the thread in which sound is encoded and decoded: one job after the other, each within its time.
import { randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';

export type OpusJob =
  /** Raw sound, of which whole samples are taken; answered with the file's next bytes. */
  | { readonly do: 'encode'; readonly pcm: Uint8Array }
  | { readonly do: 'end' }
  /** Answered with how many samples it has. */
  | { readonly do: 'open'; readonly file: Uint8Array }
  | { readonly do: 'start'; readonly sample: number; readonly speed: number }
  /** Answered with raw sound, at most so many samples; none: that was all. */
  | { readonly do: 'read'; readonly samples: number };

export interface OpusRequest {
  readonly id: number;
  readonly job: OpusJob;
}

export interface OpusResult {
  readonly bytes: Uint8Array;
  readonly samples: number;
}

export type OpusAnswer =
  | { readonly id: number; readonly result: OpusResult }
  | { readonly id: number; readonly fault: string };

/** Of JavaScript; the codec's own memory does not grow with what it is given. */
const LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16, stackSizeMb: 2 };

/** Far more than any job needs on the slowest machine. */
export const JOB_TIMEOUT_MS = 10_000;

export interface OpusThreadOptions {
  readonly worker: URL;
  readonly timeoutMs: number;
}

interface Waiting {
  readonly resolve: (result: OpusResult) => void;
  readonly reject: (error: UsageError) => void;
  readonly timer: NodeJS.Timeout;
}

/** `why` is of lanchat's own or libopus' words, in English: for who looks into it. */
export function badVoiceNote(why: string): UsageError {
  return new UsageError(
    'bad-voice-note',
    phrase`this is no voice note that can be played here: ${why}`,
  );
}

/** As `badVoiceNote`, of one that is being made. */
export function recordingFailed(why: string, options?: ErrorOptions): UsageError {
  return new UsageError('recording-failed', phrase`the recording has failed: ${why}`, options);
}

/** Owns the thread; `close()` ends it, and whatever goes wrong in it ends it too. */
export class OpusThread {
  readonly #worker: Worker;
  readonly #timeoutMs: number;
  readonly #describe: (why: string) => UsageError;
  readonly #waiting = new Map<number, Waiting>();
  #sent = 0;
  #failure: UsageError | null = null;

  private constructor({ worker, timeoutMs }: OpusThreadOptions, serial: number | null) {
    this.#timeoutMs = timeoutMs;
    this.#describe = serial === null ? badVoiceNote : recordingFailed;
    this.#worker = new Worker(worker, {
      workerData: { serial },
      resourceLimits: LIMITS,
      // Nothing of the program's options or secrets is for it.
      ...{ env: {}, argv: [], execArgv: [] },
    });
    this.#worker.on('message', (answer: OpusAnswer) => this.#take(answer));
    this.#worker.on('error', (error) => this.#fail(error.message));
    this.#worker.on('exit', () => this.#fail('its thread has ended'));
  }

  static encoder(options: OpusThreadOptions): OpusThread {
    return new OpusThread(options, randomBytes(4).readUInt32LE());
  }

  static decoder(options: OpusThreadOptions): OpusThread {
    return new OpusThread(options, null);
  }

  /** Throws UsageError `bad-voice-note`, an encoder `recording-failed`; then the thread is gone. */
  ask(job: OpusJob): Promise<OpusResult> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const id = this.#sent;
      this.#sent += 1;
      const timer = setTimeout(() => this.#fail('it takes too long'), this.#timeoutMs);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#worker.postMessage({ id, job } satisfies OpusRequest);
    });
  }

  async close(): Promise<void> {
    this.#fail('it was closed');
    await this.#worker.terminate();
  }

  #take(answer: OpusAnswer): void {
    if (!('result' in answer)) {
      this.#fail(answer.fault);
      return;
    }
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    clearTimeout(waiting?.timer);
    waiting?.resolve(answer.result);
  }

  #fail(why: string): void {
    this.#failure ??= this.#describe(why);
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(this.#failure);
    }
    this.#waiting.clear();
    void this.#worker.terminate();
  }
}
