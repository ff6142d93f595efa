// The room log on disk: how large it grows, how old, and what damage costs.
import { describe, expect, it } from 'vitest';
import { SWEEP_ROWS } from '../../src/relay/limits.ts';
import { numberedTopic } from '../support/wire-client.ts';
import { keep, numbersIn, segment } from './logs.ts';
import { databasePath, diskFull, openStores } from './stores.ts';

const DAY_MS = 24 * 60 * 60_000;

/** Segments with these numbers. */
const segments = (from: number, to: number, options?: Parameters<typeof segment>[1]) =>
  Array.from({ length: to - from + 1 }, (_, index) => segment(BigInt(from + index), options));

describe('the log', () => {
  it('forgets the oldest of a topic that has grown too large, and of no other', async () => {
    const opened = await openStores({ limits: { logBytes: 10_000 } });
    const quiet = numberedTopic(2);
    keep(opened, [segment(1n, { topic: quiet }), ...segments(2, 31)]);
    const left = numbersIn(opened);
    expect(left.at(-1)).toBe(31);
    expect(left.length).toBeGreaterThan(6);
    expect(left.length).toBeLessThan(9);
    expect(left).toEqual(left.map((_, index) => 32 - left.length + index));
    expect(numbersIn(opened, quiet)).toEqual([1]);
  });

  it('forgets of who holds most where all together are too large', async () => {
    const opened = await openStores({ limits: { logBytesInAll: 20_000 } });
    const small = [2, 3, 4].map((number) => numberedTopic(number));
    keep(
      opened,
      small.map((topic, index) => segment(BigInt(index + 1), { topic, from: 7 })),
    );
    keep(opened, segments(4, 53));
    for (const topic of small) expect(numbersIn(opened, topic)).toHaveLength(1);
    expect(numbersIn(opened).length).toBeGreaterThan(8);
    expect(numbersIn(opened).length).toBeLessThan(16);
  });

  it('counts right after commits that failed, and after a restart', async () => {
    const path = await databasePath();
    const limits = { logBytes: 10_000 };
    const first = await openStores({ path, limits });
    keep(first, [segment(1n)]);
    first.disk.fault = diskFull();
    for (let count = 0; count < 20; count++) {
      expect(keep(first, [segment(2n)])).toEqual(['storage']);
    }
    first.disk.fault = null;
    expect(keep(first, [segment(2n)])).toEqual(['stored']);
    expect(numbersIn(first)).toEqual([1, 2]);
    first.stores.close();
    const second = await openStores({ path, limits });
    keep(second, segments(3, 19));
    expect(numbersIn(second).length).toBeGreaterThan(6);
    expect(numbersIn(second).length).toBeLessThan(9);
  });

  it('hands out each blob as long as it may, and forgets it by running time', async () => {
    const opened = await openStores();
    const { stores, clock, commit, disk } = opened;
    keep(opened, [segment(1n, { ttlMs: 5_000 }), segment(2n, { ttlMs: 365 * DAY_MS })]);
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
    keep(opened, segments(1, 15, { ttlMs: 1_000 }));
    clock.advance(1_000);
    stores.log.sweep();
    commit();
    keep(opened, segments(21, 35));
    expect(numbersIn(opened)).toHaveLength(15);
  });

  it('forgets in steps', async () => {
    const opened = await openStores();
    const { stores, clock, commit } = opened;
    keep(opened, [...segments(1, SWEEP_ROWS + 10, { ttlMs: 1_000 }), segment(9_999n)]);
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
    ['marks that are cut', 'marks', (bytes: Buffer) => bytes.subarray(0, 10)],
  ])('loses a segment with %s and nothing beside it', async (_name, column, damage) => {
    const opened = await openStores();
    keep(opened, segments(1, 3));
    const { disk } = opened;
    const bytes = disk.prepare(`SELECT ${column} AS bytes FROM log WHERE last = 2`).get()?.bytes;
    if (!(bytes instanceof Uint8Array)) throw new Error('a blob');
    disk.prepare(`UPDATE log SET ${column} = ? WHERE last = 2`).run(damage(Buffer.from(bytes)));
    expect(numbersIn(opened)).toEqual([1, 3]);
  });
});
