// Files of ours on their way: given to the relay where it keeps them, handed to who wants one and is here. Lands nothing.
import { randomBytes } from 'node:crypto';
import { isHiddenFrom } from '../core/hidden-delay.ts';
import { removeFile } from '../files/known-file.ts';
import { openSource, type Source } from '../files/source.ts';
import { bytesFromHex } from '../protocol/bytes.ts';
import type { Code } from '../protocol/codes.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { FileState } from '../protocol/file-content.ts';
import { type FileId, MeetingId, type PeerId } from '../protocol/ids.ts';
import { ASK_AGAIN_MS, type CarryingFloor } from './carrying-floor.ts';
import { mayHave } from './file-acceptance.ts';
import type { GivenContent } from './file-giving.ts';
import { dropAtRelay, type FileJob, giveAtMeeting, keepAtRelay } from './file-jobs.ts';
import { type FileEntry, isGiven, isPastKeeping } from './file-ledger.ts';
import { TransportError } from './transport-error.ts';

/** What a relay says of a file that it won't keep: asking again at once is no use. */
const NOT_KEPT: ReadonlySet<string> = new Set<Code>([
  ...(['quota', 'storage', 'fork', 'too-large', 'unexpected'] as const),
]);

export class GivenFiles {
  readonly #floor: CarryingFloor;
  /** Its reader doesn't want it any more. */
  readonly #giveUp: (entry: FileEntry) => void;
  /** Who has asked us for it, and was not answered yet; and whether it may go to them straight. */
  readonly #wanters = new Map<FileId, Map<PeerId, boolean>>();
  /** Whom we wait for at a meeting, and how they are told of it; when they were last. */
  readonly #awaited = new Map<
    FileId,
    { readonly peer: PeerId; tell(): boolean; toldAtMs: number }
  >();
  /** What this relay doesn't keep, and why. */
  readonly #refused = new Map<FileId, string>();
  /** When the process before was killed: its reader may have said what is forgotten. */
  readonly #doubted: Set<FileId>;

  constructor(floor: CarryingFloor, giveUp: (entry: FileEntry) => void) {
    this.#floor = floor;
    this.#giveUp = giveUp;
    const { ledger } = floor.parts;
    const given = ledger.wasKilled ? ledger.all().filter(isGiven) : [];
    this.#doubted = new Set(given.map(({ file }) => file.id));
  }

  connected(): void {
    this.#refused.clear();
  }

  /** Why the relay doesn't keep it, as a code; null: it may. */
  whyNotKept(file: FileId): string | null {
    return this.#refused.get(file) ?? null;
  }

  /** Nobody is answered about it any more. */
  forget(file: FileId): void {
    this.#wanters.delete(file);
  }

  /** Whether something may be to do: nobody has it yet, or somebody has asked for it. */
  hasWork({ state, file: { id } }: FileEntry): boolean {
    return state === 'unsent' || this.#wanters.has(id);
  }

  /** Whether it could begin to move, had it a place. */
  isReady({ state, file: { id } }: FileEntry): boolean {
    return state === 'unsent' ? !this.#refused.has(id) : this.nextWanter(id) !== null;
  }

