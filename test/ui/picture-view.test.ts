// A picture over the messages: at every size, in every way that a terminal has, and in words.
import { EventEmitter } from 'node:events';
import xterm from '@xterm/headless';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type DecodedPicture, damaged } from '../../src/media/picture.ts';
import { PictureSequence } from '../../src/media/picture-sequence.ts';
import { FrameSink } from '../../src/ui/frame-sink.ts';
import { PictureViewer } from '../../src/ui/picture-viewer.ts';
import { type InkScreen, inkScreen } from '../support/ink-screen.tsx';
import { enter, press } from '../support/screen-presses.ts';
import { lines, type TestScreen, testScreen } from '../support/screen-store.ts';

/** The upper half red, the lower blue. */
function picture(width = 400, height = 300): DecodedPicture {
  const rgba = new Uint8Array(4 * width * height);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    rgba.set(pixel < (width * height) / 2 ? [255, 0, 0, 255] : [0, 0, 255, 255], 4 * pixel);
  }
  const size = { width, height };
  return { type: 'jpeg', size: { width: 4_000, height: 3_000 }, pixels: { ...size, rgba } };
}

const opened: InkScreen[] = [];

afterEach(() => {
  for (const screen of opened.splice(0)) screen.close();
});

function shown({ store }: TestScreen): InkScreen {
  const ink = inkScreen(store);
  opened.push(ink);
  return ink;
}

function viewing(load: () => Promise<DecodedPicture> = async () => picture()): TestScreen {
  const screen = testScreen();
  screen.loadPicture = load;
  return screen;
}

/** Over a terminal with this environment that has given these answers. */
function viewerOn(screen: TestScreen, env: Record<string, string>, ...answers: readonly string[]) {
  const { store } = screen;
  const viewer = new PictureViewer({ store, env, load: async () => picture() });
  for (const answer of answers) viewer.hear(answer);
  return viewer;
}

const COLOURFUL = { TERM: 'xterm-256color', COLORTERM: 'truecolor' };

