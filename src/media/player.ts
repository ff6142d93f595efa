// Plays a voice note through a program of this machine. What it decodes is a moment ahead of what is heard, so that a pause is one.
import { errnoOf, UsageError } from '../protocol/errors.ts';
import { MAX_NOTE_BYTES } from './ogg-opus.ts';
import { badVoiceNote, OpusThread } from './opus-thread.ts';
import { SAMPLES_PER_MS } from './pcm.ts';
import { readPlainFile } from './plain-file.ts';
import { newChange, PlayRun } from './play-run.ts';
import type { SoundHost } from './sound-host.ts';
import { startProgram } from './sound-process.ts';
import { findPlayers, type SoundProgram } from './sound-programs.ts';
import type { Speed } from './time-stretch.ts';

/** How often the position is told. */
const TELL_MS = 250;
/** What fails later than that has played. */
const BEGIN_MS = 1_000;

export interface PlayState {
  readonly positionMs: number;
  readonly durationMs: number;
  readonly paused: boolean;
  readonly speed: Speed;
}

export interface PlayOptions {
  readonly host: SoundHost;
  readonly path: string;
  /** To begin with; 1 unless said otherwise. */
  readonly speed?: Speed;
  /** Four times a second while it plays, and at every change. */
  readonly onState: (state: PlayState) => void;
}

export interface Playing {
  /** Rejects with UsageError `player-failed`, `bad-voice-note`; nothing runs then. */
  readonly done: Promise<'played' | 'stopped'>;
  pause(): void;
  resume(): void;
  /** Forwards or back, within the note. */
  seekBy(ms: number): void;
  setSpeed(speed: Speed): void;
  stop(): void;
}

/** Opens the note and begins. Throws UsageError `no-player`, `bad-voice-note`. */
export async function playNote(options: PlayOptions): Promise<Playing> {
  const programs = findPlayers(options.host);
  const file = await readNoteFile(options.path);
  const thread = OpusThread.decoder(options.host.opus);
  try {
    const { samples } = await thread.ask({ do: 'open', file });
    const durationMs = samples / SAMPLES_PER_MS;
    const player = new Player({ ...options, programs, thread, durationMs });
    return {
      done: player.run(),
      pause: () => player.change({ paused: true }),
      resume: () => player.change({ paused: false }),
      seekBy: (ms) => player.seekBy(ms),
      setSpeed: (speed) => player.change({ speed }),
      stop: () => player.stop(),
    };
  } catch (error) {
    await thread.close();
    throw error;
  }
}

/** Throws UsageError `bad-voice-note`. */
async function readNoteFile(path: string): Promise<Uint8Array> {
  const read = await readPlainFile(path, MAX_NOTE_BYTES).catch((error: unknown) => {
    const errno = errnoOf(error);
    throw errno === null ? error : badVoiceNote(`its file can't be read (${errno})`);
  });
  if (read === 'not-a-file') throw badVoiceNote('it is no plain file');
  if (read === 'too-large') throw badVoiceNote('it is too large');
  return read;
}

interface PlayerOptions extends PlayOptions {
  readonly programs: readonly [SoundProgram, ...SoundProgram[]];
  readonly thread: OpusThread;
  readonly durationMs: number;
}

/** One process plays from one place at one speed; every change is another process, so that no old sound is still to come. */
class Player {
  readonly #options: PlayerOptions;
  readonly #thread: OpusThread;
  readonly #durationMs: number;
  /** The best that has not failed to begin. */
  #programs: readonly [SoundProgram, ...SoundProgram[]];
  #problem: UsageError | null = null;
  #positionMs = 0;
  #paused = false;
  #speed: Speed;
  #isStopped = false;
  /** Resolved and made anew at every change. */
  #change = newChange();
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#thread = options.thread;
    this.#durationMs = options.durationMs;
    this.#programs = options.programs;
    this.#speed = options.speed ?? 1;
  }

  async run(): Promise<'played' | 'stopped'> {
    try {
      this.#tell();
      while (!this.#isStopped) {
        if (this.#paused) await this.#change.happened;
        else if (await this.#playOn()) return 'played';
      }
      return 'stopped';
    } finally {
      await this.#thread.close();
    }
  }

  change({ paused = this.#paused, speed = this.#speed }: Partial<PlayState>): void {
    if (paused === this.#paused && speed === this.#speed) return;
    this.#paused = paused;
    this.#speed = speed;
    this.#changed();
  }

  seekBy(ms: number): void {
    this.#positionMs = Math.max(0, Math.min(this.#positionMs + ms, this.#durationMs));
    this.#changed();
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#changed();
  }

  #changed(): void {
    const { happen } = this.#change;
    this.#change = newChange();
    happen();
    // Now, and not once the program has ended: who pressed the key waits for it.
    this.#tell();
  }

  /** Whether it came to the end; else something has changed. */
  async #playOn(): Promise<boolean> {
    const program = startProgram(this.#programs[0], 'play');
    const [fromMs, beganMs] = [this.#positionMs, this.#options.host.now()];
    const run = new PlayRun({
      ...{ program, host: this.#options.host, thread: this.#thread },
      ...{ fromMs, speed: this.#speed, change: this.#change },
      onPosition: (ms) => this.#reach(ms),
    });
    try {
      return await run.play();
    } catch (error) {
      if (!this.#takeNext(error, beganMs)) throw this.#problem ?? error;
      this.#positionMs = fromMs;
      return false;
    } finally {
      // The next one may need the same loudspeaker.
      program.end();
      await program.ended;
    }
  }

  /** Whether another program is left to try: this one could not reach the loudspeaker, which shows at once. */
  #takeNext(error: unknown, beganMs: number): boolean {
    const [, next, ...others] = this.#programs;
    const isOfProgram = error instanceof UsageError && error.code === 'player-failed';
    if (!isOfProgram || this.#options.host.now() - beganMs > BEGIN_MS) return false;
    this.#problem ??= error;
    if (next === undefined) return false;
    this.#programs = [next, ...others];
    return true;
  }

  #reach(ms: number): void {
    this.#positionMs = Math.min(ms, this.#durationMs);
    if (this.#options.host.now() - this.#toldMs >= TELL_MS) this.#tell();
  }

  #tell(): void {
    this.#toldMs = this.#options.host.now();
    this.#options.onState({
      positionMs: Math.round(this.#positionMs),
      durationMs: Math.round(this.#durationMs),
      paused: this.#paused,
      speed: this.#speed,
    });
  }
}
