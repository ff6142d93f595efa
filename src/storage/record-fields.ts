// The fields that records are made of: how each stands in JSON and what it is in memory.
import * as v from 'valibot';
import { phrase } from '../language/translate.ts';
import { bytesFromHex, U64_MAX, utf8FromText } from '../protocol/bytes.ts';

/** Exactly `sizeBytes` bytes, as lowercase hex. */
export function bytesField(sizeBytes: number): v.GenericSchema<unknown, Uint8Array> {
  const pattern = new RegExp(`^[0-9a-f]{${2 * sizeBytes}}$`);
  return v.pipe(v.string(), v.regex(pattern), v.transform(bytesFromHex));
}

/** A branded id of protocol/ids.ts. */
export function idField<T extends string>(kind: {
  parse(text: string): T | null;
}): v.GenericSchema<unknown, T> {
  return v.pipe(
    v.string(),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      const id = kind.parse(dataset.value);
      if (id !== null) return id;
      addIssue({ message: phrase`not an id` });
      return NEVER;
    }),
  );
}

/** A u64 as decimal digits: a JSON number would round it. */
export const u64Field: v.GenericSchema<unknown, bigint> = v.pipe(
  v.string(),
  v.regex(/^(?:0|[1-9][0-9]{0,19})$/),
  v.transform((digits) => BigInt(digits)),
  v.maxValue(U64_MAX),
);

/** Milliseconds since 1970, for people to read: nothing is decided by it. */
export const timeMsField = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Text of at most `maxBytes` bytes of UTF-8; cleaned where it is shown, not here. */
export function textField(maxBytes: number): v.GenericSchema<unknown, string> {
  return v.pipe(
    v.string(),
    v.check((text) => utf8FromText(text).length <= maxBytes),
  );
}
