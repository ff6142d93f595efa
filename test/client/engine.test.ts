// The order in which the engine does what the core asks for, with a disk and a wire that the test plays.
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Engine, type EngineEdges } from '../../src/client/engine.ts';
import { type Batch, journal, save as saveRow } from '../../src/core/durable.ts';
import { newState } from '../../src/core/new-state.ts';
import type { CoreState, Effect } from '../../src/core/state.ts';
import { identityFromSeed } from '../../src/crypto/identity.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { MessageId } from '../../src/protocol/ids.ts';
import type { IdentityChange } from '../../src/storage/identity-file.ts';
import { StorageError } from '../../src/storage/storage-error.ts';

beforeAll(() => ready());

interface Save {
  readonly change: IdentityChange;
  finish(): void;
  fail(): void;
}

class Lab {
  /** What was done, in order. */
  readonly done: string[] = [];
  readonly saves: Save[] = [];
  readonly faults: unknown[] = [];
  /** What reached the disk, one transaction each. */
  readonly commits: Batch[] = [];
  readonly problems: (string | null)[] = [];
  diskIsFull = false;
  congested = false;
  /** What somebody does who hears of an event. */
  onEvent: () => void = () => undefined;
  readonly core: CoreState;
  readonly engine: Engine;

  constructor() {
    this.core = newState({
      env: {
        nowMs: () => performance.now(),
        wallMs: () => 0,
        random: (size) => new Uint8Array(size),
      },
      me: identityFromSeed(new Uint8Array(32).fill(1)),
      pins: {
        get: () => null,
        all: () => [],
        see: neverSeen,
        verify() {},
        contact() {},
        acceptNick() {},
      },
      ...{ nick: 'asha', cardSeq: 0n, bundleSeq: 0n },
    });
    this.engine = new Engine(this.core, this.#edges());
  }

  #edges(): EngineEdges {
    return {
      commit: (batch) => {
        if (this.diskIsFull) throw new StorageError('no-space', 'no space', { path: '/' });
        this.commits.push(batch);
        this.done.push('commit');
      },
      onStorage: (problem) => this.problems.push(problem?.code ?? null),
      saveIdentity: (change) =>
        new Promise((resolve, reject) => {
          this.done.push('saving');
          const finish = () => {
            this.done.push('saved');
            resolve();
          };
          this.saves.push({ change, finish, fail: () => reject(new Error('disk full')) });
        }),
      saveRooms: (names) => this.done.push(`rooms ${names}`),
      transmit: (frame) => this.done.push(`wire ${frame.req}`),
      emit: (event) => {
        this.done.push(`screen ${event.type}`);
        this.onEvent();
      },
      isCongested: () => this.congested,
      onFault: (error) => this.faults.push(error),
    };
  }

  /** A row of state changes, and only then is `after` to happen. */
  change(place: string, ...after: Effect[]): void {
    this.engine.command((core) => {
      saveRow(core, place, () => ({ place }));
      core.effects.push(...after);
    });
  }

  /** As a command of the core would. */
  do(...effects: Effect[]): void {
    this.engine.command((core) => core.effects.push(...effects));
  }
}

function neverSeen(): never {
  throw new Error('nobody is met here');
}

const save = (bundleSeq: bigint): Effect => ({ type: 'save-identity', bundleSeq });
const wire = (req: number): Effect => ({ type: 'transmit', frame: { type: 'ping', req } });
const screen: Effect = { type: 'emit', event: { type: 'synced' } };
const turn = () => new Promise((resolve) => setImmediate(resolve));

let lab: Lab;

function setUp(): Lab {
  lab = new Lab();
  return lab;
}

afterEach(() => lab.engine.close());

