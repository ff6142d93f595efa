// All topics: opens them, forgets them, and bounds what they hold in memory together.
import type { FrameOf } from '../protocol/frames.ts';
import type { TopicId } from '../protocol/ids.ts';
import type { Login } from './directory.ts';
import { RECENT_TOKENS, SEEN_INTERVAL_MS, TOPIC_IDLE_MS } from './limits.ts';
import { RecentTokens } from './recent-tokens.ts';
import { Topic, type TopicContext } from './topic.ts';
import { type Newcomer, topicThatYields } from './topic-fairness.ts';

/**
 * What a SUB, UNSUB or FANOUT came to: `done`, `later` where the commit answers, or the code of the ERROR that
 * answers it.
 */
export type TopicOutcome =
  | 'done'
  | 'later'
  | 'stale-seq'
  | 'fork'
  | 'quota'
  | 'too-many-topics'
  | 'not-subscribed';

type TopicsContext = Omit<TopicContext, 'recent'>;

/** Topics leave memory when they have been empty for a while; log and roster stay on disk. */
export class Topics {
  readonly #context: TopicContext;
  readonly #topics = new Map<TopicId, Topic>();
  /** Above every number that a topic which is not in memory has given out. */
  #floor: bigint;
  /** When all who are here were noted as seen, by the shelf clock. */
  #seenMs: number;

  constructor(context: TopicsContext) {
    this.#context = { ...context, recent: new RecentTokens(RECENT_TOKENS) };
    const { shelf, firstRseq } = context.stores.start;
    this.#floor = firstRseq;
    this.#seenMs = shelf.nowMs();
  }

  /** Answers with ROSTER frames where it is `done`. */
  subscribe(login: Login, frame: FrameOf<'sub'>): TopicOutcome {
    const newcomer = { login, standing: standingIn(frame) };
    if (!this.#mayHave(frame.topic, newcomer)) return 'too-many-topics';
    const topic = this.#topics.get(frame.topic) ?? this.#open(frame.topic, newcomer);
    if (topic === null) return 'quota';
    const outcome = topic.subscribe(login, frame);
    if (outcome === 'done') login.topics.set(frame.topic, newcomer.standing);
    return outcome;
  }

  unsubscribe(login: Login, frame: FrameOf<'unsub'>): TopicOutcome {
    const topic = this.#subscribed(login, frame.topic);
    if (topic === null) return 'not-subscribed';
    const outcome = topic.unsubscribe(login, frame);
    if (outcome === 'done') login.topics.delete(frame.topic);
    this.#boundAbsent();
    return outcome;
  }

  /** They are still sent what is said, and look gone. */
  hide(login: Login): void {
    for (const [id, standing] of login.topics) {
      if (standing === 'joined') this.#topics.get(id)?.hide(login);
    }
    this.#boundAbsent();
  }

  /** The connection has ended. */
  leave(login: Login): void {
    for (const id of login.topics.keys()) this.#topics.get(id)?.leave(login);
    login.topics.clear();
    this.#boundAbsent();
  }

  fanOut(login: Login, id: TopicId, frame: FrameOf<'send' | 'fanout'>): TopicOutcome {
    const topic = this.#subscribed(login, id);
    return topic === null ? 'not-subscribed' : topic.fanOut(login, frame);
  }

  /** Takes topics out of memory in which nobody has been for long, and forgets who was away too long. */
  sweep(nowMs: number): void {
    const { limits, stores } = this.#context;
    const shelfMs = stores.start.shelf.nowMs();
    const isSeenDue = shelfMs - this.#seenMs >= SEEN_INTERVAL_MS;
    if (isSeenDue) this.#seenMs = shelfMs;
    for (const [id, topic] of this.#topics) {
      if (isSeenDue) topic.seeThoseHere();
      topic.forgetAwaySince(shelfMs - limits.absentEntryAgeMs);
      const { emptySinceMs } = topic;
      if (emptySinceMs !== null && nowMs - emptySinceMs > TOPIC_IDLE_MS) this.#drop(id, topic);
    }
  }

  #subscribed(login: Login, id: TopicId): Topic | null {
    return login.topics.has(id) ? (this.#topics.get(id) ?? null) : null;
  }

  #mayHave(id: TopicId, { login, standing }: Newcomer): boolean {
    const { topicsAConnection, guestTopicsAConnection } = this.#context.limits;
    const others = [...login.topics].filter(([other]) => other !== id);
    const asGuest = others.filter(([, each]) => each === 'guest').length;
    const isTooOften = standing === 'guest' && asGuest >= guestTopicsAConnection;
    return others.length < topicsAConnection && !isTooOften;
  }

  #open(id: TopicId, newcomer: Newcomer): Topic | null {
    const { topics, topicsFloor } = this.#context.limits;
    if (this.#topics.size >= topics) {
      const yielding = topicThatYields(this.#topics.values(), newcomer, topicsFloor);
      if (yielding === null) return null;
      this.#empty(yielding);
      this.#drop(yielding.id, yielding);
    }
    const topic = new Topic(id, this.#floor, this.#context);
    this.#topics.set(id, topic);
    this.#boundAbsent();
    return topic;
  }

  /**
   * A member has to know that nothing comes any more: its connection ends. A guest is told when it speaks again.
   * What they said last is stored, or refused, before anybody opens the topic anew.
   */
  #empty(topic: Topic): void {
    for (const login of [...topic.subscribers.logins()]) {
      if (topic.subscribers.standing(login) === 'joined') {
        login.connection.end('quota', 'more topics than others leave to it');
        continue;
      }
      topic.leave(login);
      login.topics.delete(topic.id);
    }
    if (topic.emptySinceMs === null) this.#context.stores.committer.flush();
  }

  #drop(id: TopicId, topic: Topic): void {
    if (topic.head > this.#floor) this.#floor = topic.head;
    this.#topics.delete(id);
  }

  /** The topic that remembers the most people who are gone forgets first. */
  #boundAbsent(): void {
    let absent = 0;
    let fullest: Topic | null = null;
    for (const topic of this.#topics.values()) {
      absent += topic.absent;
      if (topic.absent > (fullest?.absent ?? 0)) fullest = topic;
    }
    for (; absent > this.#context.limits.absentEntries; absent--) fullest?.forgetAbsent();
  }
}

function standingIn({ join }: FrameOf<'sub'>): 'joined' | 'guest' {
  return join.standing === 'joined' ? 'joined' : 'guest';
}
