// Who joined which topic, with each one's proof: rosters that outlive the relay. Checks nothing.
import { ProtocolError } from '../protocol/errors.ts';
import { decodeJoinProof, encodeJoinProof } from '../protocol/frames.ts';
import { idBytes, PeerId, type TopicId } from '../protocol/ids.ts';
import type { Database, Statement } from '../storage/database.ts';
import type { Row } from '../storage/sqlite.ts';
import type { CommitOutcome, Committer, Write } from './committer.ts';
import type { EventLog } from './events.ts';
import { type RelayLimits, SWEEP_ROWS } from './limits.ts';
import { bytesOf, numberOf, readOr } from './relay-database.ts';
import type { Seen } from './roster.ts';
import type { ShelfClock } from './shelf-clock.ts';

/** Above this the next commit does not wait for company. */
const MANY_CHANGES = 2_048;
/** On a failing disk no more are kept: of those who changed longest ago the disk then knows what was before. */
const MAX_CHANGES = 16_384;

interface Change {
  readonly topic: TopicId;
  readonly id: PeerId;
  /** Null: forgotten. */
  readonly now: Seen | null;
}

export interface MembersContext {
  readonly database: Database;
  readonly committer: Committer;
  readonly events: EventLog;
  readonly shelf: ShelfClock;
  readonly limits: Pick<RelayLimits, 'absentEntries' | 'absentEntryAgeMs'>;
}

/** Changes go with a later commit: nobody waits for them. */
export class MembersTable implements Write {
  readonly #context: MembersContext;
  readonly #of: Statement;
  readonly #put: Statement;
  readonly #remove: Statement;
  readonly #removeOld: Statement;
  readonly #isOld: Statement;
  readonly #count: Statement;
  readonly #fullest: Statement;
  readonly #removeSome: Statement;
  /** The one longest ago first. */
  #changes = new Map<string, Change>();

  constructor(context: MembersContext) {
    this.#context = context;
    const { database } = context;
    this.#of = database.prepare(
      'SELECT id, join_proof, seen_ms FROM members WHERE topic = ? ORDER BY seen_ms',
    );
    this.#put = database.prepare('INSERT OR REPLACE INTO members VALUES (?, ?, ?, ?)');
    this.#remove = database.prepare('DELETE FROM members WHERE topic = ? AND id = ?');
    this.#removeOld = database.prepare(`DELETE FROM members WHERE (topic, id) IN
      (SELECT topic, id FROM members WHERE seen_ms <= ? ORDER BY seen_ms LIMIT ${SWEEP_ROWS})`);
    this.#isOld = database.prepare('SELECT 1 FROM members WHERE seen_ms <= ? LIMIT 1');
    this.#count = database.prepare('SELECT count(*) AS members FROM members');
    this.#fullest = database.prepare(
      'SELECT topic, count(*) AS members FROM members GROUP BY topic ORDER BY members DESC LIMIT 1',
    );
    this.#removeSome = database.prepare(`DELETE FROM members WHERE topic = ?1 AND id IN
      (SELECT id FROM members WHERE topic = ?1 ORDER BY seen_ms LIMIT ?2)`);
  }

  /** Who is remembered of a topic, the longest away first; none where the disk fails. */
  of(topic: TopicId): Seen[] {
    const members = new Map<PeerId, Seen>();
    for (const row of readOr(this.#context.events, [], () => this.#of.all(idBytes(topic)))) {
      const seen = seenOf(row);
      if (seen !== null) members.set(seen.entry.id, seen);
    }
    for (const change of this.#changes.values()) {
      if (change.topic !== topic) continue;
      members.delete(change.id);
      const { now } = change;
      if (now !== null) members.set(change.id, { ...now, entry: { ...now.entry, here: false } });
    }
    return [...members.values()];
  }

  put(topic: TopicId, now: Seen): void {
    this.#change({ topic, id: now.entry.id, now });
  }

  remove(topic: TopicId, id: PeerId): void {
    this.#change({ topic, id, now: null });
  }

  /** Has who is gone too long forgotten with a later commit. */
  sweep(): void {
    const { events, committer } = this.#context;
    const isDue = readOr(events, false, () => this.#isOld.get(this.#oldestMs()) !== undefined);
    if (isDue) committer.lazy(this);
  }

  apply(): void {
    for (const { topic, id, now } of this.#changes.values()) {
      if (now === null) this.#remove.run(idBytes(topic), idBytes(id));
      else {
        const join = encodeJoinProof(now.entry.join);
        this.#put.run(idBytes(topic), idBytes(id), join, now.seenMs);
      }
    }
    this.#removeOld.run(this.#oldestMs());
    this.#bound();
  }

  finished(outcome: CommitOutcome): void {
    if (outcome !== 'storage') this.#changes = new Map();
    if (outcome === 'stored') this.sweep();
  }

  #change(change: Change): void {
    const key = change.topic + change.id;
    this.#changes.delete(key);
    this.#changes.set(key, change);
    if (this.#changes.size > MAX_CHANGES) this.#forgetOldest();
    this.#context.committer.lazy(this);
    if (this.#changes.size > MANY_CHANGES) this.#context.committer.soon();
  }

  #forgetOldest(): void {
    for (const key of this.#changes.keys()) {
      this.#changes.delete(key);
      return;
    }
  }

  #oldestMs(): number {
    return this.#context.shelf.nowMs() - this.#context.limits.absentEntryAgeMs;
  }

  /** The topic that remembers the most people forgets those who are gone longest. */
  #bound(): void {
    const count = this.#count.get();
    let excess =
      (count === undefined ? 0 : numberOf(count, 'members')) - this.#context.limits.absentEntries;
    while (excess > 0) {
      const fullest = this.#fullest.get();
      if (fullest === undefined) return;
      const most = Math.ceil(numberOf(fullest, 'members') / 16);
      const removed = this.#removeSome.run(bytesOf(fullest, 'topic'), most).changes;
      // A damaged index may name rows that are not there: the next sweep tries again.
      if (removed === 0) return;
      excess -= removed;
    }
  }
}

/** Null where the row is damaged: the others are well. */
function seenOf(row: Row): Seen | null {
  try {
    const id = PeerId.fromBytes(bytesOf(row, 'id'));
    const join = decodeJoinProof(bytesOf(row, 'join_proof'));
    return { entry: { id, here: false, join }, seenMs: numberOf(row, 'seen_ms') };
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
