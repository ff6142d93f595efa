// Recording a voice note and playing one, over the messages. Ends whatever runs once the overlay is there no more.
import { type Level, SILENCE_DB } from '../media/pcm.ts';
import type { PlayState } from '../media/player.ts';
import type { Recorded, Recording, VoiceNote } from '../media/recorder.ts';
import type { SoundHost } from '../media/sound-host.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenActions } from './talk.ts';
import type { VoiceAction, VoiceShown, VoiceTask } from './voice-overlay.ts';
import { VoicePlayback } from './voice-playback.ts';
import { clockTime } from './voice-rows.ts';
import { faultWords } from './words.ts';

/** What is longer is not thrown away without a question. */
const UNASKED_MS = 3_000;
/** The screen shows every second level. */
const SHOWN_EVERY_MS = 100;

type Screen = Pick<ScreenActions, 'store'>;

export interface VoiceRecordingWish {
  /** Readable by this user alone; the note lies in it unsealed until whoever gets it removes it. */
  readonly folder: string;
  /** Gets the note that the person wants to send, and owns its file from then on; where it throws, the note is shown again, and why. */
  readonly onRecorded: (note: VoiceNote) => Promise<void>;
  /** This machine's, unless said otherwise. */
  readonly host?: SoundHost;
}

export interface VoicePlayingWish {
  readonly path: string;
  readonly durationMs: number;
  readonly waveform: readonly number[] | null;
  readonly host?: SoundHost;
}

/** Records until Enter, then lets the person hear it, send it or throw it away. Why it can't is said on the screen. */
export async function recordVoice(screen: Screen, wish: VoiceRecordingWish): Promise<void> {
  try {
    const host = wish.host ?? (await systemSound());
    const { startRecording } = await import('../media/recorder.ts');
    const task = new RecordingTask(screen, { ...wish, host });
    const { folder } = wish;
    const onLevel = (level: Level, elapsedMs: number) => task.hear(level, elapsedMs);
    await task.follow(startRecording({ host, folder, onLevel }));
  } catch (error) {
    screen.store.note(faultWords(error), 'warning');
  }
}

/** Plays a note that has come, from its beginning. */
export async function playVoice(screen: Screen, wish: VoicePlayingWish): Promise<void> {
  const host = wish.host ?? (await systemSound());
  const task = new NoteTask(screen, { ...wish, host, of: 'message', problem: null });
  task.open();
  task.press('play-pause');
}

/** Loaded when first needed, as all of media/: the screen's start waits for nothing of it. */
async function systemSound(): Promise<SoundHost> {
  return (await import('../media/sound-host.ts')).systemSound();
}

/** One overlay and who it belongs to. */
abstract class OverlayTask implements VoiceTask {
  readonly #store: Screen['store'];
  #forget: (() => void) | null = null;

  constructor({ store }: Screen) {
    this.#store = store;
  }

  abstract press(action: VoiceAction): void;
  /** Something else lies over the messages, or nothing. */
  protected abstract closed(): void;

  protected get isOpen(): boolean {
    const { overlay } = this.#store.state;
    return overlay?.kind === 'voice' && overlay.task === this;
  }

  protected show(shown: VoiceShown): void {
    this.#store.setOverlay({ kind: 'voice', shown, task: this });
    this.#forget ??= this.#store.subscribe(() => {
      if (this.isOpen) return;
      this.#forget?.();
      this.closed();
    });
  }

  protected hide(): void {
    if (this.isOpen) this.#store.setOverlay(null);
  }

  protected say(text: SafeText, tone?: 'warning'): void {
    this.#store.note(text, tone);
  }
}

class RecordingTask extends OverlayTask {
  readonly #screen: Screen;
  readonly #wish: VoiceRecordingWish & { readonly host: SoundHost };
  #recording: Recording | null = null;
  #shown: Extract<VoiceShown, { stage: 'recording' }> | null = null;
  #isEnding = false;
  /** The note has gone on to its preview, or there is none. */
  #isOver = false;

  constructor(screen: Screen, wish: VoiceRecordingWish & { readonly host: SoundHost }) {
    super(screen);
    this.#screen = screen;
    this.#wish = wish;
  }

  async follow(recording: Recording): Promise<void> {
    this.#recording = recording;
    const { limitMs } = recording;
    const level = { rmsDb: SILENCE_DB, peakDb: SILENCE_DB };
    this.#update({ stage: 'recording', elapsedMs: 0, limitMs, level, asking: false });
    try {
      const recorded = await recording.done;
      this.#isOver = true;
      if (recorded !== null && this.isOpen) {
        this.#preview(recorded, recording, endWords(recorded, recording));
      }
    } finally {
      this.#isOver = true;
      this.hide();
    }
  }

