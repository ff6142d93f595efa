// Attacks by quantity: one sender with many names, chains, streams or gaps, and a relay that makes them up.
import { beforeAll, describe, expect, it } from 'vitest';
import { people } from '../../../src/core/commands.ts';
import { meet } from '../../../src/core/meet.ts';
import { peerOf } from '../../../src/core/new-state.ts';
import { personOf } from '../../../src/core/people.ts';
import { say } from '../../../src/core/say.ts';
import { accept, newSequence, received, release } from '../../../src/core/sequence.ts';
import type { CoreState } from '../../../src/core/state.ts';
import { type Identity, identityFromSeed } from '../../../src/crypto/identity.ts';
import { signJoin } from '../../../src/crypto/room.ts';
import { newSenderChain, sealRoomBlob } from '../../../src/crypto/room-chain.ts';
import { ready } from '../../../src/crypto/sodium.ts';
import { encodeCbor } from '../../../src/protocol/cbor.ts';
import { ROOM_OVERHEAD_BYTES } from '../../../src/protocol/envelope.ts';
import { encodeJoinProof } from '../../../src/protocol/frames.ts';
import { idBytes, PeerId, SenderKeyId, StreamId } from '../../../src/protocol/ids.ts';
import { MAX_ROOM_MEMBERS } from '../../../src/protocol/limits.ts';
import { pad } from '../../../src/protocol/padding.ts';
import { RECORD_TYPES } from '../../../src/protocol/record.ts';
import { FakeNet, type FakePerson } from '../../support/fake-net.ts';
import { note, random, record, sealed } from './forging.ts';
import { chainOf, fannedOut, hand, lobby, room, roomKey, roomRecord } from './room-forging.ts';

beforeAll(ready);

const MAX_PEERS = 10_000;
const MAX_CHAINS = 8 * MAX_ROOM_MEMBERS;
const MAX_MEMBERS_KEPT = 2 * MAX_ROOM_MEMBERS;
const MAX_WANTED = 64;
const MEBIBYTE = 1024 * 1024;

function stranger(): Identity {
  return identityFromSeed(random(32));
}

function someId(): PeerId {
  return PeerId.fromBytes(random(32));
}

describe('one name under hundreds of keys', () => {
  it('[A48 many names] names eight before each, whom one wrote to first, and whoever is verified', () => {
    const net = new FakeNet();
    const anna = net.arrive('anna');
    net.run(500);
    let seq = 1n;
    const comes = (who = stranger()) => {
      meet(anna.core, { ...who, seq: seq++, nick: 'zed' });
      net.run(10);
      return who.id;
    };
    const before = Array.from({ length: 20 }, () => comes());
    const friend = comes();
    anna.core.pins.contact(friend);
    const crowd = Array.from({ length: 180 }, () => comes());
    const last = crowd.at(-1) ?? friend;
    const changedFrom = (id: PeerId) => personOf(anna.core, id).keyChangedFrom;
    expect(changedFrom(last)).toEqual([friend, ...before.slice(0, 7)]);
    expect(anna.eventsOf('key-changed').length).toBeLessThan(201 * 9);
    expect(JSON.stringify(people(anna.core)).length).toBeLessThan(201 * 1_000);
    // Control: few are all named, the oldest too; and who is verified is, however many came before.
    expect(changedFrom(before[3] ?? last)).toEqual(before.slice(0, 3));
    expect(say.bind(null, anna.core, { to: { peer: last }, text: 'x' })).not.toThrow();
    anna.core.pins.verify(crowd[100] ?? last, 0, 'digits');
    expect(changedFrom(last)).toEqual([crowd[100], friend, ...before.slice(0, 7)]);
    expect(say.bind(null, anna.core, { to: { peer: last }, text: 'x' })).toThrow();
  });
});

