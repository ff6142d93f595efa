import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { richLines, wrapSpans } from '../../src/ui/rich-text.ts';
import { safeText } from '../../src/ui/safe-text.ts';

function shown(text: string, named: readonly string[] = []): string[] {
  return richLines(safeText(text, { multiline: true }), named).map((row) =>
    row.map(({ text: piece, tone }) => (tone === 'text' ? piece : `<${tone} ${piece}>`)).join(''),
  );
}

describe('light marks', () => {
  it.each([
    ['*bold* and _soft_', '<strong bold> and <italic soft>'],
    ['(*bold*), _soft_.', '(<strong bold>), <italic soft>.'],
    ['2*3*4 a_b_c snake_case_', '2*3*4 a_b_c snake_case_'],
    ['* not * _ at all _', '* not * _ at all _'],
    ['*open and _open', '*open and _open'],
    ['run `a *b* c` now', 'run <code `a *b* c`> now'],
    ['see https://a.example/x_y_z?q=*b* now', 'see <link https://a.example/x_y_z?q=*b*> now'],
    ['> said *so*', '<dim │ ><dim said ><strong so>'],
    ['hello @Asha, @asham', 'hello <accent @Asha>, <accent @asha>m'],
  ])('of %s', (text, expected) => {
    expect(shown(text, ['@asha'])).toEqual([expected]);
  });

  it('of code between fences are none, and a fence without an end is words', () => {
    expect(shown('a\n```js\n*b*\n```\n*c*')).toEqual(['a', '<block *b*>', '<strong c>']);
    expect(shown('```\n*b*')).toEqual(['```', '<strong b>']);
  });

  it('keeps the indentation of code, and breaks it only where a row is full', () => {
    const code = '```\n\tif x:\n    call(a,  b,  c_which_is_long)\n```';
    const rows = richLines(safeText(code, { multiline: true })).flatMap((line) =>
      wrapSpans(line, 12),
    );
    expect(rows.map((row) => row.map(({ text }) => text).join(''))).toEqual([
      '    if x:',
      '    call(a, ',
      ' b,  c_which',
      '_is_long)',
    ]);
  });

  it('keep the bar of what is quoted on each of its rows', () => {
    const [line = []] = richLines(safeText('> said *so* and so on'));
    const rows = wrapSpans(line, 10).map((row) => row.map(({ text }) => text).join(''));
    expect(rows).toEqual(['│ said so', '│ and so', '│ on']);
  });

  it('show nothing that was not written, in its order, and lose nothing but marks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.nat(40), (typed, cells) => {
        const text = safeText(typed, { multiline: true });
        const letters = (all: string) => [...all].filter((letter) => !/[*_`>│\s]/u.test(letter));
        const rows = richLines(text).flatMap((line) => wrapSpans(line, cells + 1));
        const pieces = rows.flat().map((piece) => piece.text);
        const isFenced = text.includes('```');
        if (!isFenced) expect(letters(pieces.join(''))).toEqual(letters(text));
        for (const piece of pieces) expect(safeText(piece)).toBe(piece);
      }),
    );
  });

  it('[A100 pieces without end] are wrapped in linear time, into the same rows', () => {
    const wrapped = (count: number) => {
      const [line = []] = richLines(safeText('`a` '.repeat(count)));
      const before = process.cpuUsage();
      const rows = wrapSpans(line, 40);
      const { user, system } = process.cpuUsage(before);
      return { rows, cpuMs: (user + system) / 1_000 };
    };
    const many = wrapped(15_000);
    expect(many.cpuMs).toBeLessThan(400);
    expect(many.rows).toHaveLength(1_500);
    // Control: a row of many is a row of few, piece by piece.
    const few = wrapped(20).rows;
    expect(few[0]?.filter(({ tone }) => tone === 'code')).toHaveLength(10);
    expect(few[0]?.map(({ text }) => text).join('')).toBe(`${'`a` '.repeat(9)}\`a\``);
    expect(many.rows[0]).toEqual(few[0]);
    expect(many.rows[749]).toEqual(few[0]);
  });

  it('take linear time, whatever was written', () => {
    for (const unit of [
      '*a',
      '_ ',
      '`',
      '```\n',
      '```js\n',
      '*',
      ' *a *',
      '> ',
      '`a` ',
      'https://',
      '@',
    ]) {
      const text = safeText(unit.repeat(60_000 / unit.length), {
        multiline: true,
        maxLength: 60_000,
      });
      const startMs = performance.now();
      for (const line of richLines(text, ['@nobody'])) wrapSpans(line, 40);
      expect(performance.now() - startMs, unit).toBeLessThan(500);
    }
  });
});
