// Moves the files that are wanted: to the relay, from it, or from hand to hand, whichever can be now. Lists nothing.
import { randomBytes } from 'node:crypto';
import { isHiddenFrom } from '../core/hidden-delay.ts';
import type { CoreState } from '../core/state.ts';
import { CryptoError } from '../crypto/errors.ts';
import { doubtOf, removeFile } from '../files/known-file.ts';
import { Landing } from '../files/landing.ts';
import { openSource, type Source } from '../files/source.ts';
import { bytesFromHex } from '../protocol/bytes.ts';
import type { Code } from '../protocol/codes.ts';
import { LanchatError, ProtocolError } from '../protocol/errors.ts';
import type { FileState } from '../protocol/file-content.ts';
import { type FileId, MeetingId, type PeerId } from '../protocol/ids.ts';
import { CHUNK_BYTES } from '../protocol/limits.ts';
import type { Settings } from '../storage/settings.ts';
import { mayHave } from './file-acceptance.ts';
import type { CarryingRelay } from './file-carrier.ts';
import type { GivenContent } from './file-giving.ts';
import { dropAtRelay, type FileJob, giveAtMeeting, keepAtRelay, takeFile } from './file-jobs.ts';
import { type FileEntry, type FileLedger, isGiven, isPastKeeping } from './file-ledger.ts';
import type { Appointment } from './file-meeting.ts';
import { FileParts } from './file-parts.ts';
import { type Direction, FileRuns, type Moving } from './file-runs.ts';
import type { FileVia } from './file-transfer.ts';
import type { StraightWay } from './straight-way.ts';
import { TransportError } from './transport-error.ts';

/** What a relay says of a file that it won't keep: asking again at once is no use. */
const NOT_KEPT: ReadonlySet<string> = new Set<Code>([
  ...(['quota', 'storage', 'fork', 'too-large', 'unexpected'] as const),
]);

/** A question to somebody who is here that got no answer is asked again after this long, and after twice as long each time. */
const ASK_AGAIN_MS = 2_000;
/** Who is asked whether a file may come straight, and says nothing for so long: the relay is asked. */
const STRAIGHT_ANSWER_MS = 2_000;

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

export class FileCarrying {
  readonly #parts: CarryingParts;
  readonly #runs: FileRuns;
  readonly #partsOnDisk: FileParts;
  /** Of ours: who has asked us for it, and was not answered yet; and whether it may go to them straight. */
  readonly #wanters = new Map<FileId, Map<PeerId, boolean>>();
  /** The relay is being given it, or asked for it. */
  readonly #atRelay = new Set<FileId>();
  /** Of ours: whom we wait for at a meeting, and how they are told of it; when they were last. */
  readonly #awaited = new Map<
    FileId,
    { readonly peer: PeerId; tell(): boolean; toldAtMs: number }
  >();
  /** Of ours: what this relay doesn't keep, and why. */
  readonly #refused = new Map<FileId, string>();
  /** Of theirs: its sender has been asked, since the relay doesn't have it, or whether it may come straight. */
  readonly #asked = new Map<FileId, 'not-kept' | 'straight'>();
  /** Of theirs: where its sender waits. */
  readonly #appointments = new Map<FileId, Appointment>();
  /** Of ours, when the process before was killed: its reader may have said what is forgotten. */
  readonly #doubted: Set<FileId>;
  #relay: CarryingRelay | null = null;
  #isClosed = false;

