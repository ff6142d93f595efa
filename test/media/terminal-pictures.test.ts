// Pixels as a terminal gets them, byte by byte, and which way a terminal takes them.
import { describe, expect, it } from 'vitest';
import type { Pixels } from '../../src/media/picture.ts';
import { halfBlocks, shadeRows } from '../../src/media/picture-lines.ts';
import { PictureSequence } from '../../src/media/picture-sequence.ts';
import { encodePng } from '../../src/media/png-encoder.ts';
import {
  NO_ANSWERS,
  pictureProtocol,
  pictureQuery,
  withAnswer,
} from '../../src/media/terminal-pictures.ts';
import { numbersFrom } from '../support/seeded.ts';

const COLOURS: Readonly<Record<string, readonly number[]>> = {
  r: [255, 0, 0, 255],
  b: [0, 0, 255, 255],
  w: [255, 255, 255, 255],
  g: [128, 128, 128, 255],
  k: [0, 0, 0, 255],
  '.': [0, 0, 0, 0],
};

/** A letter a pixel. */
function pixelsOf(...rows: readonly string[]): Pixels {
  const rgba = rows.flatMap((row) => [...row].flatMap((letter) => COLOURS[letter] ?? []));
  return { width: rows[0]?.length ?? 0, height: rows.length, rgba: Uint8Array.from(rgba) };
}

const RED = [255, 0, 0];
const BLUE = [0, 0, 255];
const LARGE = { width: 80, height: 24 };

describe('half-blocks', () => {
  it('are two pixels a cell, alike ones in one run', () => {
    expect(halfBlocks(pixelsOf('rrrb', 'bbrb'), LARGE)).toEqual([
      [
        { text: '▀▀', colour: RED, ground: BLUE },
        { text: ' ', colour: null, ground: RED },
        { text: ' ', colour: null, ground: BLUE },
      ],
    ]);
  });

  it('leave what can’t be seen as the terminal is, and half of the last row', () => {
    expect(halfBlocks(pixelsOf('r..', '.b.', 'rrr'), LARGE)).toEqual([
      [
        { text: '▀', colour: RED, ground: null },
        { text: '▄', colour: BLUE, ground: null },
        { text: ' ', colour: null, ground: null },
      ],
      [{ text: '▀▀▀', colour: RED, ground: null }],
    ]);
  });

  it('fit where they are put, in the picture’s proportions', () => {
    const wide = pixelsOf(...Array.from({ length: 40 }, () => 'rb'.repeat(40)));
    const rows = halfBlocks(wide, { width: 20, height: 20 });
    expect(rows).toHaveLength(5);
    expect(rows.map((row) => row.map(({ text }) => text).join('').length)).toEqual([
      20, 20, 20, 20, 20,
    ]);
  });
});

describe('shades', () => {
  it('are a cell for two pixels, the fuller the brighter', () => {
    expect(shadeRows(pixelsOf('kgw.', 'kgw.'), LARGE)).toEqual([' ▒█ ']);
  });
});

