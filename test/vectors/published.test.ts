// Vectors that others published, each file naming its source: the primitives are those we think they are.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ready, sodium } from '../../src/crypto/sodium.ts';
import { bytesFromHex, concatBytes, hexFromBytes } from '../../src/protocol/bytes.ts';

beforeAll(ready);

type Case = Readonly<Record<string, string>>;

function casesOf(name: string): readonly Case[] {
  const { tests } = JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
  expect(tests.length).toBeGreaterThan(2);
  return tests;
}

function bytes(test: Case, field: string): Uint8Array {
  return bytesFromHex(test[field] ?? '');
}

/** The value, or `'refused'` where libsodium throws. */
function orRefused<T>(compute: () => T): T | 'refused' {
  try {
    return compute();
  } catch {
    return 'refused';
  }
}

function everyCase(name: string, check: (test: Case) => unknown): void {
  const failed = casesOf(name).filter((test) => check(test) !== true);
  expect(failed.map((test) => test.tcId)).toEqual([]);
}

describe('published vectors', () => {
  it('of X-Wing: keys, encapsulation and decapsulation', () => {
    for (const test of casesOf('x-wing-draft.json')) {
      const pair = sodium().crypto_kem_xwing_seed_keypair(bytes(test, 'seed'));
      expect(hexFromBytes(pair.publicKey)).toBe(test.pk);
      expect(hexFromBytes(pair.privateKey)).toBe(test.sk);
      const kem = sodium().crypto_kem_xwing_enc_deterministic(pair.publicKey, bytes(test, 'eseed'));
      expect(hexFromBytes(kem.ciphertext)).toBe(test.ct);
      expect(hexFromBytes(kem.sharedSecret)).toBe(test.ss);
      const opened = sodium().crypto_kem_xwing_dec(kem.ciphertext, pair.privateKey);
      expect(hexFromBytes(opened)).toBe(test.ss);
    }
  });

  it('of ML-KEM-768: decapsulation, implicit rejection included', () => {
    everyCase('wycheproof-mlkem768-decapsulate.json', (test) => {
      const secret = orRefused(() => {
        const pair = sodium().crypto_kem_mlkem768_seed_keypair(bytes(test, 'seed'));
        if (test.ek !== undefined && hexFromBytes(pair.publicKey) !== test.ek) return 'other key';
        return hexFromBytes(sodium().crypto_kem_mlkem768_dec(bytes(test, 'c'), pair.privateKey));
      });
      return secret === (test.result === 'valid' ? test.K : 'refused');
    });
  });

  it('of ML-KEM-768: encapsulation, malformed keys refused', () => {
    everyCase('wycheproof-mlkem768-encapsulate.json', (test) => {
      const made = orRefused(() => {
        const [key, seed] = [bytes(test, 'ek'), bytes(test, 'm')];
        const kem = sodium().crypto_kem_mlkem768_enc_deterministic(key, seed);
        return hexFromBytes(concatBytes([kem.ciphertext, kem.sharedSecret]));
      });
      return made === (test.result === 'valid' ? `${test.c}${test.K}` : 'refused');
    });
  });

  it('of XChaCha20-Poly1305: encryption and refusal of changed tags', () => {
    everyCase('wycheproof-xchacha20-poly1305.json', (test) => {
      const [key, nonce, aad] = [bytes(test, 'key'), bytes(test, 'iv'), bytes(test, 'aad')];
      const sealed = bytesFromHex(`${test.ct}${test.tag}`);
      const decrypt = sodium().crypto_aead_xchacha20poly1305_ietf_decrypt;
      const encrypt = sodium().crypto_aead_xchacha20poly1305_ietf_encrypt;
      const opened = orRefused(() => hexFromBytes(decrypt(null, sealed, aad, nonce, key)));
      if (test.result !== 'valid') return opened === 'refused';
      const made = hexFromBytes(encrypt(bytes(test, 'msg'), aad, null, nonce, key));
      return opened === test.msg && made === hexFromBytes(sealed);
    });
  });

  it('of Ed25519: verification, malleable and truncated signatures refused', () => {
    everyCase('wycheproof-ed25519.json', (test) => {
      const [signature, message, key] = ['sig', 'msg', 'publicKey'].map((f) => bytes(test, f));
      if (signature === undefined || message === undefined || key === undefined) return false;
      const verify = sodium().crypto_sign_verify_detached;
      return (
        (orRefused(() => verify(signature, message, key)) === true) === (test.result === 'valid')
      );
    });
  });
});
