// Private messages: sealing padded bytes to one prekey, with the sender proven only to the recipient.
import { concatBytes } from '../protocol/bytes.ts';
import {
  DIRECT_HEADER_BYTES,
  type DirectHeader,
  decodeHeader,
  encodeDirectHeader,
} from '../protocol/envelope.ts';
import { idBytes, type PeerId, peerPrefix } from '../protocol/ids.ts';
import { isPaddedLength } from '../protocol/padding.ts';
import { CryptoError } from './errors.ts';
import { type Identity, type PeerKeys, peerKeys, sharedSecret } from './identity.ts';
import { kidOf, type Prekey, type PrekeyParts, splitPrekey } from './prekey.ts';
import { type Random, sodium, wipe } from './sodium.ts';
import { deriveKey, hash, KEY_BYTES } from './transcript.ts';

const XWING_CIPHERTEXT_BYTES = 1_120;
const XWING_ENCAPSULATION_SEED_BYTES = 64;
/** The AEAD key is fresh from an encapsulation and used once, so a constant nonce repeats nothing. */
const ZERO_NONCE = new Uint8Array(24);

export interface DirectToSeal {
  readonly sender: Identity;
  readonly recipient: PeerId;
  /** 1,280 bytes, from a bundle whose signature holds. */
  readonly recipientPrekey: Uint8Array;
  /** Of a bucket's length. */
  readonly padded: Uint8Array;
  readonly random: Random;
}

export interface OpenedDirect {
  /** Who wrote `padded`: only they, or who holds the prekey's secrets, can have made the tag. */
  readonly sender: PeerKeys;
  readonly padded: Uint8Array;
}

/**
 * The blob of PROTOCOL.md, Private messages: 1,314 bytes longer than `padded`. Throws CryptoError
 * `unusable-prekey` where the prekey's owner published keys that can't be sealed to safely.
 */
export function sealDirect(message: DirectToSeal): Uint8Array {
  const { sender, recipient, recipientPrekey, padded, random } = message;
  if (!isPaddedLength(padded.length)) throw new RangeError('content is not padded');
  const to = splitPrekey(recipientPrekey);
  const header = encodeDirectHeader(peerPrefix(recipient), kidOf(recipientPrekey));
  const dh = sharedSecret(sender.dhSecret, to.auth);
  if (dh === null) throw new CryptoError('unusable-prekey', 'prekey of low order');
  const kem = encapsulate(to.xwing, random);
  const recipientId = idBytes(recipient);
  const th = hash('dm-th', header, recipientId, recipientPrekey, kem.ciphertext);
  const parties = { dh, sender: idBytes(sender.id), recipient: recipientId };
  const tag = senderTag({ secret: kem.secret, th, padded }, parties);
  const key = deriveKey(kem.secret, 'dm-key', th);
  const content = concatBytes([sender.ed25519, sender.x25519, tag, padded]);
  const encrypt = sodium().crypto_aead_xchacha20poly1305_ietf_encrypt;
  const ciphertext = encrypt(content, th, null, ZERO_NONCE, key);
  wipe(dh, kem.secret, key, content);
  return concatBytes([header, ...sealBox([kem.ciphertext, ciphertext], to.seal, random)]);
}

/**
 * Opens a blob sealed to `prekey` of `me`. Null where it isn't for them or the box doesn't open (another
 * recipient or prekey, a destroyed prekey, bytes changed on the way). Throws ProtocolError where the
 * header is malformed; CryptoError `cannot-open` or `bad-sender` where the box opens and its content
 * doesn't hold: whoever sealed it meant harm.
 */
export function openDirect(
  blob: Uint8Array,
  { me, prekey }: { readonly me: PeerKeys; readonly prekey: Prekey },
): OpenedDirect | null {
  const header = decodeHeader(blob);
  const secrets = prekey.secrets;
  if (secrets === null || header.kind !== 'direct' || !isFor(header, me, prekey)) return null;
  const inner = openBox(blob.subarray(DIRECT_HEADER_BYTES), prekey, secrets);
  if (inner === null) return null;
  const wct = inner.subarray(0, XWING_CIPHERTEXT_BYTES);
  const recipient = idBytes(me.id);
  const headerBytes = blob.subarray(0, DIRECT_HEADER_BYTES);
  const th = hash('dm-th', headerBytes, recipient, prekey.publicKey, wct);
  const secret = decapsulate(wct, secrets.xwing);
  try {
    const content = decryptContent(inner.subarray(XWING_CIPHERTEXT_BYTES), secret, th);
    return checkSender(content, { secret, th, recipient, authSecret: secrets.auth });
  } finally {
    wipe(secret);
  }
}

interface OpeningContext {
  readonly secret: Uint8Array;
  readonly th: Uint8Array;
  readonly recipient: Uint8Array;
  readonly authSecret: Uint8Array;
}