describe('a picture as the terminal draws it', () => {
  const cells = { width: 2, height: 1 };
  const pixels = pixelsOf('rb');
  const png = Buffer.from(encodePng(pixels)).toString('base64');

  it('in kitty’s protocol', () => {
    const { draw, erase } = PictureSequence.kitty(pixels, cells);
    expect(draw).toBe(`\x1b_Ga=T,f=100,i=7717,C=1,c=2,r=1,q=2,m=0;${png}\x1b\\`);
    expect(erase).toBe('\x1b_Ga=d,d=I,i=7717,q=2\x1b\\');
  });

  it('in kitty’s protocol, in pieces of 4,096', () => {
    const next = numbersFrom(3);
    const rgba = Uint8Array.from({ length: 4 * 40 * 40 }, () => next(256));
    const noise = { width: 40, height: 40, rgba };
    const { draw } = PictureSequence.kitty(noise, cells);
    const pieces = [...draw.matchAll(/\x1b_G([^;]*);([^\x1b]*)\x1b\\/g)];
    expect(pieces.map(([, head]) => head)).toEqual([
      'a=T,f=100,i=7717,C=1,c=2,r=1,q=2,m=1',
      'q=2,m=1',
      'q=2,m=0',
    ]);
    expect(pieces.map(([, , data = '']) => data.length).slice(0, 2)).toEqual([4_096, 4_096]);
    const sent = pieces.map(([, , data]) => data).join('');
    expect(sent).toBe(Buffer.from(encodePng(noise)).toString('base64'));
  });

  it('in iTerm2’s', () => {
    const size = Buffer.from(png, 'base64').length;
    expect(PictureSequence.iterm(pixels, cells).draw).toBe(
      `\x1b]1337;File=inline=1;size=${size};width=2;height=1;preserveAspectRatio=1;doNotMoveCursor=1:${png}\x07`,
    );
  });

  it('in sixel: bands of six rows, long runs counted, what can’t be seen left out', () => {
    const { draw } = PictureSequence.sixel(
      pixelsOf('rrrrrb', 'rrrrrb', '......', '......', '......', '......', '.r....'),
      cells,
    );
    expect(draw).toBe('\x1bP0;1;0q"1;1;6;7#0;2;0;0;100#1;2;100;0;0#1!5B$#0!5?B-#1?@\x1b\\');
  });

  it('in sixel with 256 colours at most, each near to what it was', () => {
    const width = 64;
    const rgba = Uint8Array.from({ length: 4 * width * width }, (_, at) => {
      const pixel = at >> 2;
      return [4 * (pixel % width), 4 * Math.floor(pixel / width), 128, 255][at % 4] ?? 0;
    });
    const { draw } = PictureSequence.sixel({ width, height: width, rgba }, cells);
    const palette = [...draw.matchAll(/#(\d+);2;(\d+);(\d+);(\d+)/g)];
    expect(palette.length).toBeGreaterThan(200);
    expect(palette.length).toBeLessThanOrEqual(256);
    expect(palette.every(([, , , , blue]) => blue === '50')).toBe(true);
  });
});

describe('how a terminal shows pictures', () => {
  const bare = { TERM: 'xterm-256color' };
  const protocolOf = (env: Record<string, string>, ...said: readonly string[]) =>
    pictureProtocol('auto', env, said.reduce(withAnswer, NO_ANSWERS)).protocol;

  it.each([
    [{ TERM: 'xterm-kitty', KITTY_WINDOW_ID: '1' }, 'kitty'],
    [{ TERM: 'xterm-ghostty' }, 'kitty'],
    [{ ...bare, TERM_PROGRAM: 'iTerm.app' }, 'iterm'],
    [{ ...bare, TERM_PROGRAM: 'WezTerm' }, 'iterm'],
    [{ ...bare, TERM_PROGRAM: 'vscode', KITTY_WINDOW_ID: '1' }, 'blocks'],
    [{ TERM: 'tmux-256color', TMUX: '/tmp/tmux,1,0', KITTY_WINDOW_ID: '1' }, 'blocks'],
    [{ TERM: 'screen', STY: '1.pts', TERM_PROGRAM: 'iTerm.app' }, 'blocks'],
    [bare, 'blocks'],
  ])('by what says who it is: %j', (env, protocol) => {
    expect(protocolOf(env)).toBe(protocol);
  });

  it('by its answers', () => {
    const kitty = '\x1b_Gi=31;OK\x1b\\';
    const sixel = '\x1b[?62;4;22c';
    const cell = '\x1b[6;20;10t';
    expect(protocolOf(bare, kitty)).toBe('kitty');
    expect(protocolOf(bare, sixel, cell)).toBe('sixel');
    expect(protocolOf(bare, sixel, kitty, cell)).toBe('kitty');
    // Its pixels could cover what stands beside.
    expect(protocolOf(bare, sixel)).toBe('blocks');
    expect(protocolOf(bare, '\x1b[?62;14;22c', cell)).toBe('blocks');
    expect(protocolOf(bare, '\x1b_Gi=31;ENOSYS\x1b\\', '\x1b[6;0;10t', '\x1b[8;24;80t')).toBe(
      'blocks',
    );
    expect(pictureProtocol('auto', bare, withAnswer(NO_ANSWERS, '\x1b[6;40;19t')).cell).toEqual({
      width: 19,
      height: 40,
    });
  });

  it('as the person says', () => {
    expect(pictureProtocol('sixel', bare, NO_ANSWERS).protocol).toBe('sixel');
    expect(pictureProtocol('blocks', { TERM: 'xterm-kitty' }, NO_ANSWERS).protocol).toBe('blocks');
  });

  it('is asked where something depends on it, and where a question does no harm', () => {
    expect(pictureQuery(bare)).toBe('\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[16t\x1b[c');
    expect(pictureQuery({ ...bare, TERM_PROGRAM: 'Apple_Terminal' })).toBe('\x1b[16t\x1b[c');
    expect(pictureQuery({ TERM: 'xterm-kitty' })).toBe('\x1b[16t');
    expect(pictureQuery({ ...bare, TMUX: '/tmp/tmux' })).toBeNull();
    expect(pictureQuery({ TERM: 'linux' })).toBeNull();
  });
});
