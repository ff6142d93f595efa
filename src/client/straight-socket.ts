// A connection between two people's machines until each has shown who they are; then it carries a file. Knows no address.
import type { TLSSocket } from 'node:tls';
import { phrase } from '../language/translate.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { Frame } from '../protocol/frames.ts';
import { Connection } from './connection.ts';
import { FileCarrier } from './file-carrier.ts';
import { FrameReader } from './frame-reader.ts';
import { TransportError } from './transport-error.ts';

/** From TCP connection to both proofs: neighbours are quick, and strangers have no business here. */
export const PROOF_MS = 3_000;

export interface Proving {
  readonly socket: TLSSocket;
  /** Whether that is a proof of somebody expected; what answers it goes out before this returns. */
  readonly isProof: (signature: Uint8Array) => boolean;
  /** Called once: their frames may follow at once. */
  readonly onProven: (carrier: FileCarrier) => void;
  /** Called once, where it ends before that. */
  readonly onFailed: (reason: TransportError) => void;
}

/** Owns the socket until it is proven; then the carrier does. */
export function awaitProof({ socket, isProof, onProven, onFailed }: Proving): void {
  const proven: { carrier: FileCarrier | null } = { carrier: null };
  const reader = new FrameReader(socket, PROOF_MS, {
    onFrame: (frame) => {
      if (proven.carrier !== null) {
        proven.carrier.received(ofAFile(frame));
        return;
      }
      if (frame.type !== 'prove' || !isProof(frame.signature)) {
        throw new TransportError('login-failed', phrase`login: ${'login-failed'}`);
      }
      reader.proven();
      reader.takesLongFrames();
      proven.carrier = new FileCarrier(new Connection(socket));
      onProven(proven.carrier);
    },
    onEnd: (reason) => {
      if (proven.carrier === null) onFailed(reason);
      else proven.carrier.ended(reason);
    },
  });
}

/** Nobody here speaks for a relay. Throws ProtocolError. */
function ofAFile(frame: Frame): Frame {
  if (frame.type === 'have' || frame.type === 'chunk') return frame;
  throw new ProtocolError(`${frame.type} between two machines`);
}
