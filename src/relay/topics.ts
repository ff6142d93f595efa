// All topics: opens them, forgets them, and bounds what they hold together.
import type { FrameOf } from '../protocol/frames.ts';
import type { TopicId } from '../protocol/ids.ts';
import type { Login } from './directory.ts';
import { Topic, type TopicContext } from './topic.ts';

/** What a SUB, UNSUB or FANOUT came to: `done`, or the code of the ERROR that answers it. */
export type TopicOutcome =
  | 'done'
  | 'stale-seq'
  | 'fork'
  | 'quota'
  | 'too-many-topics'
  | 'not-subscribed';

/** Plain memory; topics are dropped when they have been empty for as long as the log keeps blobs. */
export class Topics {
  readonly #context: TopicContext;
  readonly #topics = new Map<TopicId, Topic>();
  readonly #startedAtMs: { readonly wall: number; readonly monotonic: number };

  constructor(context: TopicContext) {
    this.#context = context;
    const { clock } = context;
    this.#startedAtMs = { wall: clock.wallMs(), monotonic: clock.nowMs() };
  }

  /** Answers with ROSTER frames where it is `done`. */
  subscribe(login: Login, frame: FrameOf<'sub'>): TopicOutcome {
    const { limits } = this.#context;
    const isNew = !login.topics.has(frame.topic);
    if (isNew && login.topics.size >= limits.topicsAConnection) return 'too-many-topics';
    const topic = this.#topics.get(frame.topic) ?? this.#open(frame.topic);
    if (topic === null) return 'quota';
    const outcome = topic.subscribe(login, frame);
    if (outcome === 'done') login.topics.add(frame.topic);
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

  /** The connection has ended. */
  leave(login: Login): void {
    for (const id of login.topics) this.#topics.get(id)?.leave(login);
    login.topics.clear();
    this.#boundAbsent();
  }

  fanOut(login: Login, id: TopicId, frame: FrameOf<'send' | 'fanout'>): TopicOutcome {
    const topic = this.#subscribed(login, id);
    if (topic === null) return 'not-subscribed';
    topic.fanOut(login, frame);
    return 'done';
  }

  forgetExpired(nowMs: number): void {
    for (const [id, topic] of this.#topics) {
      topic.forgetExpired(nowMs);
      const { emptySinceMs } = topic;
      if (emptySinceMs !== null && nowMs - emptySinceMs > this.#context.limits.logAgeMs) {
        this.#drop(id, topic);
      }
    }
  }

  #subscribed(login: Login, id: TopicId): Topic | null {
    return login.topics.has(id) ? (this.#topics.get(id) ?? null) : null;
  }

  #open(id: TopicId): Topic | null {
    if (this.#topics.size >= this.#context.limits.topics && !this.#dropLongestEmpty()) return null;
    const { wall, monotonic } = this.#startedAtMs;
    // Not the wall clock itself: one set back would give an rseq that was used before.
    const startMs = wall + this.#context.clock.nowMs() - monotonic;
    const topic = new Topic(id, startMs, this.#context);
    this.#topics.set(id, topic);
    return topic;
  }

  #dropLongestEmpty(): boolean {
    let longest: { id: TopicId; topic: Topic; sinceMs: number } | null = null;
    for (const [id, topic] of this.#topics) {
      const sinceMs = topic.emptySinceMs;
      if (sinceMs === null || (longest !== null && sinceMs >= longest.sinceMs)) continue;
      longest = { id, topic, sinceMs };
    }
    if (longest === null) return false;
    this.#drop(longest.id, longest.topic);
    return true;
  }

  #drop(id: TopicId, topic: Topic): void {
    topic.close();
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
