// Hiding: messages come at once, and go, while nobody but the relay can tell that one is here.
import { beforeAll, describe, expect, it } from 'vitest';
import { setHidden } from '../../src/core/hidden.ts';
import { personOf } from '../../src/core/people.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { encodeJoinProof, type Frame } from '../../src/protocol/frames.ts';
import { FakeNet, type FakePerson } from '../support/fake-net.ts';
import { note, sealed } from './attacks/forging.ts';

beforeAll(ready);

const MINUTE_MS = 60_000;

function hide(net: FakeNet, person: FakePerson, hidden = true): void {
  net.command(person, (core) => setHidden(core, hidden));
}

/** A new run of the program, hidden from its start. */
function comeHidden(net: FakeNet, person: FakePerson): void {
  net.restart(person);
  hide(net, person);
  net.connect(person);
}

/** What the relay tells or passes on to `person` from now on, private answers and rooms alike. */
function heardBy(net: FakeNet, listener: FakePerson): Frame[] {
  const heard: Frame[] = [];
  net.tampers.push(({ frame, way, person }) => {
    if (way === 'down' && person === listener) heard.push(frame);
    return undefined;
  });
  return heard;
}

/** Frames that concern others; not answers to one's own. */
const news = (frames: readonly Frame[]) => frames.filter(({ req }) => req === 0);

