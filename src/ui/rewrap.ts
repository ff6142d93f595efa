// Wraps a text that was changed in one place anew, without measuring again what the change left as it was. Pure.
import { type RowRange, wrapFrom, wrapRanges } from './width.ts';

/** A text and its rows at a width. */
export interface Wrapped {
  readonly text: string;
  readonly cells: number;
  readonly ranges: readonly RowRange[];
}

/** The same rows as `wrapRanges` gives, whatever `was` is. */
export function rewrap(was: Wrapped | null, text: string, cells: number): Wrapped {
  if (was === null || was.cells !== cells) return { text, cells, ranges: wrapRanges(text, cells) };
  if (was.text === text) return was;
  const prefix = commonPrefix(was.text, text);
  const ranges = rowsBefore(was.ranges, prefix);
  const start = ranges.at(-1)?.next ?? 0;
  const unchanged = text.length - commonSuffix(was.text, text, prefix);
  const moved = text.length - was.text.length;
  let old = ranges.length;
  wrapFrom(text, { start, cells }, (row) => {
    while ((was.ranges[old]?.start ?? Number.POSITIVE_INFINITY) < row.start - moved) old += 1;
    // A row that begins where one began, in front of the same text, is that row, and so are all that follow.
    if (row.start >= unchanged && was.ranges[old]?.start === row.start - moved) return false;
    ranges.push(row);
    return true;
  });
  if (isWhole(ranges, text)) return { text, cells, ranges };
  for (const { start: from, end, next } of was.ranges.slice(old)) {
    ranges.push({ start: from + moved, end: end + moved, next: next + moved });
  }
  return { text, cells, ranges };
}

function isWhole(ranges: readonly RowRange[], text: string): boolean {
  return (ranges.at(-1)?.next ?? 0) > text.length;
}

/** Where a row ends depends on the word behind it and what melts into that: the two before the change are made anew. */
function rowsBefore(ranges: readonly RowRange[], prefix: number): RowRange[] {
  let count = ranges.length;
  while (count > 0 && (ranges[count - 1]?.next ?? 0) > prefix) count -= 1;
  return ranges.slice(0, Math.max(0, count - 2));
}

function commonPrefix(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length += 1;
  return length;
}

/** What the prefix has is not counted again. */
function commonSuffix(a: string, b: string, prefix: number): number {
  const most = Math.min(a.length, b.length) - prefix;
  let length = 0;
  while (
    length < most &&
    a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length)
  ) {
    length += 1;
  }
  return length;
}
