// Public rooms between cores: who reads what, in which order, with keys ahead of messages.
import { beforeAll, describe, expect, it } from 'vitest';
import { openRoomBlob } from '../../src/crypto/room-chain.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { decodeBundle } from '../../src/protocol/bundle.ts';
import { decodeHeader } from '../../src/protocol/envelope.ts';
import { CHAIN_MESSAGES } from '../../src/protocol/limits.ts';
import { FakeNet, type FakePerson, watch } from '../support/fake-net.ts';

beforeAll(ready);

const HOUR_MS = 60 * 60_000;

function lobby() {
  const net = new FakeNet();
  return { net, ...net.trio({ rooms: ['lobby'] }) };
}

function room(person: FakePerson, name = 'lobby') {
  const found = person.core.rooms.get(name);
  if (found === undefined) throw new Error(`${person.name} is not in ${name}`);
  return found;
}

describe('a room message', () => {
  it('reaches every member once, is encrypted once, and is then relayed', () => {
    const { net, anna, ben, cara } = lobby();
    const id = net.say(anna, 'lobby', 'hello all');
    net.run(2_000);
    expect(ben.shown).toEqual(['#lobbyanna: hello all']);
    expect(cara.shown).toEqual(['#lobbyanna: hello all']);
    expect(anna.shown).toEqual([]);
    expect(anna.states(id)).toEqual(['relayed']);
    expect(net.sent('fanout')).toBe(1);
  });

  it('keeps each sender’s order while all talk', () => {
    const { net, anna, ben, cara } = lobby();
    for (let n = 0; n < 6; n++) {
      for (const person of [anna, ben, cara]) net.say(person, 'lobby', `${person.name}${n}`);
      net.run(30);
    }
    net.run(5_000);
    for (const reader of [anna, ben, cara]) {
      expect(reader.shown).toHaveLength(12);
      for (const writer of [anna, ben, cara]) {
        if (writer === reader) continue;
        const theirs = reader.messages.filter(({ from }) => from.fingerprint === writer.id);
        expect(theirs.map(({ text }) => text)).toEqual(
          [0, 1, 2, 3, 4, 5].map((n) => `${writer.name}${n}`),
        );
      }
    }
  });

  it('comes after the keys that open it', () => {
    const { net, anna } = lobby();
    const up: string[] = [];
    net.tampers.push(({ frame, way, person }) => {
      if (way === 'up' && person === anna) up.push(frame.type);
      return undefined;
    });
    net.say(anna, 'lobby', 'hello');
    net.run(2_000);
    expect(up.filter((type) => type === 'send' || type === 'fanout').slice(0, 3)).toEqual([
      'send',
      'send',
      'fanout',
    ]);
  });

  it('waits for keys no longer than 3 s', () => {
    const { net, anna, ben, cara } = lobby();
    net.tampers.push(({ frame }) => {
      // No bundle of cara is to be had: nothing can be sealed to her.
      if (frame.type !== 'found' || frame.kind !== 'bundle') return undefined;
      const objects = frame.objects.filter((object) => decodeBundle(object).id !== cara.id);
      return [{ frame: { ...frame, objects } }];
    });
    net.say(anna, 'lobby', 'first');
    net.run(2_900);
    expect(ben.shown).toEqual([]);
    net.run(400);
    expect(ben.shown).toEqual(['#lobbyanna: first']);
    // Once is enough: somebody who can't be sealed to doesn't slow every message down.
    net.say(anna, 'lobby', 'second');
    net.run(100);
    expect(ben.shown).toEqual(['#lobbyanna: first', '#lobbyanna: second']);
  });

  it('stays in its room', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio({ rooms: ['lobby'] });
    net.join(anna, 'side');
    net.join(ben, 'side');
    net.run(500);
    net.say(anna, 'side', 'between us');
    net.say(anna, 'lobby', 'for all');
    net.run(2_000);
    expect(ben.shown.toSorted()).toEqual(['#lobbyanna: for all', '#sideanna: between us']);
    expect(cara.shown).toEqual(['#lobbyanna: for all']);
  });

  it('that was never sealed can be taken back if it is the newest', () => {
    const { net, anna, ben } = lobby();
    net.cut(anna);
    const first = net.say(anna, 'lobby', 'first');
    const second = net.say(anna, 'lobby', 'second');
    expect(net.cancel(anna, first)).toBe(false);
    expect(net.cancel(anna, second)).toBe(true);
    net.connect(anna);
    net.run(10_000);
    expect(ben.shown).toEqual(['#lobbyanna: first']);
    expect(ben.gaps).toEqual([]);
  });

  it('that waits when its sender leaves the room has failed', () => {
    const { net, anna } = lobby();
    net.cut(anna);
    const id = net.say(anna, 'lobby', 'too late');
    net.leave(anna, 'lobby');
    expect(anna.states(id)).toEqual(['failed cancelled']);
  });
});

