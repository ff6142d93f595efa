// The two steps of a login, bound to the TLS connection and the relay's key. Knows no sockets.
import { CryptoError } from '../crypto/errors.ts';
import type { RelayIdentity } from '../crypto/identity.ts';
import { signChallenge, verifyLogin } from '../crypto/login.ts';
import { type Card, openCard } from '../crypto/signed-objects.ts';
import {
  type AnnouncedLimits,
  encodeChallengeFields,
  encodeHelloBody,
  type FrameOf,
} from '../protocol/frames.ts';
import { PROTOCOL_VERSION } from '../protocol/limits.ts';

/** What is fixed once CHALLENGE is out. */
export interface LoginInProgress {
  /** 32 bytes, see `Connection.exporter`. */
  readonly exporter: Uint8Array;
  readonly clientNonce: Uint8Array;
  readonly challenge: FrameOf<'challenge'>;
}

export interface LoginOffer {
  readonly relay: RelayIdentity;
  readonly limits: AnnouncedLimits;
  readonly exporter: Uint8Array;
  /** 32 bytes, fresh. */
  readonly nonce: Uint8Array;
}

/** Answers HELLO, or null where there is no version in common (PROTOCOL.md, Client and relay). */
export function answerHello(hello: FrameOf<'hello'>, offer: LoginOffer): LoginInProgress | null {
  const { minVersion, maxVersion } = hello;
  if (minVersion > PROTOCOL_VERSION || maxVersion < PROTOCOL_VERSION) return null;
  const { relay, limits, exporter, nonce } = offer;
  const fields = { version: PROTOCOL_VERSION, relayKey: relay.publicKey, nonce, limits };
  const signature = signChallenge(relay, {
    exporter,
    helloBody: encodeHelloBody(hello),
    challengeFields: encodeChallengeFields(fields),
  });
  return {
    exporter,
    clientNonce: hello.nonce.slice(),
    challenge: { type: 'challenge', req: hello.req, ...fields, signature },
  };
}

/**
 * The card of whoever proved on this connection to hold its key; null where a signature doesn't hold:
 * another key, another relay, another TLS connection. Throws ProtocolError on a malformed card.
 */
export function checkAuth(
  auth: FrameOf<'auth' | 'carry'>,
  { login, relay }: { readonly login: LoginInProgress; readonly relay: RelayIdentity },
): Card | null {
  const card = openHonestCard(auth.card);
  if (card === null) return null;
  const holds = verifyLogin(
    { publicKey: card.ed25519, signature: auth.signature },
    auth.type === 'auth' ? 'relay-auth' : 'relay-carry',
    {
      exporter: login.exporter,
      relay: relay.id,
      clientNonce: login.clientNonce,
      serverNonce: login.challenge.nonce,
      version: login.challenge.version,
    },
  );
  return holds ? card : null;
}

function openHonestCard(bytes: Uint8Array): Card | null {
  try {
    return openCard(bytes);
  } catch (error) {
    if (error instanceof CryptoError) return null;
    throw error;
  }
}
