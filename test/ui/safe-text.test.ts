import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonSafe, safeTemplate, safeText, sliceSafe, typedText } from '../../src/ui/safe-text.ts';

// Written apart from the implementation's expressions, from the list in UI.md.
function isForbidden(codePoint: number, multiline: boolean): boolean {
  if (codePoint === 0x0a) return !multiline;
  if (codePoint < 0x20 || (codePoint >= 0x7f && codePoint <= 0x9f)) return true;
  if (codePoint === 0x061c || codePoint === 0x200e || codePoint === 0x200f) return true;
  if (codePoint >= 0x2028 && codePoint <= 0x202e) return true;
  if (codePoint >= 0x2066 && codePoint <= 0x206f) return true;
  if (codePoint >= 0xfff9 && codePoint <= 0xfffb) return true;
  if (codePoint >= 0xe0000 && codePoint <= 0xe007f) return true;
  return codePoint >= 0xd800 && codePoint <= 0xdfff;
}

function forbiddenIn(text: string, multiline: boolean): number[] {
  return [...text]
    .map((character) => character.codePointAt(0) ?? 0)
    .filter((codePoint) => isForbidden(codePoint, multiline));
}

const nasty = fc.constantFrom(
  '\x1b',
  '\x1b[',
  '\x1b]8;;',
  '\x1b]0;',
  '\x1bP',
  '\x1b_',
  '\x1b^',
  '\x1bX',
  '\x1b\\',
  '\x07',
  '\x9b',
  '\x9c',
  '\x9d',
  '\x90',
  '\x98',
  '31m',
  '2J',
  '\r',
  '\n',
  '\r\n',
  '\t',
  '\b',
  '\x7f',
  '\x85',
  '\u061c',
  '\u200e',
  '\u200f',
  '\u202e',
  '\u2066',
  '\u2069',
  '\u2028',
  '\u2029',
  '\u{e0001}',
  '\u{e0041}',
  '\ufff9',
  '\ud800',
  '\udc00',
  '\u200d',
  '\u200c',
  '\u200b',
  '\ufeff',
  '\u0301',
  '\u0301'.repeat(20),
  '\ufe0f',
  'क',
  '्',
  '👩',
  '👧',
  'a',
  ' ',
  'ש',
  '漢',
  '\u{1f3fd}',
  '\uffff',
); // prettier-ignore
const hostile = fc
  .array(fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 4 }), fc.string({ maxLength: 4 })))
  .map((parts) => parts.join(''));

