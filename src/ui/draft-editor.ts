// Gives the draft and the terminal to the person's editor, and takes both back. Sends nothing.
import { type SafeText, safeTemplate as t, typedText } from './safe-text.ts';
import type { ScreenStore } from './store.ts';
import type { Terminal } from './terminal.ts';

export interface EditorWish {
  readonly text: string;
  /** The screen closes: the editor is to end. */
  readonly signal: AbortSignal;
}

/** The text as it was left, or why it is as it was. */
export type Edited = { readonly text: string } | { readonly why: SafeText };

export interface DraftEditorOptions {
  readonly store: ScreenStore;
  readonly terminal: Pick<Terminal, 'lend'>;
  /** Runs an editor at the terminal. Never throws. */
  readonly editText: (wish: EditorWish) => Promise<Edited>;
}

/** One editor at a time; `close()` ends it. */
export class DraftEditor {
  readonly #options: DraftEditorOptions;
  readonly #closing = new AbortController();
  #running: Promise<void> | null = null;

  constructor(options: DraftEditorOptions) {
    this.#options = options;
  }

  /** The terminal is the editor's: what was typed ahead of it is no key of the screen's. */
  get isRunning(): boolean {
    return this.#running !== null;
  }

  start(): void {
    this.#running ??= this.#edit().finally(() => {
      this.#running = null;
    });
  }

  /** Ends once the editor has, and its file is gone. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #edit(): Promise<void> {
    const { store, terminal, editText } = this.#options;
    const { key, composer } = store.active;
    const { signal } = this.#closing;
    // What Tab offered was for the text as it is now.
    store.complete(null, null);
    const edited = await terminal.lend(async () => {
      // What comes meanwhile has been seen by nobody.
      store.setFocused(false);
      return await editText({ text: composer.text, signal });
    });
    if (edited === null || signal.aborted) return;
    store.setFocused(true);
    if ('why' in edited) {
      store.note(edited.why, 'warning');
      return;
    }
    store.setDraft(key, edited.text);
    if (store.conversation(key).composer.text.length < typedText(edited.text).length) {
      store.note(t`The text is longer than what fits here; its end was left out.`, 'warning');
    }
  }
}
