// Private messages between cores: what arrives, when, and what the sender is told.
import { beforeAll, describe, expect, it } from 'vitest';
import { hurryAcknowledgements, owesAcknowledgements } from '../../src/core/core.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { FakeNet, watch } from '../support/fake-net.ts';

beforeAll(ready);

const YEAR_MS = 365 * 24 * 60 * 60_000;

describe('a private message', () => {
  it('arrives once, and is delivered only when the other has opened it', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const id = net.send(anna, ben, 'hello');
    net.run(100);
    expect(ben.shown).toEqual(['anna: hello']);
    expect(anna.states(id)).toEqual(['relayed']);
    net.run(1_000);
    expect(anna.states(id)).toEqual(['relayed', 'delivered']);
    expect(anna.core.peers.get(ben.id)?.records).toEqual([]);
  });

  it('comes after those before it, both ways', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    for (let n = 1; n <= 5; n++) {
      net.send(anna, ben, `a${n}`);
      net.send(ben, anna, `b${n}`);
    }
    net.run(2_000);
    expect(ben.shown).toEqual(['anna: a1', 'anna: a2', 'anna: a3', 'anna: a4', 'anna: a5']);
    expect(anna.shown).toEqual(['ben: b1', 'ben: b2', 'ben: b3', 'ben: b4', 'ben: b5']);
  });

  it('is put in order where the net overtook it', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    let delivered = 0;
    net.tampers.push(({ frame, person }) => {
      if (frame.type !== 'deliver' || person !== ben || delivered++ > 0) return undefined;
      return [{ frame, delayMs: 900 }];
    });
    net.send(anna, ben, 'one');
    net.send(anna, ben, 'two');
    net.run(500);
    expect(ben.shown).toEqual([]);
    net.run(2_000);
    expect(ben.shown).toEqual(['anna: one', 'anna: two']);
    expect(ben.gaps).toEqual([]);
  });

  it('is shown once, however often it is delivered', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.tampers.push(({ frame }) =>
      frame.type === 'deliver' ? [{ frame }, { frame }, { frame, delayMs: 2_000 }] : undefined,
    );
    net.send(anna, ben, 'hello');
    net.run(5_000);
    expect(ben.shown).toEqual(['anna: hello']);
    expect(ben.errors).toEqual([]);
  });

  it('that is lost on the way is sealed again after 15 s, to other bytes', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const sends = watch(net, 'send');
    let lost = 0;
    net.tampers.push(({ frame, person }) =>
      frame.type === 'deliver' && person === ben && lost++ === 0 ? [] : undefined,
    );
    const id = net.send(anna, ben, 'hello');
    net.run(14_900);
    expect(ben.shown).toEqual([]);
    net.run(2_000);
    expect(ben.shown).toEqual(['anna: hello']);
    expect(anna.states(id)).toEqual(['relayed', 'delivered']);
    const [first, again] = sends.filter(({ person }) => person === anna);
    expect(first?.frame.token).not.toEqual(again?.frame.token);
    expect(first?.frame.blob).not.toEqual(again?.frame.blob);
  });

  it('that a later one overtook is sealed again after 5 s', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    let lost = 0;
    net.tampers.push(({ frame, person }) =>
      frame.type === 'deliver' && person === ben && lost++ === 0 ? [] : undefined,
    );
    net.send(anna, ben, 'one');
    net.send(anna, ben, 'two');
    net.run(7_000);
    expect(ben.shown).toEqual(['anna: one', 'anna: two']);
  });

  it('fails after a week without the other', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.cut(ben);
    net.run(500);
    const id = net.send(anna, ben, 'hello');
    net.run(7 * 24 * 60 * 60_000 - 1_000);
    expect(anna.lastState(id)).toBe('pending');
    net.run(2_000);
    expect(anna.states(id).at(-1)).toBe('failed expired');
    net.connect(ben);
    net.run(60_000);
    expect(ben.shown).toEqual([]);
  });

  it('between clocks a year apart arrives at once, with a note of the sender’s clock', () => {
    const net = new FakeNet();
    const anna = net.arrive('anna');
    const ben = net.arrive('ben', { wallSkewMs: -YEAR_MS });
    net.run(500);
    const id = net.send(anna, ben, 'from the future');
    net.send(ben, anna, 'from the past');
    net.run(2_000);
    const [atBen] = ben.messages;
    const [atAnna] = anna.messages;
    expect(anna.lastState(id)).toBe('delivered');
    expect(atBen?.time.slice(0, 4)).toBe('2025');
    expect(atBen?.sentTime?.slice(0, 4)).toBe('2026');
    expect(atAnna?.sentTime?.slice(0, 4)).toBe('2025');
  });

  it('between clocks that agree carries no note', () => {
    const net = new FakeNet();
    const anna = net.arrive('anna');
    const ben = net.arrive('ben', { wallSkewMs: 4 * 60_000 });
    net.run(500);
    net.send(anna, ben, 'hello');
    net.run(1_000);
    expect(ben.messages[0]?.sentTime).toBeNull();
  });
});

