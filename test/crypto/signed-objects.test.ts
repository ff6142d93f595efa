import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { CryptoError } from '../../src/crypto/errors.ts';
import { Prekey } from '../../src/crypto/prekey.ts';
import { openBundle, openCard, signBundle, signCard } from '../../src/crypto/signed-objects.ts';
import { ready, sodium } from '../../src/crypto/sodium.ts';
import { sign } from '../../src/crypto/transcript.ts';
import { encodeBundleFields } from '../../src/protocol/bundle.ts';
import { bytesFromHex, concatBytes } from '../../src/protocol/bytes.ts';
import { encodeCardFields } from '../../src/protocol/card.ts';
import { ProtocolError } from '../../src/protocol/errors.ts';
import { filled, people, SMALL_ORDER_ED25519 } from './fixtures.ts';

beforeAll(ready);

function codeOf(open: () => unknown): string {
  try {
    open();
    return 'opened';
  } catch (error) {
    if (error instanceof CryptoError || error instanceof ProtocolError) return error.code;
    throw error;
  }
}

function flips(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte, at) => {
    const flipped = bytes.slice();
    flipped[at] = byte ^ (1 << (at % 8));
    return flipped;
  });
}

describe('a card', () => {
  const aliceCard = () => signCard(people().alice, { seq: 3n, nick: 'Alice' });

  it('opens with the ID that its keys hash to', () => {
    const { alice } = people();
    const { id, ed25519, x25519 } = alice;
    expect(openCard(aliceCard())).toEqual({ id, ed25519, x25519, seq: 3n, nick: 'Alice' });
  });

  it('is refused with a bit flipped in any byte', () => {
    expect(codeOf(() => openCard(aliceCard()))).toBe('opened');
    const seen = new Set(flips(aliceCard()).map((bytes) => codeOf(() => openCard(bytes))));
    expect([...seen].sort()).toEqual(['bad-signature', 'malformed']);
  });

  it('is refused truncated at any length and with bytes after the end', () => {
    const bytes = aliceCard();
    for (let length = 0; length < bytes.length; length++) {
      expect(codeOf(() => openCard(bytes.subarray(0, length)))).toBe('malformed');
    }
    expect(codeOf(() => openCard(concatBytes([bytes, filled(1, 0)])))).toBe('malformed');
  });

  it('is refused with a foreign X25519 key spliced in', () => {
    const { alice, mallory } = people();
    const spliced = aliceCard();
    spliced.set(mallory.x25519, 33);
    expect(codeOf(() => openCard(spliced))).toBe('bad-signature');
    // Mallory can only sign it as herself, and then it is her card, under another ID.
    const own = signCard({ ...mallory, x25519: alice.x25519 }, { seq: 3n, nick: 'Alice' });
    expect(openCard(own).id).not.toBe(alice.id);
  });

  it.each(SMALL_ORDER_ED25519)('is refused under the small-order signing key %s', (hex) => {
    const { alice } = people();
    const ed25519 = bytesFromHex(hex);
    const fields = encodeCardFields({ ed25519, x25519: alice.x25519, seq: 1n, nick: 'A' });
    const signature = new Uint8Array(64);
    signature[0] = 1;
    expect(codeOf(() => openCard(concatBytes([fields, signature])))).toBe('bad-signature');
  });

  it('is refused when it was signed under another label', () => {
    const { alice } = people();
    const fields = encodeCardFields({ ...alice, seq: 3n, nick: 'Alice' });
    const under = (label: 'card' | 'bundle') =>
      concatBytes([fields, sign(alice.signSecret, label, fields)]);
    expect(codeOf(() => openCard(under('card')))).toBe('opened');
    expect(codeOf(() => openCard(under('bundle')))).toBe('bad-signature');
  });

  it("keeps no view into a frame's bytes", () => {
    const bytes = aliceCard();
    const card = openCard(bytes);
    bytes.fill(0);
    expect(card.ed25519).toEqual(people().alice.ed25519);
    expect(card.x25519.buffer.byteLength).toBe(32);
  });

  it('roundtrips any name that fits, and whatever the bytes are throws only known errors', () => {
    const { alice } = people();
    const nick = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => {
      return new TextEncoder().encode(text).length <= 32;
    });
    fc.assert(
      fc.property(nick, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (text, seq) => {
        const card = openCard(signCard(alice, { seq, nick: text }));
        expect(card).toMatchObject({ seq, nick: text, id: alice.id });
      }),
      { numRuns: 30 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 180 }), (bytes) => {
        expect(codeOf(() => openCard(bytes))).not.toBe('opened');
      }),
    );
  });
});

describe('a bundle', () => {
  function aliceBundle() {
    const { alice } = people();
    const prekeys = [{ class: 'live' as const, publicKey: new Prekey(filled(32, 4)).publicKey }];
    return { alice, prekeys, bytes: signBundle(alice, { seq: 9n, boot: 8n, prekeys }) };
  }

  it('opens for the owner of the card', () => {
    const { alice, prekeys, bytes } = aliceBundle();
    expect(openBundle(bytes, alice)).toEqual({ id: alice.id, seq: 9n, boot: 8n, prekeys });
  });

  it('is refused with a bit flipped in any byte', () => {
    const { alice, bytes } = aliceBundle();
    const seen = new Set(flips(bytes).map((flipped) => codeOf(() => openBundle(flipped, alice))));
    expect([...seen].sort()).toEqual(['bad-signature', 'malformed', 'wrong-owner']);
  });

  it("is refused as another's, even when they sign it", () => {
    const { alice, bytes, prekeys } = aliceBundle();
    const { mallory } = people();
    expect(codeOf(() => openBundle(bytes, mallory))).toBe('wrong-owner');
    const forged = signBundle({ ...mallory, id: alice.id }, { seq: 9n, boot: 8n, prekeys });
    expect(codeOf(() => openBundle(forged, alice))).toBe('bad-signature');
  });

  it('is refused when it was signed under another label', () => {
    const { alice, prekeys } = aliceBundle();
    const fields = encodeBundleFields({ id: alice.id, seq: 9n, boot: 8n, prekeys });
    const under = (label: 'card' | 'bundle') =>
      concatBytes([fields, sign(alice.signSecret, label, fields)]);
    expect(codeOf(() => openBundle(under('bundle'), alice))).toBe('opened');
    expect(codeOf(() => openBundle(under('card'), alice))).toBe('bad-signature');
  });

  it("keeps no view into a frame's bytes", () => {
    const { alice, bytes, prekeys } = aliceBundle();
    const bundle = openBundle(bytes, alice);
    bytes.fill(0);
    expect(bundle.prekeys).toEqual(prekeys);
    expect(bundle.prekeys[0]?.publicKey.buffer.byteLength).toBe(1_280);
  });

  it('verifies what libsodium itself would sign', () => {
    const { alice, bytes } = aliceBundle();
    const fields = bytes.subarray(0, bytes.length - 64);
    const label = new TextEncoder().encode('lanchat/1 bundle');
    const message = concatBytes([
      Uint8Array.of(0, 0, 0, label.length),
      label,
      Uint8Array.of(0, 0, fields.length >> 8, fields.length & 255),
      fields,
    ]);
    const signature = sodium().crypto_sign_detached(message, alice.signSecret);
    expect(bytes.subarray(bytes.length - 64)).toEqual(signature);
  });
});
