// Numbers from samples. Knows nothing of what was measured.

/** The value that `share` (0 to 1) of the samples don't exceed. Throws RangeError where there are none. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('no samples');
  return value;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/**
 * The middle of the ratios of samples that were taken one after the other: what disturbed the machine in one
 * round disturbed both. Throws RangeError where there are none.
 */
export function pairedRatio(figures: readonly number[], floors: readonly number[]): number {
  return median(figures.map((figure, round) => figure / (floors[round] ?? Number.NaN)));
}