describe('a newcomer', () => {
  it('who joins while others talk reads on, and nothing of before', () => {
    const { net, anna, ben } = lobby();
    for (let n = 0; n < 5; n++) net.say(anna, 'lobby', `before ${n}`);
    net.run(1_000);
    const dora = net.arrive('dora', { rooms: ['lobby'] });
    for (let n = 0; n < 10; n++) {
      net.say(anna, 'lobby', `during ${n}`);
      net.say(ben, 'lobby', `during ${n}`);
      net.run(20);
    }
    net.run(10_000);
    net.say(anna, 'lobby', 'after');
    net.run(2_000);
    const theirs = dora.messages.filter(({ from }) => from.fingerprint === anna.id);
    expect(theirs.map(({ text }) => text).filter((text) => text.startsWith('before'))).toEqual([]);
    expect(theirs.at(-1)?.text).toBe('after');
    const numbers = theirs.slice(0, -1).map(({ text }) => Number(text.split(' ')[1]));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(dora.gaps).toEqual([]);
  });

  it('can’t open message n−1, given its very bytes', () => {
    const { net, anna, ben } = lobby();
    const blobs = watch(net, 'fanout');
    net.say(anna, 'lobby', 'n − 1');
    net.run(1_000);
    const dora = net.arrive('dora', { rooms: ['lobby'] });
    net.run(1_000);
    net.say(anna, 'lobby', 'n');
    net.run(1_000);
    expect(dora.shown).toEqual(['#lobbyanna: n']);
    const before = blobs[0]?.frame.blob;
    const [chain] = room(dora).chains.values();
    if (before === undefined || chain === undefined) throw new Error('nothing to try');
    const header = decodeHeader(before);
    expect(header.kind === 'room' && header.index).toBe(0);
    expect(openRoomBlob(chain.chain, before, net.nowMs)).toBeNull();
    net.inject(dora, { type: 'deliver', req: 0, rseq: 1n, blob: before });
    net.run(60_000);
    expect(dora.shown).toEqual(['#lobbyanna: n']);
    // Control: who was there had the same bytes opened.
    expect(ben.shown).toEqual(['#lobbyanna: n − 1', '#lobbyanna: n']);
  });

  it('is told to the others, and they to it', () => {
    const { net, anna } = lobby();
    const dora = net.arrive('dora', { rooms: ['lobby'] });
    net.run(1_000);
    expect(anna.eventsOf('joined').at(-1)?.who.nick).toBe('dora');
    expect(anna.eventsOf('room').at(-1)?.room.members).toHaveLength(4);
    expect(dora.eventsOf('room').at(-1)?.room.members).toHaveLength(4);
    net.cut(dora);
    net.run(1_000);
    expect(anna.eventsOf('left').at(-1)?.who.nick).toBe('dora');
  });
});

describe('a chain', () => {
  it('ends after 256 messages, and the next one’s keys go ahead of its first', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    const skids = new Set<string>();
    const up: string[] = [];
    net.tampers.push(({ frame, way, person }) => {
      if (way !== 'up' || person !== anna) return undefined;
      if (frame.type === 'fanout') {
        const header = decodeHeader(frame.blob);
        if (header.kind === 'room') up.push(skids.has(header.skid) ? 'same' : 'new');
        if (header.kind === 'room') skids.add(header.skid);
      } else up.push(frame.type);
      return undefined;
    });
    // Waiting when the link comes: they go out in one step, across the end of the chain.
    net.say(anna, 'lobby', '0');
    net.run(1_000);
    net.cut(anna);
    for (let n = 1; n < CHAIN_MESSAGES + 4; n++) net.say(anna, 'lobby', `${n}`);
    net.connect(anna);
    net.run(10_000);
    expect(skids.size).toBe(2);
    expect(up[up.lastIndexOf('new') - 1]).toBe('send');
    expect(ben.messages.map(({ text }) => Number(text))).toEqual(
      Array.from({ length: CHAIN_MESSAGES + 4 }, (_, n) => n),
    );
    expect(ben.gaps).toEqual([]);
  });

  it('ends after 24 h', () => {
    const { net, anna, ben } = lobby();
    net.say(anna, 'lobby', 'today');
    net.run(1_000);
    const today = room(anna).own?.chain.skid;
    net.run(24 * HOUR_MS);
    net.say(anna, 'lobby', 'tomorrow');
    net.run(2_000);
    expect(room(anna).own?.chain.skid).not.toBe(today);
    expect(ben.shown).toEqual(['#lobbyanna: today', '#lobbyanna: tomorrow']);
  });
});

