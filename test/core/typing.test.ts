// That somebody is typing: heard by who is here, said seldom, kept nowhere.
import { beforeAll, describe, expect, it } from 'vitest';
import { setDisclosure } from '../../src/core/disclosure.ts';
import { typeIn, typeTo } from '../../src/core/typing.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { FakeNet, type FakePerson } from '../support/fake-net.ts';

beforeAll(ready);

function type(net: FakeNet, from: FakePerson, to: FakePerson): void {
  net.command(from, (core) => typeTo(core, to.id));
}

function heard(person: FakePerson): string[] {
  return person.eventsOf('typing').map(({ from, room }) => `${room ?? ''}${from.nick}`);
}

describe('typing', () => {
  it('is heard by whom it is to', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio();
    type(net, anna, ben);
    net.run(500);
    expect([heard(ben), heard(cara), heard(anna)]).toEqual([['anna'], [], []]);
  });

  it('is said every three seconds at most, however fast somebody types', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.run(5_000);
    const before = net.sent('send');
    for (let key = 0; key < 90; key++) {
      type(net, anna, ben);
      net.run(100);
    }
    net.run(1_000);
    expect(net.sent('send') - before).toBe(3);
    expect(heard(ben)).toHaveLength(3);
  });

  it('leaves no record, no acknowledgement and no row behind', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.run(5_000);
    const before = net.sent('send');
    const rows = [...ben.profile.rows.keys()];
    type(net, anna, ben);
    net.run(20_000);
    expect(net.sent('send') - before).toBe(1);
    expect([...ben.profile.rows.keys()]).toEqual(rows);
    expect(anna.core.peers.get(ben.id)?.records).toEqual([]);
  });

  it('is not said to who is away, nor later', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo();
    net.cut(ben);
    net.run(500);
    const before = net.sent('send');
    type(net, anna, ben);
    net.run(500);
    net.connect(ben);
    net.run(5_000);
    expect(net.sent('send') - before).toBe(0);
    expect(heard(ben)).toEqual([]);
  });

  it('is not said beside the words themselves', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.command(anna, (core) => typeTo(core, ben.id));
    net.send(anna, ben, 'here they are');
    net.run(500);
    expect(ben.shown).toEqual(['anna: here they are']);
    expect(heard(ben).length).toBeLessThanOrEqual(1);
  });

  it('is said in no public room', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    net.run(5_000);
    const before = net.sent('send');
    const room = anna.core.rooms.get('lobby');
    if (room === undefined) throw new Error('no room');
    net.command(anna, (core) => typeIn(core, room));
    net.run(1_000);
    expect(net.sent('send') - before).toBe(0);
    expect(heard(ben)).toEqual([]);
  });

  it('is not said where it is off', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio();
    net.run(5_000);
    const exceptions = new Map([[cara.id, { sendTyping: true }]]);
    net.command(anna, (core) =>
      setDisclosure(core, { ...core.disclosure, sendTyping: false, exceptions }),
    );
    const before = net.sent('send');
    type(net, anna, ben);
    net.run(1_000);
    expect(net.sent('send') - before).toBe(0);
    type(net, anna, cara);
    net.run(1_000);
    expect([heard(ben), heard(cara)]).toEqual([[], ['anna']]);
  });
});
