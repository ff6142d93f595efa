import { describe, expect, it } from 'vitest';
import { backgroundFrom, backgroundIn } from '../../src/ui/background.ts';
import { colourDepth, colourSgr, luminance, type Rgb, rgbOf } from '../../src/ui/colours.ts';
import { PLAIN_PALETTE } from '../../src/ui/spans.ts';
import { BUILT_IN_NAMES, BUILT_IN_THEMES, paletteOf, THEMED_TONES } from '../../src/ui/theme.ts';

/** Any parameter that chooses a colour. */
const COLOUR = /(?:^|;)(?:3[0-9]|4[0-9]|9[0-7]|10[0-7])(?:;|$)/;

describe('how many colours a terminal has', () => {
  it.each([
    [{ TERM: 'xterm' }, '16'],
    [{}, '16'],
    [{ TERM: 'linux' }, '16'],
    [{ TERM: 'xterm-256color' }, '256'],
    [{ TERM: 'xterm-256color', COLORTERM: 'truecolor' }, 'true'],
    [{ TERM: 'xterm', COLORTERM: '24bit' }, 'true'],
    [{ TERM: 'xterm-direct' }, 'true'],
    [{ WT_SESSION: 'a-window' }, 'true'],
    [{ TERM: 'screen-256color', COLORTERM: 'truecolor', STY: '1.pts' }, '256'],
    [{ TERM: 'screen', COLORTERM: 'truecolor', STY: '1.pts' }, '16'],
    [{ TERM: 'vt220' }, 'none'],
    [{ TERM: 'xterm-mono' }, 'none'],
    [{ TERM: 'xterm-256color', COLORTERM: 'truecolor', NO_COLOR: '1' }, 'none'],
    [{ TERM: 'xterm-256color', NO_COLOR: '' }, '256'],
  ] as const)('%j: %s', (env, depth) => {
    expect(colourDepth(env)).toBe(depth);
  });
});

describe('a colour in SGR', () => {
  const orange = { kind: 'rgb', rgb: [255, 135, 0], at16: 3 } as const;
  const pale = { kind: 'rgb', rgb: [150, 151, 149], at16: null } as const;

  it.each([
    [orange, 'true', '38;2;255;135;0'],
    [orange, '256', '38;5;208'],
    [orange, '16', '33'],
    [orange, 'none', ''],
    [pale, '256', '38;5;246'],
    [pale, '16', ''],
    [{ kind: 'index', index: 9 }, 'true', '91'],
    [{ kind: 'index', index: 208 }, 'true', '38;5;208'],
    [{ kind: 'index', index: 21 }, '16', '34'],
    [{ kind: 'index', index: 255 }, '16', '37'],
    [{ kind: 'default' }, '16', '39'],
  ] as const)('%j with %s: %j', (colour, depth, sgr) => {
    expect(colourSgr(colour, depth, 'text')).toBe(sgr);
  });

  it('colours the ground as well', () => {
    expect(colourSgr(orange, 'true', 'ground')).toBe('48;2;255;135;0');
    expect(colourSgr(orange, '256', 'ground')).toBe('48;5;208');
    expect(colourSgr({ kind: 'index', index: 12 }, '16', 'ground')).toBe('104');
    expect(colourSgr({ kind: 'default' }, '256', 'ground')).toBe('49');
  });
});

