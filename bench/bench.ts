// What every measurement is given, and the program that it measures: lanchat as a person starts it.
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import * as v from 'valibot';

export interface Bench {
  /** The bundles of bench/. */
  readonly scripts: string;
  /** bin/lanchat.js. */
  readonly program: string;
  /** For profiles; gone after the run. */
  readonly scratch: string;
  /** Few samples: shows that it runs, says little. */
  readonly quick: boolean;
}

/** Nothing of the caller's shell but PATH: no CI, no NO_COLOR, no profile of theirs. */
export function environment({ scratch }: Bench): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: scratch,
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    LANCHAT_HOME: join(scratch, 'profile'),
  };
}

export interface RunningProgram {
  readonly pid: number;
  readonly startedMs: number;
  /** Of its stdout. */
  readonly lines: Interface;
  /** Resolves when it has ended, whatever its exit status. */
  readonly ended: Promise<void>;
  /** Asks it to end (SIGTERM). */
  close(): void;
}

/** `lanchat …`, without a terminal; it ends with this process or at `close`. */
export function startProgram(bench: Bench, args: readonly string[]): RunningProgram {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [bench.program, ...args], {
    env: environment(bench),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = () => void child.kill();
  process.once('exit', stop);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      process.off('exit', stop);
      resolve();
    });
  });
  const lines = createInterface({ input: child.stdout });
  return { pid: child.pid ?? 0, startedMs, lines, ended, close: stop };
}

const typed = v.object({ type: v.string() });

/** Resolves to the first JSON line of this type; what comes after it is read and dropped. Rejects where it ends before. */
function lineOfType({ lines, ended }: RunningProgram, type: string): Promise<string> {
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      if (v.parse(typed, JSON.parse(line)).type === type) resolve(line);
    });
    void ended.then(() => reject(new Error(`it ended before it said ${type}`)));
  });
}

export interface RelayProgram {
  readonly pid: number;
  readonly port: number;
  close(): void;
}

const listening = v.object({ type: v.literal('listening'), port: v.number() });

/** `lanchat relay` on loopback with a key of its own; its mDNS stays on loopback too. */
export async function startRelayProgram(bench: Bench): Promise<RelayProgram> {
  const data = mkdtempSync(join(bench.scratch, 'relay-'));
  const args = ['relay', '--json', '--host', '127.0.0.1', '--port', '0', '--data', data];
  const program = startProgram(bench, args);
  const first = await lineOfType(program, 'listening');
  return { ...program, port: v.parse(listening, JSON.parse(first)).port };
}

const identity = v.object({ type: v.literal('id'), fingerprint: v.string() });

/** Makes a profile in `home`; returns its fingerprint. */
export async function makeProfile(bench: Bench, home: string): Promise<string> {
  const program = startProgram(bench, ['id', '--json', '--home', home]);
  const { fingerprint } = v.parse(identity, JSON.parse(await lineOfType(program, 'id')));
  await program.ended;
  return fingerprint;
}

/** `lanchat listen` on the profile in `home`, once it misses nothing. */
export async function startListener(
  bench: Bench,
  { home, port }: { readonly home: string; readonly port: number },
): Promise<RunningProgram> {
  const relay = ['--relay', `127.0.0.1:${port}`];
  const program = startProgram(bench, ['listen', '--json', '--home', home, ...relay]);
  await lineOfType(program, 'ready');
  return program;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