describe('a member who is away', () => {
  it('reads what is said by one who has just started, under a chain begun then', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    net.cut(ben);
    net.cut(anna);
    net.restart(anna);
    // Waits when the list comes: of ben it says only a join that is yet to be checked.
    net.say(anna, 'lobby', 'while you were away');
    net.connect(anna);
    net.run(5_000);
    net.connect(ben);
    net.run(10_000);
    expect(ben.shown).toEqual(['#lobbyanna: while you were away']);
    expect(ben.gaps).toEqual([]);
  });
});

describe('leaving and coming back', () => {
  it('gives nothing while away, and everything from the return on', () => {
    const { net, anna, ben } = lobby();
    net.say(anna, 'lobby', 'one');
    net.run(1_000);
    net.leave(ben, 'lobby');
    net.run(500);
    expect(anna.eventsOf('left').at(-1)?.who.nick).toBe('ben');
    net.say(anna, 'lobby', 'two');
    net.run(1_000);
    net.join(ben, 'lobby');
    net.run(1_000);
    net.say(anna, 'lobby', 'three');
    net.run(10_000);
    expect(ben.shown).toEqual(['#lobbyanna: one', '#lobbyanna: three']);
  });

  it('is no forgery: the numbers of who came back begin on a stream of their own', () => {
    const { net, anna, ben, cara } = lobby();
    for (let n = 0; n < 3; n++) net.say(ben, 'lobby', `first visit ${n}`);
    net.run(2_000);
    net.leave(ben, 'lobby');
    net.run(500);
    net.join(ben, 'lobby');
    net.run(500);
    for (let n = 0; n < 3; n++) net.say(ben, 'lobby', `second visit ${n}`);
    net.run(10_000);
    for (const reader of [anna, cara]) {
      expect(reader.shown.map((line) => line.slice('#lobbyben: '.length))).toEqual([
        ...[0, 1, 2].map((n) => `first visit ${n}`),
        ...[0, 1, 2].map((n) => `second visit ${n}`),
      ]);
      expect(reader.errors).toEqual([]);
      expect(reader.gaps).toEqual([]);
    }
  });
});

describe('a guest', () => {
  it('speaks without being listed or given keys, and is gone afterwards', () => {
    const { net, anna, ben } = lobby();
    const guest = net.arrive('greta');
    net.run(500);
    net.join(guest, 'lobby', 'guest');
    net.run(500);
    const id = net.say(guest, 'lobby', 'just this');
    net.say(anna, 'lobby', 'who was that?');
    net.run(2_000);
    expect(guest.states(id)).toEqual(['relayed']);
    expect(ben.shown.toSorted()).toEqual(['#lobbyanna: who was that?', '#lobbygreta: just this']);
    expect(anna.eventsOf('room').at(-1)?.room.members).not.toContain(guest.id);
    expect(guest.shown).toEqual([]);
    expect(room(guest).chains.size).toBe(0);
  });

  it('who stays reads from then on', () => {
    const { net, anna } = lobby();
    const greta = net.arrive('greta');
    net.run(500);
    net.join(greta, 'lobby', 'guest');
    net.run(500);
    net.say(anna, 'lobby', 'before');
    net.run(1_000);
    net.join(greta, 'lobby');
    net.run(1_000);
    net.say(anna, 'lobby', 'after');
    net.run(60_000);
    expect(greta.shown).toEqual(['#lobbyanna: after']);
    expect(greta.gaps).toEqual([]);
  });

  it('is heard though its key came late', () => {
    const { net, ben } = lobby();
    const greta = net.arrive('greta');
    net.run(500);
    net.join(greta, 'lobby', 'guest');
    net.run(500);
    net.tampers.push(({ frame, person }) =>
      frame.type === 'deliver' && person === ben && frame.blob[0] === 1
        ? [{ frame, delayMs: 9_000 }]
        : undefined,
    );
    net.say(greta, 'lobby', 'slow key');
    net.run(8_000);
    expect(ben.shown).toEqual([]);
    net.run(5_000);
    expect(ben.shown).toEqual(['#lobbygreta: slow key']);
  });
});

