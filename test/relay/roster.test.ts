// The roster by itself: pages, and what is forgotten first.
import { describe, expect, it } from 'vitest';
import { FrameSplitter } from '../../src/protocol/frame-stream.ts';
import { decodeFrame, type FrameOf } from '../../src/protocol/frames.ts';
import { PeerId } from '../../src/protocol/ids.ts';
import { MAX_FRAME_BYTES } from '../../src/protocol/limits.ts';
import type { Segment } from '../../src/relay/outbox.ts';
import { Roster } from '../../src/relay/roster.ts';
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

describe('roster', () => {
  it('comes in pages that echo the request, the last marked complete', () => {
    const roster = new Roster(1_000);
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
    expect(read(new Roster(3).everybody(PAGE))).toMatchObject([{ complete: true, entries: [] }]);
  });

  it('tells the latest state of each member that changed, once', () => {
    const roster = new Roster(10);
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
    const roster = new Roster(3);
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
});
