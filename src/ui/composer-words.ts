// Where words begin and end in any script, for moving and deleting by words. Pure.

type CharacterTest = (character: string) => boolean;
const isNotSpace: CharacterTest = (character) => !/\s/u.test(character);
const isWordPart: CharacterTest = (character) => /[\p{L}\p{N}\p{M}\u200c\u200d_]/u.test(character);

/** Scripts that write words without blanks between them: there a dictionary knows where one ends. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** So much beside the cursor is looked at; a word is shorter. */
const MAX_WORD_LENGTH = 256;

// Costs milliseconds, so it is built when the first word of such a script is asked for.
let segmenter: Intl.Segmenter | undefined;

/** Where the word before `from` begins. UTF-16 offsets, here and below. */
export function wordLeft(text: string, from: number): number {
  const end = skipLeft(text, from, (character) => !isWordPart(character));
  const start = skipLeft(text, end, isWordPart);
  const near = Math.max(start, end - MAX_WORD_LENGTH);
  return end - (wordsOf(text.slice(near, end)).at(-1)?.length ?? end - start);
}

/** Where the word after `from` ends. */
export function wordRight(text: string, from: number): number {
  const start = skipRight(text, from, (character) => !isWordPart(character));
  const end = skipRight(text, start, isWordPart);
  const near = Math.min(end, start + MAX_WORD_LENGTH);
  return start + (wordsOf(text.slice(start, near)).at(0)?.length ?? end - start);
}

/** Behind the last blank before the word before `from`. */
export function blankLeft(text: string, from: number): number {
  const end = skipLeft(text, from, (character) => !isNotSpace(character));
  return skipLeft(text, end, isNotSpace);
}

/** Of a run of letters; empty where blanks part its words. */
function wordsOf(run: string): readonly string[] {
  if (!UNSPACED.test(run)) return [];
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'word' });
  return Array.from(segmenter.segment(run), ({ segment }) => segment);
}

function skipLeft(text: string, from: number, isPart: CharacterTest): number {
  let at = from;
  while (at > 0 && isPart(characterBefore(text, at))) at -= characterBefore(text, at).length;
  return at;
}

function skipRight(text: string, from: number, isPart: CharacterTest): number {
  let at = from;
  while (at < text.length && isPart(characterAt(text, at))) at += characterAt(text, at).length;
  return at;
}

function characterAt(text: string, offset: number): string {
  return String.fromCodePoint(text.codePointAt(offset) ?? 0);
}

function characterBefore(text: string, offset: number): string {
  const pair = text.codePointAt(offset - 2) ?? 0;
  return pair > 0xffff ? String.fromCodePoint(pair) : text.charAt(offset - 1);
}