describe('/view', () => {
  it.each([
    [40, 15],
    [80, 24],
    [200, 50],
  ])('shows a picture at %i×%i, within the place for it', async (columns, rows) => {
    const screen = viewing();
    screen.store.setSize({ columns, rows });
    await enter(screen, '/view ~/photos/tea.jpg');
    await vi.waitFor(() => {
      expect(screen.store.state.overlay).toMatchObject({ outcome: { kind: 'shown' } });
    });
    const ink = shown(screen);
    const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    const before = ink.rows();
    await new Promise<void>((done) => terminal.write(`\x1b[?7l${ink.styled().join('\r\n')}`, done));
    const buffer = terminal.buffer.active;
    const text = Array.from(
      { length: rows },
      (_, y) => buffer.getLine(y)?.translateToString(true) ?? '',
    );
    expect(text.join('\n')).toContain('tea.jpg  Esc closes');
    expect(text.join('\n')).toContain('JPEG picture, 4000 × 3000 pixels');
    expect(before).toHaveLength(rows);
    const grounds = Array.from({ length: rows }, (_, y) =>
      Array.from({ length: columns }, (__, x) => {
        const cell = buffer.getLine(y)?.getCell(x);
        return cell?.isBgRGB() ? cell.getBgColor() : null;
      }),
    );
    const painted = grounds.filter((row) => row.some((colour) => colour !== null));
    const [first = [], last = []] = [painted[0], painted.at(-1)];
    expect(first).toContain(0xff0000);
    expect(last).toContain(0x0000ff);
    // Cells are twice as high as they are wide: 4 to 3 are 8 to 3.
    const cells = first.filter((colour) => colour !== null).length;
    expect(Math.abs(cells / painted.length - 8 / 3)).toBeLessThan(0.35);
    expect(painted.length).toBeGreaterThan(rows / 2);
    // Header, status and composer are where they were.
    for (const row of [0, rows - 2, rows - 1]) {
      expect(grounds[row]?.every((colour) => colour === null)).toBe(true);
    }
    terminal.dispose();
  });

  it('says that it is read, and shows nothing once it was closed', async () => {
    let arrive: (picture: DecodedPicture) => void = () => {};
    let signal: AbortSignal | null = null;
    const screen = testScreen();
    screen.loadPicture = (_, wish) => {
      signal = wish.signal;
      return new Promise((resolve) => {
        arrive = resolve;
      });
    };
    await enter(screen, '/view tea.jpg');
    expect(shown(screen).rows().join('\n')).toContain('Reading the picture …');
    expect(signal).toMatchObject({ aborted: false });
    await press(screen, 'escape');
    expect(signal).toMatchObject({ aborted: true });
    arrive(picture());
    await Promise.resolve();
    expect(screen.store.state.overlay).toBeNull();
  });

  it('says why there is nothing to see', async () => {
    const screen = viewing(async () => {
      throw damaged();
    });
    await enter(screen, '/view tea.jpg');
    expect(shown(screen).rows().join('\n')).toContain('the picture is damaged');
  });

  it('says that there is none, where none is named and none has come', async () => {
    const screen = viewing();
    await enter(screen, '/view');
    expect(screen.store.state.overlay).toBeNull();
    expect(lines(screen.store, '#lobby').at(-1)).toContain('No picture is here yet');
  });

  it('says what it is where there is no colour', async () => {
    const screen = viewing();
    await viewerOn(screen, { NO_COLOR: '1', TERM: 'xterm-256color' }).open('tea.jpg', 'tea.jpg');
    const ink = shown(screen);
    expect(ink.rows().join('\n')).toContain('JPEG picture, 4000 × 3000 pixels');
    expect(ink.styled().join('')).not.toMatch(/[▀▄█░▒▓]|\x1b\[[34]8/);
  });

  it.each([
    ['off', COLOURFUL, 'words'],
    ['blocks', { ...COLOURFUL, TERM_PROGRAM: 'WezTerm' }, 'blocks'],
    ['sixel', { ...COLOURFUL, TMUX: '/tmp/tmux' }, 'sixel'],
    ['kitty', { NO_COLOR: '1' }, 'kitty'],
    ['blocks', { NO_COLOR: '1' }, 'words'],
    ['auto', { ...COLOURFUL, TERM_PROGRAM: 'WezTerm' }, 'iterm'],
  ] as const)('is drawn as it is set: %s', async (pictures, env, kind) => {
    const screen = viewing();
    const { preferences } = screen.store.state;
    screen.store.setPreferences({ ...preferences, pictures });
    await viewerOn(screen, env).open('tea.jpg', 'tea.jpg');
    expect(screen.store.state.overlay).toMatchObject({ way: { kind }, outcome: { kind: 'shown' } });
  });

  it('shows shades where the terminal has sixteen colours', async () => {
    const screen = viewing();
    await viewerOn(screen, { TERM: 'xterm' }).open('tea.jpg', 'tea.jpg');
    expect(shown(screen).rows().join('')).toContain('░░░░');
  });

  it.each([
    ['kitty', ['\x1b_Gi=31;OK\x1b\\']],
    ['sixel', ['\x1b[?62;4c', '\x1b[6;20;10t']],
  ])('leaves rows blank for what the terminal draws: %s', async (_, answers) => {
    const screen = viewing();
    await viewerOn(screen, COLOURFUL, ...answers).open('tea.jpg', 'tea.jpg');
    const ink = shown(screen);
    const placed = ink.picture();
    expect(placed?.at).toEqual({ row: 3, column: 19 });
    const { width, height } = placed?.sequence.cells ?? { width: 0, height: 0 };
    expect(width).toBeGreaterThan(30);
    const under = ink.rows().slice(3, 3 + height);
    expect(under.every((row) => row.slice(18).trim() === '')).toBe(true);
    // Above the status line.
    expect(3 + height).toBeLessThanOrEqual(22);
    await press(screen, 'escape');
    expect(ink.picture()).toBeNull();
  });

  it('asks the terminal in a row that is written over, and nothing where there is no colour', () => {
    const asked: [string, number][] = [];
    const sink = {
      writeAside: (sequence: string, row: number) => void asked.push([sequence, row]),
    };
    const screen = viewing();
    viewerOn(screen, { NO_COLOR: '1' }).ask(sink);
    expect(asked).toEqual([]);
    viewerOn(screen, COLOURFUL).ask(sink);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.[0]).toMatch(/^\x1b\[2;1H\x1b\[8m\x1b_G.*\x1b\[c\x1b\[m$/);
    expect(asked[0]?.[1]).toBe(1);
  });
});

class FakeOutput extends EventEmitter {
  readonly writes: string[] = [];
  write(text: string): boolean {
    this.writes.push(text);
    return true;
  }
}

describe('a picture on the sink', () => {
  const { pixels } = picture(20, 20);
  const kitty = PictureSequence.kitty(pixels, { width: 2, height: 2 });
  const at = { row: 1, column: 3 };
  const drawn = `\x1b[2;4H${kitty.draw}`;

  function sinkOf() {
    const output = new FakeOutput();
    const sink = new FrameSink({ output, columns: 20, rows: 5 });
    const turn = async (change: () => void) => {
      const before = output.writes.length;
      change();
      await Promise.resolve();
      return output.writes.slice(before).join('|');
    };
    const rows = (...all: string[]) => turn(() => sink.write(all.join('\n')));
    return { sink, turn, rows };
  }

  it('is written behind the rows, once, in the same write', async () => {
    const { sink, turn } = sinkOf();
    const written = await turn(() => {
      sink.write('one\n\n\nfour');
      sink.setPicture({ sequence: kitty, at });
    });
    expect(written).not.toContain('|');
    expect(written.indexOf(drawn)).toBeGreaterThan(written.indexOf('four'));
    expect(await turn(() => sink.setPicture({ sequence: kitty, at: { ...at } }))).toBe('');
  });

  it('is drawn again where a row under it was written, and only then', async () => {
    const { sink, turn, rows } = sinkOf();
    await rows('one', '', '', 'four');
    await turn(() => sink.setPicture({ sequence: kitty, at }));
    expect(await rows('one', '', '', 'other')).not.toContain(drawn);
    expect(await rows('one', '', 'x', 'other')).toContain(drawn);
    expect(await turn(() => sink.repaint())).toContain(drawn);
  });

  it('is taken away before its rows are written again', async () => {
    const { sink, turn, rows } = sinkOf();
    await rows('one', 'two', 'three', 'four');
    await turn(() => sink.setPicture({ sequence: kitty, at }));
    const gone = await turn(() => sink.setPicture(null));
    expect(gone.indexOf(kitty.erase)).toBeGreaterThanOrEqual(0);
    expect(gone.indexOf('two')).toBeGreaterThan(gone.indexOf(kitty.erase));
    expect(gone).toContain('three');
    expect(gone).not.toContain('four');
    expect(gone).not.toContain(kitty.draw);
    expect(await turn(() => sink.setPicture(null))).toBe('');
  });

  it.each([
    { row: 4, column: 3 },
    { row: 1, column: 19 },
  ])(
    '[A128 picture out of its place] that would reach beyond the screen is not drawn: %j',
    async (place) => {
      const { sink, turn, rows } = sinkOf();
      await rows('one');
      expect(await turn(() => sink.setPicture({ sequence: kitty, at: place }))).not.toContain(
        '\x1b_G',
      );
      // Control: where it fits it is.
      expect(await turn(() => sink.setPicture({ sequence: kitty, at }))).toContain(drawn);
    },
  );

  it('[A128 picture out of its place] is nothing that a row can hold', async () => {
    const { rows } = sinkOf();
    for (const sequence of ['kitty', 'iterm', 'sixel'] as const) {
      const { draw } = PictureSequence[sequence](pixels, { width: 2, height: 2 });
      const written = await rows(`${sequence} ${draw}`);
      expect(written).toContain(sequence);
      expect(written).not.toMatch(/\x1b[_P]|\x1b\]1337/);
    }
  });
});
