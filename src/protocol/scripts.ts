// The scripts a name may be written in, and which of their letters look alike. Tables; knows no name's rules.

const EUROPEAN_MARKS = '\\u0300-\\u0333\\u0342\\u0345';

/**
 * Scripts whose letters people know without their marks, by their letters in NFD: only those that
 * languages of today are written with, since the rest are mostly look-alikes.
 */
const ALPHABETS = [
  `a-zßæðøþđħıĸłŋœŧƒɓɔɖɗǝəɛɣɩɨƙɲƥƭʋʊƴʒ${EUROPEAN_MARKS}`,
  `α-ω${EUROPEAN_MARKS}`,
  `\\u0430-\\u045f\\u0491-\\u04ff${EUROPEAN_MARKS}`,
  '\\u0561-\\u0586',
  '\\u10d0-\\u10f0',
  '\\u05d0-\\u05ea\\u05b0-\\u05bc\\u05c1\\u05c2\\u05c7',
  '\\u0621-\\u063a\\u0641-\\u0655\\u0661-\\u0669\\u0670-\\u06d3\\u06d5\\u06f1-\\u06f9',
];

/** Scripts whose marks are part of how a word is spelled, in NFC; those written together are one. */
const OTHERS = [
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー',
  '\\p{Script=Han}\\uac00-\\ud7a3',
  ...['Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil', 'Telugu', 'Kannada'],
  ...['Malayalam', 'Sinhala', 'Thai', 'Lao', 'Khmer', 'Myanmar', 'Ethiopic', 'Tibetan'],
  'Mongolian',
].map((script) => (/^[A-Z]/.test(script) ? `\\p{Script=${script}}` : script));

const asPattern = (letters: string) => new RegExp(`^[0-9_.'${letters}-]*$`, 'iu');
/** Made when a name is first judged: a start doesn't wait for them. */
let patterns: { readonly alphabets: RegExp[]; readonly others: RegExp[] } | undefined;

// Greek capitals are Latin capitals to the eye, and nothing like the small letters they fold to.
const LATIN_IN_GREEK = /^(?=.*[Α-Ω])[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ0-9_.'-]+$/u;
// In nine Indic blocks, laid out alike: a vowel letter with a vowel sign looks like another letter.
const INDIC_BLOCKS = [0x900, 0x980, 0xa00, 0xa80, 0xb00, 0xb80, 0xc00, 0xc80, 0xd00];
const SPELLED_WRONG = new RegExp(
  `[${rangesOf(0x05, 0x14)}][${rangesOf(0x3e, 0x4c)}${rangesOf(0x55, 0x57)}]`,
  'u',
);

function rangesOf(first: number, last: number): string {
  const at = (code: number) => String.fromCodePoint(code);
  return INDIC_BLOCKS.map((block) => `${at(block + first)}-${at(block + last)}`).join('');
}

/** Whether all letters of `text` (NFKC) are of one script of those above, and not of one in disguise. */
export function isOneScript(text: string): boolean {
  const letters = text.normalize('NFD');
  if (LATIN_IN_GREEK.test(letters.replace(/\p{M}/gu, '')) || SPELLED_WRONG.test(text)) return false;
  patterns ??= { alphabets: ALPHABETS.map(asPattern), others: OTHERS.map(asPattern) };
  return (
    patterns.alphabets.some((pattern) => pattern.test(letters)) ||
    patterns.others.some((pattern) => pattern.test(text))
  );
}

/** After each letter (or two): what passes for it in a terminal's font, in NFD and lower case. */
const LOOK_ALIKES = {
  a: 'аαɑ',
  b: 'вьъҍβßɓ',
  c: 'сҫ',
  d: 'ԁđðɖɗ',
  e: 'еҽҿєεɛ',
  f: 'ƒ',
  g: 'ɡցգ',
  h: 'һнћђңҥӈӊħհ',
  j: 'јյ',
  k: 'кқҝҟҡӄκĸƙ',
  // With i, I, 1 and l, which many fonts don't tell apart.
  l: 'i1|ıɩɨłіӏιլוןا١۱',
  m: 'мӎ',
  n: 'пηŋɲոռ',
  o: '0оөοσςøօסםهہھەةዐဝഠଠ٥०০੦૦୦௦౦೦൦๐໐၀០',
  p: 'рҏρþƥ',
  q: 'ԛզ',
  r: 'гґғӷ',
  s: 'ѕ',
  t: 'тҭτŧƭ',
  u: 'υμʊսሀ',
  v: 'νѵʋ',
  w: 'ωԝѡա',
  x: 'хҳӽӿχ',
  y: 'уүұγɣƴ',
  '3': 'зҙӡʒ',
  '6': 'б',
  ae: 'æӕ',
  oe: 'œ',
  ə: 'ǝә',
  ч: 'ҷҹӌ',
  ж: 'җ',
  ш: 'щ',
  ي: 'ىی',
  '٢': '۲',
  '٣': '۳',
  '٧': '۷',
  '٨': '۸',
  '٩': '۹',
  ك: 'ک',
  // Kana and the Han characters that look like them; a long vowel is judged by where it stands.
  へ: 'ヘ',
  り: 'リ',
  二: 'ニ',
  八: 'ハ',
  力: 'カ',
  口: 'ロ',
  工: 'エ',
  夕: 'タ',
  卜: 'ト',
  才: 'オ',
  千: 'チ',
  丿: 'ノ',
  三: 'ミ',
  // Mongolian writes each of these pairs with one form.
  ᠣ: 'ᠤ',
  ᠥ: 'ᠦ',
  ᠲ: 'ᠳ',
};
const LOOKS = new Map(
  Object.entries(LOOK_ALIKES).flatMap(([look, letters]) => [...letters].map((l) => [l, look])),
);

/** Marks that people overlook, unlike the vowel signs of India and the dots of kana. */
const OVERLOOKED =
  /[\p{Default_Ignorable_Code_Point}\p{Me}\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\ufe20-\ufe2f]/gu;
const LONG_VOWEL = /(?<=[\p{Script=Hiragana}\p{Script=Katakana}\u3099\u309a])[ー一-]+/gu;

/** `text` with each letter as a person sees it: what looks alike becomes the same. */
export function lookOf(text: string): string {
  const letters = text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(OVERLOOKED, '')
    .replace(LONG_VOWEL, 'ー')
    // Marks above and below a letter show no order.
    .replace(/\p{M}{2,}/gu, (marks) => [...marks].sort().join(''))
    .replace(/เเ/g, 'แ')
    .replace(/ເເ/g, 'ແ');
  return Array.from(letters, (letter) => LOOKS.get(letter) ?? letter).join('');
}
