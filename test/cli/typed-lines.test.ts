// Lines of a person at a terminal, at one that can do nothing, and in a pipe.
import { PassThrough } from 'node:stream';
import xterm from '@xterm/headless';
import { afterEach, describe, expect, it } from 'vitest';
import { Output } from '../../src/cli/output.ts';
import {
  openTypedLines,
  type TypedLines,
  type TypedLinesOptions,
} from '../../src/cli/typed-lines.ts';
import { safeText } from '../../src/ui/safe-text.ts';

const COLUMNS = 40;
const names = ['asha ', 'arun ', 'bela '];

interface Typist {
  readonly lines: TypedLines;
  type(keys: string): Promise<void>;
  /** What was written so far. */
  written(): string;
  /** As a terminal shows it, without empty rows at the end. */
  screen(): Promise<string[]>;
  next(): Promise<string>;
}

const open: Typist[] = [];
afterEach(() => {
  for (const { lines } of open.splice(0)) lines.close();
});

function typist(terminal: TypedLinesOptions['terminal']): Typist {
  const stdin = Object.assign(new PassThrough(), { isTTY: terminal !== 'none' });
  const isTerminal = terminal !== 'none';
  const stdout = Object.assign(
    new PassThrough(),
    isTerminal ? { isTTY: true, columns: COLUMNS } : {},
  );
  let written = '';
  stdout.setEncoding('utf8').on('data', (text: string) => {
    written += text;
  });
  const lines = openTypedLines({
    ...{ stdin, output: new Output({ stdout, stderr: new PassThrough() }), terminal },
    complete: (before) => {
      const word = /\S*$/.exec(before)?.[0] ?? '';
      return { word, candidates: names.filter((name) => name.startsWith(word)) };
    },
  });
  const texts = lines.texts[Symbol.asyncIterator]();
  const settle = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
  const made: Typist = {
    lines,
    type: (keys) => {
      stdin.write(keys);
      return settle();
    },
    written: () => written,
    screen: async () => {
      await settle();
      const shown = new xterm.Terminal({
        cols: COLUMNS,
        rows: 24,
        allowProposedApi: true,
        convertEol: true,
      });
      await new Promise<void>((resolve) => shown.write(written, resolve));
      const rows = Array.from(
        { length: 24 },
        (_, row) => shown.buffer.active.getLine(row)?.translateToString(true) ?? '',
      );
      shown.dispose();
      return rows.slice(0, rows.findLastIndex((row) => row !== '') + 1);
    },
    next: async () => {
      const { value, done } = await texts.next();
      return done === true ? 'the end' : String(value);
    },
  };
  open.push(made);
  return made;
}

