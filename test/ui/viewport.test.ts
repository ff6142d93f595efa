import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anchorAbove,
  anchorShown,
  anchorTo,
  BOTTOM_ANCHOR,
  lineCache,
  scrollBy,
  type ViewportAnchor,
  type ViewportSource,
  visibleSlice,
} from '../../src/ui/viewport.ts';

type Item = { readonly key: string; readonly height: number };

function sourceOf(items: readonly Item[]): ViewportSource<string> & { measured: number } {
  const source = {
    measured: 0,
    length: items.length,
    keyAt: (index: number) => items[index]?.key ?? '',
    indexOf: (key: string) => items.findIndex((item) => item.key === key),
    heightAt: (index: number) => {
      source.measured += 1;
      return items[index]?.height ?? 0;
    },
  };
  return source;
}

function list(...heights: number[]): Item[] {
  return heights.map((height, index) => ({ key: `m${index}`, height }));
}

/** The lines shown, as `m3.0`. */
function lines(items: readonly Item[], anchor: ViewportAnchor<string>, rows: number): string[] {
  return visibleSlice(sourceOf(items), anchor, rows).spans.flatMap(({ key, from, to }) =>
    Array.from({ length: to - from }, (_, line) => `${key}.${from + line}`),
  );
}

function allLines(items: readonly Item[]): string[] {
  return items.flatMap(({ key, height }) =>
    Array.from({ length: height }, (_, line) => `${key}.${line}`),
  );
}

