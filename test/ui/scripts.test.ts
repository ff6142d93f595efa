// Scripts as people write them: what is typed, and what arrives, is on the screen whole, at small sizes too.
import unicode11 from '@xterm/addon-unicode11';
import xterm from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { END_OF_RIGHT_TO_LEFT } from '../../src/ui/bidi.ts';
import { frameOf } from '../../src/ui/frame.ts';
import { filterRow } from '../../src/ui/frame-row.ts';
import { paintRow, type Row } from '../../src/ui/spans.ts';
import { BUILT_IN_THEMES, paletteOf } from '../../src/ui/theme.ts';
import { cellWidth } from '../../src/ui/width.ts';
import { stillMoment } from '../support/ink-screen.tsx';
import { keysOf } from '../support/screen-presses.ts';
import { message, type TestScreen, testScreen } from '../support/screen-store.ts';

const DARK = paletteOf(BUILT_IN_THEMES.dark, 'true');

const SIZES = [
  { columns: 40, rows: 15 },
  { columns: 80, rows: 24 },
];

const SCRIPTS = [
  { name: 'Arabic', text: 'السلام عليكم ورحمة الله', nick: 'أحمد' },
  { name: 'Persian', text: 'می‌خواهم بروم', nick: 'سارا' },
  { name: 'Hebrew', text: 'שָׁלוֹם עוֹלָם, 12:30', nick: 'דנה' },
  { name: 'Devanagari', text: 'नमस्ते दुनिया क्‍ष', nick: 'रवि' },
  { name: 'Korean', text: '안녕하세요 세계', nick: '민수' },
  { name: 'Korean in parts', text: '안녕', nick: '민수' },
];

function frame({ store }: TestScreen) {
  const found = frameOf(store.state, stillMoment);
  if (found === null) throw new Error('too small');
  return found;
}

/** Rows as a terminal shows them that clips at its edge. */
async function onTerminal(rows: readonly Row[], columns: number): Promise<string[]> {
  const terminal = new xterm.Terminal({ cols: columns, rows: 60, allowProposedApi: true });
  terminal.loadAddon(new unicode11.Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  const bytes = rows
    .map(
      (row, at) =>
        `\x1b[${at + 1};1H${filterRow(paintRow(row, { cells: columns, palette: DARK }))}`,
    )
    .join('');
  await new Promise<void>((resolve) => terminal.write(`\x1b[?7l${bytes}`, resolve));
  const { active } = terminal.buffer;
  const shown = rows.map(
    (_, at) =>
      active.getLine(at)?.translateToString(true).replaceAll(END_OF_RIGHT_TO_LEFT, '') ?? '',
  );
  terminal.dispose();
  return shown;
}

describe.each(SIZES)('scripts at $columns×$rows', (size) => {
  it.each(SCRIPTS)('are typed whole, letter by letter: $name', async ({ text }) => {
    const screen = testScreen();
    screen.store.setSize(size);
    const keys = keysOf(screen);
    for (const letter of text) keys.take({ kind: 'text', text: letter });
    const { composer, cursor } = frame(screen);
    const [shown] = await onTerminal(composer, size.columns);
    expect(shown).toBe(`#lobby> ${text}`);
    expect(cursor).toEqual({ row: size.rows - 1, column: 8 + cellWidth(text) });
  });

  it.each(SCRIPTS)('are shown whole, name and words, over many rows: $name', async (script) => {
    const { name, text, nick } = script;
    const screen = testScreen();
    screen.store.setSize(size);
    const words = Array.from({ length: 9 }, () => text).join(' ');
    const { from, ...said } = message({ text: words });
    applyEvent(screen.store, { type: 'message', message: { ...said, from: { ...from, nick } } });
    const { main, layout } = frame(screen);
    const rows = (await onTerminal(main, layout.main)).filter((row) => row !== '');
    const heading = rows.findIndex((row) => row.includes(nick));
    expect(heading, name).toBeGreaterThanOrEqual(0);
    const body = rows.slice(heading + 1).filter((row) => row.startsWith('      '));
    expect(body.length).toBeGreaterThan(0);
    const shown = body.map((row) => row.trim()).join('');
    expect(shown.replaceAll(' ', '')).toBe(words.replaceAll(' ', ''));
  });
});
