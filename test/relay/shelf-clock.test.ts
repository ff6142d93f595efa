// Time off and time on, by clocks that jump; and numbers that rise whatever they do.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openRelayDatabase } from '../../src/relay/relay-database.ts';
import { recordStart, type ShelfClock } from '../../src/relay/shelf-clock.ts';
import { ManualClock } from './manual-clock.ts';
import { openStores } from './stores.ts';

const DAY_MS = 24 * 60 * 60_000;
const YEAR_MS = 365 * DAY_MS;
const EPOCH_MS = 1_800_000_000_000;

const save = (shelf: ShelfClock) => shelf.apply();

describe('shelf clock', () => {
  it('counts running time, and the time off by the wall clock', async () => {
    const database = await openRelayDatabase(null);
    const clock = new ManualClock(EPOCH_MS);
    const first = recordStart(database, clock).shelf;
    expect(first.nowMs()).toBe(0);
    clock.advance(5_000);
    expect(first.nowMs()).toBe(5_000);
    save(first);
    const second = recordStart(database, new ManualClock(EPOCH_MS + 8_000)).shelf;
    expect(second.nowMs()).toBe(8_000);
  });

  it('counts what a crash kept from being saved as time off', async () => {
    const database = await openRelayDatabase(null);
    const clock = new ManualClock(EPOCH_MS);
    recordStart(database, clock);
    clock.advance(7_000);
    const second = recordStart(database, new ManualClock(EPOCH_MS + 7_000)).shelf;
    expect(second.nowMs()).toBe(7_000);
  });

  it('loses a day at most to a clock that jumped ahead, and nothing to one that went back', async () => {
    const database = await openRelayDatabase(null);
    recordStart(database, new ManualClock(EPOCH_MS));
    const ahead = recordStart(database, new ManualClock(EPOCH_MS + YEAR_MS)).shelf;
    expect(ahead.nowMs()).toBe(DAY_MS);
    const back = recordStart(database, new ManualClock(EPOCH_MS)).shelf;
    expect(back.nowMs()).toBe(DAY_MS);
    const wild = recordStart(database, new ManualClock(-YEAR_MS)).shelf;
    expect(wild.nowMs()).toBe(DAY_MS);
  });

  it('never goes back, and is never ahead of what ran by more than a day a start', async () => {
    const starts = fc.array(
      fc.record({ wallMs: fc.integer({ min: 0, max: 4 * YEAR_MS }), ranMs: fc.nat(YEAR_MS) }),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(starts, async (runs) => {
        const database = await openRelayDatabase(null);
        let [lowestMs, highestMs] = [0, 0];
        for (const { wallMs, ranMs } of runs) {
          const clock = new ManualClock(wallMs);
          const { shelf } = recordStart(database, clock);
          highestMs += DAY_MS;
          expect(shelf.nowMs()).toBeGreaterThanOrEqual(lowestMs);
          expect(shelf.nowMs()).toBeLessThanOrEqual(highestMs);
          clock.advance(ranMs);
          save(shelf);
          highestMs += ranMs;
          lowestMs = shelf.nowMs();
        }
        database.close();
      }),
      { numRuns: 50 },
    );
  });

  it('is saved every ten minutes and when the relay ends', async () => {
    const { stores, clock, commit, disk } = await openStores();
    const savedMs = () => disk.prepare('SELECT shelf_ms FROM relay').get()?.shelf_ms;
    for (let seconds = 0; seconds < 599; seconds++) {
      clock.advance(1_000);
      stores.beat(clock.nowMs());
    }
    commit();
    expect(savedMs()).toBe(0);
    clock.advance(1_000);
    stores.beat(clock.nowMs());
    commit();
    expect(savedMs()).toBe(600_000);
    clock.advance(1_500);
    stores.committer.lazy(stores.start.shelf);
    commit();
    expect(savedMs()).toBe(601_500);
  });
});

describe('numbers of blobs', () => {
  it('begin above everything that a run before could have given out, however clocks stand', async () => {
    const database = await openRelayDatabase(null);
    const walls = [EPOCH_MS, EPOCH_MS, EPOCH_MS - YEAR_MS, 0, EPOCH_MS + YEAR_MS, EPOCH_MS];
    let above = 0n;
    for (const wallMs of walls) {
      const { firstRseq } = recordStart(database, new ManualClock(wallMs));
      expect(firstRseq).toBeGreaterThanOrEqual(above);
      above = firstRseq + 2n ** 36n;
    }
  });

  it('fit the disk in a relay whose clock is far ahead', async () => {
    const database = await openRelayDatabase(null);
    for (let start = 0; start < 3; start++) {
      const { firstRseq } = recordStart(database, new ManualClock(Number.MAX_SAFE_INTEGER));
      expect(firstRseq + 2n ** 36n).toBeLessThan(2n ** 63n);
    }
  });

  it('begin nowhere where the last start is damaged: from there none could follow', async () => {
    const database = await openRelayDatabase(null);
    recordStart(database, new ManualClock(EPOCH_MS));
    for (const startedMs of ['1 << 50', '-1']) {
      database.exec(`UPDATE relay SET started_ms = ${startedMs}`);
      expect(() => recordStart(database, new ManualClock(EPOCH_MS))).toThrow(/is damaged/);
    }
  });

  it('go by the wall clock where the database was lost', async () => {
    const before = recordStart(await openRelayDatabase(null), new ManualClock(EPOCH_MS));
    const after = recordStart(await openRelayDatabase(null), new ManualClock(EPOCH_MS + 60_000));
    expect(after.firstRseq).toBeGreaterThan(before.firstRseq);
    expect(Buffer.from(after.senderKey)).not.toEqual(Buffer.from(before.senderKey));
  });
});
