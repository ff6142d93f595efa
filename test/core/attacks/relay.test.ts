// A hostile relay, through the core: old and forked bundles, lies on presence, blobs withheld, rosters forged.
import { beforeAll, describe, expect, it } from 'vitest';
import { relayIdentityFromSeed } from '../../../src/crypto/identity.ts';
import { publicRoomId, signJoin } from '../../../src/crypto/room.ts';
import { signBundle, signCard } from '../../../src/crypto/signed-objects.ts';
import { ready } from '../../../src/crypto/sodium.ts';
import { decodeBundle } from '../../../src/protocol/bundle.ts';
import type { FrameOf, JoinProof, RosterEntry } from '../../../src/protocol/frames.ts';
import { PeerId } from '../../../src/protocol/ids.ts';
import { FakeNet, type FakePerson, watch } from '../../support/fake-net.ts';
import { malloryKeys, random } from './forging.ts';

beforeAll(ready);

/** Answers GETs of bundles with `bundle`, while `lies` says so. */
function serve(net: FakeNet, to: FakePerson, bundle: () => Uint8Array | null): void {
  net.tampers.push(({ frame, person }) => {
    const object = bundle();
    if (frame.type !== 'found' || frame.kind !== 'bundle' || person !== to || object === null) {
      return undefined;
    }
    return [{ frame: { ...frame, objects: [object] } }];
  });
}

function publishedBundles(net: FakeNet, owner: FakePerson): () => Uint8Array[] {
  const publishes = watch(net, 'publish');
  return () =>
    publishes.flatMap(({ person, frame }) =>
      person === owner && frame.kind === 'bundle' ? [frame.object] : [],
    );
}

describe('bundles', () => {
  it('[A13 bundle rollback] an old one is not sealed to', () => {
    const net = new FakeNet();
    const anna = net.arrive('anna');
    const ben = net.add('ben');
    const bundles = publishedBundles(net, ben);
    net.connect(ben);
    net.run(500);
    net.restart(ben);
    net.connect(ben);
    net.run(500);
    const [old] = bundles();
    net.send(anna, ben, 'to the new one');
    net.run(1_000);
    let stale = old ?? null;
    serve(net, anna, () => stale);
    net.run(31 * 60_000);
    const before = net.sent('send');
    const id = net.send(anna, ben, 'hello');
    net.run(10_000);
    expect(net.sent('send')).toBe(before);
    expect(anna.lastState(id)).toBe('pending');
    stale = null;
    net.run(10_000);
    expect(anna.lastState(id)).toBe('delivered');
    expect(ben.shown).toEqual(['anna: to the new one', 'anna: hello']);
  });

  it('[A13 bundle fork] the same number with other keys is an alarm, told once, and not sealed to', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.send(anna, ben, 'first');
    net.run(1_000);
    // Ben's identity was copied: the thief publishes keys of his own under the number in use.
    const { bundleSeq: seq, boot, me } = ben.core;
    const publicKey = (ben.core.prekeys[0]?.prekey.publicKey ?? new Uint8Array()).slice();
    publicKey[70] = (publicKey[70] ?? 0) ^ 1;
    const forked = signBundle(me, { seq, boot, prekeys: [{ class: 'live', publicKey }] });
    let lies = true;
    serve(net, anna, () => (lies ? forked : null));
    net.run(31 * 60_000);
    const id = net.send(anna, ben, 'second');
    net.run(60_000);
    expect(anna.errors).toEqual(['fork']);
    expect(anna.lastState(id)).toBe('pending');
    lies = false;
    net.run(10_000);
    expect(anna.lastState(id)).toBe('delivered');
  });

  it('[A13 bundle fork] one’s own, published by somebody else, is an alarm', () => {
    const net = new FakeNet();
    const anna = net.add('anna');
    let answers: 'fork' | null = 'fork';
    net.tampers.push(({ frame, way }) => {
      if (way !== 'up' || frame.type !== 'publish' || answers === null) return undefined;
      const code = answers;
      answers = null;
      net.schedule(2, () => net.inject(anna, { type: 'error', req: frame.req, code }));
      return [];
    });
    net.connect(anna);
    net.run(1_000);
    expect(anna.errors).toEqual(['fork']);
  });

  it('[A13 forged bundle] of another identity is not sealed to', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const mallory = malloryKeys();
    const publicKey = (ben.core.prekeys[0]?.prekey.publicKey ?? new Uint8Array()).slice();
    const prekeys = [{ class: 'live' as const, publicKey }];
    const fields = { seq: ben.core.bundleSeq, boot: ben.core.boot, prekeys };
    let object: Uint8Array | null = signBundle(mallory, fields);
    serve(net, anna, () => object);
    const id = net.send(anna, ben, 'hello');
    net.run(10_000);
    expect(net.sent('send')).toBe(0);
    object = signBundle(ben.profile.me, fields);
    expect(decodeBundle(object).id).toBe(ben.id);
    net.run(10_000);
    expect(anna.lastState(id)).toBe('delivered');
  });
});

