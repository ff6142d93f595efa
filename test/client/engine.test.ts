// The order in which the engine does what the core asks for, with a disk and a wire that the test plays.
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Engine, type EngineEdges } from '../../src/client/engine.ts';
import { type Batch, journal, save as saveRow } from '../../src/core/durable.ts';
import type { CoreEvent } from '../../src/core/events.ts';
import { newState } from '../../src/core/new-state.ts';
import type { CoreState, Effect } from '../../src/core/state.ts';
import { identityFromSeed } from '../../src/crypto/identity.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { MessageId } from '../../src/protocol/ids.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import { MemoryPins } from '../support/memory-pins.ts';

beforeAll(() => ready());

class Lab {
  /** What was done, in order. */
  readonly done: string[] = [];
  /** What reached the disk, one transaction each. */
  readonly commits: Batch[] = [];
  /** Messages that history had already. */
  repeats: MessageId[] = [];
  readonly problems: (string | null)[] = [];
  diskIsFull = false;
  congested = false;
  /** What somebody does who hears of an event. */
  onEvent: () => void = () => undefined;
  readonly core: CoreState;
  readonly engine: Engine;

  constructor(arrivalsEveryMs?: number) {
    this.core = newState({
      env: {
        nowMs: () => performance.now(),
        wallMs: () => 0,
        random: (size) => new Uint8Array(size),
      },
      me: identityFromSeed(new Uint8Array(32).fill(1)),
      pins: new MemoryPins(),
      ...{ nick: 'asha', cardSeq: 0n, bundleSeq: 0n },
    });
    this.engine = new Engine(this.core, this.#edges(), arrivalsEveryMs);
  }

  #edges(): EngineEdges {
    return {
      commit: (batch) => {
        if (this.diskIsFull) throw new StorageError('no-space', 'no space', { path: '/' });
        this.commits.push(batch);
        this.done.push('commit');
        return { repeats: this.repeats, news: [] };
      },
      onStorage: (problem) => this.problems.push(problem?.code ?? null),
      saveIdentity: ({ nick }) => this.done.push(`identity ${nick}`),
      saveRooms: (names) => this.done.push(`rooms ${names}`),
      transmit: (frame) => this.done.push(`wire ${frame.req}`),
      emit: (event) => {
        this.done.push(`screen ${event.type}`);
        this.onEvent();
      },
      isCongested: () => this.congested,
    };
  }

  /** A row of state changes, and only then is `after` to happen. */
  change(place: string, ...after: Effect[]): void {
    this.engine.command((core) => {
      saveRow(core, place, () => ({ place }));
      core.effects.push(...after);
    });
  }

  /** As `change`, but it arrives: nobody here asked for it. */
  arrive(place: string, ...after: Effect[]): void {
    saveRow(this.core, place, () => ({ place }));
    this.core.effects.push(...after);
    this.engine.input({ type: 'tick' });
  }

  /** As a command of the core would. */
  do(...effects: Effect[]): void {
    this.engine.command((core) => core.effects.push(...effects));
  }
}

function messageEvent(id: MessageId): CoreEvent {
  const { id: fingerprint } = lab.core.me;
  const from = { nick: 'ben', fingerprint, trust: 'known' as const };
  const time = new Date(0).toISOString();
  const message = { id, time, sentTime: null, room: null, peer: fingerprint, from, text: 'hi' };
  return { type: 'message', message: { ...message, state: null } };
}

const wire = (req: number): Effect => ({ type: 'transmit', frame: { type: 'ping', req } });
const screen: Effect = { type: 'emit', event: { type: 'synced' } };
const turn = () => new Promise((resolve) => setImmediate(resolve));

let lab: Lab;

function setUp(arrivalsEveryMs?: number): Lab {
  lab = new Lab(arrivalsEveryMs);
  return lab;
}

afterEach(() => lab.engine.close());

describe('the engine', () => {
  it('does effects in order', () => {
    const { done } = setUp();
    lab.do(wire(1), screen, { type: 'save-rooms', rooms: ['a'] }, wire(2));
    expect(done).toEqual(['wire 1', 'screen synced', 'rooms a', 'wire 2']);
  });

  it('saves the identity, and goes on', () => {
    const { done } = setUp();
    lab.do({ type: 'save-identity', nick: 'ben' }, wire(1));
    expect(done).toEqual(['identity ben', 'wire 1']);
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
    const { engine, done, core } = setUp();
    lab.change('a', wire(1));
    core.background.push({ cost: 1, run: () => done.push('worked') });
    lab.do();
    engine.close();
    lab.do(wire(2));
    await turn();
    await turn();
    expect(done).toEqual(['commit']);
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

  it('is not told again where history had it before', async () => {
    const { done } = setUp();
    const id = MessageId.fromBytes(new Uint8Array(16).fill(1));
    const message = { type: 'emit', event: messageEvent(id) } as const;
    lab.repeats = [id];
    lab.change('a', message, screen);
    await turn();
    expect(done).toEqual(['commit', 'screen synced']);
    lab.repeats = [];
    lab.change('a', message);
    await turn();
    expect(done.slice(2)).toEqual(['commit', 'screen message']);
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

describe('what arrives fast, where it is gathered', () => {
  const EVERY_MS = 100;
  const GAP_MS = 20;
  const SECONDS = 3;
  const commitsOf = ({ commits }: Lab) => commits.length;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => vi.useRealTimers());

  /** Fifty a second. Returns the commits of the last second. */
  async function flood(): Promise<number> {
    let before = 0;
    for (let ms = 0; ms < SECONDS * 1_000; ms += GAP_MS) {
      if (ms === (SECONDS - 1) * 1_000) before = commitsOf(lab);
      lab.arrive(`row ${ms}`, screen);
      await turn();
      await vi.advanceTimersByTimeAsync(GAP_MS);
    }
    return commitsOf(lab) - before;
  }

  it('is durable and told ten times a second, and nothing of it is left out', async () => {
    setUp(EVERY_MS);
    expect(await flood()).toBe(1_000 / EVERY_MS);
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(lab.done.filter((what) => what === 'screen synced')).toHaveLength(
      (SECONDS * 1_000) / GAP_MS,
    );
    expect(lab.core.unsaved.size).toBe(0);
  });

  it('Control: is durable each time where nothing is gathered', async () => {
    setUp();
    expect(await flood()).toBe(1_000 / GAP_MS);
  });

  it('holds up nothing that comes singly', async () => {
    setUp(EVERY_MS);
    for (let count = 1; count <= 5; count++) {
      lab.arrive('a', screen);
      await turn();
      expect(commitsOf(lab)).toBe(count);
    }
  });

  it('holds up no command', async () => {
    setUp(EVERY_MS);
    await flood();
    const before = commitsOf(lab);
    lab.arrive('a', screen);
    await turn();
    expect(commitsOf(lab)).toBe(before);
    lab.change('b', wire(1));
    await turn();
    expect(commitsOf(lab)).toBe(before + 1);
    expect(lab.done.slice(-3)).toEqual(['commit', 'screen synced', 'wire 1']);
  });

  it('is gathered no further where it is much', async () => {
    setUp(EVERY_MS);
    await flood();
    const before = commitsOf(lab);
    for (let n = 0; n < 50; n++) lab.arrive(`row ${n}`, screen);
    await turn();
    expect(commitsOf(lab)).toBe(before);
    for (let n = 0; n < 200; n++) lab.arrive(`row ${n}`, screen);
    await turn();
    expect(commitsOf(lab)).toBe(before + 1);
  });
});
