import { beforeAll, describe, expect, it } from 'vitest';
import { safetyNumber } from '../../src/crypto/safety-number.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { people } from './fixtures.ts';

beforeAll(ready);

describe('a safety number', () => {
  it('is the one of PROTOCOL.md for the seeds 32×01 and 32×02', () => {
    const { alice, bob } = people();
    expect(safetyNumber(alice.id, bob.id)).toBe(
      '02248 57624 73202 73249 16798 63996 20944 39784 69424 30520 93691 40072',
    );
  });

  it('is the same on both screens', () => {
    const { alice, bob } = people();
    expect(safetyNumber(bob.id, alice.id)).toBe(safetyNumber(alice.id, bob.id));
  });

  it('has the half of each person in it and nothing of the other', () => {
    const { alice, bob, mallory } = people();
    const groups = (text: string) => [text.slice(0, 35), text.slice(36)];
    const honest = groups(safetyNumber(alice.id, bob.id));
    const attacked = groups(safetyNumber(alice.id, mallory.id));
    expect(honest.filter((half) => attacked.includes(half))).toHaveLength(1);
  });
});