describe('a record behind hundreds that were lost', () => {
  it('[A46 loss called delivery] is delivered alone, and those before it only when they were shown', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const last = 261;
    let count = 0;
    net.tampers.push(({ frame, way, person }) => {
      if (way !== 'down' || frame.type !== 'deliver' || person !== ben) return undefined;
      count++;
      return count === last ? undefined : [];
    });
    const ids = Array.from({ length: last }, (_, n) => net.send(anna, ben, `${n}`));
    const delivered = () =>
      ids.flatMap((id, n) => (anna.lastState(id) === 'delivered' ? [`${n}`] : []));
    net.run(40_000);
    net.send(ben, anna, 'with what I have');
    net.run(1_000);
    expect(ben.messages.map(({ text }) => text)).toEqual(['260']);
    expect(ben.gaps).toEqual(['anna 260']);
    expect(delivered()).toEqual(['260']);
    // Control: with the relay honest again nothing is lost, and all is called delivered.
    net.tampers.length = 0;
    net.run(60_000);
    expect(new Set(ben.messages.map(({ text }) => text)).size).toBe(last);
    expect(ben.messages).toHaveLength(last);
    expect(delivered()).toHaveLength(last);
  });

  it('[A46 loss called delivery] is not reached by more gaps than are remembered', () => {
    const sequence = newSequence<number>(1);
    const came = new Set<number>();
    const take = (seq: number) => {
      accept(sequence, { seq, item: seq, digest: `${seq}`, sizeBytes: 1 }, 0);
      for (const { item } of release(sequence, { low: 1, nowMs: 0, patienceMs: 0 })) came.add(item);
    };
    for (let seq = 2; seq <= 2_600; seq += 2) take(seq);
    const isClaimed = (seq: number) => {
      const { upTo, ranges } = received(sequence, 10_000);
      return seq <= upTo || ranges.some(([from, to]) => from <= seq && seq <= to);
    };
    expect(sequence.skipped.length).toBeLessThan(1_300);
    for (let seq = 1; seq <= 2_600; seq += 17) {
      if (!came.has(seq)) expect(isClaimed(seq), `${seq}`).toBe(false);
    }
    // One too old to be remembered stays open; a newer one still fills its place.
    take(1);
    expect(isClaimed(1)).toBe(came.has(1));
    take(2_599);
    expect([isClaimed(2_598), isClaimed(2_599), isClaimed(2_600)]).toEqual([true, true, true]);
  });
});

describe('somebody verified', () => {
  function withTwoVerified() {
    const { net, anna, ben, cara } = lobby();
    net.verify(anna, ben);
    net.verify(anna, cara);
    return { net, anna, ben, cara };
  }

  function refusal(from: FakePerson, to: FakePerson): unknown {
    try {
      say(from.core, { to: { peer: to.id }, text: 'is it you?' });
      return null;
    } catch (error) {
      return error instanceof Error && 'code' in error ? error.code : error;
    }
  }

  it.each(['ben', 'BEN', 'bén'])(
    '[A47 verified name taken] by somebody verified, too, is told and not written to: %s',
    (nick) => {
      const { net, anna, ben, cara } = withTwoVerified();
      expect(refusal(anna, cara)).toBeNull();
      net.rename(cara, nick);
      net.run(500);
      expect(anna.eventsOf('key-changed')).toMatchObject([
        { was: ben.id, now: cara.id, trust: 'verified' },
      ]);
      expect(refusal(anna, cara)).toBe('key-changed');
      expect(refusal(anna, ben)).toBeNull();
      net.trust(anna, cara);
      expect(refusal(anna, cara)).toBeNull();
    },
  );

  it.each(['trust', 'verify'] as const)(
    '[A47 verified name taken] reads no room before the word of its reader: %s',
    (leave) => {
      const { net, anna, ben, cara } = lobby();
      net.verify(anna, ben);
      net.say(anna, 'lobby', 'before');
      net.run(1_000);
      net.rename(cara, 'ben');
      net.run(500);
      net.say(anna, 'lobby', 'for ben');
      // Also not to her own question for the key.
      net.run(40_000);
      expect(cara.messages.map(({ text }) => text)).toEqual(['before']);
      expect(ben.messages.map(({ text }) => text)).toEqual(['before', 'for ben']);
      net[leave](anna, cara);
      net.run(1_000);
      net.say(anna, 'lobby', 'for both');
      // Behind the gap that is left of what was not for her.
      net.run(6_000);
      expect(cara.messages.map(({ text }) => text)).toEqual(['before', 'for both']);
      expect(ben.messages.map(({ text }) => text)).toEqual(['before', 'for ben', 'for both']);
    },
  );
});

