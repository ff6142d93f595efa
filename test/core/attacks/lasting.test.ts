// Attacks on what lasts: state on disk put back, mail and logs, names of messages, crowds that leave rows behind.
import { beforeAll, describe, expect, it } from 'vitest';
import { keyHolders } from '../../../src/core/room-roster.ts';
import { identityFromSeed } from '../../../src/crypto/identity.ts';
import { ready } from '../../../src/crypto/sodium.ts';
import { encodeJoinProof } from '../../../src/protocol/frames.ts';
import { MessageId, StreamId } from '../../../src/protocol/ids.ts';
import { FakeNet, type FakePerson, watch } from '../../support/fake-net.ts';
import { note, random, record, sealed } from './forging.ts';

beforeAll(ready);

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

function copyOf({ profile }: FakePerson) {
  const { rows, history, bundleSeq } = profile;
  return {
    rows: new Map([...rows].map(([k, v]) => [k, v.slice()] as const)),
    history: [...history],
    bundleSeq,
  };
}

function putBack({ profile }: FakePerson, { rows, history, bundleSeq }: ReturnType<typeof copyOf>) {
  profile.bundleSeq = bundleSeq;
  profile.rows.clear();
  for (const [place, value] of rows) profile.rows.set(place, value);
  profile.history.splice(0, profile.history.length, ...history);
}

describe('an older copy of the folder', () => {
  function saidAndLost() {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    net.send(anna, ben, 'one');
    net.say(anna, 'lobby', 'room one');
    net.run(2_000);
    return { net, anna, ben, copy: copyOf(anna) };
  }

  function say(net: FakeNet, { from, to }: { from: FakePerson; to: FakePerson }, texts: string[]) {
    const ids = texts.map((text) => [
      net.send(from, to, text),
      net.say(from, 'lobby', `room ${text}`),
    ]);
    net.run(8_000);
    return ids.flat();
  }

  it.each([
    ['the same reader', false],
    ['a reader started anew', true],
  ])(
    '[A56 rollback] of before its last connection: all that is said now is read by %s',
    (_, restarts) => {
      const { net, anna, ben, copy } = saidAndLost();
      net.cut(anna);
      net.connect(anna);
      net.run(1_000);
      say(net, { from: anna, to: ben }, ['two', 'three']);
      net.cut(anna);
      if (restarts) {
        net.restart(ben);
        net.connect(ben);
      }
      putBack(anna, copy);
      net.restart(anna);
      net.connect(anna);
      net.run(1_000);
      expect(anna.errors).toEqual(['rolled-back']);
      const ids = say(net, { from: anna, to: ben }, ['after', 'and more']);
      for (const text of ['one', 'two', 'three', 'after', 'and more']) {
        expect(ben.kept.filter((kept) => kept === text)).toEqual([text]);
        expect(ben.kept.filter((kept) => kept === `room ${text}`)).toEqual([`room ${text}`]);
      }
      expect(ids.map((id) => anna.lastState(id))).not.toContain('pending');
      expect(ben.errors).toEqual([]);
    },
  );

  it('[A56 rollback] of the database alone: all that is said now is read', () => {
    const { net, anna, ben, copy } = saidAndLost();
    net.cut(anna);
    net.connect(anna);
    net.run(1_000);
    say(net, { from: anna, to: ben }, ['two']);
    net.cut(anna);
    net.restart(ben);
    net.connect(ben);
    putBack(anna, { ...copy, bundleSeq: anna.profile.bundleSeq });
    net.restart(anna);
    net.connect(anna);
    net.run(1_000);
    expect(anna.errors).toEqual(['rolled-back']);
    say(net, { from: anna, to: ben }, ['after']);
    expect([...ben.kept].sort()).toEqual(
      ['one', 'room one', 'two', 'room two', 'after', 'room after'].sort(),
    );
  });

  it.each([
    ['as many', ['after', 'and more']],
    ['fewer', ['after']],
    ['more', ['after', 'and more', 'and still more']],
  ])(
    '[A56 rollback] within its last connection: %s private words are read, with an alarm',
    (_, texts) => {
      const { net, anna, ben, copy } = saidAndLost();
      for (const text of ['two', 'three']) net.send(anna, ben, text);
      net.run(2_000);
      net.cut(anna);
      net.restart(ben);
      net.connect(ben);
      putBack(anna, copy);
      net.restart(anna);
      net.connect(anna);
      net.run(1_000);
      for (const text of texts) net.send(anna, ben, text);
      net.run(40_000);
      for (const text of ['one', 'two', 'three', ...texts]) expect(ben.kept).toContain(text);
      expect(ben.errors).toContain('forged');
    },
  );

  it('is no alarm where it is the newest: the control', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna } = net.duo();
    for (let run = 0; run < 3; run++) {
      net.restart(anna);
      net.connect(anna);
      net.run(1_000);
    }
    expect(anna.errors).toEqual([]);
  });
});

