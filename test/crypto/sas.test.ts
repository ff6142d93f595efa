// The seven words that two people compare: their vector, what they are bound to, and the list they come from.
import { beforeAll, describe, expect, it } from 'vitest';
import { type SasExchange, sasCommitment, sasOf } from '../../src/crypto/sas.ts';
import { SAS_WORDS } from '../../src/crypto/sas-words.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { hexFromBytes } from '../../src/protocol/bytes.ts';
import { people } from './fixtures.ts';

beforeAll(ready);

const filled = (byte: number) => new Uint8Array(32).fill(byte);

function exchange(): SasExchange {
  const { alice, bob } = people();
  const pair = { initiator: alice.id, responder: bob.id };
  const initiatorNonce = filled(0x0a);
  const commitment = sasCommitment(pair, initiatorNonce);
  return { ...pair, initiatorNonce, responderNonce: filled(0x0b), commitment };
}

describe('the words of two people', () => {
  it('are those of PROTOCOL.md for the seeds 32×01 and 32×02', () => {
    const { words, digits } = sasOf(exchange());
    expect(hexFromBytes(exchange().commitment)).toBe(
      '4caef8c7bf5d3ebb969f728d224267d6db5ef3b6dfaacaf3b8523bdd851c5675',
    );
    expect(words.join(' ')).toBe('mermaid evening lizard beach autumn bread gazelle');
    expect(digits).toBe('147 083 138 020 013 027 099');
  });

  it('are others with anything changed that they are bound to', () => {
    const { mallory } = people();
    const honest = exchange();
    const changes: Partial<SasExchange>[] = [
      { initiator: mallory.id },
      { responder: mallory.id },
      { initiator: honest.responder, responder: honest.initiator },
      { initiatorNonce: filled(1) },
      { responderNonce: filled(1) },
      { commitment: filled(1) },
    ];
    const seen = [{}, ...changes].map((change) => sasOf({ ...honest, ...change }).words.join(' '));
    expect(new Set(seen).size).toBe(changes.length + 1);
  });

  it('commit to both people and the nonce', () => {
    const { alice, bob, mallory } = people();
    const made = [
      sasCommitment({ initiator: alice.id, responder: bob.id }, filled(1)),
      sasCommitment({ initiator: bob.id, responder: alice.id }, filled(1)),
      sasCommitment({ initiator: alice.id, responder: mallory.id }, filled(1)),
      sasCommitment({ initiator: alice.id, responder: bob.id }, filled(2)),
    ];
    expect(new Set(made.map(hexFromBytes)).size).toBe(made.length);
  });
});

describe('the list of words', () => {
  it('has one for each byte, of 4 to 8 small letters', () => {
    expect(new Set(SAS_WORDS).size).toBe(256);
    expect(SAS_WORDS).toHaveLength(256);
    for (const word of SAS_WORDS) expect(word).toMatch(/^[a-z]{4,8}$/);
  });

  it('has no two alike in their first four letters', () => {
    expect(new Set(SAS_WORDS.map((word) => word.slice(0, 4))).size).toBe(256);
  });

  it('has no two that a slip or two makes the same', () => {
    const close = SAS_WORDS.flatMap((word, index) =>
      SAS_WORDS.slice(index + 1)
        .filter((other) => editDistance(word, other) <= 2)
        .map((other) => `${word} ${other}`),
    );
    expect(close).toEqual([]);
    // Control: the measure sees slips of each kind.
    expect([editDistance('table', 'cable'), editDistance('salt', 'slat')]).toEqual([1, 2]);
    expect([editDistance('stone', 'tone'), editDistance('tiger', 'violin')]).toEqual([1, 5]);
  });
});

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [line, letter] of [...a].entries()) {
    const next = [line + 1];
    for (const [at, other] of [...b].entries()) {
      const [replaced = 0, taken = 0] = row.slice(at, at + 2);
      next.push(Math.min(replaced + Number(letter !== other), taken + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
