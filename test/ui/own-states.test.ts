import { describe, expect, it } from 'vitest';
import { OwnStates } from '../../src/ui/own-states.ts';
import { nthId } from '../support/kept-history.ts';

const receipt = (n: number, state: 'pending' | 'relayed' | 'delivered' | 'failed') =>
  ({ type: 'receipt', id: nthId(n), state, reason: null }) as const;

describe('what became of our own messages', () => {
  it('knows where a message is shown, also where its receipt came first', () => {
    const own = new OwnStates();
    expect(own.hear(receipt(1, 'relayed'))).toBeNull();
    own.track(nthId(1), '#lobby');
    expect(own.heard(nthId(1))?.state).toBe('relayed');
    expect(own.hear(receipt(1, 'delivered'))).toBe('#lobby');
  });

  it('keeps the later of two states, in whatever order they come', () => {
    const own = new OwnStates();
    own.hear(receipt(1, 'delivered'));
    own.hear(receipt(1, 'relayed'));
    expect(own.heard(nthId(1))?.state).toBe('delivered');
    own.hear(receipt(1, 'failed'));
    own.hear(receipt(1, 'pending'));
    expect(own.heard(nthId(1))?.state).toBe('failed');
  });

  it('forgets the oldest of very many, so that a year of talk takes no more memory than a day', () => {
    const own = new OwnStates();
    for (let n = 1; n <= 10_001; n += 1) own.track(nthId(n), '#lobby');
    expect(own.hear(receipt(1, 'relayed'))).toBeNull();
    expect(own.hear(receipt(10_001, 'relayed'))).toBe('#lobby');
  });
});
