// Attacks inside rooms, through the core: by members, newcomers, leavers, and whoever replays what they sealed.
import { beforeAll, describe, expect, it } from 'vitest';
import { newSenderChain, sealRoomBlob } from '../../../src/crypto/room-chain.ts';
import { ready } from '../../../src/crypto/sodium.ts';
import { concatBytes } from '../../../src/protocol/bytes.ts';
import { decodeHeader, ROOM_OVERHEAD_BYTES } from '../../../src/protocol/envelope.ts';
import { idBytes } from '../../../src/protocol/ids.ts';
import { pad } from '../../../src/protocol/padding.ts';
import { RECORD_TYPES } from '../../../src/protocol/record.ts';
import { watch } from '../../support/fake-net.ts';
import { flipped, random } from './forging.ts';
import { chainOf, fannedOut, hand, lobby, room, roomKey, roomRecord } from './room-forging.ts';

beforeAll(ready);

describe('bytes changed on the way to a room', () => {
  it('[A01 bit flip] show nothing, and the honest bytes still open', () => {
    const { net, anna, ben } = lobby();
    const blobs: Uint8Array[] = [];
    net.say(anna, 'lobby', 'warm up');
    net.run(1_000);
    net.tampers.push(({ frame, person }) => {
      if (frame.type !== 'deliver' || person !== ben || frame.blob[0] !== 2) return undefined;
      blobs.push(frame.blob);
      return [];
    });
    net.say(anna, 'lobby', 'hello');
    net.run(1_000);
    const blob = blobs[0] ?? new Uint8Array();
    for (let at = 0; at < blob.length; at += 5)
      net.inject(ben, fannedOut(flipped(blob, at, at % 8)));
    for (let length = 0; length < blob.length; length += 31) {
      net.inject(ben, fannedOut(blob.subarray(0, length)));
    }
    net.inject(ben, fannedOut(concatBytes([blob, new Uint8Array(256)])));
    expect(ben.shown).toEqual(['#lobbyanna: warm up']);
    net.inject(ben, fannedOut(blob));
    expect(ben.shown).toEqual(['#lobbyanna: warm up', '#lobbyanna: hello']);
  });

  it('[A07 replay] of a room message is shown once, also after its chain has ended', () => {
    const { net, anna, ben } = lobby();
    const blobs = watch(net, 'fanout');
    net.say(anna, 'lobby', 'hello');
    net.run(1_000);
    const blob = blobs[0]?.frame.blob ?? new Uint8Array();
    for (let times = 0; times < 3; times++) net.inject(ben, fannedOut(blob));
    net.run(25 * 60 * 60_000);
    net.say(anna, 'lobby', 'next day');
    net.run(2_000);
    net.inject(ben, fannedOut(blob));
    net.run(60_000);
    expect(ben.shown).toEqual(['#lobbyanna: hello', '#lobbyanna: next day']);
    expect(ben.gaps).toEqual([]);
  });

  it('[A07 replay] of one’s own room message is not shown as another’s', () => {
    const { net, anna, ben } = lobby();
    const blobs = watch(net, 'fanout');
    net.say(anna, 'lobby', 'hello');
    net.run(1_000);
    net.inject(anna, fannedOut(blobs[0]?.frame.blob ?? new Uint8Array()));
    net.run(60_000);
    expect(anna.shown).toEqual([]);
    expect(ben.shown).toEqual(['#lobbyanna: hello']);
  });
});

