// What a person types of somebody else's screen to compare keys: their number, or the text of their code. Asks nobody.
import { parseVerificationQr } from '../crypto/verification-qr.ts';

export const SAFETY_DIGITS = 60;

/** A number as people type it, or what a scan of their QR gave: a terminal may have broken either. Null: it is neither. */
export function comparedNumber(text: string): string | null {
  const number = text.replace(/[\s-]/g, '');
  const isNumber = /^\d+$/.test(number) && number.length === SAFETY_DIGITS;
  return isNumber || parseVerificationQr(number) !== null ? number : null;
}