describe('one connection with many names', () => {
  /** As many strangers as are kept, each of whom wrote. */
  function fillWithStrangers(core: CoreState): void {
    const keys = stranger();
    while (core.peers.size < MAX_PEERS) {
      const peer = peerOf(core, someId());
      peer.keys = keys;
      peer.incoming.streams.set(StreamId.fromBytes(random(8)), newSequence(1));
    }
  }

  it('[A48 many names] pushes nobody out who is here', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    fillWithStrangers(anna.core);
    for (let n = 0; n < 20; n++) {
      const from = stranger();
      net.inject(anna, sealed(from, anna, record(from, anna, { text: `${n}` })));
    }
    const { peers, kept } = anna.core;
    expect(peers.size - kept.size).toBeLessThanOrEqual(MAX_PEERS);
    expect(peers.get(ben.id)).toMatchObject({ online: true });
    const id = net.send(anna, ben, 'hello');
    net.run(5_000);
    expect(anna.lastState(id)).toBe('delivered');
    // Control: strangers are heard, they only push out each other.
    expect(anna.messages).toHaveLength(20);
  });

  it('[A48 many names] makes no members: nobody is one whose card the relay does not have', () => {
    const { net, anna, ben } = lobby();
    const { relayId } = ben.core.link;
    if (relayId === null) throw new Error('no relay');
    const { roomId, members } = room(ben);
    for (let n = 0; n < 20; n++) {
      const ghost = stranger();
      const chain = newSenderChain({ room: roomId, secret: null, owner: ghost.id, random });
      const proof = { seq: 1n, standing: 'joined' } as const;
      const join = encodeJoinProof(signJoin(ghost, { relay: relayId, room: roomId }, proof));
      const fields = { type: RECORD_TYPES.roomKey, content: roomKey(anna, chain, { join }) };
      net.inject(ben, sealed(ghost, ben, record(ghost, ben, fields)));
    }
    net.run(5_000);
    expect([...members.keys()].toSorted()).toEqual(
      net.people.flatMap(({ id }) => (id === ben.id ? [] : [id])).toSorted(),
    );
    const id = net.say(ben, 'lobby', 'hello');
    net.run(2_000);
    expect(ben.lastState(id)).toBe('relayed');
    // Control: who has a card is a member by its key alone, whatever the roster says.
    members.delete(anna.id);
    hand(net, anna, ben, roomKey(anna, chainOf(anna)));
    expect(members.has(anna.id)).toBe(true);
  });

  it('[A48 many names] fills a room with no more members than are kept', () => {
    const { net, anna, ben } = lobby();
    const { members } = room(ben);
    const like = members.get(anna.id);
    if (like === undefined) throw new Error('anna is no member');
    members.delete(anna.id);
    while (members.size < MAX_MEMBERS_KEPT) {
      const id = someId();
      members.set(id, { ...like, id, here: true });
    }
    hand(net, anna, ben, roomKey(anna, chainOf(anna)));
    expect(members.size).toBe(MAX_MEMBERS_KEPT);
    expect(members.has(anna.id)).toBe(false);
    // Control: there is a place where somebody has gone.
    const gone = someId();
    members.delete([...members.keys()][0] ?? gone);
    members.set(gone, { ...like, id: gone, here: false });
    hand(net, anna, ben, roomKey(anna, chainOf(anna)));
    expect(members.size).toBe(MAX_MEMBERS_KEPT);
    expect([members.has(anna.id), members.has(gone)]).toEqual([true, false]);
  });
});

