// The program's own words in the language of who reads them. The English text in the code is the key; `languages/` holds
// one catalogue a language. Chosen once, when the program starts.
import { readFileSync } from 'node:fs';

/** A text with its places `{0}`, `{1}` …, or one a plural category of the number at place `by` (CLDR; `other` always). */
export type Translation =
  | string
  | ({ readonly by: number; readonly other: string } & Partial<Record<PluralCategory, string>>);
type PluralCategory = Exclude<Intl.LDMLPluralRule, 'other'>;

export interface Catalogue {
  /** BCP 47: whose plural rules count. */
  readonly language: string;
  readonly messages: Readonly<Record<string, Translation>>;
}

type Part = string | number;

/** English is in the code. */
let catalogue: Catalogue | null = readCatalogue(languageOf(process.env));
let rules: Intl.PluralRules | null = null;
/** By the template in the code, which is one object each. */
let found = new WeakMap<TemplateStringsArray, Translation | null>();

/** Our own words around parts, in the language of who reads them: `` phrase`no room is called ${name}` ``. */
export function phrase(literals: TemplateStringsArray, ...parts: readonly Part[]): string {
  if (catalogue === null) return String.raw({ raw: literals }, ...parts);
  let translation = found.get(literals);
  if (translation === undefined) {
    translation = catalogue.messages[keyOf(literals)] ?? null;
    found.set(literals, translation);
  }
  if (translation === null) return String.raw({ raw: literals }, ...parts);
  return fill(translation, parts);
}

/** How a template stands in a catalogue: `{0} joined`. */
export function keyOf(literals: readonly string[]): string {
  return literals
    .map((literal, index) => (index === 0 ? literal : `{${index - 1}}${literal}`))
    .join('');
}

/** What is meant by an environment, as POSIX ranks its variables: `hi_IN.UTF-8` is `hi`. Null: none that could be a language. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): string | null {
  const locale = [env.LANCHAT_LANGUAGE, env.LC_ALL, env.LC_MESSAGES, env.LANG].find(Boolean);
  return /^([a-z]{2,3})(?:[_.@-]|$)/.exec(locale ?? '')?.[1] ?? null;
}

/** BCP 47: what is spoken now. */
export function currentLanguage(): string {
  return catalogue?.language ?? 'en';
}

/** Another language from now on; null: English. What was said before stays as it is. */
export function setCatalogue(next: Catalogue | null): void {
  catalogue = next;
  rules = null;
  found = new WeakMap();
}

/** Null where there is none, or it can't be read: English is better than no program. */
export function readCatalogue(language: string | null): Catalogue | null {
  if (language === null || language === 'en') return null;
  try {
    // As far above the bundle's parts as above this folder.
    const file = new URL(`../../languages/${language}.json`, import.meta.url);
    return { language, messages: JSON.parse(readFileSync(file, 'utf8')) };
  } catch {
    return null;
  }
}

function fill(translation: Translation, parts: readonly Part[]): string {
  const text = typeof translation === 'string' ? translation : pluralOf(translation, parts);
  return text.replace(/\{(\d+)\}/g, (_, place: string) => `${parts[Number(place)] ?? ''}`);
}

function pluralOf(translation: Exclude<Translation, string>, parts: readonly Part[]): string {
  rules ??= new Intl.PluralRules(catalogue?.language);
  const category = rules.select(Number(parts[translation.by]));
  return translation[category] ?? translation.other;
}
