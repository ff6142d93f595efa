// What a run of kills looks for, told by hand: each of these is found, and a run in which all is well is not.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageState } from '../../src/client/api.ts';
import { MessageId, PeerId } from '../../src/protocol/ids.ts';
import { Books } from './books.ts';
import { type Letter, letterOf, NAMES, type Name, otherThan, PLACES, textOf } from './letters.ts';
import type { Kept } from './reports.ts';
import { judge, unsettled } from './verdict.ts';

const letter = fc.record({
  from: fc.constantFrom(...NAMES),
  place: fc.constantFrom(...PLACES),
  number: fc.integer({ min: 1, max: 100_000 }),
});

function idOf({ from, place, number }: Letter): MessageId {
  const digits = `${NAMES.indexOf(from)}${PLACES.indexOf(place)}${number}`;
  const id = MessageId.parse(digits.padStart(32, '0'));
  if (id === null) throw new Error('no id');
  return id;
}

const direct = (number: number): Letter => ({ from: 'asha', place: 'private', number });

function kept(letter: Letter, name: Name, state: MessageState = 'delivered'): Kept {
  const isOwn = letter.from === name;
  const { place } = letter;
  const reached = place === 'room' ? 'relayed' : state;
  return { id: idOf(letter), text: textOf(letter), isOwn, state: isOwn ? reached : null };
}

/** What asha keeps of private messages, and bo. */
function histories(asha: readonly Kept[], bo: readonly Kept[]) {
  return { asha: { private: asha, room: [] }, bo: { private: bo, room: [] } };
}

/** Asha's messages 1 to 3, told, delivered and shown. */
function books(): Books {
  const told = new Books();
  for (const number of [1, 2, 3]) {
    told.trying('asha', 'private', number);
    for (const name of NAMES) told.message(name, message(direct(number), name));
    told.receipt('asha', idOf(direct(number)), 'delivered');
  }
  return told;
}

function message(sent: Letter, name: Name) {
  const fingerprint = PeerId.parse('a'.repeat(64));
  if (fingerprint === null) throw new Error('no id');
  return {
    ...{ id: idOf(sent), text: textOf(sent), time: '', sentTime: null, room: null, peer: null },
    from: { nick: sent.from, fingerprint, trust: 'new' as const },
    state: sent.from === name ? ('pending' as const) : null,
  };
}

const sent = [1, 2, 3].map((number) => kept(direct(number), 'asha'));
const arrived = [1, 2, 3].map((number) => kept(direct(number), 'bo'));

describe('a text', () => {
  it('says which letter it is', () => {
    fc.assert(
      fc.property(letter, (written) => {
        expect(letterOf(textOf(written))).toEqual(written);
      }),
    );
  });

  it('that was changed is nobody’s', () => {
    fc.assert(
      fc.property(letter, fc.nat(), (written, at) => {
        const text = textOf(written);
        const place = at % text.length;
        expect(letterOf(`${text.slice(0, place)}!${text.slice(place + 1)}`)).toBeNull();
      }),
    );
  });
});

describe('histories', () => {
  it('in which all is well are settled, and nothing is found', () => {
    expect(unsettled(histories(sent, arrived))).toBeNull();
    expect(() => judge(books(), histories(sent, arrived))).not.toThrow();
  });

  it('are not settled while something is on its way', () => {
    expect(unsettled(histories(sent, arrived.slice(0, 2)))).toMatch('3 of asha is delivered, and');
    const relayed = [...sent.slice(0, 2), kept(direct(3), 'asha', 'relayed')];
    expect(unsettled(histories(relayed, arrived))).toMatch('3 of asha is only relayed');
  });

  it.each<[string, readonly Kept[], readonly Kept[], RegExp]>([
    ['a message twice', sent, [...arrived, ...arrived.slice(-1)], /3 of asha after .* 3 of asha/],
    ['another order', sent, arrived.toReversed(), /bo keeps .* 2 of asha after .* 3 of asha/],
    [
      'one that was never sent',
      sent.slice(0, 2),
      arrived,
      /3 of asha arrived, and asha never sent/,
    ],
    [
      'none of one that was told',
      sent.slice(1),
      arrived.slice(1),
      /1 of asha was told, and is lost/,
    ],
    [
      'words of nobody',
      sent,
      [...arrived, { ...kept(direct(4), 'bo'), text: 'x' }],
      /nobody wrote/,
    ],
    ['what is not its place’s', sent, [kept({ ...direct(1), place: 'room' }, 'bo')], /not belong/],
    ['another’s as one’s own', sent, [kept(direct(1), 'asha')], /not belong/],
  ])('with %s are found out', (_what, asha, bo, why) => {
    expect(() => judge(books(), histories(asha, bo))).toThrow(why);
  });

  it('without what was shown, or reported, are found out', () => {
    const shown = new Books();
    shown.message('bo', message(direct(1), 'bo'));
    expect(() => judge(shown, histories([], []))).toThrow('1 of asha was shown, and is lost');
    const reported = new Books();
    reported.receipt('asha', idOf(direct(1)), 'relayed');
    expect(() => judge(reported, histories([], []))).toThrow('was relayed, and is lost');
  });
});

describe('reports', () => {
  it.each<[string, (told: Books) => void, RegExp]>([
    ['a message shown twice', (told) => told.message('bo', message(direct(1), 'bo')), /twice/],
    ['a state that falls', (told) => told.receipt('asha', idOf(direct(1)), 'relayed'), /fell from/],
    ['a failure', (told) => told.receipt('asha', idOf(direct(1)), 'failed'), /as failed/],
    [
      'words of nobody',
      (told) => told.message('bo', { ...message(direct(4), 'bo'), text: 'x' }),
      /nobody wrote/,
    ],
  ])('of %s are not let pass', (_what, report, why) => {
    const told = books();
    expect(() => report(told)).toThrow(why);
  });

  it('say what the relay has, and what of it was not seen', () => {
    const told = books();
    expect(told.waiting).toBe(0);
    expect(told.total).toBe(3);
    told.message('asha', message(direct(4), 'asha'));
    expect(told.waiting).toBe(1);
    told.receipt('asha', idOf(direct(4)), 'relayed');
    const relayed = told.relayed('asha', { private: 2, room: 0 });
    expect(relayed).toHaveLength(2);
    expect(told.unseen('asha', relayed)).toEqual(['private message 4 of asha']);
    expect(otherThan('asha')).toBe('bo');
  });
});