  hear(level: Level, elapsedMs: number): void {
    if (this.#shown === null || this.#isEnding || !this.isOpen) return;
    if (elapsedMs % SHOWN_EVERY_MS === 0) this.#update({ ...this.#shown, level, elapsedMs });
  }

  press(action: VoiceAction): void {
    if (this.#shown === null || this.#isEnding) return;
    const { asking, elapsedMs } = this.#shown;
    if (action === 'close' && (asking || elapsedMs <= UNASKED_MS)) this.hide();
    else if (asking) this.#update({ ...this.#shown, asking: false });
    else if (action === 'close') this.#update({ ...this.#shown, asking: true });
    else if (action === 'choose') this.#end();
  }

  protected closed(): void {
    if (this.#isOver) return;
    void this.#recording?.discard();
    this.say(t`The voice note was discarded.`);
  }

  #update(shown: Extract<VoiceShown, { stage: 'recording' }>): void {
    this.#shown = shown;
    this.show(shown);
  }

  #end(): void {
    this.#isEnding = true;
    this.show({ stage: 'ending' });
    this.#recording?.stop();
  }

  #preview(recorded: Recorded, recording: Recording, problem: SafeText | null): void {
    const { path, durationMs, waveform } = recorded;
    const { host, onRecorded } = this.#wish;
    new NoteTask(this.#screen, {
      ...{ path, durationMs, waveform, host, of: 'draft', problem },
      draft: {
        send: () => {
          onRecorded({ path, durationMs, waveform }).catch((error: unknown) => {
            this.#preview(recorded, recording, t`Not sent: ${faultWords(error)}`);
          });
        },
        discard: () => void recording.discard(),
      },
    }).open();
  }
}

/** Why it ended without a key; null: it didn't. */
export function endWords(
  { ended, complaint }: Recorded,
  { limitMs }: Pick<Recording, 'limitMs'>,
): SafeText | null {
  if (ended === 'stopped') return null;
  if (ended === 'limit')
    return t`It ended at ${clockTime(limitMs)}, the longest that a note can be.`;
  const why = safeText(complaint);
  return complaint === ''
    ? t`The recording ended by itself; what was said until then is here.`
    : t`The recording ended by itself; what was said until then is here. The recorder said: ${why}`;
}

interface NoteWish extends VoicePlayingWish {
  readonly host: SoundHost;
  readonly of: 'draft' | 'message';
  readonly problem: SafeText | null;
  readonly draft?: { readonly send: () => void; readonly discard: () => void };
}

class NoteTask extends OverlayTask {
  readonly #wish: NoteWish;
  readonly #playback: VoicePlayback;
  #play: PlayState | null = null;
  #problem: SafeText | null;
  #asking = false;
  #isSent = false;

  constructor(screen: Screen, wish: NoteWish) {
    super(screen);
    this.#wish = wish;
    this.#problem = wish.problem;
    const { host, path } = wish;
    this.#playback = new VoicePlayback({
      ...{ host, path },
      onChange: ({ play, problem }) => {
        this.#play = play;
        this.#problem = problem ?? this.#problem;
        if (this.isOpen) this.open();
      },
    });
  }

  open(): void {
    const { durationMs, waveform, of } = this.#wish;
    const [play, problem, asking] = [this.#play, this.#problem, this.#asking];
    this.show({ stage: 'note', durationMs, waveform, play, problem, of, asking });
  }

  press(action: VoiceAction): void {
    const { draft, durationMs } = this.#wish;
    if (action === 'close') {
      if (draft === undefined || this.#asking || durationMs <= UNASKED_MS) this.hide();
      else this.#ask(true);
    } else if (this.#asking) {
      this.#ask(false);
    } else if (action === 'choose') {
      this.#isSent = draft !== undefined;
      this.hide();
    } else {
      this.#playback.press(action);
    }
  }

  protected closed(): void {
    const { draft } = this.#wish;
    this.#playback.close();
    if (draft === undefined) return;
    if (this.#isSent) {
      draft.send();
      return;
    }
    draft.discard();
    this.say(t`The voice note was discarded.`);
  }

  #ask(asking: boolean): void {
    this.#asking = asking;
    this.open();
  }
}
