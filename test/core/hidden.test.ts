// Hiding: messages come at once, and go, while nobody but the relay can tell that one is here.
import { beforeAll, describe, expect, it } from 'vitest';
import { leave } from '../../src/core/commands.ts';
import { setHidden } from '../../src/core/hidden.ts';
import { peerOf } from '../../src/core/new-state.ts';
import { enqueue } from '../../src/core/outbox.ts';
import { personOf } from '../../src/core/people.ts';
import {
  answer,
  createGroup,
  createRoom,
  inviteTo,
  removeFrom,
  retitle,
  transfer,
} from '../../src/core/private-commands.ts';
import type { PrivateRoom } from '../../src/core/private-state.ts';
import { signStrike } from '../../src/crypto/room-log.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { encodeCbor } from '../../src/protocol/cbor.ts';
import { encodeJoinProof, type Frame } from '../../src/protocol/frames.ts';
import { idBytes, type PeerId } from '../../src/protocol/ids.ts';
import { RECORD_TYPES } from '../../src/protocol/record.ts';
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

const WISHES = { title: 'ward 3', readOnly: false, expireSeconds: null };

/** A room of the first, with the others in it. */
function privateRoom(net: FakeNet, owner: FakePerson, others: readonly FakePerson[]): string {
  const name = net.command(owner, (core) => createRoom(core, WISHES));
  net.command(owner, (core) => inviteTo(core, name, idsOf(others)));
  net.run(1_000);
  for (const other of others) net.command(other, (core) => answer(core, name, { accept: true }));
  net.run(3_000);
  return name;
}

function idsOf(people: readonly FakePerson[]): PeerId[] {
  return people.map(({ id }) => id);
}

function inner(person: FakePerson, name: string): PrivateRoom {
  const found = person.core.rooms.get(name)?.private ?? null;
  if (found === null) throw new Error(`${person.name} is not in it`);
  return found;
}

/** Frames that say something of `person`, as they go out. */
function saidBy(net: FakeNet, teller: FakePerson): Frame['type'][] {
  const said: Frame['type'][] = [];
  net.tampers.push(({ frame, way, person }) => {
    const isTold = frame.type === 'send' || frame.type === 'sub' || frame.type === 'unsub';
    if (way === 'up' && person === teller && isTold) said.push(frame.type);
    return undefined;
  });
  return said;
}

function tell(net: FakeNet, from: FakePerson, to: FakePerson, type: number, content: object): void {
  net.command(from, (core) =>
    enqueue(core, peerOf(core, to.id), { type, content: encodeCbor(content) }),
  );
}

