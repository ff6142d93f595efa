// Sizes of keys and signatures, in bytes: what several folders must agree on.

/** The secret from which every key of an identity, a relay or a prekey is derived. */
export const SEED_BYTES = 32;
/** An Ed25519 or X25519 public key. */
export const PUBLIC_KEY_BYTES = 32;
/** Ed25519. */
export const SIGNATURE_BYTES = 64;
/** BLAKE2b-256. */
export const HASH_BYTES = 32;
