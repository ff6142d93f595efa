// Changes that many connections are told of, collected for a moment: a storm of joins is a few frames.
import type { Clock } from './clock.ts';
import { NEWS_INTERVAL_MS } from './limits.ts';
import { Segment } from './outbox.ts';

interface NewsSource {
  /** Tells everybody concerned the latest state of what changed since the last time. */
  tell(): void;
}

/** Owns its timer, which runs only while there is something to tell. */
export class News {
  readonly #clock: Clock;
  readonly #sources = new Set<NewsSource>();
  #cancel: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  changed(source: NewsSource): void {
    this.#sources.add(source);
    this.#cancel ??= this.#clock.after(NEWS_INTERVAL_MS, () => this.#tell());
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #tell(): void {
    this.#cancel = null;
    const sources = [...this.#sources];
    this.#sources.clear();
    for (const source of sources) source.tell();
  }
}

/**
 * The frames of a list in pages of at most `pageEntries`, as one segment; at least one page, and `isLast`
 * of the last.
 */
export function pages<T>(
  entries: readonly T[],
  pageEntries: number,
  encodePage: (page: readonly T[], isLast: boolean) => Uint8Array,
): Segment {
  const encoded: Uint8Array[] = [];
  let from = 0;
  do {
    const to = from + pageEntries;
    encoded.push(encodePage(entries.slice(from, to), to >= entries.length));
    from = to;
  } while (from < entries.length);
  const [first] = encoded;
  return new Segment(encoded.length === 1 && first !== undefined ? first : Buffer.concat(encoded));
}
