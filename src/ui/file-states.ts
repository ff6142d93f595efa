// Asks the client how it stands with the files of what is shown, and tells once how one takes a file. Draws nothing.
import { MAX_PAGE_MESSAGES, type Session } from '../client/api.ts';
import { keyHints } from './bound-keys.ts';
import type { ConversationKey } from './conversation.ts';
import { putTransfer } from './file-arrivals.ts';
import { destinationOf } from './message-line.ts';
import { safeTemplate as t } from './safe-text.ts';
import type { ScreenStore } from './store.ts';

/** So many files are looked at to know whether somebody has ever been offered one before. */
const LOOKED_BACK = 20;

export class FileStates {
  readonly #store: ScreenStore;
  readonly #ask: Session['request'];
  readonly #asking = new Set<ConversationKey>();

  constructor({ store, ask }: { readonly store: ScreenStore; readonly ask: Session['request'] }) {
    this.#store = store;
    this.#ask = ask;
  }

  /** After any change: what the conversation that is shown has files of, as far as nothing is known of them. */
  look(): void {
    const { active, transfers } = this.#store;
    if (!this.#asking.has(active.key) && transfers.takeWanted(active.key)) {
      void this.#read(active.key);
    }
    const first = transfers.takeFirstOffer();
    if (first !== null) void this.#teach(first);
  }

  async #read(key: ConversationKey): Promise<void> {
    this.#asking.add(key);
    for (const { transfer } of await this.#files(key, MAX_PAGE_MESSAGES)) {
      putTransfer(this.#store, transfer);
    }
    this.#asking.delete(key);
    this.#store.notifySoon();
  }

  /** Newest first; none where they can't be read: their rows then say nothing of how it stands. */
  async #files(key: ConversationKey | null, limit: number) {
    const conversation = key === null ? null : destinationOf(key);
    const none = { files: [] };
    const { files } = await this.#ask({ do: 'files', conversation, limit }).catch(() => none);
    return files;
  }

  async #teach(key: ConversationKey): Promise<void> {
    const { transfers, state } = this.#store;
    const files = await this.#files(null, LOOKED_BACK);
    const isFirst = files.every(({ transfer: { direction, id } }) => {
      return direction === 'out' || (id !== null && transfers.isOffered(id));
    });
    if (!isFirst) return;
    const hints = keyHints(state.keys);
    const [select, save] = [hints('select-older'), hints('save')];
    const text = t`Files wait until you take them: ${select} selects a message, ${save} saves its file; /save takes the newest, /files lists all. /set accept-files says whose come by themselves.`;
    this.#store.add(key, { kind: 'notice', tone: 'plain', text });
  }
}
