// Messages for people who are away: kept by the relay, read at their return, once; and the keys that open them.
import { beforeAll, describe, expect, it } from 'vitest';
import { hurryAcknowledgements } from '../../src/core/core.ts';
import { isFleeting, sealForFarewell } from '../../src/core/outbox.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { FakeNet, type FakePerson, watch } from '../support/fake-net.ts';

beforeAll(ready);

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** anna and ben have met at a relay that keeps mail; ben has left. */
function apart(mailbox = 2_000) {
  const net = new FakeNet({ mailbox });
  const { anna, ben } = net.duo();
  net.cut(ben);
  net.run(500);
  return { net, anna, ben };
}

function mailboxKids(person: FakePerson): string[] {
  return person.core.mailboxKeys.map(({ prekey }) => prekey.kid);
}

describe('a message to somebody away', () => {
  it('is relayed once the relay has stored it, and delivered once they have read it', () => {
    const { net, anna, ben } = apart();
    const id = net.send(anna, ben, 'for later');
    net.run(500);
    expect(anna.states(id)).toEqual(['relayed']);
    expect(net.relay.waiting(ben.id)).toBe(1);
    net.run(HOUR_MS);
    expect(net.sent('send')).toBe(1);
    net.connect(ben);
    net.run(2_000);
    expect(ben.shown).toEqual(['anna: for later']);
    expect(anna.states(id)).toEqual(['relayed', 'delivered']);
    expect(net.relay.waiting(ben.id)).toBe(0);
  });

  it('arrives though its sender has gone, and both have started anew', () => {
    const { net, anna, ben } = apart();
    net.send(anna, ben, 'for later');
    net.run(500);
    net.restart(anna);
    net.restart(ben);
    net.connect(ben);
    net.run(2_000);
    expect(ben.shown).toEqual(['anna: for later']);
    net.connect(anna);
    net.run(2_000);
    expect(anna.core.peers.get(ben.id)?.records).toEqual([]);
  });

  it('comes before what is said when they are back, in order', () => {
    const { net, anna, ben } = apart();
    for (let n = 0; n < 30; n++) net.send(anna, ben, `away ${n}`);
    net.run(1_000);
    net.connect(ben);
    net.run(3);
    net.send(anna, ben, 'welcome back');
    net.run(40_000);
    const away = Array.from({ length: 30 }, (_, n) => `anna: away ${n}`);
    expect(ben.shown).toEqual([...away, 'anna: welcome back']);
    expect(ben.gaps).toEqual([]);
  });

  it('that the relay has no room for fails at once, and says why', () => {
    const { net, anna, ben } = apart(2);
    const ids = ['one', 'two', 'three'].map((text) => net.send(anna, ben, text));
    net.run(500);
    expect(ids.map((id) => anna.states(id))).toEqual([
      ['relayed'],
      ['relayed'],
      ['failed refused'],
    ]);
  });

  it('waits with its sender where the relay keeps none', () => {
    const { net, anna, ben } = apart(0);
    const id = net.send(anna, ben, 'for later');
    net.run(HOUR_MS);
    expect(anna.states(id)).toEqual(['pending not-here']);
    net.connect(ben);
    net.run(2_000);
    expect(ben.shown).toEqual(['anna: for later']);
  });

  it('waits where the relay’s disk is full, and goes when there is room', () => {
    const { net, anna, ben } = apart();
    let isFull = true;
    net.tampers.push(({ frame, way, person }) => {
      if (!isFull || way === 'up' || person !== anna || frame.type !== 'done') return undefined;
      return [{ frame: { type: 'error', req: frame.req, code: 'storage' } }];
    });
    const id = net.send(anna, ben, 'for later');
    net.run(60_000);
    expect(anna.states(id)).toEqual([]);
    expect(net.sent('send')).toBe(1);
    isFull = false;
    net.run(10 * 60_000);
    expect(anna.states(id)).toEqual(['relayed']);
  });

  it('that went to their memory before they left goes to the mailbox as well', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo();
    const port = net.goDark(ben);
    const id = net.send(anna, ben, 'into the void');
    net.run(1_000);
    expect(anna.states(id)).toEqual(['relayed']);
    expect(net.relay.waiting(ben.id)).toBe(0);
    net.notice(port);
    net.run(1_000);
    expect(net.relay.waiting(ben.id)).toBe(1);
  });

  it('goes to the mailbox when its sender leaves before it was acknowledged', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo();
    net.goDark(ben);
    net.send(anna, ben, 'last words');
    net.run(500);
    expect(isFleeting(anna.core)).toBe(true);
    net.command(anna, hurryAcknowledgements);
    net.command(anna, sealForFarewell);
    net.run(500);
    expect(isFleeting(anna.core)).toBe(false);
    net.cut(anna);
    net.cut(ben);
    net.connect(ben);
    net.run(2_000);
    expect(ben.shown).toEqual(['anna: last words']);
  });
});

