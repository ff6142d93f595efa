// What rows of an earlier run are read with: fields that only rows have, and that a bad one costs itself alone.
import * as v from 'valibot';
import { U64_MAX } from '../protocol/bytes.ts';
import { LanchatError } from '../protocol/errors.ts';

/** A byte string of any length, as a copy. */
export const bytesField = v.pipe(
  v.instance(Uint8Array),
  v.transform((value): Uint8Array => new Uint8Array(value)),
);

/** A u64 as decimal text: CBOR's numbers end at 2^53 here. */
export const u64Field = v.pipe(
  v.string(),
  v.regex(/^\d{1,20}$/),
  v.transform((text) => BigInt(text)),
  v.maxValue(U64_MAX),
);

/** False where the row makes no sense. */
export function isRestored(restore: () => void): boolean {
  try {
    restore();
    return true;
  } catch (error) {
    if (error instanceof LanchatError) return false;
    throw error;
  }
}
