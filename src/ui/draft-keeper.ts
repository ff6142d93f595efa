// Keeps what is typed and not sent for the next start: at most every second, and at the end. Knows no screen.
import type { Draft, Session } from '../client/api.ts';
import { PeerId } from '../protocol/ids.ts';
import type { ComposerState } from './composer.ts';
import type { ConversationKey } from './conversation.ts';
import { destinationOf, keyOf } from './message-line.ts';
import type { Schedule } from './schedule.ts';
import type { ScreenStore } from './store.ts';

/** Every key would otherwise be a commit. */
const SAVE_DELAY_MS = 1_000;

export interface DraftKeeperOptions {
  readonly store: ScreenStore;
  readonly ask: Session['request'];
  readonly schedule: Schedule;
}

/** Owns a timer while something waits to be kept; `close()` ends it. */
export class DraftKeeper {
  readonly #options: DraftKeeperOptions;
  /** As it is kept; nothing stands for an empty one. */
  readonly #kept = new Map<ConversationKey, string>();
  #started = false;
  #cancelTimer: (() => void) | null = null;
  #saving: Promise<unknown> = Promise.resolve();

  constructor(options: DraftKeeperOptions) {
    this.#options = options;
  }

  /** Puts kept drafts where they were typed, unless something stands there already. */
  async start(): Promise<void> {
    const { store, ask } = this.#options;
    // What can't be read now stays as it is; the disk's fault is told elsewhere.
    const { drafts } = await ask({ do: 'drafts' }).catch(() => ({ drafts: [] }));
    for (const draft of drafts) this.#restore(draft);
    this.#started = true;
    store.notifyNow();
  }

  #restore({ conversation, text }: Draft): void {
    const { store } = this.#options;
    const key = keyOf(conversation);
    // A room that was left keeps its draft until somebody comes back.
    if (PeerId.parse(key) === null && !store.state.rooms.has(key)) return;
    this.#kept.set(key, text);
    store.giveBack(key, text);
  }

  /** After any change. */
  look(): void {
    const { store, schedule } = this.#options;
    if (!this.#started || this.#cancelTimer !== null) return;
    const { key, composer } = store.active;
    if (draftOf(composer) === (this.#kept.get(key) ?? '')) return;
    this.#cancelTimer = schedule(() => {
      this.#cancelTimer = null;
      this.#save();
    }, SAVE_DELAY_MS);
  }

  /** Ends once everything is kept. */
  async close(): Promise<void> {
    this.#cancelTimer?.();
    if (this.#started) this.#save();
    this.#started = false;
    await this.#saving;
  }

  #save(): void {
    const { store, ask } = this.#options;
    for (const [key, { composer }] of store.state.conversations) {
      const text = draftOf(composer);
      const before = this.#kept.get(key) ?? '';
      if (text === before) continue;
      this.#kept.set(key, text);
      const saved = ask({ do: 'draft', conversation: destinationOf(key), text }).catch(() => {
        // With the next change it is tried again.
        if (this.#kept.get(key) === text) this.#kept.set(key, before);
      });
      this.#saving = Promise.all([this.#saving, saved]);
    }
  }
}

/** What somebody typed, also while they look at what they sent before. */
function draftOf({ text, recalled, history, draft }: ComposerState): string {
  return recalled !== null && history[recalled] === text ? draft : text;
}
