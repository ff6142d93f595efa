import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDirect, sealDirect } from '../../src/crypto/direct.ts';
import { CryptoError } from '../../src/crypto/errors.ts';
import { type Identity, peerKeys } from '../../src/crypto/identity.ts';
import type { Prekey } from '../../src/crypto/prekey.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { bytesFromHex, concatBytes } from '../../src/protocol/bytes.ts';
import { encodeDirectHeader } from '../../src/protocol/envelope.ts';
import { ProtocolError } from '../../src/protocol/errors.ts';
import { peerPrefix } from '../../src/protocol/ids.ts';
import { filled, LOW_ORDER_X25519, paddedText, people, seededRandom } from './fixtures.ts';
import { honestDh, sealByHand, tagInside } from './hand-sealed.ts';

beforeAll(ready);

type Outcome = 'opened' | 'null' | 'malformed' | CryptoError['code'];

function outcome(blob: Uint8Array, me: Identity, prekey: Prekey): Outcome {
  try {
    return openDirect(blob, { me, prekey }) === null ? 'null' : 'opened';
  } catch (error) {
    if (error instanceof CryptoError) return error.code;
    if (error instanceof ProtocolError) return 'malformed';
    throw error;
  }
}

function aliceToBob(text = 'hello bob'): Uint8Array {
  const { alice, bob, bobPrekey } = people();
  return sealDirect({
    sender: alice,
    recipient: bob.id,
    recipientPrekey: bobPrekey.publicKey,
    padded: paddedText(text),
    random: seededRandom(1),
  });
}

/** A message as Mallory would build it for Bob; the overrides are the attack. */
function forBob(overrides: Partial<Parameters<typeof sealByHand>[0]>): Uint8Array {
  const { bob, bobPrekey, mallory } = people();
  return sealByHand({
    recipient: bob.id,
    recipientPrekey: bobPrekey.publicKey,
    padded: paddedText('trust me'),
    random: seededRandom(7),
    claimed: mallory,
    dh: honestDh(mallory, bobPrekey.publicKey),
    ...overrides,
  });
}

function bobSees(blob: Uint8Array): Outcome {
  const { bob, bobPrekey } = people();
  return outcome(blob, bob, bobPrekey);
}

