// Why there is no connection, as codes. Knows no sentence for people: cli/ and ui/ have those.
import { phrase } from '../language/translate.ts';
import { errnoOf, LanchatError } from '../protocol/errors.ts';

/**
 * Nobody's code is wrong: the network, or what answers there. `code` is a system error's in lower case
 * (`econnrefused`, `ehostunreach`, …), a protocol code (codes.ts), or one of:
 * - `connect-timeout`: no answer to the TCP or TLS handshake
 * - `not-a-relay`: what answers speaks no TLS 1.3 or another protocol
 * - `relay-key-changed`: another key than the pinned one; nothing of ours was shown to it
 * - `closed`: the connection ended without a reason given
 */
export class TransportError extends LanchatError {}

/** A relay whose key is proven said this code: before that, anybody on the LAN could have. */
export class RelayRefusal extends TransportError {}

/** What waiting longer can't mend, and coming back by itself would make worse. */
export const FINAL_CODES: ReadonlySet<string> = new Set([
  'replaced',
  'kicked',
  'not-admitted',
  'prefix-taken',
]);

/** The code of anything that ended a socket. */
export function transportErrorFrom(cause: unknown, fallback: string): TransportError {
  if (cause instanceof TransportError) return cause;
  const code = errnoOf(cause)?.toLowerCase() ?? fallback;
  // OpenSSL's errors mean that what answered does not speak our TLS.
  const isTls = code.startsWith('err_ssl') || code.startsWith('err_tls') || code === 'eproto';
  return new TransportError(isTls ? 'not-a-relay' : code, phrase`connection: ${code}`, { cause });
}