describe('somebody hidden', () => {
  it('[A84 hidden presence] is told of to nobody, from login to farewell, and reads and writes all the same', () => {
    const net = new FakeNet({ mailbox: 100 });
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    net.run(3_000);
    net.cut(ben);
    net.run(1_000);
    const bundle = anna.core.peers.get(ben.id)?.bundle?.seq;
    const heard = heardBy(net, anna);
    comeHidden(net, ben);
    net.run(10_000);
    const id = net.send(anna, ben, 'are you there?');
    net.say(anna, 'lobby', 'is anybody?');
    net.run(5_000);
    expect(ben.kept.toSorted()).toEqual(['are you there?', 'is anybody?']);
    expect(anna.lastState(id)).toBe('relayed');
    expect(personOf(anna.core, ben.id).online).toBe(false);
    // Its connection goes down and comes up, and its program ends and begins.
    net.cut(ben);
    net.run(1_000);
    net.connect(ben);
    net.run(5_000);
    comeHidden(net, ben);
    net.run(10_000);
    expect(news(heard)).toEqual([]);
    expect(anna.eventsOf('joined').filter(({ who }) => who.fingerprint === ben.id)).toHaveLength(1);
    expect(bundle).toBeUndefined();
    // Control: whoever shows themselves again is told of, and acknowledges.
    hide(net, ben, false);
    net.run(5_000);
    expect(personOf(anna.core, ben.id).online).toBe(true);
    expect(anna.lastState(id)).toBe('delivered');
    expect(news(heard)).not.toEqual([]);
    net.say(ben, 'lobby', 'I am');
    net.run(5_000);
    expect(anna.kept).toEqual(['I am']);
  });

  it('[A84 hidden presence] looks gone when it hides while it is here, and publishes no live key', () => {
    const net = new FakeNet({ mailbox: 100 });
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    net.run(3_000);
    hide(net, ben);
    net.run(1_000);
    expect(personOf(anna.core, ben.id).online).toBe(false);
    expect(anna.eventsOf('left').map(({ who }) => who.fingerprint)).toEqual([ben.id]);
    net.send(anna, ben, 'gone?');
    net.run(2_000);
    expect(ben.kept).toEqual(['gone?']);
    expect(anna.core.peers.get(ben.id)?.bundle).toMatchObject({ live: null });
    expect(anna.core.peers.get(ben.id)?.bundle?.mailbox).not.toBeNull();
    // Control: shown again, there is one.
    hide(net, ben, false);
    net.run(1_000);
    net.send(anna, ben, 'back?');
    net.run(2_000);
    expect(ben.kept).toEqual(['gone?', 'back?']);
    const cara = net.arrive('cara');
    net.run(1_000);
    net.send(cara, ben, 'who are you?');
    net.run(2_000);
    expect(cara.core.peers.get(ben.id)?.bundle?.live?.kid).toBeDefined();
  });

  it('[A84 hidden presence] is not given away by a bundle or a join that tell when it came', () => {
    const net = new FakeNet({ mailbox: 100 });
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    net.run(3_000);
    comeHidden(net, ben);
    net.run(10_000);
    const seqs = () => {
      const cara = net.arrive(`c${net.people.length}`, { rooms: ['lobby'] });
      net.run(5_000);
      net.send(cara, ben, 'hello');
      net.run(2_000);
      const bundle = cara.core.peers.get(ben.id)?.bundle?.seq;
      const join = cara.core.rooms.get('lobby')?.members.get(ben.id)?.join.seq;
      net.cut(cara);
      net.run(500);
      return { bundle, join };
    };
    const before = seqs();
    net.run(60 * MINUTE_MS);
    comeHidden(net, ben);
    net.run(10_000);
    expect(seqs()).toEqual(before);
    expect(before.bundle).toBeDefined();
    expect(anna.errors).toEqual([]);
    // Control: whoever doesn't hide publishes anew each time.
    net.restart(ben);
    net.connect(ben);
    net.run(10_000);
    const shown = seqs();
    expect(shown.bundle).not.toBe(before.bundle);
    expect(shown.join).not.toBe(before.join);
  });

  it('[A84 hidden presence] is not given away by keys of rooms, or answers to who asks for them', () => {
    const net = new FakeNet({ mailbox: 100 });
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    net.run(3_000);
    net.say(ben, 'lobby', 'before');
    net.run(5_000);
    comeHidden(net, ben);
    net.run(3 * MINUTE_MS);
    const sent: Frame[] = [];
    net.tampers.push(({ frame, way, person }) => {
      if (way === 'up' && person === ben && frame.type === 'send') sent.push(frame);
      return undefined;
    });
    const cara = net.arrive('cara', { rooms: ['lobby'] });
    net.run(10_000);
    const skid = ben.core.rooms.get('lobby')?.own?.chain.skid;
    const room = cara.core.rooms.get('lobby');
    const join = room?.join;
    if (skid === undefined || room === undefined || join === undefined || join === null) {
      throw new Error('no key to ask for');
    }
    const want = { room: room.roomId, skid, join: encodeJoinProof(join) };
    const asked = sealed(cara.profile.me, ben, new Uint8Array(0), note({ wants: [want] }));
    net.inject(ben, asked);
    net.run(10_000);
    expect(sent).toEqual([]);
    expect(ben.core.rooms.get('lobby')?.own?.holders.has(cara.id)).toBe(false);
    // Control: when it speaks, everybody gets its key, and reads.
    net.say(ben, 'lobby', 'after');
    net.run(10_000);
    expect(sent.length).toBeGreaterThan(0);
    expect(anna.kept).toEqual(['before', 'after']);
    expect(cara.kept).toEqual(['after']);
  });

  it('[A84 hidden presence] is not given away to somebody who acknowledges nothing, or asks with a lost key', () => {
    const probe = (isHidden: boolean) => {
      const net = new FakeNet({ mailbox: 100 });
      const { anna, ben } = net.duo();
      net.send(ben, anna, 'hello');
      net.run(1_000);
      const heard = heardBy(net, ben);
      net.send(anna, ben, 'under a turn key');
      net.run(2_000);
      const old = heard.find((frame) => frame.type === 'deliver');
      if (old === undefined) throw new Error('nothing came');
      // From here on anna answers nothing.
      net.tampers.push(({ frame, way, person }) =>
        way === 'up' && person === anna && frame.type === 'send' ? [] : undefined,
      );
      net.send(ben, anna, 'and this?');
      net.run(5_000);
      net.restart(ben);
      if (isHidden) hide(net, ben);
      net.connect(ben);
      let sent = 0;
      net.tampers.push(({ frame, way, person }) => {
        if (way === 'up' && person === ben && frame.type === 'send') sent++;
        return undefined;
      });
      net.run(5_000);
      net.inject(ben, old);
      net.run(50 * MINUTE_MS);
      const early = sent;
      net.run(20 * MINUTE_MS);
      return { early, late: sent > early };
    };
    expect(probe(true)).toEqual({ early: 0, late: true });
    // Control: whoever doesn't hide answers, and tries again.
    expect(probe(false).early).toBeGreaterThan(1);
  });

  it('acknowledges an hour late, or with what it writes', () => {
    const net = new FakeNet({ mailbox: 100 });
    const { anna, ben } = net.duo();
    comeHidden(net, ben);
    net.run(1_000);
    const first = net.send(anna, ben, 'one');
    net.run(59 * MINUTE_MS);
    expect(anna.lastState(first)).toBe('relayed');
    net.run(2 * MINUTE_MS);
    expect(anna.lastState(first)).toBe('delivered');
    const second = net.send(anna, ben, 'two');
    net.run(5_000);
    expect(anna.lastState(second)).toBe('relayed');
    net.send(ben, anna, 'yes?');
    net.run(2_000);
    expect(anna.lastState(second)).toBe('delivered');
  });

  it('that wrote within two minutes is answered under turn keys, later under those of its mailbox', () => {
    const net = new FakeNet({ mailbox: 100 });
    const { anna, ben } = net.duo();
    hide(net, ben);
    net.run(1_000);
    net.send(ben, anna, 'psst');
    net.run(2_000);
    const under = (text: string) => {
      const id = net.send(anna, ben, text);
      net.run(10);
      const record = anna.core.peers.get(ben.id)?.records.find((each) => each.id === id);
      return record?.sealed?.inMemory;
    };
    expect(under('yes?')).toBe(true);
    net.run(2_000);
    expect(ben.kept).toEqual(['yes?']);
    net.run(3 * MINUTE_MS);
    expect(under('still there?')).toBe(false);
    net.run(2_000);
    expect(ben.kept).toEqual(['yes?', 'still there?']);
    // A turn key that is gone costs nothing but two minutes.
    net.send(ben, anna, 'yes');
    net.run(2_000);
    net.cut(ben);
    net.run(100);
    expect(under('and now?')).toBe(true);
    comeHidden(net, ben);
    net.run(3 * MINUTE_MS);
    expect(ben.kept).toEqual(['yes?', 'still there?', 'and now?']);
  });
});
