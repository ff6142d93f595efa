import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { safeText } from '../../src/ui/safe-text.ts';
import {
  boundaryAfter,
  boundaryAtOrBefore,
  cellWidth,
  graphemes,
  mostCells,
  truncate,
  wrap,
  wrapRanges,
} from '../../src/ui/width.ts';

const scripts = fc.constantFrom(
  'a',
  'lanchat',
  ' ',
  '  ',
  '\n',
  'नमस्ते',
  'नी',
  'क्‍ष',
  '漢字',
  'かな',
  '한국어',
  '👩‍👩‍👧‍👦',
  '🙂',
  '🇮🇳',
  '❤️',
  'e\u0301',
  'שלום',
  'مرحبا',
  '…',
  '·',
  'ﾊﾟ',
  '#️⃣',
  '\u{1f3fd}',
);
const prose = fc
  .array(scripts, { maxLength: 30 })
  .map((parts) => safeText(parts.join(''), { multiline: true }));

describe('cellWidth', () => {
  it('agrees with string-width on every line', () => {
    fc.assert(
      fc.property(fc.oneof(prose, fc.string({ unit: 'grapheme' })), (text) => {
        const line = safeText(text);
        expect(cellWidth(line)).toBe(stringWidth(line));
      }),
    );
  });

  it('agrees with the string-width that Ink lays out with', async () => {
    const require = createRequire(import.meta.url);
    const ofInk = createRequire(require.resolve('ink')).resolve('string-width');
    const ink: { default: (text: string) => number } = await import(pathToFileURL(ofInk).href);
    for (const text of ['नमस्ते', 'हिन्दी', '漢字', '👩‍👩‍👧‍👦', '❤️', 'שָׁלוֹם', 'ᄒ', '각', 'ﾊﾟ'])
      expect(cellWidth(text), text).toBe(ink.default(text));
  });

  it('takes long text apart as short text, and in linear time', () => {
    const whole = (text: string) =>
      Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
    const long = fc.array(fc.oneof(scripts, fc.string({ unit: 'binary', maxLength: 9 })), {
      ...{ minLength: 150, maxLength: 400, size: 'max' },
    });
    fc.assert(
      fc.property(long, (parts) => {
        expect(graphemes(parts.join(''))).toEqual(whole(parts.join('')));
      }),
      { numRuns: 30 },
    );
    // Clusters longer than what is taken apart at once.
    const stacked = `a${'\u0301'.repeat(2_000)}${'👩\u200d'.repeat(300)}b${'🇮'.repeat(601)}c`;
    expect(graphemes(stacked)).toEqual(whole(stacked));
    const started = performance.now();
    expect(graphemes(`${'x'.repeat(500_000)}…`)).toHaveLength(500_001);
    // The segmenter alone takes minutes for it.
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('gives marks no cell and wide characters two', () => {
    expect(['abc', '漢字', 'e\u0301', '👩‍👩‍👧‍👦', '', 'שלום'].map(cellWidth)).toEqual([
      3, 4, 1, 2, 0, 4,
    ]);
  });
});

describe('characters of one cell each', () => {
  const pairs = (from: number, to: number) =>
    fc.tuple(fc.integer({ min: from, max: to }), fc.integer({ min: from, max: to }));

  it('are as wide as they are measured, and join nothing', () => {
    for (let code = 0x20; code < 0x3000; code++) {
      const character = String.fromCharCode(code);
      if (/[\p{C}\p{Zl}\p{Zp}]/u.test(character)) continue;
      const whole = stringWidth(character, { countAnsiEscapeCodes: true });
      expect([code, cellWidth(character)]).toEqual([code, whole]);
    }
    const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    fc.assert(
      fc.property(
        fc.oneof(pairs(0xa1, 0x2ff), pairs(0x391, 0x4ff), pairs(0x2010, 0x27ff)),
        (codes) => {
          const text = String.fromCharCode(...codes);
          expect(graphemes(text)).toEqual(
            Array.from(segmenter.segment(text), ({ segment }) => segment),
          );
        },
      ),
    );
  });
});

describe('graphemes', () => {
  it('of a text of any length are those of all of it at once', () => {
    const pieces = fc.oneof(scripts, fc.constantFrom('\ud83d', '\udc68'));
    const long = fc.array(pieces, { minLength: 1, maxLength: 40 }).map((parts) => {
      const unit = parts.join('');
      return unit.repeat(Math.ceil(9_000 / unit.length));
    });
    const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    fc.assert(
      fc.property(long, (text) => {
        expect(graphemes(text)).toEqual(
          Array.from(segmenter.segment(text), ({ segment }) => segment),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('are counted and wrapped at once in a text of 240,000 bytes', () => {
    const text = '漢'.repeat(80_000);
    const began = performance.now();
    expect(cellWidth(text)).toBe(160_000);
    expect(wrapRanges(text, 70)).toHaveLength(Math.ceil(80_000 / 35));
    // Segmented in one go it takes half a minute.
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});

describe('wrap', () => {
  it('keeps a command and its first word in a row where they fit, and breaks them where they do not', () => {
    const text = safeText('compare it or accept it (/trust bela).');
    expect(wrap(text, 34)).toEqual(['compare it or accept it', '(/trust bela).']);
    expect(wrap(text, 10)).toEqual(['compare it', 'or accept', 'it (/trust', 'bela).']);
    // Control: a slash within a word is no command.
    expect(wrap(safeText('all of it and/or nothing'), 16)).toEqual(['all of it and/or', 'nothing']);
  });

  it('fits every row, shows every visible character once, and never splits a grapheme', () => {
    fc.assert(
      fc.property(prose, fc.integer({ min: 2, max: 40 }), (text, cells) => {
        const rows = wrap(text, cells);
        for (const row of rows) {
          expect(cellWidth(row)).toBeLessThanOrEqual(cells);
          // Also where a terminal counts character by character, unless one cluster is wider than a row.
          if (graphemes(row).length > 1) expect(mostCells(row)).toBeLessThanOrEqual(cells);
        }
        expect(rows.join('').replaceAll(' ', '')).toBe(text.replaceAll(/[ \n]/g, ''));
        const whole = text
          .split('\n')
          .flatMap(graphemes)
          .filter((part) => part !== ' ');
        expect(rows.flatMap(graphemes).filter((part) => part !== ' ')).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves only spaces and line feeds between two rows', () => {
    fc.assert(
      fc.property(prose, fc.integer({ min: 1, max: 20 }), (text, cells) => {
        let expected = 0;
        for (const { start, end, next } of wrapRanges(text, cells)) {
          expect(start).toBe(expected);
          expect(text.slice(end, next)).toMatch(/^ *\n?$/);
          expected = next;
        }
        expect(expected).toBe(text.length + 1);
      }),
    );
  });

  it.each([
    ['words', 'the quick brown fox', 10, ['the quick', 'brown fox']],
    ['a word longer than the row', 'a abcdefghij', 4, ['a', 'abcd', 'efgh', 'ij']],
    ['exactly a row', 'abcd', 4, ['abcd']],
    ['spaces over the edge', 'abcd    efgh  ', 4, ['abcd', 'efgh']],
    ['an indented line', '  if x:', 10, ['  if x:']],
    ['empty lines', 'a\n\nb', 5, ['a', '', 'b']],
    ['nothing', '', 5, ['']],
    ['CJK between characters', '漢字漢字a', 5, ['漢字', '漢字a']],
    ['words before CJK', 'abc 漢字', 5, ['abc', '漢字']],
    ['a wide character in one cell', '漢字', 1, ['漢', '字']],
    ['families, whole', '👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 3, ['👩‍👩‍👧‍👦', '👩‍👩‍👧‍👦']],
    ['Devanagari clusters, whole', 'नमस्ते नमस्ते', 5, ['नमस्ते', 'नमस्ते']],
    ['no Devanagari word at a vowel sign', 'काला पानी', 7, ['काला', 'पानी']],
    ['conjuncts as wide as any terminal has them', 'क्षक्षक्ष', 4, ['क्षक्ष', 'क्ष']],
    ['Thai vowels that some terminals set apart', 'กำกำกำ', 4, ['กำกำ', 'กำ']],
    ['at no width at all', 'ab', 0, ['a', 'b']],
  ])('breaks %s', (_, text, cells, rows) => {
    expect(wrap(safeText(text, { multiline: true }), cells)).toEqual(rows);
  });

  it('leaves room for marks and conjuncts that a terminal draws one by one, and breaks no word there', () => {
    const text = safeText('क्ष क्ष क्ष');
    // Control: by their clusters alone, three of them fit.
    expect(cellWidth(text)).toBeLessThan(8);
    expect(wrap(text, 7)).toEqual(['क्ष क्ष', 'क्ष']);
    expect(wrap(safeText('क्षमा दुनिया'), 9)).toEqual(['क्षमा', 'दुनिया']);
    expect(wrap(safeText('aa या'), 4)).toEqual(['aa', 'या']);
  });

  it('wraps 60,000 characters in linear time', () => {
    const started = performance.now();
    for (const text of [
      'word '.repeat(12_000),
      'x'.repeat(60_000),
      ' '.repeat(60_000),
      '漢'.repeat(20_000),
    ])
      wrap(safeText(text), 78);
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});

describe('truncate', () => {
  it('fits the cells and marks what it cut', () => {
    expect(truncate(safeText('lanchat'), 7)).toBe('lanchat');
    expect(truncate(safeText('lanchat'), 4)).toBe('lan…');
    expect(truncate(safeText('漢字漢字'), 4)).toBe('漢…');
    expect(truncate(safeText('a\nb', { multiline: true }), 4)).toBe('a…');
    expect(truncate(safeText('abc'), 0)).toBe('');
    fc.assert(
      fc.property(prose, fc.integer({ min: 0, max: 20 }), (text, cells) => {
        expect(cellWidth(truncate(text, cells))).toBeLessThanOrEqual(cells);
      }),
    );
  });
});

describe('grapheme boundaries', () => {
  it('enclose every offset', () => {
    fc.assert(
      fc.property(prose, fc.nat(60), (text, offset) => {
        fc.pre(offset < text.length);
        const boundaries = [0];
        for (const part of graphemes(text)) boundaries.push((boundaries.at(-1) ?? 0) + part.length);
        expect(boundaryAtOrBefore(text, offset)).toBe(boundaries.findLast((at) => at <= offset));
        expect(boundaryAfter(text, offset)).toBe(boundaries.find((at) => at > offset));
      }),
    );
  });
});
