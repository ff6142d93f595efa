// What carrying ours and carrying theirs share: the relay, who is here, and runs. Decides nothing of either.
import type { CoreState } from '../core/state.ts';
import type { FileState } from '../protocol/file-content.ts';
import type { FileId, PeerId } from '../protocol/ids.ts';
import { CHUNK_BYTES } from '../protocol/limits.ts';
import type { Settings } from '../storage/settings.ts';
import type { CarryingRelay } from './file-carrier.ts';
import type { FileJob } from './file-jobs.ts';
import type { FileEntry, FileLedger } from './file-ledger.ts';
import type { FileRuns, Moving } from './file-runs.ts';
import type { FileVia } from './file-transfer.ts';
import type { StraightWay } from './straight-way.ts';

/** A question to somebody who is here that got no answer is asked again after this long, and after twice as long each time. */
export const ASK_AGAIN_MS = 2_000;

export interface CarryingParts {
  readonly core: CoreState;
  readonly card: () => Uint8Array;
  readonly settings: () => Settings;
  readonly ledger: FileLedger;
  /** Whether people talk just now: files go more slowly then. */
  readonly isTalking: () => boolean;
  readonly straight: StraightWay;
  /** Where files land unless something is set. */
  readonly downloads: () => Promise<string>;
  /** It stands otherwise. */
  readonly tell: (entry: FileEntry) => void;
  /** Whether it is on its way to this person. */
  readonly say: (to: PeerId, state: FileState) => boolean;
  /** Resolves when what was said so far is on disk. */
  readonly saved: () => Promise<void>;
}

/** What the sides ask of whoever runs them both. */
export interface FloorOwner {
  /** Begins whatever can begin now. */
  readonly tend: () => void;
  readonly tendOne: (entry: FileEntry) => void;
  readonly failed: (entry: FileEntry, error: unknown) => void;
  /** A run is over, and another may begin. */
  readonly ran: (file: FileId) => void;
}

export class CarryingFloor {
  readonly parts: CarryingParts;
  readonly runs: FileRuns;
  /** Null while there is none. */
  relay: CarryingRelay | null = null;
  readonly #owner: FloorOwner;
  /** The relay is being given it, or asked for it. */
  readonly #atRelay = new Set<FileId>();

  constructor(parts: CarryingParts, runs: FileRuns, owner: FloorOwner) {
    this.parts = parts;
    this.runs = runs;
    this.#owner = owner;
  }

  get(file: FileId): FileEntry | null {
    return this.parts.ledger.get(file);
  }

  movingOf(file: FileId): Moving | null {
    const moving = this.runs.get(file);
    return moving?.isUnderWay === true ? moving : null;
  }

  isAtRelay(file: FileId): boolean {
    return this.#atRelay.has(file);
  }

  isHere(peer: PeerId): boolean {
    return this.parts.core.peers.get(peer)?.online === true;
  }

  tend(): void {
    this.#owner.tend();
  }

  tendNow(file: FileId): void {
    const entry = this.get(file);
    if (entry !== null) this.#owner.tendOne(entry);
  }

  runAtRelay(entry: FileEntry, work: (job: FileJob) => Promise<void>): void {
    const { id } = entry.file;
    this.#atRelay.add(id);
    this.run(entry, (job) => work(job).finally(() => this.#atRelay.delete(id)));
  }

  run(entry: FileEntry, work: (job: FileJob) => Promise<void>): void {
    const { core, card, isTalking } = this.parts;
    const { file } = entry;
    const { relay } = this;
    if (relay === null) return;
    this.runs.run(file.id, entry, async ({ abort: { signal } }) => {
      const onHave = (count: number) =>
        this.runs.progress(file.id, Math.min(file.size, count * CHUNK_BYTES));
      const onVia = (via: FileVia) => this.runs.goes(file.id, via);
      try {
        await work({
          ...{ me: core.me, card, relay, file, owner: entry.from, signal, onVia, onHave },
          isTalking,
        });
      } catch (error) {
        if (!signal.aborted) this.#owner.failed(entry, error);
      }
      // Once this run is over, and another may begin.
      setImmediate(() => this.#owner.ran(file.id));
    });
  }
}
