// What private messages say about private rooms: invitations, welcomes, operations, strikes, the next owner's pen.
import * as v from 'valibot';
import { U64_MAX, utf8FromText } from './bytes.ts';
import { byteString, decodeCbor, mapOf } from './cbor.ts';
import { MAX_OPERATION_BYTES, MAX_OPERATIONS, MAX_ROOM_TITLE_BYTES } from './limits.ts';
import { HASH_BYTES, PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from './sizes.ts';

/** An invitation's own number: its answer names it, so that one is good for one answer. */
export const INVITATION_BYTES = 16;

const room = byteString(32);
const id = byteString(PUBLIC_KEY_BYTES);
const invitation = byteString(INVITATION_BYTES);
const operationNumber = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(0),
  v.maxValue(MAX_OPERATIONS),
);
const operations = v.pipe(
  v.array(
    v.pipe(
      v.custom<Uint8Array>(
        (value) => value instanceof Uint8Array && value.length <= MAX_OPERATION_BYTES,
      ),
      v.transform((bytes): Uint8Array => new Uint8Array(bytes)),
    ),
  ),
  v.maxLength(1_024),
);

const invitationSchema = mapOf({
  room,
  invitation,
  title: v.pipe(
    v.string(),
    v.check((text) => utf8FromText(text).length <= MAX_ROOM_TITLE_BYTES),
  ),
});
const answerSchema = mapOf({ room, invitation, accept: v.boolean() });
/** `from`: where the newcomer reads on in the log of a relay, ID and number as decimal text; null: from its beginning. */
const welcomeSchema = mapOf({
  room,
  secret: byteString(32),
  from: v.nullable(
    v.strictTuple([
      byteString(32),
      v.pipe(
        v.string(),
        v.regex(/^\d{1,20}$/),
        v.check((text) => BigInt(text) <= U64_MAX),
      ),
    ]),
  ),
  /** The first of `n`: those that don't fit follow. */
  ops: operations,
  n: operationNumber,
});
const operationsSchema = mapOf({ room, ops: operations });
/** With its maker's keys and signature, so that it can be handed on to an owner whom its maker doesn't know of yet. */
const strikeSchema = mapOf({
  room,
  n: operationNumber,
  head: byteString(HASH_BYTES),
  id,
  ed: byteString(PUBLIC_KEY_BYTES),
  x: byteString(PUBLIC_KEY_BYTES),
  signature: byteString(SIGNATURE_BYTES),
});
/** Without a pen it asks for one. */
const transferSchema = mapOf({
  room,
  pen: v.optional(byteString(PUBLIC_KEY_BYTES)),
  by: v.optional(byteString(SIGNATURE_BYTES)),
});
/** The operations from this number on are missing. */
const wantLogSchema = mapOf({ room, n: operationNumber });

/** Each throws ProtocolError. */
export const decodeInvitation = (bytes: Uint8Array) => decodeCbor(invitationSchema, bytes);
export const decodeInvitationAnswer = (bytes: Uint8Array) => decodeCbor(answerSchema, bytes);
export const decodeWelcome = (bytes: Uint8Array) => decodeCbor(welcomeSchema, bytes);
export const decodeOperations = (bytes: Uint8Array) => decodeCbor(operationsSchema, bytes);
export const decodeStrike = (bytes: Uint8Array) => decodeCbor(strikeSchema, bytes);
export const decodeTransfer = (bytes: Uint8Array) => decodeCbor(transferSchema, bytes);
export const decodeWantLog = (bytes: Uint8Array) => decodeCbor(wantLogSchema, bytes);
