// Which theme the screen has now: as set, as the terminal is, or as the person's file says. Asks the terminal nothing itself.
import type { ThemeName } from '../client/preferences.ts';
import {
  BACKGROUND_PATIENCE_MS,
  BACKGROUND_QUERY,
  type Background,
  backgroundFrom,
  backgroundIn,
} from './background.ts';
import { type ColourDepth, colourDepth } from './colours.ts';
import { safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenStore } from './store.ts';
import { BUILT_IN_THEMES, paletteOf, type Theme } from './theme.ts';
import type { ThemeFile } from './theme-file.ts';
import { faultWords } from './words.ts';

/** Of a file full of faults the first are enough. */
const MAX_TOLD = 6;
/** Lines of others that are counted out. */
const MAX_NUMBERS = 20;

export interface ThemingOptions {
  readonly store: Pick<ScreenStore, 'note' | 'now' | 'setPalette'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The person's file of colours. Throws StorageError. */
  readonly readTheme: () => Promise<ThemeFile>;
}

/** Gives the store its palette, from its making on. */
export class Theming {
  readonly #options: ThemingOptions;
  readonly #depth: ColourDepth;
  #background: Background;
  #name: ThemeName = 'auto';
  /** What was read of it last. */
  #own: Pick<ThemeFile, 'base' | 'looks'> = { base: null, looks: {} };
  /** When the terminal was asked; null: no answer is awaited. */
  #askedAtMs: number | null = null;

  constructor(options: ThemingOptions) {
    this.#options = options;
    this.#depth = colourDepth(options.env);
    this.#background = backgroundFrom(options.env.COLORFGBG) ?? 'dark';
    this.#paint();
  }

  /** What to write to the terminal to hear how it is; null: nothing depends on it, or it would print the question. */
  query(): string | null {
    if (this.#depth === 'none' || this.#options.env.TERM === 'linux') return null;
    this.#askedAtMs = this.#options.store.now();
    return BACKGROUND_QUERY;
  }

  /** Takes the answer, once and in time; anything else is passed over. */
  hear(reply: string): void {
    const background = backgroundIn(reply);
    if (background === null || this.#askedAtMs === null) return;
    const waitedMs = this.#options.store.now() - this.#askedAtMs;
    this.#askedAtMs = null;
    if (waitedMs > BACKGROUND_PATIENCE_MS) return;
    this.#background = background;
    this.#paint();
  }

  /** The screen has that theme from now on. What is wrong with the person's own file is said, and never more. */
  async use(name: ThemeName): Promise<void> {
    const file = name === 'own' ? await this.#readOwn() : null;
    this.#name = name;
    if (file !== null) this.#own = file;
    this.#paint();
    if (file !== null) this.#tell(file);
  }

  async #readOwn(): Promise<ThemeFile | null> {
    const { store, readTheme } = this.#options;
    try {
      return await readTheme();
    } catch (error) {
      store.note(t`Your theme can't be read: ${faultWords(error)}`, 'warning');
      return null;
    }
  }

  #tell({ path, isThere, problems }: ThemeFile): void {
    const { store } = this.#options;
    if (path === null) store.note(t`You have no theme here: nothing is read from the disk.`);
    else if (!isThere)
      store.note(t`Your theme is the file ${path}; there is none yet, so nothing changes.`);
    for (const { line, text } of problems.slice(0, MAX_TOLD)) {
      store.note(t`Theme, line ${line}: ${text}`, 'warning');
    }
    const more = problems.slice(MAX_TOLD).map(({ line }) => line);
    if (more.length === 0 || path === null) return;
    const numbers = safeText(more.slice(0, MAX_NUMBERS).join(', '));
    store.note(t`Theme: ${more.length} more, in these lines of ${path}: ${numbers}`, 'warning');
  }

  #paint(): void {
    this.#options.store.setPalette(paletteOf(this.#theme(), this.#depth));
  }

  #theme(): Theme {
    if (this.#name === 'auto') return BUILT_IN_THEMES[this.#background];
    if (this.#name !== 'own') return BUILT_IN_THEMES[this.#name];
    const { plain, looks } = BUILT_IN_THEMES[this.#own.base ?? this.#background];
    return { plain, looks: { ...looks, ...this.#own.looks } };
  }
}
