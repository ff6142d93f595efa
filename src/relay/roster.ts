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

/** A member, and when it was here last, by the shelf clock. */
export interface Seen {
  readonly entry: RosterEntry;
  readonly seenMs: number;
}

/** Where a roster is kept while nobody is here. */
export interface RosterStore {
  /** Those remembered, the longest away first. */
  load(): readonly Seen[];
  put(seen: Seen): void;
  remove(id: PeerId): void;
}

export interface RosterOptions {
  readonly maxEntries: number;
  readonly store: RosterStore;
  /** The shelf clock. */
  readonly nowMs: () => number;
}

/** In memory, bounded, while somebody is here: who is not here is forgotten first. */
export class Roster {
  readonly #options: RosterOptions;
  readonly #entries = new Map<PeerId, Seen>();
  #changed = new Set<PeerId>();
  #absent = 0;

  constructor(options: RosterOptions) {
    this.#options = options;
    for (const seen of options.store.load().slice(-options.maxEntries)) {
      this.#entries.set(seen.entry.id, seen);
      this.#absent++;
    }
  }

  get absent(): number {
    return this.#absent;
  }

  /** Records a join or leave that is not older than the known one; a join that is not `here` is of somebody hidden. */
  record(id: PeerId, here: boolean, join: JoinProof): RosterOutcome {
    const known = this.#entries.get(id)?.entry;
    if (known === undefined) {
      const isFull = this.#entries.size >= this.#options.maxEntries;
      if (isFull && !this.forgetAbsent()) return 'quota';
    } else {
      if (join.seq < known.join.seq) return 'stale-seq';
      if (join.seq === known.join.seq && !isSame(join, known.join)) return 'fork';
      // A hidden member who comes again: a newer proof would tell when.
      if (!known.here && !here && known.join.standing === join.standing) return 'done';
    }
    const { seq, standing, signature } = join;
    this.#set({ id, here, join: { seq, standing, signature: signature.slice() } });
    return 'done';
  }

  /** Their connection is no longer subscribed; the proof stays. */
  left(id: PeerId): void {
    const entry = this.#entries.get(id)?.entry;
    if (entry?.here) this.#set({ ...entry, here: false });
  }

  /** Makes room by forgetting somebody who is not here, leavers first; false where all are here. */
  forgetAbsent(): boolean {
    let found: PeerId | null = null;
    for (const { entry } of this.#entries.values()) {
      if (entry.here) continue;
      found ??= entry.id;
      if (entry.join.standing !== 'left') continue;
      found = entry.id;
      break;
    }
    if (found === null) return false;
    this.#forget(found);
    return true;
  }

  /** Notes who is here as seen: a crash must not make them look gone since they came. */
  seeThoseHere(): void {
    const seenMs = this.#options.nowMs();
    for (const { entry } of this.#entries.values()) {
      if (!entry.here) continue;
      const seen = { entry, seenMs };
      this.#entries.set(entry.id, seen);
      this.#options.store.put(seen);
    }
  }

  /** Forgets who was not here since. */
  forgetAwaySince(shelfMs: number): void {
    for (const { entry, seenMs } of this.#entries.values()) {
      if (!entry.here && seenMs <= shelfMs) this.#forget(entry.id);
    }
  }

  /** The whole roster, as ROSTER frames. */
  everybody(page: RosterPage): Segment {
    return rosterFrames(
      Array.from(this.#entries.values(), ({ entry }) => entry),
      page,
    );
  }

  /** What changed since the last call, or null. */
  takeChanges(page: RosterPage): Segment | null {
    const entries: RosterEntry[] = [];
    for (const id of this.#changed) {
      const entry = this.#entries.get(id)?.entry;
      if (entry !== undefined) entries.push(entry);
    }
    this.#changed = new Set();
    return entries.length === 0 ? null : rosterFrames(entries, page);
  }

  #set(entry: RosterEntry): void {
    const before = this.#entries.get(entry.id)?.entry;
    const seen = { entry, seenMs: this.#options.nowMs() };
    this.#absent += Number(!entry.here) - Number(before?.here === false);
    // Deleting first keeps the map in the order of the last change, so the longest absent goes first.
    this.#entries.delete(entry.id);
    this.#entries.set(entry.id, seen);
    this.#changed.add(entry.id);
    this.#options.store.put(seen);
  }

  #forget(id: PeerId): void {
    this.#entries.delete(id);
    this.#absent--;
    this.#options.store.remove(id);
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
