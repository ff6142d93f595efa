// Which lines of which items a screen of rows shows; costs the rows shown, not the items there are.

/** The items, oldest first, measured at the current width. */
export type ViewportSource<Key> = {
  readonly length: number;
  keyAt(index: number): Key;
  /** −1 if there is no such item (any more). */
  indexOf(key: Key): number;
  /** Lines that the item takes; 0 hides it. */
  heightAt(index: number): number;
};

/**
 * What stays put while items arrive, change height or the screen is resized: the newest line, or a
 * line of an item in a row of the screen, its first one unless `row` says otherwise.
 */
export type ViewportAnchor<Key> =
  | { readonly kind: 'bottom' }
  | { readonly kind: 'line'; readonly key: Key; readonly line: number; readonly row?: number };

/** Lines `from` (included) to `to` (excluded) of one item. */
export type ViewportSpan<Key> = {
  readonly index: number;
  readonly key: Key;
  readonly from: number;
  readonly to: number;
};

export type ViewportSlice<Key> = {
  /** Top to bottom; their lines together are at most `rows`. */
  readonly spans: readonly ViewportSpan<Key>[];
  /** Rows above the spans that nothing fills: everything fits, or it did and something has arrived since. */
  readonly blankRows: number;
  readonly atTop: boolean;
  readonly atBottom: boolean;
  /** Items of which nothing is shown because they are newer. */
  readonly itemsBelow: number;
};

export const BOTTOM_ANCHOR = { kind: 'bottom' } as const;

/** A place between lines: before line `line` of item `index`. The end is `{ index: length, line: 0 }`. */
type Position = { readonly index: number; readonly line: number };

/** The lines to show in `rows` rows. Never leaves rows empty while there are older lines. */
export function visibleSlice<Key>(
  source: ViewportSource<Key>,
  anchor: ViewportAnchor<Key>,
  rows: number,
): ViewportSlice<Key> {
  const top = topPosition(source, anchor, rows);
  const spans: ViewportSpan<Key>[] = [];
  let left = rows - top.blank;
  let { index, line: from } = top;
  let atBottom = true;
  for (; index < source.length; index += 1, from = 0) {
    const height = source.heightAt(index);
    if (height > from && left === 0) {
      atBottom = false;
      break;
    }
    const to = Math.min(height, from + left);
    if (to > from) spans.push({ index, key: source.keyAt(index), from, to });
    left -= Math.max(0, to - from);
    if (to < height) {
      atBottom = false;
      index += 1;
      break;
    }
  }
  const atTop = back(source, top, 1).moved === 0;
  const blankRows = top.blank + left;
  return { spans, blankRows, atTop, atBottom, itemsBelow: source.length - index };
}

/**
 * The anchor with the row in which its line stands now, for the next screen to keep it there. Also the line where
 * its item has fewer lines than it had.
 */
export function anchorShown<Key>(
  source: ViewportSource<Key>,
  anchor: ViewportAnchor<Key>,
  { spans, blankRows }: Pick<ViewportSlice<Key>, 'spans' | 'blankRows'>,
): ViewportAnchor<Key> {
  const index = anchor.kind === 'line' ? source.indexOf(anchor.key) : -1;
  if (anchor.kind === 'bottom' || index < 0) return anchor;
  const line = lineWithin(source, index, anchor.line);
  let row = blankRows;
  for (const span of spans) {
    if (span.index === index) {
      const now = row + line - span.from;
      return now === (anchor.row ?? 0) ? anchor : { ...anchor, row: Math.max(0, now) };
    }
    row += span.to - span.from;
  }
  return anchor;
}

/**
 * The anchor after scrolling by `lines` (negative: towards older) on a screen of `rows` rows. Reaching
 * the newest line sticks to it again, unless `stays`: there, more is about to follow. A page is `rows`
 * lines.
 */