describe('a member whom the relay calls away', () => {
  it('[A57 hidden reader] is on the list, since it is given keys', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    // Whatever it does, the others are told that it is not here.
    net.tampers.push(({ frame, way, person }) => {
      if (way === 'up' || person.name === 'eve' || frame.type !== 'roster') return undefined;
      const entries = frame.entries.map((e) => (e.id === eve.id ? { ...e, here: false } : e));
      return [{ frame: { ...frame, entries } }];
    });
    const eve = net.arrive('eve', { rooms: ['lobby'] });
    net.run(1_000);
    net.say(anna, 'lobby', 'secret');
    net.run(2_000);
    expect(eve.kept).toEqual(['secret']);
    for (const person of [anna, ben]) {
      const shown = person.eventsOf('room').at(-1)?.room.members;
      expect(shown).toContain(eve.id);
      expect(person.eventsOf('joined').map(({ who }) => who.nick)).toContain('eve');
    }
  });
});

describe('a crowd that was in a room for a moment', () => {
  it('[A58 passing crowd] costs a speaker no more keys than 256, and those known longest get theirs', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    net.cut(ben);
    net.run(500);
    const room = anna.core.rooms.get('lobby');
    const like = room?.members.get(ben.id);
    if (room === undefined || like === undefined) throw new Error('ben is no member');
    for (let n = 0; n < 300; n++) {
      const { id } = identityFromSeed(random(32));
      anna.core.pins.see(
        { id, nick: `p${n}`, seq: 1n, ed25519: random(32), x25519: random(32) },
        9e12,
      );
      room.members.set(id, { ...like, id });
    }
    const holders = keyHolders(anna.core, room);
    expect(holders).toHaveLength(256);
    expect(holders).toContain(ben.id);
  });
});

describe('what waits in a log', () => {
  it('[A59 log before keys] is opened with keys from the second page of a mailbox', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const speakers = Array.from({ length: 12 }, (_, n) =>
      net.arrive(`s${n}`, { rooms: ['lobby'], seed: 100 + n }),
    );
    const ben = net.arrive('ben', { rooms: ['lobby'], seed: 90 });
    net.run(3_000);
    net.cut(ben);
    net.run(1_000);
    for (let n = 0; n < 40; n++) {
      for (const speaker of speakers) net.say(speaker, 'lobby', `${speaker.name} ${n}`);
      net.run(500);
    }
    net.run(10_000);
    net.connect(ben);
    net.run(30_000);
    expect(ben.kept).toHaveLength(480);
    expect(ben.gaps).toEqual([]);
  }, 60_000);

  it('[A59 log before keys] a relay that never ends a mailbox keeps nobody out of rooms', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    net.cut(ben);
    net.tampers.push(({ frame, way, person }) =>
      way === 'down' && person === ben && frame.type === 'drained' ? [] : undefined,
    );
    net.connect(ben);
    net.run(12_000);
    net.say(anna, 'lobby', 'hello');
    net.run(3_000);
    expect(ben.kept).toEqual(['hello']);
  });

  it('[A60 numbers beyond] one made-up number ends no catching up', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    net.say(anna, 'lobby', 'one');
    net.run(2_000);
    const blobs = watch(net, 'deliver');
    net.say(anna, 'lobby', 'two');
    net.run(1_000);
    const [seen] = blobs;
    if (seen === undefined) throw new Error('nothing came');
    net.inject(ben, { ...seen.frame, rseq: 2n ** 64n - 1n });
    net.cut(ben);
    net.run(500);
    net.say(anna, 'lobby', 'three');
    net.run(1_000);
    net.connect(ben);
    net.run(2_000);
    expect(ben.errors).toEqual(['log-lost']);
    net.cut(ben);
    net.run(500);
    net.say(anna, 'lobby', 'four');
    net.run(1_000);
    net.connect(ben);
    net.run(8_000);
    expect(ben.kept).toContain('four');
    expect(ben.gaps).toEqual(['#lobbyanna 1']);
  });
});

