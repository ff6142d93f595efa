// One topic: who gets its blobs, in which order, and who is told of joins. Reads no blob.
import type { FrameOf } from '../protocol/frames.ts';
import type { TopicId } from '../protocol/ids.ts';
import type { Clock } from './clock.ts';
import { DELIVER_OVERHEAD_BYTES, writeDeliver } from './deliver.ts';
import type { Login } from './directory.ts';
import { CONGESTION_HOLD_MS, type RelayLimits } from './limits.ts';
import type { News } from './news.ts';
import { Segment } from './outbox.ts';
import { type ReplayBudget, ReplayLog } from './replay-log.ts';
import { Roster, type RosterOutcome } from './roster.ts';
import type { Tick } from './tick.ts';

/** rseq starts at the time in ms times this: it rises across restarts of the relay. */
const RSEQ_PER_MS_BITS = 20n;

type Subscribe = FrameOf<'sub'>;
type Unsubscribe = FrameOf<'unsub'>;

interface PendingBlob {
  readonly sender: Login;
  readonly token: string;
  readonly ttlMs: number;
  /** A view of what was received in this turn. */
  readonly blob: Uint8Array;
}

export interface TopicContext {
  readonly clock: Clock;
  readonly tick: Tick;
  readonly news: News;
  readonly replay: ReplayBudget;
  readonly limits: RelayLimits;
}

export class Topic {
  readonly #id: TopicId;
  readonly #context: TopicContext;
  readonly #roster: Roster;
  readonly #log: ReplayLog;
  /** Guests are told of joins and given no blobs. */
  readonly #subscribers = new Map<Login, 'joined' | 'guest'>();
  readonly #pendingTokens = new Set<string>();
  #pending: PendingBlob[] = [];
  #head: bigint;
  #emptySinceMs: number | null;

  /** `startMs`: wall-clock milliseconds that rise with the process's time and across its restarts. */
  constructor(id: TopicId, startMs: number, context: TopicContext) {
    this.#id = id;
    this.#context = context;
    this.#roster = new Roster(context.limits.rosterEntries);
    this.#log = new ReplayLog(context.replay);
    this.#head = BigInt(Math.floor(startMs)) << RSEQ_PER_MS_BITS;
    this.#emptySinceMs = context.clock.nowMs();
  }

  /** Null while somebody is subscribed. */
  get emptySinceMs(): number | null {
    return this.#emptySinceMs;
  }

  get absent(): number {
    return this.#roster.absent;
  }

  forgetAbsent(): boolean {
    return this.#roster.forgetAbsent();
  }

