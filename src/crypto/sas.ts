// The short string that two people compare aloud: seven words, bound to both identities and one attempt.
import { idBytes, type PeerId } from '../protocol/ids.ts';
import { SAS_WORDS } from './sas-words.ts';
import { hash } from './transcript.ts';

/** Of each side's random contribution, and of the commitment to the first one's. */
export const SAS_BYTES = 32;
/** 56 bits: a man in the middle has one try, and must hit them all. */
const WORDS = 7;

/** Who asked, and who agreed. */
export interface SasPair {
  readonly initiator: PeerId;
  readonly responder: PeerId;
}

/** What both sides know once the initiator has shown what it committed to. 32 bytes each. */
export interface SasExchange extends SasPair {
  readonly initiatorNonce: Uint8Array;
  readonly responderNonce: Uint8Array;
  readonly commitment: Uint8Array;
}

export interface Sas {
  readonly words: readonly string[];
  /** The same as numbers, a group of three digits a word: for people who share no language with the list. */
  readonly digits: string;
}

/** `c = H("sas-c"; rA, ID_A, ID_B)`, 32 bytes. `nonce`: 32 bytes (PROTOCOL.md, Verification). */
export function sasCommitment({ initiator, responder }: SasPair, nonce: Uint8Array): Uint8Array {
  return hash('sas-c', nonce, idBytes(initiator), idBytes(responder));
}

/** The first 7 bytes of `H("sas"; ID_A, ID_B, rA, rB, c)`, a word for each. */
export function sasOf(exchange: SasExchange): Sas {
  const { initiator, responder, initiatorNonce, responderNonce, commitment } = exchange;
  const ids = [idBytes(initiator), idBytes(responder)];
  const digest = hash('sas', ...ids, initiatorNonce, responderNonce, commitment);
  const numbers = [...digest.subarray(0, WORDS)];
  return {
    words: numbers.map((number) => SAS_WORDS[number] ?? ''),
    digits: numbers.map((number) => String(number).padStart(3, '0')).join(' '),
  };
}
