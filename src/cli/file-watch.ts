// Follows files on their way. Time counts only while nothing of them moves: a large one takes as long as it takes.
import type { ClientEvent, FileTransfer, Session } from '../client/api.ts';
import type { FileId } from '../protocol/ids.ts';
import { refuseFinal, refuseUnsaved } from './session.ts';

export interface FileWatchOptions {
  /** Nothing has moved for so long: then waiting ends. */
  readonly timeoutMs: number;
  /** Called with all that is heard of the files that are followed, or read just now. */
  readonly heard: (transfer: FileTransfer) => void;
}

interface Waiting {
  readonly file: FileId;
  readonly isEnd: (transfer: FileTransfer) => boolean;
  readonly resolve: (transfer: FileTransfer | null) => void;
  readonly reject: (error: unknown) => void;
}

/** Owns a subscription and a timer until `close`. */
export class FileWatch {
  readonly #options: FileWatchOptions;
  readonly #unsubscribe: () => void;
  readonly #latest = new Map<FileId, FileTransfer>();
  readonly #followed = new Set<FileId>();
  readonly #waiting = new Set<Waiting>();
  /** Of the file that is read just now. */
  #reading: string | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** Comes before the command whose files are to be followed: news can overtake its answer. */
  constructor(session: Session, options: FileWatchOptions) {
    this.#options = options;
    this.#unsubscribe = session.subscribe((event) => this.#take(event));
  }

  /** From now on the file of this path is read, before it has a message; null: no more. */
  read(path: string | null): void {
    this.#reading = path;
  }

  /** As it was answered; what has been heard since is newer. */
  follow(transfer: FileTransfer): void {
    const { file } = transfer;
    this.#followed.add(file);
    if (this.#latest.get(file)?.id == null) this.#latest.set(file, transfer);
    this.#options.heard(this.#latest.get(file) ?? transfer);
  }

  latest(file: FileId): FileTransfer | null {
    return this.#latest.get(file) ?? null;
  }

  /** Resolves with what it ended as, or to null once nothing has moved for too long. Throws where the link or the disk can't do it. */
  until(file: FileId, isEnd: Waiting['isEnd']): Promise<FileTransfer | null> {
    const now = this.#latest.get(file);
    if (now !== undefined && isEnd(now)) return Promise.resolve(now);
    return new Promise((resolve, reject) => {
      this.#waiting.add({ file, isEnd, resolve, reject });
      this.#moved();
    });
  }

  /** As `until`, for each of them at once: where nothing moves any more, that is so for all. */
  untilAll(
    files: readonly FileId[],
    isEnd: Waiting['isEnd'],
  ): readonly Promise<FileTransfer | null>[] {
    const ends = files.map((file) => this.until(file, isEnd));
    // One may fail long before its turn comes.
    for (const end of ends) end.catch(() => {});
    return ends;
  }

  /** Whoever still waits gets null. */
  close(): void {
    this.#unsubscribe();
    this.#giveUp();
  }

  #take(event: ClientEvent): void {
    try {
      if (event.type === 'file') this.#hear(event.transfer);
      if (event.type === 'link') refuseFinal(event.link);
      if (event.type === 'storage') refuseUnsaved(event.problem);
    } catch (error) {
      for (const { reject } of this.#settling()) reject(error);
    }
  }

  #hear(transfer: FileTransfer): void {
    const { file, id, path, state, direction } = transfer;
    // What was offered before it was asked for says nothing about the asking.
    if (state === 'offered') return;
    const before = this.#latest.get(file);
    this.#latest.set(file, transfer);
    const isRead = id === null && direction === 'out' && path === this.#reading;
    if (!isRead && !this.#followed.has(file)) return;
    if (before?.bytes !== transfer.bytes || before.state !== state) this.#moved();
    this.#options.heard(transfer);
    for (const each of [...this.#waiting]) {
      if (each.file !== file || !each.isEnd(transfer)) continue;
      this.#waiting.delete(each);
      each.resolve(transfer);
    }
    if (this.#waiting.size === 0) this.#stopClock();
  }

  #moved(): void {
    if (this.#waiting.size === 0) return;
    if (this.#timer !== null) this.#timer.refresh();
    else this.#timer = setTimeout(() => this.#giveUp(), this.#options.timeoutMs);
  }

  #giveUp(): void {
    for (const { resolve } of this.#settling()) resolve(null);
  }

  #settling(): readonly Waiting[] {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#stopClock();
    return waiting;
  }

  #stopClock(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
