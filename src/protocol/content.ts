// CBOR inside sealed boxes: strict decoding of hostile bytes, and the schema of each content type.
import { decode, encode, Tokenizer } from 'cborg';
import * as v from 'valibot';
import { textFromUtf8, utf8FromText } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { MessageId, PeerId } from './ids.ts';
import {
  CHAIN_MESSAGES,
  MAX_CBOR_DEPTH,
  MAX_MENTIONS,
  MAX_STATUS_BYTES,
  MAX_TEXT_BYTES,
  MAX_TIMER_SECONDS,
  MIN_TIMER_SECONDS,
} from './limits.ts';

const DECODE_OPTIONS = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
  retainStringBytes: true,
} as const;

/**
 * Refuses nesting deeper than any schema of ours before the decoder recurses into it, and text that is
 * not UTF-8, which the decoder would mend silently.
 */
class BoundedTokenizer extends Tokenizer {
  /** Items still to come in each open array or map. */
  readonly #open: number[] = [];

  override next() {
    const token = super.next();
    if (token.byteValue !== undefined) textFromUtf8(token.byteValue);
    const inner = this.#open.length - 1;
    const left = this.#open[inner];
    if (left !== undefined) this.#open[inner] = left - 1;
    if (token.type.name === 'array') this.#open.push(Number(token.value));
    if (token.type.name === 'map') this.#open.push(2 * Number(token.value));
    if (this.#open.length > MAX_CBOR_DEPTH) throw new ProtocolError('nested too deeply');
    while (this.#open.at(-1) === 0) this.#open.pop();
    return token;
  }
}

/** A byte string of exactly `length` bytes, as a copy: the decoder's is a Buffer, whose `slice` is a view. */
export const byteString = (length: number) =>
  v.pipe(
    v.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === length),
    v.transform((bytes): Uint8Array => new Uint8Array(bytes)),
  );

/** A map with these keys, others ignored. Lists and byte strings are objects to valibot, and none here. */
export const mapOf = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(v.custom<Record<string, unknown>>(isMap), v.object(entries));

function isMap(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value)
  );
}

/** A sequence number: an integer from 0 that a JavaScript number holds exactly. */
export const sequenceNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** A text of so many bytes of UTF-8 at most; untrusted, cleaned before it is shown. */
export const textOf = (maxBytes: number) =>
  v.pipe(
    v.string(),
    v.check((text) => text.length <= maxBytes && utf8FromText(text).length <= maxBytes),
  );

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

/**
 * Reads one strict CBOR item: no indefinite lengths, minimal integers, no duplicate keys, no trailing
 * bytes, bounded depth; unknown keys are ignored. Throws ProtocolError.
 */
export function decodeCbor<T>(schema: v.GenericSchema<unknown, T>, bytes: Uint8Array): T {
  let value: unknown;
  try {
    const tokenizer = new BoundedTokenizer(bytes, DECODE_OPTIONS);
    value = decode(bytes, { ...DECODE_OPTIONS, tokenizer });
  } catch (cause) {
    throw new ProtocolError('content is not strict CBOR', { cause });
  }
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) throw new ProtocolError('content does not fit its type');
  return parsed.output;
}

export function encodeCbor(value: unknown): Uint8Array {
  return encode(value);
}

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
