// The catalogues against the program: each has every text, with the same places, safe to show, and fitting where it stands.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Translation } from '../../src/language/translate.ts';
import { safeText } from '../../src/ui/safe-text.ts';
import { cellWidth } from '../../src/ui/width.ts';
import { phrases } from '../support/phrases.ts';

const languages = readdirSync('languages').map((file) => file.replace(/\.json$/, ''));
const texts = phrases().map(({ text }) => text);

function catalogue(language: string): Record<string, Translation> {
  return JSON.parse(readFileSync(`languages/${language}.json`, 'utf8'));
}

/** One a plural category, or the one that there is. */
function formsOf(translation: Translation): string[] {
  if (typeof translation === 'string') return [translation];
  const { by: _by, ...forms } = translation;
  return Object.values(forms);
}

function placesOf(text: string): string[] {
  return [...new Set(text.match(/\{\d+\}/g) ?? [])].sort();
}

function entries(language: string) {
  return Object.entries(catalogue(language)).flatMap(([text, translation]) =>
    formsOf(translation).map((form) => ({ text, form })),
  );
}

/** What must stand as it is: commands, options, variables, file names, addresses. */
const LITERALS =
  /(?<![\p{L}\d/])(?:--[a-z][a-z-]+|\/[a-z][a-z-]+(?=[\s,;.:)]|$)|LANCHAT_[A-Z_]+)/gu;

it('are there for Hindi, Spanish and Arabic', () => {
  expect(languages).toEqual(expect.arrayContaining(['ar', 'es', 'hi']));
});

describe.each(languages)('%s', (language) => {
  it('has every text of the program, and none that is not there any more', () => {
    const known = Object.keys(catalogue(language));
    expect(texts.filter((text) => !known.includes(text))).toEqual([]);
    expect(known.filter((text) => !texts.includes(text))).toEqual([]);
  });

  it('has the places of each, but for a number that a form says in words', () => {
    const wrong = entries(language).filter(({ text, form }) => {
      const translation = catalogue(language)[text];
      const counted = typeof translation === 'object' ? `{${translation.by}}` : null;
      const wanted = placesOf(text).filter((place) => place !== counted);
      const there = placesOf(form).filter((place) => place !== counted);
      return wanted.join() !== there.join();
    });
    expect(wrong).toEqual([]);
  });

  it('has a form for every category that its language counts by', () => {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    const lacking = Object.entries(catalogue(language)).filter(
      ([, translation]) =>
        typeof translation === 'object' &&
        !pluralCategories.every((category) => translation[category] !== undefined),
    );
    expect(lacking).toEqual([]);
  });

  it('holds nothing that a terminal could take for more than words', () => {
    const unsafe = entries(language).filter(
      ({ form }) => safeText(form, { multiline: true }) !== form,
    );
    expect(unsafe).toEqual([]);
  });

  it('keeps commands, options and variables as they are typed', () => {
    const lost = entries(language).filter(({ text, form }) =>
      (text.match(LITERALS) ?? []).some((literal) => !form.includes(literal)),
    );
    expect(lost).toEqual([]);
  });

  it('keeps the blanks at both ends, and the lines', () => {
    const shape = (text: string) => [
      /^ */.exec(text)?.[0].length,
      / *$/.exec(text)?.[0].length,
      text.split('\n').length,
    ];
    const off = entries(language).filter(({ text, form }) => `${shape(text)}` !== `${shape(form)}`);
    expect(off).toEqual([]);
  });

  it('fits where the English fits: short ones in at most twice the cells and four more', () => {
    const wide = entries(language).filter(
      ({ text, form }) =>
        cellWidth(safeText(text)) <= 24 &&
        cellWidth(safeText(form)) > 2 * cellWidth(safeText(text)) + 4,
    );
    expect(wide).toEqual([]);
  });
});
