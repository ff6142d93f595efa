// One topic: who gets its blobs, in which order, and who is told of joins. Reads no blob.
import type { FrameOf, JoinProof } from '../protocol/frames.ts';
import { idBytes, type TopicId } from '../protocol/ids.ts';
import type { Clock } from './clock.ts';
import type { Login } from './directory.ts';
import type { EventLog } from './events.ts';
import {
  CONGESTION_HOLD_MS,
  RECENT_TOKENS_A_TOPIC,
  REFUSED_TOKENS_A_TOPIC,
  type RelayLimits,
} from './limits.ts';
import type { LongAnswers } from './long-answers.ts';
import type { News } from './news.ts';
import { keyOf, type RecentTokens } from './recent-tokens.ts';
import { readOr } from './relay-database.ts';
import type { LogOutcome } from './room-log.ts';
import { Roster, type RosterOutcome } from './roster.ts';
import type { Stores } from './stores.ts';
import { Subscribers } from './subscribers.ts';
import type { Tick } from './tick.ts';
import { TopicReader } from './topic-reader.ts';
import { buildSegment, type PendingBlob, sendTurn, type TurnPiece } from './turn-segment.ts';

type Subscribe = FrameOf<'sub'>;
type Unsubscribe = FrameOf<'unsub'>;

/** A member who catches up with the log. */
interface Behind {
  readonly login: Login;
  readonly reader: TopicReader;
  /** Whether its next page is in the line of long answers; otherwise the next commit puts it there. */
  isInLine: boolean;
}

export interface TopicContext {
  readonly clock: Clock;
  readonly tick: Tick;
  readonly news: News;
  readonly events: EventLog;
  readonly limits: RelayLimits;
  readonly stores: Stores;
  /** Of all topics; each key begins with the topic. */
  readonly recent: RecentTokens;
  readonly longAnswers: LongAnswers;
}

/** In memory while somebody is subscribed, and a while longer; its log and its roster are on disk. */
export class Topic {
  readonly id: TopicId;
  readonly #context: TopicContext;
  readonly #roster: Roster;
  readonly #subscribers = new Subscribers();
  /** Members who are given nothing newer yet. */
  readonly #behind = new Map<Login, Behind>();
  /** This turn's. */
  #pending: PendingBlob[] = [];
  /** By the key of their token, until their commit: this turn's, and what went out before. */
  readonly #unstored = new Map<string, PendingBlob>();
  /** By the key of their token, of blobs that went out and could not be stored: who has them, see `hadBy`. */
  readonly #refused = new Map<string, number>();
  /** Turns whose commit is to come. */
  #uncommitted = 0;
  #head: bigint;
  #emptySinceMs: number | null;

