// Voice notes in the plain interface, by words alone: recorded until Enter, and played until they end. Loads nothing of sound before.
import type { Destination, Session } from '../client/api.ts';
import { withEmoji } from '../client/short-codes.ts';
import { phrase } from '../language/translate.ts';
import type { Playing } from '../media/player.ts';
import type { Recorded, Recording } from '../media/recorder.ts';
import { UsageError } from '../protocol/errors.ts';
import type { TemporaryPlace } from '../ui/local-files.ts';
import type { NoteHere } from '../ui/note-here.ts';
import { type SafeText, safeTemplate as t } from '../ui/safe-text.ts';
import { clockTime } from '../ui/voice-rows.ts';
import { noteWish } from '../ui/voice-sending.ts';
import { faultWords } from '../ui/words.ts';
import { ownLine, type Show } from './lines.ts';

export interface PlainVoiceOptions {
  readonly ask: Session['request'];
  readonly show: Show;
  readonly temporary: TemporaryPlace;
}

interface Draft {
  readonly to: Destination;
  /** What is said of it. */
  readonly text: string;
  readonly recording: Recording;
}

/** Owns what records and what plays; `close()` ends both, and what was not sent is gone. */
export class PlainVoice {
  readonly #options: PlainVoiceOptions;
  #draft: Draft | null = null;
  #playing: Playing | null = null;

  constructor(options: PlainVoiceOptions) {
    this.#options = options;
  }

  /** While it is, an empty line ends the note and sends it. */
  get isRecording(): boolean {
    return this.#draft !== null;
  }

  /** `/voice [TEXT]`, `/voice stop`. Throws UsageError, StorageError. */
  async run(to: Destination, args: string): Promise<SafeText> {
    if (args === 'stop') return this.#discard();
    if (this.#draft !== null) {
      throw new UsageError(
        'bad-arguments',
        phrase`a voice note is being recorded: Enter sends it, /voice stop throws it away`,
      );
    }
    const folder = await this.#options.temporary.temporaryFolder();
    const { systemSound } = await import('../media/sound-host.ts');
    const { startRecording } = await import('../media/recorder.ts');
    const recording = startRecording({ host: systemSound(), folder });
    const draft: Draft = { to, text: withEmoji(args), recording };
    this.#draft = draft;
    void this.#follow(draft);
    return t`Recording, ${clockTime(recording.limitMs)} at most: Enter ends it and sends it, /voice stop throws it away.`;
  }

  /** Says what came of it. Where it is refused, it is still there. Throws what the client does. */
  async send(): Promise<SafeText | null> {
    const draft = this.#draft;
    if (draft === null) return null;
    draft.recording.stop();
    // What went wrong with the recording has been said.
    const recorded = await draft.recording.done.catch(() => null);
    if (recorded === null || this.#draft !== draft) return null;
    const { ask, temporary } = this.#options;
    await temporary.handOver(recorded.path, async (path) => {
      const wish = { ...noteWish(recorded), path, text: draft.text };
      await ask({ do: 'send-file', to: draft.to, ...wish });
    });
    this.#draft = null;
    return t`A voice note of ${clockTime(recorded.durationMs)} goes out.`;
  }

  /** Until it ends, or another one begins. Throws UsageError `no-player`, `bad-voice-note`. */
  async play({ path }: NoteHere): Promise<SafeText> {
    this.stopPlaying();
    const { systemSound } = await import('../media/sound-host.ts');
    const { playNote } = await import('../media/player.ts');
    let durationMs = 0;
    const playing = await playNote({
      ...{ host: systemSound(), path },
      onState: (state) => {
        durationMs = state.durationMs;
      },
    });
    this.#playing = playing;
    void this.#hear(playing);
    return t`Playing a voice note of ${clockTime(durationMs)}; /view stop ends it.`;
  }

  stopPlaying(): void {
    this.#playing?.stop();
    this.#playing = null;
  }

  async close(): Promise<void> {
    this.stopPlaying();
    const draft = this.#draft;
    this.#draft = null;
    await draft?.recording.discard();
  }

  #say(words: SafeText): void {
    this.#options.show(ownLine(words));
  }

  async #discard(): Promise<SafeText> {
    const draft = this.#draft;
    if (draft === null) return t`No voice note is being recorded.`;
    this.#draft = null;
    await draft.recording.discard();
    return t`The voice note was discarded.`;
  }

  /** Says why it has ended, where nobody ended it. */
  async #follow(draft: Draft): Promise<void> {
    try {
      const recorded = await draft.recording.done;
      if (recorded !== null && this.#draft === draft) await this.#ended(draft, recorded);
    } catch (error) {
      if (this.#draft !== draft) return;
      this.#draft = null;
      this.#say(faultWords(error));
    }
  }

  async #ended({ recording }: Draft, recorded: Recorded): Promise<void> {
    const { endWords } = await import('../ui/voice-tasks.ts');
    const why = endWords(recorded, recording);
    if (why !== null) this.#say(t`${why} Enter sends it, /voice stop throws it away.`);
  }

  async #hear(playing: Playing): Promise<void> {
    const words = await playing.done.then(() => t`The voice note has ended.`, faultWords);
    // Somebody stopped it.
    if (this.#playing !== playing) return;
    this.#playing = null;
    this.#say(words);
  }
}
