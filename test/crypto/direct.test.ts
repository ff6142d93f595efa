import { beforeAll, describe, expect, it } from 'vitest';
import { openDirect, sealDirect } from '../../src/crypto/direct.ts';
import { Prekey } from '../../src/crypto/prekey.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { equalBytes } from '../../src/protocol/bytes.ts';
import { DIRECT_OVERHEAD_BYTES } from '../../src/protocol/envelope.ts';
import { pad, unpad } from '../../src/protocol/padding.ts';
import { filled, paddedText, people, seededRandom } from './fixtures.ts';
import { honestDh, sealByHand } from './hand-sealed.ts';

beforeAll(ready);

function sealHello(seed = 1, padded = paddedText('hello bob')) {
  const { alice, bob, bobPrekey } = people();
  const random = seededRandom(seed);
  const recipientPrekey = bobPrekey.publicKey;
  return sealDirect({ sender: alice, recipient: bob.id, recipientPrekey, padded, random });
}

describe('a private message', () => {
  it('opens for its recipient and names its sender', () => {
    const { alice, bob, bobPrekey } = people();
    const opened = openDirect(sealHello(), { me: bob, prekey: bobPrekey });
    expect(opened?.padded).toEqual(paddedText('hello bob'));
    expect(opened?.sender.id).toBe(alice.id);
    expect(opened?.sender.ed25519).toEqual(alice.ed25519);
    expect(opened?.sender.x25519).toEqual(alice.x25519);
  });

  it.each([256, 512, 1_024, 65_536])('is 1,314 bytes longer than %i bytes of content', (size) => {
    const { bob, bobPrekey } = people();
    const padded = pad(filled(size - 1, 0x61));
    const blob = sealHello(1, padded);
    expect(blob.length).toBe(size + DIRECT_OVERHEAD_BYTES);
    const opened = openDirect(blob, { me: bob, prekey: bobPrekey });
    expect(opened !== null && equalBytes(opened.padded, padded)).toBe(true);
  });

  it('opens at every body length across the first bucket edges', () => {
    const { bob, bobPrekey } = people();
    for (const length of [0, 1, 254, 255, 256, 257, 510, 511, 512]) {
      const body = filled(length, 0x80);
      const opened = openDirect(sealHello(length, pad(body)), { me: bob, prekey: bobPrekey });
      expect(opened && unpad(opened.padded)).toEqual(body);
    }
  });

  it('reads the same from bare libsodium calls as from sealDirect', () => {
    const { alice, bob, bobPrekey } = people();
    const blob = sealByHand({
      recipient: bob.id,
      recipientPrekey: bobPrekey.publicKey,
      padded: paddedText('by hand'),
      random: seededRandom(5),
      claimed: alice,
      dh: honestDh(alice, bobPrekey.publicKey),
    });
    const opened = openDirect(blob, { me: bob, prekey: bobPrekey });
    expect(opened?.sender.id).toBe(alice.id);
    expect(opened?.padded).toEqual(paddedText('by hand'));
  });

  it('never seals the same content to the same bytes twice', () => {
    const first = sealHello(1);
    const second = sealHello(2);
    // Behind the header, which names the recipient, nothing repeats: not the ephemeral key, not the box.
    for (let at = 34; at + 16 <= first.length; at += 16) {
      expect(equalBytes(first.subarray(at, at + 16), second.subarray(at, at + 16))).toBe(false);
    }
  });

  it('opens again while its prekey lives, and never after', () => {
    const { bob } = people();
    const prekey = new Prekey(filled(32, 4));
    const blob = sealHello();
    expect(openDirect(blob, { me: bob, prekey })).not.toBeNull();
    expect(openDirect(blob, { me: bob, prekey })).not.toBeNull();
    const secrets = prekey.secrets;
    prekey.destroy();
    expect(openDirect(blob, { me: bob, prekey })).toBeNull();
    expect(prekey.secrets).toBeNull();
    expect(secrets).toEqual({ seal: filled(32, 0), auth: filled(32, 0), xwing: filled(32, 0) });
  });

  it('refuses to seal what is not padded', () => {
    expect(() => sealHello(1, filled(257, 1))).toThrow(RangeError);
  });
});
