import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { encodeVerificationQr, parseVerificationQr } from '../../src/crypto/verification-qr.ts';
import { PeerId } from '../../src/protocol/ids.ts';
import { filled, people } from './fixtures.ts';

beforeAll(ready);

const peerId = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(PeerId.fromBytes);

describe('a verification QR payload', () => {
  it('is base32 as RFC 4648 has it, in the alphanumeric characters of a QR code', () => {
    const own = PeerId.fromBytes(filled(32, 0));
    const seen = PeerId.fromBytes(filled(32, 0xff));
    const text = encodeVerificationQr({ own, seen });
    expect(text).toMatch(/^LANCHAT1:[A-Z2-7]{104}$/);
    expect(text).toBe(`LANCHAT1:AE${'A'.repeat(50)}B${'7'.repeat(51)}`);
  });

  it('parses back to both IDs, which stay in their roles', () => {
    fc.assert(
      fc.property(peerId, peerId, (own, seen) => {
        expect(parseVerificationQr(encodeVerificationQr({ own, seen }))).toEqual({ own, seen });
      }),
    );
  });

  it('is null for anything else', () => {
    const { alice, bob } = people();
    const text = encodeVerificationQr({ own: alice.id, seen: bob.id });
    expect(parseVerificationQr(text)).not.toBeNull();
    const wrong = [
      '',
      'LANCHAT1:',
      text.slice(0, -1),
      `${text}A`,
      ` ${text}`,
      text.toLowerCase(),
      text.replace('LANCHAT1', 'LANCHAT2'),
      text.replace('LANCHAT1:A', 'LANCHAT1:B'),
      `${text.slice(0, -1)}1`,
      `${text.slice(0, -1)}=`,
    ];
    for (const other of wrong) expect(parseVerificationQr(other)).toBeNull();
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (other) => {
        expect(parseVerificationQr(`LANCHAT1:${other}`)).toBeNull();
      }),
    );
  });
});
