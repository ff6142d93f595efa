// Whom a room owes its key: looked for when who may read it changes, and at no other step.
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { changeContact } from '../../src/core/contacts.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { FakeNet, type FakePerson } from '../support/fake-net.ts';

beforeAll(ready);

function holds(owner: FakePerson, member: FakePerson): boolean {
  return owner.core.rooms.get('lobby')?.own?.holders.has(member.id) === true;
}

describe('a room that owes nobody its key', () => {
  it('asks nothing of its members at a step that concerns other things', () => {
    const net = new FakeNet();
    const anna = net.arrive('anna', { rooms: ['lobby'] });
    const many = Array.from({ length: 12 }, (_, n) => net.arrive(`p${n}`, { rooms: ['lobby'] }));
    const [ben] = many;
    if (ben === undefined) throw new Error('nobody');
    net.run(3_000);
    net.say(anna, 'lobby', 'hello');
    net.run(10_000);
    net.send(ben, anna, 'one');
    net.run(10_000);
    const asked = vi.spyOn(anna.core.pins, 'get');
    const others = () => asked.mock.calls.filter(([id]) => id !== ben.id && id !== anna.id).length;
    net.send(ben, anna, 'two');
    net.run(10_000);
    expect(anna.shown.at(-1)).toBe('p0: two');
    expect(others()).toBe(0);
    // Control: who speaks looks at everybody.
    net.say(anna, 'lobby', 'again');
    net.run(10_000);
    expect(others()).toBeGreaterThan(10);
  });
});

describe('whoever may read from now on is given the key before the next word', () => {
  it('who comes', () => {
    const net = new FakeNet();
    const { anna } = net.duo({ rooms: ['lobby'] });
    net.say(anna, 'lobby', 'hello');
    net.run(10_000);
    const cara = net.arrive('cara', { rooms: ['lobby'] });
    net.run(10_000);
    expect(holds(anna, cara)).toBe(true);
  });

  it('who is blocked no more', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio({ rooms: ['lobby'] });
    const block = (blocked: boolean) =>
      net.command(anna, (core) => changeContact(core, ben.id, { blocked }));
    block(true);
    net.say(anna, 'lobby', 'hello');
    net.run(10_000);
    expect([holds(anna, cara), holds(anna, ben)]).toEqual([true, false]);
    block(false);
    net.run(10_000);
    expect(holds(anna, ben)).toBe(true);
  });

  /** One who bears the name of ben, whom anna has verified, while anna's chain goes to the others. */
  function namesake() {
    const net = new FakeNet();
    const people = net.duo({ rooms: ['lobby'] });
    const { anna, ben } = people;
    net.verify(anna, ben);
    const other = net.arrive('ben', { rooms: ['lobby'] });
    net.run(10_000);
    net.say(anna, 'lobby', 'hello');
    net.run(10_000);
    expect([holds(anna, ben), holds(anna, other)]).toEqual([true, false]);
    return { net, ...people, other };
  }

  it('who bears a verified name with leave', () => {
    const { net, anna, other } = namesake();
    net.trust(anna, other);
    net.run(10_000);
    expect(holds(anna, other)).toBe(true);
  });

  it('who bears a verified name no more', () => {
    const { net, anna, other } = namesake();
    net.rename(other, 'otto');
    net.run(10_000);
    expect(holds(anna, other)).toBe(true);
  });

  it('whose name is the verified person’s no more', () => {
    const { net, anna, ben, other } = namesake();
    net.rename(ben, 'benjamin');
    net.run(10_000);
    expect(holds(anna, other)).toBe(true);
  });

  it('whose name is no more what a verified person is called', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    net.verify(anna, ben);
    const name = (petname: string | null) =>
      net.command(anna, (core) => changeContact(core, ben.id, { petname }));
    name('mum');
    const other = net.arrive('mum', { rooms: ['lobby'] });
    net.run(10_000);
    net.say(anna, 'lobby', 'hello');
    net.run(10_000);
    expect(holds(anna, other)).toBe(false);
    name(null);
    net.run(10_000);
    expect(holds(anna, other)).toBe(true);
  });

  it('who has lost it and asks', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    net.say(anna, 'lobby', 'hello');
    net.run(10_000);
    const chains = ben.core.rooms.get('lobby')?.chains;
    chains?.clear();
    net.say(anna, 'lobby', 'again');
    net.run(60_000);
    expect(chains?.size).toBe(1);
  });

  it('who comes while the link is down', () => {
    const net = new FakeNet();
    const { anna } = net.duo({ rooms: ['lobby'] });
    net.say(anna, 'lobby', 'hello');
    net.run(10_000);
    net.cut(anna);
    const cara = net.arrive('cara', { rooms: ['lobby'] });
    net.run(10_000);
    expect(holds(anna, cara)).toBe(false);
    net.connect(anna);
    net.run(10_000);
    expect(holds(anna, cara)).toBe(true);
  });
});
