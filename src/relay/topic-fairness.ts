// Which topic gives way where as many are in memory as may be. Decides by who is where; closes nothing.
import type { Login } from './directory.ts';
import { keyOf } from './recent-tokens.ts';
import type { Topic } from './topic.ts';

/** Who wants one more topic, and as what. */
export interface Newcomer {
  readonly login: Login;
  readonly standing: 'joined' | 'guest';
}

/**
 * The topic that gives way; null: the newcomer is refused. First one in which nobody is, the longest empty; then,
 * for a member, one with guests only.
 *
 * Otherwise one in which all are from one source: addresses on a LAN cost something, identities nothing. The
 * source with the most of them gives way, or within the newcomer's own the connection with the most topics, where
 * that is more than the newcomer would have, and more than `floor`. What people from several machines share stays.
 */
export function topicThatYields(
  topics: Iterable<Topic>,
  newcomer: Newcomer,
  floor: number,
): Topic | null {
  const all = [...topics];
  const unused = longestEmpty(all) ?? (newcomer.standing === 'joined' ? withGuestsOnly(all) : null);
  if (unused !== null) return unused;
  const { login } = newcomer;
  const bySource = groupBySource(all);
  const own = bySource.get(keyOf(login.source)) ?? [];
  const most = [...bySource.values()].reduce((a, b) => (b.length > a.length ? b : a), own);
  if (most.length > Math.max(own.length + 1, floor)) return busiest(most, 0);
  return busiest(own, Math.max(login.topics.size + 1, floor));
}

function longestEmpty(topics: readonly Topic[]): Topic | null {
  let longest: { readonly topic: Topic; readonly sinceMs: number } | null = null;
  for (const topic of topics) {
    const sinceMs = topic.emptySinceMs;
    if (sinceMs === null || (longest !== null && sinceMs >= longest.sinceMs)) continue;
    longest = { topic, sinceMs };
  }
  return longest?.topic ?? null;
}

function withGuestsOnly(topics: readonly Topic[]): Topic | null {
  return topics.findLast(({ subscribers }) => subscribers.members === 0) ?? null;
}

/** Those in which all are from one source. */
function groupBySource(topics: readonly Topic[]): Map<string, Topic[]> {
  const groups = new Map<string, Topic[]>();
  for (const topic of topics) {
    const source = topic.subscribers.onlySource;
    if (source === null) continue;
    const group = groups.get(source);
    if (group === undefined) groups.set(source, [topic]);
    else group.push(topic);
  }
  return groups;
}

/** The one whose subscribers each have the most topics, and more than `above`; of several the newest. */
function busiest(topics: readonly Topic[], above: number): Topic | null {
  let found: Topic | null = null;
  let most = above + 1;
  for (const topic of topics) {
    const sizes = Array.from(topic.subscribers.logins(), (login) => login.topics.size);
    const fewest = Math.min(...sizes);
    if (fewest < most) continue;
    found = topic;
    most = fewest;
  }
  return found;
}
