// Attacks on what one knows of people: names that look alike, those one has blocked, and lines they write of themselves.
import { beforeAll, describe, expect, it } from 'vitest';
import { changeContact } from '../../../src/core/contacts.ts';
import { personOf } from '../../../src/core/people.ts';
import { say } from '../../../src/core/say.ts';
import { takeStatus } from '../../../src/core/status-line.ts';
import { ready } from '../../../src/crypto/sodium.ts';
import { encodeCbor } from '../../../src/protocol/cbor.ts';
import { cleanLine } from '../../../src/protocol/one-line.ts';
import { FakeNet, type FakePerson } from '../../support/fake-net.ts';

beforeAll(ready);

function refusal(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'thrown';
  }
}

/** What they send privately from now on. */
function sendsOf(net: FakeNet, from: FakePerson): { count: number } {
  const sends = { count: 0 };
  net.tampers.push(({ frame, way, person }) => {
    if (way === 'up' && person === from && frame.type === 'send') sends.count++;
    return undefined;
  });
  return sends;
}

function block(net: FakeNet, from: FakePerson, whom: FakePerson, blocked = true): void {
  net.command(from, (core) => changeContact(core, whom.id, { blocked }));
}

describe('a nick that looks like a petname of somebody else', () => {
  it.each(['mum', 'rnum', 'MUM'])(
    '[A82 petname taken] of somebody verified is an alarm, and nothing goes to its bearer: %s',
    (nick) => {
      const net = new FakeNet();
      const { anna, ben, cara } = net.trio();
      net.verify(anna, ben);
      net.command(anna, (core) => changeContact(core, ben.id, { petname: 'mum' }));
      net.rename(cara, nick);
      net.run(500);
      expect(personOf(anna.core, cara.id)).toMatchObject({
        ambiguous: true,
        keyChangedFrom: [ben.id],
      });
      expect(anna.eventsOf('key-changed')).toMatchObject([{ was: ben.id, now: cara.id }]);
      expect(refusal(() => say(anna.core, { to: { peer: cara.id }, text: 'mum?' }))).toBe(
        'key-changed',
      );
      expect(net.find(anna, '@mum')).toEqual([ben.id]);
      // Control: under a name of its own nothing is in the way.
      net.rename(cara, 'cara');
      net.run(500);
      expect(personOf(anna.core, cara.id)).toMatchObject({ ambiguous: false, keyChangedFrom: [] });
      expect(refusal(() => say(anna.core, { to: { peer: cara.id }, text: 'cara?' }))).toBeNull();
    },
  );

  it('[A82 petname taken] that came first is told of when the petname is given', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio();
    net.rename(cara, 'mum');
    net.run(500);
    net.verify(anna, ben);
    expect(anna.eventsOf('key-changed')).toEqual([]);
    net.command(anna, (core) => changeContact(core, ben.id, { petname: 'mum' }));
    expect(anna.eventsOf('key-changed')).toMatchObject([{ was: ben.id, now: cara.id }]);
    expect(anna.eventsOf('person').at(-1)?.person.fingerprint).toBe(ben.id);
    // Control: of somebody who was not verified it is no alarm, and still ambiguous.
    const other = new FakeNet();
    const three = other.trio();
    other.rename(three.cara, 'mum');
    other.run(500);
    other.command(three.anna, (core) => changeContact(core, three.ben.id, { petname: 'mum' }));
    expect(three.anna.eventsOf('key-changed')).toEqual([]);
    expect(personOf(three.anna.core, three.cara.id).ambiguous).toBe(true);
  });
});