describe('visibleSlice', () => {
  it('shows the newest lines, cutting the oldest item', () => {
    expect(lines(list(2, 3, 1), BOTTOM_ANCHOR, 3)).toEqual(['m1.1', 'm1.2', 'm2.0']);
  });

  it('says what is left over when everything fits', () => {
    expect(visibleSlice(sourceOf(list(1, 1)), BOTTOM_ANCHOR, 5)).toMatchObject({
      blankRows: 3,
      atTop: true,
      atBottom: true,
      itemsBelow: 0,
    });
    expect(visibleSlice(sourceOf([]), BOTTOM_ANCHOR, 5)).toMatchObject({ spans: [], blankRows: 5 });
  });

  it('shows an anchored line at the top and counts the items below', () => {
    const slice = visibleSlice(
      sourceOf(list(1, 4, 1, 1, 1)),
      { kind: 'line', key: 'm1', line: 2 },
      3,
    );
    expect(slice.spans).toEqual([
      { index: 1, key: 'm1', from: 2, to: 4 },
      { index: 2, key: 'm2', from: 0, to: 1 },
    ]);
    expect(slice).toMatchObject({ atTop: false, atBottom: false, itemsBelow: 2 });
  });

  it('shows an anchored line in its row, also where blank rows stand above it', () => {
    const anchor = { kind: 'line', key: 'm2', line: 0, row: 3 } as const;
    expect(lines(list(1, 4, 1, 1, 1), anchor, 5)).toEqual(['m1.1', 'm1.2', 'm1.3', 'm2.0', 'm3.0']);
    const slice = visibleSlice(sourceOf(list(1, 1, 1, 1)), anchor, 4);
    expect(slice).toMatchObject({ blankRows: 1, itemsBelow: 1, atTop: true, atBottom: false });
    // Not so where the newest line would leave rows empty below it.
    expect(visibleSlice(sourceOf(list(1, 1, 1)), anchor, 6)).toMatchObject({ blankRows: 3 });
  });

  it('keeps a line in its row when more comes above, below, or the screen shrinks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 30 }),
        fc.nat(),
        fc.integer({ min: 2, max: 12 }),
        (sizes, pick, rows) => {
          const items = list(...sizes);
          const keys = items.filter(({ height }) => height > 0).map(({ key }) => key);
          const key = keys[pick % Math.max(1, keys.length)];
          if (key === undefined) return;
          const source = sourceOf(items);
          const wanted: ViewportAnchor<string> = { kind: 'line', key, line: 0, row: pick % rows };
          const settled = anchorShown(source, wanted, visibleSlice(source, wanted, rows));
          const more = [{ key: 'older', height: 30 }, ...items, { key: 'newer', height: 30 }];
          const row = (all: readonly Item[], height: number) => {
            const now = visibleSlice(sourceOf(all), settled, height);
            return now.blankRows + lines(all, settled, height).indexOf(`${key}.0`);
          };
          const before = row(items, rows);
          expect(row(more, rows)).toBe(before);
          expect(row(more, rows - 1)).toBe(Math.min(before, rows - 2));
        },
      ),
    );
  });

  it('stays where it is when messages arrive at either end', () => {
    const anchor: ViewportAnchor<string> = { kind: 'line', key: 'm2', line: 1 };
    const before = lines(list(1, 1, 2, 2, 2), anchor, 3);
    const items = [
      { key: 'older', height: 7 },
      ...list(1, 1, 2, 2, 2),
      { key: 'newer', height: 9 },
    ];
    expect(lines(items, anchor, 3)).toEqual(before);
  });

  it('keeps to the newest when messages arrive', () => {
    expect(lines([...list(1, 1, 1), { key: 'new', height: 1 }], BOTTOM_ANCHOR, 2)).toEqual([
      'm2.0',
      'new.0',
    ]);
  });

  it('keeps the anchored item at the top at another width', () => {
    const anchor: ViewportAnchor<string> = { kind: 'line', key: 'm1', line: 5 };
    expect(lines(list(9, 9, 9), anchor, 3)[0]).toBe('m1.5');
    expect(lines(list(3, 3, 3), anchor, 3)[0]).toBe('m1.2');
    expect(lines(list(18, 18, 18), anchor, 3)[0]).toBe('m1.5');
  });

  it('falls to the newest when the anchored item is gone', () => {
    expect(lines(list(1, 1, 1), anchorTo('gone'), 2)).toEqual(['m1.0', 'm2.0']);
  });

  it('always shows one unbroken run of lines, full whenever there are enough', () => {
    const heights = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 30 });
    fc.assert(
      fc.property(
        heights,
        fc.nat(40),
        fc.nat(6),
        fc.integer({ min: 1, max: 12 }),
        (sizes, at, line, rows) => {
          const items = list(...sizes);
          const all = allLines(items);
          for (const anchor of [BOTTOM_ANCHOR, { kind: 'line', key: `m${at}`, line }] as const) {
            const slice = visibleSlice(sourceOf(items), anchor, rows);
            const shown = lines(items, anchor, rows);
            const start = all.indexOf(shown[0] ?? '');
            expect(shown.length).toBe(Math.min(rows, all.length));
            if (shown.length > 0) expect(all.slice(start, start + shown.length)).toEqual(shown);
            expect(slice.blankRows).toBe(rows - shown.length);
            expect(slice.atTop).toBe(start <= 0);
            expect(slice.atBottom).toBe(shown.at(-1) === all.at(-1));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('scrollBy', () => {
  it('goes a full page up and comes back to where it was', () => {
    const items = list(...Array.from({ length: 40 }, (_, index) => (index % 3) + 1));
    const rows = 7;
    let anchor: ViewportAnchor<string> = BOTTOM_ANCHOR;
    const pages = [lines(items, anchor, rows)];
    for (let page = 0; page < 4; page += 1) {
      anchor = scrollBy(sourceOf(items), anchor, { lines: -rows, rows });
      pages.unshift(lines(items, anchor, rows));
    }
    expect(pages.flat()).toEqual(allLines(items).slice(-5 * rows));
    for (let page = 1; page < 5; page += 1) {
      anchor = scrollBy(sourceOf(items), anchor, { lines: rows, rows });
      expect(lines(items, anchor, rows)).toEqual(pages[page]);
    }
    expect(anchor).toEqual(BOTTOM_ANCHOR);
  });

  it('stops at the oldest line, and paging on changes nothing', () => {
    const items = list(1, 1, 1, 1, 1);
    const top = scrollBy(sourceOf(items), BOTTOM_ANCHOR, { lines: -99, rows: 2 });
    expect(lines(items, top, 2)).toEqual(['m0.0', 'm1.0']);
    expect(scrollBy(sourceOf(items), top, { lines: -2, rows: 2 })).toEqual(top);
  });

  it('keeps following the newest when there is nothing to scroll', () => {
    expect(scrollBy(sourceOf(list(1, 1)), BOTTOM_ANCHOR, { lines: -5, rows: 5 })).toEqual(
      BOTTOM_ANCHOR,
    );
  });

  it('moves by exactly the lines asked for, within the ends', () => {
    const heights = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(
        heights,
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.integer({ min: -9, max: 9 })),
        (sizes, rows, moves) => {
          const items = list(...sizes);
          const all = allLines(items);
          fc.pre(all.length > 0);
          const last = Math.max(0, all.length - rows);
          let anchor: ViewportAnchor<string> = BOTTOM_ANCHOR;
          let expected = last;
          for (const move of moves) {
            anchor = scrollBy(sourceOf(items), anchor, { lines: move, rows });
            expected = Math.max(0, Math.min(last, expected + move));
            expect(lines(items, anchor, rows)[0]).toBe(all[expected]);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('where more is about to follow', () => {
  it('stays in place at the end, so that what comes appears below', () => {
    const items = list(2, 2, 2, 2);
    const move = { lines: 9, rows: 3, stays: true };
    const anchor = scrollBy(sourceOf(items), anchorTo('m0'), move);
    const before = lines(items, anchor, 3);
    expect(before).toEqual(['m2.1', 'm3.0', 'm3.1']);
    expect(lines([...items, { key: 'new', height: 4 }], anchor, 3)).toEqual(before);
  });
});

describe('an anchor with lines above it', () => {
  const above = (key: string, count: number) =>
    anchorAbove(sourceOf(list(2, 2, 2, 2)), anchorTo(key), count);

  it('counts from the line that it names, also where little follows that', () => {
    expect(lines(list(2, 2, 2, 2), above('m1', 1), 4)[0]).toBe('m0.1');
    // The screen begins at m2.0 already; four more up from there, and the last one would be gone.
    expect(lines(list(2, 2, 2, 2), above('m3', 2), 4)).toContain('m3.0');
  });

  it('stops at the oldest line, and leaves alone what names none', () => {
    expect(above('m1', 9)).toEqual({ kind: 'line', key: 'm0', line: 0 });
    expect(anchorAbove(sourceOf([]), BOTTOM_ANCHOR, 3)).toEqual(BOTTOM_ANCHOR);
  });
});

describe('cost', () => {
  it('is that of the rows shown, with 100 items and with 10,000', () => {
    const measured = [100, 10_000].map((length) => {
      const source = sourceOf(list(...Array.from({ length }, () => 2)));
      const middle = scrollBy(source, BOTTOM_ANCHOR, { lines: -60, rows: 20 });
      visibleSlice(source, middle, 20);
      visibleSlice(source, BOTTOM_ANCHOR, 20);
      return source.measured;
    });
    expect(measured[1]).toBe(measured[0]);
    expect(measured[0]).toBeLessThan(200);
  });

  it('lays out an item once a width', () => {
    const asked: string[] = [];
    const cached = lineCache((item: Item, cells) => {
      asked.push(`${item.key}@${cells}`);
      return [item.key];
    });
    const [first = { key: '', height: 0 }] = list(1);
    for (const cells of [80, 80, 40, 40, 80]) cached(first, cells);
    cached({ ...first }, 80);
    expect(asked).toEqual(['m0@80', 'm0@40', 'm0@80', 'm0@80']);
  });
});
