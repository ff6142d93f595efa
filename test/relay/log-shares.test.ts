// Full room logs and a full disk: who loses their oldest, who is refused, and floods that erase nobody else's.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogSegment } from '../../src/relay/log-table.ts';
import { joinProof, numberedTopic, type WireClient } from '../support/wire-client.ts';
import { roomBlob, sealed } from './blobs.ts';
import { keep, numbersIn, segment, sizeOf } from './logs.ts';
import { heard, join, namesHeard, namesOf, say, sub, TOPIC } from './rooms.ts';
import { runRelay } from './running-relay.ts';
import { openStores, type TestStores } from './stores.ts';

const BLOB_BYTES = 1_000;
const SIZE = sizeOf(BLOB_BYTES);

let lastNumber = 0n;

/** Segments of one person, numbered on. */
function said(count: number, options: Parameters<typeof segment>[1] = {}): LogSegment[] {
  return Array.from({ length: count }, () => segment(++lastNumber, options));
}

/** Those of them that a log still has. */
function left(opened: TestStores, segments: readonly LogSegment[], topic = TOPIC): number {
  const numbers = new Set(numbersIn(opened, topic));
  return segments.filter(({ last }) => numbers.has(Number(last))).length;
}

function leave(opened: TestStores, segments: readonly LogSegment[]): readonly LogSegment[] {
  expect(new Set(keep(opened, segments))).toEqual(new Set(['stored']));
  return segments;
}

const refused = (outcomes: readonly string[]) => outcomes.filter((each) => each === 'quota').length;

/** A log of 50 segments, and a share that is small up to so many. */
const logOf50 = (floor = 0) =>
  openStores({ limits: { logBytes: 50 * SIZE, logFloorBytes: floor * SIZE } });

describe('a full log', () => {
  it('loses the oldest of who talks on, and nothing else', async () => {
    const opened = await logOf50();
    const honest = leave(opened, said(20, { from: 2 }));
    const flood = leave(opened, said(200, { from: 66 }));
    expect(left(opened, honest)).toBe(20);
    expect(left(opened, flood)).toBe(30);
    expect(left(opened, flood.slice(-30))).toBe(30);
    // Others find room, at the expense of the flood.
    const late = leave(opened, said(10, { from: 3 }));
    expect([left(opened, honest), left(opened, late)]).toEqual([20, 10]);
  });

  it('loses the oldest of whom it holds most, were it there first', async () => {
    const opened = await logOf50();
    const many = leave(opened, said(50, { from: 2 }));
    const few = leave(opened, said(10, { from: 3 }));
    expect(left(opened, few)).toBe(10);
    expect(left(opened, many.slice(10))).toBe(40);
  });

  /** Each of them says one thing. */
  const crowd = (size: number, source: (member: number) => number) =>
    Array.from({ length: size }, (_, n) => said(1, { from: 1_000 + n, source: source(n) })).flat();

  it('is not emptied by a thousand made-up names on one machine', async () => {
    const opened = await logOf50();
    const honest = leave(opened, said(20, { from: 2 }));
    const outcomes = keep(
      opened,
      crowd(1_000, () => 66),
    );
    expect(refused(outcomes)).toBe(970);
    expect(left(opened, honest)).toBe(20);
  });

  it.each([
    [5, 5],
    [0, 1],
  ])(
    'keeps what is small, %i blobs, for whoever shares that machine',
    async (floor, stillThere) => {
      const opened = await logOf50(floor);
      const honest = leave(opened, said(5, { from: 2, source: 66 }));
      keep(
        opened,
        crowd(1_000, () => 66),
      );
      expect(left(opened, honest)).toBe(stillThere);
    },
  );

  it.each([
    [5, 5],
    [0, 1],
  ])('keeps what is small, %i blobs, from machines of their own', async (floor, stillThere) => {
    const opened = await logOf50(floor);
    const honest = leave(opened, said(20, { from: 2 }));
    keep(
      opened,
      crowd(1_000, (n) => 1_000 + n),
    );
    expect(left(opened, honest)).toBe(stillThere);
  });

  it('loses nothing to what would never fit, nor its sender theirs', async () => {
    const opened = await logOf50();
    const all = leave(opened, [...said(20, { from: 2 }), ...said(20, { from: 3 })]);
    const options = { from: 3, blobBytes: 60 * SIZE };
    expect(keep(opened, said(1, options))).toEqual(['quota']);
    expect(left(opened, all)).toBe(40);
  });
});

describe('a full disk of logs', () => {
  it('loses the oldest of the source that holds most, in whatever topic', async () => {
    const opened = await openStores({ limits: { logBytesInAll: 60 * SIZE, logFloorBytes: 0 } });
    const [quiet, other] = [numberedTopic(2), numberedTopic(3)];
    const honest = leave(opened, said(20, { from: 2, topic: quiet }));
    const flood = Array.from({ length: 100 }, (_, n) =>
      said(1, { from: 1_000 + n, source: 66, topic: numberedTopic(1_000 + n) }),
    ).flat();
    expect(refused(keep(opened, flood))).toBe(60);
    const late = leave(opened, said(10, { from: 3, topic: other }));
    expect([left(opened, honest, quiet), left(opened, late, other)]).toEqual([20, 10]);
  });

  it('loses of who talks on what they said elsewhere', async () => {
    const opened = await openStores({ limits: { logBytesInAll: 60 * SIZE } });
    const [before, now] = [numberedTopic(2), numberedTopic(3)];
    const earlier = leave(opened, said(60, { topic: before }));
    const later = leave(opened, said(25, { topic: now }));
    expect([left(opened, earlier, before), left(opened, later, now)]).toEqual([35, 25]);
  });
});

