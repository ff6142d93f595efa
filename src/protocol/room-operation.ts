// One operation on a private room, as its owner signs it: the bytes, and what each kind does. Checks no signature.
import * as v from 'valibot';
import { ByteReader, ByteWriter, utf8FromText } from './bytes.ts';
import { byteString, decodeCbor, encodeCbor } from './cbor.ts';
import { ProtocolError } from './errors.ts';
import { MAX_OPERATION_BYTES, MAX_ROOM_TITLE_BYTES, MAX_ROOM_TOPIC_BYTES } from './limits.ts';
import { HASH_BYTES, PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from './sizes.ts';

/** People that one operation adds. */
export const MAX_ADDED = 64;
/** Chains of a removed member of which an operation says how far they count. */
export const MAX_ENDS = 8;
/** What is said in a private room can be made to disappear after so long, seconds. */
export const MIN_EXPIRE_SECONDS = 10;
export const MAX_EXPIRE_SECONDS = 90 * 24 * 60 * 60;

/** An operation as it stands in the log (PROTOCOL.md, Private rooms). */
export interface Operation {
  /** From 0, without a hole. */
  readonly n: number;
  /** 32 bytes: the head before it; zero for the first. */
  readonly prev: Uint8Array;
  /** Strict CBOR, as it was signed. */
  readonly fields: Uint8Array;
  /** By the room's pen of then, 64 bytes. */
  readonly signature: Uint8Array;
}

const text = (maxBytes: number) =>
  v.pipe(
    v.string(),
    v.check((value) => value.length <= maxBytes && utf8FromText(value).length <= maxBytes),
  );
const id = byteString(PUBLIC_KEY_BYTES);
/** Public keys, so that the ID needs no card, and the signature under it that the pen is its own. */
const holder = {
  ed: byteString(PUBLIC_KEY_BYTES),
  x: byteString(PUBLIC_KEY_BYTES),
  pen: byteString(PUBLIC_KEY_BYTES),
  by: byteString(SIGNATURE_BYTES),
};
const expireSeconds = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(MIN_EXPIRE_SECONDS),
  v.maxValue(MAX_EXPIRE_SECONDS),
);
/** A chain, and the first index of it that doesn't count any more. */
const chainEnd = v.strictTuple([
  byteString(16),
  v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(0xffff_ffff)),
]);

const change = v.variant('kind', [
  v.object({
    kind: v.literal('create'),
    ...holder,
    title: text(MAX_ROOM_TITLE_BYTES),
    group: v.boolean(),
  }),
  v.object({
    kind: v.literal('add'),
    ids: v.pipe(v.array(id), v.minLength(1), v.maxLength(MAX_ADDED)),
  }),
  v.object({
    kind: v.literal('remove'),
    id,
    /** Of their own will. */
    left: v.boolean(),
    ends: v.pipe(v.array(chainEnd), v.maxLength(MAX_ENDS)),
  }),
  v.object({ kind: v.literal('title'), text: text(MAX_ROOM_TITLE_BYTES) }),
  v.object({ kind: v.literal('topic'), text: text(MAX_ROOM_TOPIC_BYTES) }),
  v.object({ kind: v.literal('grant'), id }),
  v.object({ kind: v.literal('revoke'), id }),
  v.object({ kind: v.literal('read-only'), on: v.boolean() }),
  v.object({ kind: v.literal('timer'), seconds: v.nullable(expireSeconds) }),
  v.object({ kind: v.literal('transfer'), ...holder }),
  v.object({ kind: v.literal('close') }),
]);

/** What an operation does. */
export type Change = v.InferOutput<typeof change>;

/** Throws ProtocolError where a field is out of bounds. */
export function encodeChange(fields: Change): Uint8Array {
  const bytes = encodeCbor(fields);
  decodeChange(bytes);
  return bytes;
}

/** Throws ProtocolError; a kind of a later version is one: what it does is unknown, so all that follows is. */
export function decodeChange(fields: Uint8Array): Change {
  return decodeCbor(change, fields);
}

/** `n u32 ‖ prev32 ‖ lp(fields) ‖ signature64`, at most MAX_OPERATION_BYTES. */
export function encodeOperation({ n, prev, fields, signature }: Operation): Uint8Array {
  return new ByteWriter(128 + fields.length)
    .u32(n)
    .fixed(prev, HASH_BYTES)
    .lp(fields)
    .fixed(signature, SIGNATURE_BYTES)
    .finish();
}

/** Holds copies. Throws ProtocolError. */
export function decodeOperation(bytes: Uint8Array): Operation {
  if (bytes.length > MAX_OPERATION_BYTES) throw new ProtocolError('operation too long');
  const reader = new ByteReader(bytes);
  const n = reader.u32();
  const prev = reader.take(HASH_BYTES).slice();
  const fields = reader.lp(MAX_OPERATION_BYTES).slice();
  const signature = reader.take(SIGNATURE_BYTES).slice();
  reader.end();
  return { n, prev, fields, signature };
}
