import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import { WalScrubber } from '../../src/storage/wal-scrubber.ts';

const FULL = new StorageError('no-space', 'no space left', { path: 'history.db' });

let database: Database;
/** What each checkpoint is answered with; once they are used up, that it was done. */
let answers: (StorageError | { busy: number })[];
let checkpoints: number;
let scrubber: WalScrubber;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  database = await openDatabase(null, ['CREATE TABLE things (a)']);
  answers = [];
  checkpoints = 0;
  const statement = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)');
  vi.spyOn(database, 'prepare').mockReturnValue({
    ...statement,
    get: () => {
      checkpoints++;
      const answer = answers.shift() ?? { busy: 0 };
      if (answer instanceof StorageError) throw answer;
      return answer;
    },
  });
  scrubber = new WalScrubber(database);
});
afterEach(() => {
  scrubber.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
  database.close();
});

test('many things that are replaced within a minute are one scrub', () => {
  for (let number = 0; number < 10; number++) scrubber.scrubSoon();
  vi.advanceTimersByTime(59_999);
  expect(checkpoints).toBe(0);
  vi.advanceTimersByTime(1);
  expect([checkpoints, vi.getTimerCount()]).toEqual([1, 0]);
});

test('what can not be done now is tried again in a minute', () => {
  answers = [{ busy: 1 }, FULL];
  scrubber.scrub();
  vi.advanceTimersByTime(60_000);
  expect([checkpoints, vi.getTimerCount()]).toEqual([2, 1]);
  vi.advanceTimersByTime(60_000);
  expect([checkpoints, vi.getTimerCount()]).toEqual([3, 0]);
});

test('a scrub takes the place of one that was to come', () => {
  scrubber.scrubSoon();
  scrubber.scrub();
  expect([checkpoints, vi.getTimerCount()]).toEqual([1, 0]);
});

test('an error of our own comes out', () => {
  vi.spyOn(answers, 'shift').mockImplementation(() => {
    throw new TypeError('bug');
  });
  expect(() => scrubber.scrub()).toThrow(TypeError);
});

test('nothing is left to do once it is closed', () => {
  scrubber.scrubSoon();
  scrubber.close();
  vi.advanceTimersByTime(600_000);
  expect([checkpoints, vi.getTimerCount()]).toEqual([0, 0]);
});