describe('a member', () => {
  it('[A43 member writes in another’s name] with the chain key it was given, and is found out', () => {
    const { net, anna, ben, cara } = lobby();
    net.say(anna, 'lobby', 'warm up');
    net.run(1_000);
    const held = [...room(cara).chains.values()][0]?.chain;
    if (held === undefined) throw new Error('no chain');
    const ownPair = chainOf(cara);
    const stolen = {
      ...held,
      chainKey: held.chainKey.slice(),
      signSecret: ownPair.signSecret,
    };
    const stream = room(anna).stream;
    const { blob } = sealRoomBlob(
      stolen,
      pad(roomRecord({ stream, seq: 2, text: 'I quit' })),
      random,
    );
    net.inject(ben, fannedOut(blob));
    expect(ben.shown).toEqual(['#lobbyanna: warm up']);
    expect(ben.errors).toEqual(['forged']);
    // Control: anna's own next message, under the same index, still opens.
    net.say(anna, 'lobby', 'I stay');
    net.run(1_000);
    expect(ben.shown).toEqual(['#lobbyanna: warm up', '#lobbyanna: I stay']);
  });

  it('[A43 member takes another’s chain id] is refused: an id names its owner', () => {
    const { net, anna, ben, cara } = lobby();
    const chain = chainOf(anna);
    hand(net, cara, ben, roomKey(cara, chain));
    expect(room(ben).chains.size).toBe(0);
    hand(net, anna, ben, roomKey(anna, chain));
    expect(room(ben).chains.size).toBe(1);
  });

  it('[A40 second key for one chain] doesn’t replace the first', () => {
    const { net, anna, ben } = lobby();
    const chain = chainOf(anna);
    hand(net, anna, ben, roomKey(anna, chain));
    hand(net, anna, ben, roomKey(anna, { ...chain, chainKey: new Uint8Array(32).fill(1) }));
    const { blob } = sealRoomBlob(chain, pad(roomRecord()), random);
    net.inject(ben, fannedOut(blob));
    expect(ben.shown).toEqual(['#lobbyanna: hello']);
  });

  it('[A40 same number] with other words in a room is an alarm, and both are shown', () => {
    const { net, anna, ben } = lobby();
    const chain = chainOf(anna);
    hand(net, anna, ben, roomKey(anna, chain));
    const first = sealRoomBlob(chain, pad(roomRecord({ text: 'yes' })), random);
    const second = sealRoomBlob(first.chain, pad(roomRecord({ text: 'no' })), random);
    net.inject(ben, fannedOut(first.blob));
    expect(ben.errors).toEqual([]);
    net.inject(ben, fannedOut(second.blob));
    expect(ben.shown).toEqual(['#lobbyanna: yes', '#lobbyanna: no']);
    expect(ben.errors).toEqual(['forged']);
  });

  it('[A42 forged join] in a key distribution shows nobody and opens nothing', () => {
    const { net, anna, ben } = lobby();
    const dora = net.arrive('dora');
    net.run(500);
    const chain = newSenderChain({ room: room(anna).roomId, secret: null, owner: dora.id, random });
    // Dora has not joined: she uses anna's join.
    hand(net, dora, ben, roomKey(anna, chain));
    expect(room(ben).chains.size).toBe(0);
    net.join(dora, 'lobby');
    net.run(500);
    hand(net, dora, ben, roomKey(dora, chain));
    expect(room(ben).chains.size).toBe(1);
  });
});

describe('records out of place in a room', () => {
  it('[A33 key distribution inside a room message] gives nobody a key', () => {
    const { net, anna, ben } = lobby();
    const chain = chainOf(anna);
    hand(net, anna, ben, roomKey(anna, chain));
    const smuggled = roomKey(anna, chainOf(anna));
    const type = RECORD_TYPES.roomKey;
    const first = sealRoomBlob(chain, pad(roomRecord({ type, content: smuggled })), random);
    net.inject(ben, fannedOut(first.blob));
    expect(room(ben).chains.size).toBe(1);
    const second = sealRoomBlob(first.chain, pad(roomRecord({ text: 'fine' })), random);
    net.inject(ben, fannedOut(second.blob));
    expect(ben.shown).toEqual(['#lobbyanna: fine']);
  });

  it('[A39 type confusion] a private text in a room is not shown', () => {
    const { net, anna, ben } = lobby();
    const chain = chainOf(anna);
    hand(net, anna, ben, roomKey(anna, chain));
    const type = RECORD_TYPES.text;
    const first = sealRoomBlob(chain, pad(roomRecord({ type })), random);
    net.inject(ben, fannedOut(first.blob));
    expect(ben.shown).toEqual([]);
    const second = sealRoomBlob(first.chain, pad(roomRecord()), random);
    net.inject(ben, fannedOut(second.blob));
    expect(ben.shown).toEqual(['#lobbyanna: hello']);
  });
});

