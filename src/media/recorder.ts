// Records a voice note: a program's raw sound, measured and encoded as it comes, into a file. Never holds more than a moment of it.
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { OpusThread, recordingFailed } from './opus-thread.ts';
import { BYTES_PER_SAMPLE, type Level, LevelMeter, SAMPLES_PER_MS, samplesOf } from './pcm.ts';
import type { SoundHost } from './sound-host.ts';
import { type SoundProcess, startProgram } from './sound-process.ts';
import { findRecorders, type SoundProgram } from './sound-programs.ts';

/** What a person records without saying otherwise; it ends by itself then. */
const USUAL_LIMIT_MS = 5 * 60_000;
/** Nobody can ask for more. */
const MAX_LIMIT_MS = 60 * 60_000;

export interface RecordingOptions {
  readonly host: SoundHost;
  /** Readable by this user alone: the note lies in it unsealed. */
  readonly folder: string;
  readonly limitMs?: number;
  /** Every 50 ms of sound. */
  readonly onLevel?: (level: Level, elapsedMs: number) => void;
}

export interface VoiceNote {
  readonly path: string;
  readonly durationMs: number;
  /** 32 numbers, 0–7. */
  readonly waveform: readonly number[];
}

export interface Recorded extends VoiceNote {
  readonly ended: 'stopped' | 'limit' | 'program-ended';
  /** What the program said when it ended by itself: cleaned, may be empty. */
  readonly complaint: string;
}

export interface Recording {
  readonly limitMs: number;
  /**
   * The note, whole on disk; null: it was discarded, and no file is left. Rejects with UsageError `recorder-failed` where
   * nothing was recorded, `recording-failed` where it could not be written or encoded; no file is left then either.
   */
  readonly done: Promise<Recorded | null>;
  stop(): void;
  /** Also where it is whole already: its file goes. Never rejects. */
  discard(): Promise<void>;
}

/** Begins at once. Throws UsageError `no-recorder`. */
export function startRecording(options: RecordingOptions): Recording {
  const limitMs = Math.min(options.limitMs ?? USUAL_LIMIT_MS, MAX_LIMIT_MS);
  const run = new RecordingRun(findRecorders(options.host), { ...options, limitMs });
  const done = run.record();
  return {
    ...{ limitMs, done },
    stop: () => run.stop('stopped'),
    discard: async () => {
      run.stop('discarded');
      const recorded = await done.catch(() => null);
      if (recorded !== null) await rm(recorded.path, { force: true }).catch(() => {});
    },
  };
}

type End = Recorded['ended'] | 'discarded';

class RecordingRun {
  #program: SoundProcess;
  /** Those that are tried where the one before can't reach the microphone. */
  readonly #others: SoundProgram[];
  readonly #options: RecordingOptions;
  readonly #path: string;
  readonly #mostSamples: number;
  readonly #meter: LevelMeter;
  #end: End | null = null;
  #samples = 0;

  constructor(
    [best, ...others]: readonly [SoundProgram, ...SoundProgram[]],
    options: RecordingOptions & { readonly limitMs: number },
  ) {
    this.#program = startProgram(best, 'record');
    this.#others = others;
    this.#options = options;
    // What a process left that was killed is known by its number.
    const name = `${process.pid}-${randomBytes(8).toString('hex')}`;
    this.#path = join(options.folder, name);
    this.#mostSamples = options.limitMs * SAMPLES_PER_MS;
    this.#meter = new LevelMeter((level, elapsedMs) => options.onLevel?.(level, elapsedMs));
  }

  /** What ended it first counts; but what is discarded is discarded. */
  stop(end: End): void {
    if (this.#end === null || end === 'discarded') this.#end = end;
    this.#program.end();
  }

  async record(): Promise<Recorded | null> {
    const thread = OpusThread.encoder(this.#options.host.opus);
    let file: FileHandle | null = null;
    let isKept = false;
    try {
      file = await open(this.#path, 'wx', 0o600);
      await this.#hear(thread, file);
      if (this.#isDiscarded()) return null;
      const { bytes } = await thread.ask({ do: 'end' });
      await file.appendFile(bytes);
      await file.sync();
      // Meanwhile it may have been thrown away.
      isKept = !this.#isDiscarded();
      return isKept ? this.#recorded() : null;
    } catch (error) {
      isKept = false;
      throw error instanceof UsageError ? error : unwritable(error);
    } finally {
      this.#program.end();
      await file?.close();
      await thread.close();
      if (!isKept) await rm(this.#path, { force: true });
    }
  }

  /** From the first program that hears anything. Throws what the best of them said where none does. */
  async #hear(thread: OpusThread, file: FileHandle): Promise<void> {
    let problem: UsageError | null = null;
    for (;;) {
      await this.#encode(thread, file);
      await this.#program.ended;
      if (this.#samples > 0 || this.#isDiscarded()) return;
      problem ??= nothingRecorded(this.#program);
      const next = this.#end === null ? this.#others.shift() : undefined;
      if (next === undefined) throw problem;
      this.#program = startProgram(next, 'record');
    }
  }

  /** One piece after the other: a program that is faster than the encoder waits in its pipe. */
  async #encode(thread: OpusThread, file: FileHandle): Promise<void> {
    let half = Buffer.alloc(0);
    for await (const piece of this.#program.sound()) {
      if (this.#isDiscarded()) return;
      const bytes = Buffer.concat([half, piece]);
      const whole = Math.floor(bytes.length / BYTES_PER_SAMPLE);
      const taken = Math.min(whole, this.#mostSamples - this.#samples);
      half = bytes.subarray(whole * BYTES_PER_SAMPLE);
      await this.#take(bytes.subarray(0, taken * BYTES_PER_SAMPLE), thread, file);
      if (this.#samples < this.#mostSamples) continue;
      this.stop('limit');
      return;
    }
  }

  async #take(pcm: Uint8Array, thread: OpusThread, file: FileHandle): Promise<void> {
    this.#samples += pcm.length / BYTES_PER_SAMPLE;
    this.#meter.write(samplesOf(pcm));
    const { bytes } = await thread.ask({ do: 'encode', pcm });
    if (bytes.length > 0) await file.appendFile(bytes);
  }

  #isDiscarded(): boolean {
    return this.#end === 'discarded';
  }

  #recorded(): Recorded {
    return {
      path: this.#path,
      durationMs: Math.round(this.#samples / SAMPLES_PER_MS),
      waveform: this.#meter.waveform(),
      ended: this.#end === null || this.#end === 'discarded' ? 'program-ended' : this.#end,
      complaint: this.#end === null ? this.#program.complaint() : '',
    };
  }
}

function nothingRecorded({ name, complaint }: SoundProcess): UsageError {
  const why = complaint();
  return new UsageError(
    'recorder-failed',
    why === ''
      ? phrase`${name} recorded nothing; check that there is a microphone, and that no other program has it`
      : phrase`${name} recorded nothing; it said: ${why}`,
  );
}

function unwritable(cause: unknown): UsageError {
  return recordingFailed(cause instanceof Error ? cause.message : String(cause), { cause });
}
