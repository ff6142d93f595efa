// The errors of this folder: bytes that are meant for us and broken, or keys that can't be used.
import { LanchatError } from '../protocol/errors.ts';

/**
 * `bad-signature`: the signature doesn't hold under that key. `wrong-owner`: signed for another ID.
 * `unusable-prekey`: nothing can be sealed to it. `cannot-open`: a sealed box for us with broken content. `bad-sender`: its sender tag
 * doesn't hold, so somebody wrote in another's name.
 */
export type CryptoErrorCode =
  | 'bad-signature'
  | 'wrong-owner'
  | 'unusable-prekey'
  | 'cannot-open'
  | 'bad-sender';

/** Cryptography refused what somebody else sent. Messages hold no keys and no plaintext. */
export class CryptoError extends LanchatError {
  override readonly code: CryptoErrorCode;

  constructor(code: CryptoErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.code = code;
  }
}
