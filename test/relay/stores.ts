// What a relay keeps on disk, without a relay: over a database in memory or in a file, by a clock of the test's.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { EventLog, type RelayEvent } from '../../src/relay/events.ts';
import { DEFAULT_LIMITS, type RelayLimits } from '../../src/relay/limits.ts';
import { openRelayDatabase } from '../../src/relay/relay-database.ts';
import { Stores } from '../../src/relay/stores.ts';
import { Tick } from '../../src/relay/tick.ts';
import type { Database, Statement } from '../../src/storage/database.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import { ManualClock } from './manual-clock.ts';

export interface TestStores {
  readonly stores: Stores;
  readonly clock: ManualClock;
  readonly disk: TestDisk;
  readonly events: readonly RelayEvent[];
  /** Commits everything. */
  commit(): void;
  /** What is not committed is lost, as when the process is killed; the database stays open. */
  crash(): void;
}

interface TestStoresOptions {
  readonly limits?: Partial<RelayLimits>;
  readonly clock?: ManualClock;
  readonly path?: string | null;
}

/** Ends with the test; `stores.close()` ends it earlier. */
export async function openStores(options: TestStoresOptions = {}): Promise<TestStores> {
  await ready();
  const disk = new TestDisk(await openRelayDatabase(options.path ?? null));
  onTestFinished(() => disk.close());
  return startStores(disk, options);
}

/** As a relay that starts on this disk; whatever started on it before has crashed. */
export function startStores(
  disk: TestDisk,
  { limits, clock = new ManualClock() }: TestStoresOptions,
): TestStores {
  const events: RelayEvent[] = [];
  const tick = new Tick();
  const stores = new Stores({
    database: disk,
    clock,
    tick,
    events: new EventLog((event) => events.push(event)),
    limits: { ...DEFAULT_LIMITS, ...limits },
  });
  const commit = () => stores.committer.flush();
  return { stores, clock, disk, events, commit, crash: () => tick.close() };
}

/** Where a database may be, in a folder that is gone after the test. */
export async function databasePath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lanchat-relay-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'relay.db');
}

/** A database on a disk that a test can fill. */
export class TestDisk implements Database {
  readonly #database: Database;
  /** What each commit throws, after its work was done: null while the disk is well. */
  fault: Error | null = null;
  /** What reading throws. */
  readFault: Error | null = null;
  /** Called in each commit. */
  onCommit: () => unknown = () => {};
  /** Called with each statement that reads. */
  onRead: (sql: string) => void = () => {};
  commits = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  prepare(sql: string): Statement {
    const statement = this.#database.prepare(sql);
    const check = () => {
      this.onRead(sql);
      if (this.readFault !== null) throw this.readFault;
    };
    return {
      run: (...values) => statement.run(...values),
      get(...values) {
        check();
        return statement.get(...values);
      },
      all(...values) {
        check();
        return statement.all(...values);
      },
      *iterate(...values) {
        check();
        yield* statement.iterate(...values);
      },
    };
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  transaction<T>(work: () => T): T {
    return this.#database.transaction(() => {
      const result = work();
      this.onCommit();
      if (this.fault !== null) throw this.fault;
      this.commits++;
      return result;
    });
  }

  damaged(): StorageError {
    return this.#database.damaged();
  }

  close(): void {
    this.#database.close();
  }
}

export function diskBroken(): StorageError {
  return new StorageError('unreadable', "relay.db can't be read (EIO); check the disk", {
    path: 'relay.db',
  });
}

export function diskFull(): StorageError {
  return new StorageError('no-space', 'no space left to write relay.db; free some and try again', {
    path: 'relay.db',
  });
}
