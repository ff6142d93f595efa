// The built program in a shell whose terminal is taken away in every way: what the shell finds afterwards.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PtySession } from '../support/pty.ts';

const executable = fileURLToPath(new URL('../../bin/lanchat.js', import.meta.url));
/** As the executable, but it leaves its pid, and SIGUSR1 and SIGUSR2 are faults inside. */
const WRAPPER = `import { writeFileSync } from 'node:fs';
writeFileSync(process.env.SCREEN_PID, String(process.pid));
process.on('SIGUSR1', () => { throw new Error('a fault inside'); });
process.on('SIGUSR2', () => { Promise.reject(new Error('a fault inside')); });
await import(${JSON.stringify(pathToFileURL(executable).href)});
`;

// Nothing answers there.
const COMMAND = '"$NODE" "$HOME/program.mjs" --nick asha --relay 127.0.0.1:9';

let folder: string;
let shell: PtySession;
let modesBefore: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanchat-faults-'));
  writeFileSync(join(folder, 'program.mjs'), WRAPPER);
});

afterEach(async () => {
  await shell.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

function pid(): number {
  return Number(readFileSync(join(folder, 'pid'), 'utf8'));
}

/** What `stty` says of the terminal: raw mode and all the rest. */
function sttyModes(): string {
  const tty = readlinkSync(`/proc/${shell.pid}/fd/0`);
  return execFileSync('stty', ['-F', tty, '-g'], { encoding: 'utf8' });
}

/** The program as a job of a shell, just begun. */
async function begin(): Promise<void> {
  await openShell();
  shell.type(`${COMMAND}; echo "status $?"\r`);
  await shell.waitFor(({ isAlternateScreen }) => isAlternateScreen, 'the first frame');
}

async function openShell(): Promise<void> {
  shell = new PtySession({
    ...{ file: '/bin/bash', args: ['--norc', '--noprofile', '--noediting', '-i'] },
    ...{ columns: 80, rows: 24 },
    env: {
      ...{ HOME: folder, LANCHAT_HOME: join(folder, 'asha'), SCREEN_PID: join(folder, 'pid') },
      ...{ PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', PS1: 'shell$ ', NODE: process.execPath },
    },
  });
  await shell.waitForText('shell$');
  modesBefore = sttyModes();
}

async function open(): Promise<void> {
  await begin();
  await shell.waitForText('You are asha');
}

function expectRestored(): void {
  const { output } = shell;
  expect(shell.isAlternateScreen).toBe(false);
  expect(shell.modes).toMatchObject({
    ...{ bracketedPasteMode: false, sendFocusMode: false },
    ...{ wraparoundMode: true, synchronizedOutputMode: false },
  });
  expect(output.lastIndexOf('\x1b[?25h')).toBeGreaterThan(output.lastIndexOf('\x1b[?25l'));
  expect(output.lastIndexOf('\x1b[23;0t')).toBeGreaterThan(output.lastIndexOf('\x1b[22;0t'));
  expect(sttyModes()).toBe(modesBefore);
}

const onLinux = describe.skipIf(process.platform !== 'linux');

onLinux('the terminal is put back', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('after %s, and the status says what ended it', async (signal, status) => {
    await open();
    // Control: there is something to put back.
    expect(sttyModes()).not.toBe(modesBefore);
    process.kill(pid(), signal);
    await shell.waitForText(`status ${status}`);
    expectRestored();
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('after %s while it still loads', async (signal, status) => {
    await begin();
    process.kill(pid(), signal);
    await shell.waitForText(`status ${status}`);
    expectRestored();
  });

  it.each(['SIGUSR1', 'SIGUSR2'] as const)(
    'after a fault inside (%s), which is told',
    async (signal) => {
      await open();
      process.kill(pid(), signal);
      await shell.waitForText('status 2');
      await shell.waitForText('a fault inside');
      expectRestored();
    },
  );

  it('while it is suspended, again and again, and taken back with the draft', async () => {
    await open();
    shell.type('draft');
    await shell.waitForText('> draft');
    for (let round = 0; round < 3; round += 1) {
      const before = shell.output.length;
      shell.type('\x1a');
      await shell.waitFor(
        ({ isAlternateScreen, output }) =>
          !isAlternateScreen && output.slice(before).includes('Stopped'),
        'the stop',
      );
      expectRestored();
      shell.type('fg\r');
      await shell.waitFor(
        ({ screen, isAlternateScreen }) =>
          isAlternateScreen && screen.some((row) => row.endsWith('> draft')),
        'the screen again',
      );
    }
    shell.type('!');
    await shell.waitForText('> draft!');
    process.kill(pid(), 'SIGTERM');
    await shell.waitFor(
      ({ screen, isAlternateScreen }) =>
        !isAlternateScreen && screen.findLast((row) => row !== '')?.trimEnd() === 'shell$',
      'the shell',
    );
    shell.type('echo "ended by $?"\r');
    await shell.waitForText('ended by 143');
    expectRestored();
  });
});

onLinux('a window that is resized as fast as it goes', () => {
  it('shows one whole frame of the last size', async () => {
    await open();
    shell.type('draft');
    await shell.waitForText('> draft');
    for (let round = 0; round < 300; round += 1) shell.resize(30 + (round % 90), 8 + (round % 30));
    shell.resize(80, 24);
    const isWhole = ({ screen }: PtySession) =>
      screen[0]?.startsWith(' lanchat') === true &&
      screen.at(-1) === '#lobby> draft' &&
      screen.filter((row) => row.includes('You are asha')).length === 1;
    await shell.waitFor(isWhole, 'the whole frame');
    process.kill(pid(), 'SIGTERM');
    await shell.waitForText('status 143');
    expectRestored();
  });
});

onLinux('a reader that leaves', () => {
  it('ends the lines quietly', async () => {
    await openShell();
    shell.type(`${COMMAND} | head -1; echo "status \${PIPESTATUS[*]}"\r`);
    await shell.waitForText('-- You are asha');
    // Each is answered in words that nobody takes.
    shell.type('/who\r/who\r');
    await shell.waitForText('status 0 0');
    expect(shell.screen.join('\n')).not.toMatch(/EPIPE|at .*:\d+/);
    expect(shell.output).not.toContain('\x1b[');
    expect(sttyModes()).toBe(modesBefore);
  });
});

onLinux('a terminal that is gone', () => {
  it('ends the program, and the profile is free again', async () => {
    await open();
    const gone = pid();
    // Its shell dies, and the kernel takes the terminal from who is left at it.
    await shell.close();
    await expect.poll(() => isAlive(gone), { timeout: 10_000 }).toBe(false);
    await begin();
    await shell.waitForText('You are asha');
  });
});

function isAlive(process_: number): boolean {
  try {
    return process.kill(process_, 0);
  } catch {
    return false;
  }
}
