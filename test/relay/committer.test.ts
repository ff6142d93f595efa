// When commits happen, what shares one, and what a failing disk does to those who wait.
import { describe, expect, it } from 'vitest';
import { type CommitOutcome, Committer, SHORT_REST_FACTOR } from '../../src/relay/committer.ts';
import { EventLog, type RelayEvent } from '../../src/relay/events.ts';
import { UNCOMMITTED_BYTES } from '../../src/relay/limits.ts';
import { openRelayDatabase } from '../../src/relay/relay-database.ts';
import { Tick } from '../../src/relay/tick.ts';
import { damagedDatabase } from '../../src/storage/sqlite-error.ts';
import { ManualClock } from './manual-clock.ts';
import { diskFull, TestDisk } from './stores.ts';

async function open() {
  const disk = new TestDisk(await openRelayDatabase(null));
  const clock = new ManualClock();
  const tick = new Tick();
  const events: RelayEvent[] = [];
  const log = new EventLog((event) => events.push(event));
  const committer = new Committer({ database: disk, clock, tick, events: log });
  const happened: string[] = [];
  /** Notes when it is applied and how it ended. */
  const write = (name: string) => ({
    apply: () => void happened.push(name),
    finished: (outcome: CommitOutcome) => void happened.push(`${name} ${outcome}`),
  });
  /** Takes what happened since the last call. */
  const since = () => happened.splice(0);
  return { disk, clock, tick, events, committer, write, since };
}

