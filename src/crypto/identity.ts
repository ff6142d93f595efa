// Who somebody is: key pairs from a seed, and the IDs that are hashes of public keys. Knows no messages.
import { idBytes, PeerId, RelayId } from '../protocol/ids.ts';
import { requireBytes, sodium, wipe } from './sodium.ts';
import { deriveKey, hash, KEY_BYTES } from './transcript.ts';

/** A person's public keys, 32 bytes each, and the ID that is their hash. */
export interface PeerKeys {
  readonly id: PeerId;
  readonly ed25519: Uint8Array;
  readonly x25519: Uint8Array;
}

/** One's own identity. The secrets stay in memory as long as the profile is open. */
export interface Identity extends PeerKeys {
  /** libsodium's 64-byte form: seed ‖ public key. */
  readonly signSecret: Uint8Array;
  readonly dhSecret: Uint8Array;
}

/** A relay's own key, which is what clients pin. */
export interface RelayIdentity {
  readonly id: RelayId;
  readonly publicKey: Uint8Array;
  /** libsodium's 64-byte form. */
  readonly secretKey: Uint8Array;
}

/** From a 32-byte seed, which stays the caller's to wipe (PROTOCOL.md, Keys). */
export function identityFromSeed(seed: Uint8Array): Identity {
  requireBytes(seed, KEY_BYTES);
  const signSeed = deriveKey(seed, 'id-sign');
  const dhSeed = deriveKey(seed, 'id-dh');
  const signPair = sodium().crypto_sign_seed_keypair(signSeed);
  const dhPair = sodium().crypto_box_seed_keypair(dhSeed);
  wipe(signSeed, dhSeed);
  return {
    ...peerKeys(signPair.publicKey, dhPair.publicKey),
    signSecret: signPair.privateKey,
    dhSecret: dhPair.privateKey,
  };
}

/** The keys with their `ID = H("id"; ed, x)`: another X25519 key under the same Ed25519 key is another ID. */
export function peerKeys(ed25519: Uint8Array, x25519: Uint8Array): PeerKeys {
  return { id: PeerId.fromBytes(hash('id', ed25519, x25519)), ed25519, x25519 };
}

/** From a 32-byte seed, which stays the caller's to wipe. */
export function relayIdentityFromSeed(seed: Uint8Array): RelayIdentity {
  requireBytes(seed, KEY_BYTES);
  const signSeed = deriveKey(seed, 'relay-sign');
  const { publicKey, privateKey } = sodium().crypto_sign_seed_keypair(signSeed);
  wipe(signSeed);
  return { id: relayIdOf(publicKey), publicKey, secretKey: privateKey };
}

/** `relay_id = H("relay"; R_pk)`. */
export function relayIdOf(publicKey: Uint8Array): RelayId {
  return RelayId.fromBytes(hash('relay', publicKey));
}

/** `conv = H("conv"; both IDs sorted)[:16]`: the same for both sides. */
export function conversationOf(a: PeerId, b: PeerId): Uint8Array {
  const [low, high] = a < b ? [a, b] : [b, a];
  return hash('conv', idBytes(low), idBytes(high)).subarray(0, 16);
}

/**
 * The X25519 secret shared with `publicKey`, or null where that key is of low order: the result would be
 * zero, known to everybody, and no proof of who sent anything.
 */
export function sharedSecret(secret: Uint8Array, publicKey: Uint8Array): Uint8Array | null {
  // libsodium refuses only the all-zero result ("weak public key"); lengths are the decoders'.
  requireBytes(secret, KEY_BYTES);
  requireBytes(publicKey, KEY_BYTES);
  try {
    return sodium().crypto_scalarmult(secret, publicKey);
  } catch {
    return null;
  }
}
