import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ready, sodium } from '../../src/crypto/sodium.ts';
import {
  deriveKey,
  hash,
  type SignLabel,
  sign,
  transcript,
  verify,
} from '../../src/crypto/transcript.ts';
import { ByteWriter, bytesFromHex, hexFromBytes, utf8FromText } from '../../src/protocol/bytes.ts';
import { filled, people, SMALL_ORDER_ED25519 } from './fixtures.ts';

beforeAll(ready);

const SIGN_LABELS = [
  'card',
  'bundle',
  'relay-hello',
  'relay-auth',
  'announce',
  'room-join',
  'room-msg',
] as const satisfies readonly SignLabel[];

describe('a transcript', () => {
  it('is the label and each field behind its length', () => {
    const bytes = transcript('card', Uint8Array.of(1, 2), new Uint8Array(0));
    const expected = new ByteWriter()
      .lp(utf8FromText('lanchat/1 card'))
      .lp(Uint8Array.of(1, 2))
      .lp(new Uint8Array(0));
    expect(hexFromBytes(bytes)).toBe(hexFromBytes(expected.finish()));
  });

  it('writes lengths of 64 KiB and more in full', () => {
    const bytes = transcript('dm-tag', new Uint8Array(0x01_02_03));
    expect([...bytes.subarray(4 + 16, 8 + 16)]).toEqual([0, 1, 2, 3]);
  });

  it('is different for every list of fields', () => {
    const fields = fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 4 });
    fc.assert(
      fc.property(fields, fields, (a, b) => {
        const same = JSON.stringify(a.map(hexFromBytes)) === JSON.stringify(b.map(hexFromBytes));
        const [left, right] = [transcript('id', ...a), transcript('id', ...b)].map(hexFromBytes);
        expect(left === right).toBe(same);
      }),
    );
  });
});

describe('hashes and keys', () => {
  it('are BLAKE2b-256 over the transcript', () => {
    const field = Uint8Array.of(5);
    const key = filled(32, 3);
    const expectedHash = sodium().crypto_generichash(32, transcript('id', field), null);
    const expectedKey = sodium().crypto_generichash(32, transcript('dm-key', field), key);
    expect(hash('id', field)).toEqual(expectedHash);
    expect(deriveKey(key, 'dm-key', field)).toEqual(expectedKey);
    expect(key).toEqual(filled(32, 3));
  });

  it('differ by label', () => {
    const key = filled(32, 3);
    expect(hash('id')).not.toEqual(hash('kid'));
    expect(deriveKey(key, 'room-mk')).not.toEqual(deriveKey(key, 'room-ck'));
  });
});

describe('a signature', () => {
  it('holds under its own label and no other', () => {
    const { alice } = people();
    const message = utf8FromText('message');
    for (const made of SIGN_LABELS) {
      const signature = sign(alice.signSecret, made, message);
      const holds = SIGN_LABELS.filter((label) =>
        verify({ publicKey: alice.ed25519, signature }, label, message),
      );
      expect(holds).toEqual([made]);
    }
  });

  it('is not valid for the bare message without a transcript', () => {
    const { alice } = people();
    const message = utf8FromText('message');
    const signature = sodium().crypto_sign_detached(message, alice.signSecret);
    expect(verify({ publicKey: alice.ed25519, signature }, 'card', message)).toBe(false);
  });

  it('is false, not an error, for wrong lengths', () => {
    const { alice } = people();
    const signature = sign(alice.signSecret, 'card');
    expect(verify({ publicKey: alice.ed25519, signature }, 'card')).toBe(true);
    for (const length of [0, 31, 33]) {
      expect(verify({ publicKey: new Uint8Array(length), signature }, 'card')).toBe(false);
    }
    for (const length of [0, 63, 65]) {
      const wrong = new Uint8Array(length);
      expect(verify({ publicKey: alice.ed25519, signature: wrong }, 'card')).toBe(false);
    }
  });

  it.each(SMALL_ORDER_ED25519)('never holds under the small-order key %s', (hex) => {
    // R = the neutral element, s = 0: accepted for every message by verifiers that don't look.
    const signature = new Uint8Array(64);
    signature[0] = 1;
    expect(verify({ publicKey: bytesFromHex(hex), signature }, 'card')).toBe(false);
  });

  it('is refused with s raised by the group order', () => {
    const { alice } = people();
    const signature = sign(alice.signSecret, 'card');
    const order = bytesFromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');
    const malleated = signature.slice();
    sodium().add(malleated.subarray(32), order);
    expect(malleated).not.toEqual(signature);
    expect(verify({ publicKey: alice.ed25519, signature }, 'card')).toBe(true);
    expect(verify({ publicKey: alice.ed25519, signature: malleated }, 'card')).toBe(false);
  });
});
