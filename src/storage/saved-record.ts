// Keeps one record's file up with state in memory that changes often: newest state, one write at a time.
import { replacePrivateFile } from './private-file.ts';
import { encodeRecord, type WrittenFormat } from './record-file.ts';
import { StorageError } from './storage-error.ts';

/** A crowd that arrives at once costs a few writes, not one a person. */
const SAVE_DELAY_MS = 1_000;

/** Told of a save that failed in the background. The state stays in memory and goes with the next save. */
export type OnSaveFault = (error: StorageError) => void;

/**
 * Owns the writing of one file. Make it only after the file was read (or was not there): a file that
 * can't be read is never overwritten.
 */
export class SavedRecord<T> {
  readonly #path: string | null;
  readonly #format: WrittenFormat<T>;
  readonly #state: () => T;
  readonly #onFault: OnSaveFault;
  #changed = false;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  /** A null path: nothing is ever written. `state` is called at each write, for what is true then; it must be in bounds (`requireInBounds`). */
  constructor(
    file: { readonly path: string | null; readonly format: WrittenFormat<T> },
    state: () => T,
    onFault: OnSaveFault,
  ) {
    this.#path = file.path;
    this.#format = file.format;
    this.#state = state;
    this.#onFault = onFault;
  }

  /** The state has changed: it is written soon. A fault goes to `onFault`. */
  save(): void {
    if (this.#closing !== null) throw new Error('saved after close');
    this.#changed = true;
    this.#schedule();
  }

  /** Returns once all that was saved before is on disk. Throws StorageError where it can't be. */
  async flush(): Promise<void> {
    this.#unschedule();
    // It may hold less than what is to be flushed, and whoever asked for it hears of its failure.
    if (this.#writing !== null) await this.#writing.catch(() => {});
    if (this.#writing !== null) await this.#writing;
    else if (this.#changed) await this.#write();
  }

  /** Flushes, once; there is no saving after it. Throws as `flush`, and is closed even so. */
  close(): Promise<void> {
    this.#closing ??= this.flush();
    return this.#closing;
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => this.#flushInBackground(), SAVE_DELAY_MS);
  }

  /** After a failure the next save tries again, not a timer for ever. */
  async #flushInBackground(): Promise<void> {
    try {
      await this.flush();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#onFault(error);
    }
  }

  #unschedule(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #write(): Promise<void> {
    this.#writing = this.#writeNow().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #writeNow(): Promise<void> {
    this.#changed = false;
    if (this.#path === null) return;
    try {
      const bytes = encodeRecord(this.#state(), this.#format, this.#path);
      await replacePrivateFile(this.#path, bytes);
    } catch (error) {
      this.#changed = true;
      throw error;
    }
  }
}
