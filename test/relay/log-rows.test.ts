// The room log on disk: how large it grows, how old, and what damage costs.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { TopicId } from '../../src/protocol/ids.ts';
import { writeDeliver } from '../../src/relay/deliver.ts';
import { SWEEP_ROWS } from '../../src/relay/limits.ts';
import { writeMarks } from '../../src/relay/log-marks.ts';
import { numberedTopic } from '../support/wire-client.ts';
import { TOPIC } from './rooms.ts';
import { databasePath, openStores, type TestStores } from './stores.ts';

const DAY_MS = 24 * 60 * 60_000;

/** One segment of one blob of so many bytes; returns its number. */
function append(opened: TestStores, last: bigint, options: Partial<Appended> = {}): bigint {
  const { topic = TOPIC, blobBytes = 1_000, ttlMs = 7 * DAY_MS } = options;
  const blob = new Uint8Array(blobBytes);
  const frames = Buffer.alloc(17 + blobBytes);
  writeDeliver(frames, 0, { rseq: last, blob });
  const marks = writeMarks([{ sender: randomBytes(16), token: randomBytes(16), ttlMs }]);
  opened.disk.transaction(() => opened.stores.log.append({ topic, last, ttlMs, marks, frames }));
  return last;
}

interface Appended {
  readonly topic: TopicId;
  readonly blobBytes: number;
  readonly ttlMs: number;
}

/** The numbers that the log still hands out. */
function numbersIn({ stores }: TestStores, topic = TOPIC): number[] {
  const numbers: number[] = [];
  for (let cursor = 0n; ; ) {
    const segment = stores.log.next(topic, cursor);
    if (segment === null) return numbers;
    for (const { rseq } of segment.parts) numbers.push(Number(rseq));
    cursor = segment.last;
  }
}

describe('the log', () => {
  it('forgets the oldest of a topic that has grown too large, and of no other', async () => {
    const opened = await openStores({ limits: { logBytes: 10_000 } });
    const quiet = numberedTopic(2);
    append(opened, 1n, { topic: quiet });
    for (let last = 2n; last < 32n; last++) append(opened, last);
    const left = numbersIn(opened);
    expect(left.at(-1)).toBe(31);
    expect(left.length).toBeGreaterThan(6);
    expect(left.length).toBeLessThan(9);
    expect(left).toEqual(left.map((_, index) => 32 - left.length + index));
    expect(numbersIn(opened, quiet)).toEqual([1]);
  });

  it('forgets of the largest topic where all together are too large', async () => {
    const opened = await openStores({ limits: { logBytesInAll: 20_000 } });
    const small = [2, 3, 4].map((number) => numberedTopic(number));
    let last = 0n;
    for (const topic of small) append(opened, ++last, { topic });
    for (let count = 0; count < 50; count++) append(opened, ++last);
    for (const topic of small) expect(numbersIn(opened, topic)).toHaveLength(1);
    expect(numbersIn(opened).length).toBeGreaterThan(8);
    expect(numbersIn(opened).length).toBeLessThan(16);
  });

  it('counts right after commits that failed, and after a restart', async () => {
    const path = await databasePath();
    const limits = { logBytes: 10_000 };
    const first = await openStores({ path, limits });
    append(first, 1n);
    first.disk.fault = new Error('ours');
    for (let count = 0; count < 20; count++) {
      expect(() => append(first, 2n)).toThrow('ours');
      first.stores.log.undone();
    }
    first.disk.fault = null;
    append(first, 2n);
    expect(numbersIn(first)).toEqual([1, 2]);
    first.stores.close();
    const second = await openStores({ path, limits });
    for (let last = 3n; last < 20n; last++) append(second, last);
    expect(numbersIn(second).length).toBeGreaterThan(6);
    expect(numbersIn(second).length).toBeLessThan(9);
  });

  it('hands out each blob as long as it may, and forgets it by running time', async () => {
    const opened = await openStores();
    const { stores, clock, commit, disk } = opened;
    append(opened, 1n, { ttlMs: 5_000 });
    append(opened, 2n, { ttlMs: 365 * DAY_MS });
    clock.advance(5_000);
    expect(numbersIn(opened)).toEqual([2]);
    stores.log.sweep();
    commit();
    const rows = () => disk.prepare('SELECT count(*) AS rows FROM log').get()?.rows;
    expect(rows()).toBe(1);
    clock.advance(7 * DAY_MS);
    stores.log.sweep();
    commit();
    expect(rows()).toBe(0);
  });

  it('has room again for what has grown too old', async () => {
    const opened = await openStores({ limits: { logBytes: 20_000 } });
    const { stores, clock, commit } = opened;
    for (let last = 1n; last <= 15n; last++) append(opened, last, { ttlMs: 1_000 });
    clock.advance(1_000);
    stores.log.sweep();
    commit();
    for (let last = 21n; last <= 35n; last++) append(opened, last);
    expect(numbersIn(opened)).toHaveLength(15);
  });

  it('forgets in steps', async () => {
    const opened = await openStores();
    const { stores, clock, commit } = opened;
    for (let last = 1n; last <= SWEEP_ROWS + 10; last++) append(opened, last, { ttlMs: 1_000 });
    append(opened, 9_999n);
    clock.advance(1_000);
    stores.log.sweep();
    commit();
    expect(numbersIn(opened)).toEqual([9_999]);
    const rows = opened.disk.prepare('SELECT count(*) AS rows FROM log');
    expect(rows.get()).toEqual({ rows: 11 });
    commit();
    expect(rows.get()).toEqual({ rows: 1 });
  });

  const withFlippedBit = (bytes: Buffer, at: number) => {
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    return bytes;
  };

  it.each([
    ['other bytes', 'frames', () => Buffer.alloc(1)],
    ['a number that is not its own', 'frames', (bytes: Buffer) => withFlippedBit(bytes, 16)],
    ['a frame of another type', 'frames', (bytes: Buffer) => withFlippedBit(bytes, 4)],
    ['marks that are cut', 'marks', (bytes: Buffer) => bytes.subarray(0, 20)],
  ])('loses a segment with %s and nothing beside it', async (_name, column, damage) => {
    const opened = await openStores();
    for (const last of [1n, 2n, 3n]) append(opened, last);
    const { disk } = opened;
    const bytes = disk.prepare(`SELECT ${column} AS bytes FROM log WHERE last = 2`).get()?.bytes;
    if (!(bytes instanceof Uint8Array)) throw new Error('a blob');
    disk.prepare(`UPDATE log SET ${column} = ? WHERE last = 2`).run(damage(Buffer.from(bytes)));
    expect(numbersIn(opened)).toEqual([1, 3]);
  });
});
