// Looks for texts among captured bytes, in the forms in which they could have leaked. Pure.

/** Too long to stand among random bytes by chance. */
const PIECE_BYTES = 8;
/** Every leak of PIECE_BYTES + STEP_BYTES - 1 bytes in a row is found, wherever in the text it begins. */
const STEP_BYTES = 4;

/** The first of `texts` of which `haystack` holds a piece, in any form looked for; null where none. */
export function findPlaintext(haystack: Uint8Array, texts: readonly string[]): string | null {
  const bytes = Buffer.from(haystack.buffer, haystack.byteOffset, haystack.byteLength);
  return texts.find((text) => formsOf(text).some((form) => holdsPieceOf(bytes, form))) ?? null;
}

/** UTF-8, UTF-16 both ways, hex both cases, and base64 in each of the three ways it can fall. */
function formsOf(text: string): Buffer[] {
  const utf8 = Buffer.from(text);
  const utf16 = Buffer.from(text, 'utf16le');
  const hex = utf8.toString('hex');
  const forms = [utf8, utf16, Buffer.from(utf16).swap16()];
  forms.push(Buffer.from(hex), Buffer.from(hex.toUpperCase()));
  for (const skipped of [0, 1, 2]) {
    const whole = Math.floor((utf8.length - skipped) / 3) * 3;
    const aligned = utf8.subarray(skipped, skipped + Math.max(0, whole));
    forms.push(Buffer.from(aligned.toString('base64')));
  }
  return forms;
}

function holdsPieceOf(haystack: Buffer, form: Buffer): boolean {
  for (let start = 0; start + PIECE_BYTES <= form.length; start += STEP_BYTES) {
    if (haystack.includes(form.subarray(start, start + PIECE_BYTES))) return true;
  }
  return false;
}
