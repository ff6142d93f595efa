// Which of many names somebody means by a few letters, the closest first. Pure.
import { foldForMatch } from './fold.ts';
import { fuzzyScore } from './switcher.ts';

const INSIDE_WORD = /[\p{L}\p{N}]/u;

export interface MatchOptions<T> {
  /** What an item is called, each folded. */
  readonly names: (item: T) => readonly string[];
  /** Whether letters in order are enough where no word of a name begins so. */
  readonly fuzzy: boolean;
  readonly limit: number;
}

/**
 * Items whose name is what was typed, that begin with it, then those that have a word which does, each in the order given; where
 * there are none, those that hold its letters in order.
 */
export function matching<T>(items: readonly T[], typed: string, options: MatchOptions<T>): T[] {
  const { names, fuzzy, limit } = options;
  const wanted = foldForMatch(typed);
  const begin = items.filter((item) => names(item).some((name) => name.startsWith(wanted)));
  const isWhole = (item: T) => names(item).includes(wanted);
  const first = [...begin.filter(isWhole), ...begin.filter((item) => !isWhole(item))];
  if (first.length >= limit) return first.slice(0, limit);
  const taken = new Set(first);
  const second = items.filter(
    (item) => !taken.has(item) && names(item).some((name) => hasWord(name, wanted)),
  );
  if (taken.size + second.length > 0 || !fuzzy) return [...first, ...second].slice(0, limit);
  return closest(items, wanted, options);
}

function hasWord(name: string, wanted: string): boolean {
  let at = name.indexOf(wanted, 1);
  while (at !== -1 && INSIDE_WORD.test(name.charAt(at - 1))) at = name.indexOf(wanted, at + 1);
  return at !== -1;
}

function closest<T>(items: readonly T[], wanted: string, { names, limit }: MatchOptions<T>): T[] {
  const scored: { readonly item: T; readonly score: number }[] = [];
  for (const item of items) {
    const scores = names(item).map((name) => fuzzyScore(name, wanted));
    const best = scores.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
    if (best !== null) scored.push({ item, score: best });
  }
  return scored
    .toSorted((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ item }) => item);
}