describe('blobs under chains of nobody', () => {
  function garbage(person: FakePerson): Uint8Array {
    const blob = random(ROOM_OVERHEAD_BYTES + 256);
    blob.set([2, 1]);
    blob.set(idBytes(room(person).topic), 2);
    return blob;
  }

  it('[A49 unknown chains] are looked up a few at a time, and only so many', () => {
    const { net, anna, ben } = lobby();
    net.say(anna, 'lobby', 'one');
    net.run(1_000);
    const { wanted } = room(ben);
    for (let n = 0; n < 500; n++) net.inject(ben, fannedOut(garbage(ben)));
    expect(wanted.size).toBe(MAX_WANTED);
    expect(room(ben).waiting).toHaveLength(MAX_WANTED);
    const asked = () => [...wanted.values()].filter((want) => want.asked > 0).length;
    net.nowMs += 5_001;
    net.input(ben, { type: 'tick' });
    expect(asked()).toBe(4);
    net.say(anna, 'lobby', 'two');
    net.run(5_000);
    expect(asked()).toBe(MAX_WANTED);
    expect(ben.messages.map(({ text }) => text)).toEqual(['one', 'two']);
    net.run(60_000);
    expect(wanted.size).toBe(0);
    expect(ben.gaps).toEqual([]);
    // Control: an honest member's blob still waits for its key, and opens with it.
    const chain = chainOf(anna);
    const key = roomKey(anna, chain);
    net.inject(ben, fannedOut(sealRoomBlob(chain, pad(roomRecord()), random).blob));
    expect(wanted.size).toBe(1);
    hand(net, anna, ben, key);
    expect(ben.messages.map(({ text }) => text)).toEqual(['one', 'two', 'hello']);
  });
});

describe('one sender in a room', () => {
  function annaAndGuest() {
    const { net, anna, ben } = lobby();
    const dora = net.arrive('dora');
    net.run(500);
    net.join(dora, 'lobby', 'guest');
    net.say(anna, 'lobby', 'one');
    net.run(1_000);
    const handed = () => {
      const chain = chainOf(dora);
      const key = roomKey(dora, chain, { stream: random(8) });
      hand(net, dora, ben, key);
      return chain;
    };
    return { net, anna, ben, dora, handed };
  }

  function chainsOf(person: FakePerson, owner: FakePerson): number {
    return [...room(person).chains.values()].filter((chain) => chain.owner === owner.id).length;
  }

  it('[A50 many chains] pushes out its own, and nobody else’s', () => {
    const { net, anna, ben, dora, handed } = annaAndGuest();
    for (let n = 0; n < 40; n++) handed();
    expect(chainsOf(ben, dora)).toBe(32);
    expect([...room(ben).sequences.keys()].filter((run) => run.startsWith(dora.id))).toHaveLength(
      8,
    );
    net.say(anna, 'lobby', 'two');
    net.run(1_000);
    // Control: the guest's newest is the one that opens.
    net.inject(ben, fannedOut(sealRoomBlob(handed(), pad(roomRecord()), random).blob));
    expect(ben.messages.map(({ text }) => text)).toEqual(['one', 'two', 'hello']);
  });

  it('[A50 many chains] pushes out no member’s, under however many names', () => {
    const { net, anna, ben, handed } = annaAndGuest();
    const { chains, sequences } = room(ben);
    const [like] = chains.values();
    if (like === undefined) throw new Error('no chain');
    while (chains.size < MAX_CHAINS) {
      chains.set(SenderKeyId.fromBytes(random(16)), { ...like, owner: someId() });
    }
    while (sequences.size < MAX_CHAINS) sequences.set(`${someId()}/0`, newSequence(1));
    const newest = handed();
    expect(chains.size).toBe(MAX_CHAINS);
    expect(sequences.size).toBe(MAX_CHAINS);
    expect(chainsOf(ben, anna)).toBe(1);
    net.say(anna, 'lobby', 'two');
    net.inject(ben, fannedOut(sealRoomBlob(newest, pad(roomRecord()), random).blob));
    net.run(1_000);
    expect(ben.messages.map(({ text }) => text)).toEqual(['one', 'hello', 'two']);
    expect(ben.gaps).toEqual([]);
  });

  it('[A51 many streams] with a new one in each message fills no memory and loses nobody’s place', () => {
    const { net, anna, ben, dora, handed } = annaAndGuest();
    let chain = handed();
    for (let n = 0; n < 30; n++) {
      const stream = StreamId.fromBytes(random(8));
      const next = sealRoomBlob(chain, pad(roomRecord({ stream, text: `${n}` })), random);
      chain = next.chain;
      net.inject(ben, fannedOut(next.blob));
    }
    expect(ben.messages).toHaveLength(31);
    expect([...room(ben).sequences.keys()].filter((run) => run.startsWith(dora.id))).toHaveLength(
      8,
    );
    net.say(anna, 'lobby', 'two');
    net.run(1_000);
    expect(ben.messages.at(-1)?.text).toBe('two');
    expect(ben.gaps).toEqual([]);
  });
});