describe('somebody hidden, of private rooms', () => {
  /** Asked for what a client answers by itself; what ben says of it within the hour, and after. */
  function probe(isHidden: boolean, ask: (scene: Scene) => void) {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben, cara } = net.trio();
    const name = privateRoom(net, anna, [ben, cara]);
    net.restart(ben);
    hide(net, ben, isHidden);
    net.connect(ben);
    net.run(3 * MINUTE_MS);
    const said = saidBy(net, ben);
    const heard = heardBy(net, cara);
    ask({ net, anna, ben, cara, name });
    net.run(50 * MINUTE_MS);
    const early = said.length;
    const named = heard.filter(
      (frame) =>
        (frame.type === 'roster' || frame.type === 'presence') &&
        frame.entries.some(({ id }) => id === ben.id),
    );
    net.run(20 * MINUTE_MS);
    return { early, named: named.length, late: said.length > early };
  }

  interface Scene {
    readonly net: FakeNet;
    readonly anna: FakePerson;
    readonly ben: FakePerson;
    readonly cara: FakePerson;
    readonly name: string;
  }

  const asks: readonly [string, (scene: Scene) => void][] = [
    [
      'a welcome that nobody asked for',
      ({ net, anna, ben }) => {
        const name = net.command(anna, (core) => createRoom(core, WISHES));
        const { secret, log } = inner(anna, name);
        const room = idBytes(log.room);
        const content = { room, secret, from: null, ops: log.operations, n: 1 };
        tell(net, anna, ben, RECORD_TYPES.roomWelcome, content);
      },
    ],
    [
      'a group of a stranger’s',
      ({ net, anna, ben, cara }) =>
        void net.command(cara, (core) => createGroup(core, [anna.id, ben.id])),
    ],
    [
      'a room to take over',
      ({ net, anna, ben, name }) => net.command(anna, (core) => transfer(core, name, ben.id)),
    ],
    [
      'operations that are missing',
      ({ net, cara, ben, name }) =>
        tell(net, cara, ben, RECORD_TYPES.roomWantLog, {
          room: idBytes(inner(cara, name).log.room),
          n: 0,
        }),
    ],
    [
      'a log that goes on',
      ({ net, cara, ben, name }) => {
        const { room } = inner(cara, name).log;
        const head = { n: 99, hash: new Uint8Array(32).fill(7) };
        const { me } = cara.profile;
        const place = { room, n: head.n, head: head.hash, target: ben.id };
        tell(net, cara, ben, RECORD_TYPES.roomStrike, {
          ...{ room: idBytes(room), n: head.n, head: head.hash, id: idBytes(ben.id) },
          ...{ ed: me.ed25519, x: me.x25519, signature: signStrike(me, place) },
        });
      },
    ],
  ];

  it.each(asks)('[A84 hidden presence] is not given away by an answer to %s', (_, ask) => {
    expect(probe(true, ask)).toEqual({ early: 0, named: 0, late: true });
    // Control: whoever doesn't hide answers.
    expect(probe(false, ask).early).toBeGreaterThan(0);
  });

  it('[A84 hidden presence] is not given away by being taken out of a room', () => {
    const takeOut = ({ net, anna, ben, name }: Scene) =>
      net.command(anna, (core) => removeFrom(core, name, [ben.id]));
    expect(probe(true, takeOut)).toEqual({ early: 0, named: 0, late: true });
    // Control: whoever doesn't hide says that they have gone.
    expect(probe(false, takeOut).early).toBeGreaterThan(0);
  });

  it('[A84 hidden presence] is not given away by what an owner signs by itself, and all of it comes before words that rest on it', () => {
    const run = (isHidden: boolean) => {
      const net = new FakeNet({ mailbox: 2_000 });
      const { anna, ben, cara } = net.trio();
      const dora = net.arrive('dora');
      net.run(500);
      const name = privateRoom(net, anna, [ben, cara, dora]);
      net.restart(anna);
      hide(net, anna, isHidden);
      net.connect(anna);
      net.run(3 * MINUTE_MS);
      const said = saidBy(net, anna);
      net.command(ben, (core) => leave(core, name));
      net.run(50 * MINUTE_MS);
      const early = said.length;
      expect(inner(anna, name).log.members.has(ben.id)).toBe(false);
      net.say(anna, name, 'who is still here?');
      net.run(5_000);
      for (const each of [cara, dora]) {
        expect(each.kept).toEqual(['who is still here?']);
        expect(inner(each, name).log.members.has(ben.id)).toBe(false);
        expect([...each.gaps, ...each.errors]).toEqual([]);
      }
      // What a person does goes at once, and what stood before it with it.
      net.run(3 * MINUTE_MS);
      net.command(cara, (core) => leave(core, name));
      net.run(MINUTE_MS);
      net.command(anna, (core) => retitle(core, name, 'ward 4'));
      net.run(MINUTE_MS);
      expect(inner(dora, name).log).toMatchObject({ title: 'ward 4' });
      expect(inner(dora, name).log.members.has(cara.id)).toBe(false);
      expect([...dora.gaps, ...dora.errors]).toEqual([]);
      return early;
    };
    expect(run(true)).toBe(0);
    // Control: whoever doesn't hide tells all members at once.
    expect(run(false)).toBeGreaterThan(0);
  });

  it('[A84 hidden presence] is not given away by a welcome that comes long after the yes', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo();
    comeHidden(net, ben);
    net.run(3 * MINUTE_MS);
    const subs = () => said.filter((type) => type === 'sub').length;
    const said = saidBy(net, ben);
    const name = net.command(anna, (core) => createRoom(core, WISHES));
    net.command(anna, (core) => inviteTo(core, name, [ben.id]));
    net.run(1_000);
    net.cut(anna);
    net.command(ben, (core) => answer(core, name, { accept: true }));
    net.run(10 * MINUTE_MS);
    net.connect(anna);
    net.run(50 * MINUTE_MS);
    expect(ben.core.rooms.has(name)).toBe(true);
    expect(subs()).toBe(0);
    net.run(20 * MINUTE_MS);
    expect(subs()).toBe(1);
    // Control: one that comes just after it is followed at once.
    privateRoom(net, anna, [ben]);
    expect(subs()).toBe(2);
  });

  it('leaves no room without an owner: a pen that has not gone out is taken back', () => {
    const run = (leaves: boolean) => {
      const net = new FakeNet({ mailbox: 2_000 });
      const { anna, ben, cara } = net.trio();
      const name = privateRoom(net, anna, [ben, cara]);
      comeHidden(net, ben);
      net.run(3 * MINUTE_MS);
      net.command(anna, (core) => transfer(core, name, ben.id));
      net.run(15 * MINUTE_MS);
      if (leaves) net.command(ben, (core) => leave(core, name));
      net.run(90 * MINUTE_MS);
      const { owner, members } = inner(cara, name).log;
      return { isAnnas: owner === anna.id, isIn: members.has(ben.id) };
    };
    expect(run(true)).toEqual({ isAnnas: true, isIn: false });
    // Control: who stays becomes the owner.
    expect(run(false)).toEqual({ isAnnas: false, isIn: true });
  });

  it('comes into a group that a friend made an hour late, or to speak, and reads all that was said', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben, cara } = net.trio();
    net.send(ben, anna, 'hello');
    net.run(1_000);
    comeHidden(net, ben);
    net.run(3 * MINUTE_MS);
    const said = saidBy(net, ben);
    const group = () => net.command(anna, (core) => createGroup(core, [ben.id, cara.id]));
    const name = group();
    net.run(2_000);
    net.say(anna, name, 'lunch?');
    net.run(50 * MINUTE_MS);
    expect(said).toEqual([]);
    expect(ben.core.rooms.has(name)).toBe(true);
    net.run(20 * MINUTE_MS);
    expect(said).toContain('sub');
    expect(ben.kept).toEqual(['lunch?']);
    net.command(cara, (core) => leave(core, name));
    net.run(2_000);
    const other = group();
    net.run(2_000);
    net.say(anna, other, 'tea?');
    net.run(5_000);
    expect(ben.kept).toEqual(['lunch?']);
    net.say(ben, other, 'yes');
    net.run(5_000);
    expect(ben.kept).toEqual(['lunch?', 'tea?']);
    expect(anna.kept).toContain('yes');
    // Control: a run later it comes at once.
    said.length = 0;
    comeHidden(net, ben);
    net.run(15_000);
    expect(said.filter((type) => type === 'sub')).toHaveLength(2);
  });
});