describe('bytes changed on the way', () => {
  it('never open with a bit flipped in any byte', () => {
    const { bob, bobPrekey } = people();
    const blob = aliceToBob();
    expect(outcome(blob, bob, bobPrekey)).toBe('opened');
    const seen = new Set<Outcome>();
    for (let at = 0; at < blob.length; at++) {
      const flipped = blob.slice();
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      seen.add(outcome(flipped, bob, bobPrekey));
    }
    expect([...seen].sort()).toEqual(['malformed', 'null']);
  });

  it('never open truncated, at any length', () => {
    const { bob, bobPrekey } = people();
    const blob = aliceToBob('x'.repeat(400));
    expect(outcome(blob, bob, bobPrekey)).toBe('opened');
    for (let length = 0; length < blob.length; length++) {
      expect(outcome(blob.subarray(0, length), bob, bobPrekey)).not.toBe('opened');
    }
  });

  it('never open with bytes after the end, not even up to the next bucket', () => {
    const blob = aliceToBob();
    expect(bobSees(blob)).toBe('opened');
    for (const extra of [1, 2, 16]) {
      expect(bobSees(concatBytes([blob, filled(extra, 0)]))).toBe('malformed');
    }
    expect(bobSees(concatBytes([blob, filled(256, 0)]))).toBe('null');
  });

  it('only ever give null or a known error, whatever they are', () => {
    const { bob, bobPrekey } = people();
    const header = encodeDirectHeader(peerPrefix(bob.id), bobPrekey.kid);
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.uint8Array({ minLength: 1_536, maxLength: 1_536 }).map((b) => concatBytes([header, b])),
    );
    fc.assert(
      fc.property(anything, (bytes) => {
        expect(['null', 'malformed']).toContain(outcome(bytes, bob, bobPrekey));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a message for somebody else', () => {
  it("doesn't open for another recipient, even with the header rewritten", () => {
    const { carol, carolPrekey } = people();
    const blob = aliceToBob();
    expect(bobSees(blob)).toBe('opened');
    expect(outcome(blob, carol, carolPrekey)).toBe('null');
    const header = encodeDirectHeader(peerPrefix(carol.id), carolPrekey.kid);
    const readdressed = concatBytes([header, blob.subarray(34)]);
    expect(outcome(readdressed, carol, carolPrekey)).toBe('null');
  });

  it("doesn't open under another prekey of the same person", () => {
    const { bob, carolPrekey: otherPrekey } = people();
    const blob = aliceToBob();
    expect(outcome(blob, bob, otherPrekey)).toBe('null');
    const header = encodeDirectHeader(peerPrefix(bob.id), otherPrekey.kid);
    expect(outcome(concatBytes([header, blob.subarray(34)]), bob, otherPrekey)).toBe('null');
  });

  it("doesn't open when sealed to Bob's prekey in another's name", () => {
    const { bob, bobPrekey, carol } = people();
    const outerHeader = encodeDirectHeader(peerPrefix(bob.id), bobPrekey.kid);
    expect(bobSees(forBob({}))).toBe('opened');
    expect(bobSees(forBob({ recipient: carol.id, outerHeader }))).toBe('cannot-open');
  });
});

describe("a message in another's name", () => {
  it('is refused when its recipient forwards it to a third as its author', () => {
    const { alice, bob, bobPrekey, carol, carolPrekey } = people();
    const padded = paddedText('hello bob');
    const tag = tagInside(aliceToBob(), bob.id, bobPrekey);
    const toCarol = {
      recipient: carol.id,
      recipientPrekey: carolPrekey.publicKey,
      padded,
      random: seededRandom(3),
      dh: honestDh(bob, carolPrekey.publicKey),
    };
    const asHimself = sealByHand({ ...toCarol, claimed: bob });
    expect(outcome(asHimself, carol, carolPrekey)).toBe('opened');
    const withHerTag = sealByHand({ ...toCarol, claimed: alice, tag });
    expect(outcome(withHerTag, carol, carolPrekey)).toBe('bad-sender');
    const withHisDh = sealByHand({ ...toCarol, claimed: alice });
    expect(outcome(withHisDh, carol, carolPrekey)).toBe('bad-sender');
  });

  it('is refused without the DH secret of whom it claims to be from', () => {
    const { alice } = people();
    expect(bobSees(forBob({}))).toBe('opened');
    expect(bobSees(forBob({ claimed: alice }))).toBe('bad-sender');
    expect(bobSees(forBob({ claimed: alice, tag: filled(32, 0) }))).toBe('bad-sender');
  });

  it('shows another ID when a foreign X25519 key is spliced under the same Ed25519 key', () => {
    const { alice, bob, bobPrekey, mallory } = people();
    const spliced = peerKeys(alice.ed25519, mallory.x25519);
    const opened = openDirect(forBob({ claimed: spliced }), { me: bob, prekey: bobPrekey });
    expect(opened?.sender.id).toBe(spliced.id);
    expect(opened?.sender.id).not.toBe(alice.id);
    // Claiming Alice's ID in the tag with the spliced keys inside doesn't hold either.
    expect(bobSees(forBob({ claimed: { ...spliced, id: alice.id } }))).toBe('bad-sender');
  });

  it.each(LOW_ORDER_X25519)('is refused under the low-order sender key %s', (hex) => {
    const { alice } = people();
    const weak = peerKeys(alice.ed25519, bytesFromHex(hex));
    // With this key DH is zero for everybody, so anybody could compute a tag that matches.
    expect(bobSees(forBob({ claimed: weak, dh: filled(32, 0) }))).toBe('bad-sender');
  });
});

describe('a box that opens with broken content', () => {
  it.each([
    ['X-Wing ciphertext', 0],
    ['X25519 part of the X-Wing ciphertext', 1_119],
    ['sender key', 1_120],
    ['content', 1_300],
    ['MAC', 1_120 + 96 + 256 + 15],
  ])('is refused with a flipped bit in the %s', (_name, at) => {
    const editInner = (inner: Uint8Array) => {
      inner[at] = (inner[at] ?? 0) ^ 1;
    };
    expect(bobSees(forBob({ editInner: () => {} }))).toBe('opened');
    expect(bobSees(forBob({ editInner }))).toBe('cannot-open');
  });

  it('is refused with an X-Wing ciphertext of low order', () => {
    for (const hex of LOW_ORDER_X25519) {
      const editInner = (inner: Uint8Array) => inner.set(bytesFromHex(hex), 1_088);
      expect(bobSees(forBob({ editInner }))).toBe('cannot-open');
    }
  });

  it('is refused under a header that it was not sealed with', () => {
    const { bob, bobPrekey } = people();
    const outerHeader = encodeDirectHeader(peerPrefix(bob.id), bobPrekey.kid);
    expect(bobSees(forBob({ outerHeader }))).toBe('opened');
    outerHeader[1] = 2;
    expect(bobSees(forBob({ outerHeader }))).toBe('malformed');
  });
});

describe('a prekey that should not be sealed to', () => {
  function sealTo(recipientPrekey: Uint8Array): Uint8Array {
    const { alice, bob } = people();
    const padded = paddedText('secret');
    const random = seededRandom(1);
    return sealDirect({ sender: alice, recipient: bob.id, recipientPrekey, padded, random });
  }

  it.each([
    ['sealing', 0],
    ['authentication', 32],
  ])('is refused when its %s part is of low order', (_name, at) => {
    const good = people().bobPrekey.publicKey;
    expect(() => sealTo(good)).not.toThrow();
    for (const hex of LOW_ORDER_X25519) {
      const weak = good.slice();
      weak.set(bytesFromHex(hex), at);
      expect(() => sealTo(weak)).toThrow(expect.objectContaining({ code: 'unusable-prekey' }));
    }
  });

  it('is refused when its ML-KEM coefficients overflow the modulus', () => {
    const bad = people().bobPrekey.publicKey.slice();
    bad.fill(0xff, 64, 67);
    expect(() => sealTo(bad)).toThrow(expect.objectContaining({ code: 'unusable-prekey' }));
  });
});
