// Turn keys: each turn of a private conversation under a key of its own, for one person alone, and gone with use.
import { beforeAll, describe, expect, it } from 'vitest';
import { sealDirect } from '../../src/crypto/direct.ts';
import { Prekey } from '../../src/crypto/prekey.ts';
import { signTurn } from '../../src/crypto/signed-objects.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { decodeHeader } from '../../src/protocol/envelope.ts';
import { type Kid, StreamId } from '../../src/protocol/ids.ts';
import { pad } from '../../src/protocol/padding.ts';
import { encodeDirectPayload } from '../../src/protocol/record.ts';
import { FakeNet, type FakePerson, watch } from '../support/fake-net.ts';
import { deliver, note, random, record, sealed } from './attacks/forging.ts';

beforeAll(ready);

const MINUTE_MS = 60_000;
const someStream = StreamId.fromBytes(new Uint8Array(8).fill(5));

function turnOf(person: FakePerson, whom: FakePerson) {
  return person.core.peers.get(whom.id)?.turns.theirs ?? null;
}

/** The keys under which private messages reached each person, in order. */
function kidsTo(net: FakeNet): (person: FakePerson) => Kid[] {
  const seen = watch(net, 'deliver');
  return (to) =>
    seen.flatMap(({ person, frame }) => {
      const header = decodeHeader(frame.blob);
      return person === to && header.kind === 'direct' ? [header.kid] : [];
    });
}

/** anna and ben have each said something. */
function talking() {
  const net = new FakeNet();
  const { anna, ben } = net.duo();
  const kids = kidsTo(net);
  net.send(anna, ben, 'hello');
  net.run(1_000);
  net.send(ben, anna, 'hello yourself');
  net.run(1_000);
  return { net, anna, ben, kids };
}

/** Sealed to `prekey` of `to`, as anybody can who has its public half. */
function sealedTo(from: FakePerson, to: FakePerson, recipientPrekey: Uint8Array) {
  const padded = pad(encodeDirectPayload(record(from.profile.me, to), note()));
  const sender = from.profile.me;
  return deliver(sealDirect({ sender, recipient: to.id, recipientPrekey, padded, random }));
}

describe('a conversation', () => {
  it('goes to live keys at first, and then each turn to another key', () => {
    const { net, anna, ben, kids } = talking();
    const live = ben.core.prekeys[0]?.prekey.kid;
    expect(kids(ben)[0]).toBe(live);
    const from = kids(ben).length;
    for (let turn = 0; turn < 3; turn++) {
      net.send(anna, ben, 'ping');
      net.run(200);
      net.send(ben, anna, 'pong');
      net.run(200);
    }
    const turns = kids(ben).slice(from);
    expect(new Set(turns).size).toBe(turns.length);
    expect(turns).not.toContain(live);
    expect(ben.shown.filter((line) => line === 'anna: ping')).toHaveLength(3);
  });

  it('keeps one key for what one person says in a row', () => {
    const { net, anna, ben, kids } = talking();
    const from = kids(ben).length;
    for (const text of ['one', 'two', 'three']) net.send(anna, ben, text);
    net.run(100);
    const [first, ...others] = kids(ben).slice(from);
    expect(others).toEqual([first, first]);
  });

  it('destroys the key of an earlier turn once a later one is used', () => {
    const { net, anna, ben } = talking();
    const used = turnOf(anna, ben)?.kid;
    if (used === undefined) throw new Error('no turn');
    const own = ben.core.turnKeys.get(used)?.prekey;
    net.send(anna, ben, 'first turn');
    net.run(500);
    net.send(ben, anna, 'second turn');
    net.run(500);
    expect(own?.secrets).not.toBeNull();
    net.send(anna, ben, 'third turn');
    net.run(500);
    expect(own?.secrets).toBeNull();
    expect(ben.core.turnKeys.has(used)).toBe(false);
  });

  it('gives no turn key with room keys, nor with what acknowledges them alone', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    net.say(anna, 'lobby', 'all of you');
    net.run(2_000);
    expect(ben.shown).toEqual(['#lobbyanna: all of you']);
    expect([turnOf(anna, ben), turnOf(ben, anna)]).toEqual([null, null]);
  });
});

describe('a turn key', () => {
  it('is sealed to for half an hour from when it came, and then not any more', () => {
    const { net, anna, ben, kids } = talking();
    const given = turnOf(anna, ben)?.kid;
    net.run(29 * MINUTE_MS);
    net.send(anna, ben, 'in time');
    net.run(500);
    expect(kids(ben).at(-1)).toBe(given);
    net.run(31 * MINUTE_MS);
    net.send(anna, ben, 'late');
    net.run(500);
    expect(kids(ben).at(-1)).not.toBe(given);
    expect(ben.shown.slice(1)).toEqual(['anna: in time', 'anna: late']);
  });

  it('is destroyed 70 min after it was made, though nobody used it', () => {
    const { net, anna, ben } = talking();
    const given = turnOf(anna, ben)?.kid;
    if (given === undefined) throw new Error('no turn');
    const own = ben.core.turnKeys.get(given)?.prekey;
    net.run(71 * MINUTE_MS);
    expect(own?.secrets).toBeNull();
    expect(ben.core.turnKeys.size).toBe(0);
  });

  it('of an earlier run is left as soon as that is known', () => {
    const { net, anna, ben, kids } = talking();
    const given = turnOf(anna, ben)?.kid;
    net.restart(ben);
    net.connect(ben);
    net.run(1_000);
    net.send(anna, ben, 'to the new run');
    net.run(500);
    expect(kids(ben)).not.toContain(given);
    expect(ben.shown.at(-1)).toBe('anna: to the new run');
  });

  it('that is gone is named to whoever used it, who seals anew at once', () => {
    const { net, anna, ben } = talking();
    const given = turnOf(anna, ben)?.kid;
    if (given === undefined) throw new Error('no turn');
    // Its memory is lost, and nobody knows.
    ben.core.turnKeys.clear();
    const turns = ben.core.peers.get(anna.id)?.turns;
    if (turns !== undefined) turns.own = [];
    const id = net.send(anna, ben, 'under a lost key');
    net.run(1_500);
    expect(ben.shown.at(-1)).toBe('anna: under a lost key');
    expect(anna.lastState(id)).toBe('delivered');
    expect(turnOf(anna, ben)?.kid).not.toBe(given);
  });

  it('is one of eight at most that a person is given', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    for (let n = 0; n < 12; n++) {
      net.send(anna, ben, 'nothing comes back');
      net.run(31 * MINUTE_MS);
    }
    expect(anna.core.peers.get(ben.id)?.turns.own.length).toBeLessThanOrEqual(8);
    expect(anna.core.peers.get(ben.id)?.turns.kids.length).toBeLessThanOrEqual(16);
  });
});

