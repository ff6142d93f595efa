import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { enterModes, skeletonFrame, skeletonRows } from '../../bin/skeleton.js';
import type { PtyOptions, PtySession } from '../support/pty.ts';
import { ptyProgram } from '../support/pty-program.ts';

const program = ptyProgram(new URL('../support/screen-program.tsx', import.meta.url));

async function ready(options: Partial<PtyOptions> = {}): Promise<PtySession> {
  const session = program.start(options);
  await session.waitFor(({ screen }) => screen.at(-1) === '>', 'the empty input');
  return session;
}

function expectRestored(session: PtySession): void {
  expect(session.isAlternateScreen).toBe(false);
  expect(session.modes).toMatchObject({
    bracketedPasteMode: false,
    sendFocusMode: false,
    wraparoundMode: true,
    synchronizedOutputMode: false,
  });
  expect(session.output.lastIndexOf('\x1b[?25h')).toBeGreaterThan(
    session.output.lastIndexOf('\x1b[?25l'),
  );
  expect(session.output.lastIndexOf('\x1b[23;0t')).toBeGreaterThan(
    session.output.lastIndexOf('\x1b[22;0t'),
  );
}

const sizes = [
  { columns: 40, rows: 15 },
  { columns: 80, rows: 24 },
  { columns: 200, rows: 50 },
];

describe.each(sizes)('a screen of $columns×$rows', (size) => {
  it('shows the whole frame, one row a row, and the cursor in the input', async () => {
    const session = await ready(size);
    const { columns, rows } = size;
    expect(session.screen).toEqual([
      `lanchat ${columns}x${rows}`,
      'नमस्ते दुनिया',
      '漢字かな 👩‍👩‍👧‍👦 🙂',
      ...Array.from({ length: rows - 5 }, () => ''),
      'ready',
      '>',
    ]);
    expect(session.cursor).toEqual({ row: rows - 1, column: 2 });
    expect(session.isAlternateScreen).toBe(true);
    expect(session.modes).toMatchObject({
      bracketedPasteMode: true,
      sendFocusMode: true,
      wraparoundMode: false,
    });
  });

  it('writes few bytes for a key', async () => {
    const session = await ready(size);
    session.type('hello');
    await session.waitForText('> hello');
    const before = session.bytesWritten;
    session.type('!');
    await session.waitFor(
      ({ screen, cursor }) => screen.at(-1) === '> hello!' && cursor.column === 8,
    );
    expect(session.bytesWritten - before).toBeLessThan(88);
  });

  it('places the cursor where the terminal counts it, in any script', async () => {
    const session = await ready(size);
    for (const [typed, back, expected] of [
      ['नमस्ते', 0, 'नमस्ते'],
      ['漢字', 1, '漢'],
      ['🙂a', 1, '🙂'],
    ] as const) {
      session.type(typed);
      session.type('\x1b[D'.repeat(back));
      // The terminal's own measure: what stands left of its cursor is what was typed up to there.
      await session.waitFor(
        ({ textLeftOfCursor, screen }) =>
          textLeftOfCursor === `> ${expected}` && screen.at(-1) === `> ${typed}`,
        `the cursor behind ${expected}`,
      );
      session.type('\x1b[C\r');
      session.type('\r');
      await session.waitFor(({ screen }) => screen.at(-1) === '>');
    }
  });
});

describe('input', () => {
  it('hears text and Enter in one write, Backspace, and a paste that never sends', async () => {
    const session = await ready();
    session.type('hix\x7f\r');
    await session.waitForText('sent hi');
    session.type('\x1b[200~one\rtwo\r\x1b[201~');
    await session.waitFor(({ screen }) => screen.at(-2) === '  two');
    expect(session.screen).toContain('> one');
    session.type('\r');
    await session.waitForText('sent one/two/');
  });

  it('keeps what is typed before it listens, and drops what the terminal answers', async () => {
    const session = program.start();
    session.type('early\x1b[?62;4c\x1b]11;rgb:0/0/0\x1b\\');
    await session.waitFor(({ screen }) => screen.at(-1) === '> early');
  });

  it('tells whether the window is looked at', async () => {
    const session = await ready();
    session.type('\x1b[O');
    await session.waitForText('blur');
    session.type('\x1b[I');
    await session.waitForText('focus');
  });
});

describe('resize', () => {
  it('paints the new size whole', async () => {
    const session = await ready();
    session.type('draft');
    await session.waitForText('> draft');
    for (const { columns, rows } of [...sizes, { columns: 80, rows: 24 }]) {
      session.resize(columns, rows);
      await session.waitFor(
        ({ screen }) => screen[0] === `lanchat ${columns}x${rows}` && screen.at(-1) === '> draft',
        `${columns}x${rows}`,
      );
      expect(session.screen.filter((row) => row.includes('lanchat'))).toHaveLength(1);
      expect(session.screen.filter((row) => row.includes('draft'))).toHaveLength(1);
      expect(session.cursor).toEqual({ row: rows - 1, column: 7 });
    }
  });
});

