// The content of records that tell what somebody has read: of a private conversation, and, asked, of a room.
import type * as v from 'valibot';
import { byteString, decodeCbor, mapOf, sequenceNumber } from './cbor.ts';

const stream = byteString(8);

const readSchema = mapOf({ stream, upTo: sequenceNumber });
const whoReadSchema = mapOf({ room: byteString(32), stream, seq: sequenceNumber });

/** Everything of the reader's `stream` up to `upTo` has been read. */
export type ReadContent = v.InferOutput<typeof readSchema>;
/** A message in a room, of whoever asks about it. */
export type WhoReadContent = v.InferOutput<typeof whoReadSchema>;

/** Throws ProtocolError. */
export function decodeRead(bytes: Uint8Array): ReadContent {
  return decodeCbor(readSchema, bytes);
}

/** Of the question and of its answer. Throws ProtocolError. */
export function decodeWhoRead(bytes: Uint8Array): WhoReadContent {
  return decodeCbor(whoReadSchema, bytes);
}