describe('the name of a message', () => {
  it('[A61 borrowed id] is its sender’s alone, whatever it says', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio();
    const messageId = MessageId.fromBytes(random(16));
    const say = (from: FakePerson, text: string) =>
      net.inject(
        ben,
        sealed(from.profile.me, ben, record(from.profile.me, ben, { text, messageId })),
      );
    say(anna, 'from anna');
    say(cara, 'from cara');
    const ids = ben.messages.map(({ id }) => id);
    expect(ben.kept).toEqual(['from anna', 'from cara']);
    expect(new Set(ids).size).toBe(2);
    expect(ids).not.toContain(messageId);
  });

  it('is the same for sender and reader, private and in a room', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    const ids = [net.send(anna, ben, 'private'), net.say(anna, 'lobby', 'in a room')];
    net.run(2_000);
    expect(ben.messages.map(({ id }) => id).sort()).toEqual(ids.sort());
  });

  it('[A61 borrowed id] two texts under one number are two messages', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    for (const text of ['yes', 'no']) {
      net.inject(ben, sealed(anna.profile.me, ben, record(anna.profile.me, ben, { text })));
    }
    expect(ben.errors).toEqual(['forged']);
    expect(new Set(ben.messages.map(({ id }) => id)).size).toBe(2);
  });
});

describe('strangers by the thousand', () => {
  function stranger(n: number) {
    const seed = random(32);
    seed[0] = n;
    return identityFromSeed(seed);
  }

  it('[A62 rows of strangers] leave rows for so many, and push out nobody whom one wrote to', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.send(anna, ben, 'I know you');
    net.run(2_000);
    for (let n = 0; n < 5_100; n++) {
      const from = stranger(n);
      net.inject(anna, sealed(from, anna, record(from, anna, { text: 'x' })));
    }
    const rows = [...anna.profile.rows.keys()].filter((place) => place.startsWith('peer/'));
    expect(rows.length).toBeLessThanOrEqual(5_000);
    expect(rows).toContain(`peer/${ben.id}`);
  }, 60_000);

  it('[A62 rows of strangers] notes without words leave none', () => {
    const net = new FakeNet();
    const anna = net.arrive('anna');
    net.run(500);
    for (let n = 0; n < 20; n++) {
      net.inject(anna, sealed(stranger(n), anna, new Uint8Array(), note({ quiet: true })));
    }
    expect([...anna.profile.rows.keys()].filter((place) => place.startsWith('peer/'))).toEqual([]);
  });

  it('[A63 flood of texts] what is more than an hour holds is neither kept nor acknowledged', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const text = 'x'.repeat(59_000);
    for (let n = 0; n < 320; n++) {
      const from = stranger(n);
      net.inject(anna, sealed(from, anna, record(from, anna, { text })));
    }
    expect(anna.kept.length).toBeLessThan(300);
    expect(anna.errors).toEqual(['strangers']);
    // Who was written to is heard all the same, and an hour later everybody is.
    net.send(anna, ben, 'write to me');
    net.run(1_000);
    net.send(ben, anna, 'here I am');
    net.run(1_000);
    expect(anna.kept.at(-1)).toBe('here I am');
    net.run(61 * MINUTE_MS);
    const late = stranger(1);
    net.inject(anna, sealed(late, anna, record(late, anna, { text: 'an hour later' })));
    net.run(3_000);
    expect(anna.kept.at(-1)).toBe('an hour later');
  }, 60_000);
});

describe('a relay that is full', () => {
  it('[A64 crowded out] lets nobody in for a while, and makes nobody leave', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    net.say(anna, 'lobby', 'one');
    net.run(2_000);
    let isFull = true;
    net.tampers.push(({ frame, way, person }) => {
      if (!isFull || way !== 'up' || frame.type !== 'sub' || person !== anna) return undefined;
      net.schedule(2, () => net.inject(anna, { type: 'error', req: frame.req, code: 'quota' }));
      return [];
    });
    net.restart(anna);
    net.connect(anna);
    net.run(1_000);
    net.say(anna, 'lobby', 'two');
    net.run(60_000);
    expect(anna.profile.rooms).toEqual(['lobby']);
    expect(anna.errors).toEqual(['quota']);
    expect(anna.eventsOf('synced').length).toBeGreaterThan(1);
    isFull = false;
    net.run(20_000);
    expect(ben.kept).toEqual(['one', 'two']);
  });

  it.each(['storage', 'quota', 'internal'] as const)(
    '[A65 passed on and refused] a room message answered with %s is not called failed, and read once',
    (code) => {
      const net = new FakeNet({ mailbox: 2_000 });
      const { anna, ben } = net.duo({ rooms: ['lobby'] });
      let isFull = true;
      net.tampers.push(({ frame, way, person }) =>
        isFull && way === 'down' && person === anna && frame.type === 'done'
          ? [{ frame: { type: 'error', req: frame.req, code } }]
          : undefined,
      );
      net.run(500);
      const id = net.say(anna, 'lobby', 'hello');
      net.run(2_000);
      expect(ben.kept).toEqual(['hello']);
      expect(anna.lastState(id)).toBe('pending');
      isFull = false;
      net.run(60_000);
      expect(anna.lastState(id)).toBe('relayed');
      expect(ben.kept).toEqual(['hello']);
      expect([ben.errors, ben.gaps]).toEqual([[], []]);
    },
  );
});

