// Links that break and programs that start anew: nothing lost, nothing twice, states that never fall.
import { beforeAll, describe, expect, it } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { FakeNet, watch } from '../support/fake-net.ts';

beforeAll(ready);

function warmDuo() {
  const net = new FakeNet();
  const { anna, ben } = net.duo();
  net.send(anna, ben, 'warm up');
  net.run(2_000);
  return { net, anna, ben };
}

describe('a link lost by the sender', () => {
  it('before the message reached the relay: it goes out after the reconnect', () => {
    const { net, anna, ben } = warmDuo();
    const id = net.send(anna, ben, 'hello');
    net.run(2);
    net.cut(anna);
    net.run(5_000);
    expect(ben.shown).toEqual(['anna: warm up']);
    net.connect(anna);
    net.run(2_000);
    expect(ben.shown).toEqual(['anna: warm up', 'anna: hello']);
    expect(anna.states(id)).toEqual(['relayed', 'delivered']);
  });

  it('after it, before SENT came back: it goes out again and is shown once', () => {
    const { net, anna, ben } = warmDuo();
    const id = net.send(anna, ben, 'hello');
    net.run(3);
    net.cut(anna, { arrives: 'up' });
    net.run(5_000);
    expect(ben.shown).toEqual(['anna: warm up', 'anna: hello']);
    expect(anna.states(id)).toEqual([]);
    net.connect(anna);
    net.run(2_000);
    expect(ben.shown).toEqual(['anna: warm up', 'anna: hello']);
    expect(anna.states(id)).toEqual(['relayed', 'delivered']);
  });

  it('after SENT: a state told once is not told again', () => {
    const { net, anna, ben } = warmDuo();
    const id = net.send(anna, ben, 'hello');
    net.run(8);
    expect(anna.states(id)).toEqual(['relayed']);
    net.cut(anna);
    net.run(5_000);
    net.connect(anna);
    net.run(5_000);
    expect(ben.shown).toEqual(['anna: warm up', 'anna: hello']);
    expect(anna.states(id)).toEqual(['relayed', 'delivered']);
  });

  it('says that nobody is known to be here, and after it who is', () => {
    const { net, anna, ben } = warmDuo();
    net.cut(anna);
    expect(anna.eventsOf('person').at(-1)?.person).toMatchObject({ nick: 'ben', online: false });
    // He goes while nobody can tell her.
    net.cut(ben);
    net.run(1_000);
    net.connect(anna);
    net.run(500);
    const id = net.send(anna, ben, 'are you there?');
    net.run(500);
    expect(anna.states(id)).toEqual(['pending not-here']);
    net.connect(ben);
    net.run(500);
    expect(anna.eventsOf('person').at(-1)?.person).toMatchObject({ nick: 'ben', online: true });
  });
});

describe('a link lost by the recipient', () => {
  it('that the relay took for alive: what went into it comes again within 3 s of the return', () => {
    const { net, anna, ben } = warmDuo();
    net.goDark(ben);
    const id = net.send(anna, ben, 'into the void');
    net.run(4_000);
    expect(anna.states(id)).toEqual(['relayed']);
    // Back before the relay noticed: nobody was told that he was away.
    net.cut(ben, { noticed: false });
    net.connect(ben);
    net.run(3_000);
    expect(ben.shown).toEqual(['anna: warm up', 'anna: into the void']);
    expect(anna.states(id)).toEqual(['relayed', 'delivered']);
  });

  it('for 30 s while both type: everything arrives once, in order, within 3 s of the return', () => {
    const { net, anna, ben } = warmDuo();
    const port = net.goDark(ben);
    for (let second = 0; second < 30; second++) {
      net.send(anna, ben, `a${second}`);
      net.send(ben, anna, `b${second}`);
      if (second === 10) net.notice(port);
      if (second === 10) net.cut(ben);
      net.run(1_000);
    }
    net.connect(ben);
    net.run(3_000);
    const numbers = Array.from({ length: 30 }, (_, n) => n);
    expect(ben.shown).toEqual(['anna: warm up', ...numbers.map((n) => `anna: a${n}`)]);
    expect(anna.shown).toEqual(numbers.map((n) => `ben: b${n}`));
  });
});

describe('a program started anew', () => {
  it('by the recipient: what it had not acknowledged comes to its new keys', () => {
    const { net, anna, ben } = warmDuo();
    const id = net.send(anna, ben, 'hello');
    net.run(5);
    net.restart(ben);
    net.connect(ben);
    net.run(3_000);
    expect(ben.shown.filter((line) => line === 'anna: hello').length).toBeGreaterThanOrEqual(1);
    expect(anna.states(id)).toEqual(['relayed', 'delivered']);
    expect(ben.gaps).toEqual([]);
  });

  it('by the recipient: what was acknowledged does not come again', () => {
    const { net, anna, ben } = warmDuo();
    net.restart(ben);
    net.connect(ben);
    net.send(anna, ben, 'second');
    net.run(60_000);
    expect(ben.shown).toEqual(['anna: warm up', 'anna: second']);
    expect(ben.gaps).toEqual([]);
  });

  it('by the sender: its numbers begin anew and nothing is taken for a repeat', () => {
    const { net, anna, ben } = warmDuo();
    net.restart(anna);
    net.connect(anna);
    net.run(500);
    const id = net.send(anna, ben, 'first of this run');
    net.run(2_000);
    expect(ben.shown).toEqual(['anna: warm up', 'anna: first of this run']);
    expect(anna.states(id)).toEqual(['relayed', 'delivered']);
    expect(ben.errors).toEqual([]);
  });

  it('by the sender, again and again, with the recipient long gone: bundles rise', () => {
    const { net, anna, ben } = warmDuo();
    let seq = 0n;
    for (let run = 0; run < 5; run++) {
      net.restart(anna);
      net.connect(anna);
      net.run(500);
      expect(anna.core.bundleSeq).toBeGreaterThan(seq);
      expect(anna.core.boot).toBe(anna.core.bundleSeq);
      seq = anna.core.bundleSeq;
    }
    expect(ben.errors).toEqual([]);
  });

  it('from a backup with old numbers overtakes the relay’s copy and is heard', () => {
    const { net, anna, ben } = warmDuo();
    net.cut(anna);
    anna.profile.bundleSeq = 1n;
    anna.wallSkewMs = -10 * 60_000;
    net.restart(anna);
    net.connect(anna);
    net.run(1_000);
    expect(anna.errors).toEqual([]);
    net.send(ben, anna, 'still there?');
    net.run(2_000);
    expect(anna.shown).toEqual(['ben: still there?']);
  });

  it('by the relay, which forgets everybody: all publish anew and talk on', () => {
    const { net, anna, ben } = warmDuo();
    net.restartRelay();
    const id = net.send(anna, ben, 'while it was away');
    net.run(2_000);
    expect(anna.lastState(id)).toBe('pending');
    net.connect(ben);
    net.connect(anna);
    net.run(3_000);
    expect(ben.shown).toEqual(['anna: warm up', 'anna: while it was away']);
    expect(anna.lastState(id)).toBe('delivered');
  });
});

describe('a connection', () => {
  it('brings one new bundle, not two', () => {
    const { net, anna } = warmDuo();
    const publishes = watch(net, 'publish');
    net.cut(anna);
    net.run(1_000);
    net.connect(anna);
    net.run(1_000);
    expect(publishes).toHaveLength(1);
  });

  it('says once that everything is there', () => {
    const { anna, ben } = warmDuo();
    expect(anna.eventsOf('synced')).toHaveLength(1);
    expect(ben.eventsOf('synced')).toHaveLength(1);
  });
});
