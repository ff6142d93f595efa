// The content of texts, status lines and room keys, as CBOR inside sealed boxes.
import * as v from 'valibot';
import { byteString, decodeCbor, mapOf, sequenceNumber, textOf } from './cbor.ts';
import { fileField } from './file-content.ts';
import { MessageId, PeerId } from './ids.ts';
import {
  CHAIN_MESSAGES,
  MAX_MENTIONS,
  MAX_STATUS_BYTES,
  MAX_TEXT_BYTES,
  MAX_TIMER_SECONDS,
  MIN_TIMER_SECONDS,
} from './limits.ts';

/** A message that a record refers to; who wrote it, and where, is for its reader to check. */
export const messageIdField = v.pipe(
  byteString(MessageId.sizeBytes),
  v.transform(MessageId.fromBytes),
);

/** Whom a text names. */
export const mentionsField = v.pipe(
  v.array(v.pipe(byteString(PeerId.sizeBytes), v.transform(PeerId.fromBytes))),
  v.maxLength(MAX_MENTIONS),
);

/** How long messages stay: seconds. */
export const lifetimeField = v.pipe(
  sequenceNumber,
  v.minValue(MIN_TIMER_SECONDS),
  v.maxValue(MAX_TIMER_SECONDS),
);

/** Content of a text, private or in a room. Keys reserved: `format`. */
const textSchema = mapOf({
  text: textOf(MAX_TEXT_BYTES),
  reply: v.exactOptional(messageIdField),
  /** `action`: what its writer does, after their name; `sticker`: the name of a drawing. */
  kind: v.exactOptional(v.picklist(['action', 'sticker'])),
  mentions: v.exactOptional(mentionsField),
  /** It disappears so long after it was sent or arrived. */
  expires: v.exactOptional(lifetimeField),
  /** With it the text may be empty: what is said of the file. */
  file: v.exactOptional(fileField),
});

/** Content of a status line; empty: it is taken back. Untrusted, cleaned before it is shown. */
const statusSchema = mapOf({ text: textOf(MAX_STATUS_BYTES) });

/** A sender key for one room (PROTOCOL.md, Rooms, Distribution). Keys reserved: `head`. */
const roomKeySchema = mapOf({
  room: byteString(32),
  skid: byteString(16),
  index: v.pipe(sequenceNumber, v.maxValue(CHAIN_MESSAGES)),
  chain: byteString(32),
  sign: byteString(32),
  stream: byteString(8),
  /** The lowest sequence number that may still come on `stream` under this chain. */
  low: sequenceNumber,
  /** A JoinProof as in SUB: `seq u64 ‖ standing u8 ‖ sig64`. */
  join: byteString(73),
});

export type TextContent = v.InferOutput<typeof textSchema>;
export type RoomKeyContent = v.InferOutput<typeof roomKeySchema>;

export function decodeText(bytes: Uint8Array): TextContent {
  return decodeCbor(textSchema, bytes);
}

/** Throws ProtocolError. */
export function decodeStatus(bytes: Uint8Array): { readonly text: string } {
  return decodeCbor(statusSchema, bytes);
}

export function decodeRoomKey(bytes: Uint8Array): RoomKeyContent {
  return decodeCbor(roomKeySchema, bytes);
}