describe('a blob under an unknown chain', () => {
  it('waits, and opens when its key comes', () => {
    const { net, anna, ben } = lobby();
    net.tampers.push(({ frame, person }) =>
      frame.type === 'deliver' && person === ben && frame.blob[0] === 1
        ? [{ frame, delayMs: 3_000 }]
        : undefined,
    );
    net.say(anna, 'lobby', 'one');
    net.say(anna, 'lobby', 'two');
    net.run(2_000);
    expect(ben.shown).toEqual([]);
    expect(room(ben).waiting).toHaveLength(2);
    net.run(3_000);
    expect(ben.shown).toEqual(['#lobbyanna: one', '#lobbyanna: two']);
    expect(room(ben).waitingBytes).toBe(0);
  });

  it('is asked for after 5 s, three times, 10 s apart, and then shown as a gap', () => {
    const { net, anna, ben } = lobby();
    net.tampers.push(({ frame, person }) =>
      frame.type === 'deliver' && person === ben && frame.blob[0] === 1 ? [] : undefined,
    );
    const sends = watch(net, 'send');
    net.say(anna, 'lobby', 'lost');
    net.run(1_000);
    const asked = () => sends.filter(({ person }) => person === ben).length;
    net.run(3_500);
    expect(asked()).toBe(0);
    net.run(2_000);
    expect(asked()).toBe(1);
    net.run(10_000);
    expect(asked()).toBe(2);
    net.run(10_000);
    expect(asked()).toBe(3);
    expect(ben.gaps).toEqual([]);
    net.run(20_000);
    expect(asked()).toBe(3);
    expect(ben.gaps).toEqual(['#lobbyanna 1']);
  });

  it('by the hundred holds no more than its share of memory', () => {
    const { net, anna, ben } = lobby();
    net.tampers.push(({ frame, person }) =>
      frame.type === 'deliver' && person === ben && frame.blob[0] === 1 ? [] : undefined,
    );
    for (let n = 0; n < 300; n++) {
      net.say(anna, 'lobby', 'x'.repeat(20_000));
      net.run(5);
    }
    net.run(500);
    expect(room(ben).waitingBytes).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(room(ben).waiting.length).toBeLessThanOrEqual(256);
  });

  it('of nine rooms at once is asked for without breaking a note', () => {
    const names = Array.from({ length: 9 }, (_, n) => `room${n}`);
    const net = new FakeNet();
    const { anna, ben } = net.duo({ rooms: names });
    let losing = true;
    net.tampers.push(({ frame, person }) =>
      losing && frame.type === 'deliver' && person === ben && frame.blob[0] === 1 ? [] : undefined,
    );
    net.tampers.push(({ frame, person, way }) =>
      // What ben sends meanwhile is refused, so that his wants pile up.
      losing && frame.type === 'get' && person === ben && way === 'up' ? [] : undefined,
    );
    for (const name of names) net.say(anna, name, name);
    net.run(7_000);
    expect(ben.core.peers.get(anna.id)?.wants.length).toBe(9);
    losing = false;
    net.cut(ben);
    net.connect(ben);
    net.send(ben, anna, 'with my wants');
    net.run(60_000);
    expect(anna.shown).toEqual(['ben: with my wants']);
    expect(ben.messages.map(({ text }) => text).toSorted()).toEqual(names.toSorted());
  });
});

