// How long the program takes from its start to its exit, or to what it paints. Compares nothing.
import { spawn } from 'node:child_process';
import { type Bench, environment } from './bench.ts';
import { TimedTerminal, USUAL_SIZE } from './terminal.ts';

/** Nobody listens there: the screen paints before it connects. */
export const NO_RELAY = ['--relay', '127.0.0.1:9'];

/** The program and its arguments. */
export type CommandLine = readonly string[];

/** `lanchat …` as a person starts it. */
export function lanchat({ program }: Bench, ...args: readonly string[]): CommandLine {
  return [process.execPath, program, ...args];
}

/** Rejects where it exits with anything but 0. */
export function msToExit(bench: Bench, [file = '', ...args]: CommandLine): Promise<number> {
  return new Promise((resolve, reject) => {
    const startMs = performance.now();
    const child = spawn(file, args, {
      env: environment(bench),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.resume();
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve(performance.now() - startMs);
      else reject(new Error(`${args.join(' ')} ended with ${code}`));
    });
  });
}

/** To the first byte, and to the end of the first synchronized frame, which is the whole screen's. */
export async function msToFrames(bench: Bench, command: CommandLine): Promise<readonly number[]> {
  const terminal = startTerminal(bench, command);
  try {
    const atMs = await terminal.when((output) => /\x1b\[\?2026h.*\x1b\[\?2026l/s.test(output));
    return [terminal.firstByteMs() - terminal.startedMs, atMs - terminal.startedMs];
  } finally {
    await terminal.close();
  }
}

/** To the first time that these words stand on the screen. */
export async function msToWords(
  bench: Bench,
  command: CommandLine,
  words: string,
): Promise<number> {
  const terminal = startTerminal(bench, command);
  try {
    return (await terminal.when((output) => output.includes(words))) - terminal.startedMs;
  } finally {
    await terminal.close();
  }
}

/** The program in a pseudo-terminal. */
export function startTerminal(
  bench: Bench,
  [file = '', ...args]: CommandLine,
  size = USUAL_SIZE,
): TimedTerminal {
  return new TimedTerminal({ file, args, env: environment(bench), size });
}
