// What lies in folders of the person's while it isn't whole: where, and that none of it is left once it is over.
import { landingId, sweepUnfinished } from '../files/unfinished.ts';
import type { FileId, PeerId } from '../protocol/ids.ts';
import type { FileEntry, FileLedger } from './file-ledger.ts';

/** What has failed so will not come when it is asked for again, or comes anew. */
const NEVER_GOES_ON: ReadonlySet<string> = new Set(['hash-differs', 'bad-archive', 'gone']);

export class FileParts {
  readonly #ledger: FileLedger;
  readonly #owner: PeerId;
  readonly #onLanded: (entry: FileEntry) => void;
  /** Resolves when nothing of what was over is left by whoever had this profile before. */
  readonly swept: Promise<void>;
  #isSwept = false;

  /** `onLanded`: it has landed, and whoever sent it may not know. */
  constructor(ledger: FileLedger, owner: PeerId, onLanded: (entry: FileEntry) => void) {
    this.#onLanded = onLanded;
    this.#ledger = ledger;
    this.#owner = owner;
    this.swept = this.#sweep();
  }

  get isSwept(): boolean {
    return this.#isSwept;
  }

  /** Where it lands, which is on the disk on return: so it is found whatever happens. Throws StorageError. */
  async claim(
    file: FileId,
    folder: string,
  ): Promise<{ readonly folder: string; readonly id: string }> {
    const before = this.#ledger.get(file);
    if (before !== null && before.part !== folder) await this.abandon(before);
    const entry = this.#ledger.get(file);
    if (entry !== null && entry.part !== folder) this.#ledger.put({ ...entry, part: folder });
    return { folder, id: landingId(this.#owner, file) };
  }

  /** Nothing is left of what had come. Not while it lands. Never throws. */
  async abandon({ part, file: { id } }: FileEntry): Promise<void> {
    if (part === undefined) return;
    await sweepUnfinished(part, new Set([landingId(this.#owner, id)]));
    this.gone(id);
  }

  /** It has landed, or was taken away: nothing lies there any more. */
  gone(file: FileId): FileEntry | null {
    const entry = this.#ledger.get(file);
    if (entry?.part === undefined) return entry;
    const { part: _part, ...rest } = entry;
    return this.#ledger.note(rest);
  }

  async #settle(file: FileId): Promise<void> {
    const entry = this.#ledger.get(file);
    if (entry?.part === undefined) return;
    const { part } = entry;
    await sweepUnfinished(part, new Set([landingId(this.#owner, file)]));
    if (entry.state === 'done') this.#onLanded(entry);
    else this.gone(file);
  }

  async #sweep(): Promise<void> {
    const over = this.#ledger.all().filter((entry) => entry.part !== undefined && isOver(entry));
    for (const { file } of over) await this.#settle(file.id);
    this.#isSwept = true;
  }
}

function isOver({ state, reason }: FileEntry): boolean {
  if (state === 'failed') return NEVER_GOES_ON.has(reason ?? '');
  return state === 'done' || state === 'cancelled' || state === 'offered';
}