describe('safeText', () => {
  it('holds no forbidden code point, whatever came in', () => {
    fc.assert(
      fc.property(
        hostile,
        fc.boolean(),
        fc.integer({ min: 0, max: 80 }),
        (text, multiline, max) => {
          const clean = safeText(text, { multiline, maxLength: max });
          expect(forbiddenIn(clean, multiline)).toEqual([]);
          expect(clean.length).toBeLessThanOrEqual(max);
          expect(clean).not.toMatch(/\p{M}{7}/u);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(
        hostile,
        fc.boolean(),
        fc.integer({ min: 1, max: 60 }),
        (text, multiline, max) => {
          const once = safeText(text, { multiline, maxLength: max });
          expect(safeText(once, { multiline, maxLength: max })).toBe(once);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['a colour', 'a\x1b[31mb\x1b[0mc', 'abc'],
    ['an 8-bit CSI', 'a\x9b2Jb', 'ab'],
    ['a CSI with private and intermediate bytes', 'a\x1b[?25lb\x1b[1 qc', 'abc'],
    ['a title ended by BEL', 'a\x1b]0;pwned\x07b', 'ab'],
    ['a clipboard write ended by ST', 'a\x1b]52;c;cm0=\x1b\\b', 'ab'],
    ['an 8-bit OSC', 'a\x9d0;pwned\x9cb', 'ab'],
    ['a DCS', 'a\x1bP+q544e\x1b\\b', 'ab'],
    ['an APC', 'a\x1b_Gf=100\x1b\\b', 'ab'],
    ['a PM', 'a\x1b^x\x1b\\b', 'ab'],
    ['an SOS', 'a\x1bXx\x1b\\b', 'ab'],
    ['a reset', 'a\x1bcb', 'ab'],
    ['a charset switch', 'a\x1b(0b', 'ab'],
    ['an unfinished OSC, whose text stays', 'a\x1b]0;title', 'a0;title'],
    ['an unfinished CSI, whose text stays', 'a\x1b[12', 'a12'],
    ['a sequence that stripping would assemble', '\x1b\x1b[31m[31mx', '\ufffd[31mx'],
    ['a backspace', 'ab\b\bcd', 'ab\ufffdcd'],
    ['a bell', 'a\x07b', 'a\ufffdb'],
    ['a tab', 'a\tb', 'a b'],
    ['a line feed', 'a\nb', 'a b'],
    ['a line separator', 'a\u2028b', 'a b'],
    ['an override', 'exe\u202egpj', 'exe\ufffdgpj'],
    ['isolates', 'a\u2066\u2067\u2069b', 'a\ufffdb'],
    ['direction marks, which keyboards insert', 'שלום\u200f!', 'שלום!'],
    ['tag characters', 'a\u{e0041}\u{e007f}b', 'a\ufffdb'],
    ['an annotation', 'a\ufff9b\ufffbc', 'a\ufffdb\ufffdc'],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['zero-width spaces', 'ad\u200bmin\ufeff', 'admin'],
    ['a joiner between Latin letters', 'ad\u200dmin', 'admin'],
    ['a joiner at the end', 'क\u200d', 'क'],
  ])('disarms %s', (_, text, expected) => {
    expect(safeText(text)).toBe(expected);
  });

  it.each([
    'नमस्ते',
    'क्‍ष',
    'می‌خواهم',
    'שָׁלוֹם עולם',
    'مرحبا بالعالم',
    '👩‍👩‍👧‍👦',
    '👩🏽‍🚀',
    '🏳️‍🌈',
    '❤️‍🔥',
    '🇮🇳',
    '한국어',
    '漢字かな交じり',
    'Việt Nam',
    'e\u0301',
    'ཧཱུྃ',
  ])('leaves %s as it is', (text) => {
    expect(safeText(text)).toBe(text);
  });

  it('keeps lines apart when asked, by whatever separator they came', () => {
    expect(safeText('a\r\nb\rc\u2028d\x85e\nf', { multiline: true })).toBe('a\nb\nc\nd\ne\nf');
  });

  it('caps combining marks per base, also with joiners between them', () => {
    expect(safeText(`e${'\u0301'.repeat(50)}x`)).toBe(`e${'\u0301'.repeat(6)}x`);
    expect(safeText(`e${'\u0301\u200d'.repeat(50)}x`)).not.toMatch(/[\p{M}\u200d]{8}/u);
  });

  it('caps the length with an ellipsis and never splits a pair', () => {
    expect(safeText('abcdef', { maxLength: 4 })).toBe('abc…');
    expect(safeText('a🙂🙂', { maxLength: 3 })).toBe('a…');
    expect(safeText('abcd', { maxLength: 4 })).toBe('abcd');
  });

  it('takes linear time on introducers without an end', () => {
    const started = performance.now();
    for (const bomb of ['\x1b]', '\x90', '\x1b[', '\x1b[1;', '\x1b ', '\u0301', '\u200d', '\x9b0'])
      safeText(bomb.repeat(100_000));
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});

describe('typedText', () => {
  it('keeps a joiner that was typed alone, and nothing that controls', () => {
    expect(typedText('\u200c')).toBe('\u200c');
    fc.assert(fc.property(hostile, (text) => forbiddenIn(typedText(text), true).length === 0));
  });
});

describe('safe parts', () => {
  it('puts safe parts into our own words', () => {
    expect(safeTemplate`You are ${safeText('as\x07ha')} · ${2} rooms`).toBe(
      'You are as\ufffdha · 2 rooms',
    );
  });

  it('slices without splitting a surrogate pair', () => {
    const text = safeText('a🙂b');
    expect(sliceSafe(text, 0, 2)).toBe('a');
    expect(sliceSafe(text, 2, 4)).toBe('🙂b');
  });
});

describe('jsonSafe', () => {
  it('gives a reader the same value, without one active character', () => {
    fc.assert(
      fc.property(
        fc.oneof(hostile, fc.jsonValue(), fc.array(hostile), fc.dictionary(hostile, hostile)),
        (value) => {
          const json = jsonSafe(value);
          expect(forbiddenIn(json, false)).toEqual([]);
          expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('writes tag characters as surrogate pairs and leaves scripts readable', () => {
    expect(jsonSafe({ text: 'नमस्ते\u{e0041}\u202e\x9b' })).toBe(
      '{"text":"नमस्ते\\udb40\\udc41\\u202e\\u009b"}',
    );
    expect(jsonSafe(undefined)).toBe('null');
  });
});
