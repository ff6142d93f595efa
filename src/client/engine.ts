// Runs the core: inputs one at a time, effects in order (durable, then wire, then screen), timers, slices of work.
import { finish, hasWork, type Input, nextWakeMs, step } from '../core/core.ts';
import { type Batch, isUnsaved, takeBatch } from '../core/durable.ts';
import type { CoreEvent } from '../core/events.ts';
import type { CoreState, Effect } from '../core/state.ts';
import type { Frame } from '../protocol/frames.ts';
import type { MessageId } from '../protocol/ids.ts';
import type { IdentityChange } from '../storage/identity-file.ts';
import { StorageError } from '../storage/storage-error.ts';
import type { Committed } from './history.ts';

/** About what one slice may take before the screen and the socket have their turn. */
const SLICE_MS = 8;
/** A clock that is due again and again must not spin. */
const MIN_WAKE_MS = 20;
const MAX_WAKE_MS = 60_000;
/** A slow disk is left alone for as long as it took, but never for longer than this. */
const MAX_COMMIT_PAUSE_MS = 100;
/** A disk that takes nothing is tried again after this long. */
const COMMIT_RETRY_MS = 1_000;
/** So many commits may come at any pace where arrivals are gathered: what comes singly is never held up. */
const COMMITS_AT_ONCE = 10;
/** More effects than this are not gathered any further. */
const MAX_GATHERED = 200;

export interface EngineEdges {
  /** One transaction, on disk when it returns; throws StorageError, and nothing of it is then. */
  readonly commit: (batch: Batch) => Committed;
  /** The disk takes nothing (null: it does again): effects wait, and nothing goes out. */
  readonly onStorage: (problem: StorageError | null) => void;
  /** Nothing waits for it: numbers are in the transaction above as well. */
  readonly saveIdentity: (change: IdentityChange) => void;
  readonly saveRooms: (rooms: readonly string[]) => void;
  readonly transmit: (frame: Frame) => void;
  readonly emit: (event: CoreEvent | HistoryNews) => void;
  /** Whether sealing should wait, because the relay reads more slowly than we write. */
  readonly isCongested: () => boolean;
}

type HistoryNews = Committed['news'][number];
/** What is to be done, in order. */
type Due = Effect | { readonly type: 'news'; readonly event: HistoryNews };

/** Owns the core's timers until `close`. */
export class Engine {
  readonly #core: CoreState;
  readonly #edges: EngineEdges;
  #effects: Due[] = [];
  #saving = false;
  #draining = false;
  /** Taken from the core, and refused by the disk. */
  #refused: { readonly batch: Batch; readonly problem: StorageError } | null = null;
  /** Messages that were in history before they came. */
  readonly #repeats = new Set<MessageId>();
  #commitTimer: NodeJS.Timeout | null = null;
  #committedAtMs = Number.NEGATIVE_INFINITY;
  #commitTookMs = 0;
  readonly #arrivalsEveryMs: number;
  /** Arrivals are gathered until then; with every commit later. */
  #gatheredAtMs = Number.NEGATIVE_INFINITY;
  /** Somebody waits for the next commit, or enough does. */
  #isAwaited = false;
  #working = false;
  #scheduling = false;
  #closed = false;
  #timer: NodeJS.Timeout | null = null;
  #idle: (() => void)[] = [];
  readonly #afterStep = new Set<() => void>();

  /** `arrivalsEveryMs`: what arrives fast is durable, and done, no oftener than this; what is commanded is at once. */
  constructor(core: CoreState, edges: EngineEdges, arrivalsEveryMs = 0) {
    this.#core = core;
    this.#edges = edges;
    this.#arrivalsEveryMs = arrivalsEveryMs;
  }