describe('a link that was down', () => {
  it('brings what was said meanwhile, once, in order, within 3 s of its return', () => {
    const { net, anna, ben } = lobby();
    net.goDark(ben);
    const talked: string[] = [];
    for (let second = 0; second < 30; second++) {
      // The first message ever of this sender: its chain is made while ben is away.
      net.say(anna, 'lobby', `a${second}`);
      net.say(ben, 'lobby', `b${second}`);
      talked.push(`${second}`);
      if (second === 10) net.cut(ben);
      net.run(1_000);
    }
    net.connect(ben);
    net.run(3_000);
    expect(ben.shown).toEqual(talked.map((n) => `#lobbyanna: a${n}`));
    expect(anna.shown).toEqual(talked.map((n) => `#lobbyben: b${n}`));
    expect([...ben.gaps, ...anna.gaps]).toEqual([]);
  });

  it('sends an unconfirmed message again as the same bytes, and it is shown once', () => {
    const { net, anna, ben } = lobby();
    net.say(anna, 'lobby', 'warm up');
    net.run(2_000);
    const blobs = watch(net, 'fanout');
    net.say(anna, 'lobby', 'hello');
    net.run(3);
    net.cut(anna, { arrives: 'up' });
    net.run(1_000);
    net.connect(anna);
    net.run(2_000);
    expect(blobs).toHaveLength(2);
    expect(blobs[0]?.frame).toEqual({ ...blobs[1]?.frame, req: blobs[0]?.frame.req });
    expect(ben.shown).toEqual(['#lobbyanna: warm up', '#lobbyanna: hello']);
  });

  it('that lost the relay’s log shows a gap', () => {
    const { net, anna, ben, cara } = lobby();
    net.say(anna, 'lobby', 'one');
    net.run(2_000);
    net.cut(ben);
    net.say(anna, 'lobby', 'two');
    net.run(2_000);
    net.restartRelay();
    for (const person of [anna, ben, cara]) net.connect(person);
    net.run(2_000);
    net.say(anna, 'lobby', 'three');
    net.run(10_000);
    expect(ben.shown).toEqual(['#lobbyanna: one', '#lobbyanna: three']);
    expect(ben.gaps).toEqual(['#lobbyanna 1']);
    expect(cara.gaps).toEqual([]);
  });
});

describe('a relay that refuses a subscription', () => {
  it('is told once, the room is left, and nothing goes round for ever', () => {
    const net = new FakeNet();
    const anna = net.arrive('anna');
    net.tampers.push(({ frame, way }) => {
      if (way !== 'up' || frame.type !== 'sub') return undefined;
      net.schedule(2, () =>
        net.inject(anna, { type: 'error', req: frame.req, code: 'too-many-topics' }),
      );
      return [];
    });
    net.run(100);
    net.join(anna, 'lobby');
    net.run(100);
    expect(() => net.say(anna, 'lobby', 'hello?')).toThrow('you are not in lobby; join it first');
    // Nobody joins a private room by themselves.
    expect(() => net.say(anna, '+ward', 'hello?')).toThrow(/^you are not in \+ward$/);
    net.run(10_000);
    expect(anna.core.rooms.size).toBe(0);
    expect(net.sent('fanout')).toBe(0);
    expect(anna.errors.length).toBeLessThanOrEqual(2);
  });
});

describe('a subscription that is refused', () => {
  it('says so of what waited, forgets the room, and asks no more at the next login', () => {
    const net = new FakeNet();
    const { anna } = net.duo();
    let refuses = true;
    net.tampers.push(({ frame, way, person }) => {
      if (!refuses || way !== 'up' || frame.type !== 'sub') return undefined;
      net.schedule(2, () =>
        net.inject(person, { type: 'error', req: frame.req, code: 'too-many-topics' }),
      );
      return [];
    });
    net.join(anna, 'lobby');
    const id = net.say(anna, 'lobby', 'hello?');
    expect(anna.profile.rooms).toEqual(['lobby']);
    net.run(500);
    expect(anna.states(id)).toEqual(['failed refused']);
    expect(anna.eventsOf('room-left').map((event) => event.room)).toEqual(['#lobby']);
    expect(anna.errors).toEqual(['too-many-topics']);
    expect(anna.profile.rooms).toEqual([]);
    refuses = false;
    const before = net.sent('sub');
    net.cut(anna);
    net.connect(anna);
    net.run(500);
    expect(net.sent('sub')).toBe(before);
    // Control: it may be joined again.
    net.join(anna, 'lobby');
    net.run(500);
    expect(room(anna).rosterComplete).toBe(true);
  });
});

