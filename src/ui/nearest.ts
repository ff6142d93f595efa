// The command a person probably meant. Pure.

/**
 * The candidate that differs from `typed` in the fewest letters, or null where all differ in too many. None of one letter:
 * any slip is near one of those.
 */
export function nearest(typed: string, candidates: readonly string[]): string | null {
  const limit = Math.max(1, Math.floor(typed.length / 2));
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of candidates.filter(({ length }) => length > 1)) {
    const distance = editDistance(typed.slice(0, 32).toLowerCase(), candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      const above = last[j] ?? 0;
      const left = row[j - 1] ?? 0;
      const diagonal = last[j - 1] ?? 0;
      let cost = Math.min(above + 1, left + 1, diagonal + (same ? 0 : 1));
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
