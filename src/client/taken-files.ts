// Files of others on their way here: from the relay, from their sender at a meeting or straight. Gives nothing.
import { isHiddenFrom } from '../core/hidden-delay.ts';
import { doubtOf } from '../files/known-file.ts';
import { Landing } from '../files/landing.ts';
import { bytesFromHex } from '../protocol/bytes.ts';
import type { FileState } from '../protocol/file-content.ts';
import type { FileId, PeerId } from '../protocol/ids.ts';
import { ASK_AGAIN_MS, type CarryingFloor } from './carrying-floor.ts';
import { type FileJob, takeFile } from './file-jobs.ts';
import type { FileEntry } from './file-ledger.ts';
import type { Appointment } from './file-meeting.ts';
import { FileParts } from './file-parts.ts';
import type { FileVia } from './file-transfer.ts';
import { TransportError } from './transport-error.ts';

/** Who is asked whether a file may come straight, and says nothing for so long: the relay is asked. */
const STRAIGHT_ANSWER_MS = 2_000;

export class TakenFiles {
  readonly #floor: CarryingFloor;
  readonly #partsOnDisk: FileParts;
  /** Its sender has been asked, since the relay doesn't have it, or whether it may come straight. */
  readonly #asked = new Map<FileId, 'not-kept' | 'straight'>();
  /** Where its sender waits. */
  readonly #appointments = new Map<FileId, Appointment>();

  constructor(floor: CarryingFloor) {
    this.#floor = floor;
    const { ledger, core } = floor.parts;
    this.#partsOnDisk = new FileParts(ledger, core.me.id, ({ file }) => this.#gotten(file.id));
    // Before anything may be landing there.
    void this.#partsOnDisk.swept.then(() => floor.tend());
  }

  /** Resolves when nothing is left of transfers that are over. */
  get swept(): Promise<unknown> {
    return this.#partsOnDisk.swept;
  }

  get isSwept(): boolean {
    return this.#partsOnDisk.isSwept;
  }

  connected(): void {
    this.#asked.clear();
  }

  disconnected(): void {
    this.#appointments.clear();
  }

  /** Whether only its sender has it, and has been asked. */
  isAsked(file: FileId): boolean {
    return this.#asked.get(file) === 'not-kept';
  }

  /** Whether it could begin to move, had it a place. */
  isReady({ state, file }: FileEntry): boolean {
    return state === 'wanted' && !this.#asked.has(file.id);
  }

  /** Nothing of what had come is left. */
  async abandon(entry: FileEntry): Promise<void> {
    await this.#partsOnDisk.abandon(entry);
  }

