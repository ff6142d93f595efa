// Tells history which conversations have been seen: at once, then at most every two seconds. Knows no screen.
import type { Session } from '../client/api.ts';
import type { ConversationKey } from './conversation.ts';
import { destinationOf } from './message-line.ts';
import type { Schedule } from './schedule.ts';

/** Every message would otherwise be a commit. */
const MARK_PAUSE_MS = 2_000;

export interface ReadMarksOptions {
  readonly ask: Session['request'];
  readonly schedule: Schedule;
}

/** Owns a timer while a mark waits; `close()` ends it. */
export class ReadMarks {
  readonly #options: ReadMarksOptions;
  readonly #seen = new Set<ConversationKey>();
  #cancelPause: (() => void) | null = null;
  #marking: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: ReadMarksOptions) {
    this.#options = options;
  }

  /** Everything in it has been seen now. */
  add(key: ConversationKey): void {
    this.#seen.add(key);
    if (this.#cancelPause === null) this.#mark();
  }

  /** Ends once what was seen is written. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelPause?.();
    this.#mark();
    await this.#marking;
  }

  #mark(): void {
    const { ask, schedule } = this.#options;
    this.#cancelPause = null;
    if (this.#seen.size === 0) return;
    const marks = [...this.#seen].map((key) =>
      // What can't be written is counted as unread the next time; the disk's fault is told elsewhere.
      ask({ do: 'mark-read', conversation: destinationOf(key) }).catch(() => {}),
    );
    this.#seen.clear();
    this.#marking = Promise.all([this.#marking, ...marks]);
    if (!this.#closed) this.#cancelPause = schedule(() => this.#mark(), MARK_PAUSE_MS);
  }
}
