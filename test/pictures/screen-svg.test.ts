import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILT_IN_THEMES } from '../../src/ui/theme.ts';
import { type Cell, type Grid, PLAIN_STYLE, type Style } from './grid.ts';
import { screenSvg } from './screen-svg.ts';
import { THEMES } from './svg-colours.ts';

const CELL = 8.4;
const LEFT = 12;
const TEXT = { title: 'a title', description: 'what is on it' };

function cells(text: string, style: Partial<Style> = {}): Cell[] {
  return [...text].map((character) => ({
    text: character,
    cells: /[\u3400-\u9fff]|\p{Emoji_Presentation}/u.test(character) ? 2 : 1,
    style: { ...PLAIN_STYLE, ...style },
  }));
}

function svg(rows: readonly (readonly Cell[])[], cursor: Grid['cursor'] = null): string {
  return screenSvg({ columns: 20, rows, cursor }, TEXT);
}

function places(picture: string): Map<string, number> {
  const found = picture.matchAll(/<text x="([\d.]+)"[^>]*>([^<]*)</g);
  return new Map(Array.from(found, ([, x, text]) => [text ?? '', (Number(x) - LEFT) / CELL]));
}

describe('a picture of a screen', () => {
  it('has a title and a description, and names them for screen readers', () => {
    const picture = svg([cells('hello')]);
    expect(picture).toContain('<title id="t">a title</title><desc id="d">what is on it</desc>');
    expect(picture).toMatch(/role="img" aria-labelledby="t d"/);
  });

  it('puts every piece at its own cell, whatever the font makes of what is before it', () => {
    const at = places(svg([cells('ab 漢字 cd')]));
    expect(at.get('ab')).toBeCloseTo(0);
    expect(at.get('漢')).toBeCloseTo(3);
    expect(at.get('字')).toBeCloseTo(5);
    expect(at.get('cd')).toBeCloseTo(8);
  });

  it('leaves a word of another script whole, so that it can be shaped', () => {
    expect([...places(svg([cells('a नमस्ते b')])).keys()]).toEqual(['a', 'नमस्ते', 'b']);
  });

  it('stretches plain text to its cells', () => {
    expect(svg([cells('hello')])).toContain(`textLength="${5 * CELL}"`);
  });

  it('swaps ink and paper where the screen does', () => {
    const picture = svg([cells('on', { inverse: true })]);
    expect(picture).toMatch(/<rect class="p"/);
    expect(picture).toMatch(/<rect x="12" y="12" width="16.8" height="18" class="i"/);
    expect(picture).toMatch(/<text [^>]*class="p">on</);
  });

  it('draws blocks without gaps, in the colours that the screen asks for', () => {
    const qr = { foreground: 16, background: 231 };
    const picture = svg([cells('██▀', qr), cells('▄', qr)]);
    expect(picture).toContain('d="M12 12h16.8v18h-16.8zM28.8 12h8.4v9h-8.4z"');
    expect(picture).toContain('d="M12 39h8.4v9h-8.4z"');
    expect(picture).toContain('fill="#000000"');
    expect(picture).toContain('fill="#ffffff"');
  });

  it('takes a colour of the dark theme for the same one of the light theme on a light page', () => {
    const [dark = '', light = ''] = (['dark', 'light'] as const).map((name) => {
      const colour = BUILT_IN_THEMES[name].looks.alarm?.text;
      return colour?.kind === 'rgb' ? Buffer.from(colour.rgb).toString('hex') : '';
    });
    const picture = svg([cells('alarm', { foreground: dark })]);
    const [, name = 'none'] = /<text [^>]*class="(c\d+)">alarm</.exec(picture) ?? [];
    const [, ofLight, ofDark] = picture.split(/<style>|@media/);
    expect(ofLight).toContain(`.${name}{fill:#${light}}`);
    expect(ofDark).toContain(`.${name}{fill:#${dark}}`);
  });

  it('refuses a colour that each terminal has another way', () => {
    expect(() => svg([cells('red', { foreground: 9 })])).toThrow('colour 9');
  });

  it('shows the cursor where there is one', () => {
    const shown = svg([cells('> ')], { row: 0, column: 2 });
    expect(shown).toContain('<rect class="i" x="28.8" y="12"');
    expect(svg([cells('> ')])).not.toContain('<rect class="i"');
  });

  it('makes no markup of what the screen shows', () => {
    const hostile = '</text><script>alert(1)</script>&amp;"\' \u0000\u001b\u009b\ud800';
    const picture = screenSvg(
      { columns: 80, rows: [cells(hostile)], cursor: null },
      { title: hostile, description: hostile },
    );
    expect(picture).not.toContain('<script');
    expect(picture).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]/);
    expect(picture).toContain('&lt;/text&gt;&lt;script&gt;');
    expect(picture).toContain('&amp;amp;&quot;');
  });

  it('is well-formed whatever the screen shows', () => {
    const anyRow = fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(
        fc.array(anyRow, { maxLength: 5 }),
        fc.string({ unit: 'binary' }),
        (rows, title) => {
          const grid = rows.map((row) =>
            row.map((text): Cell => ({ text, cells: 1, style: PLAIN_STYLE })),
          );
          const picture = screenSvg(
            { columns: 80, rows: grid, cursor: null },
            { title, description: title },
          );
          const open: string[] = [];
          for (const [, isEnd, name = '', isEmpty] of picture.matchAll(
            /<(\/?)([a-z]+)(?: [a-zA-Z-]+(?::[a-z]+)?="[^"<>]*")*(\/?)>/g,
          )) {
            if (isEnd === '/') expect(open.pop()).toBe(name);
            else if (isEmpty !== '/') open.push(name);
          }
          expect(open).toEqual([]);
          const between = picture.replaceAll(
            /<\/?[a-z]+(?: [a-zA-Z-]+(?::[a-z]+)?="[^"<>]*")*\/?>/g,
            '',
          );
          expect(between).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot);)/);
        },
      ),
    );
  });
});

it('colours of the dark theme that are one are one in the light theme, too', () => {
  const { light, dark } = THEMES;
  for (const [index, colour] of dark.tones.entries()) {
    expect(light.tones[dark.tones.indexOf(colour)], colour).toBe(light.tones[index]);
  }
});

describe.each(Object.entries(THEMES))('the %s theme', (_name, { paper, ink, tones }) => {
  it('can be read: every colour stands out from the paper', () => {
    for (const colour of [ink, ...tones]) {
      expect(contrast(colour, paper), colour).toBeGreaterThanOrEqual(4.5);
    }
  });
});

/** As WCAG 2 defines it. */
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
