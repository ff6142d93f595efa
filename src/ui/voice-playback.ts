// Plays one voice note as keys say, as often as they say. Knows nothing of what is shown around it.
import type { Playing, PlayState } from '../media/player.ts';
import type { SoundHost } from '../media/sound-host.ts';
import { SPEEDS, type Speed } from '../media/time-stretch.ts';
import type { SafeText } from './safe-text.ts';
import type { VoiceAction } from './voice-overlay.ts';
import { faultWords } from './words.ts';

const SEEK_MS = 5_000;

export interface PlaybackOptions {
  readonly host: SoundHost;
  readonly path: string;
  /** `play` null: it is not played any more; then `problem` may say why. */
  readonly onChange: (now: {
    readonly play: PlayState | null;
    readonly problem: SafeText | null;
  }) => void;
}

/** `close()` ends what it plays. */
export class VoicePlayback {
  readonly #options: PlaybackOptions;
  #playing: Playing | null = null;
  #state: PlayState | null = null;
  #speed: Speed = 1;
  #isBusy = false;
  #isClosed = false;

  constructor(options: PlaybackOptions) {
    this.#options = options;
  }

  press(action: VoiceAction): void {
    switch (action) {
      case 'play-pause':
        if (!this.#isBusy) void this.#play();
        else if (this.#state?.paused === true) this.#playing?.resume();
        else this.#playing?.pause();
        break;
      case 'seek-back':
        this.#playing?.seekBy(-SEEK_MS);
        break;
      case 'seek-on':
        this.#playing?.seekBy(SEEK_MS);
        break;
      case 'speed':
        this.#speed = SPEEDS[(SPEEDS.indexOf(this.#speed) + 1) % SPEEDS.length] ?? 1;
        this.#playing?.setSpeed(this.#speed);
        break;
      default:
        break;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#playing?.stop();
  }

  async #play(): Promise<void> {
    this.#isBusy = true;
    try {
      const { playNote } = await import('../media/player.ts');
      const { host, path } = this.#options;
      this.#playing = await playNote({
        ...{ host, path, speed: this.#speed },
        onState: (state) => this.#tell(state, null),
      });
      if (this.#isClosed) this.#playing.stop();
      await this.#playing.done;
      this.#tell(null, null);
    } catch (error) {
      this.#tell(null, faultWords(error));
    } finally {
      this.#isBusy = false;
      this.#playing = null;
    }
  }

  #tell(play: PlayState | null, problem: SafeText | null): void {
    this.#state = play;
    if (!this.#isClosed) this.#options.onChange({ play, problem });
  }
}