describe('chains', () => {
  it('[A29 newcomer reading back] can’t, with key and blobs in hand', () => {
    const { net, anna, ben } = lobby();
    const blobs = watch(net, 'fanout');
    for (const text of ['one', 'two', 'three']) net.say(anna, 'lobby', text);
    net.run(1_000);
    const dora = net.arrive('dora', { rooms: ['lobby'] });
    net.run(1_000);
    for (const { frame } of blobs) net.inject(dora, fannedOut(frame.blob));
    net.say(anna, 'lobby', 'four');
    net.run(60_000);
    expect(dora.shown).toEqual(['#lobbyanna: four']);
    expect(ben.shown).toHaveLength(4);
  });

  it('[A30 key overtaken by messages] they wait for it and open in order', () => {
    const { net, anna, ben } = lobby();
    const fresh = chainOf(anna);
    const handed = roomKey(anna, fresh);
    const one = sealRoomBlob(fresh, pad(roomRecord({ seq: 1, text: 'one' })), random);
    const two = sealRoomBlob(one.chain, pad(roomRecord({ seq: 2, text: 'two' })), random);
    net.inject(ben, fannedOut(two.blob));
    net.inject(ben, fannedOut(one.blob));
    net.run(2_000);
    expect(ben.shown).toEqual([]);
    hand(net, anna, ben, handed);
    expect(ben.shown).toEqual(['#lobbyanna: one', '#lobbyanna: two']);
  });

  it('[A31 index skip with garbage] moves no chain', () => {
    const { net, anna, ben } = lobby();
    net.say(anna, 'lobby', 'one');
    net.run(1_000);
    const [held] = [...room(ben).chains.values()];
    if (held === undefined) throw new Error('no chain');
    const { skid, topic, index } = held.chain;
    for (const ahead of [1, 200, 255, 256, 4_000_000_000]) {
      const garbage = random(ROOM_OVERHEAD_BYTES + 256);
      garbage.set([2, 1]);
      garbage.set(idBytes(topic), 2);
      garbage.set(idBytes(skid), 18);
      new DataView(garbage.buffer).setUint32(34, ahead);
      expect(decodeHeader(garbage).kind).toBe('room');
      net.inject(ben, fannedOut(garbage));
    }
    expect([...room(ben).chains.values()][0]?.chain.index).toBe(index);
    net.say(anna, 'lobby', 'two');
    net.run(1_000);
    expect(ben.shown).toEqual(['#lobbyanna: one', '#lobbyanna: two']);
  });

  it('[A31 index skip with garbage] under chains of nobody fills no memory and asks nobody', () => {
    const { net, ben } = lobby();
    const { topic } = room(ben);
    const before = net.sent('send');
    for (let n = 0; n < 400; n++) {
      const garbage = random(ROOM_OVERHEAD_BYTES + 256);
      garbage.set([2, 1]);
      garbage.set(idBytes(topic), 2);
      net.inject(ben, fannedOut(garbage));
    }
    expect(room(ben).waiting.length).toBeLessThanOrEqual(256);
    net.run(60_000);
    expect(room(ben).waiting).toEqual([]);
    expect(room(ben).wanted.size).toBe(0);
    expect(net.sent('send')).toBe(before);
    expect(ben.gaps).toEqual([]);
  });

  it('[A32 chain after kill or restored backup] is a new one: no index is used twice', () => {
    const { net, anna, ben } = lobby();
    const blobs = watch(net, 'fanout');
    const backup = { ...anna.profile };
    net.say(anna, 'lobby', 'one');
    net.run(1_000);
    net.restart(anna);
    net.connect(anna);
    net.run(1_000);
    net.say(anna, 'lobby', 'two');
    net.run(1_000);
    anna.profile.bundleSeq = backup.bundleSeq;
    net.restart(anna);
    net.connect(anna);
    net.run(1_000);
    net.say(anna, 'lobby', 'three');
    net.run(2_000);
    const places = blobs.map(({ frame }) => {
      const header = decodeHeader(frame.blob);
      return header.kind === 'room' ? `${header.skid} ${header.index}` : '';
    });
    expect(places).toHaveLength(3);
    expect(new Set(places).size).toBe(3);
    expect(ben.shown).toEqual(['#lobbyanna: one', '#lobbyanna: two', '#lobbyanna: three']);
    expect(ben.gaps).toEqual([]);
  });

  it('[A26 removed member reading on] a leaver gets no key of the next chain', () => {
    const { net, anna, ben, cara } = lobby();
    net.say(anna, 'lobby', 'one');
    net.run(1_000);
    net.leave(cara, 'lobby');
    net.run(1_000);
    const sends = watch(net, 'send');
    net.run(24 * 60 * 60_000);
    net.say(anna, 'lobby', 'two');
    net.run(2_000);
    const toCara = sends.filter(({ person, frame }) => {
      const header = decodeHeader(frame.blob);
      return person === anna && header.kind === 'direct' && cara.id.startsWith(header.recipient);
    });
    expect(toCara).toEqual([]);
    expect(ben.shown).toEqual(['#lobbyanna: one', '#lobbyanna: two']);
  });
});