describe('the first message of a stranger', () => {
  /** ben's card comes to anna `delayMs` late, or not at all. */
  function withCardLate(delayMs: number | null) {
    const net = new FakeNet();
    const anna = net.arrive('anna');
    net.run(500);
    net.tampers.push(({ frame, way, person }) => {
      if (way !== 'down' || frame.type !== 'found' || person !== anna) return undefined;
      return delayMs === null ? [] : [{ frame, delayMs }];
    });
    const ben = net.arrive('ben');
    net.run(300);
    net.send(ben, anna, 'one');
    net.send(ben, anna, 'two');
    return { net, anna };
  }

  it('waits for the name on its card', () => {
    const { net, anna } = withCardLate(1_500);
    net.run(1_000);
    expect(anna.shown).toEqual([]);
    net.run(1_000);
    expect(anna.shown).toEqual(['ben: one', 'ben: two']);
  });

  it('waits no longer than 2 s, and is shown without one then', () => {
    const { net, anna } = withCardLate(null);
    net.run(1_900);
    expect(anna.shown).toEqual([]);
    net.run(300);
    expect(anna.shown).toEqual([': one', ': two']);
  });
});

describe('somebody who is not here', () => {
  it('is said to be, once, and gets everything when they appear', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.cut(ben);
    net.run(500);
    const id = net.send(anna, ben, 'one');
    net.send(anna, ben, 'two');
    net.run(60_000);
    expect(anna.states(id)).toEqual(['pending not-here']);
    net.connect(ben);
    net.run(2_000);
    expect(ben.shown).toEqual(['anna: one', 'anna: two']);
    expect(anna.states(id)).toEqual(['pending not-here', 'relayed', 'delivered']);
  });

  it('is said to be when the relay learns it first', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.send(anna, ben, 'warm up');
    net.run(1_000);
    // Gone, and the presence that says so is still gathered.
    net.cut(ben);
    const id = net.send(anna, ben, 'hello');
    net.run(30);
    expect(anna.states(id)).toEqual(['pending not-here']);
    // The relay may lie, and the message be out: it can't be taken back any more.
    expect(net.cancel(anna, id)).toBe(false);
  });
});

describe('a message taken back', () => {
  it('never arrives where it had not gone out, and leaves no gap', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.cut(ben);
    net.run(500);
    net.send(anna, ben, 'one');
    const id = net.send(anna, ben, 'two');
    net.send(anna, ben, 'three');
    expect(net.cancel(anna, id)).toBe(true);
    expect(net.cancel(anna, id)).toBe(false);
    net.connect(ben);
    net.run(40_000);
    expect(anna.states(id).at(-1)).toBe('failed cancelled');
    expect(ben.shown).toEqual(['anna: one', 'anna: three']);
    expect(ben.gaps).toEqual([]);
  });

  it('stays where it may be out already: the link ended before the answer', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.send(anna, ben, 'warm up');
    net.run(1_000);
    const id = net.send(anna, ben, 'out there');
    net.run(3);
    net.cut(anna, { arrives: 'up' });
    expect(anna.lastState(id)).toBe('pending');
    expect(net.cancel(anna, id)).toBe(false);
    net.connect(anna);
    net.run(20_000);
    expect(ben.shown).toEqual(['anna: warm up', 'anna: out there']);
    expect(ben.errors).toEqual([]);
  });
});