describe('what is half typed when lines arrive', () => {
  it('stands below them at a terminal, and is sent whole', async () => {
    const { lines, type, screen, next } = typist('erasing');
    lines.setPlace(safeText('#lobby'));
    await type('half');
    lines.show(safeText('09:15 #lobby bela: hello'));
    expect(await screen()).toEqual(['09:15 #lobby bela: hello', '#lobby> half']);
    await type(' done\r');
    expect(await next()).toBe('half done');
  });

  it('stands below them where it goes over several rows, and the cursor is not at its end', async () => {
    const { lines, type, screen, next } = typist('erasing');
    lines.setPlace(safeText('#lobby'));
    await type('x'.repeat(50));
    await type('\x1b[D\x1b[D');
    lines.show(safeText('one'), safeText('two'));
    const rows = ['one', 'two', `#lobby> ${'x'.repeat(32)}`, 'x'.repeat(18)];
    expect(await screen()).toEqual(rows);
    await type('y\r');
    expect(await next()).toBe(`${'x'.repeat(48)}yxx`);
  });

  it('is said once more to a screen reader: nothing that stood is erased', async () => {
    const { lines, type, screen, next, written } = typist('append-only');
    lines.setPlace(safeText('#lobby'));
    lines.show(safeText('first'));
    await type('half');
    lines.show(safeText('second'));
    expect(await screen()).toEqual(['first', 'half', 'second', 'half']);
    expect(written()).not.toMatch(/\x1b\[\d*A|\x1b\[2J/);
    await type(' done\r');
    expect(await next()).toBe('half done');
    lines.show(safeText('third'));
    expect((await screen()).at(-1)).toBe('third');
  });

  it('is the kernel’s where the terminal is dumb: nothing but text goes there', async () => {
    const { lines, type, written, next } = typist('dumb');
    lines.setPlace(safeText('#lobby'));
    lines.show(safeText('hello'));
    await type('typed\n');
    expect(await next()).toBe('typed');
    expect(written()).toBe('hello\n');
    // Control: at a terminal that can move its cursor there are sequences.
    const other = typist('erasing');
    other.lines.setPlace(safeText('#lobby'));
    other.lines.show(safeText('hello'));
    expect(other.written()).toContain('\x1b[');
  });
});

describe('a message of several lines', () => {
  it.each(['none', 'dumb', 'erasing', 'append-only'] as const)(
    'goes on after a backslash: %s',
    async (terminal) => {
      const { type, next } = typist(terminal);
      await type('one\\\ntwo\\\nthree\nfour\\\\\n');
      expect(await next()).toBe('one\ntwo\nthree');
      expect(await next()).toBe('four\\');
    },
  );

  it('is not lost where the input ends in the middle of it', async () => {
    const { lines, type, next } = typist('none');
    await type('one\\\n');
    lines.close();
    expect(await next()).toBe('one\n');
    expect(await next()).toBe('the end');
  });

  it('is never sent by pasting alone', async () => {
    const { lines, type, next, screen } = typist('erasing');
    lines.setPlace(safeText('#lobby'));
    await type('\x1b[200~one\rtwo\rthree\x1b[201~');
    expect((await screen()).join(' ').replace(/ +/g, ' ')).toContain('not sent: Enter sends');
    await type('\r');
    expect(await next()).toBe('one\ntwo\nthree');
    // Control: typed, each line is a message.
    await type('four\rfive\r');
    expect([await next(), await next()]).toEqual(['four', 'five']);
  });
});

describe('keys at a terminal', () => {
  it('bring back lines, and complete the word before the cursor', async () => {
    const { type, next, screen, lines } = typist('erasing');
    await type('first\r');
    await type('second\r');
    await type('\x1b[A\x1b[A\r');
    expect([await next(), await next(), await next()]).toEqual(['first', 'second', 'first']);
    await type('@x b\t');
    await type('!\r');
    expect(await next()).toBe('@x bela !');
    await type('a\t');
    expect((await screen()).at(-2)).toBe('-- 2 fit: asha, arun');
    expect((await screen()).at(-1)).toBe('> a');
    lines.close();
  });

  it('drop what is typed with Ctrl+C, and leave with two more', async () => {
    const { type, next, screen } = typist('erasing');
    await type('oops\x03');
    expect((await screen()).join(' ')).toContain('What was typed is dropped.');
    await type('fine\r');
    expect(await next()).toBe('fine');
    await type('\x03');
    expect((await screen()).join(' ')).toContain('Ctrl+C once more');
    await type('\x03');
    expect(await next()).toBe('the end');
  });

  it('put the terminal back', async () => {
    const { lines, written } = typist('append-only');
    expect(written()).toContain('\x1b[?2004h');
    lines.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(written()).toMatch(/\x1b\[\?2004l$/);
  });

  it('echo nothing of pasted text that drives a terminal', async () => {
    const { type, written, next } = typist('append-only');
    await type('a\x9b2Jb\u202ec\x07d\x1b[5;5He\r');
    expect(written().replace(/\x1b\[(?:\?2004h|\d*[GJ])/g, '')).not.toMatch(
      /[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]/,
    );
    expect(await next()).toMatch(/^a/);
    // Control: what is harmless comes back as it was typed.
    await type('नमस्ते שלום\r');
    expect(written()).toContain('नमस्ते שלום');
  });
});