  input(input: Input): void {
    if (this.#closed) return;
    this.#take(step(this.#core, input));
  }

  /** Runs a command of core/commands.ts. What it throws changed nothing. */
  command<T>(run: (core: CoreState) => T): T {
    const reply = run(this.#core);
    this.#hurry();
    this.#take(finish(this.#core));
    return reply;
  }

  /** Why the disk takes nothing now; null: it does. */
  get problem(): StorageError | null {
    return this.#refused?.problem ?? null;
  }

  /** Sealing waits no longer: congestion is over. */
  resume(): void {
    this.#work();
  }

  /** Resolves when every effect so far is done. */
  async settled(): Promise<void> {
    if ((this.#effects.length === 0 && !this.#saving) || this.#refused !== null) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Resolves when `isDone` holds after a step, or after `timeoutMs`. */
  async until(isDone: (core: CoreState) => boolean, timeoutMs: number): Promise<void> {
    if (isDone(this.#core)) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#afterStep.delete(check);
        resolve();
      };
      const check = () => {
        if (isDone(this.#core)) end();
      };
      const timer = setTimeout(end, timeoutMs);
      this.#afterStep.add(check);
    });
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#commitTimer !== null) clearTimeout(this.#commitTimer);
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #take(effects: readonly Effect[]): void {
    this.#effects.push(...effects);
    if (this.#effects.length > MAX_GATHERED) this.#hurry();
    this.#drain();
    this.#work();
    this.#schedule();
    for (const check of this.#afterStep) check();
  }

  /**
   * Stops at a save, and goes on when it is on disk: a number is never used that a crash could use again. Who
   * hears of an event and gives a command at once adds to the round under way, and begins none past its save.
   */
  #drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    try {
      while (this.#isFree) {
        const effect = this.#effects.shift();
        if (effect === undefined) break;
        this.#begin(effect);
      }
    } finally {
      this.#draining = false;
    }
    if (this.#isFree) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Whether the next effect may be done: nothing is on its way to the disk. */
  get #isFree(): boolean {
    return !this.#saving && !this.#closed;
  }

  #begin(effect: Due): void {
    if (effect.type !== 'save') this.#run(effect);
    // What a commit of before took along needs none of its own.
    else if (isUnsaved(this.#core)) this.#scheduleCommit();
  }

  /** The next commit gathers no arrivals, or no longer. */
  #hurry(): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    if (this.#commitTimer === null || this.#refused !== null) return;
    clearTimeout(this.#commitTimer);
    this.#commitTimer = null;
    this.#scheduleCommit();
  }

  /** After everything else that this turn brings: all of it is one transaction. */
  #scheduleCommit(): void {
    this.#saving = true;
    const restedAtMs = this.#committedAtMs + Math.min(MAX_COMMIT_PAUSE_MS, this.#commitTookMs);
    const dueMs = this.#isAwaited ? restedAtMs : Math.max(restedAtMs, this.#gatheredAtMs);
    const waitMs = dueMs - performance.now();
    if (waitMs < 1) setImmediate(() => this.#commit());
    else this.#commitTimer = setTimeout(() => this.#commit(), waitMs);
  }

  #commit(): void {
    this.#commitTimer = null;
    const taken = takeBatch(this.#core);
    const batch = this.#refused === null ? taken : joined(this.#refused.batch, taken);
    const startMs = performance.now();
    try {
      const { repeats, news } = this.#edges.commit(batch);
      for (const id of repeats) this.#repeats.add(id);
      // Behind the messages that they are about, which wait for this commit.
      for (const event of news) this.#effects.push({ type: 'news', event });
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#stick(batch, error);
      return;
    }
    this.#committedAtMs = performance.now();
    this.#commitTookMs = this.#committedAtMs - startMs;
    this.#isAwaited = false;
    const quietMs = COMMITS_AT_ONCE * this.#arrivalsEveryMs;
    this.#gatheredAtMs = Math.max(this.#gatheredAtMs, startMs - quietMs) + this.#arrivalsEveryMs;
    if (this.#refused !== null) this.#unstick();
    this.#saving = false;
    this.#drain();
  }

  /** Nothing that depends on the lost commit goes out; people hear why, and it is tried again. */
  #stick(batch: Batch, problem: StorageError): void {
    const wasStuck = this.#refused !== null;
    this.#refused = { batch, problem };
    for (const resolve of this.#idle.splice(0)) resolve();
    if (this.#closed) return;
    this.#commitTimer = setTimeout(() => this.#commit(), COMMIT_RETRY_MS);
    if (!wasStuck) this.#edges.onStorage(problem);
  }

  /** Frames of before are of a connection that has ended. */
  #unstick(): void {
    this.#refused = null;
    this.#effects = this.#effects.filter((effect) => effect.type !== 'transmit');
    this.#edges.onStorage(null);
  }

  #run(effect: Exclude<Due, { type: 'save' }>): void {
    switch (effect.type) {
      case 'save-identity': {
        const { type: _type, ...change } = effect;
        this.#edges.saveIdentity(change);
        return;
      }
      case 'save-rooms':
        this.#edges.saveRooms(effect.rooms);
        return;
      case 'transmit':
        this.#edges.transmit(effect.frame);
        return;
      case 'emit':
        if (!this.#isRepeat(effect.event)) this.#edges.emit(effect.event);
        return;
      case 'news':
        this.#edges.emit(effect.event);
        return;
      default:
        effect satisfies never;
    }
  }

  /** Nobody is shown twice what the state behind it has forgotten, and history has not. */
  #isRepeat(event: CoreEvent): boolean {
    return event.type === 'message' && this.#repeats.delete(event.message.id);
  }

  #work(): void {
    if (this.#working || this.#closed || !hasWork(this.#core)) return;
    this.#working = true;
    setImmediate(() => {
      this.#working = false;
      if (!this.#edges.isCongested()) this.input({ type: 'work', budgetMs: SLICE_MS });
    });
  }

  /** Once for all that this turn brings: a room of a thousand has as many clocks, and acknowledges as often. */
  #schedule(): void {
    if (this.#scheduling || this.#closed) return;
    this.#scheduling = true;
    setImmediate(() => {
      this.#scheduling = false;
      this.#setTimer();
    });
  }

  #setTimer(): void {
    if (this.#closed) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const wakeAt = nextWakeMs(this.#core);
    if (wakeAt === null) return;
    const wait = Math.min(MAX_WAKE_MS, Math.max(MIN_WAKE_MS, wakeAt - this.#core.env.nowMs()));
    this.#timer = setTimeout(() => this.input({ type: 'tick' }), wait);
  }
}

/** The later value of a place wins; history stays in its order. */
function joined(before: Batch, after: Batch): Batch {
  const rows = new Map([...before.state, ...after.state].map((row) => [row.place, row]));
  return { state: [...rows.values()], history: [...before.history, ...after.history] };
}
