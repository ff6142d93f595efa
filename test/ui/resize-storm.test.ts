// Resizes, keys, messages and a slow terminal at random: what stands on the grid is what the store says.
import { EventEmitter } from 'node:events';
import unicode11 from '@xterm/addon-unicode11';
import xterm from '@xterm/headless';
import { render } from 'ink';
import { createElement } from 'react';
import { afterEach, expect, it } from 'vitest';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { FrameSink, inkOutput, type ScreenSize } from '../../src/ui/frame-sink.ts';
import type { KeyEvent } from '../../src/ui/key-sequences.ts';
import { keyPress } from '../../src/ui/key-sequences.ts';
import { INK_OPTIONS, Screen } from '../../src/ui/screen.tsx';
import { measureAs } from '../../src/ui/width.ts';
import { inkScreen, stillMoment } from '../support/ink-screen.tsx';
import { keysOf } from '../support/screen-presses.ts';
import { message, type TestScreen, testScreen } from '../support/screen-store.ts';
import { numbersFrom } from '../support/seeded.ts';

const STEPS = 1_000;
const words = [
  ...['hello', 'नमस्ते दुनिया', '漢字かな', '👩‍👩‍👧‍👦 family', '🇮🇳', '❤️', 'שלום', 'x'.repeat(300)],
  ...['\x1b[2J\x1b[5;5Hgone', 'e\u0301'.repeat(80), '﷽﷽﷽', 'two\nlines'],
];
const named = ['up', 'down', 'left', 'right', 'pageup', 'pagedown', 'backspace', 'tab', 'escape'];

afterEach(() => measureAs({}));

/** A terminal that takes what it is given at once, but says now and then that it is full. */
class Grid extends EventEmitter {
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  isSlow = false;

  constructor({ columns, rows }: ScreenSize) {
    super();
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    this.#terminal.loadAddon(new unicode11.Unicode11Addon());
    this.#terminal.unicode.activeVersion = '11';
    this.#terminal.write('\x1b[?1049h\x1b[?7l');
    // Whatever moves the whole page.
    this.#terminal.onLineFeed(() => this.emit('scrolled'));
  }

  write(text: string): boolean {
    this.#terminal.write(text);
    return !this.isSlow;
  }

  resize({ columns, rows }: ScreenSize): void {
    this.#terminal.resize(columns, rows);
  }

  async rows(): Promise<string[]> {
    await new Promise<void>((done) => this.#terminal.write('', done));
    const buffer = this.#terminal.buffer.active;
    expect(buffer.baseY).toBe(0);
    const { cols, rows } = this.#terminal;
    // A line keeps cells beyond a narrower edge, which nobody sees.
    return Array.from({ length: rows }, (_, row) =>
      (buffer.getLine(row)?.translateToString(true, 0, cols) ?? '').trimEnd(),
    );
  }

  close(): void {
    this.#terminal.dispose();
  }
}

/** The rows that a terminal shows which had nothing on it before. */
async function freshRows({ store }: TestScreen): Promise<string[]> {
  const { size } = store.state;
  const ink = inkScreen(store);
  const grid = new Grid(size);
  const sink = new FrameSink({ ...size, output: grid });
  sink.write(ink.styled().join('\n'));
  await Promise.resolve();
  const rows = await grid.rows();
  ink.close();
  grid.close();
  return rows;
}

it.each([1, 2])('stays whole through a thousand of them (seed %i)', async (seed) => {
  const next = numbersFrom(seed);
  // As this terminal counts; the screen asks it.
  measureAs({ conjunct: 'parts', joined: 'parts', toned: 'parts', styled: 'parts' });
  const screen = testScreen();
  const { store, clock } = screen;
  const keys = keysOf(screen);
  const grid = new Grid(store.state.size);
  let scrolled = 0;
  grid.on('scrolled', () => {
    scrolled += 1;
  });
  const sink = new FrameSink({ ...store.state.size, output: grid });
  const ink = render(
    createElement(Screen, {
      ...{ store, links: next(2) === 1, moment: () => stillMoment },
      setCursor: (cell) => sink.setCursor(cell),
      setPicture: (picture) => sink.setPicture(picture),
    }),
    { ...INK_OPTIONS, stdout: inkOutput(sink) },
  );
  const pick = <T>(list: readonly T[], or: T): T => list[next(list.length)] ?? or;
  const resize = () => {
    const size = { columns: 1 + next(130), rows: 1 + next(45) };
    grid.resize(size);
    store.setSize(size);
    sink.resize(size);
  };
  const key = (): KeyEvent =>
    next(2) === 0 ? keyPress(pick(named, 'up')) : { kind: 'text', text: pick(words, 'x') };
  let compared = 0;
  for (let step = 0; step < STEPS; step += 1) {
    const what = next(4);
    if (what === 0) resize();
    else if (what === 1) keys.take(key());
    else if (what === 2) {
      applyEvent(store, { type: 'message', message: message({ text: pick(words, 'x') }) });
      clock.advance(next(150));
    } else {
      grid.isSlow = !grid.isSlow;
      if (!grid.isSlow) grid.emit('drain');
    }
    if (next(3) === 0) await Promise.resolve();
    if (step % 10 !== 9) continue;
    grid.isSlow = false;
    grid.emit('drain');
    clock.advance(200);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await grid.rows(), `step ${step}`).toEqual(await freshRows(screen));
    compared += 1;
  }
  expect(compared).toBe(STEPS / 10);
  expect(scrolled).toBe(0);
  ink.unmount();
  ink.cleanup();
  grid.close();
});