describe('who stole a prekey', () => {
  function conversation() {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo();
    net.send(ben, anna, 'one');
    net.run(1_000);
    net.send(anna, ben, 'two');
    net.run(1_000);
    return { net, anna, ben };
  }

  it('[A66 numbers for good] can’t make what is said later look like repeats', () => {
    const { net, anna, ben } = conversation();
    const { me } = ben.profile;
    const stream = ben.core.peers.get(anna.id)?.stream ?? StreamId.fromBytes(random(8));
    for (const seq of [2 ** 53 - 3, 2 ** 53 - 2]) {
      const made = record(me, anna, { stream, seq, type: 2, content: new Uint8Array() });
      net.inject(anna, sealed(me, anna, made, note({ low: seq })));
    }
    const id = net.send(ben, anna, 'three');
    net.run(3_000);
    expect(anna.kept).toEqual(['one', 'three']);
    expect(ben.lastState(id)).toBe('delivered');
    expect(anna.errors).toEqual(['forged']);
    net.restart(anna);
    net.connect(anna);
    net.run(1_000);
    net.send(ben, anna, 'four');
    net.run(3_000);
    expect(anna.kept).toEqual(['one', 'three', 'four']);
  });

  it('[A66 numbers for good] can’t claim a run or a bundle that never was', () => {
    const { net, anna, ben } = conversation();
    const top = 2n ** 64n - 1n;
    net.inject(
      anna,
      sealed(ben.profile.me, anna, new Uint8Array(), note({ boot: top, k: 1, bundleSeq: top })),
    );
    for (const person of [anna, ben]) net.restart(person);
    for (const person of [anna, ben]) net.connect(person);
    net.run(1_000);
    const id = net.send(anna, ben, 'still there?');
    const back = net.send(ben, anna, 'yes');
    net.run(15_000);
    expect(ben.kept).toEqual(['two', 'still there?']);
    expect([anna.lastState(id), ben.lastState(back)]).toEqual(['delivered', 'delivered']);
  });
});

describe('what is owed', () => {
  it('[A67 unpaid] an acknowledgement is sent at the next start, also to somebody away', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo();
    net.cut(anna);
    net.run(500);
    const id = net.send(ben, anna, 'for later');
    net.run(500);
    net.cut(ben);
    net.run(500);
    net.connect(anna);
    net.run(50);
    expect(anna.kept).toEqual(['for later']);
    // Gone before the acknowledgement could go; back when ben is still away.
    net.restart(anna);
    net.run(1_000);
    net.connect(anna);
    net.run(3_000);
    net.cut(anna);
    net.connect(ben);
    net.run(3_000);
    expect(ben.lastState(id)).toBe('delivered');
  });

  it('[A68 want once a minute] grows no outbox: the key on its way goes again', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    net.say(anna, 'lobby', 'hello');
    net.run(2_000);
    const room = anna.core.rooms.get('lobby');
    const skid = room?.own?.chain.skid;
    const join = ben.core.rooms.get('lobby')?.join;
    if (room === undefined || skid === undefined || join === null || join === undefined) {
      throw new Error('no chain');
    }
    // Ben never acknowledges.
    net.goDark(ben);
    const proof = encodeJoin(ben);
    for (let minute = 0; minute < 120; minute++) {
      const wants = [{ room: room.roomId, skid, join: proof }];
      net.inject(anna, sealed(ben.profile.me, anna, new Uint8Array(), note({ wants })));
      net.run(61_000);
    }
    expect(anna.core.peers.get(ben.id)?.records.length).toBeLessThanOrEqual(2);
  });

  it('[A69 frozen mailbox] a relay that never ends it keeps no key of ours in use', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    net.tampers.push(({ frame, way }) =>
      way === 'down' && frame.type === 'drained' ? [] : undefined,
    );
    const ben = net.arrive('ben');
    net.run(1_000);
    const kids: string[] = [];
    for (let day = 0; day < 30; day++) {
      net.cut(ben);
      ben.wallSkewMs += 22 * HOUR_MS;
      net.restart(ben);
      net.connect(ben);
      net.run(2 * HOUR_MS);
      kids.push(ben.core.mailboxKeys.at(-1)?.prekey.kid ?? '');
    }
    expect(new Set(kids).size).toBeGreaterThan(25);
    expect(ben.core.mailboxKeys.length).toBeLessThanOrEqual(10);
    net.run(9 * DAY_MS);
    expect(ben.core.mailboxKeys.length).toBeLessThanOrEqual(10);
  });
});

function encodeJoin(person: FakePerson): Uint8Array {
  const join = person.core.rooms.get('lobby')?.join;
  if (join === null || join === undefined) throw new Error('not joined');
  return encodeJoinProof(join);
}
