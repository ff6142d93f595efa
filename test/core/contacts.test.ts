// What one sets about others, for oneself: names, marks, who is ignored, and the line they say of themselves.
import { beforeAll, describe, expect, it } from 'vitest';
import { changeContact } from '../../src/core/contacts.ts';
import { personOf } from '../../src/core/people.ts';
import type { PinChange } from '../../src/core/state.ts';
import { setStatus } from '../../src/core/status-line.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { PeerId } from '../../src/protocol/ids.ts';
import { FakeNet, type FakePerson } from '../support/fake-net.ts';

beforeAll(ready);

function refusal(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'thrown';
  }
}

const set = (net: FakeNet, from: FakePerson, whom: FakePerson, change: PinChange) =>
  net.command(from, (core) => changeContact(core, whom.id, change));

describe('a petname', () => {
  it('stands beside the nick, finds its bearer and nobody else, and outlives the run', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio();
    set(net, anna, ben, { petname: 'Bruder', favourite: true, note: 'ward 3,\n2nd floor' });
    net.rename(cara, 'bruder');
    net.run(500);
    net.restart(anna);
    net.connect(anna);
    net.run(500);
    expect(personOf(anna.core, ben.id)).toMatchObject({
      ...{ nick: 'ben', petname: 'Bruder', favourite: true, note: 'ward 3, 2nd floor' },
      ambiguous: false,
    });
    expect(net.find(anna, '@bruder')).toEqual([ben.id]);
    expect(net.find(anna, 'ben')).toEqual([ben.id]);
    expect(personOf(anna.core, cara.id).ambiguous).toBe(true);
    set(net, anna, ben, { petname: null, note: '' });
    expect(net.find(anna, '@bruder')).toEqual([cara.id]);
    expect(personOf(anna.core, ben.id)).not.toHaveProperty('petname');
    expect(personOf(anna.core, ben.id)).not.toHaveProperty('note');
  });

  it('comes with what its bearer says', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    set(net, anna, ben, { petname: 'Bruder' });
    net.send(ben, anna, 'hello');
    net.run(1_000);
    expect(anna.messages.map(({ from }) => from.petname)).toEqual(['Bruder']);
  });

  it('is refused to more people than are kept for good', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const { pins } = anna.profile;
    const card = anna.core.peers.get(ben.id)?.card;
    if (card === undefined || card === null) throw new Error('no card');
    for (let n = 0; n < 2_000; n++) {
      const bytes = new Uint8Array(32);
      new DataView(bytes.buffer).setUint32(0, n);
      const id = PeerId.fromBytes(bytes);
      pins.see({ ...card, id }, 0);
      pins.change(id, { favourite: true });
    }
    expect(refusal(() => set(net, anna, ben, { note: 'one more' }))).toBe('too-many-contacts');
    const [one] = pins.all().filter(({ favourite }) => favourite);
    if (one === undefined) throw new Error('nobody');
    pins.change(one.id, { favourite: false });
    expect(refusal(() => set(net, anna, ben, { note: 'one more' }))).toBeNull();
  });

  it('is refused where it is no name, or looks like another whom one knows by it', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio();
    set(net, anna, ben, { petname: 'Mum' });
    net.verify(anna, ben);
    const name = (petname: string) => refusal(() => changeContact(anna.core, cara.id, { petname }));
    expect(name('\u202emum')).toBe('bad-nick');
    expect(name('mum')).toBe('petname-taken');
    expect(name('rnum')).toBe('petname-taken');
    expect(name('ben')).toBe('petname-taken');
    expect(name('sister')).toBeNull();
    expect(refusal(() => changeContact(anna.core, anna.id, {}))).toBe('unknown-person');
  });
});

describe('somebody ignored', () => {
  it('is acknowledged and kept, and what they say is marked', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    set(net, anna, ben, { ignored: true });
    const id = net.send(ben, anna, 'are you there?');
    net.run(2_000);
    expect(ben.lastState(id)).toBe('delivered');
    expect(anna.kept).toEqual(['are you there?']);
    expect(anna.messages.map(({ from }) => from.ignored)).toEqual([true]);
    set(net, anna, ben, { ignored: false });
    net.send(ben, anna, 'at last');
    net.run(2_000);
    expect(anna.messages.at(-1)?.from).not.toHaveProperty('ignored');
  });
});

describe('a status line', () => {
  it('is told to those whom one wrote to or knows, when it changes, and to nobody else', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio();
    net.send(anna, ben, 'hi');
    net.run(1_000);
    net.command(anna, (core) => setStatus(core, ' on call\n till 8 '));
    net.run(2_000);
    const seen = (by: FakePerson) => personOf(by.core, anna.id).status;
    expect(seen(ben)).toBe('on call till 8');
    expect(seen(cara)).toBeUndefined();
    net.send(anna, cara, 'hi');
    net.run(2_000);
    expect(seen(cara)).toBe('on call till 8');
    expect([ben.messages.length, cara.messages.length]).toEqual([1, 1]);
    net.restart(ben);
    net.restart(anna);
    net.connect(ben);
    net.connect(anna);
    net.run(2_000);
    expect(seen(ben)).toBe('on call till 8');
    expect(anna.core.status).toBe('on call till 8');
    net.command(anna, (core) => setStatus(core, ''));
    net.run(2_000);
    expect(seen(ben)).toBeUndefined();
  });

  it('that still waits is not told late beside a newer one', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.send(anna, ben, 'hi');
    net.run(1_000);
    net.cut(ben);
    net.run(500);
    for (const text of ['one', 'two', 'three']) net.command(anna, (core) => setStatus(core, text));
    expect(anna.core.peers.get(ben.id)?.records).toHaveLength(1);
    net.connect(ben);
    net.run(3_000);
    expect(personOf(ben.core, anna.id).status).toBe('three');
  });

  it('is refused where it is too long', () => {
    const net = new FakeNet();
    const { anna } = net.duo();
    expect(refusal(() => setStatus(anna.core, 'ä'.repeat(71)))).toBe('status-too-long');
    expect(refusal(() => setStatus(anna.core, 'ä'.repeat(70)))).toBeNull();
  });
});
