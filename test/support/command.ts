/** Runs a command line inside the test's process, with a fake session and captured streams. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import type { Input } from '../../src/cli/context.ts';
import { Interruption } from '../../src/cli/errors.ts';
import { runCommandLine } from '../../src/cli/main.ts';
import { Output } from '../../src/cli/output.ts';
import type { SessionOptions } from '../../src/client/open-session.ts';
import { FakeSession } from './fake-session.ts';

const nowhere = join(tmpdir(), 'lanchat-test-without-a-profile');

export interface CommandRun {
  /** The exit status, once the command has ended. */
  readonly status: Promise<number>;
  readonly opened: SessionOptions[];
  stdout(): string;
  stderr(): string;
  /** The lines of stdout, parsed. */
  records(): Record<string, unknown>[];
  /** Resolves once stdout holds this text. */
  printed(text: string): Promise<void>;
  interrupt(signal: 'SIGINT' | 'SIGTERM'): void;
  /** Leaves what is printed from now on where it is, until `readOn`. */
  stopReading(): void;
  readOn(): void;
  /** As `| head -1` does. */
  readerLeaves(): void;
}

export function runCommand(
  args: readonly string[],
  {
    session = new FakeSession(),
    sessions = [],
    refusal,
    stdin = '',
    env = {},
    columns = null,
  }: {
    session?: FakeSession;
    /** One after the other, where a command opens several; then `session`. */
    sessions?: readonly FakeSession[];
    /** Why none can be opened. */
    refusal?: Error;
    stdin?: string | Uint8Array[] | Input;
    env?: NodeJS.ProcessEnv;
    /** Of the terminal that stdout is; by default it is none. */
    columns?: number | null;
  } = {},
): CommandRun {
  const terminal = columns === null ? {} : { isTTY: true, columns };
  const stdout = Object.assign(new PassThrough(), terminal);
  const stderr = new PassThrough();
  const text = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  stdout.on('data', (chunk) => {
    text.stdout += chunk;
    for (const check of waiting) check();
  });
  stderr.on('data', (chunk) => {
    text.stderr += chunk;
  });
  const interruption = new AbortController();
  const opened: SessionOptions[] = [];
  const status = runCommandLine(args, '1.2.3', new Output({ stdout, stderr }), {
    stdin: inputOf(stdin),
    skeleton: null,
    // Never the profile of whoever runs the tests.
    env: { LANCHAT_HOME: nowhere, ...env },
    signal: interruption.signal,
    openSession: async (options) => {
      opened.push(options);
      if (refusal !== undefined) throw refusal;
      return sessions[opened.length - 1] ?? session;
    },
  });
  return {
    status,
    opened,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    records: () =>
      text.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    printed: (wanted) =>
      new Promise((resolve) => {
        const check = () => {
          if (!text.stdout.includes(wanted)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    interrupt: (signal) => interruption.abort(new Interruption(signal)),
    stopReading: () => void stdout.pause(),
    readOn: () => void stdout.resume(),
    readerLeaves: () => {
      const error = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
      stdout.emit('error', error);
    },
  };
}

function inputOf(stdin: string | Uint8Array[] | Input): Input {
  if (typeof stdin === 'string') return Readable.from([Buffer.from(stdin)]);
  return Array.isArray(stdin) ? Readable.from(stdin) : stdin;
}
