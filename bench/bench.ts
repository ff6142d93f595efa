// What every measurement is given, and the program that it measures: lanchat as a person starts it.
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
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
  const child = spawn(process.execPath, [bench.program, ...args], {
    env: environment(bench),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = () => void child.kill();
  process.once('exit', stop);
  const close = () => {
    process.off('exit', stop);
    stop();
  };
  const lines = createInterface({ input: child.stdout });
  const first = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    child.once('exit', () => reject(new Error('the relay ended')));
  });
  // Its log is read on, or the pipe would fill.
  lines.on('line', () => {});
  return { pid: child.pid ?? 0, port: v.parse(listening, JSON.parse(first)).port, close };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