describe('the engine', () => {
  it('does effects in order', () => {
    const { done } = setUp();
    lab.do(wire(1), screen, { type: 'save-rooms', rooms: ['a'] }, wire(2));
    expect(done).toEqual(['wire 1', 'screen synced', 'rooms a', 'wire 2']);
  });

  it('is durable before it is on the wire, and on the wire before it is on the screen', async () => {
    const { done, saves } = setUp();
    lab.do(wire(1), save(1n), wire(2), screen);
    lab.do(wire(3));
    await turn();
    expect(done).toEqual(['wire 1', 'saving']);
    saves[0]?.finish();
    await turn();
    expect(done).toEqual(['wire 1', 'saving', 'saved', 'wire 2', 'screen synced', 'wire 3']);
  });

  it('saves what waits in one go, the last number of each', async () => {
    const { done, saves } = setUp();
    lab.do(save(1n), wire(1), save(2n), wire(2), { type: 'save-identity', nick: 'ben' }, wire(3));
    expect(saves.map(({ change }) => change)).toEqual([{ bundleSeq: 2n, nick: 'ben' }]);
    saves[0]?.finish();
    await turn();
    expect(done).toEqual(['saving', 'saved', 'wire 1', 'wire 2', 'wire 3']);
  });

  it('saves again for a number that was taken while it was saving', async () => {
    const { done, saves } = setUp();
    lab.do(save(1n), wire(1));
    lab.do(save(2n), wire(2));
    saves[0]?.finish();
    await turn();
    expect(done).toEqual(['saving', 'saved', 'wire 1', 'saving']);
    saves[1]?.finish();
    await turn();
    expect(done.at(-1)).toBe('wire 2');
  });

  it('puts nothing on the wire after a save that failed, and still tells the person', async () => {
    const { done, saves, faults } = setUp();
    lab.do(save(1n), wire(1), screen, { type: 'save-rooms', rooms: ['a'] });
    lab.do(wire(2));
    saves[0]?.fail();
    await turn();
    expect(faults).toEqual([new Error('disk full')]);
    expect(done).toEqual(['saving', 'screen synced', 'rooms a']);
  });

  it('is settled when the last save is done, or has failed', async () => {
    const { engine, saves } = setUp();
    await engine.settled();
    lab.do(save(1n), screen);
    let isSettled = false;
    const settled = engine.settled().then(() => {
      isSettled = true;
    });
    await turn();
    expect(isSettled).toBe(false);
    saves[0]?.fail();
    await settled;
  });

  it('leaves nothing done of a command that was refused', () => {
    const { engine, done } = setUp();
    expect(() =>
      engine.command(() => {
        throw new Error('refused');
      }),
    ).toThrow('refused');
    expect(done).toEqual([]);
  });

  it('works in slices, and waits while the relay reads slowly', async () => {
    const { core, engine } = setUp();
    let worked = 0;
    for (let n = 0; n < 30; n++) core.background.push({ cost: 1, run: () => (worked += 1) });
    lab.congested = true;
    lab.do();
    await turn();
    await turn();
    expect(worked).toBe(0);
    lab.congested = false;
    engine.resume();
    await turn();
    expect(worked).toBe(8);
    await expect.poll(() => worked).toBe(30);
  });

  it('does nothing more once it is closed', async () => {
    const { engine, done, saves, core } = setUp();
    lab.do(save(1n), wire(1));
    core.background.push({ cost: 1, run: () => done.push('worked') });
    lab.do();
    engine.close();
    saves[0]?.finish();
    lab.do(wire(2));
    await turn();
    await turn();
    expect(done).toEqual(['saving', 'saved']);
  });
});

describe('what must outlive the process', () => {
  const places = ({ state }: Batch) => state.map(({ place }) => place);

  it('is committed before it is on the wire or on the screen', async () => {
    const { done } = setUp();
    lab.change('a', wire(1), screen);
    expect(done).toEqual([]);
    await turn();
    expect(done).toEqual(['commit', 'wire 1', 'screen synced']);
  });

  it('is committed first also where somebody answers an event with a command at once', async () => {
    const { done } = setUp();
    lab.onEvent = () => {
      lab.onEvent = () => undefined;
      lab.change('b', wire(2), screen);
    };
    lab.change('a', screen, wire(1));
    await turn();
    await turn();
    expect(done).toEqual([
      ...['commit', 'screen synced', 'wire 1'],
      ...['commit', 'wire 2', 'screen synced'],
    ]);
  });

  it('is one transaction for all that one turn brings', async () => {
    const { done, commits } = setUp();
    lab.change('a', wire(1));
    lab.change('b', wire(2));
    lab.change('a', wire(3));
    await turn();
    expect(commits.map(places)).toEqual([['a', 'b']]);
    expect(done).toEqual(['commit', 'wire 1', 'wire 2', 'wire 3']);
  });

  it('takes history along in the transaction of the state that made it', async () => {
    const { commits } = setUp();
    const receipt = { id: MessageId.fromBytes(new Uint8Array(16)), reason: null };
    lab.engine.command((core) => {
      saveRow(core, 'a', () => ({}));
      journal(core, { type: 'state', state: 'relayed', ...receipt });
    });
    await turn();
    expect(commits).toHaveLength(1);
    expect(commits[0]?.history).toEqual([{ type: 'state', state: 'relayed', ...receipt }]);
  });

  it('does not hold up the word that the relay has a message, and takes it along', async () => {
    const { done, commits } = setUp();
    const receipt = { id: MessageId.fromBytes(new Uint8Array(16)), reason: null };
    const tell = (state: 'relayed' | 'delivered') => {
      lab.engine.command((core) => {
        journal(core, { type: 'state', state, ...receipt });
        core.effects.push(screen);
      });
    };
    tell('relayed');
    expect(done).toEqual(['screen synced']);
    await turn();
    expect(commits[0]?.history).toEqual([{ type: 'state', state: 'relayed', ...receipt }]);
    // Anything else is durable first.
    tell('delivered');
    expect(done).toEqual(['screen synced', 'commit']);
    await turn();
    expect(done).toEqual(['screen synced', 'commit', 'commit', 'screen synced']);
  });

  it('waits, with all that depends on it, while the disk is full, and goes on when there is room', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { done, commits, problems, engine } = setUp();
      lab.diskIsFull = true;
      lab.change('a', wire(1), screen);
      await turn();
      expect(engine.problem?.code).toBe('no-space');
      lab.change('b', screen);
      await vi.advanceTimersByTimeAsync(5_000);
      expect(done).toEqual([]);
      expect(problems).toEqual(['no-space']);
      lab.diskIsFull = false;
      await vi.advanceTimersByTimeAsync(1_000);
      expect(commits.map(places)).toEqual([['a', 'b']]);
      // The frame was for a connection that has been ended since.
      expect(done).toEqual(['commit', 'screen synced', 'screen synced']);
      expect(problems).toEqual(['no-space', null]);
      expect(engine.problem).toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });

  it('does not hold up the end of a program whose disk is full', async () => {
    setUp();
    lab.diskIsFull = true;
    lab.change('a', screen);
    await turn();
    await lab.engine.settled();
    expect(lab.done).toEqual([]);
  });
});