describe('an attack on turn keys', () => {
  it('[A21 stolen prekey] a key of the thief’s making is not answered to', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio();
    const kids = kidsTo(net);
    const thief = new Prekey(random(32));
    const { boot } = anna.core;
    const place = { boot, k: 50, bundleSeq: 0n };
    const given = { n: 99n, stream: someStream, next: 1, publicKey: thief.publicKey };
    // Who holds ben's prekey can write to him as anna, but not sign as her.
    const inTheirName = (turn: Uint8Array) =>
      sealed(anna.profile.me, ben, record(anna.profile.me, ben), note({ ...place, turn }));
    net.inject(ben, inTheirName(signTurn(cara.profile.me, place, given)));
    expect(turnOf(ben, anna)).toBeNull();
    net.send(ben, anna, 'the answer');
    net.run(500);
    expect(kids(anna)).not.toContain(thief.kid);
    expect(anna.shown).toEqual(['ben: the answer']);
    // Control: the same with her own signature is taken.
    net.inject(ben, inTheirName(signTurn(anna.profile.me, place, given)));
    expect(turnOf(ben, anna)?.kid).toBe(thief.kid);
  });

  it('[A21 turn of another note] signed for another note is not taken', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const { publicKey } = new Prekey(random(32));
    const { me } = anna.profile;
    const place = { boot: 5n, k: 1, bundleSeq: 7n };
    const turn = signTurn(me, place, { n: 1n, stream: someStream, next: 1, publicKey });
    const others = [
      { ...place, boot: 6n },
      { ...place, k: 2 },
      { ...place, bundleSeq: 8n },
    ];
    for (const other of others) {
      net.inject(ben, sealed(me, ben, new Uint8Array(), note({ ...other, turn })));
      expect(turnOf(ben, anna)).toBeNull();
    }
    net.inject(ben, sealed(me, ben, new Uint8Array(), note({ ...place, turn })));
    expect(turnOf(ben, anna)).not.toBeNull();
  });

  it('[A21 used by another] opens nothing for anybody but whom it was given to', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio();
    net.send(ben, anna, 'hello');
    net.run(1_000);
    const given = turnOf(anna, ben)?.publicKey;
    if (given === undefined) throw new Error('no turn');
    net.inject(ben, sealedTo(cara, ben, given));
    expect(ben.shown).toEqual([]);
    net.inject(ben, sealedTo(anna, ben, given));
    expect(ben.shown).toEqual(['anna: hello']);
  });

  it('[A21 unsealable] that can’t be sealed to costs no message', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const publicKey = new Prekey(random(32)).publicKey.slice();
    // A point of low order, where the box's key should be.
    publicKey.fill(0, 0, 32);
    const place = { boot: ben.core.boot, k: 50, bundleSeq: 0n };
    const turn = signTurn(ben.profile.me, place, {
      n: 99n,
      stream: someStream,
      next: 1,
      publicKey,
    });
    net.inject(anna, sealed(ben.profile.me, anna, new Uint8Array(), note({ ...place, turn })));
    expect(turnOf(anna, ben)).not.toBeNull();
    const id = net.send(anna, ben, 'all the same');
    net.run(1_500);
    expect(ben.shown).toEqual(['anna: all the same']);
    expect(anna.lastState(id)).toBe('delivered');
  });

  it('[A07 replay] of a message under a turn key that was used up opens nothing, and costs one note', () => {
    const { net, anna, ben } = talking();
    const blobs = watch(net, 'deliver');
    net.send(anna, ben, 'recorded');
    net.run(500);
    const old = blobs.find(({ person }) => person === ben)?.frame;
    if (old === undefined) throw new Error('nothing recorded');
    for (const from of [ben, anna, ben, anna]) {
      net.send(from, from === ben ? anna : ben, 'on it goes');
      net.run(500);
    }
    const before = ben.shown.length;
    const sends = net.sent('send');
    for (let n = 0; n < 5; n++) net.inject(ben, old);
    net.run(5_000);
    expect(ben.shown).toHaveLength(before);
    expect(net.sent('send') - sends).toBeLessThanOrEqual(1);
    expect(anna.lastState(net.send(anna, ben, 'still talking'))).toBe('pending');
    net.run(1_000);
    expect(ben.shown.at(-1)).toBe('anna: still talking');
  });
});