describe('a lie on presence', () => {
  it('[A15 presence lie] that somebody is away delays a message and delivers nothing', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const entry = (online: boolean) => ({
      ...{ id: ben.id, online, cardSeq: 0n, bundleSeq: ben.core.bundleSeq },
    });
    const tell = (online: boolean) =>
      net.inject(anna, { type: 'presence', req: 0, complete: true, entries: [entry(online)] });
    tell(false);
    const id = net.send(anna, ben, 'hello');
    net.run(60_000);
    expect(anna.states(id)).toEqual(['pending not-here']);
    tell(true);
    net.run(2_000);
    expect(anna.lastState(id)).toBe('delivered');
  });

  it('[A15 presence lie] that somebody is here never makes a message delivered', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.cut(ben);
    net.run(500);
    const { bundleSeq } = ben.core;
    const lie = { id: ben.id, online: true, cardSeq: 0n, bundleSeq };
    net.inject(anna, { type: 'presence', req: 0, complete: true, entries: [lie] });
    net.tampers.push(({ frame, way, person }) => {
      if (way !== 'up' || frame.type !== 'send' || person !== anna || ben.port !== null)
        return undefined;
      net.schedule(2, () => net.inject(anna, { type: 'done', req: frame.req }));
      return [];
    });
    const id = net.send(anna, ben, 'hello');
    net.run(5_000);
    expect(anna.states(id)).toEqual(['relayed']);
    net.connect(ben);
    net.run(2_000);
    expect(ben.shown).toEqual(['anna: hello']);
    expect(anna.states(id)).toEqual(['relayed', 'delivered']);
  });

  it('[A15 presence lie] of ever newer bundles that nobody has stops no message', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.tampers.push(({ frame }) => {
      if (frame.type !== 'presence') return undefined;
      const entries = frame.entries.map((entry) => ({
        ...entry,
        bundleSeq: 2n ** 62n,
        cardSeq: 2n ** 62n,
      }));
      return [{ frame: { ...frame, entries } }];
    });
    net.cut(ben);
    net.connect(ben);
    net.run(500);
    const id = net.send(anna, ben, 'hello');
    net.run(10_000);
    expect(anna.lastState(id)).toBe('delivered');
    expect(net.sent('get')).toBeLessThan(20);
  });

  it('[A15 presence lie] back and forth makes nothing arrive twice', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.send(anna, ben, 'hello');
    for (let turn = 0; turn < 40; turn++) {
      const { bundleSeq } = ben.core;
      const lie = { id: ben.id, online: turn % 2 === 1, cardSeq: 0n, bundleSeq };
      net.inject(anna, { type: 'presence', req: 0, complete: true, entries: [lie] });
      net.run(20);
    }
    net.run(5_000);
    expect(ben.shown).toEqual(['anna: hello']);
    expect(ben.errors).toEqual([]);
  });

  it('[A22 ghost member] by the ten thousand leaves memory bounded and a friend in place', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.send(anna, ben, 'hello');
    net.run(2_000);
    for (let page = 0; page < 11; page++) {
      const entries = Array.from({ length: 1_000 }, () => ({
        ...{ id: PeerId.fromBytes(random(32)), online: true, cardSeq: 1n, bundleSeq: 1n },
      }));
      net.inject(anna, { type: 'presence', req: 0, complete: true, entries });
    }
    const { peers, kept } = anna.core;
    expect(peers.size - kept.size).toBeLessThanOrEqual(10_000);
    const id = net.send(anna, ben, 'still there?');
    net.run(10_000);
    expect(anna.lastState(id)).toBe('delivered');
    expect(ben.shown).toEqual(['anna: hello', 'anna: still there?']);
  });
});