/** Reads `ed_A ‖ x_A ‖ tag ‖ padded` and checks the tag. The header's length check fixed all of theirs. */
function checkSender(content: Uint8Array, context: OpeningContext): OpenedDirect {
  const sender = peerKeys(content.slice(0, 32), content.slice(32, 64));
  const claimedTag = content.subarray(64, 96);
  const padded = content.subarray(96);
  const dh = sharedSecret(context.authSecret, sender.x25519);
  if (dh === null) throw new CryptoError('bad-sender', 'sender key of low order');
  const parties = { dh, sender: idBytes(sender.id), recipient: context.recipient };
  const tag = senderTag({ secret: context.secret, th: context.th, padded }, parties);
  wipe(dh);
  if (!sodium().memcmp(tag, claimedTag)) throw new CryptoError('bad-sender', 'sender tag');
  return { sender, padded };
}

function isFor(header: DirectHeader, me: PeerKeys, prekey: Prekey): boolean {
  return header.recipient === peerPrefix(me.id) && header.kid === prekey.kid;
}

function encapsulate(
  publicKey: Uint8Array,
  random: Random,
): { readonly ciphertext: Uint8Array; readonly secret: Uint8Array } {
  const seed = random(XWING_ENCAPSULATION_SEED_BYTES);
  try {
    const kem = sodium().crypto_kem_xwing_enc_deterministic(publicKey, seed);
    return { ciphertext: kem.ciphertext, secret: kem.sharedSecret };
  } catch (cause) {
    throw new CryptoError('unusable-prekey', 'malformed X-Wing key', { cause });
  } finally {
    wipe(seed);
  }
}

function decapsulate(ciphertext: Uint8Array, secretKey: Uint8Array): Uint8Array {
  try {
    return sodium().crypto_kem_xwing_dec(ciphertext, secretKey);
  } catch (cause) {
    throw new CryptoError('cannot-open', 'X-Wing ciphertext of a sealed box', { cause });
  }
}

interface TaggedContent {
  readonly secret: Uint8Array;
  readonly th: Uint8Array;
  readonly padded: Uint8Array;
}

interface Parties {
  readonly dh: Uint8Array;
  readonly sender: Uint8Array;
  readonly recipient: Uint8Array;
}

/**
 * `KDF(KDF(ss,"dm-auth"; th, dh, ID_A, ID_B), "dm-tag"; padded)`: a MAC that sender and recipient can
 * both make. It convinces the recipient and is no evidence for anybody else.
 */
function senderTag(content: TaggedContent, parties: Parties): Uint8Array {
  const { dh, sender, recipient } = parties;
  const key = deriveKey(content.secret, 'dm-auth', content.th, dh, sender, recipient);
  const tag = deriveKey(key, 'dm-tag', content.padded);
  wipe(key);
  return tag;
}

/**
 * `crypto_box_seal` with the ephemeral pair from injected randomness, as `[eph_pk, box]`: libsodium's
 * own takes no seed. The nonce is BLAKE2b-192(eph_pk ‖ pk), as there.
 */
function sealBox(
  parts: readonly Uint8Array[],
  publicKey: Uint8Array,
  random: Random,
): [Uint8Array, Uint8Array] {
  const library = sodium();
  const seed = random(KEY_BYTES);
  const ephemeral = library.crypto_box_seed_keypair(seed);
  const toHash = concatBytes([ephemeral.publicKey, publicKey]);
  const nonce = library.crypto_generichash(library.crypto_box_NONCEBYTES, toHash, null);
  try {
    const message = concatBytes(parts);
    const box = library.crypto_box_easy(message, nonce, publicKey, ephemeral.privateKey);
    return [ephemeral.publicKey, box];
  } catch (cause) {
    throw new CryptoError('unusable-prekey', 'prekey of low order', { cause });
  } finally {
    wipe(seed, ephemeral.privateKey);
  }
}

function openBox(box: Uint8Array, prekey: Prekey, secrets: PrekeyParts): Uint8Array | null {
  const { seal } = splitPrekey(prekey.publicKey);
  try {
    return sodium().crypto_box_seal_open(box, seal, secrets.seal);
  } catch {
    return null;
  }
}

function decryptContent(ciphertext: Uint8Array, secret: Uint8Array, th: Uint8Array): Uint8Array {
  const key = deriveKey(secret, 'dm-key', th);
  const decrypt = sodium().crypto_aead_xchacha20poly1305_ietf_decrypt;
  try {
    return decrypt(null, ciphertext, th, ZERO_NONCE, key);
  } catch (cause) {
    throw new CryptoError('cannot-open', 'content of a sealed box', { cause });
  } finally {
    wipe(key);
  }
}