  /** `head`: above every number that this topic has given out. */
  constructor(id: TopicId, head: bigint, context: TopicContext) {
    this.id = id;
    this.#context = context;
    this.#head = head;
    this.#emptySinceMs = context.clock.nowMs();
    const { recent, limits, stores } = context;
    const { log, members } = stores;
    this.#roster = new Roster({
      maxEntries: limits.rosterEntries,
      nowMs: () => stores.start.shelf.nowMs(),
      store: {
        load: () => members.of(id),
        put: (seen) => members.put(id, seen),
        remove: (member) => members.remove(id, member),
      },
    });
    for (const token of log.newestTokens(id, RECENT_TOKENS_A_TOPIC)) recent.add(this.#keyOf(token));
  }

  get head(): bigint {
    return this.#head;
  }

  get subscribers(): Pick<Subscribers, 'members' | 'onlySource' | 'logins' | 'standing'> {
    return this.#subscribers;
  }

  /** Null while somebody is subscribed, or something is yet to be stored. */
  get emptySinceMs(): number | null {
    return this.#unstored.size === 0 ? this.#emptySinceMs : null;
  }

  get absent(): number {
    return this.#roster.absent;
  }

  forgetAbsent(): boolean {
    return this.#roster.forgetAbsent();
  }

  forgetAwaySince(shelfMs: number): void {
    this.#roster.forgetAwaySince(shelfMs);
  }

  seeThoseHere(): void {
    this.#roster.seeThoseHere();
  }

  /** Answers with the roster; a member is then sent what it missed after its cursor, before anything newer. */
  subscribe(login: Login, { req, cursor, join }: Subscribe): RosterOutcome {
    // What is pending was sent before: the newcomer reads it by its cursor or not at all.
    this.flush();
    const standing = join.standing === 'joined' ? 'joined' : 'guest';
    if (standing === 'joined') {
      const outcome = this.#record(login, join);
      if (outcome !== 'done') return outcome;
      this.#context.news.changed(this);
    }
    this.#subscribers.add(login, standing);
    this.#behind.delete(login);
    this.#emptySinceMs = null;
    const page = { req, topic: this.id, head: this.#head };
    login.connection.sendSegment(this.#roster.everybody(page));
    if (standing === 'joined' && cursor > 0n) {
      const behind = { login, reader: this.#readerFor(login, cursor), isInLine: false };
      this.#behind.set(login, behind);
      this.#catchUp(behind);
    } else this.#subscribers.goLive(login);
    return 'done';
  }

  /** On a roster that is full of people who are here, one of a crowd from one source makes room, and is told. */
  #record(login: Login, join: JoinProof): RosterOutcome {
    const here = !login.hidden;
    const outcome = this.#roster.record(login.person.id, here, join);
    if (outcome !== 'quota') return outcome;
    const { rosterFloor } = this.#context.limits;
    const yielding = this.#subscribers.memberThatYields(login, rosterFloor);
    if (yielding === null) return outcome;
    yielding.connection.end('quota', 'a full room, and many from its address');
    return this.#roster.record(login.person.id, here, join);
  }

  /** Passes the signed leave on. */
  unsubscribe(login: Login, { join }: Unsubscribe): RosterOutcome {
    const outcome = this.#roster.record(login.person.id, false, join);
    if (outcome !== 'done') return outcome;
    this.#context.news.changed(this);
    this.leave(login);
    return 'done';
  }

  /** The member is here, and wants nobody to be told. */
  hide(login: Login): void {
    this.#roster.left(login.person.id);
    this.#context.news.changed(this);
  }

  /** The connection is not subscribed any more; without a signed leave, the member is only not here. */
  leave(login: Login): void {
    this.flush();
    const standing = this.#subscribers.standing(login);
    this.#subscribers.remove(login);
    this.#behind.delete(login);
    if (standing === 'joined') {
      this.#roster.left(login.person.id);
      this.#context.news.changed(this);
    }
    if (this.#subscribers.size === 0) this.#emptySinceMs = this.#context.clock.nowMs();
  }

  /**
   * Takes a blob for this turn's segment, and answers when it is stored, or can't be. A token that is known
   * already is not sent again, and `done` where it is stored already.
   */
  fanOut(sender: Login, frame: FrameOf<'send' | 'fanout'>): 'done' | 'later' {
    const { req, token, ttlSeconds, blob } = frame;
    const { recent, limits, tick } = this.#context;
    const key = this.#keyOf(token);
    if (recent.has(key)) return 'done';
    const waiter = { login: sender, req };
    const known = this.#unstored.get(key);
    if (known !== undefined) {
      known.waiters.push(waiter);
      return 'later';
    }
    const ttlMs = Math.min(ttlSeconds * 1_000, limits.logAgeMs);
    const hadBy = this.#refused.get(key) ?? null;
    const pending = { sender, key, mark: { token, ttlMs }, blob, hadBy, waiters: [waiter] };
    this.#pending.push(pending);
    this.#unstored.set(key, pending);
    tick.gather(this);
    return 'later';
  }

  /** Sends this turn's blobs: one segment, which all subscribers share, without each one's own. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const pending = this.#pending;
    this.#pending = [];
    const turn = buildSegment(this.id, pending, this.#head);
    this.#head = turn.last;
    for (const [login, live] of this.#subscribers.live()) sendTurn(login, live, turn);
    const { pieces } = turn;
    this.#uncommitted++;
    const segments = pieces.map(({ segment }) => segment);
    this.#context.stores.log.store(segments, (outcomes) => this.#finished(pieces, outcomes));
    this.#slowDown(turn.own.keys());
  }

  /** Tells all subscribers how the roster changed. */
  tell(): void {
    const page = { req: 0, topic: this.id, head: this.#head };
    const segment = this.#roster.takeChanges(page);
    if (segment === null) return;
    for (const { connection } of this.#subscribers.logins()) connection.sendSegment(segment);
  }

  #finished(pieces: readonly TurnPiece[], outcomes: readonly LogOutcome[]): void {
    this.#uncommitted--;
    for (const [index, { blobs }] of pieces.entries()) {
      const outcome = outcomes[index] ?? 'internal';
      for (const blob of blobs) this.#answer(blob, outcome);
    }
    if (this.#uncommitted > 0) return;
    for (const behind of this.#behind.values()) this.#catchUp(behind);
  }

  /** Who is live has it already. What was not stored may be sent again: then it goes to the others, and to the log. */
  #answer({ key, waiters }: PendingBlob, outcome: LogOutcome): void {
    this.#unstored.delete(key);
    this.#refused.delete(key);
    if (outcome === 'stored') this.#context.recent.add(key);
    else this.#refused.set(key, this.#subscribers.lastLive);
    if (this.#refused.size > REFUSED_TOKENS_A_TOPIC) this.#forgetRefused();
    for (const { login, req } of waiters) {
      if (outcome === 'stored') login.connection.sendDone(req);
      else login.connection.send({ type: 'error', req, code: outcome });
    }
  }

  /** What is sent again after that reaches some twice: they drop it. */
  #forgetRefused(): void {
    for (const oldest of this.#refused.keys()) {
      this.#refused.delete(oldest);
      return;
    }
  }

  /** Under which a token is known, among those of all topics. */
  #keyOf(token: Uint8Array): string {
    return keyOf(idBytes(this.id), token);
  }

  #readerFor(login: Login, cursor: bigint): TopicReader {
    const { stores, recent } = this.#context;
    const { log } = stores;
    const ownToken = (token: Uint8Array) => recent.add(this.#keyOf(token));
    return new TopicReader({ log, topic: this.id, login, cursor, ownToken });
  }

  /** In its turn, the next page; then, when everything that went out meanwhile is read too, live blobs. */
  #catchUp(behind: Behind): void {
    if (behind.isInLine) return;
    behind.isInLine = true;
    const { login, reader } = behind;
    this.#context.longAnswers.take(login.connection, () => {
      behind.isInLine = false;
      if (this.#behind.get(login) !== behind) return;
      const hasMore = readOr(this.#context.events, false, () => reader.sendPage());
      if (hasMore) this.#catchUp(behind);
      else if (this.#uncommitted === 0) {
        this.#behind.delete(login);
        this.#subscribers.goLive(login);
      }
    });
  }

  /** When most can't keep up, the senders wait; a few slow ones fill their queues and are dropped. */
  #slowDown(senders: Iterable<Login>): void {
    const subscribers = this.#subscribers;
    if (!subscribers.congested) return;
    const untilMs = this.#context.clock.nowMs() + CONGESTION_HOLD_MS;
    for (const { connection } of senders) {
      connection.hold((nowMs) => nowMs >= untilMs || !subscribers.congested);
    }
  }
}
