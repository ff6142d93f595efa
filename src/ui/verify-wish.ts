// What stands behind `/verify NAME`, on the screen and in plain lines alike. Pure.
import { comparedNumber, SAFETY_DIGITS } from '../client/compared-number.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { WAYS, type Way } from './verify-how-rows.ts';

export type VerifyWish =
  | { readonly kind: 'ask' }
  | { readonly kind: 'way'; readonly way: Way }
  /** Whether both see the same seven words. */
  | { readonly kind: 'words-answer'; readonly same: boolean }
  | { readonly kind: 'number'; readonly digits: string };

/** Only what can be a number is compared with one: a slip of the fingers raises no alarm. Throws UsageError `bad-number`. */
export function verifyWish(text: string): VerifyWish {
  const word = text.trim().toLowerCase();
  if (word === '') return { kind: 'ask' };
  const way = WAYS.find((one) => one === word);
  if (way !== undefined) return { kind: 'way', way };
  if (word === 'same' || word === 'different') {
    return { kind: 'words-answer', same: word === 'same' };
  }
  const digits = comparedNumber(text);
  if (digits !== null) return { kind: 'number', digits };
  throw new UsageError(
    'bad-number',
    phrase`/verify NAME takes words, digits, qr, the ${SAFETY_DIGITS} digits of their screen, or their scanned code, whole from LANCHAT1: on`,
  );
}
