// Prekeys: the short-lived keys that private messages are sealed to. Knows neither clocks nor bundles.
import { PREKEY_BYTES } from '../protocol/bundle.ts';
import { concatBytes } from '../protocol/bytes.ts';
import { Kid } from '../protocol/ids.ts';
import { requireBytes, sodium, wipe } from './sodium.ts';
import { deriveKey, hash, KEY_BYTES } from './transcript.ts';

/** The three parts of `pub = x_seal32 ‖ x_auth32 ‖ xwing1216`, as views. */
export interface PrekeyParts {
  readonly seal: Uint8Array;
  readonly auth: Uint8Array;
  readonly xwing: Uint8Array;
}

/** `kid = H("kid"; pub)[:16]`. */
export function kidOf(publicKey: Uint8Array): Kid {
  return Kid.fromBytes(hash('kid', publicKey).subarray(0, Kid.sizeBytes));
}

/** Throws RangeError unless `publicKey` is 1,280 bytes. */
export function splitPrekey(publicKey: Uint8Array): PrekeyParts {
  requireBytes(publicKey, PREKEY_BYTES);
  return {
    seal: publicKey.subarray(0, 32),
    auth: publicKey.subarray(32, 64),
    xwing: publicKey.subarray(64),
  };
}

/**
 * One's own prekey and the owner of its secrets. Destroying is what gives forward secrecy. It is a state
 * and not just zeroed bytes, because zeroed secrets are keys that anybody can seal and forge to.
 */
export class Prekey {
  readonly kid: Kid;
  /** 1,280 bytes. */
  readonly publicKey: Uint8Array;
  #secrets: PrekeyParts | null;

  /** From a 32-byte seed, which stays the caller's to wipe (PROTOCOL.md, Keys). */
  constructor(seed: Uint8Array) {
    requireBytes(seed, KEY_BYTES);
    const seeds = [
      deriveKey(seed, 'spk-seal'),
      deriveKey(seed, 'spk-auth'),
      deriveKey(seed, 'spk-xwing'),
    ] as const;
    const seal = sodium().crypto_box_seed_keypair(seeds[0]);
    const auth = sodium().crypto_box_seed_keypair(seeds[1]);
    const xwing = sodium().crypto_kem_xwing_seed_keypair(seeds[2]);
    wipe(...seeds);
    this.publicKey = concatBytes([seal.publicKey, auth.publicKey, xwing.publicKey]);
    this.kid = kidOf(this.publicKey);
    this.#secrets = { seal: seal.privateKey, auth: auth.privateKey, xwing: xwing.privateKey };
  }

  /** The secret parts, or null once destroyed. Views: not to be kept. */
  get secrets(): PrekeyParts | null {
    return this.#secrets;
  }

  /** Wipes the secrets; nothing sealed to this prekey opens any more. */
  destroy(): void {
    if (this.#secrets === null) return;
    wipe(this.#secrets.seal, this.#secrets.auth, this.#secrets.xwing);
    this.#secrets = null;
  }
}