  /** Its sender is here now. */
  came(peer: PeerId): void {
    for (const file of [...this.#asked.keys()]) {
      if (this.#floor.get(file)?.from === peer) this.#askAgain(file);
    }
  }

  /** Somebody is here no more: who waits for them at a meeting, or for their answer, waits in vain. */
  went(peer: PeerId): void {
    for (const { direction, from, file } of this.#floor.parts.ledger.all()) {
      if (direction === 'out' || from !== peer) continue;
      this.#appointments.delete(file.id);
      if (this.#asked.get(file.id) === 'straight') this.#askAgain(file.id);
      const isWaiting =
        this.#floor.runs.get(file.id) !== null && this.#floor.movingOf(file.id) === null;
      if (isWaiting && !this.#floor.isAtRelay(file.id)) void this.#floor.runs.stop(file.id);
    }
  }

  /** Whether it is only that the relay doesn't have it: then its sender is asked. */
  isNotThere(entry: FileEntry, error: unknown): boolean {
    const { id } = entry.file;
    // What stalls, its sender may have stopped giving to the relay.
    const isIt =
      error instanceof TransportError && (error.code === 'no-file' || error.code === 'stalled');
    if (!isIt) return false;
    this.#asked.set(id, 'not-kept');
    this.#want(entry);
    // Who is here may have ended just before it was dealt with; one question waits for who is away, and is enough.
    if (this.#floor.isHere(entry.from))
      this.#floor.runs.later(id, () => this.#askAgain(id), ASK_AGAIN_MS);
    return true;
  }

  tend(entry: FileEntry): void {
    const { id } = entry.file;
    const appointment = this.#appointments.get(id) ?? null;
    if (appointment === null && (this.#asked.has(id) || this.#asksStraight(entry))) return;
    this.#appointments.delete(id);
    const take = (job: FileJob) => this.#take(entry, job, appointment);
    if (appointment === null) this.#floor.runAtRelay(entry, take);
    else this.#floor.run(entry, take);
  }

  /** Whether the sender has been asked now for the way between our machines, and is to answer before anything else is done. */
  #asksStraight(entry: FileEntry): boolean {
    const { straight } = this.#floor.parts;
    const { id } = entry.file;
    if (!this.#floor.isHere(entry.from) || !straight.asksFirst(entry)) return false;
    straight.asked(id);
    if (!this.#want(entry)) return false;
    this.#asked.set(id, 'straight');
    this.#floor.runs.later(id, () => this.#askAgain(id), STRAIGHT_ANSWER_MS);
    return true;
  }

  #want({ from, file: { id } }: FileEntry): boolean {
    const { say, straight } = this.#floor.parts;
    return say(from, { file: id, is: 'want', ...straight.wish(id) });
  }

  async #take(entry: FileEntry, job: FileJob, appointment: Appointment | null): Promise<void> {
    const { file } = entry;
    const place = await this.#partsOnDisk.claim(file.id, await this.#folderOf(entry));
    const landing = await Landing.open({
      ...{ ...place, size: file.size, signal: job.signal },
      hash: bytesFromHex(file.hash),
    });
    let isStraight = false;
    const onVia = (via: FileVia) => {
      isStraight = via === 'direct';
      job.onVia(via);
    };
    try {
      const content = {
        chunksThere: landing.chunksThere,
        write: (index: number, bytes: Uint8Array) => {
          if (isStraight) this.#floor.parts.straight.brings(file.id);
          return landing.write(index, bytes);
        },
        finish: async () => {
          await landing.finish(file.name, (path) => this.#landed(file.id, path));
          this.#gotten(file.id);
        },
      };
      await takeFile({ ...job, onVia }, content, appointment);
    } finally {
      await landing.close();
    }
  }

  /** It is whole and in its place. Durable on return: it lands once, whatever happens. Throws StorageError. */
  async #landed(file: FileId, path: string): Promise<void> {
    const { ledger } = this.#floor.parts;
    const warning = await doubtOf(path);
    const entry = ledger.get(file);
    if (entry !== null) ledger.put({ ...entry, path, warning, state: 'done', reason: null });
  }

  /** That its giver did not hear of it changes nothing here. */
  #gotten(file: FileId): void {
    const { ledger, say, saved } = this.#floor.parts;
    const entry = ledger.get(file);
    this.#asked.delete(file);
    if (entry !== null && 'peer' in entry.conversation) say(entry.from, { file, is: 'got' });
    // Not sooner: a process that is killed before says it again.
    void saved().then(() => this.#partsOnDisk.gone(file));
  }

  #askAgain(file: FileId): void {
    this.#asked.delete(file);
    this.#floor.runs.hurry(file);
    this.#floor.tend();
  }

  /** Its sender was killed before they had written it down. */
  sayAgain({ from, state, file }: FileEntry): void {
    if (state === 'done') this.#floor.parts.say(from, { file: file.id, is: 'got' });
    if (state === 'cancelled') this.#floor.parts.say(from, { file: file.id, is: 'no' });
  }

  stated(entry: FileEntry, state: FileState): void {
    const { is } = state;
    const { id } = entry.file;
    if (is === 'no') {
      this.#floor.parts.tell(
        this.#floor.parts.ledger.note({ ...entry, state: 'failed', reason: 'gone' }),
      );
      void this.#nothingLeft(id);
      return;
    }
    if (is !== 'kept' && is !== 'ready') return;
    // Who waits there would see us come.
    if (is === 'ready' && isHiddenFrom(this.#floor.parts.core, entry.from)) return;
    this.#asked.delete(id);
    this.#floor.runs.hurry(id);
    const appointment = this.#floor.parts.straight.appointment(entry.from, state);
    if (appointment !== null) this.#appointments.set(id, appointment);
    // What we are told last holds: the relay may be given no more of it, and where we wait, who said that before was killed.
    const isVain = appointment !== null && this.#floor.isAtRelay(id);
    if (isVain || this.#floor.movingOf(id) === null) void this.#floor.runs.stop(id);
    this.#floor.tendNow(id);
  }

  /** Of what failed for good; by then it may be asked for anew. */
  async #nothingLeft(file: FileId): Promise<void> {
    await this.#floor.runs.stop(file);
    const entry = this.#floor.get(file);
    if (entry?.state === 'failed') await this.#partsOnDisk.abandon(entry);
  }

  async #folderOf({ folder }: FileEntry): Promise<string> {
    const { downloads } = this.#floor.parts.settings();
    return folder ?? (downloads === '' ? await this.#floor.parts.downloads() : downloads);
  }
}