describe('the themes that are built in', () => {
  it.each(BUILT_IN_NAMES)('%s has no colour where the terminal has none', (name) => {
    const palette = paletteOf(BUILT_IN_THEMES[name], 'none');
    for (const sgr of Object.values(palette)) expect(sgr).not.toMatch(COLOUR);
  });

  it.each(BUILT_IN_NAMES)('%s says nothing by colour alone', (name) => {
    const withColours = paletteOf(BUILT_IN_THEMES[name], 'true');
    for (const tone of THEMED_TONES) {
      // Bold, underlined and turned round are there with colours as they are without.
      const kept = PLAIN_PALETTE[tone].split(';').filter((code) => !['', '2'].includes(code));
      expect(withColours[tone].split(';')).toEqual(expect.arrayContaining(kept));
    }
  });

  const contrast = (a: Rgb, b: Rgb): number => {
    const [darker = 0, lighter = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (lighter + 0.05) / (darker + 0.05);
  };

  // Black and a common dark grey; white and a common cream.
  it.each([
    ['dark', '000000'],
    ['dark', '282c34'],
    ['light', 'ffffff'],
    ['light', 'fdf6e3'],
  ] as const)('%s can be read on %s', (name, ground) => {
    const looks = Object.values(BUILT_IN_THEMES[name].looks);
    expect(looks.length).toBeGreaterThan(9);
    for (const { text } of looks) {
      const rgb = text?.kind === 'rgb' ? text.rgb : null;
      expect(contrast(rgb ?? [0, 0, 0], rgbOf(ground) ?? [0, 0, 0])).toBeGreaterThan(4.5);
    }
  });

  it('high-contrast takes the terminal’s own text for all, and nothing faint', () => {
    const palette = paletteOf(BUILT_IN_THEMES['high-contrast'], 'true');
    for (const tone of THEMED_TONES) {
      expect(palette[tone]).not.toMatch(COLOUR);
      expect(palette[tone].split(';')).not.toContain('2');
    }
    expect(palette.alarm).toBe('1;7');
  });

  it('keeps a QR black on white at every depth', () => {
    const paper = (depth: '16' | '256' | 'true') =>
      BUILT_IN_NAMES.map((name) => paletteOf(BUILT_IN_THEMES[name], depth).paper);
    expect(new Set([...paper('256'), ...paper('true')])).toEqual(new Set(['38;5;16;48;5;231']));
    expect(new Set(paper('16'))).toEqual(new Set(['30;47']));
  });

  it('is faint where none of the sixteen is grey enough, and grey where there are more', () => {
    expect(paletteOf(BUILT_IN_THEMES.dark, '16').dim).toBe('2');
    expect(paletteOf(BUILT_IN_THEMES.dark, 'true').dim).toBe('38;2;154;160;166');
  });
});

describe('what is behind the text', () => {
  it.each([
    ['\x1b]11;rgb:ffff/ffff/ffff\x1b\\', 'light'],
    ['\x1b]11;rgb:0000/0000/0000\x07', 'dark'],
    ['\x1b]11;rgb:28/2c/34\x1b\\', 'dark'],
    ['\x1b]11;rgb:fd/f6/e3\x1b\\', 'light'],
    ['\x1b]11;rgb:f/f/f\x1b\\', 'light'],
    ['\x1b]11;rgba:FFFF/FFFF/FFFF/8000\x1b\\', 'light'],
    ['\x1b]10;rgb:ffff/ffff/ffff\x1b\\', null],
    ['\x1b]11;rgb:ffff/ffff\x1b\\', null],
    ['\x1b]11;rgb:fffff/ffff/ffff\x1b\\', null],
    ['\x1b]11;#ffffff\x1b\\', null],
    ['\x1b]11;rgb:ffff/ffff/ffff', null],
    ['\x1b]11;rgb:ffff/ffff/ffff;\x1b]52;c;eA==\x1b\\', null],
  ] as const)('%j is %s', (reply, background) => {
    expect(backgroundIn(reply)).toBe(background);
  });

  it.each([
    ['15;0', 'dark'],
    ['0;15', 'light'],
    ['0;default;15', 'light'],
    ['12;8', 'dark'],
    ['0;7', 'light'],
    ['15;default', null],
    ['0;99', null],
    ['', null],
    [undefined, null],
  ] as const)('COLORFGBG=%j is %s', (value, background) => {
    expect(backgroundFrom(value)).toBe(background);
  });
});
