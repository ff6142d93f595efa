import { beforeAll, describe, expect, it } from 'vitest';
import {
  conversationOf,
  identityFromSeed,
  peerKeys,
  relayIdentityFromSeed,
  relayIdOf,
  sharedSecret,
} from '../../src/crypto/identity.ts';
import { kidOf, Prekey, splitPrekey } from '../../src/crypto/prekey.ts';
import { ready, sodium } from '../../src/crypto/sodium.ts';
import { bytesFromHex, hexFromBytes } from '../../src/protocol/bytes.ts';
import { filled, LOW_ORDER_X25519, people } from './fixtures.ts';

beforeAll(ready);

describe('an identity', () => {
  it('is the same for the same seed and leaves the seed alone', () => {
    const seed = filled(32, 1);
    expect(identityFromSeed(seed)).toEqual(identityFromSeed(seed));
    expect(seed).toEqual(filled(32, 1));
    expect(identityFromSeed(seed).id).not.toBe(identityFromSeed(filled(32, 2)).id);
  });

  it('has an ID that each of its two keys changes', () => {
    const { alice, mallory } = people();
    expect(peerKeys(alice.ed25519, alice.x25519).id).toBe(alice.id);
    expect(peerKeys(alice.ed25519, mallory.x25519).id).not.toBe(alice.id);
    expect(peerKeys(mallory.ed25519, alice.x25519).id).not.toBe(alice.id);
    expect(peerKeys(alice.x25519, alice.ed25519).id).not.toBe(alice.id);
  });

  it('refuses a seed of another length', () => {
    expect(() => identityFromSeed(filled(31, 1))).toThrow(RangeError);
    expect(() => relayIdentityFromSeed(filled(64, 1))).toThrow(RangeError);
    expect(() => new Prekey(filled(0, 1))).toThrow(RangeError);
  });

  it('shares one conversation with a peer, whoever asks', () => {
    const { alice, bob, carol } = people();
    const conversation = conversationOf(alice.id, bob.id);
    expect(conversation).toHaveLength(16);
    expect(conversationOf(bob.id, alice.id)).toEqual(conversation);
    expect(conversationOf(alice.id, carol.id)).not.toEqual(conversation);
  });
});

describe("a relay's identity", () => {
  it('has other keys than a person with the same seed', () => {
    const relay = relayIdentityFromSeed(filled(32, 1));
    expect(relay.publicKey).not.toEqual(identityFromSeed(filled(32, 1)).ed25519);
    expect(relayIdOf(relay.publicKey)).toBe(relay.id);
  });
});

describe('a shared secret', () => {
  it('is the same from both sides', () => {
    const { alice, bob } = people();
    const secret = sharedSecret(alice.dhSecret, bob.x25519);
    expect(secret).not.toBeNull();
    expect(sharedSecret(bob.dhSecret, alice.x25519)).toEqual(secret);
  });

  it.each(LOW_ORDER_X25519)('is null with the low-order key %s', (hex) => {
    const { alice } = people();
    expect(sharedSecret(alice.dhSecret, bytesFromHex(hex))).toBeNull();
    // The top bit is ignored by X25519, so the same point comes under a second encoding.
    const masked = bytesFromHex(hex);
    masked[31] = (masked[31] ?? 0) ^ 0x80;
    expect(sharedSecret(alice.dhSecret, masked)).toBeNull();
  });
});

describe('a prekey', () => {
  it('is the same for the same seed, with a kid that covers all three parts', () => {
    const prekey = new Prekey(filled(32, 4));
    expect(prekey.publicKey).toEqual(new Prekey(filled(32, 4)).publicKey);
    expect(kidOf(prekey.publicKey)).toBe(prekey.kid);
    for (const at of [0, 32, 64, 1_279]) {
      const changed = prekey.publicKey.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(kidOf(changed)).not.toBe(prekey.kid);
    }
  });

  it('has secrets that match its public parts', () => {
    const prekey = new Prekey(filled(32, 4));
    const parts = splitPrekey(prekey.publicKey);
    if (prekey.secrets === null) throw new Error('control');
    const { seal, auth, xwing } = prekey.secrets;
    expect(sodium().crypto_scalarmult_base(seal)).toEqual(parts.seal);
    expect(sodium().crypto_scalarmult_base(auth)).toEqual(parts.auth);
    const kem = sodium().crypto_kem_xwing_enc_deterministic(parts.xwing, filled(64, 1));
    const opened = sodium().crypto_kem_xwing_dec(kem.ciphertext, xwing);
    expect(hexFromBytes(opened)).toBe(hexFromBytes(kem.sharedSecret));
  });

  it('can be destroyed twice', () => {
    const prekey = new Prekey(filled(32, 4));
    prekey.destroy();
    prekey.destroy();
    expect(prekey.secrets).toBeNull();
  });
});
