// A program that records or plays, running: its pipes, what it complained of, and its end. Owns the process.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { errnoOf } from '../protocol/errors.ts';
import { cleanLine } from '../protocol/one-line.ts';
import type { SoundProgram } from './sound-programs.ts';

/** A program that was told to end has so long to do it. */
const KILL_DELAY_MS = 1_000;
const MAX_COMPLAINT_BYTES = 4_096;
const MAX_COMPLAINT_LINE_BYTES = 200;

export interface SoundProcess {
  readonly name: string;
  /** What a recorder hears, in pieces, until it ends; of a player nothing. */
  sound(): AsyncGenerator<Buffer>;
  /** Where a player's sound goes in; null of a recorder. */
  readonly stdin: Writable | null;
  /** Resolves when it and its pipes have ended: with its exit code, null where a signal ended it or it never began. */
  readonly ended: Promise<number | null>;
  /** The last line that it wrote to stderr, cleaned; empty: none. */
  complaint(): string;
  /** Asks it to end, and where it doesn't, ends it. */
  end(): void;
}

/** `does`: which of its pipes is ours. */
export function startProgram(
  { name, path, args }: SoundProgram,
  does: 'record' | 'play',
): SoundProcess {
  const child: ChildProcess = spawn(path, args, {
    stdio: [does === 'play' ? 'pipe' : 'ignore', does === 'record' ? 'pipe' : 'ignore', 'pipe'],
    shell: false,
    windowsHide: true,
  });
  let stderr = Buffer.alloc(0);
  child.stderr?.on('data', (bytes: Buffer) => {
    stderr = Buffer.concat([stderr, bytes]).subarray(-MAX_COMPLAINT_BYTES);
  });
  // A player that is gone is told of by its end.
  child.stdin?.on('error', () => {});
  let isOver = false;
  let killer: NodeJS.Timeout | undefined;
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const ended = new Promise<number | null>((resolve) => {
    const done = (code: number | null) => {
      isOver = true;
      clearTimeout(killer);
      process.off('exit', killAtExit);
      resolve(code);
    };
    child.once('close', done);
    child.once('error', (error) => {
      stderr = Buffer.from(error.message);
      done(null);
    });
  });
  return {
    ...{ name, stdin: child.stdin, ended, sound: () => pieces(child) },
    complaint: () => lastLine(stderr.toString('utf8')),
    end: () => {
      if (killer !== undefined || isOver) return;
      child.kill();
      killer = setTimeout(() => {
        child.kill('SIGKILL');
        // A program of its own making may hold them open.
        child.stdin?.destroy();
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, KILL_DELAY_MS);
    },
  };
}

async function* pieces({ stdout }: ChildProcess): AsyncGenerator<Buffer> {
  try {
    for await (const piece of stdout ?? []) yield piece;
  } catch (error) {
    // That is how a pipe ends that we closed.
    if (errnoOf(error) !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** What a program writes may hold anything; a terminal is to show it. */
function lastLine(text: string): string {
  const lines = text.split(/[\r\n]+/).map((line) => cleanLine(line, MAX_COMPLAINT_LINE_BYTES));
  return lines.findLast((line) => line !== '') ?? '';
}