  constructor(parts: CarryingParts) {
    this.#parts = parts;
    const { ledger } = parts;
    const given = ledger.wasKilled ? ledger.all().filter(isGiven) : [];
    this.#doubted = new Set(given.map(({ file }) => file.id));
    this.#partsOnDisk = new FileParts(ledger, parts.core.me.id, ({ file }) =>
      this.#gotten(file.id),
    );
    // Before anything may be landing there.
    void this.#partsOnDisk.swept.then(() => this.tend());
    this.#runs = new FileRuns({
      tell: (file) => {
        const entry = ledger.get(file);
        if (entry !== null) parts.tell(entry);
      },
      othersWait: (file, way) => this.#othersWait(file, way),
      again: () => this.tend(),
    });
  }

  connected(relay: CarryingRelay): void {
    for (const entry of this.#parts.ledger.all()) void this.#release(entry);
    this.#relay = relay;
    this.#refused.clear();
    this.#asked.clear();
    this.#parts.straight.connected(relay.localAddress);
    this.tend();
  }

  disconnected(): void {
    this.#relay = null;
    this.#appointments.clear();
    void this.#runs.stopAll();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#relay = null;
    await this.#runs.stopAll();
    await this.#partsOnDisk.swept;
  }

  /** It is known no more: nor does anything of it lie around. */
  crowdedOut(entry: FileEntry): void {
    void this.#partsOnDisk.abandon(entry);
  }

  movingOf(file: FileId): Moving | null {
    const moving = this.#runs.get(file);
    return moving?.isUnderWay === true ? moving : null;
  }

  /** Why a file that is wanted doesn't move, as a code; null: it is about to. */
  whyWaiting({ file, direction }: FileEntry): string | null {
    if (this.#relay === null) return 'offline';
    if (direction === 'out') return this.#refused.get(file.id) ?? null;
    return this.#asked.get(file.id) === 'not-kept' ? 'not-kept' : null;
  }

  /** Begins whatever can begin now. */
  tend(): void {
    if (this.#relay === null || this.#isClosed) return;
    const all = this.#parts.ledger.all();
    const open = all.filter(({ direction, state }) => direction === 'out' || state === 'wanted');
    for (const entry of open.sort((a, b) => this.#runs.turns(a.file.id, b.file.id)))
      this.#tendOne(entry);
  }

  #tendOne(entry: FileEntry): void {
    const { id } = entry.file;
    if (this.#relay === null || this.#isClosed || !this.#partsOnDisk.isSwept) return;
    if (this.#runs.get(id) !== null || this.#runs.isPaused(id)) return;
    if (!this.#runs.hasRoom(entry)) return;
    if (entry.direction === 'out') this.#tendOut(entry);
    else this.#tendIn(entry);
  }

  #othersWait(file: FileId, way: Direction): boolean {
    if (this.#nextWanter(file) !== null) return true;
    return this.#parts.ledger.all().some((entry) => {
      const { id } = entry.file;
      if (entry.direction !== way || this.#runs.get(id) !== null) return false;
      if (this.#runs.isPaused(id)) return false;
      if (way === 'in') return entry.state === 'wanted' && !this.#asked.has(id);
      return entry.state === 'unsent' ? !this.#refused.has(id) : this.#nextWanter(id) !== null;
    });
  }

  /** Somebody is here now: who sent what we wait for, or waits for what we sent. */
  came(peer: PeerId): void {
    for (const file of [...this.#asked.keys()]) {
      if (this.#parts.ledger.get(file)?.from === peer) this.#askAgain(file);
    }
    this.#resolveDoubts(peer);
    this.tend();
  }

  /** Somebody is here no more: who waits for them at a meeting, or for their answer, waits in vain. */
  went(peer: PeerId): void {
    for (const { direction, from, file } of this.#parts.ledger.all()) {
      if (direction === 'out' || from !== peer) continue;
      this.#appointments.delete(file.id);
      if (this.#asked.get(file.id) === 'straight') this.#askAgain(file.id);
      const isWaiting = this.#runs.get(file.id) !== null && this.movingOf(file.id) === null;
      if (isWaiting && !this.#atRelay.has(file.id)) void this.#runs.stop(file.id);
    }
  }

  /** Asks in the way that gets an answer from whoever has it, or is done with it: whenever they come, until they say anything of it. */
  #resolveDoubts(peer: PeerId): void {
    for (const file of [...this.#doubted]) {
      const entry = this.#parts.ledger.get(file);
      if (entry === null || !isGiven(entry)) this.#doubted.delete(file);
      else if (mayHave(this.#parts.core, entry, peer)) this.#parts.say(peer, { file, is: 'kept' });
    }
  }

  /** Nothing of theirs comes any more, also where it was on its way; what of ours is on its way to them alone stops. */
  blocked(peer: PeerId): void {
    for (const entry of this.#parts.ledger.all()) {
      const { direction, from, state, conversation, file } = entry;
      const isForThem = 'peer' in conversation && conversation.peer === peer;
      if (direction === 'in' && from === peer && state === 'wanted')
        void this.giveUp(entry, 'cancelled');
      else if (direction === 'out' && isForThem && !this.#atRelay.has(file.id))
        void this.#runs.stop(file.id);
    }
  }

  /** What the other one says of a file that one of us two sent. */
  stated(from: PeerId, state: FileState): void {
    const entry = this.#parts.ledger.get(state.file);
    if (entry === null) return;
    if (entry.direction === 'out') {
      if (!mayHave(this.#parts.core, entry, from)) return;
      this.#doubted.delete(state.file);
      this.#statedOfOurs(entry, from, state);
    } else if (entry.from === from) {
      if (entry.state === 'wanted') this.#statedOfTheirs(entry, state);
      else if (state.is === 'kept' && 'peer' in entry.conversation) this.#sayAgain(entry);
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
    this.#wanters.delete(file.id);
    if (direction === 'in') {
      await this.#partsOnDisk.abandon(ledger.get(file.id) ?? entry);
      if ('peer' in conversation) say(entry.from, { file: file.id, is: 'no' });
      return;
    }
    this.#drop(entry);
    await this.#release(over);
  }

  #tendOut(entry: FileEntry): void {
    const { file, state } = entry;
    const wanters = this.#answeredWanters(file.id);
    if (state !== 'unsent' && wanters.length === 0) return;
    const next = this.#nextWanter(file.id);
    if (!this.#refused.has(file.id) && !(next?.[1] === true && 'peer' in entry.conversation)) {
      this.#runAtRelay(entry, (job) => this.#keep(entry, job));
      return;
    }
    if (next === null) return;
    const [peer, isStraight] = next;
    this.#wanters.get(file.id)?.delete(peer);
    this.#run(entry, (job) => this.#meet(entry, job, { peer, isStraight }));
  }

  /** Without those who would learn by it that we are here: they wait until we hide no more. */
  #answeredWanters(file: FileId): readonly (readonly [PeerId, boolean])[] {
    const wanters = [...(this.#wanters.get(file) ?? [])];
    return wanters.filter(([peer]) => !isHiddenFrom(this.#parts.core, peer));
  }

  /** Of those who are here; whether it goes to them straight. */
  #nextWanter(file: FileId): readonly [PeerId, boolean] | null {
    const here = this.#answeredWanters(file).filter(([peer]) => this.#isHere(peer));
    return here.find(([, isStraight]) => isStraight) ?? here[0] ?? null;
  }

  #tendIn(entry: FileEntry): void {
    const { id } = entry.file;
    const appointment = this.#appointments.get(id) ?? null;
    if (appointment === null && (this.#asked.has(id) || this.#asksStraight(entry))) return;
    this.#appointments.delete(id);
    const take = (job: FileJob) => this.#take(entry, job, appointment);
    if (appointment === null) this.#runAtRelay(entry, take);
    else this.#run(entry, take);
  }

  #runAtRelay(entry: FileEntry, work: (job: FileJob) => Promise<void>): void {
    const { id } = entry.file;
    this.#atRelay.add(id);
    this.#run(entry, (job) => work(job).finally(() => this.#atRelay.delete(id)));
  }

  /** Whether the sender has been asked now for the way between our machines, and is to answer before anything else is done. */
  #asksStraight(entry: FileEntry): boolean {
    const { straight } = this.#parts;
    const { id } = entry.file;
    if (!this.#isHere(entry.from) || !straight.asksFirst(entry)) return false;
    straight.asked(id);
    if (!this.#want(entry)) return false;
    this.#asked.set(id, 'straight');
    this.#runs.later(id, () => this.#askAgain(id), STRAIGHT_ANSWER_MS);
    return true;
  }

  #want({ from, file: { id } }: FileEntry): boolean {
    const { say, straight } = this.#parts;
    return say(from, { file: id, is: 'want', ...straight.wish(id) });
  }

  #run(entry: FileEntry, work: (job: FileJob) => Promise<void>): void {
    const { core, card } = this.#parts;
    const { file } = entry;
    const relay = this.#relay;
    if (relay === null) return;
    this.#runs.run(file.id, entry, async ({ abort: { signal } }) => {
      const onHave = (count: number) =>
        this.#runs.progress(file.id, Math.min(file.size, count * CHUNK_BYTES));
      const onVia = (via: FileVia) => this.#runs.goes(file.id, via);
      try {
        await work({
          ...{ me: core.me, card, relay, file, owner: entry.from, signal, onVia, onHave },
          isTalking: this.#parts.isTalking,
        });
      } catch (error) {
        if (!signal.aborted) this.#failed(entry, error);
      }
      // Once this run is over, and another may begin.
      setImmediate(() => this.#ran(file.id));
    });
  }

  #ran(file: FileId): void {
    const entry = this.#parts.ledger.get(file);
    if (entry !== null && !this.#isClosed) {
      this.#parts.tell(entry);
      void this.#release(entry);
    }
    this.tend();
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
    const now = this.#parts.ledger.get(file.id);
    if (now?.state === 'unsent') this.#parts.ledger.note({ ...now, state: 'kept', reason: null });
    // Its reader was faster than the relay's disk; and not who asks once more for what they had.
    else if (now?.state === 'done' && entry.state !== 'done') this.#drop(now);
  }

  /** To all who have asked: the relay has it, or is being given it. */
  #sayKept(file: FileId): void {
    const wanters = this.#wanters.get(file)?.keys() ?? [];
    this.#wanters.delete(file);
    for (const peer of wanters) this.#parts.say(peer, { file, is: 'kept' });
  }

  async #meet(
    entry: FileEntry,
    job: FileJob,
    { peer, isStraight }: { readonly peer: PeerId; readonly isStraight: boolean },
  ): Promise<void> {
    const { say, straight } = this.#parts;
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
          if (isStraight) this.#parts.straight.brings(file.id);
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
    const { ledger } = this.#parts;
    const warning = await doubtOf(path);
    const entry = ledger.get(file);
    if (entry !== null) ledger.put({ ...entry, path, warning, state: 'done', reason: null });
  }

  /** That its giver did not hear of it changes nothing here. */
  #gotten(file: FileId): void {
    const { ledger, say, saved } = this.#parts;
    const entry = ledger.get(file);
    this.#asked.delete(file);
    if (entry !== null && 'peer' in entry.conversation) say(entry.from, { file, is: 'got' });
    // Not sooner: a process that is killed before says it again.
    void saved().then(() => this.#partsOnDisk.gone(file));
  }

  #failed(before: FileEntry, error: unknown): void {
    const { ledger } = this.#parts;
    const { id } = before.file;
    const entry = ledger.get(id);
    if (entry === null || entry.state === 'done') return;
    if (error instanceof TransportError && this.#isAnswered(entry, error.code)) return;
    if (error instanceof TransportError) {
      this.#runs.later(id, () => this.tend());
    } else if (error instanceof ProtocolError && entry.direction === 'out') {
      // A relay that makes no sense keeps nothing.
      this.#refused.set(id, error.code);
    } else if (isFault(error)) {
      ledger.note({ ...entry, state: 'failed', reason: reasonOf(error) });
      for (const peer of this.#wanters.get(id)?.keys() ?? [])
        this.#parts.say(peer, { file: id, is: 'no' });
      this.#wanters.delete(id);
    } else throw error;
  }

  /** Whether what the relay said, or that it said nothing, means more than that it is to be tried again. */
  #isAnswered(entry: FileEntry, code: string): boolean {
    const { id } = entry.file;
    if (entry.direction === 'out') {
      if (!NOT_KEPT.has(code)) return false;
      this.#refused.set(id, code);
      // Who takes it there as it comes would wait for the rest of it.
      if (this.movingOf(id) !== null) this.#drop(entry);
      return true;
    }
    // What stalls, its sender may have stopped giving to the relay.
    if (code !== 'no-file' && code !== 'stalled') return false;
    this.#asked.set(id, 'not-kept');
    this.#want(entry);
    // Who is here may have ended just before it was dealt with; one question waits for who is away, and is enough.
    if (this.#isHere(entry.from)) this.#runs.later(id, () => this.#askAgain(id), ASK_AGAIN_MS);
    return true;
  }

  #askAgain(file: FileId): void {
    this.#asked.delete(file);
    this.#runs.hurry(file);
    this.tend();
  }

  #isHere(peer: PeerId): boolean {
    return this.#parts.core.peers.get(peer)?.online === true;
  }

  #statedOfOurs(entry: FileEntry, from: PeerId, { is, file, direct }: FileState): void {
    if (is === 'want') {
      this.#wanted(entry, from, direct === true && this.#parts.straight.isAllowed);
      return;
    }
    // In a room each has their own; there the relay's copy stays for the others.
    if (!('peer' in entry.conversation)) return;
    if (is === 'got') void this.#arrived(entry);
    else if (is === 'no' && this.#isOpen(file)) void this.giveUp(entry, 'declined');
  }

  #wanted({ file, state, conversation }: FileEntry, from: PeerId, isStraight: boolean): void {
    if (state === 'cancelled' || state === 'failed') {
      this.#parts.say(from, { file: file.id, is: 'no' });
      return;
    }
    if (this.#tellAgain(file.id, from)) return;
    const wanters = this.#wanters.get(file.id) ?? new Map<PeerId, boolean>();
    this.#wanters.set(file.id, wanters.set(from, isStraight));
    // What the relay has of it by then goes no further: it is for them alone.
    if (isStraight && 'peer' in conversation && this.#atRelay.has(file.id)) {
      void this.#runs.stop(file.id);
    } else if (this.movingOf(file.id) !== null && this.#atRelay.has(file.id)) {
      this.#sayKept(file.id);
    } else this.#tendNow(file.id);
  }

  /** Whether they are waited for: who asks again was killed before they could come, and is told once more where. */
  #tellAgain(file: FileId, from: PeerId): boolean {
    const awaited = this.#awaited.get(file);
    if (awaited?.peer !== from || this.movingOf(file) !== null) return false;
    const now = performance.now();
    if (now - awaited.toldAtMs < ASK_AGAIN_MS / 2) return true;
    awaited.toldAtMs = now;
    awaited.tell();
    return true;
  }

  #tendNow(file: FileId): void {
    const entry = this.#parts.ledger.get(file);
    if (entry !== null) this.#tendOne(entry);
  }

  #isOpen(file: FileId): boolean {
    const state = this.#parts.ledger.get(file)?.state;
    return state === 'unsent' || state === 'kept';
  }

  async #arrived(entry: FileEntry): Promise<void> {
    const { ledger, tell } = this.#parts;
    if (entry.state === 'cancelled') return;
    const done = ledger.note({ ...entry, state: 'done', reason: null });
    tell(done);
    this.#wanters.delete(entry.file.id);
    // What goes on at a meeting ends by itself, with the last word of who was given it.
    if (this.movingOf(entry.file.id) === null) await this.#runs.stop(entry.file.id);
    if (!this.#refused.has(entry.file.id)) this.#drop(entry);
    await this.#release(done);
  }

  /** Its sender was killed before they had written it down. */
  #sayAgain({ from, state, file }: FileEntry): void {
    if (state === 'done') this.#parts.say(from, { file: file.id, is: 'got' });
    if (state === 'cancelled') this.#parts.say(from, { file: file.id, is: 'no' });
  }

  #statedOfTheirs(entry: FileEntry, state: FileState): void {
    const { is } = state;
    const { id } = entry.file;
    if (is === 'no') {
      this.#parts.tell(this.#parts.ledger.note({ ...entry, state: 'failed', reason: 'gone' }));
      void this.#nothingLeft(id);
      return;
    }
    if (is !== 'kept' && is !== 'ready') return;
    // Who waits there would see us come.
    if (is === 'ready' && isHiddenFrom(this.#parts.core, entry.from)) return;
    this.#asked.delete(id);
    this.#runs.hurry(id);
    const appointment = this.#parts.straight.appointment(entry.from, state);
    if (appointment !== null) this.#appointments.set(id, appointment);
    // What we are told last holds: the relay may be given no more of it, and where we wait, who said that before was killed.
    const isVain = appointment !== null && this.#atRelay.has(id);
    if (isVain || this.movingOf(id) === null) void this.#runs.stop(id);
    this.#tendNow(id);
  }

  /** Of what failed for good; by then it may be asked for anew. */
  async #nothingLeft(file: FileId): Promise<void> {
    await this.#runs.stop(file);
    const entry = this.#parts.ledger.get(file);
    if (entry?.state === 'failed') await this.#partsOnDisk.abandon(entry);
  }

  /** The relay forgets it; what goes wrong with that ends with its time there. */
  #drop({ file }: FileEntry): void {
    const { core, card } = this.#parts;
    if (this.#relay === null) return;
    const { signal } = new AbortController();
    dropAtRelay({ me: core.me, card, relay: this.#relay, signal }, file).catch((error: unknown) => {
      if (!(error instanceof TransportError || error instanceof ProtocolError)) throw error;
    });
  }

  /** Ours that was made only to be sent: nobody will ask for it again. */
  async #release(entry: FileEntry): Promise<void> {
    const { temporary, path, file } = entry;
    if (!temporary || path === null || this.#runs.get(file.id) !== null) return;
    if (isOver(entry) || isPastKeeping(entry)) await removeFile(path);
  }

  async #folderOf({ folder }: FileEntry): Promise<string> {
    const { downloads } = this.#parts.settings();
    return folder ?? (downloads === '' ? await this.#parts.downloads() : downloads);
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

/** A fault of the content, of a disk, or of who sent it: trying again brings nothing else. */
function isFault(error: unknown): error is LanchatError {
  return error instanceof LanchatError && !(error instanceof TransportError);
}

/** What came is not what was sent: whether its hash shows it, a seal, or that it makes no sense. */
function reasonOf(error: LanchatError): string {
  const isOther = error instanceof ProtocolError || error instanceof CryptoError;
  return isOther ? 'hash-differs' : error.code;
}
