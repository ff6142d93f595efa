// The signatures by which two people know each other on a connection between their machines (PROTOCOL.md, Files).
import { idBytes, type MeetingId, type PeerId } from '../protocol/ids.ts';
import type { Identity, PeerKeys } from './identity.ts';
import { sign, verify } from './transcript.ts';

/** Who speaks: `file-ask`, whoever wants the file; `file-answer`, whoever sends it. */
export type ProofLabel = 'file-ask' | 'file-answer';

/** What a proof is bound to: worthless on another connection, at another meeting, before another person. */
export interface ProofClaim {
  /** 32 bytes exported from this TLS connection: a man in the middle has another on each side. */
  readonly exporter: Uint8Array;
  readonly meeting: MeetingId;
  /** Whom it is for. */
  readonly to: PeerId;
}

/** `SIGN(id, label; E, meeting, ID of whom it is for)`. */
export function signProof(me: Identity, label: ProofLabel, claim: ProofClaim): Uint8Array {
  return sign(me.signSecret, label, ...proofParts(claim));
}

/** A signature that somebody is said to have made. */
export interface ClaimedProof {
  readonly by: Pick<PeerKeys, 'ed25519'>;
  readonly signature: Uint8Array;
}

/** Whether `by` made it, on this connection, at this meeting, for `claim.to`. */
export function verifyProof(
  { by, signature }: ClaimedProof,
  label: ProofLabel,
  claim: ProofClaim,
): boolean {
  return verify({ publicKey: by.ed25519, signature }, label, ...proofParts(claim));
}

function proofParts({ exporter, meeting, to }: ProofClaim): Uint8Array[] {
  return [exporter, idBytes(meeting), idBytes(to)];
}
