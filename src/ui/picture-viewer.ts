// Opens a picture over the messages: has it decoded, and gives it up once nobody looks any more. Decodes nothing itself.
import type { DecodedPicture, PictureSize } from '../media/picture.ts';
import { NO_ANSWERS, pictureQuery, withAnswer } from '../media/terminal-pictures.ts';
import { type PictureWay, pictureWay, type ViewOutcome, type ViewOverlay } from './picture-way.ts';
import { safeText } from './safe-text.ts';
import type { ScreenStore } from './store.ts';
import { faultWords } from './words.ts';

/** What most terminals have, in pixels: a larger picture than that is never drawn. */
const VIEW_BOX: PictureSize = { width: 1_280, height: 960 };
const MAX_NAME_LENGTH = 255;
/** From 0. */
const ASKING_ROW = 1;
const CONCEALED = '\x1b[8m';

/** A file by its path, or what is in one. */
export type PictureSource = string | Uint8Array;

/** A picture that stands for another. */
export type SmallCopy = Pick<ViewOverlay, 'copyOf' | 'take'>;

const NO_COPY: SmallCopy = { copyOf: null, take: null };

/** Reads a picture and decodes it, scaled down into the box. Throws LanchatError, the signal's reason where that aborts. */
export type LoadPicture = (
  source: PictureSource,
  wish: { readonly box: PictureSize; readonly signal: AbortSignal },
) => Promise<DecodedPicture>;

export interface PictureViewerOptions {
  readonly store: ScreenStore;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly load: LoadPicture;
}

/** Owns what is being decoded; `close()` ends it. */
export class PictureViewer {
  readonly #options: PictureViewerOptions;
  #answers = NO_ANSWERS;
  /** What it shows; null: nothing. */
  #view: { readonly overlay: ViewOverlay; readonly decoding: AbortController } | null = null;

  constructor(options: PictureViewerOptions) {
    this.#options = options;
  }

  /** Asks the terminal how it shows pictures, behind the first frame: whatever that leaves is written over at once. */
  ask(sink: { writeAside(sequence: string, row: number): void }): void {
    const { env } = this.#options;
    const query = pictureWay('auto', env, NO_ANSWERS).kind === 'words' ? null : pictureQuery(env);
    if (query !== null) {
      sink.writeAside(`\x1b[${ASKING_ROW + 1};1H${CONCEALED}${query}\x1b[m`, ASKING_ROW);
    }
  }

  /** Takes an answer whenever it comes; anything else is passed over. */
  hear(sequence: string): void {
    this.#answers = withAnswer(this.#answers, sequence);
  }

  /** Opens the picture over the messages. Settles when it is there; a failure is said there, never thrown. */
  async open(source: PictureSource, name: string, copy = NO_COPY): Promise<void> {
    const { store, env, load } = this.#options;
    this.close();
    const decoding = new AbortController();
    const shown = safeText(name, { maxLength: MAX_NAME_LENGTH });
    const way = pictureWay(store.state.preferences.pictures, env, this.#answers);
    const loading = { kind: 'loading' } as const;
    this.#show({ kind: 'view', name: shown, way, outcome: loading, ...copy }, decoding);
    const outcome = await load(source, { box: VIEW_BOX, signal: decoding.signal }).then(
      (picture) => shownIn(picture, way),
      (error: unknown): ViewOutcome => ({ kind: 'failed', why: faultWords(error) }),
    );
    const view = this.#view;
    // Closed meanwhile, or something else was opened.
    if (view?.decoding !== decoding || store.state.overlay !== view.overlay) return;
    this.#show({ ...view.overlay, outcome }, decoding);
  }

  /** To be called when the screen has changed: a picture that was closed need not be decoded any further. */
  look(): void {
    if (this.#view !== null && this.#options.store.state.overlay !== this.#view.overlay)
      this.close();
  }

  close(): void {
    this.#view?.decoding.abort();
    this.#view = null;
  }

  #show(overlay: ViewOverlay, decoding: AbortController): void {
    this.#view = { overlay, decoding };
    this.#options.store.setOverlay(overlay);
  }
}

async function shownIn(picture: DecodedPicture, way: PictureWay): Promise<ViewOutcome> {
  const { drawingOf } = await import('./picture-drawing.ts');
  return { kind: 'shown', picture, draw: drawingOf(picture, way) };
}
