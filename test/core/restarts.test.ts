// What a program finds again when it starts anew: numbers, orders, what waits, what is owed; and rows gone bad.
import { beforeAll, describe, expect, it } from 'vitest';
import { setQuiet } from '../../src/core/outbox.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { FakeNet, type FakePerson, watch } from '../support/fake-net.ts';
import { MemoryPins } from '../support/memory-pins.ts';

beforeAll(ready);

const DAY_MS = 24 * 60 * 60_000;

function pair() {
  const net = new FakeNet({ mailbox: 2_000 });
  const { anna, ben } = net.duo();
  net.send(anna, ben, 'warm up');
  net.run(2_000);
  return { net, anna, ben };
}

function rowsOf({ profile }: FakePerson, kind: string): string[] {
  return [...profile.rows.keys()].filter((place) => place.startsWith(`${kind}/`));
}

function again(net: FakeNet, person: FakePerson): void {
  net.restart(person);
  net.connect(person);
}

describe('a sender who starts anew', () => {
  it('goes on with its numbers: nothing is taken for a repeat or a forgery', () => {
    const { net, anna, ben } = pair();
    for (let run = 1; run <= 3; run++) {
      again(net, anna);
      net.run(500);
      net.send(anna, ben, `run ${run}`);
      net.run(2_000);
    }
    expect(ben.kept).toEqual(['warm up', 'run 1', 'run 2', 'run 3']);
    expect([ben.errors, ben.gaps]).toEqual([[], []]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])('killed after %i effects, sends each message once', (effects) => {
    const { net, anna, ben } = pair();
    net.killAfter(anna, effects);
    if (effects > 0) net.send(anna, ben, 'hello');
    net.run(1_000);
    again(net, anna);
    net.run(20_000);
    const isKept = anna.profile.history.some(
      (write) => write.type === 'message' && write.message.text === 'hello',
    );
    expect(ben.kept).toEqual(isKept ? ['warm up', 'hello'] : ['warm up']);
    expect(anna.core.peers.get(ben.id)?.records ?? []).toEqual([]);
    expect(ben.errors).toEqual([]);
  });

  it('sends what it was told while nobody was connected, in order', () => {
    const { net, anna, ben } = pair();
    net.cut(anna);
    for (let n = 0; n < 5; n++) net.send(anna, ben, `${n}`);
    again(net, anna);
    net.run(3_000);
    expect(ben.kept).toEqual(['warm up', '0', '1', '2', '3', '4']);
  });

  it('can take back what never went out, and nothing that may have', () => {
    const { net, anna, ben } = pair();
    net.cut(anna);
    const unsent = net.send(anna, ben, 'not this one');
    net.send(anna, ben, 'but this one');
    net.restart(anna);
    expect(net.cancel(anna, unsent)).toBe(true);
    net.connect(anna);
    net.run(2_000);
    expect(ben.kept).toEqual(['warm up', 'but this one']);
    expect(ben.gaps).toEqual([]);
    net.goDark(anna);
    const gone = net.send(anna, ben, 'perhaps out');
    net.cut(anna);
    net.restart(anna);
    expect(net.cancel(anna, gone)).toBe(false);
  });

  it('does not tell again what it has told', () => {
    const { net, anna, ben } = pair();
    net.cut(ben);
    net.run(500);
    const id = net.send(anna, ben, 'for later');
    net.run(500);
    again(net, anna);
    net.run(60_000);
    expect(anna.states(id)).toEqual(['relayed']);
    net.connect(ben);
    net.run(3_000);
    expect(anna.states(id)).toEqual(['relayed', 'delivered']);
  });

  it('gives up after a week of running, however often it started', () => {
    const { net, anna, ben } = pair();
    net.cut(ben);
    net.run(500);
    const id = net.send(anna, ben, 'nobody comes');
    for (let day = 0; day < 8; day++) {
      net.run(DAY_MS);
      again(net, anna);
      net.run(1_000);
    }
    expect(anna.states(id)).toEqual(['relayed', 'failed expired']);
    expect(rowsOf(anna, 'out')).toEqual([]);
  });

  it('is not hurried or slowed by a clock that jumps', () => {
    const { net, anna, ben } = pair();
    net.cut(ben);
    net.run(500);
    const id = net.send(anna, ben, 'in a year, by the clock');
    for (const skewMs of [365 * DAY_MS, -365 * DAY_MS]) {
      anna.wallSkewMs = skewMs;
      again(net, anna);
      net.run(1_000);
    }
    expect(anna.lastState(id)).toBe('relayed');
    net.connect(ben);
    net.run(3_000);
    expect(anna.lastState(id)).toBe('delivered');
  });
});

describe('a reader who starts anew', () => {
  it('knows what it has read, and shows nothing twice', () => {
    const { net, anna, ben } = pair();
    const deliveries = watch(net, 'deliver');
    net.send(anna, ben, 'second');
    net.run(2_000);
    const blob = deliveries.find(({ person }) => person === ben)?.frame;
    if (blob === undefined) throw new Error('nothing came');
    again(net, ben);
    net.run(1_000);
    net.inject(ben, blob);
    net.run(60_000);
    expect(ben.kept).toEqual(['warm up', 'second']);
    expect(ben.errors).toEqual([]);
  });

  it('finds what waits behind a gap again, in its order', () => {
    const { net, anna, ben } = pair();
    let held: (() => void) | null = null;
    net.tampers.push(({ frame, person }) => {
      if (held !== null || frame.type !== 'deliver' || person !== ben) return undefined;
      held = () => net.inject(ben, frame);
      return [];
    });
    net.send(anna, ben, 'first');
    net.run(200);
    net.send(anna, ben, 'second');
    net.run(1_000);
    expect(ben.kept).toEqual(['warm up']);
    expect(rowsOf(ben, 'held')).toHaveLength(1);
    again(net, ben);
    net.run(10_000);
    expect(ben.kept).toEqual(['warm up', 'first', 'second']);
    expect(rowsOf(ben, 'held')).toEqual([]);
    expect(ben.gaps).toEqual([]);
  });

  it('acknowledges what an earlier run had not', () => {
    const { net, anna, ben } = pair();
    const id = net.send(anna, ben, 'hello');
    net.run(10);
    expect(ben.kept).toEqual(['warm up', 'hello']);
    // Before the acknowledgement, which waits 300 ms for company.
    net.restart(ben);
    net.run(5_000);
    expect(anna.lastState(id)).toBe('relayed');
    const before = net.sent('send');
    net.connect(ben);
    net.run(2_000);
    expect(anna.lastState(id)).toBe('delivered');
    expect(net.sent('send') - before).toBeLessThanOrEqual(2);
  });

  it('names turn keys of an earlier run that come too late', () => {
    const { net, anna, ben } = pair();
    net.send(ben, anna, 'a turn');
    net.run(1_000);
    const id = net.send(anna, ben, 'under his turn key');
    // It is on its way while he starts anew: the relay hands it to the new run.
    const frames: (() => void)[] = [];
    net.tampers.push(({ frame, person }) => {
      if (frame.type !== 'deliver' || person !== ben) return undefined;
      frames.push(() => net.inject(ben, frame));
      return [];
    });
    net.run(100);
    net.tampers.length = 0;
    again(net, ben);
    net.run(5);
    for (const deliver of frames) deliver();
    net.run(2_000);
    expect(ben.kept).toEqual(['warm up', 'under his turn key']);
    expect(anna.lastState(id)).toBe('delivered');
  });
});

describe('a room over restarts', () => {
  function lobby() {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    net.say(anna, 'lobby', 'warm up');
    net.run(2_000);
    return { net, anna, ben };
  }

  it('goes on with the sender’s chain, each index once', () => {
    const { net, anna, ben } = lobby();
    const skid = anna.core.rooms.get('lobby')?.own?.chain.skid;
    const indices: number[] = [];
    net.tampers.push(({ frame, way }) => {
      if (way === 'up' && frame.type === 'fanout') {
        indices.push(new DataView(frame.blob.slice(34, 38).buffer).getUint32(0));
      }
      return undefined;
    });
    for (let run = 0; run < 3; run++) {
      again(net, anna);
      net.run(500);
      net.say(anna, 'lobby', `run ${run}`);
      net.run(1_000);
    }
    expect(anna.core.rooms.get('lobby')?.own?.chain.skid).toBe(skid);
    expect(new Set(indices).size).toBe(indices.length);
    expect(ben.kept).toEqual(['warm up', 'run 0', 'run 1', 'run 2']);
    expect([ben.errors, ben.gaps]).toEqual([[], []]);
  });

  it.each([0, 1, 2, 3, 4, 5])('sends what waited once, killed after %i effects', (effects) => {
    const { net, anna, ben } = lobby();
    net.killAfter(anna, effects);
    if (effects > 0) net.say(anna, 'lobby', 'hello');
    net.run(1_000);
    again(net, anna);
    net.run(20_000);
    const isKept = anna.profile.history.some(
      (write) => write.type === 'message' && write.message.text === 'hello',
    );
    expect(ben.kept).toEqual(isKept ? ['warm up', 'hello'] : ['warm up']);
    expect(ben.errors).toEqual([]);
    expect(rowsOf(anna, 'room-out')).toEqual([]);
  });

  it('leaves no rows when it is left', () => {
    const { net, anna } = lobby();
    expect(rowsOf(anna, 'room')).toHaveLength(1);
    net.leave(anna, 'lobby');
    net.run(1_000);
    const rows = [...anna.profile.rows.keys()].filter((place) => place.startsWith('room'));
    expect(rows).toEqual([]);
  });
});

describe('what an earlier run left that nothing takes up', () => {
  it('goes: rows of a room that has none of its own, or a name that is none', () => {
    const { net, anna } = pair();
    const main = Uint8Array.of(0xa0);
    for (const place of ['room/a b', 'room-own/a b', 'room-run/ward/x/y', 'room-held/ward/x/y/1']) {
      anna.profile.rows.set(place, main);
    }
    again(net, anna);
    net.run(1_000);
    const rows = [...anna.profile.rows.keys()].filter((place) => place.startsWith('room'));
    expect(rows).toEqual([]);
  });

  it('is said: words were exchanged, and the list of people is gone', () => {
    const { net, anna } = pair();
    again(net, anna);
    net.run(1_000);
    // Control: nothing is missing.
    expect(anna.errors).toEqual([]);
    // Killed before it was written that anybody was met: the list is there, and empty.
    Object.assign(anna.profile, { pins: new MemoryPins() });
    again(net, anna);
    net.run(1_000);
    expect(anna.errors).toEqual([]);
    Object.assign(anna.profile, { pins: new MemoryPins({ isMissing: true }) });
    again(net, anna);
    net.run(1_000);
    again(net, anna);
    net.run(1_000);
    expect(anna.errors).toEqual(['pins-lost']);
  });
});

describe('rows that are gone or make no sense', () => {
  function damage(person: FakePerson, kind: string, value: Uint8Array | null): void {
    for (const place of rowsOf(person, kind)) {
      if (value === null) person.profile.rows.delete(place);
      else person.profile.rows.set(place, value);
    }
  }

  const kinds = [
    'peer',
    'run',
    'held',
    'out',
    'time',
    'mailbox-keys',
    'room',
    'room-own',
    'room-holders',
  ];
  const garbage = [
    ['gone', null],
    ['empty', new Uint8Array()],
    ['a list', Uint8Array.of(0x80)],
    ['another row’s', Uint8Array.of(0xa1, 0x61, 0x78, 0x01)],
  ] as const;

  it.each(kinds.flatMap((kind) => garbage.map(([what, value]) => [kind, what, value] as const)))(
    '%s %s: the others are there, and people talk on',
    (kind, _, value) => {
      const net = new FakeNet({ mailbox: 2_000 });
      const { anna, ben, cara } = net.trio({ rooms: ['lobby'] });
      net.send(anna, ben, 'hello');
      net.say(anna, 'lobby', 'all');
      net.run(2_000);
      net.cut(ben);
      net.run(500);
      net.send(anna, ben, 'waits');
      net.run(500);
      damage(anna, kind, value);
      for (const place of ['time', 'mailbox-keys'].filter((one) => one === kind)) {
        if (value === null) anna.profile.rows.delete(place);
        else anna.profile.rows.set(place, value);
      }
      net.restart(anna);
      net.connect(anna);
      net.connect(ben);
      net.run(20_000);
      net.send(anna, ben, 'on we go');
      net.send(ben, anna, 'and back');
      net.say(anna, 'lobby', 'still here');
      net.run(5_000);
      expect(ben.kept).toContain('waits');
      expect(ben.kept).toContain('on we go');
      expect(anna.kept.at(-1)).toBe('and back');
      expect(cara.kept.at(-1)).toBe('still here');
      expect(new Set(ben.kept).size).toBe(ben.kept.length);
      expect([anna.errors, ben.errors, cara.errors]).toEqual([[], [], []]);
    },
  );
});

describe('a quiet reader', () => {
  it('shows nobody that messages were delivered, and its senders forget them all the same', () => {
    const { net, anna, ben } = pair();
    net.command(ben, (core) => setQuiet(core, true));
    // They hear of it with the next note.
    net.send(ben, anna, 'I am quiet now');
    net.run(1_000);
    const id = net.send(anna, ben, 'are you?');
    net.run(2_000);
    expect(ben.kept.at(-1)).toBe('are you?');
    expect(anna.states(id)).toEqual(['relayed']);
    expect(anna.core.peers.get(ben.id)?.records).toEqual([]);
  });

  it('is quiet from its first words, and still after its reader starts anew', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo();
    net.command(ben, (core) => setQuiet(core, true));
    const first = net.send(anna, ben, 'hello');
    net.run(2_000);
    expect(anna.lastState(first)).toBe('relayed');
    again(net, anna);
    net.run(1_000);
    const second = net.send(anna, ben, 'again');
    net.run(2_000);
    expect(anna.lastState(second)).toBe('relayed');
    // Control: once he is no longer.
    net.command(ben, (core) => setQuiet(core, false));
    const third = net.send(anna, ben, 'and now?');
    net.run(2_000);
    expect(anna.lastState(third)).toBe('delivered');
  });
});
