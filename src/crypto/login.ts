// The signatures that tie a TLS connection to a relay's key and a person's identity, and announcements.
import { utf8FromText } from '../protocol/bytes.ts';
import { idBytes, type RelayId } from '../protocol/ids.ts';
import type { Identity, RelayIdentity } from './identity.ts';
import { type ClaimedSignature, sign, verify } from './transcript.ts';

/** What the relay signs: this TLS connection, what the client offered, and its own answer. */
export interface ChallengeClaim {
  /** E, 32 bytes exported from this TLS connection: a man in the middle has another on each side. */
  readonly exporter: Uint8Array;
  /** The body of HELLO as it was received: its version range can't be narrowed on the way. */
  readonly helloBody: Uint8Array;
  /** CHALLENGE without its signature. */
  readonly challengeFields: Uint8Array;
}

/** `SIGN(R, "relay-hello"; E, HELLO, rest)`. */
export function signChallenge(relay: RelayIdentity, claim: ChallengeClaim): Uint8Array {
  return sign(relay.secretKey, 'relay-hello', ...challengeParts(claim));
}

/** Whether the holder of `claimed.publicKey` answered on this connection. The caller compares its ID with the pin. */
export function verifyChallenge(claimed: ClaimedSignature, claim: ChallengeClaim): boolean {
  return verify(claimed, 'relay-hello', ...challengeParts(claim));
}

function challengeParts(claim: ChallengeClaim): Uint8Array[] {
  return [claim.exporter, claim.helloBody, claim.challengeFields];
}

/** `relay-auth`: to be here. `relay-carry`: to carry a file beside it. */
export type LoginLabel = 'relay-auth' | 'relay-carry';

/** What a client signs to log in: bound to connection and relay, so it is worthless at another. */
export interface LoginClaim {
  readonly exporter: Uint8Array;
  readonly relay: RelayId;
  readonly clientNonce: Uint8Array;
  readonly serverNonce: Uint8Array;
  readonly version: number;
}

/** `SIGN(id, label; E, relay_id, cnonce, snonce, version)`. */
export function signLogin(identity: Identity, label: LoginLabel, claim: LoginClaim): Uint8Array {
  return sign(identity.signSecret, label, ...loginParts(claim));
}

/** Whether the holder of `claimed.publicKey` logs in on this connection. */
export function verifyLogin(
  claimed: ClaimedSignature,
  label: LoginLabel,
  claim: LoginClaim,
): boolean {
  return verify(claimed, label, ...loginParts(claim));
}

function loginParts(claim: LoginClaim): Uint8Array[] {
  const { exporter, relay, clientNonce, serverNonce, version } = claim;
  return [exporter, idBytes(relay), clientNonce, serverNonce, Uint8Array.of(version)];
}

/** What the operator tells everybody. */
export interface Announcement {
  readonly seq: bigint;
  readonly text: string;
}

/** `SIGN(R, "announce"; relay_id, seq u64, text)`. */
export function signAnnouncement(relay: RelayIdentity, announcement: Announcement): Uint8Array {
  return sign(relay.secretKey, 'announce', ...announcementParts(relay.id, announcement));
}

/** Whether the relay with this ID and key said so. */
export function verifyAnnouncement(
  claimed: ClaimedSignature,
  relay: RelayId,
  announcement: Announcement,
): boolean {
  return verify(claimed, 'announce', ...announcementParts(relay, announcement));
}

function announcementParts(relay: RelayId, { seq, text }: Announcement): Uint8Array[] {
  const seqBytes = new Uint8Array(8);
  new DataView(seqBytes.buffer).setBigUint64(0, seq);
  return [idBytes(relay), seqBytes, utf8FromText(text)];
}
