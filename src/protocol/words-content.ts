// The content of the three records with which two people come to the words that they compare.
import * as v from 'valibot';
import { byteString, decodeCbor, mapOf } from './cbor.ts';

const NONCE_BYTES = 32;
const commit = byteString(32);

const commitSchema = mapOf({ commit });
const replySchema = mapOf({ commit, nonce: byteString(NONCE_BYTES) });
/** Without a nonce: whoever writes it has ended the comparison. */
const revealSchema = mapOf({ commit, nonce: v.optional(byteString(NONCE_BYTES)) });

/** Names a comparison: what its initiator has committed to. 32 bytes. */
export type WordsCommit = v.InferOutput<typeof commitSchema>;
export type WordsReply = v.InferOutput<typeof replySchema>;
export type WordsReveal = v.InferOutput<typeof revealSchema>;

/** Throws ProtocolError, as the two below. */
export function decodeWordsCommit(bytes: Uint8Array): WordsCommit {
  return decodeCbor(commitSchema, bytes);
}

export function decodeWordsReply(bytes: Uint8Array): WordsReply {
  return decodeCbor(replySchema, bytes);
}

export function decodeWordsReveal(bytes: Uint8Array): WordsReveal {
  return decodeCbor(revealSchema, bytes);
}
