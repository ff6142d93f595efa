// Text as names are looked for: whatever its case, its accents and its width. Pure.

// Accents and vowel points that people leave out; marks that make another letter (Devanagari's vowels, kana's voicing) stay.
const OMITTED =
  /(?![\u3099\u309a])(?=\p{M})[\p{Script=Inherited}\p{Script=Arabic}\p{Script=Hebrew}]|[\u200c\u200d]/gu;

const PLAIN_ASCII = /^[ -~]*$/;

/** `Zoë` and `ＺＯＥ` both as `zoe`. */
export function foldForMatch(text: string): string {
  if (PLAIN_ASCII.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(OMITTED, '').toLowerCase().normalize('NFC');
}