describe('hostile text in a frame', () => {
  it('moves nothing, sets nothing, and takes only its own row', async () => {
    const rows = [
      'a\x1b[2Jb',
      'c\x1b[5;5Hd',
      'e\x1b]0;pwned\x07f',
      'g\x9b2Jh',
      'i\x1b[?1049lj',
      'k\bl\rm',
      'n\x1bco',
      'p\x1b]52;c;eA==\x07q',
      'r\x1b[6ns',
      `w${'漢'.repeat(200)}`,
      'e\u0301'.repeat(300),
      't\u202eu',
      'v\x1bP+q\x1b\\x',
    ]; // prettier-ignore
    const session = await ready({ env: { HOSTILE_ROWS: JSON.stringify(rows) } });
    const { screen } = session;
    expect(screen[0]).toBe('lanchat 80x24');
    for (const first of 'acegiknprwtv') {
      expect(
        screen.filter((row) => row.startsWith(first)),
        first,
      ).toHaveLength('er'.includes(first) ? 2 : 1);
    }
    expect(screen.at(-2)).toBe('ready');
    expect(screen.at(-1)).toBe('>');
    expect(session.isAlternateScreen).toBe(true);
    const written = session.output.slice(enterModes.length);
    expect(written).not.toMatch(/[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202e]|\x1b[^[]/);
    // Nothing but positions, erasures, styles, the cursor and synchronized output.
    for (const [sequence] of written.matchAll(/\x1b\[[^@-~]*[@-~]/g))
      expect(sequence).toMatch(/^\x1b\[(\d+;\d+H|2?K|[\d;]*m|\?25[hl]|\?2026[hl])$/);
  });
});

describe('the skeleton', () => {
  it('shows at once, and the screen takes over without painting what already stands', async () => {
    const size = { columns: 80, rows: 24 };
    const skeleton = skeletonFrame({ ...size, nick: 'as\x1bha' });
    const shown = await ready({
      file: '/bin/sh',
      args: ['-c', 'printf %s "$FRAME"; exec "$0" "$1"', process.execPath, program.file],
      env: {
        FRAME: skeleton,
        SKELETON: JSON.stringify(skeletonRows({ ...size, nick: 'as\x1bha' })),
      },
    });
    const afterSkeleton = shown.output.slice(shown.output.indexOf(skeleton) + skeleton.length);
    expect(shown.output).toContain(skeleton);
    expect(afterSkeleton).not.toContain('\x1b[2J');
    expect(afterSkeleton).not.toContain('\x1b[?1049h');
    expect(shown.screen[0]).toBe('lanchat 80x24');
    shown.type('\x03');
    await shown.exited;
    expectRestored(shown);
  });
});

describe('the terminal is restored', () => {
  it('after quitting', async () => {
    const session = await ready();
    session.type('\x03');
    expect(await session.exited).toEqual({ exitCode: 0, signal: 0 });
    expectRestored(session);
  });

  it('after an uncaught exception, whose text is readable', async () => {
    const session = await ready();
    session.type('\x14');
    expect((await session.exited).exitCode).toBe(1);
    await session.waitForText('a bug in the program');
    expectRestored(session);
  });

  it.each([
    ['SIGTERM', 15],
    ['SIGINT', 2],
    ['SIGHUP', 1],
  ] as const)('after %s, which still ends the program', async (signal, number) => {
    const session = await ready();
    process.kill(session.pid, signal);
    expect((await session.exited).signal).toBe(number);
    expectRestored(session);
  });

  it('before a graceful end, and nothing is painted any more', async () => {
    const session = await ready({ env: { GRACEFUL: '1' } });
    process.kill(session.pid, 'SIGTERM');
    expect((await session.exited).exitCode).toBe(0);
    await session.waitForText('ended by SIGTERM');
    expectRestored(session);
    expect(session.output).not.toContain('still painting');
  });

  it('while it is suspended, and taken again when it continues', async () => {
    const session = program.start({
      file: '/bin/bash',
      args: ['--norc', '--noprofile', '--noediting', '-i'],
      env: { PS1: 'shell$ ' },
    });
    await session.waitForText('shell$');
    session.type(`'${process.execPath}' '${program.file}'\r`);
    await session.waitFor(({ screen }) => screen.at(-1) === '>', 'the screen');
    session.type('draft\x1a');
    await session.waitFor(
      ({ screen, isAlternateScreen }) =>
        !isAlternateScreen && screen.some((row) => row.includes('Stopped')),
      'the stop',
    );
    expectRestored(session);
    session.type('fg\r');
    await session.waitFor(
      ({ screen, isAlternateScreen }) => isAlternateScreen && screen.at(-1) === '> draft',
      'the screen again',
    );
    expect(session.screen[0]).toBe('lanchat 80x24');
    // Raw mode is back: a key arrives without Enter.
    session.type('!');
    await session.waitFor(({ screen }) => screen.at(-1) === '> draft!', 'a key');
    session.type('\x03');
    await session.waitFor(({ isAlternateScreen }) => !isAlternateScreen, 'the shell');
    expectRestored(session);
  });

  const onLinux = it.skipIf(process.platform !== 'linux');
  onLinux('and taken again, in raw mode, after a stop that no program can catch', async () => {
    const session = await ready();
    const tty = readlinkSync(`/proc/${session.pid}/fd/0`);
    process.kill(session.pid, 'SIGSTOP');
    // What a shell does to its terminal when a job stops.
    execFileSync('stty', ['-F', tty, 'sane']);
    const before = session.output.length;
    process.kill(session.pid, 'SIGCONT');
    await session.waitFor(({ output }) => output.slice(before).includes('ready'), 'a repaint');
    session.type('\x1b[O');
    await session.waitForText('blur');
  });
});
