// Who joined a topic, with each one's newest proof. The relay can't check proofs: it doesn't know room
// names. Members do.
import { equalBytes } from '../protocol/bytes.ts';
import { encodeFrame, type JoinProof, type RosterEntry } from '../protocol/frames.ts';
import type { PeerId, TopicId } from '../protocol/ids.ts';
import { MAX_ROSTER_ENTRIES } from '../protocol/limits.ts';
import { pages } from './news.ts';
import type { Segment } from './outbox.ts';

/** `quota`: the roster is full of people who are here. */
export type RosterOutcome = 'done' | 'stale-seq' | 'fork' | 'quota';

export interface RosterPage {
  readonly req: number;
  readonly topic: TopicId;
  readonly head: bigint;
}

/** Plain memory, bounded: who is not here is forgotten first. */
export class Roster {
  readonly #maxEntries: number;
  readonly #entries = new Map<PeerId, RosterEntry>();
  #changed = new Set<PeerId>();
  #absent = 0;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get absent(): number {
    return this.#absent;
  }

  /** Records a join or leave that is not older than the known one. */
  record(id: PeerId, here: boolean, join: JoinProof): RosterOutcome {
    const known = this.#entries.get(id);
    if (known === undefined) {
      if (this.#entries.size >= this.#maxEntries && !this.forgetAbsent()) return 'quota';
    } else {
      if (join.seq < known.join.seq) return 'stale-seq';
      if (join.seq === known.join.seq && !isSame(join, known.join)) return 'fork';
    }
    const { seq, standing, signature } = join;
    this.#set({ id, here, join: { seq, standing, signature: signature.slice() } });
    return 'done';
  }

  /** Their connection is no longer subscribed; the proof stays. */
  left(id: PeerId): void {
    const entry = this.#entries.get(id);
    if (entry?.here) this.#set({ ...entry, here: false });
  }

  /** Makes room by forgetting somebody who is not here, leavers first; false where all are here. */
  forgetAbsent(): boolean {
    let found: PeerId | null = null;
    for (const { id, here, join } of this.#entries.values()) {
      if (here) continue;
      found ??= id;
      if (join.standing !== 'left') continue;
      found = id;
      break;
    }
    if (found === null) return false;
    this.#entries.delete(found);
    this.#absent--;
    return true;
  }

  /** The whole roster, as ROSTER frames. */
  everybody(page: RosterPage): Segment {
    return rosterFrames([...this.#entries.values()], page);
  }

  /** What changed since the last call, or null. */
  takeChanges(page: RosterPage): Segment | null {
    const entries: RosterEntry[] = [];
    for (const id of this.#changed) {
      const entry = this.#entries.get(id);
      if (entry !== undefined) entries.push(entry);
    }
    this.#changed = new Set();
    return entries.length === 0 ? null : rosterFrames(entries, page);
  }

  #set(entry: RosterEntry): void {
    const before = this.#entries.get(entry.id);
    this.#absent += Number(!entry.here) - Number(before?.here === false);
    // Deleting first keeps the map in the order of the last change, so the longest absent goes first.
    this.#entries.delete(entry.id);
    this.#entries.set(entry.id, entry);
    this.#changed.add(entry.id);
  }
}

function isSame(a: JoinProof, b: JoinProof): boolean {
  return a.standing === b.standing && equalBytes(a.signature, b.signature);
}

function rosterFrames(all: readonly RosterEntry[], page: RosterPage): Segment {
  return pages(all, MAX_ROSTER_ENTRIES, (entries, complete) =>
    encodeFrame({ type: 'roster', ...page, complete, entries }),
  );
}