describe('coming back', () => {
  it('is not ready before everything that waited is here', () => {
    const { net, anna, ben } = apart();
    for (let n = 0; n < 10; n++) net.send(anna, ben, `${n}`);
    net.run(500);
    net.connect(ben);
    const readyAt = () => ben.events.findLastIndex(({ type }) => type === 'synced');
    const before = readyAt();
    net.run(2_000);
    const messages = ben.events.flatMap(({ type }, index) => (type === 'message' ? [index] : []));
    expect(messages).toHaveLength(10);
    expect(readyAt()).toBeGreaterThan(Math.max(before, ...messages));
  });

  it('acknowledges to the relay only what is on disk', () => {
    const { net, anna, ben } = apart();
    net.send(anna, ben, 'for later');
    net.run(500);
    const acks = watch(net, 'ack');
    // Dies between the commit of what came and all that was to follow it.
    const inject = net.inject.bind(net);
    net.inject = (person, frame) => {
      if (frame.type === 'deliver') net.killAfter(person, 1);
      inject(person, frame);
    };
    net.connect(ben);
    net.run(1_000);
    net.inject = inject;
    expect(ben.kept).toEqual(['for later']);
    expect(acks).toEqual([]);
    expect(net.relay.waiting(ben.id)).toBe(1);
    net.restart(ben);
    net.connect(ben);
    net.run(2_000);
    expect(ben.kept).toEqual(['for later']);
    expect(acks).toHaveLength(1);
    expect(net.relay.waiting(ben.id)).toBe(0);
  });

  it('lets the relay forget what nobody can open any more', () => {
    const { net, anna, ben } = apart();
    const id = net.send(anna, ben, 'under a lost key');
    net.run(500);
    net.restart(ben, { loses: true });
    net.connect(ben);
    net.run(1_000);
    expect(net.relay.waiting(ben.id)).toBe(0);
    // And its sender seals it anew.
    net.run(20_000);
    expect(ben.shown).toEqual(['anna: under a lost key']);
    expect(anna.lastState(id)).toBe('delivered');
  });

  it('to a relay that withholds mail loses nothing', () => {
    const { net, anna, ben } = apart();
    let withholds = true;
    net.tampers.push(({ frame, way, person }) => {
      if (!withholds || way === 'up' || person !== ben) return undefined;
      if (frame.type === 'deliver' && frame.rseq > 0n) return [];
      return frame.type === 'done' ? [{ frame: { type: 'drained', req: frame.req } }] : undefined;
    });
    const id = net.send(anna, ben, 'for later');
    net.run(500);
    net.connect(ben);
    net.run(10_000);
    expect(ben.shown).toEqual([]);
    expect(anna.lastState(id)).toBe('relayed');
    net.run(10_000);
    // Sealed to his memory meanwhile.
    expect(ben.shown).toEqual(['anna: for later']);
    withholds = false;
    net.cut(ben);
    net.connect(ben);
    net.run(2_000);
    expect(ben.shown).toEqual(['anna: for later']);
    expect(ben.errors).toEqual([]);
  });

  it('to a relay that answers a page of nothing for ever asks no more than a few times', () => {
    const { net, ben } = apart();
    net.tampers.push(({ frame, way, person }) =>
      way === 'down' && person === ben && frame.type === 'drained'
        ? [{ frame: { type: 'done', req: frame.req } }]
        : undefined,
    );
    const before = net.sent('fetch');
    net.connect(ben);
    net.run(60_000);
    expect(net.sent('fetch') - before).toBe(1);
    expect(ben.core.link.synced).toBe(true);
  });
});

