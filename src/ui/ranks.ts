// Comparing what is sorted by several things at once. Numbers only.

/** For `sort`: by the first field in which they differ, the smaller first. */
export function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