describe('withholding', () => {
  it('[A16 withholding] of a blob that was answered as sent costs time, and the states say so', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    let withholds = true;
    net.tampers.push(({ frame, person }) =>
      withholds && frame.type === 'deliver' && person === ben ? [] : undefined,
    );
    const id = net.send(anna, ben, 'hello');
    net.run(60_000);
    expect(anna.states(id)).toEqual(['relayed']);
    withholds = false;
    net.run(5 * 60_000);
    expect(anna.states(id)).toEqual(['relayed', 'delivered']);
    expect(ben.shown).toEqual(['anna: hello']);
  });

  it('[A16 withholding] of cards, bundles and answers costs no more than a question every few seconds', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.send(anna, ben, 'hello');
    net.run(2_000);
    let steps = 0;
    const input = net.input.bind(net);
    net.input = (person, one) => {
      if (person === anna) steps++;
      input(person, one);
    };
    for (const lie of ['nothing found', 'no answer'] as const) {
      net.run(31 * 60_000);
      net.tampers.push(({ frame }) => {
        if (frame.type !== 'found') return undefined;
        return lie === 'no answer' ? [] : [{ frame: { ...frame, objects: [] } }];
      });
      steps = 0;
      const id = net.send(anna, ben, lie);
      net.run(60_000);
      expect(anna.lastState(id)).toBe('pending');
      expect(steps).toBeLessThan(100);
      net.tampers.pop();
      net.cut(anna);
      net.connect(anna);
      net.run(10_000);
      expect(anna.lastState(id)).toBe('delivered');
    }
  });

  it('[A16 withholding] of the card of somebody who writes shows the message and asks no question in a loop', () => {
    const net = new FakeNet();
    const anna = net.arrive('anna');
    net.tampers.push(({ frame, person }) =>
      frame.type === 'found' && person === anna
        ? [{ frame: { ...frame, objects: [] } }]
        : undefined,
    );
    const ben = net.arrive('ben');
    net.run(500);
    const id = net.send(ben, anna, 'hello');
    const before = net.sent('get');
    net.run(60_000);
    expect(anna.messages.map(({ text, from }) => [text, from.fingerprint])).toEqual([
      ['hello', ben.id],
    ]);
    expect(net.sent('get') - before).toBeLessThan(30);
    net.tampers.length = 0;
    net.run(20_000);
    expect(ben.lastState(id)).toBe('delivered');
  });

  it('[A14 drop] of everything but one in three, doubled and out of order, loses nothing', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    let count = 0;
    net.tampers.push(({ frame, way }) => {
      if (frame.type !== 'deliver' || way !== 'down' || net.nowMs > 100_000) return undefined;
      count++;
      if (count % 3 !== 0) return [];
      return [{ frame, delayMs: (count * 37) % 900 }, { frame }];
    });
    const texts = Array.from({ length: 12 }, (_, n) => `${n}`);
    const ids = texts.map((text) => net.send(anna, ben, text));
    net.run(15 * 60_000);
    expect(ben.messages.map(({ text }) => text).toSorted()).toEqual(texts.toSorted());
    for (const id of ids) expect(anna.lastState(id)).toBe('delivered');
  });
});

function lobby() {
  const net = new FakeNet();
  const people = net.trio({ rooms: ['lobby'] });
  const room = people.anna.core.rooms.get('lobby');
  if (room === undefined) throw new Error('no lobby');
  const roster = (entries: RosterEntry[]): FrameOf<'roster'> => ({
    ...{ type: 'roster', req: 0, topic: room.topic, complete: true, head: 1n, entries },
  });
  const place = { relay: net.relayKey.id, room: room.roomId };
  return { net, ...people, room, roster, place };
}

function members(person: FakePerson): readonly string[] {
  return person.eventsOf('room').at(-1)?.room.members ?? [];
}