describe('committer', () => {
  it('commits what a turn wants stored in one transaction, then tells each', async () => {
    const { disk, tick, committer, write, since } = await open();
    committer.urgent(write('a'), 10);
    committer.urgent(write('b'), 10);
    expect(since()).toEqual([]);
    tick.flush();
    expect(since()).toEqual(['a', 'b', 'a stored', 'b stored']);
    expect(disk.commits).toBe(1);
    tick.flush();
    expect(disk.commits).toBe(1);
  });

  it('takes what nobody waits for along, once each, or commits it alone after a second', async () => {
    const { disk, clock, tick, committer, write, since } = await open();
    const lazy = write('lazy');
    committer.lazy(lazy);
    committer.lazy(lazy);
    committer.urgent(write('urgent'), 1);
    tick.flush();
    expect(since()).toEqual(['lazy', 'urgent', 'lazy stored', 'urgent stored']);
    clock.advance(10_000);
    tick.flush();
    expect(disk.commits).toBe(1);
    committer.lazy(lazy);
    clock.advance(999);
    tick.flush();
    expect(since()).toEqual([]);
    clock.advance(1);
    tick.flush();
    expect(since()).toEqual(['lazy', 'lazy stored']);
  });

  it('rests three times as long as a slow commit took, and what comes meanwhile shares the next', async () => {
    const { disk, clock, tick, committer, write, since } = await open();
    disk.onCommit = () => clock.advance(100);
    committer.urgent(write('first'), 1);
    tick.flush();
    since();
    for (const name of ['a', 'b']) {
      committer.urgent(write(name), 1);
      tick.flush();
      clock.advance(149);
    }
    expect(since()).toEqual([]);
    clock.advance(2);
    tick.flush();
    expect(since()).toEqual(['a', 'b', 'a stored', 'b stored']);
    expect(disk.commits).toBe(2);
    // Idle for long enough: at once.
    clock.advance(300);
    committer.urgent(write('c'), 1);
    tick.flush();
    expect(since()).toEqual(['c', 'c stored']);
  });

  it('rests a quarter as long where all that was stored says that this is enough', async () => {
    const { disk, clock, tick, committer, write, since } = await open();
    disk.onCommit = () => clock.advance(100);
    const restFactor = SHORT_REST_FACTOR;
    committer.urgent({ ...write('letter'), restFactor }, 1);
    tick.flush();
    committer.urgent(write('room'), 1);
    clock.advance(24);
    tick.flush();
    expect(since()).toEqual(['letter', 'letter stored']);
    clock.advance(1);
    tick.flush();
    expect(since()).toEqual(['room', 'room stored']);
    // Together with something else, as long as that wants.
    clock.advance(300);
    committer.urgent({ ...write('letter'), restFactor }, 1);
    committer.urgent(write('room'), 1);
    tick.flush();
    committer.urgent(write('next'), 1);
    clock.advance(299);
    tick.flush();
    expect(since()).toEqual(['letter', 'room', 'letter stored', 'room stored']);
    clock.advance(1);
    tick.flush();
    expect(since()).toEqual(['next', 'next stored']);
  });

  it('rests two seconds at most, however long the disk stalled', async () => {
    const { disk, clock, tick, committer, write, since } = await open();
    disk.onCommit = () => clock.advance(60_000);
    committer.urgent(write('stalled'), 1);
    tick.flush();
    disk.onCommit = () => {};
    since();
    committer.urgent(write('next'), 1);
    clock.advance(2_000);
    tick.flush();
    expect(since()).toEqual(['next', 'next stored']);
  });

  it('is congested while more waits than it should', async () => {
    const { tick, committer, write } = await open();
    committer.urgent(write('a'), UNCOMMITTED_BYTES);
    expect(committer.congested).toBe(false);
    committer.urgent(write('b'), 1);
    expect(committer.congested).toBe(true);
    tick.flush();
    expect(committer.congested).toBe(false);
  });

  it('refuses on a full disk, says so once, and says when it works again', async () => {
    const { disk, tick, events, committer, write, since } = await open();
    disk.fault = diskFull();
    for (const name of ['a', 'b']) {
      committer.urgent(write(name), 1);
      tick.flush();
    }
    expect(since()).toEqual(['a', 'a storage', 'b', 'b storage']);
    const problem = { code: 'no-space', message: diskFull().message };
    expect(events).toEqual([{ type: 'storage', problem }]);
    disk.fault = null;
    committer.urgent(write('c'), 1);
    tick.flush();
    expect(since()).toEqual(['c', 'c stored']);
    expect(events.slice(1)).toEqual([{ type: 'storage', problem: null }]);
  });

  it('keeps what nobody waits for, and tries it again every five seconds', async () => {
    const { disk, clock, tick, committer, write, since } = await open();
    disk.fault = diskFull();
    committer.lazy(write('lazy'));
    clock.advance(1_000);
    tick.flush();
    expect(since()).toEqual(['lazy', 'lazy storage']);
    clock.advance(4_999);
    tick.flush();
    expect(since()).toEqual([]);
    disk.fault = null;
    clock.advance(1);
    tick.flush();
    expect(since()).toEqual(['lazy', 'lazy stored']);
  });

  it('goes on without what meets damage, after one commit that failed by it', async () => {
    const { disk, clock, tick, events, committer, write, since } = await open();
    const damaged = {
      apply: () => {
        throw damagedDatabase('relay.db');
      },
      finished: () => {},
    };
    committer.lazy(damaged);
    committer.lazy(write('lazy'));
    committer.urgent(write('a'), 1);
    tick.flush();
    // Together they fail once.
    expect(since()).toEqual(['lazy storage', 'a storage']);
    committer.urgent(write('b'), 1);
    tick.flush();
    expect(since()).toEqual(['b', 'b stored']);
    clock.advance(5_000);
    tick.flush();
    expect(since()).toEqual(['lazy', 'lazy stored']);
    committer.urgent(write('c'), 1);
    tick.flush();
    expect(since()).toEqual(['c', 'c stored']);
    expect(disk.commits).toBe(3);
    // The damage is told once, and never as a disk that takes nothing.
    const problem = { code: 'corrupt', message: damagedDatabase('relay.db').message };
    expect(events).toEqual([{ type: 'unreadable', problem }]);
  });

  it('reports a fault of ours as one, and forgets what had it', async () => {
    const { disk, clock, tick, events, committer, write, since } = await open();
    disk.fault = new TypeError('ours');
    committer.lazy(write('lazy'));
    committer.urgent(write('urgent'), 1);
    tick.flush();
    expect(since()).toEqual(['lazy', 'urgent', 'lazy internal', 'urgent internal']);
    expect(events).toEqual([{ type: 'fault', error: disk.fault }]);
    disk.fault = null;
    clock.advance(60_000);
    tick.flush();
    expect(since()).toEqual([]);
  });

  it('commits what is left when it is closed, and leaves no timer', async () => {
    const { clock, tick, committer, write, since } = await open();
    committer.lazy(write('lazy'));
    committer.close();
    expect(since()).toEqual(['lazy', 'lazy stored']);
    clock.advance(60_000);
    tick.flush();
    expect(since()).toEqual([]);
  });
});
