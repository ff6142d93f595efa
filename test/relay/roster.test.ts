// The roster by itself: pages, and what is forgotten first.
import { describe, expect, it } from 'vitest';
import { FrameSplitter } from '../../src/protocol/frame-stream.ts';
import { decodeFrame, type FrameOf } from '../../src/protocol/frames.ts';
import { PeerId } from '../../src/protocol/ids.ts';
import { MAX_FRAME_BYTES } from '../../src/protocol/limits.ts';
import type { Segment } from '../../src/relay/outbox.ts';
import { Roster, type RosterStore, type Seen } from '../../src/relay/roster.ts';
import { joinProof, numberedTopic } from '../support/wire-client.ts';

const PAGE = { req: 7, topic: numberedTopic(1), head: 9n };

function id(number: number): PeerId {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(0, number);
  return PeerId.fromBytes(bytes);
}

function read({ bytes }: Segment): FrameOf<'roster'>[] {
  const frames = [...new FrameSplitter(MAX_FRAME_BYTES).push(bytes)].map(decodeFrame);
  return frames.flatMap((frame) => (frame.type === 'roster' ? [frame] : []));
}

const idsOf = (segment: Segment) =>
  read(segment).flatMap(({ entries }) => entries.map((entry) => entry.id));

/** Keeps what a roster stores, in the order of the last change. */
class MemoryStore implements RosterStore {
  readonly seen = new Map<PeerId, Seen>();

  load(): Seen[] {
    const away = ({ entry, seenMs }: Seen) => ({ entry: { ...entry, here: false }, seenMs });
    return [...this.seen.values()].map(away);
  }

  put(seen: Seen): void {
    this.seen.delete(seen.entry.id);
    this.seen.set(seen.entry.id, seen);
  }

  remove(id: PeerId): void {
    this.seen.delete(id);
  }
}

function rosterOf(maxEntries: number, store = new MemoryStore(), nowMs = () => 0): Roster {
  return new Roster({ maxEntries, store, nowMs });
}

describe('roster', () => {
  it('notes those who are here as seen, and nobody else', () => {
    const store = new MemoryStore();
    let nowMs = 0;
    const roster = rosterOf(10, store, () => nowMs);
    for (const number of [1, 2]) roster.record(id(number), true, joinProof('joined'));
    roster.left(id(1));
    nowMs = 5_000;
    roster.seeThoseHere();
    expect([...store.seen.values()].map(({ seenMs }) => seenMs)).toEqual([0, 5_000]);
    // Nobody is told: nothing about them has changed.
    roster.takeChanges(PAGE);
    roster.seeThoseHere();
    expect(roster.takeChanges(PAGE)).toBeNull();
  });

  it('comes in pages that echo the request, the last marked complete', () => {
    const roster = rosterOf(1_000);
    const ids = Array.from({ length: 513 }, (_, index) => id(index));
    for (const member of ids) roster.record(member, true, joinProof('joined'));
    const pages = read(roster.everybody(PAGE));
    expect(pages).toMatchObject([
      { ...PAGE, complete: false },
      { ...PAGE, complete: true },
    ]);
    expect(pages.map(({ entries }) => entries.length)).toEqual([512, 1]);
    expect(idsOf(roster.everybody(PAGE))).toEqual(ids);
  });

  it('is one empty page while nobody is on it', () => {
    expect(read(rosterOf(3).everybody(PAGE))).toMatchObject([{ complete: true, entries: [] }]);
  });

  it('tells the latest state of each member that changed, once', () => {
    const roster = rosterOf(10);
    roster.record(id(1), true, joinProof('joined', 1n));
    roster.record(id(2), true, joinProof('joined', 1n));
    roster.left(id(1));
    const changes = roster.takeChanges(PAGE);
    expect(changes && read(changes)[0]?.entries).toMatchObject([
      { id: id(1), here: false },
      { id: id(2), here: true },
    ]);
    expect(roster.takeChanges(PAGE)).toBeNull();
    roster.left(id(1));
    expect(roster.takeChanges(PAGE)).toBeNull();
  });

  it('forgets leavers before members who are away, and nobody who is here', () => {
    const roster = rosterOf(3);
    roster.record(id(1), true, joinProof('joined'));
    roster.record(id(2), false, joinProof('joined'));
    roster.record(id(3), false, joinProof('left'));
    expect(roster.absent).toBe(2);
    for (const newcomer of [4, 5]) {
      expect(roster.record(id(newcomer), true, joinProof('joined'))).toBe('done');
    }
    expect(idsOf(roster.everybody(PAGE))).toEqual([id(1), id(4), id(5)]);
    expect(roster.absent).toBe(0);
    expect(roster.record(id(6), true, joinProof('joined'))).toBe('quota');
    expect(roster.record(id(4), true, joinProof('joined', 2n))).toBe('done');
  });

  it('comes back from its store with everybody away, and goes on checking their numbers', () => {
    const store = new MemoryStore();
    const before = rosterOf(10, store);
    before.record(id(1), true, joinProof('joined', 5n));
    before.record(id(2), true, joinProof('joined', 5n));
    before.record(id(2), false, joinProof('left', 6n));
    const after = rosterOf(10, store);
    const [page] = read(after.everybody(PAGE));
    expect(page?.entries).toMatchObject([
      { id: id(1), here: false, join: { seq: 5n, standing: 'joined' } },
      { id: id(2), here: false, join: { seq: 6n, standing: 'left' } },
    ]);
    expect(after.absent).toBe(2);
    expect(after.record(id(1), true, joinProof('joined', 4n))).toBe('stale-seq');
    expect(after.record(id(1), true, joinProof('joined', 5n))).toBe('done');
    expect(after.absent).toBe(1);
  });

  it('takes no more from its store than it may hold, and those who were here last', () => {
    const store = new MemoryStore();
    const before = rosterOf(10, store);
    for (const member of [1, 2, 3, 4]) before.record(id(member), true, joinProof('joined'));
    before.left(id(1));
    expect(idsOf(rosterOf(2, store).everybody(PAGE))).toEqual([id(4), id(1)]);
  });

  it('forgets who was away for long, on its store too, and nobody who is here', () => {
    let nowMs = 0;
    const store = new MemoryStore();
    const roster = rosterOf(10, store, () => nowMs);
    roster.record(id(1), true, joinProof('joined'));
    roster.record(id(2), true, joinProof('joined'));
    roster.left(id(2));
    nowMs = 1_000;
    roster.record(id(3), true, joinProof('joined'));
    roster.left(id(3));
    roster.forgetAwaySince(999);
    expect(idsOf(roster.everybody(PAGE))).toEqual([id(1), id(3)]);
    expect([...store.seen.keys()]).toEqual([id(1), id(3)]);
    expect(roster.absent).toBe(1);
  });
});