/** A segment that is in its log. */
interface Kept {
  readonly number: number;
  readonly from: number;
  readonly source: number;
  readonly topic: number;
  readonly bytes: number;
}

const LIMITS = { logBytes: 10_000, logBytesInAll: 15_000, logFloorBytes: 1_500 };
const bytesOf = (kept: readonly Kept[]) => kept.reduce((sum, { bytes }) => sum + bytes, 0);

/** Whether it was its owner's own to lose, or part of a larger share than the other's is now. */
function mayYield(gone: Kept, to: Kept, kept: readonly Kept[]): boolean {
  if (gone.from === to.from && gone.source === to.source) return true;
  const isBeside = gone.source === to.source;
  const shareOf = ({ source, from }: Kept) =>
    kept.filter((each) => each.source === source && (!isBeside || each.from === from));
  const [lost, got] = [shareOf(gone), shareOf(to)];
  const isMore = (a: readonly Kept[], b: readonly Kept[]) =>
    bytesOf(a) > LIMITS.logFloorBytes && bytesOf(a) >= bytesOf(b);
  const inTopic = (all: readonly Kept[]) => all.filter(({ topic }) => topic === gone.topic);
  return isMore(lost, got) || (gone.topic === to.topic && isMore(inTopic(lost), inTopic(got)));
}

describe('fairness', () => {
  const sayings = fc.array(
    fc.record({
      from: fc.integer({ min: 1, max: 6 }),
      source: fc.integer({ min: 1, max: 3 }),
      topic: fc.integer({ min: 1, max: 2 }),
      blobBytes: fc.integer({ min: 20, max: 2_000 }),
    }),
    { maxLength: 60 },
  );

  it('holds for any order: bounds are kept, and nobody loses but by their own or a larger share', async () => {
    const check = async (
      all: readonly (Omit<Kept, 'number' | 'bytes'> & { blobBytes: number })[],
    ) => {
      const opened = await openStores({ limits: LIMITS });
      let kept: Kept[] = [];
      for (const { topic, blobBytes, ...origin } of all) {
        const [fresh] = said(1, { topic: numberedTopic(topic), blobBytes, ...origin });
        if (fresh === undefined) throw new Error('one');
        const mine = { number: Number(fresh.last), topic, bytes: sizeOf(blobBytes), ...origin };
        const [outcome] = keep(opened, [fresh]);
        const now = new Set([1, 2].flatMap((each) => numbersIn(opened, numberedTopic(each))));
        expect(now.has(mine.number)).toBe(outcome === 'stored');
        if (outcome === 'stored') kept.push(mine);
        const gone = kept.filter(({ number }) => !now.has(number));
        expect(gone.filter((each) => !mayYield(each, mine, kept))).toEqual([]);
        kept = kept.filter(({ number }) => now.has(number));
        for (const each of [1, 2]) {
          const inTopic = bytesOf(kept.filter(({ topic: of }) => of === each));
          expect(inTopic).toBeLessThanOrEqual(LIMITS.logBytes);
        }
        expect(bytesOf(kept)).toBeLessThanOrEqual(LIMITS.logBytesInAll);
      }
      opened.disk.close();
    };
    await fc.assert(fc.asyncProperty(sayings, check), { numRuns: 60 });
  });
});

describe('over the wire', () => {
  /** Large blobs, one after the other; what each was answered. */
  async function flood(client: WireClient, count: number): Promise<string[]> {
    const answers: string[] = [];
    for (let each = 0; each < count; each++) {
      const answer = await client.request(sealed('fanout', roomBlob(TOPIC, 65_536)));
      answers.push(answer.type === 'error' ? answer.code : answer.type);
    }
    return answers;
  }

  it('a stranger who floods a room takes nothing from those who were away', async () => {
    const running = await runRelay({ limits: { logBytes: 512 * 1024 } });
    const [asha, bo] = [await running.login(1), await running.login(2)];
    const { head } = await join(bo);
    await bo.close();
    await join(asha);
    const missed: Uint8Array[] = [];
    for (let count = 0; count < 10; count++) missed.push(await say(asha));
    // On the same machine, and nobody's member.
    const stranger = await running.login(66);
    await join(stranger, 0n, joinProof('guest'));
    expect(new Set(await flood(stranger, 12))).toEqual(new Set(['done']));
    const back = await running.login(2);
    await join(back, head);
    while (back.count('deliver') < 10) await back.settled();
    expect(namesHeard(back).slice(0, 10)).toEqual(namesOf(missed));
  });

  it('who is refused is told so, and heard by those who are here', async () => {
    const running = await runRelay({ limits: { logBytes: 100 * 1024, logFloorBytes: 70 * 1024 } });
    const [asha, bo] = [await running.login(1), await running.login(2)];
    await join(asha);
    await join(bo);
    expect(await flood(asha, 1)).toEqual(['done']);
    const stranger = await running.login(66);
    await join(stranger);
    expect(await flood(stranger, 2)).toEqual(['quota', 'quota']);
    await bo.settled();
    expect(bo.count('deliver')).toBe(3);
    const reader = await running.login(3);
    await reader.request(sub(1n));
    while (reader.count('deliver') < 1) await reader.settled();
    await reader.settled();
    expect(heard(reader)).toHaveLength(1);
    expect(namesHeard(reader)).toEqual(namesHeard(bo).slice(0, 1));
  });
});