describe('somebody blocked', () => {
  it('[A83 blocked, privately] is neither shown, kept nor acknowledged, under whatever stream', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.send(ben, anna, 'before');
    net.run(2_000);
    block(net, anna, ben);
    net.run(100);
    const answers = sendsOf(net, anna);
    const id = net.send(ben, anna, 'through?');
    net.run(3_000);
    // A run of ben's that remembers nothing writes under a new stream.
    net.restart(ben, { loses: true });
    net.connect(ben);
    net.run(500);
    const other = net.send(ben, anna, 'through, under a new stream?');
    net.run(3_000);
    expect(anna.kept).toEqual(['before']);
    expect(anna.messages).toHaveLength(1);
    expect(anna.gaps).toEqual([]);
    expect([ben.lastState(id), ben.lastState(other)]).toEqual(['relayed', 'relayed']);
    // Not a word to anybody, nor an acknowledgement.
    expect(answers.count).toBe(0);
    expect(personOf(anna.core, ben.id)).toMatchObject({ blocked: true, online: false });
    expect(refusal(() => say(anna.core, { to: { peer: ben.id }, text: 'no' }))).toBe('blocked');
    // Control: once it is lifted, what ben's client still holds arrives.
    block(net, anna, ben, false);
    net.run(60_000);
    expect(anna.kept).toEqual(['before', 'through, under a new stream?']);
    expect(ben.lastState(other)).toBe('delivered');
    expect(answers.count).toBeGreaterThan(0);
    expect(personOf(anna.core, ben.id).online).toBe(true);
  });

  it('[A83 blocked, over restarts] stays so', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    block(net, anna, ben);
    net.restart(anna);
    net.connect(anna);
    net.run(500);
    net.send(ben, anna, 'through, after a restart?');
    net.run(20_000);
    expect(anna.kept).toEqual([]);
    // Control: others come through.
    const cara = net.arrive('cara');
    net.run(500);
    net.send(cara, anna, 'hello');
    net.run(2_000);
    expect(anna.kept).toEqual(['hello']);
  });

  it('[A83 blocked, in a room] is read by nobody who blocked them, and reads nothing of theirs', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio({ rooms: ['lobby'] });
    net.run(3_000);
    net.say(anna, 'lobby', 'to both');
    net.say(ben, 'lobby', 'from ben');
    net.run(3_000);
    expect(ben.shown).toEqual(['#lobbyanna: to both']);
    block(net, anna, ben);
    net.say(anna, 'lobby', 'to cara alone');
    net.say(ben, 'lobby', 'through?');
    net.run(60_000);
    expect(ben.shown).toEqual(['#lobbyanna: to both']);
    expect(new Set(cara.kept)).toEqual(
      new Set(['to both', 'from ben', 'to cara alone', 'through?']),
    );
    expect(anna.kept).toEqual(['from ben']);
    expect(anna.gaps).toEqual([]);
    expect(anna.eventsOf('room').at(-1)?.room.members).toEqual([anna.id, cara.id]);
    // Coming and going is not shown, nor does a want bring a key.
    const joined = anna.eventsOf('joined').length;
    net.cut(ben);
    net.run(500);
    net.connect(ben);
    net.run(30_000);
    expect(anna.eventsOf('joined')).toHaveLength(joined);
    expect(ben.shown).toEqual(['#lobbyanna: to both']);
    // Control: once it is lifted, both read what is said from then on.
    block(net, anna, ben, false);
    net.say(anna, 'lobby', 'to both again');
    net.run(5_000);
    net.say(ben, 'lobby', 'from ben again');
    net.run(60_000);
    expect(ben.shown.at(-1)).toBe('#lobbyanna: to both again');
    expect(anna.kept).toEqual(['from ben', 'from ben again']);
  });

  it('[A83 blocked, what waits] is sent nothing that was not out', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.cut(ben);
    net.run(500);
    const id = net.send(anna, ben, 'I take that back');
    block(net, anna, ben);
    expect(anna.lastState(id)).toBe('failed');
    net.connect(ben);
    net.run(60_000);
    expect(ben.kept).toEqual([]);
    // Control: what is said after it is lifted arrives, and nothing looks lost.
    block(net, anna, ben, false);
    net.send(anna, ben, 'hello again');
    net.run(20_000);
    expect(ben.kept).toEqual(['hello again']);
    expect(ben.gaps).toEqual([]);
  });
});

describe('what somebody writes of themselves', () => {
  it.each([
    ['\u001b]0;owned\u0007\u001b[2J', ']0;owned[2J'],
    ['free\u202egnihton\u2066', 'freegnihton'],
    ['one\r\ntwo\u2028three', 'one two three'],
    ['a\u200b\ufeff\u00adb\u{e0041}', 'ab'],
    [`z${'\u0300'.repeat(100)}`, `z${'\u0300'.repeat(6)}`.normalize('NFC')],
    ['नमस्ते', 'नमस्ते'],
  ])('[A85 hostile line] is one clean line on arrival: %j', (raw, clean) => {
    expect(cleanLine(raw, 1_000)).toBe(clean);
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const peer = anna.core.peers.get(ben.id);
    if (peer === undefined) throw new Error('ben is not here');
    if (new TextEncoder().encode(raw).length <= 140) {
      net.command(anna, (core) => takeStatus(core, peer, encodeCbor({ text: raw })));
      expect(personOf(anna.core, ben.id).status).toBe(clean);
    }
    // Control: one that is too long is no status line at all.
    expect(() => takeStatus(anna.core, peer, encodeCbor({ text: 'x'.repeat(141) }))).toThrow();
  });
});