describe('a roster', () => {
  it('[A42 forged join] in another’s name gives no key and shows nobody', () => {
    const { net, anna, roster, place } = lobby();
    const dora = net.arrive('dora');
    net.run(500);
    const sends = watch(net, 'send');
    const forged: JoinProof = signJoin(malloryKeys(), place, { seq: 1n, standing: 'joined' });
    net.inject(anna, roster([{ id: dora.id, here: true, join: forged }]));
    net.say(anna, 'lobby', 'secret');
    net.run(3_500);
    expect(members(anna)).not.toContain(dora.id);
    expect(sends.filter(({ person }) => person === anna)).toHaveLength(2);
    const honest = signJoin(dora.profile.me, place, { seq: 1n, standing: 'joined' });
    net.inject(anna, roster([{ id: dora.id, here: true, join: honest }]));
    net.run(1_000);
    expect(members(anna)).toContain(dora.id);
  });

  it('[A42 forged join] of another room or relay gives no key', () => {
    const { net, anna, roster, place } = lobby();
    const dora = net.arrive('dora');
    net.run(500);
    const elsewhere = { ...place, relay: relayIdentityFromSeed(new Uint8Array(32).fill(9)).id };
    for (const wrong of [{ ...place, room: publicRoomId('side') }, elsewhere]) {
      const join = signJoin(dora.profile.me, wrong, { seq: 1n, standing: 'joined' });
      net.inject(anna, roster([{ id: dora.id, here: true, join }]));
      net.run(500);
      expect(members(anna)).not.toContain(dora.id);
    }
    const join = signJoin(dora.profile.me, place, { seq: 1n, standing: 'joined' });
    net.inject(anna, roster([{ id: dora.id, here: true, join }]));
    net.run(500);
    expect(members(anna)).toContain(dora.id);
  });

  it('[A42 forged join] doesn’t push a proven member out', () => {
    const { net, anna, ben, roster } = lobby();
    const join: JoinProof = { seq: 2n ** 62n, standing: 'joined', signature: random(64) };
    net.inject(anna, roster([{ id: ben.id, here: true, join }]));
    const leave: JoinProof = { seq: 2n ** 62n, standing: 'left', signature: random(64) };
    net.inject(anna, roster([{ id: ben.id, here: true, join: leave }]));
    net.run(500);
    expect(members(anna)).toContain(ben.id);
  });

  it('[A22 ghost member] with no card holds a message up 3 s, and gets nothing', () => {
    const { net, anna, ben, roster } = lobby();
    const id = PeerId.fromBytes(random(32));
    const join: JoinProof = { seq: 1n, standing: 'joined', signature: random(64) };
    net.inject(anna, roster([{ id, here: true, join }]));
    net.say(anna, 'lobby', 'hello');
    net.run(3_500);
    expect(ben.shown).toEqual(['#lobbyanna: hello']);
    expect(anna.core.peers.get(id)?.records ?? []).toEqual([]);
    expect(members(anna)).not.toContain(id);
  });

  it('[A26 leaver brought back] an old join does not outlive the leave', () => {
    const { net, anna, ben, cara, roster } = lobby();
    const old = anna.core.rooms.get('lobby')?.members.get(ben.id)?.join;
    if (old === undefined) throw new Error('ben is no member');
    net.leave(ben, 'lobby');
    net.run(500);
    net.inject(anna, roster([{ id: ben.id, here: true, join: old }]));
    net.run(500);
    expect(members(anna)).not.toContain(ben.id);
    const sends = watch(net, 'send');
    net.say(anna, 'lobby', 'without ben');
    net.run(2_000);
    expect(sends.filter(({ person }) => person === anna)).toHaveLength(1);
    expect(cara.shown).toEqual(['#lobbyanna: without ben']);
    // Control: a newer join of his own brings him back.
    net.join(ben, 'lobby');
    net.run(500);
    expect(members(anna)).toContain(ben.id);
  });

  it('[A23 hidden joiner] is given keys by its own want, and what it missed is shown as a gap', () => {
    const { net, anna, ben } = lobby();
    const dora = net.add('dora', { rooms: ['lobby'] });
    net.tampers.push(({ frame, person }) => {
      if (frame.type !== 'roster' || person === dora) return undefined;
      const entries = frame.entries.filter(({ id }) => id !== dora.id);
      return [{ frame: { ...frame, entries } }];
    });
    net.connect(dora);
    net.run(6_000);
    net.say(anna, 'lobby', 'who is here?');
    net.run(2_000);
    expect(members(anna)).not.toContain(dora.id);
    expect(dora.shown).toEqual([]);
    net.run(6_000);
    expect(members(anna)).toContain(dora.id);
    expect(dora.gaps).toEqual(['#lobbyanna 1']);
    net.say(anna, 'lobby', 'ah, dora');
    net.run(1_000);
    expect(dora.shown).toEqual(['#lobbyanna: ah, dora']);
    expect(ben.shown).toEqual(['#lobbyanna: who is here?', '#lobbyanna: ah, dora']);
  });

  it('[A23 hidden joiner] who speaks is seen by everybody it gives its key', () => {
    const { net, anna, ben } = lobby();
    const dora = net.add('dora', { rooms: ['lobby'] });
    net.tampers.push(({ frame, person }) => {
      if (frame.type !== 'roster' || person === dora) return undefined;
      const entries = frame.entries.filter(({ id }) => id !== dora.id);
      return [{ frame: { ...frame, entries } }];
    });
    net.connect(dora);
    net.run(1_000);
    net.say(dora, 'lobby', 'here I am');
    net.run(2_000);
    for (const other of [anna, ben]) {
      expect(other.shown).toEqual(['#lobbydora: here I am']);
      expect(members(other)).toContain(dora.id);
    }
  });
});

describe('cards', () => {
  it('[A08 key splice] a card of the relay’s making is somebody else’s, an older one is ignored', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.rename(ben, 'benedict');
    net.run(500);
    const old = signCard(ben.profile.me, { seq: 0n, nick: 'ben' });
    const forged = signCard(malloryKeys(), { seq: 9n, nick: 'benedict' });
    net.tampers.push(({ frame, person }) =>
      frame.type === 'found' && frame.kind === 'card' && person === anna
        ? [{ frame: { ...frame, objects: [old, forged] } }]
        : undefined,
    );
    const lie = { id: ben.id, online: true, cardSeq: 2n ** 60n, bundleSeq: ben.core.bundleSeq };
    net.inject(anna, { type: 'presence', req: 0, complete: true, entries: [lie] });
    net.run(1_000);
    expect(anna.core.peers.get(ben.id)?.card?.nick).toBe('benedict');
    expect(anna.eventsOf('key-changed')).toMatchObject([{ was: ben.id, now: malloryKeys().id }]);
  });
});