describe('acknowledgements', () => {
  it('are not acknowledged: two who said something fall silent', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.send(anna, ben, 'hello');
    net.send(ben, anna, 'hello');
    net.run(5_000);
    const before = net.sent('send');
    expect(before).toBeLessThanOrEqual(4);
    net.run(60 * 60_000);
    expect(net.sent('send')).toBe(before);
  });

  it('go alone at most once a second', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const sends = watch(net, 'send');
    for (let n = 0; n < 50; n++) {
      net.send(anna, ben, `${n}`);
      net.run(100);
    }
    net.run(2_000);
    expect(ben.shown).toHaveLength(50);
    const acks = sends.filter(({ person }) => person === ben).length;
    expect(acks).toBeGreaterThanOrEqual(4);
    expect(acks).toBeLessThanOrEqual(7);
  });

  it('that are owed go at once where the program is about to end', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.send(anna, ben, 'one');
    net.run(1_000);
    const id = net.send(anna, ben, 'two');
    net.run(60);
    expect(ben.shown).toEqual(['anna: one', 'anna: two']);
    expect(anna.lastState(id)).toBe('relayed');
    expect(owesAcknowledgements(ben.core)).toBe(true);
    net.command(ben, hurryAcknowledgements);
    net.run(60);
    expect(anna.lastState(id)).toBe('delivered');
    expect(owesAcknowledgements(ben.core)).toBe(false);
    net.command(ben, hurryAcknowledgements);
    const sent = net.sent('send');
    net.run(5_000);
    expect(net.sent('send')).toBe(sent);
  });

  it('ride on an answer', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const sends = watch(net, 'send');
    const id = net.send(anna, ben, 'hello');
    net.run(100);
    net.send(ben, anna, 'hello yourself');
    net.run(100);
    expect(anna.states(id)).toEqual(['relayed', 'delivered']);
    expect(sends.filter(({ person }) => person === ben)).toHaveLength(1);
  });
});

describe('what never arrives', () => {
  it('is shown as a gap after half a minute, and shown still if it comes late', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const held: (() => void)[] = [];
    let delivered = 0;
    net.tampers.push(({ frame, person, way }) => {
      // The relay withholds the first message for a minute, and whatever goes up meanwhile is only noted.
      if (frame.type === 'deliver' && person === ben && delivered++ === 0) {
        held.push(() => net.inject(ben, frame));
        return [];
      }
      const isRepeat = frame.type === 'send' && person === anna && way === 'up' && held.length > 0;
      return isRepeat && net.nowMs > 14_000 ? [] : undefined;
    });
    net.send(anna, ben, 'one');
    net.send(anna, ben, 'two');
    net.run(20_000);
    expect(ben.shown).toEqual([]);
    net.run(15_000);
    expect(ben.gaps).toEqual(['anna 1']);
    expect(ben.shown).toEqual(['anna: two']);
    for (const arrive of held) arrive();
    expect(ben.shown).toEqual(['anna: two', 'anna: one']);
  });

  it('costs a note no more than what is open, however much has come since', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    let refused = 0;
    net.tampers.push(({ frame, way, person }) => {
      // The relay refuses every other message for good: each number is left out by its sender.
      if (frame.type !== 'send' || way !== 'up' || person !== anna) return undefined;
      if (frame.blob.length < 1_700 || refused++ % 2 === 1) return undefined;
      net.schedule(1, () => net.inject(anna, { type: 'error', req: frame.req, code: 'quota' }));
      return [];
    });
    const ids = Array.from({ length: 60 }, (_, n) => net.send(anna, ben, `${n}`.padEnd(300, '.')));
    net.run(120_000);
    const last = ids.at(-1);
    expect(ids.filter((id) => anna.states(id).at(-1) === 'failed refused')).toHaveLength(30);
    expect(last === undefined ? '' : anna.lastState(last)).toBe('delivered');
    expect(ben.shown).toHaveLength(30);
  });
});
