// A voice note over the messages: what is shown of it, and what a press is for whoever records or plays it. Draws nothing.
import type { Level } from '../media/pcm.ts';
import type { PlayState } from '../media/player.ts';
import type { BoundKeys } from './bound-keys.ts';
import type { ActionIn } from './key-bindings.ts';
import { keyPress } from './key-sequences.ts';
import type { ListPress } from './overlay-press.ts';
import type { SafeText } from './safe-text.ts';

export type VoiceShown =
  | {
      readonly stage: 'recording';
      readonly elapsedMs: number;
      readonly limitMs: number;
      readonly level: Level;
      /** Whether it is to be discarded was asked. */
      readonly asking: boolean;
    }
  /** It has ended, and is not whole on disk yet. */
  | { readonly stage: 'ending' }
  | {
      readonly stage: 'note';
      readonly durationMs: number;
      /** 32 numbers, 0–7; null: not known. */
      readonly waveform: readonly number[] | null;
      /** Null: it is not being played. */
      readonly play: PlayState | null;
      /** What went wrong, or why it is shorter than was spoken. */
      readonly problem: SafeText | null;
      /** `draft`: of one's own, not sent yet. */
      readonly of: 'draft' | 'message';
      readonly asking: boolean;
    };

export type VoiceAction = ActionIn<'voice'> | 'choose' | 'close' | null;

/** Who records or plays. It notices by itself that its overlay is there no more, and ends then. */
export interface VoiceTask {
  press(action: VoiceAction): void;
}

export interface VoiceOverlay {
  readonly kind: 'voice';
  readonly shown: VoiceShown;
  readonly task: VoiceTask;
}

/** Null is a key that means nothing here: it still answers a question. */
export function voiceKey(
  { store }: { readonly store: { readonly state: { readonly keys: BoundKeys } } },
  { task }: VoiceOverlay,
  { event, action }: ListPress,
): void {
  if (action === 'choose' || action === 'close') {
    task.press(action);
    return;
  }
  // Nothing is typed here, so a blank is the key.
  const isBlank = event.kind === 'text' && event.text === ' ';
  task.press(store.state.keys.voice(isBlank ? keyPress('space') : event));
}
