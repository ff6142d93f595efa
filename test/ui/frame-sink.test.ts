import { EventEmitter } from 'node:events';
import unicode11 from '@xterm/addon-unicode11';
import xterm from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { filterRow, rowPrefix } from '../../src/ui/frame-row.ts';
import { FrameSink } from '../../src/ui/frame-sink.ts';
import { cellWidth, graphemes } from '../../src/ui/width.ts';

class FakeOutput extends EventEmitter {
  readonly writes: string[] = [];
  accepts = true;

  write(text: string): boolean {
    this.writes.push(text);
    return this.accepts;
  }
}

function sinkOf(options: { columns?: number; rows?: number; screen?: string[] } = {}) {
  const output = new FakeOutput();
  const onGone = vi.fn();
  const sink = new FrameSink({ output, columns: 20, rows: 4, onGone, ...options });
  const paint = async (...rows: string[]): Promise<string> => {
    const before = output.writes.length;
    sink.write(rows.join('\n'));
    await Promise.resolve();
    return output.writes.slice(before).join('|');
  };
  return { output, sink, paint, onGone };
}

/** The grid that a terminal shows after these writes. */
async function gridOf(writes: readonly string[], columns: number, rows: number): Promise<string[]> {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  terminal.loadAddon(new unicode11.Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  await new Promise<void>((done) => terminal.write(`\x1b[?7l${writes.join('')}`, done));
  const buffer = terminal.buffer.active;
  const grid = Array.from(
    { length: rows },
    (_, row) => buffer.getLine(row)?.translateToString(true) ?? '',
  );
  terminal.dispose();
  return grid;
}

describe('FrameSink', () => {
  it('writes only the rows that changed, in one synchronized write', async () => {
    const { paint } = sinkOf();
    await paint('one', 'two', 'three');
    const written = await paint('one', '2', 'three');
    expect(written).toBe('\x1b[?2026h\x1b[?25l\x1b[2;1H\x1b[2K2\x1b[?25l\x1b[?2026l');
  });

  it('writes nothing for the same frame again', async () => {
    const { paint } = sinkOf();
    await paint('one', 'two');
    expect(await paint('one', 'two')).toBe('');
  });

  it('writes from the first difference on in a long row', async () => {
    const { paint } = sinkOf();
    await paint('> hello worl');
    expect(await paint('> hello world')).toContain('\x1b[1;13H\x1b[Kd\x1b');
  });

  it('makes one write of several frames and a cursor in one turn', async () => {
    const { output, sink } = sinkOf();
    sink.write('one');
    sink.write('two');
    sink.setCursor({ row: 1, column: 2 });
    await Promise.resolve();
    expect(output.writes).toHaveLength(1);
    expect(output.writes[0]).toMatch(/\x1b\[2;3H\x1b\[\?25h\x1b\[\?2026l$/);
    expect(output.writes[0]).not.toContain('one');
  });

  it('moves the cursor alone when only it moved, and hides it on null', async () => {
    const { output, sink, paint } = sinkOf();
    sink.setCursor({ row: 0, column: 1 });
    await paint('abc');
    sink.setCursor({ row: 0, column: 2 });
    await Promise.resolve();
    expect(output.writes.at(-1)).toBe('\x1b[1;3H\x1b[?25h');
    sink.setCursor(null);
    await Promise.resolve();
    expect(output.writes.at(-1)).toBe('\x1b[?25l');
  });

  it('lets the terminal count cells before a cursor behind wide or joined text', async () => {
    const { output, sink, paint } = sinkOf();
    sink.setCursor({ row: 0, column: 4 });
    await paint('> नमस्ते');
    expect(output.writes.at(-1)).toContain('\x1b[1;1H> नम\x1b[?25h');
  });

  it('writes no more than what was typed at the end of a row, in any script', async () => {
    const { output, sink, paint } = sinkOf({ columns: 60 });
    const type = async (row: string): Promise<string> => {
      sink.setCursor({ row: 1, column: cellWidth(row.replace(/\x1b\[\d*m/g, '')) });
      return await paint('above', row);
    };
    await type('\x1b[1m> \x1b[0mпривет');
    expect(await type('\x1b[1m> \x1b[0mпривет,')).toBe(',');
    expect(await type('\x1b[1m> \x1b[0mпривет, 漢字')).toBe(' 漢字');
    // What melts into the cluster before it, what is styled, what was moved to: the whole row.
    expect(await type('\x1b[1m> \x1b[0mпривет, 漢字न')).toBe('न');
    expect(await type('\x1b[1m> \x1b[0mпривет, 漢字नी')).toContain('\x1b[2;1H');
    expect(await type('\x1b[1m> \x1b[0mпривет, 漢字नी\x1b[1m!')).toContain('\x1b[2;1H');
    expect(await type('\x1b[1m> \x1b[0mпривет, 漢字नी\x1b[1m!!')).toContain('\x1b[2;1H');
    await type('я');
    sink.setCursor({ row: 1, column: 0 });
    await Promise.resolve();
    expect(await type('яя')).toContain('\x1b[2;1H');
    sink.repaint();
    await Promise.resolve();
    expect(output.writes.at(-1)).toContain('\x1b[1;1H');
    expect(await type('яяя')).toBe('я');
  });

  it('shows the same after any frames as after the last alone, and has its cursor there', async () => {
    const piece = fc.constantFrom(
      ...[
        'a',
        ' ',
        'я',
        '漢',
        'न',
        'ी',
        '्',
        'ष',
        '\u0301',
        '👩',
        '\u200d',
        '👧',
        '🏽',
        '🇮',
        '🇳',
        'ำ',
      ],
    );
    const step = fc.record({
      text: fc.array(piece, { maxLength: 3 }),
      drop: fc.constantFrom(0, 0, 0, 0, 1, 9),
      back: fc.constantFrom(0, 0, 0, 1),
      above: fc.constantFrom('above', 'above', 'above', '漢字'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const { output, sink } = sinkOf({ columns: 30, rows: 2 });
        let typed: string[] = [];
        let last = sinkOf({ columns: 30, rows: 2 });
        for (const { text, drop, back, above } of steps) {
          typed = [...typed.slice(0, Math.max(0, typed.length - drop)), ...text];
          const row = `\x1b[1m> \x1b[0m${typed.join('')}`;
          const before = graphemes(typed.join(''));
          const cells = cellWidth(before.slice(0, before.length - back).join(''));
          last = sinkOf({ columns: 30, rows: 2 });
          for (const one of [sink, last.sink]) {
            one.write(`${above}\n${row}`);
            one.setCursor({ row: 1, column: 2 + cells });
          }
          await Promise.resolve();
        }
        const [grid, wanted] = [output.writes, last.output.writes].map((each) => [...each, '|']);
        expect(await gridOf(grid ?? [], 30, 2)).toEqual(await gridOf(wanted ?? [], 30, 2));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the cursor on the screen, whatever it is given', async () => {
    const { output, sink, paint } = sinkOf();
    sink.setCursor({ row: 99, column: -5 });
    await paint('abc');
    expect(output.writes.at(-1)).toContain('\x1b[4;1H\x1b[?25h');
  });

  it('paints every row after a resize, and tells Ink', async () => {
    const { output, sink, paint } = sinkOf();
    await paint('one', 'two');
    const resized = vi.fn();
    sink.on('resize', resized);
    sink.resize({ columns: 30, rows: 2 });
    await Promise.resolve();
    expect(resized).toHaveBeenCalledOnce();
    expect(sink).toMatchObject({ columns: 30, rows: 2 });
    expect(output.writes.at(-1)).toContain('\x1b[1;1H\x1b[2Kone\x1b[2;1H\x1b[2Ktwo');
    expect(output.writes.at(-1)).not.toContain('\x1b[3;1H');
  });

  it('skips frames while the terminal is slow and then writes the newest', async () => {
    const { output, paint } = sinkOf();
    output.accepts = false;
    await paint('one');
    await paint('two');
    await paint('three');
    expect(output.writes).toHaveLength(1);
    output.accepts = true;
    output.emit('drain');
    await Promise.resolve();
    expect(output.writes).toHaveLength(2);
    expect(await gridOf(output.writes, 20, 4)).toEqual(['three', '', '', '']);
  });

  it('stops when the terminal is gone, and says so once', async () => {
    const { output, paint, onGone } = sinkOf();
    await paint('one');
    output.emit('error', new Error('EPIPE'));
    output.emit('error', new Error('EPIPE'));
    expect(await paint('two')).toBe('');
    expect(onGone).toHaveBeenCalledOnce();
  });

  it('leaves only the error listener behind', () => {
    const { output, sink } = sinkOf();
    sink.close();
    expect(output.listenerCount('drain')).toBe(0);
    expect(output.listenerCount('error')).toBe(1);
  });

  it('takes over a screen of the same size and nothing of another size', async () => {
    const same = sinkOf({ screen: ['title', '', '', '> '] });
    expect(await same.paint('title', '', '', '> ')).not.toContain('title');
    const other = sinkOf({ screen: ['title', ''] });
    expect(await other.paint('title', '', '', '')).toContain('title');
  });

  it('shows exactly the last frame, whatever frames came before', async () => {
    const row = fc
      .array(
        fc.constantFrom(
          'a',
          'bc',
          ' ',
          'long shared start ',
          'e\u0301',
          '\x1b[1mbold\x1b[22m',
          '\x1b[31mred\x1b[39m',
          '漢',
          '\x1b[2J',
          '\x07',
          '\x1b[H',
        ),
        { maxLength: 8 },
      )
      .map((parts) => parts.join(''));
    const frames = fc.array(fc.array(row, { minLength: 2, maxLength: 5 }), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(frames, async (all) => {
        const { output, paint } = sinkOf({ columns: 24 });
        for (const frame of all) await paint(...frame);
        const fresh = sinkOf({ columns: 24 });
        await fresh.paint(...(all.at(-1) ?? []));
        expect(await gridOf(output.writes, 24, 4)).toEqual(
          await gridOf(fresh.output.writes, 24, 4),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('filterRow', () => {
  const link = '\x1b]8;;https://example.org/\x1b\\here\x1b]8;;\x1b\\';

  it.each([
    ['styles', '\x1b[1;38;5;200mhi\x1b[m'],
    ['web links', link],
    ['links to write a mail', '\x1b]8;;mailto:b@a.example\x1b\\b@a.example\x1b]8;;\x1b\\'],
    ['web links as Ink writes them', link.replaceAll('\x1b\\', '\x07')],
    ['text of any script', 'नमस्ते 👩‍👩‍👧‍👦 שלום'],
  ])('lets %s through', (_, row) => {
    expect(filterRow(row)).toBe(row);
  });

  it.each([
    ['cursor movement', 'a\x1b[5;5Hb', 'ab'],
    ['erasing', 'a\x1b[2Jb', 'ab'],
    ['modes', 'a\x1b[?1049lb', 'ab'],
    ['titles', 'a\x1b]0;x\x07b', 'ab'],
    ['clipboard', 'a\x1b]52;c;eA==\x07b', 'ab'],
    ['links to programs', 'a\x1b]8;;file:///etc/passwd\x1b\\b', 'ab'],
    ['mail that attaches files', 'a\x1b]8;;mailto:b@a.example?attach=/etc/passwd\x1b\\b', 'ab'],
    ['links longer than any', `a\x1b]8;;https://a.example/${'x'.repeat(1_100)}\x1b\\b`, 'ab'],
    ['links to scripts', 'a\x1b]8;;javascript:alert(1)\x1b\\b', 'ab'],
    ['reports', 'a\x1b[6n\x1b[cb', 'ab'],
    ['key modifiers that look like styles', 'a\x1b[>4;2mb', 'ab'],
    ['carriage returns', 'a\rb', 'a b'],
    ['backspaces', 'a\bb', 'a\ufffdb'],
    ['overrides', 'a\u202eb', 'a\ufffdb'],
  ])('stops %s', (_, row, expected) => {
    expect(filterRow(row)).toBe(expected);
  });

  it('leaves nothing but styles and web links, whatever comes', () => {
    const part = fc.oneof(
      fc.constantFrom(
        '\x1b[',
        '\x1b]8;;',
        'https://x',
        '\x1b\\',
        '\x07',
        'm',
        '1',
        ';',
        'H',
        '\x1b',
        '\x9b',
        '\r',
        '\x1b[1m',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const clean = filterRow(parts.join(''));
        const rest = clean
          .replaceAll(/\x1b\[[\d;:]*m/g, '')
          .replaceAll(/\x1b\]8;[\w=:-]*;(https?:\/\/[!-~]+|mailto:[\w.+@-]+)?(\x1b\\|\x07)/g, '');
        expect(rest).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e]/);
        expect(filterRow(clean)).toBe(clean);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('rowPrefix', () => {
  it('is not needed where cells are characters', () => {
    expect(rowPrefix('hello', 3)).toBeNull();
    expect(rowPrefix('hi नमस्ते', 2)).toBeNull();
    expect(rowPrefix('\x1b[1mhi\x1b[m', 2)).toBeNull();
  });

  it('keeps styles, whole graphemes, and pads a short row', () => {
    expect(rowPrefix('\x1b[1m漢\x1b[m字x', 4)).toBe('\x1b[1m漢\x1b[m字');
    expect(rowPrefix('漢', 5)).toBe('漢   ');
    expect(graphemes(rowPrefix('👩‍👩‍👧‍👦🙂', 3) ?? '')).toEqual(['👩‍👩‍👧‍👦']);
  });
});