describe('as many rooms as a relay lets in', () => {
  const refused = expect.objectContaining({ code: 'too-many-topics' });

  it('are 64, and the next is refused before anything goes out', () => {
    const net = new FakeNet();
    const anna = net.arrive('anna');
    net.run(100);
    for (let n = 0; n < 64; n++) net.join(anna, `room${n}`);
    net.run(500);
    const asked = net.sent('sub');
    expect(asked).toBe(64);
    expect(() => net.join(anna, 'one-more')).toThrow(refused);
    expect(() => net.join(anna, 'one-more', 'guest')).toThrow(refused);
    net.run(500);
    expect(net.sent('sub')).toBe(asked);
    expect(anna.core.rooms.size).toBe(64);
    // Control: one that is joined already is none more, and one left makes place.
    net.join(anna, 'room0');
    net.leave(anna, 'room0');
    net.join(anna, 'one-more');
    net.run(500);
    expect(room(anna, 'one-more').rosterComplete).toBe(true);
  });

  it('are fewer where it says so, and never more', () => {
    const net = new FakeNet();
    const { anna } = net.duo();
    const { id: relayId, publicKey: relayKey } = net.relayKey;
    net.input(anna, { type: 'connected', relayId, relayKey, topics: 1, mailboxBlobs: 0 });
    net.join(anna, 'lobby');
    expect(() => net.join(anna, 'second')).toThrow(refused);
    net.input(anna, { type: 'connected', relayId, relayKey, topics: 60_000, mailboxBlobs: 0 });
    expect(anna.core.link.topics).toBe(64);
  });
});

describe('the key of a message that never came', () => {
  function withOneLost() {
    const { net, anna, ben } = lobby();
    const lost: (() => void)[] = [];
    net.tampers.push(({ frame, person }) => {
      if (frame.type !== 'deliver' || person !== ben || frame.blob[0] !== 2) return undefined;
      if (lost.length > 0) return undefined;
      lost.push(() => net.inject(ben, frame));
      return [];
    });
    net.say(anna, 'lobby', 'lost');
    net.say(anna, 'lobby', 'after it');
    net.run(10_000);
    expect(ben.shown).toEqual(['#lobbyanna: after it']);
    const [chain] = room(ben).chains.values();
    const key = chain?.chain.skipped.get(0)?.messageKey;
    if (key === undefined) throw new Error('no key was kept');
    return { net, ben, key, comes: () => lost[0]?.() };
  }

  it('is kept for 7 days', () => {
    const { net, ben, comes } = withOneLost();
    net.run(7 * 24 * HOUR_MS - HOUR_MS);
    comes();
    expect(ben.shown).toEqual(['#lobbyanna: after it', '#lobbyanna: lost']);
  });

  it('is wiped then, whether or not anything comes', () => {
    const { net, ben, key, comes } = withOneLost();
    expect(key.some((byte) => byte !== 0)).toBe(true);
    net.run(7 * 24 * HOUR_MS + HOUR_MS);
    expect(key.every((byte) => byte === 0)).toBe(true);
    expect([...room(ben).chains.values()][0]?.chain.skipped.size).toBe(0);
    comes();
    expect(ben.shown).toEqual(['#lobbyanna: after it']);
  });
});

describe('sixty members', () => {
  it('all read the one who talks, and no slice of work takes more than its share', () => {
    const net = new FakeNet();
    const talker = net.arrive('p0', { rooms: ['lobby'] });
    // The others are told of the talker alone: 60 × 60 signatures would be the same test, slower.
    net.tampers.push(({ frame, person }) => {
      if (person === talker) return undefined;
      if (frame.type === 'presence') return [{ frame: { ...frame, entries: only(frame.entries) } }];
      if (frame.type === 'roster') return [{ frame: { ...frame, entries: only(frame.entries) } }];
      return undefined;
    });
    function only<T extends { readonly id: string }>(entries: readonly T[]): T[] {
      return entries.filter(({ id }) => id === talker.id);
    }
    const others = Array.from({ length: 59 }, (_, n) =>
      net.arrive(`p${n + 1}`, { rooms: ['lobby'] }),
    );
    net.run(5_000);
    expect(talker.eventsOf('room').at(-1)?.room.members).toHaveLength(60);
    let inStep = 0;
    let most = 0;
    net.tampers.push(({ frame, way, person }) => {
      if (way === 'up' && person === talker && frame.type === 'send') inStep++;
      return undefined;
    });
    const input = net.input.bind(net);
    net.input = (person, one) => {
      inStep = 0;
      input(person, one);
      if (person === talker) most = Math.max(most, inStep);
    };
    const id = net.say(talker, 'lobby', 'hello everybody');
    net.run(3_000);
    expect(talker.states(id)).toEqual(['relayed']);
    expect(most).toBeGreaterThan(0);
    // A slice is 8 ms and a sealing about 1.
    expect(most).toBeLessThanOrEqual(8);
    for (const reader of others) expect(reader.shown).toEqual(['#lobbyp0: hello everybody']);
  });
});