describe('records behind a gap', () => {
  const big = encodeCbor({ text: 'x'.repeat(59_000) });

  function held(person: FakePerson): number {
    let bytes = 0;
    for (const { incoming } of person.core.peers.values()) {
      for (const { heldBytes } of incoming.streams.values()) bytes += heldBytes;
    }
    return bytes;
  }

  function annaWrites() {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const { me } = anna.profile;
    const write = (seq: number, fields: Parameters<typeof record>[2] = {}) => {
      const text = `${seq}`;
      const bytes = record(me, ben, { seq, text, ...fields });
      net.inject(ben, sealed(me, ben, bytes, note({ low: 1 })));
    };
    return { net, anna, ben, write };
  }

  it('[A52 held behind gaps] wait in bounded memory: too much is shown with its gap', () => {
    const { ben, write } = annaWrites();
    write(1);
    for (let seq = 3; seq <= 18; seq++) write(seq, { content: big });
    expect(held(ben)).toBeLessThanOrEqual(MEBIBYTE);
    expect(ben.core.heldBytes).toBe(held(ben));
    expect(ben.messages).toHaveLength(1);
    for (let seq = 19; seq <= 24; seq++) write(seq, { content: big });
    expect(held(ben)).toBeLessThanOrEqual(MEBIBYTE);
    expect(ben.core.heldBytes).toBe(held(ben));
    expect(ben.gaps).toEqual(['anna 1']);
    expect(ben.messages).toHaveLength(23);
    // Control: the one that was missing is shown still.
    write(2);
    expect(ben.messages.at(-1)?.text).toBe('2');
  });

  it('[A52 held behind gaps] of many streams are counted together, and forgotten with their streams', () => {
    const { ben, write } = annaWrites();
    const size = encodeCbor({ text: '9' }).length;
    for (let n = 1; n <= 20; n++) {
      write(9, { stream: StreamId.fromBytes(new Uint8Array(8).fill(n)) });
    }
    expect(ben.core.heldBytes).toBe(16 * size);
    expect(held(ben)).toBe(16 * size);
    expect(ben.messages).toEqual([]);
    ben.core.heldBytes = 33 * MEBIBYTE;
    write(9, { stream: StreamId.fromBytes(new Uint8Array(8).fill(99)) });
    expect(ben.messages).toHaveLength(1);
    expect(ben.gaps).toEqual(['anna 8']);
  });

  it('[A52 held behind gaps] wait no longer because of others that come', () => {
    const { net, ben, write } = annaWrites();
    write(1_000);
    net.run(20_000);
    write(1);
    net.run(9_000);
    write(2);
    // Control: half a minute is theirs.
    expect(ben.messages.map(({ text }) => text)).toEqual(['1', '2']);
    net.run(1_100);
    expect(ben.messages.map(({ text }) => text)).toEqual(['1', '2', '1000']);
    expect(ben.core.heldBytes).toBe(0);
  });
});