export function scrollBy<Key>(
  source: ViewportSource<Key>,
  anchor: ViewportAnchor<Key>,
  move: { readonly lines: number; readonly rows: number; readonly stays?: boolean },
): ViewportAnchor<Key> {
  const { lines, rows, stays = false } = move;
  const top = topPosition(source, anchor, rows);
  let { position } = lines < 0 ? back(source, top, -lines) : forward(source, top, lines);
  const reachesEnd = forward(source, position, rows + 1).moved <= rows;
  if (reachesEnd && !stays) return BOTTOM_ANCHOR;
  if (reachesEnd) position = back(source, { index: source.length, line: 0 }, rows).position;
  return { kind: 'line', key: source.keyAt(position.index), line: position.line };
}

/** The anchor that shows an item from its first line, for a jump to a search result or a mention. */
export function anchorTo<Key>(key: Key): ViewportAnchor<Key> {
  return { kind: 'line', key, line: 0 };
}

/**
 * The anchor so many lines further up. Counted from the line that it names, also where the screen begins
 * above that because little follows it.
 */
export function anchorAbove<Key>(
  source: ViewportSource<Key>,
  anchor: ViewportAnchor<Key>,
  lines: number,
): ViewportAnchor<Key> {
  const index = anchor.kind === 'line' ? source.indexOf(anchor.key) : -1;
  if (anchor.kind === 'bottom' || index < 0) return anchor;
  const { position } = back(source, { index, line: anchor.line }, lines);
  return { kind: 'line', key: source.keyAt(position.index), line: position.line };
}

/** The first line on the screen, and the rows above it that nothing fills. */
type Top = Position & { readonly blank: number };

// The top line wanted by the anchor, moved up where otherwise rows would stay empty at the bottom.
function topPosition<Key>(
  source: ViewportSource<Key>,
  anchor: ViewportAnchor<Key>,
  rows: number,
): Top {
  const end = { index: source.length, line: 0 };
  const index = anchor.kind === 'line' ? source.indexOf(anchor.key) : -1;
  if (anchor.kind === 'bottom' || index < 0) {
    return { ...back(source, end, rows).position, blank: 0 };
  }
  const line = lineWithin(source, index, anchor.line);
  const row = Math.min(anchor.row ?? 0, rows - 1);
  const above = back(source, { index, line }, row);
  const blank = row - above.moved;
  const { moved } = forward(source, above.position, rows - blank);
  if (moved < rows - blank) return { ...back(source, end, rows).position, blank: 0 };
  return { ...above.position, blank };
}

/** At another width an item may have fewer lines than it had. */
function lineWithin<Key>(source: ViewportSource<Key>, index: number, line: number): number {
  return Math.max(0, Math.min(line, source.heightAt(index) - 1));
}

type Walk = { readonly position: Position; readonly moved: number };

function back<Key>(source: ViewportSource<Key>, from: Position, lines: number): Walk {
  let { index, line } = from;
  let left = lines;
  while (left > line && index > 0) {
    left -= line;
    index -= 1;
    line = source.heightAt(index);
  }
  const step = Math.min(left, line);
  return { position: { index, line: line - step }, moved: lines - left + step };
}

function forward<Key>(source: ViewportSource<Key>, from: Position, lines: number): Walk {
  let { index, line } = from;
  let left = lines;
  while (index < source.length) {
    const height = source.heightAt(index);
    if (line + left < height) return { position: { index, line: line + left }, moved: lines };
    left -= Math.max(0, height - line);
    index += 1;
    line = 0;
  }
  return { position: { index, line }, moved: lines - left };
}

/**
 * Remembers the lines of each item at the width last asked for. Items are immutable objects (a
 * changed message is another object), so nothing needs to be invalidated, and a dropped item drops
 * its lines.
 */
export function lineCache<Item extends object, Line>(
  layout: (item: Item, cells: number) => readonly Line[],
): (item: Item, cells: number) => readonly Line[] {
  const known = new WeakMap<Item, { readonly cells: number; readonly lines: readonly Line[] }>();
  return (item, cells) => {
    const entry = known.get(item);
    if (entry?.cells === cells) return entry.lines;
    const lines = layout(item, cells);
    known.set(item, { cells, lines });
    return lines;
  };
}
