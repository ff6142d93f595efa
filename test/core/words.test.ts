// Comparing seven words: who is asked, what both see, what makes somebody verified, and how it ends.
import { beforeAll, describe, expect, it } from 'vitest';
import { personOf } from '../../src/core/people.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { FakeNet, type FakePerson } from '../support/fake-net.ts';
import { accept, answer, compared, start, told, wordsOf } from './comparing.ts';

beforeAll(ready);

const MINUTE_MS = 60_000;

function trust(who: FakePerson, whom: FakePerson) {
  return personOf(who.core, whom.id).trust;
}

function refusal(act: () => void): string | null {
  try {
    act();
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'thrown';
  }
}

describe('two people who are here', () => {
  it('see the same seven words, once the one asked has agreed', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    start(net, anna, ben);
    net.run(5_000);
    expect([told(anna), told(ben)]).toEqual([['waiting'], ['asked']]);
    accept(net, ben, anna);
    net.run(500);
    expect(wordsOf(anna)?.split(' ')).toHaveLength(14);
    expect(wordsOf(ben)).toBe(wordsOf(anna));
    expect([trust(anna, ben), trust(ben, anna)]).toEqual(['new', 'new']);
  });

  it('are verified each by their own person’s word alone', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    compared(net, anna, ben);
    answer(net, [anna, ben], true);
    net.run(500);
    expect([trust(anna, ben), trust(ben, anna)]).toEqual(['verified', 'new']);
    expect(told(anna).at(-1)).toBe('same');
    answer(net, [ben, anna], true);
    expect(trust(ben, anna)).toBe('verified');
    net.run(3 * MINUTE_MS);
    expect(told(ben)).toEqual(['asked', 'waiting', 'compare', 'same']);
  });

  it('see other words the next time', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    compared(net, anna, ben);
    const first = wordsOf(anna);
    answer(net, [anna, ben], true);
    answer(net, [ben, anna], true);
    net.run(2 * MINUTE_MS);
    compared(net, ben, anna);
    expect(wordsOf(ben)).toBe(wordsOf(anna));
    expect(wordsOf(ben)).not.toBe(first);
  });

  it('who ask each other at the same moment have one comparison', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    start(net, anna, ben);
    start(net, ben, anna);
    net.run(1_000);
    expect(wordsOf(anna)).not.toBeNull();
    expect(wordsOf(ben)).toBe(wordsOf(anna));
    expect(told(anna).concat(told(ben))).not.toContain('asked');
  });

  it('agree by asking back', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    start(net, anna, ben);
    net.run(500);
    start(net, ben, anna);
    net.run(500);
    expect(wordsOf(ben)).toBe(wordsOf(anna));
    start(net, ben, anna);
    expect(told(ben)).toEqual(['asked', 'waiting', 'compare', 'compare']);
  });
});

describe('a comparison ends', () => {
  it('where one finds the words different: loud for both, and nobody is verified', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    compared(net, anna, ben);
    answer(net, [ben, anna], false);
    net.run(500);
    expect([told(anna).at(-1), told(ben).at(-1)]).toEqual(['failed different', 'failed different']);
    expect(refusal(() => answer(net, [anna, ben], true))).toBe('no-comparison');
    expect([trust(anna, ben), trust(ben, anna)]).toEqual(['new', 'new']);
  });

  it('also where the other had found them the same, who hears of it', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    compared(net, anna, ben);
    answer(net, [anna, ben], true);
    answer(net, [ben, anna], false);
    net.run(500);
    expect(told(anna).slice(-2)).toEqual(['same', 'failed different']);
  });

  it('where the one asked does not want to', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    start(net, anna, ben);
    net.run(500);
    answer(net, [ben, anna], false);
    net.run(500);
    expect([told(anna), told(ben)]).toEqual([
      ['waiting', 'failed declined'],
      ['asked', 'failed declined'],
    ]);
  });

  it('after two minutes, whoever was waited for', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    start(net, anna, ben);
    net.run(2 * MINUTE_MS + 1_000);
    expect([told(anna).at(-1), told(ben).at(-1)]).toEqual(['failed timeout', 'failed timeout']);
    expect(refusal(() => accept(net, ben, anna))).toBe('no-comparison');
  });
});

describe('a comparison is not begun', () => {
  it('with somebody who is away, nor when oneself is', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.cut(ben);
    net.run(500);
    expect(refusal(() => start(net, anna, ben))).toBe('not-here');
    net.cut(anna);
    expect(refusal(() => start(net, anna, ben))).toBe('not-here');
  });

  it('with the same person twice in a minute', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    start(net, anna, ben);
    answer(net, [anna, ben], false);
    net.run(30_000);
    expect(refusal(() => start(net, anna, ben))).toBe('too-soon');
    net.run(31_000);
    compared(net, anna, ben);
    expect(wordsOf(ben)).toBe(wordsOf(anna));
  });

  it('with two people at a time', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio();
    compared(net, anna, ben);
    expect(refusal(() => start(net, anna, cara))).toBe('comparing');
    start(net, cara, anna);
    net.run(500);
    expect(refusal(() => accept(net, anna, cara))).toBe('comparing');
    answer(net, [anna, ben], true);
    accept(net, anna, cara);
    net.run(500);
    expect(wordsOf(cara)).toBe(wordsOf(anna));
  });

  it('from a mailbox, by a question of days ago', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo();
    net.goDark(ben);
    start(net, anna, ben);
    net.run(20_000);
    net.cut(anna);
    net.run(500);
    net.restart(ben);
    net.connect(ben);
    net.run(5_000);
    expect(told(ben)).toEqual([]);
  });

  it('by a crowd: so many questions are told at a time', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const crowd = Array.from({ length: 8 }, (_, index) => net.arrive(`p${index}`));
    net.run(1_000);
    for (const one of crowd) start(net, one, anna);
    net.run(2_000);
    expect(told(anna)).toEqual(['asked', 'asked', 'asked', 'asked']);
    // Control: whom she wrote to is heard.
    net.send(anna, ben, 'shall we compare?');
    net.run(500);
    start(net, ben, anna);
    net.run(500);
    expect(anna.eventsOf('words').at(-1)).toMatchObject({ state: 'asked', peer: { nick: 'ben' } });
  });
});
