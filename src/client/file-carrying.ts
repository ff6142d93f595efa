// Moves the files that are wanted: to the relay, from it, or from hand to hand, whichever can be now. Lists nothing.
import { CryptoError } from '../crypto/errors.ts';
import { LanchatError, ProtocolError } from '../protocol/errors.ts';
import type { FileState } from '../protocol/file-content.ts';
import type { FileId, PeerId } from '../protocol/ids.ts';
import { CarryingFloor, type CarryingParts } from './carrying-floor.ts';
import { mayHave } from './file-acceptance.ts';
import type { CarryingRelay } from './file-carrier.ts';
import type { FileEntry } from './file-ledger.ts';
import { type Direction, FileRuns, type Moving } from './file-runs.ts';
import { GivenFiles } from './given-files.ts';
import { TakenFiles } from './taken-files.ts';
import { TransportError } from './transport-error.ts';

export class FileCarrying {
  readonly #parts: CarryingParts;
  readonly #runs: FileRuns;
  readonly #floor: CarryingFloor;
  readonly #given: GivenFiles;
  readonly #taken: TakenFiles;
  #isClosed = false;

  constructor(parts: CarryingParts) {
    this.#parts = parts;
    this.#runs = new FileRuns({
      tell: (file) => {
        const entry = parts.ledger.get(file);
        if (entry !== null) parts.tell(entry);
      },
      othersWait: (file, way) => this.#othersWait(file, way),
      again: () => this.tend(),
    });
    this.#floor = new CarryingFloor(parts, this.#runs, {
      tend: () => this.tend(),
      tendOne: (entry) => this.#tendOne(entry),
      failed: (entry, error) => this.#failed(entry, error),
      ran: (file) => this.#ran(file),
    });
    this.#given = new GivenFiles(this.#floor, (entry) => void this.giveUp(entry, 'declined'));
    this.#taken = new TakenFiles(this.#floor);
  }

  connected(relay: CarryingRelay): void {
    for (const entry of this.#parts.ledger.all()) void this.#given.release(entry);
    this.#floor.relay = relay;
    this.#given.connected();
    this.#taken.connected();
    this.#parts.straight.connected(relay.localAddress);
    this.tend();
  }

  disconnected(): void {
    this.#floor.relay = null;
    this.#taken.disconnected();
    void this.#runs.stopAll();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#floor.relay = null;
    await this.#runs.stopAll();
    await this.#taken.swept;
  }

  /** It is known no more: nor does anything of it lie around. */
  crowdedOut(entry: FileEntry): void {
    void this.#taken.abandon(entry);
  }

  movingOf(file: FileId): Moving | null {
    return this.#floor.movingOf(file);
  }

  /** Why a file that is wanted doesn't move, as a code; null: it is about to. */
  whyWaiting({ file, direction }: FileEntry): string | null {
    if (this.#floor.relay === null) return 'offline';
    if (direction === 'out') return this.#given.whyNotKept(file.id);
    return this.#taken.isAsked(file.id) ? 'not-kept' : null;
  }

  /** Begins whatever can begin now. */
  tend(): void {
    if (this.#floor.relay === null || this.#isClosed) return;
    const all = this.#parts.ledger.all();
    const open = all.filter((entry) =>
      entry.direction === 'out' ? this.#given.hasWork(entry) : entry.state === 'wanted',
    );
    for (const entry of open.sort((a, b) => this.#runs.turns(a.file.id, b.file.id)))
      this.#tendOne(entry);
  }

  #tendOne(entry: FileEntry): void {
    const { id } = entry.file;
    if (this.#floor.relay === null || this.#isClosed || !this.#taken.isSwept) return;
    if (this.#runs.get(id) !== null || this.#runs.isPaused(id)) return;
    if (!this.#runs.hasRoom(entry)) return;
    if (entry.direction === 'out') this.#given.tend(entry);
    else this.#taken.tend(entry);
  }

  #othersWait(file: FileId, way: Direction): boolean {
    if (this.#given.nextWanter(file) !== null) return true;
    return this.#parts.ledger.all().some((entry) => {
      const { id } = entry.file;
      if (entry.direction !== way || this.#runs.get(id) !== null) return false;
      if (this.#runs.isPaused(id)) return false;
      return way === 'in' ? this.#taken.isReady(entry) : this.#given.isReady(entry);
    });
  }

  /** Somebody is here now: who sent what we wait for, or waits for what we sent. */
  came(peer: PeerId): void {
    this.#taken.came(peer);
    this.#given.resolveDoubts(peer);
    this.tend();
  }

  /** Somebody is here no more. */
  went(peer: PeerId): void {
    this.#taken.went(peer);
  }

  /** Nothing of theirs comes any more, also where it was on its way; what of ours is on its way to them alone stops. */
  blocked(peer: PeerId): void {
    for (const entry of this.#parts.ledger.all()) {
      const { direction, from, state, conversation, file } = entry;
      const isForThem = 'peer' in conversation && conversation.peer === peer;
      if (direction === 'in' && from === peer && state === 'wanted')
        void this.giveUp(entry, 'cancelled');
      else if (direction === 'out' && isForThem && !this.#floor.isAtRelay(file.id))
        void this.#runs.stop(file.id);
    }
  }

  /** What the other one says of a file that one of us two sent. */
  stated(from: PeerId, state: FileState): void {
    const entry = this.#parts.ledger.get(state.file);
    if (entry === null) return;
    if (entry.direction === 'out') {
      if (!mayHave(this.#parts.core, entry, from)) return;
      this.#given.heard(state.file);
      this.#given.stated(entry, from, state);
    } else if (entry.from === from) {
      if (entry.state === 'wanted') this.#taken.stated(entry, state);
      else if (state.is === 'kept' && 'peer' in entry.conversation) this.#taken.sayAgain(entry);
    }
  }

  /** Nothing more is done with it; what has landed stays. */
  async giveUp(entry: FileEntry, why: 'cancelled' | 'declined'): Promise<void> {
    const { ledger, tell, say } = this.#parts;
    const { file, conversation, direction } = entry;
    const reason = why === 'cancelled' ? null : why;
    const over = ledger.note({
      ...entry,
      state: why === 'cancelled' ? 'cancelled' : 'failed',
      reason,
    });
    tell(over);
    await this.#runs.stop(file.id);
    this.#given.forget(file.id);
    if (direction === 'in') {
      await this.#taken.abandon(ledger.get(file.id) ?? entry);
      if ('peer' in conversation) say(entry.from, { file: file.id, is: 'no' });
      return;
    }
    this.#given.drop(entry);
    await this.#given.release(over);
  }

  #ran(file: FileId): void {
    const entry = this.#parts.ledger.get(file);
    if (entry !== null && !this.#isClosed) {
      this.#parts.tell(entry);
      void this.#given.release(entry);
    }
    this.tend();
  }

  #failed(before: FileEntry, error: unknown): void {
    const { ledger } = this.#parts;
    const { id } = before.file;
    const entry = ledger.get(id);
    if (entry === null || entry.state === 'done') return;
    const isOut = entry.direction === 'out';
    if (isOut ? this.#given.isRefusal(entry, error) : this.#taken.isNotThere(entry, error)) return;
    if (error instanceof TransportError) {
      this.#runs.later(id, () => this.tend());
    } else if (error instanceof LanchatError) {
      // A fault of the content, of a disk, or of who sent it: trying again brings nothing else.
      ledger.note({ ...entry, state: 'failed', reason: reasonOf(error) });
      this.#given.failed(id);
    } else throw error;
  }
}

/** What came is not what was sent: whether its hash shows it, a seal, or that it makes no sense. */
function reasonOf(error: LanchatError): string {
  const isOther = error instanceof ProtocolError || error instanceof CryptoError;
  return isOther ? 'hash-differs' : error.code;
}
