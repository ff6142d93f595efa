// What moves just now: how many at once, how far and how fast, and when what broke is tried again. Knows no frames.
import type { FileId, PeerId } from '../protocol/ids.ts';
import { Pace } from './file-pace.ts';
import type { FileVia } from './file-transfer.ts';

/** On their way at once, each way: the others wait their turn. */
const MAX_MOVING = 4;
/** Of those, one person's: whoever lets us wait leaves a place for the others. */
const MAX_MOVING_OF_ONE = 3;
/** What broke is tried again after this long, and after twice as long each time. */
const MIN_RETRY_MS = 250;
const MAX_RETRY_MS = 5 * 60_000;
/** Looked at so often: whether it moves, and as fast as it has to where others wait for its place. */
export const TURN_MS = 60_000;
const TURN_BYTES = 16 * 1024 * 1024;
/** While it moves, people hear of it this often. */
const TELL_MS = 200;

export type Direction = 'out' | 'in';

export interface Moving {
  readonly direction: Direction;
  /** Whose it is. */
  readonly from: PeerId;
  readonly abort: AbortController;
  readonly pace: Pace;
  via: FileVia;
  bytes: number;
  /** At the last look. */
  seenBytes: number;
  /** Bytes move, or have. */
  isUnderWay: boolean;
}

interface Retry {
  pauseMs: number;
  timer: NodeJS.Timeout | null;
}

export interface FileRunsParts {
  /** It has come further. */
  readonly tell: (file: FileId) => void;
  /** Whether something else could move if this did not. */
  readonly othersWait: (file: FileId, direction: Direction) => boolean;
  /** What had to give way may move again. */
  readonly again: () => void;
}

/** Owns its timers until `stopAll`. */
export class FileRuns {
  readonly #parts: FileRunsParts;
  readonly #moving = new Map<FileId, Moving>();
  readonly #ended = new Map<FileId, Promise<void>>();
  readonly #retries = new Map<FileId, Retry>();
  readonly #toldAtMs = new Map<FileId, number>();
  /** Which was begun when, in order; who has waited longest is next. */
  readonly #begun = new Map<FileId, number>();
  #begins = 0;
  #gaveWayAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: FileRunsParts) {
    this.#parts = parts;
  }

  get(file: FileId): Moving | null {
    return this.#moving.get(file) ?? null;
  }

  /** Whether another of theirs may move that way. */
  hasRoom({ direction, from }: { readonly direction: Direction; readonly from: PeerId }): boolean {
    const there = [...this.#moving.values()].filter((moving) => moving.direction === direction);
    if (there.length >= MAX_MOVING) return false;
    if (direction === 'out') return true;
    return there.filter((moving) => moving.from === from).length < MAX_MOVING_OF_ONE;
  }

  /** Which of two has waited longer since it was begun, as `sort` takes it. */
  turns(a: FileId, b: FileId): number {
    return (this.#begun.get(a) ?? 0) - (this.#begun.get(b) ?? 0);
  }

  /** Whether it waits to be tried again. */
  isPaused(file: FileId): boolean {
    return this.#retries.get(file)?.timer != null;
  }

  /** `work` runs now, and nothing else is done with the file until it has ended; it handles its own faults. */
  run(
    file: FileId,
    { direction, from }: Pick<Moving, 'direction' | 'from'>,
    work: (moving: Moving) => Promise<void>,
  ): void {
    this.#begun.set(file, ++this.#begins);
    const moving: Moving = {
      ...{ direction, from, abort: new AbortController(), pace: new Pace() },
      ...{ via: 'relay', bytes: 0, seenBytes: 0, isUnderWay: false },
    };
    this.#moving.set(file, moving);
    const looking = setInterval(() => this.#look(file, moving), TURN_MS);
    const ended = work(moving).finally(() => {
      clearInterval(looking);
      this.#moving.delete(file);
      this.#ended.delete(file);
      this.#toldAtMs.delete(file);
    });
    this.#ended.set(file, ended);
  }

  /** The way that it goes. */
  goes(file: FileId, via: FileVia): void {
    const moving = this.#moving.get(file);
    if (moving !== undefined) moving.via = via;
  }

  /** So much of it is at the other end, or here. */
  progress(file: FileId, bytes: number): void {
    const moving = this.#moving.get(file);
    if (moving === undefined) return;
    const now = performance.now();
    const isFirst = !moving.isUnderWay;
    if (isFirst) moving.seenBytes = bytes;
    moving.isUnderWay = true;
    moving.bytes = bytes;
    moving.pace.mark(bytes, now);
    if (!isFirst && now - (this.#toldAtMs.get(file) ?? 0) < TELL_MS) return;
    this.#toldAtMs.set(file, now);
    // Something came: whatever breaks later is tried again at once.
    this.#retries.delete(file);
    this.#parts.tell(file);
  }

  /** `again` is called after a pause, the first time `firstMs`, and twice as long each time that nothing came between. */
  later(file: FileId, again: () => void, firstMs = MIN_RETRY_MS): void {
    const before = this.#retries.get(file)?.pauseMs ?? 0;
    const pauseMs = Math.min(MAX_RETRY_MS, Math.max(firstMs, 2 * before));
    const retry: Retry = { pauseMs, timer: null };
    retry.timer = setTimeout(
      () => {
        retry.timer = null;
        again();
      },
      pauseMs * (0.75 + Math.random() / 2),
    );
    this.#retries.set(file, retry);
  }

  /** It need not wait any longer; should it break again, the pause is as long as it would have been. */
  hurry(file: FileId): void {
    const retry = this.#retries.get(file);
    if (retry?.timer == null) return;
    clearTimeout(retry.timer);
    retry.timer = null;
  }

  /** Ends what is done with it; resolves when that has ended. */
  async stop(file: FileId): Promise<void> {
    this.#forgetRetry(file);
    this.#moving.get(file)?.abort.abort();
    await this.#ended.get(file);
  }

  async stopAll(): Promise<void> {
    for (const file of [...this.#retries.keys()]) this.#forgetRetry(file);
    for (const { abort } of this.#moving.values()) abort.abort();
    await Promise.all(this.#ended.values());
  }

  /** The other end of it may be anybody: nobody keeps a place by moving next to nothing. */
  #look(file: FileId, moving: Moving): void {
    const { direction, isUnderWay, bytes } = moving;
    // What is there from before is being read.
    if (direction === 'in' && !isUnderWay) return;
    const moved = bytes - moving.seenBytes;
    moving.seenBytes = bytes;
    if (moved >= TURN_BYTES || !this.#parts.othersWait(file, direction)) return;
    // One at a time: over a slow line all of them are slow.
    const now = performance.now();
    if (now - this.#gaveWayAtMs < TURN_MS / 2) return;
    this.#gaveWayAtMs = now;
    this.later(file, this.#parts.again, TURN_MS);
    moving.abort.abort();
  }

  #forgetRetry(file: FileId): void {
    const timer = this.#retries.get(file)?.timer ?? null;
    if (timer !== null) clearTimeout(timer);
    this.#retries.delete(file);
  }
}
