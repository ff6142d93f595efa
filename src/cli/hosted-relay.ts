// Starts `lanchat relay` as a process of its own, for the screen or the plain lines that found none; it may outlive them.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { HostedRelay } from '../ui/hosting.ts';
import { safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';

const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 3_000;
const ASK_TIMEOUT_MS = 1_000;

/** The first line of `lanchat relay --json` (CLI.md). */
const LISTENING = v.object({
  v: v.literal(1),
  type: v.literal('listening'),
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  fingerprint: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});

/** What is said where it outlives the process that started it. */
export const RELAY_RUNS_ON = safeText(
  phrase`The relay runs on for the others; "lanchat relay" tells its process here.`,
);

/** As `hostRelay`, for this process's own profile. Throws UsageError (`ephemeral`) where nothing is to be on the disk. */
export async function hostHere({ options }: CommandContext): Promise<HostedRelay> {
  if (!options.ephemeral) return hostRelay(process.argv.slice(1, 2), options.home);
  const message = phrase`a relay keeps its key and what waits on the disk; run lanchat relay yourself`;
  throw new UsageError('ephemeral', message);
}

/**
 * Resolves once it accepts connections. Throws UsageError (`relay-not-started`) with the relay's own
 * words where it ends or says nothing. `program`: the executable script and arguments before `relay`.
 */
export async function hostRelay(
  program: readonly string[],
  home: string | null,
): Promise<HostedRelay> {
  const args = [...program, 'relay', '--json', ...(home === null ? [] : ['--home', home])];
  const child = spawn(process.execPath, args, {
    // A group of its own: Ctrl+C and the end of the terminal are the screen's affair.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    const { port, fingerprint } = await firstLine(child);
    return {
      address: { host: '127.0.0.1', port, fingerprint },
      ended,
      people: () => connectedPeople(home),
      stop: () => stop(child),
      leave: () => leave(child),
    };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

async function firstLine(child: ChildProcess): Promise<v.InferOutput<typeof LISTENING>> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw notStarted('it has no output');
  let complaint = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = `${complaint}${text}`.slice(-2_000);
  });
  const signal = AbortSignal.timeout(START_TIMEOUT_MS);
  const lines = createInterface({ input: stdout, crlfDelay: Number.POSITIVE_INFINITY });
  try {
    const spoken = once(lines, 'line', { signal });
    const ended = once(child, 'close', { signal }).then(() => null);
    const found = await Promise.race([spoken, ended]);
    // Whichever of the two didn't come must not be reported as lost.
    Promise.allSettled([spoken, ended]);
    if (found === null) throw notStarted(lastLine(complaint));
    return v.parse(LISTENING, JSON.parse(String(found[0])));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw notStarted(lastLine(complaint), error);
  } finally {
    lines.close();
    // Read on and dropped, or a full pipe would stop the relay.
    stdout.resume();
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

function notStarted(words: string, cause?: unknown): UsageError {
  const why = safeText(words.replace(/^lanchat: /, ''), { maxLength: 300 });
  const message = phrase`the relay could not be started here${why === '' ? '' : `: ${why}`}`;
  return new UsageError('relay-not-started', message, { cause });
}

/** Its operator's socket lists them. Nothing that goes wrong there keeps anybody from leaving. */
async function connectedPeople(home: string | null): Promise<readonly string[] | null> {
  try {
    const { connectedTo } = await import('./relay-control.ts');
    return await connectedTo(home, ASK_TIMEOUT_MS);
  } catch {
    return null;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await closed.finally(() => clearTimeout(timer));
}

function leave(child: ChildProcess): void {
  child.unref();
  child.stdout?.destroy();
  child.stderr?.destroy();
}
