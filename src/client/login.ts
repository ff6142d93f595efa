// The client's side of the login, bytes ↔ frames, no sockets: HELLO, CHALLENGE, AUTH, READY (PROTOCOL.md).
import { type Identity, relayIdOf } from '../crypto/identity.ts';
import { signLogin, verifyChallenge } from '../crypto/login.ts';
import { phrase } from '../language/translate.ts';
import {
  encodeChallengeFields,
  encodeHelloBody,
  type Frame,
  type FrameOf,
  NONCE_BYTES,
} from '../protocol/frames.ts';
import type { RelayId } from '../protocol/ids.ts';
import { PROTOCOL_VERSION } from '../protocol/limits.ts';
import { TransportError } from './transport-error.ts';

export interface LoginRequest {
  readonly me: Identity;
  /** Asked for the signed card only once the relay is accepted. */
  readonly card: () => Uint8Array;
  /** Exported from this TLS connection, 32 bytes. */
  readonly exporter: Uint8Array;
  /** 32 random bytes. */
  readonly nonce: Uint8Array;
  /** Whether this relay is one that may be logged in to: pinned there, or a first use. */
  readonly accepts: (relay: RelayId) => boolean;
  /** `carry`: only to carry a file, beside the connection that this person is here with. */
  readonly as?: 'auth' | 'carry';
}

export interface ProvenRelay {
  readonly id: RelayId;
  readonly key: Uint8Array;
  /** Rooms that it lets one client be in. */
  readonly topics: number;
  /** Blobs that it keeps for somebody away; 0: it keeps none. */
  readonly mailboxBlobs: number;
}

const HELLO_REQ = 1;
const AUTH_REQ = 2;

export function helloFrame(nonce: Uint8Array): FrameOf<'hello'> {
  if (nonce.length !== NONCE_BYTES) throw new RangeError('a nonce has 32 bytes');
  const version = PROTOCOL_VERSION;
  return { type: 'hello', req: HELLO_REQ, minVersion: version, maxVersion: version, nonce };
}

/**
 * Checks the relay's CHALLENGE and answers it. The card goes only to a relay that is accepted. Throws
 * TransportError: `version`, `login-failed`, `relay-key-changed`, or the code the relay ended with.
 */
export function answerChallenge(
  frame: Frame,
  request: LoginRequest,
): { readonly auth: FrameOf<'auth' | 'carry'>; readonly relay: ProvenRelay } {
  const challenge = expect(frame, 'challenge');
  if (challenge.version !== PROTOCOL_VERSION) throw refusal('version');
  const claim = {
    exporter: request.exporter,
    helloBody: encodeHelloBody(helloFrame(request.nonce)),
    challengeFields: encodeChallengeFields(challenge),
  };
  const claimed = { publicKey: challenge.relayKey, signature: challenge.signature };
  if (!verifyChallenge(claimed, claim)) throw refusal('login-failed');
  const relay = {
    id: relayIdOf(challenge.relayKey),
    key: challenge.relayKey.slice(),
    topics: challenge.limits.topics,
    mailboxBlobs: challenge.limits.mailboxBlobs,
  };
  if (!request.accepts(relay.id)) throw refusal('relay-key-changed');
  const { as = 'auth' } = request;
  const signature = signLogin(request.me, as === 'auth' ? 'relay-auth' : 'relay-carry', {
    exporter: request.exporter,
    relay: relay.id,
    clientNonce: request.nonce,
    serverNonce: challenge.nonce,
    version: challenge.version,
  });
  return { auth: { type: as, req: AUTH_REQ, card: request.card(), signature }, relay };
}

/** Throws TransportError with the code the relay ended with, or `unexpected`. */
export function expect<T extends Frame['type']>(frame: Frame, type: T): FrameOf<T> {
  if (isOf(frame, type)) return frame;
  throw refusal(frame.type === 'end' || frame.type === 'error' ? frame.code : 'unexpected');
}

function isOf<T extends Frame['type']>(frame: Frame, type: T): frame is FrameOf<T> {
  return frame.type === type;
}

function refusal(code: string): TransportError {
  return new TransportError(code, phrase`login: ${code}`);
}
