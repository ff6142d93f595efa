// A private message built layer by layer with bare libsodium, so that an attacker can get any layer wrong.
import { type Identity, sharedSecret } from '../../src/crypto/identity.ts';
import { kidOf, splitPrekey } from '../../src/crypto/prekey.ts';
import { type Random, sodium } from '../../src/crypto/sodium.ts';
import { deriveKey, hash } from '../../src/crypto/transcript.ts';
import { concatBytes } from '../../src/protocol/bytes.ts';
import { encodeDirectHeader } from '../../src/protocol/envelope.ts';
import { idBytes, type PeerId, peerPrefix } from '../../src/protocol/ids.ts';

export interface HandSealing {
  readonly recipient: PeerId;
  readonly recipientPrekey: Uint8Array;
  readonly padded: Uint8Array;
  readonly random: Random;
  /** The keys claimed inside. */
  readonly claimed: Pick<Identity, 'id' | 'ed25519' | 'x25519'>;
  /** The DH result that the tag is made with; an honest sender's is `dh(own secret, x_auth)`. */
  readonly dh: Uint8Array;
  /** A tag to use instead of the computed one. */
  readonly tag?: Uint8Array;
  /** Changes the bytes inside the sealed box. */
  readonly editInner?: (inner: Uint8Array) => void;
  /** The header on the outside, where it differs from the one that was hashed. */
  readonly outerHeader?: Uint8Array;
}

export function honestDh(sender: Identity, recipientPrekey: Uint8Array): Uint8Array {
  const dh = sharedSecret(sender.dhSecret, splitPrekey(recipientPrekey).auth);
  if (dh === null) throw new Error('low order');
  return dh;
}

export function sealByHand(sealing: HandSealing): Uint8Array {
  const { recipient, recipientPrekey, padded, random, claimed } = sealing;
  const to = splitPrekey(recipientPrekey);
  const header = encodeDirectHeader(peerPrefix(recipient), kidOf(recipientPrekey));
  const kem = sodium().crypto_kem_xwing_enc_deterministic(to.xwing, random(64));
  const th = hash('dm-th', header, idBytes(recipient), recipientPrekey, kem.ciphertext);
  const ids = [idBytes(claimed.id), idBytes(recipient)];
  const authKey = deriveKey(kem.sharedSecret, 'dm-auth', th, sealing.dh, ...ids);
  const tag = sealing.tag ?? deriveKey(authKey, 'dm-tag', padded);
  const ciphertext = sodium().crypto_aead_xchacha20poly1305_ietf_encrypt(
    concatBytes([claimed.ed25519, claimed.x25519, tag, padded]),
    th,
    null,
    new Uint8Array(24),
    deriveKey(kem.sharedSecret, 'dm-key', th),
  );
  const inner = concatBytes([kem.ciphertext, ciphertext]);
  sealing.editInner?.(inner);
  const box = sodium().crypto_box_seal(inner, to.seal);
  return concatBytes([sealing.outerHeader ?? header, box]);
}

/** What the recipient of a blob can take out of it: the tag that its author made. */
export function tagInside(
  blob: Uint8Array,
  recipient: PeerId,
  prekey: {
    readonly publicKey: Uint8Array;
    readonly secrets: { readonly seal: Uint8Array; readonly xwing: Uint8Array } | null;
  },
): Uint8Array {
  if (prekey.secrets === null) throw new Error('destroyed');
  const { seal } = splitPrekey(prekey.publicKey);
  const inner = sodium().crypto_box_seal_open(blob.subarray(34), seal, prekey.secrets.seal);
  const wct = inner.subarray(0, 1_120);
  const secret = sodium().crypto_kem_xwing_dec(wct, prekey.secrets.xwing);
  const th = hash('dm-th', blob.subarray(0, 34), idBytes(recipient), prekey.publicKey, wct);
  const content = sodium().crypto_aead_xchacha20poly1305_ietf_decrypt(
    null,
    inner.subarray(1_120),
    th,
    new Uint8Array(24),
    deriveKey(secret, 'dm-key', th),
  );
  return content.slice(64, 96);
}
