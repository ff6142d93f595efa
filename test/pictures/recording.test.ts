import { readFileSync } from 'node:fs';
import unicode11 from '@xterm/addon-unicode11';
import xterm from '@xterm/headless';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { type Cell, type Grid, gridOf, PLAIN_STYLE, type Style } from './grid.ts';
import { Recording } from './recording.ts';
import { emptyGrid, sideBySide } from './side-by-side.ts';

const header = v.object({
  version: v.literal(2),
  width: v.pipe(v.number(), v.integer(), v.minValue(1)),
  height: v.pipe(v.number(), v.integer(), v.minValue(1)),
  title: v.string(),
  env: v.object({ TERM: v.string() }),
});
const event = v.strictTuple([v.pipe(v.number(), v.minValue(0)), v.literal('o'), v.string()]);

interface Played {
  readonly grid: Grid;
  readonly seconds: readonly number[];
}

/** Follows the file as a player does, to its end or until that is shown. Throws where it is no asciicast v2. */
async function play(file: string, until: (text: string) => boolean = () => false): Promise<Played> {
  expect(file.endsWith('\n')).toBe(true);
  const [first = '', ...lines] = file.trimEnd().split('\n');
  const { width, height } = v.parse(header, JSON.parse(first));
  const terminal = new xterm.Terminal({ cols: width, rows: height, allowProposedApi: true });
  terminal.loadAddon(new unicode11.Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  const events = lines.map((line) => v.parse(event, JSON.parse(line)));
  for (const [, , output] of events) {
    await new Promise<void>((resolve) => terminal.write(output, resolve));
    if (until(textOf(gridOf(terminal, true)))) break;
  }
  return { grid: gridOf(terminal, true), seconds: events.map(([seconds]) => seconds) };
}

function textOf({ rows }: Grid): string {
  return rows.map((row) => row.map(({ text }) => text).join('')).join('\n');
}

function row(text: string, columns: number, style: Partial<Style> = {}): Cell[] {
  const cells = [...text].map((character): Cell => {
    const isWide = /\p{Emoji_Presentation}|\p{Script=Han}/u.test(character);
    return {
      text: character,
      cells: isWide ? 2 : 1,
      style: { ...PLAIN_STYLE, ...style },
    };
  });
  const taken = cells.reduce((sum, cell) => sum + cell.cells, 0);
  const blank: Cell = { text: ' ', cells: 1, style: PLAIN_STYLE };
  return [...cells, ...Array.from({ length: columns - taken }, () => blank)];
}

describe('a recording', () => {
  const frames: readonly Grid[] = [
    emptyGrid(20, 2),
    {
      columns: 20,
      rows: [row('bold 漢字', 20, { bold: true, foreground: 6 }), row('a', 20, { inverse: true })],
      cursor: { row: 1, column: 1 },
    },
    {
      columns: 20,
      rows: [
        row('🙂 fixed', 20, { foreground: 16, background: 231 }),
        row('ab', 20, { dim: true, italic: true, underline: true, foreground: 'ff8800' }),
      ],
      cursor: { row: 1, column: 2 },
    },
  ];

  it('shows the same, cell by cell, when it is played', async () => {
    const recording = new Recording({ columns: 20, rows: 2, title: 'test' });
    for (const frame of frames) {
      recording.show(frame);
      recording.wait(100);
      if (frame.cursor !== null) {
        expect((await play(recording.toString())).grid).toEqual(frame);
      }
    }
  });

  it('writes nothing for what has not changed, and lets the time pass', async () => {
    const recording = new Recording({ columns: 20, rows: 2, title: 'test' });
    const [first = emptyGrid(20, 2), second = first] = frames;
    recording.show(first);
    recording.wait(100);
    recording.show(first);
    recording.wait(400);
    recording.show(second);
    expect((await play(recording.toString())).seconds).toEqual([0, 0.5]);
  });
});

describe('two terminals side by side', () => {
  const left = { columns: 3, rows: [row('abc', 3)], cursor: { row: 0, column: 1 } };
  const right = { columns: 3, rows: [row('漢d', 3)], cursor: { row: 0, column: 2 } };
  const [asha, bela] = [
    { name: 'l', grid: left },
    { name: 'r', grid: right },
  ];

  it('have their names above them and an edge between them', () => {
    const both = sideBySide(asha, bela, null);
    expect(textOf(both)).toBe(' l │ r \nabc│漢d');
    expect(both).toMatchObject({ columns: 7, cursor: null });
  });

  it('show the cursor of whoever types', () => {
    expect(sideBySide(asha, bela, 'left').cursor).toEqual({ row: 1, column: 1 });
    expect(sideBySide(asha, bela, 'right').cursor).toEqual({ row: 1, column: 6 });
  });
});

describe('docs/pictures/meeting.cast', () => {
  const file = readFileSync(new URL('../../docs/pictures/meeting.cast', import.meta.url), 'utf8');

  it('is an asciicast v2 whose time never goes back, of a minute or so', async () => {
    const { seconds } = await play(file);
    expect(seconds.length).toBeGreaterThan(50);
    expect(seconds).toEqual(seconds.toSorted((a, b) => a - b));
    expect(seconds.at(-1)).toBeLessThan(90);
  });

  it('takes the colours of who plays it: no more than the sixteen', () => {
    expect(file).toMatch(/38;5;\d/);
    expect(file).not.toMatch(/[34]8;(?:2;|5;(?:1[6-9]|[2-9]\d|\d{3}))/);
  });

  it('ends with two people who have verified each other', async () => {
    const { grid } = await play(file);
    expect(textOf(grid).match(/online · verified/g)).toHaveLength(2);
  });

  it('shows the same seven words on both sides', async () => {
    const { grid } = await play(file, (text) => text.split('y: yes').length === 3);
    const words = [...textOf(grid).matchAll(/ {3}(\d{3}) {2}([a-z]+)/g)].map(
      ([, number, word]) => `${number} ${word}`,
    );
    const [left, right] = [0, 1].map((side) => words.filter((_, index) => index % 2 === side));
    expect(left).toHaveLength(7);
    expect(right).toEqual(left);
  });
});