describe('a mailbox key', () => {
  it('is on disk before it is published, and the same after a restart', () => {
    const { net, ben } = apart();
    const kids = mailboxKids(ben);
    expect(kids).toHaveLength(1);
    net.restart(ben);
    expect(mailboxKids(ben)).toEqual(kids);
  });

  it('is replaced daily, and the old one opens what comes late', () => {
    const { net, anna, ben } = apart();
    const [old] = mailboxKids(ben);
    net.send(anna, ben, 'to the old key');
    net.run(500);
    net.run(25 * HOUR_MS);
    net.connect(ben);
    net.run(2_000);
    expect(mailboxKids(ben)).toHaveLength(2);
    expect(mailboxKids(ben)[0]).toBe(old);
    expect(ben.shown).toEqual(['anna: to the old key']);
  });

  it('is destroyed when the mailbox has been read a day after it was replaced', () => {
    const { net, ben } = apart();
    const [old] = mailboxKids(ben);
    net.connect(ben);
    net.run(50 * HOUR_MS);
    expect(mailboxKids(ben)).not.toContain(old);
    net.restart(ben);
    expect(mailboxKids(ben)).not.toContain(old);
  });

  it('lives on while the relay can’t say that it was read, 8 days at most', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    net.tampers.push(({ frame, way }) =>
      way === 'down' && frame.type === 'drained'
        ? [{ frame: { type: 'error', req: frame.req, code: 'storage' } }]
        : undefined,
    );
    const { ben } = net.duo();
    const [old] = mailboxKids(ben);
    net.run(5 * DAY_MS);
    expect(mailboxKids(ben)).toContain(old);
    net.run(5 * DAY_MS);
    expect(mailboxKids(ben)).not.toContain(old);
    expect(mailboxKids(ben).length).toBeLessThanOrEqual(10);
  });

  it('is neither lost nor kept for ever because a clock jumps by a year', () => {
    const { net, anna, ben } = apart();
    const [old] = mailboxKids(ben);
    net.send(anna, ben, 'before the jump');
    net.run(500);
    ben.wallSkewMs = 365 * DAY_MS;
    net.restart(ben);
    net.connect(ben);
    net.run(1_000);
    expect(ben.shown).toEqual(['anna: before the jump']);
    expect(mailboxKids(ben)).toContain(old);
    ben.wallSkewMs = -365 * DAY_MS;
    net.restart(ben);
    net.connect(ben);
    net.run(50 * HOUR_MS);
    expect(mailboxKids(ben)).not.toContain(old);
  });
});

describe('a visitor', () => {
  it('is heard by members who were away, though it is gone', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const ben = net.arrive('ben', { rooms: ['lobby'] });
    net.run(500);
    net.cut(ben);
    const anna = net.arrive('anna');
    net.run(500);
    net.join(anna, 'lobby', 'guest');
    const id = net.say(anna, 'lobby', 'passing by');
    net.run(1_000);
    expect(anna.lastState(id)).toBe('relayed');
    net.leave(anna, 'lobby');
    net.cut(anna);
    net.connect(ben);
    net.run(2_000);
    expect(ben.shown).toEqual(['#lobbyanna: passing by']);
    expect(ben.gaps).toEqual([]);
  });
});

describe('a member who was away', () => {
  it('reads what was said meanwhile, after a restart of everybody and of the relay', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const people = ['anna', 'ben', 'cara'].map((name) => net.arrive(name, { rooms: ['lobby'] }));
    const [anna, ben, cara] = people;
    if (anna === undefined || ben === undefined || cara === undefined) throw new Error('nobody');
    net.run(500);
    net.say(anna, 'lobby', 'all here');
    net.run(1_000);
    net.cut(ben);
    net.run(500);
    net.say(anna, 'lobby', 'without ben');
    net.run(1_000);
    net.restart(anna);
    net.connect(anna);
    net.run(1_000);
    net.say(anna, 'lobby', 'after a restart');
    net.say(cara, 'lobby', 'cara too');
    net.run(1_000);
    for (const person of people) net.restart(person);
    net.restartRelay({ keepsDisk: true });
    net.connect(ben);
    net.run(3_000);
    expect(ben.kept).toEqual(['all here', 'without ben', 'after a restart', 'cara too']);
    expect(ben.gaps).toEqual([]);
  });

  it('reads nothing of before they joined', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const anna = net.arrive('anna', { rooms: ['lobby'] });
    net.run(500);
    net.say(anna, 'lobby', 'alone');
    net.run(1_000);
    const ben = net.arrive('ben', { rooms: ['lobby'] });
    net.run(1_000);
    net.say(anna, 'lobby', 'together');
    net.run(1_000);
    expect(ben.kept).toEqual(['together']);
    expect(ben.gaps).toEqual([]);
  });
});