describe('presence', () => {
  it('[A53 presence flood] of ever new names is kept nowhere beyond its share', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const { core } = anna;
    const card = core.peers.get(ben.id)?.card ?? null;
    expect(card).not.toBeNull();
    // Everybody known has a card, so that each new name pushes out the one before it.
    while (core.peers.size < MAX_PEERS) peerOf(core, someId()).card = card;
    for (let page = 0; page < 2; page++) {
      const entries = Array.from({ length: 300 }, () => ({
        ...{ id: someId(), online: true, cardSeq: 1n, bundleSeq: 1n },
      }));
      net.inject(anna, { type: 'presence', req: 0, complete: true, entries });
    }
    expect(core.peers.size).toBe(MAX_PEERS);
    for (const kept of [core.active, core.dirty, core.fetches.cards]) {
      expect(kept.size).toBeLessThanOrEqual(10);
    }
    const id = net.send(anna, ben, 'still there?');
    net.run(10_000);
    expect(anna.lastState(id)).toBe('delivered');
  });
});

describe('a relay that lies about one person', () => {
  it('[A54 frozen bundle] nothing is sealed to an older key than its owner named', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.send(anna, ben, 'hello');
    net.run(2_000);
    const stolen = ben.core.bundleSeq;
    // Ben's later bundles reach nobody, and he is told that they did.
    net.tampers.push(({ frame, way, person }) => {
      if (way !== 'up' || frame.type !== 'publish' || person !== ben) return undefined;
      net.schedule(2, () => net.inject(ben, { type: 'done', req: frame.req }));
      return [];
    });
    net.run(55 * 60_000);
    expect(ben.core.bundleSeq).toBeGreaterThan(stolen);
    net.send(ben, anna, 'I have a new key');
    net.run(1_000);
    expect(anna.shown).toEqual(['ben: I have a new key']);
    // The turn key that came with it is not used for longer than this.
    net.run(30 * 60_000);
    const before = net.sent('send');
    const id = net.send(anna, ben, 'secret');
    net.run(60_000);
    // Ben repeats himself meanwhile, as nobody acknowledges; anna seals nothing at all.
    expect(anna.lastState(id)).toBe('pending');
    expect(anna.core.peers.get(ben.id)?.records[0]?.transmitted).toBe(false);
    expect(net.sent('send') - before).toBeLessThan(5);
    // Control: once his bundle is there it goes out.
    net.tampers.length = 0;
    net.cut(ben);
    net.connect(ben);
    net.run(20_000);
    expect(anna.lastState(id)).toBe('delivered');
    expect(ben.shown).toEqual(['anna: hello', 'anna: secret']);
  });

  it('[A55 cancel lied about] what it delivered and called not here is not called taken back', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.send(anna, ben, 'warm up');
    net.run(2_000);
    let lies = true;
    net.tampers.push(({ frame, way, person }) => {
      if (!lies || way !== 'down') return undefined;
      if (frame.type === 'deliver' && person === anna) return [];
      if (frame.type !== 'done' || person !== anna) return undefined;
      return [{ frame: { type: 'error', req: frame.req, code: 'not-here' } }];
    });
    const id = net.send(anna, ben, 'oops');
    net.run(100);
    expect(ben.shown).toEqual(['anna: warm up', 'anna: oops']);
    expect(anna.states(id)).toEqual(['pending not-here']);
    expect(net.cancel(anna, id)).toBe(false);
    expect(anna.states(id)).toEqual(['pending not-here']);
    // Control: what never went out is taken back.
    const unsent = net.send(anna, ben, 'not this one');
    expect(net.cancel(anna, unsent)).toBe(true);
    lies = false;
    net.cut(ben);
    net.connect(ben);
    net.run(30_000);
    expect(anna.lastState(id)).toBe('delivered');
    expect(ben.shown).toEqual(['anna: warm up', 'anna: oops']);
    expect(ben.errors).toEqual([]);
  });
});