  /** Answers with the roster, then with what a member missed after its cursor. */
  subscribe(login: Login, { req, cursor, join }: Subscribe): RosterOutcome {
    // What is pending was sent before: the newcomer reads it by its cursor or not at all.
    this.flush();
    const { id } = login.person;
    const standing = join.standing === 'joined' ? 'joined' : 'guest';
    if (standing === 'joined') {
      const outcome = this.#roster.record(id, true, join);
      if (outcome !== 'done') return outcome;
      this.#context.news.changed(this);
    }
    this.#subscribers.set(login, standing);
    this.#emptySinceMs = null;
    const page = { req, topic: this.#id, head: this.#head };
    login.connection.sendSegment(this.#roster.everybody(page));
    if (standing === 'joined' && cursor > 0n) this.#replay(login, cursor);
    return 'done';
  }

  /** Passes the signed leave on. */
  unsubscribe(login: Login, { join }: Unsubscribe): RosterOutcome {
    const outcome = this.#roster.record(login.person.id, false, join);
    if (outcome !== 'done') return outcome;
    this.#context.news.changed(this);
    this.leave(login);
    return 'done';
  }

  /** The connection is not subscribed any more; without a signed leave, the member is only not here. */
  leave(login: Login): void {
    this.flush();
    const standing = this.#subscribers.get(login);
    this.#subscribers.delete(login);
    if (standing === 'joined') {
      this.#roster.left(login.person.id);
      this.#context.news.changed(this);
    }
    if (this.#subscribers.size === 0) this.#emptySinceMs = this.#context.clock.nowMs();
  }

  /** Takes a blob for this turn's segment; a token that is known already is done and not sent again. */
  fanOut(sender: Login, { token, ttlSeconds, blob }: FrameOf<'send' | 'fanout'>): void {
    const key = Buffer.from(token.buffer, token.byteOffset, token.length).toString('latin1');
    if (this.#log.has(key) || this.#pendingTokens.has(key)) return;
    this.#pendingTokens.add(key);
    const ttlMs = Math.min(ttlSeconds * 1_000, this.#context.limits.logAgeMs);
    this.#pending.push({ sender, token: key, ttlMs, blob });
    this.#context.tick.gather(this);
  }

  /** Sends this turn's blobs: one segment, which all subscribers share, without each one's own. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const pending = this.#pending;
    this.#pending = [];
    this.#pendingTokens.clear();
    const bytes = Buffer.allocUnsafeSlow(sizeOf(pending));
    const segment = new Segment(bytes);
    const ownParts = this.#fill(segment, bytes, pending);
    for (const [login, standing] of this.#subscribers) {
      if (standing === 'guest') continue;
      const own = ownParts.get(login);
      if (own === undefined) login.connection.sendSegment(segment);
      else sendBetween(login, segment, own);
    }
    this.#slowDown(ownParts.keys());
  }

  /** Tells all subscribers how the roster changed. */
  tell(): void {
    const page = { req: 0, topic: this.#id, head: this.#head };
    const segment = this.#roster.takeChanges(page);
    if (segment === null) return;
    for (const { connection } of this.#subscribers.keys()) connection.sendSegment(segment);
  }

  forgetExpired(nowMs: number): void {
    this.#log.forgetExpired(nowMs);
  }

  close(): void {
    this.#log.clear();
  }

  /** Writes the DELIVER frames and the log; returns where each sender's own frames are. */
  #fill(segment: Segment, bytes: Buffer, pending: readonly PendingBlob[]): Map<Login, Part[]> {
    const ownParts = new Map<Login, Part[]>();
    const nowMs = this.#context.clock.nowMs();
    let from = 0;
    for (const { sender, token, ttlMs, blob } of pending) {
      const rseq = ++this.#head;
      const to = writeDeliver(bytes, from, { rseq, blob });
      const expiresAtMs = nowMs + ttlMs;
      this.#log.add({ rseq, sender: sender.person.id, token, segment, from, to, expiresAtMs });
      const own = ownParts.get(sender);
      if (own === undefined) ownParts.set(sender, [{ from, to }]);
      else own.push({ from, to });
      from = to;
    }
    return ownParts;
  }

  /** When most can't keep up, the senders wait; a few slow ones fill their queues and are dropped. */
  #slowDown(senders: Iterable<Login>): void {
    if (!this.#isCongested()) return;
    const untilMs = this.#context.clock.nowMs() + CONGESTION_HOLD_MS;
    for (const { connection } of senders) {
      connection.hold((nowMs) => nowMs >= untilMs || !this.#isCongested());
    }
  }

  #isCongested(): boolean {
    let congested = 0;
    for (const { connection } of this.#subscribers.keys()) if (connection.congested) congested++;
    return congested * 2 > this.#subscribers.size;
  }

  #replay({ connection, person }: Login, cursor: bigint): void {
    const nowMs = this.#context.clock.nowMs();
    for (const { segment, from, to } of this.#log.after(cursor, person.id, nowMs)) {
      connection.sendSegment(segment, from, to);
    }
  }
}

interface Part {
  readonly from: number;
  readonly to: number;
}

function sizeOf(pending: readonly PendingBlob[]): number {
  let size = 0;
  for (const { blob } of pending) size += DELIVER_OVERHEAD_BYTES + blob.length;
  return size;
}

function sendBetween(login: Login, segment: Segment, own: readonly Part[]): void {
  const { connection } = login;
  let from = 0;
  for (const part of own) {
    if (part.from > from) connection.sendSegment(segment, from, part.from);
    from = part.to;
  }
  if (from < segment.bytes.length) connection.sendSegment(segment, from);
}
