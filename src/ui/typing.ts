// Who types where just now, as far as they say: forgotten by itself. Draws nothing.
import type { ConversationKey } from './conversation.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import type { Schedule } from './schedule.ts';

/** Whoever goes on says so twice in this time. */
const SHOWN_MS = 6_000;
/** Names in one line; more are not worth it. */
const MAX_NAMES = 3;

/** Owns a timer for each who types; `close()` ends them. */
export class TypingNow {
  readonly #schedule: Schedule;
  readonly #changed: () => void;
  readonly #cancels = new Map<ConversationKey, Map<SafeText, () => void>>();

  constructor(schedule: Schedule, changed: () => void) {
    this.#schedule = schedule;
    this.#changed = changed;
  }

  start(key: ConversationKey, name: SafeText): void {
    this.#cancel(key, name);
    const there = this.#cancels.get(key) ?? new Map<SafeText, () => void>();
    if (there.size >= MAX_NAMES) return;
    there.set(
      name,
      this.#schedule(() => this.stop(key, name), SHOWN_MS),
    );
    this.#cancels.set(key, there);
    this.#changed();
  }

  /** They have said it, or have stopped. */
  stop(key: ConversationKey, name: SafeText): void {
    if (this.#cancel(key, name)) this.#changed();
  }

  /** `asha is typing`; null: nobody says so. */
  words(key: ConversationKey): SafeText | null {
    const [first, second, ...more] = this.#cancels.get(key)?.keys() ?? [];
    if (first === undefined) return null;
    if (second === undefined) return t`${first} is typing`;
    return more.length === 0 ? t`${first} and ${second} are typing` : t`several are typing`;
  }

  close(): void {
    for (const there of this.#cancels.values()) for (const cancel of there.values()) cancel();
    this.#cancels.clear();
  }

  #cancel(key: ConversationKey, name: SafeText): boolean {
    const there = this.#cancels.get(key);
    there?.get(name)?.();
    const was = there?.delete(name) ?? false;
    if (there?.size === 0) this.#cancels.delete(key);
    return was;
  }
}