  /** Whether the relay keeps it not, and why, is what went wrong. */
  isRefusal({ file: { id } }: FileEntry, error: unknown): boolean {
    // A relay that makes no sense keeps nothing.
    if (error instanceof ProtocolError) this.#refused.set(id, error.code);
    else if (error instanceof TransportError && NOT_KEPT.has(error.code)) {
      this.#refused.set(id, error.code);
      // Who takes it there as it comes would wait for the rest of it.
      const entry = this.#floor.get(id);
      if (entry !== null && this.#floor.movingOf(id) !== null) this.drop(entry);
    } else return false;
    return true;
  }

  /** It is not to be had any more: whoever waits for it hears so. */
  failed(file: FileId): void {
    for (const peer of this.#wanters.get(file)?.keys() ?? [])
      this.#floor.parts.say(peer, { file, is: 'no' });
    this.#wanters.delete(file);
  }

  /** They have said something of it. */
  heard(file: FileId): void {
    this.#doubted.delete(file);
  }

  tend(entry: FileEntry): void {
    const { file, state } = entry;
    const wanters = this.#answeredWanters(file.id);
    if (state !== 'unsent' && wanters.length === 0) return;
    const next = this.nextWanter(file.id);
    if (!this.#refused.has(file.id) && !(next?.[1] === true && 'peer' in entry.conversation)) {
      this.#floor.runAtRelay(entry, (job) => this.#keep(entry, job));
      return;
    }
    if (next === null) return;
    const [peer, isStraight] = next;
    this.#wanters.get(file.id)?.delete(peer);
    this.#floor.run(entry, (job) => this.#meet(entry, job, { peer, isStraight }));
  }

  /** Without those who would learn by it that we are here: they wait until we hide no more. */
  #answeredWanters(file: FileId): readonly (readonly [PeerId, boolean])[] {
    const wanters = [...(this.#wanters.get(file) ?? [])];
    return wanters.filter(([peer]) => !isHiddenFrom(this.#floor.parts.core, peer));
  }

  /** Of those who are here; whether it goes to them straight. */
  nextWanter(file: FileId): readonly [PeerId, boolean] | null {
    const here = this.#answeredWanters(file).filter(([peer]) => this.#floor.isHere(peer));
    return here.find(([, isStraight]) => isStraight) ?? here[0] ?? null;
  }

  /** Asks in the way that gets an answer from whoever has it, or is done with it: whenever they come, until they say anything of it. */
  resolveDoubts(peer: PeerId): void {
    for (const file of [...this.#doubted]) {
      const entry = this.#floor.get(file);
      if (entry === null || !isGiven(entry)) this.#doubted.delete(file);
      else if (mayHave(this.#floor.parts.core, entry, peer))
        this.#floor.parts.say(peer, { file, is: 'kept' });
    }
  }

  stated(entry: FileEntry, from: PeerId, { is, file, direct }: FileState): void {
    if (is === 'want') {
      this.#wanted(entry, from, direct === true && this.#floor.parts.straight.isAllowed);
      return;
    }
    // In a room each has their own; there the relay's copy stays for the others.
    if (!('peer' in entry.conversation)) return;
    if (is === 'got') void this.#arrived(entry);
    else if (is === 'no' && this.#isOpen(file)) this.#giveUp(entry);
  }

  #wanted({ file, state, conversation }: FileEntry, from: PeerId, isStraight: boolean): void {
    if (state === 'cancelled' || state === 'failed') {
      this.#floor.parts.say(from, { file: file.id, is: 'no' });
      return;
    }
    if (this.#tellAgain(file.id, from)) return;
    const wanters = this.#wanters.get(file.id) ?? new Map<PeerId, boolean>();
    this.#wanters.set(file.id, wanters.set(from, isStraight));
    // What the relay has of it by then goes no further: it is for them alone.
    if (isStraight && 'peer' in conversation && this.#floor.isAtRelay(file.id)) {
      void this.#floor.runs.stop(file.id);
    } else if (this.#floor.movingOf(file.id) !== null && this.#floor.isAtRelay(file.id)) {
      this.#sayKept(file.id);
    } else this.#floor.tendNow(file.id);
  }

  /** Whether they are waited for: who asks again was killed before they could come, and is told once more where. */
  #tellAgain(file: FileId, from: PeerId): boolean {
    const awaited = this.#awaited.get(file);
    if (awaited?.peer !== from || this.#floor.movingOf(file) !== null) return false;
    const now = performance.now();
    if (now - awaited.toldAtMs < ASK_AGAIN_MS / 2) return true;
    awaited.toldAtMs = now;
    awaited.tell();
    return true;
  }

  #isOpen(file: FileId): boolean {
    const state = this.#floor.get(file)?.state;
    return state === 'unsent' || state === 'kept';
  }

  async #arrived(entry: FileEntry): Promise<void> {
    const { ledger, tell } = this.#floor.parts;
    if (entry.state === 'cancelled') return;
    const done = ledger.note({ ...entry, state: 'done', reason: null });
    tell(done);
    this.#wanters.delete(entry.file.id);
    // What goes on at a meeting ends by itself, with the last word of who was given it.
    if (this.#floor.movingOf(entry.file.id) === null) await this.#floor.runs.stop(entry.file.id);
    if (!this.#refused.has(entry.file.id)) this.drop(entry);
    await this.release(done);
  }

  async #keep(entry: FileEntry, job: FileJob): Promise<void> {
    const { file } = entry;
    const source = await reopened(entry);
    try {
      await keepAtRelay(job, contentOf(source), () => this.#sayKept(file.id));
    } finally {
      await source.close();
    }
    this.#sayKept(file.id);
    const now = this.#floor.get(file.id);
    if (now?.state === 'unsent')
      this.#floor.parts.ledger.note({ ...now, state: 'kept', reason: null });
    // Its reader was faster than the relay's disk; and not who asks once more for what they had.
    else if (now?.state === 'done' && entry.state !== 'done') this.drop(now);
  }

  /** To all who have asked: the relay has it, or is being given it. */
  #sayKept(file: FileId): void {
    const wanters = this.#wanters.get(file)?.keys() ?? [];
    this.#wanters.delete(file);
    for (const peer of wanters) this.#floor.parts.say(peer, { file, is: 'kept' });
  }

  async #meet(
    entry: FileEntry,
    job: FileJob,
    { peer, isStraight }: { readonly peer: PeerId; readonly isStraight: boolean },
  ): Promise<void> {
    const { say, straight } = this.#floor.parts;
    const meeting = MeetingId.fromBytes(new Uint8Array(randomBytes(MeetingId.sizeBytes)));
    const source = await reopened(entry);
    const way = isStraight ? await straight.open(peer, meeting) : null;
    try {
      const at = way === null ? {} : { at: [...way.at] };
      const tell = () => say(peer, { file: entry.file.id, is: 'ready', meeting, ...at });
      if (!tell()) return;
      this.#awaited.set(entry.file.id, { peer, tell, toldAtMs: performance.now() });
      const entrance = way?.entrance ?? null;
      await giveAtMeeting(job, contentOf(source), { meeting, entrance });
    } catch (error) {
      // Whoever wants it asks again; what one reader does is no fault of the file's, and keeps nobody else waiting.
      if (!(error instanceof TransportError || error instanceof ProtocolError)) throw error;
    } finally {
      this.#awaited.delete(entry.file.id);
      way?.entrance.close();
      await source.close();
    }
  }

  /** The relay forgets it; what goes wrong with that ends with its time there. */
  drop({ file }: FileEntry): void {
    const { core, card } = this.#floor.parts;
    if (this.#floor.relay === null) return;
    const { signal } = new AbortController();
    dropAtRelay({ me: core.me, card, relay: this.#floor.relay, signal }, file).catch(
      (error: unknown) => {
        if (!(error instanceof TransportError || error instanceof ProtocolError)) throw error;
      },
    );
  }

  /** Ours that was made only to be sent: nobody will ask for it again. */
  async release(entry: FileEntry): Promise<void> {
    const { temporary, path, file } = entry;
    if (!temporary || path === null || this.#floor.runs.get(file.id) !== null) return;
    if (isOver(entry) || isPastKeeping(entry)) await removeFile(path);
  }
}

function reopened({ file, path, stamp }: FileEntry): Promise<Source> {
  if (path === null || stamp === null) throw new RangeError('not a file of ours');
  const offered = { ...stamp, size: file.size, hash: bytesFromHex(file.hash) };
  return openSource(path, { offered });
}

function contentOf(source: Source): GivenContent {
  return {
    size: source.offered.size,
    read: (index, count) => source.read(index, count),
  };
}

function isOver({ state }: FileEntry): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}
