// How many rows each part of the sidebar gets where not all of them fit. Numbers only.

/**
 * Of `rows` rows so many for each as it wants, or as even a share as there is; none that wants something gets nothing
 * while another has two. The sum is at most `rows`.
 */
export function shareOut(wanted: readonly number[], rows: number): readonly number[] {
  const given = wanted.map(() => 0);
  let left = Math.max(0, rows);
  // The least wishes first: what they leave over is the others'.
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  for (const [done, index] of order.entries()) {
    const share = Math.ceil(left / (order.length - done));
    given[index] = Math.min(wanted[index] ?? 0, share);
    left -= given[index] ?? 0;
  }
  return given;
}
