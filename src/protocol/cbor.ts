// Strict CBOR inside sealed boxes: decoding of hostile bytes against a schema, and the fields that schemas share.
import { decode, encode, Tokenizer } from 'cborg';
import * as v from 'valibot';
import { textFromUtf8, utf8FromText } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { MAX_CBOR_DEPTH } from './limits.ts';

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
