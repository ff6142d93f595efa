import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readThemeFile } from '../../src/ui/theme-file.ts';

/** The problems of a file, as `line: words`. */
function wrong(text: string): string[] {
  return readThemeFile(text).problems.map(({ line, text: why }) => `${line}: ${why}`);
}

describe('a file of colours', () => {
  it('takes names, #rrggbb and numbers, and a ground behind them', () => {
    const { base, looks, problems } = readThemeFile(
      [
        '# mine',
        'base = Light   # the rest',
        'accent = #5FAFFF # as the sea',
        'dim=244',
        'warn = bright-yellow',
        '\tcode = Grey',
        'bar = white on blue',
        'text = default #',
      ].join('\r\n'),
    );
    expect(problems).toEqual([]);
    expect(base).toBe('light');
    expect(looks).toEqual({
      accent: { text: { kind: 'rgb', rgb: [95, 175, 255], at16: 12 }, ground: null },
      dim: { text: { kind: 'index', index: 244 }, ground: null },
      warn: { text: { kind: 'index', index: 11 }, ground: null },
      code: { text: { kind: 'index', index: 8 }, ground: null },
      bar: { text: { kind: 'index', index: 7 }, ground: { kind: 'index', index: 4 } },
      text: { text: { kind: 'default' }, ground: null },
    });
  });

  it.each([
    ['acent = red', '1: nothing is called "acent"; did you mean accent?'],
    ['paper = red', 'nothing is called "paper"'],
    ['\n\naccent = reddish', '3: "reddish" is no colour; colours are names, #rrggbb or 0 to 255'],
    ['accent = 256', '"256" is no colour'],
    ['accent = #12', '"#12" is no colour'],
    ['accent = #1234567', '"#1234567" is no colour'],
    ['accent =', '1: a colour is missing'],
    ['accent', '1: this is no "name = colour"'],
    ['bar = red on', '1: "red on" is no colour'],
    ['bar = red on blue on green', '1: two colours are enough'],
    ['base = solarized', '1: base takes one of dark, light, high-contrast'],
    ['good = red\ngood = green', '2: line 1 says it of good already; take one out'],
    ['accent = \x1b]0;x\x07', 'is no colour'],
  ])('%j: %s', (text, words) => {
    const problems = wrong(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(words);
  });

  it('keeps what is right beside what is wrong, and the earlier of two lines', () => {
    const { looks, problems } = readThemeFile('good = red\nnonsense\ngood = blue\nwarn = 3');
    expect(problems.map(({ line }) => line)).toEqual([2, 3]);
    expect(looks).toEqual({
      good: { text: { kind: 'index', index: 1 }, ground: null },
      warn: { text: { kind: 'index', index: 3 }, ground: null },
    });
  });

  it('reads anything without a fault, and says nothing that a terminal would obey', () => {
    const piece = fc.oneof(
      fc.constantFrom('accent', '=', 'base', ' on ', '#', '\n', '__proto__', 'red', '\x1b[2J'),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        for (const { text } of readThemeFile(pieces.join('')).problems) {
          expect(text).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u202e]/);
        }
      }),
    );
  });
});
