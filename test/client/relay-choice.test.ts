import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Choice, chooseRelay, type Situation } from '../../src/client/relay-choice.ts';
import { RelayId } from '../../src/protocol/ids.ts';
import { hint, known, relayIdOf } from './hints.ts';

function choose(situation: Partial<Situation>): Choice {
  return chooseRelay({
    ...{ named: null, pinned: [], hints: [], searchedMs: 0, hintedMs: null, round: 0 },
    ...situation,
  });
}

function addresses(choice: Choice): string[] {
  if (choice.kind === 'wait') return [];
  return choice.candidates.map(({ host, port }) => `${host}:${port}`);
}

function accepts(choice: Choice, id: RelayId): boolean[] {
  return choice.kind === 'wait' ? [] : choice.candidates.map((candidate) => candidate.accepts(id));
}

describe('a fresh profile', () => {
  it('waits while nobody is found', () => {
    expect(choose({})).toEqual({ kind: 'wait' });
  });

  it('waits a moment for others, then takes the only one', () => {
    const hints = [hint(1)];
    expect(choose({ hints, hintedMs: 699 })).toEqual({ kind: 'wait' });
    const choice = choose({ hints, hintedMs: 700 });
    expect(addresses(choice)).toEqual(['10.0.0.1:7717']);
    expect(accepts(choice, relayIdOf(1))).toEqual([true]);
    expect(accepts(choice, relayIdOf(2))).toEqual([false]);
  });

  it('asks which of several, and names each once', () => {
    const hints = [hint(1), hint(1, { host: '10.0.1.1' }), hint(2)];
    expect(choose({ hints, hintedMs: 700 })).toMatchObject({
      kind: 'ask',
      impostor: false,
      candidates: [],
      choices: [
        { fingerprint: relayIdOf(1).slice(0, 16), host: '10.0.0.1', pinned: false },
        { fingerprint: relayIdOf(2).slice(0, 16), host: '10.0.0.2', pinned: false },
      ],
    });
  });

  it('tries every address under one prefix, so a liar can not take the place of the real one', () => {
    const hints = [hint(1), hint(1, { host: '10.0.9.9' })];
    const choice = choose({ hints, hintedMs: 700 });
    expect(new Set(addresses(choice))).toEqual(new Set(['10.0.0.1:7717', '10.0.9.9:7717']));
  });
});

describe('a profile that remembers a relay', () => {
  const pinned = [known(2), known(1)];

  it('goes to the one used last, at its last address, without waiting', () => {
    const choice = choose({ pinned });
    expect(addresses(choice)).toEqual(['10.0.0.1:7717']);
    expect(accepts(choice, relayIdOf(1))).toEqual([true]);
    expect(accepts(choice, relayIdOf(2))).toEqual([false]);
  });

  it('also tries where it says it is now, and accepts only its own key there', () => {
    const choice = choose({ pinned, hints: [hint(1, { host: '10.0.5.5', port: 9 }), hint(3)] });
    expect(addresses(choice)).toEqual(['10.0.0.1:7717', '10.0.5.5:9']);
    const twin = RelayId.parse(relayIdOf(1).slice(0, 16) + '0'.repeat(48));
    if (twin === null) throw new Error('an id');
    expect(accepts(choice, twin)).toEqual([false, false]);
  });

  it('asks about a stranger only when the remembered one stays away, and looks for it meanwhile', () => {
    const hints = [hint(3)];
    expect(choose({ pinned, hints, searchedMs: 2_999 }).kind).toBe('try');
    const choice = choose({ pinned, hints, searchedMs: 3_000 });
    expect(choice).toMatchObject({ kind: 'ask', impostor: false, choices: [{ pinned: false }] });
    expect(addresses(choice)).toEqual(['10.0.0.1:7717']);
    expect(choose({ pinned, hints: [hint(3), hint(1)], searchedMs: 3_000 }).kind).toBe('try');
  });

  it('marks in the question what is pinned, and who bears a pinned name with another key', () => {
    expect(choose({ pinned, hints: [hint(2)], searchedMs: 3_000 })).toMatchObject({
      impostor: false,
      choices: [{ pinned: true, fingerprint: relayIdOf(2) }],
    });
    for (const name of ['relay 1', 'reIay-l', 'relay 1\u3164', '(relay 1)']) {
      expect(choose({ pinned, hints: [hint(3, { name })], searchedMs: 3_000 })).toMatchObject({
        impostor: true,
        choices: [{ pinned: false }],
      });
    }
  });

  it('takes no two relays without a name for one', () => {
    const nameless = pinned.map((relay) => ({ ...relay, name: '' }));
    const hints = [hint(3, { name: '' })];
    expect(choose({ pinned: nameless, hints, searchedMs: 3_000 })).toMatchObject({
      impostor: false,
      choices: [{ name: 'unnamed' }],
    });
  });

  it('lists a relay by a name that can’t be read as another relay', () => {
    const liar = hint(3, { name: '), 10.0.0.9:7777 (' });
    expect(choose({ pinned, hints: [liar], searchedMs: 3_000 })).toMatchObject({
      choices: [{ name: '10.0.0.97777' }],
    });
    expect(choose({ hints: [liar], hintedMs: 700 })).toMatchObject({
      kind: 'try',
      candidates: [{ name: '10.0.0.97777' }],
    });
  });

  it('gives every claimed address its turn, however many a liar claims', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(8), (liars, place) => {
        const many = (liar: number) =>
          hint(1, { addresses: Array.from({ length: 8 }, (_, n) => `10.9.${liar}.${n}`) });
        const hints = Array.from({ length: liars }, (_, liar) => many(liar));
        hints.splice(Math.min(place, liars), 0, hint(1, { host: '10.0.7.7' }));
        const tried = new Set<string>();
        let longest = 0;
        for (let round = 0; round < 11; round++) {
          const found = addresses(choose({ pinned, hints, round }));
          longest = Math.max(longest, found.length);
          for (const address of found) tried.add(address);
          if (round === 1) expect(tried).toContain('10.0.7.7:7717');
        }
        expect(longest).toBeLessThanOrEqual(8);
        expect(tried.size).toBe(8 * liars + 2);
      }),
    );
  });
});

describe('a relay named by hand', () => {
  const named = { host: 'h', port: 1, fingerprint: null };

  it('is the only one tried, whatever is remembered or found', () => {
    const choice = choose({ named, pinned: [known(1)], hints: [hint(2)], searchedMs: 9_000 });
    expect(addresses(choice)).toEqual(['h:1']);
  });

  it('may have any key where none is pinned, and else only a pinned one', () => {
    expect(accepts(choose({ named, pinned: [known(1)] }), relayIdOf(3))).toEqual([true]);
    const pinned = [{ ...known(1), host: 'h', port: 1 }];
    expect(accepts(choose({ named, pinned }), relayIdOf(3))).toEqual([false]);
    expect(accepts(choose({ named, pinned }), relayIdOf(1))).toEqual([true]);
  });

  it('has the key that was named with it, pinned there or not', () => {
    const pinned = [{ ...known(1), host: 'h', port: 1 }];
    const choice = choose({ named: { ...named, fingerprint: relayIdOf(3) }, pinned });
    expect([accepts(choice, relayIdOf(3)), accepts(choice, relayIdOf(1))]).toEqual([
      [true],
      [false],
    ]);
  });
});
