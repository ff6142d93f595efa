// What the screen costs once it is there: a key with 10,000 messages on it, and doing nothing.
import { join } from 'node:path';
import { type Bench, environment, pause, startRelayProgram } from './bench.ts';
import { canSeeProcesses, cpuSeconds } from './process-cost.ts';
import type { Report, Row, Skip } from './report.ts';
import { median, percentile } from './statistics.ts';
import { TimedTerminal } from './terminal.ts';

const MESSAGES = 10_000;
/** A key's answer is over when nothing has come for so long. */
const KEY_QUIET_MS = 40;
/** Typed and taken back: the input never wraps. */
const LINE = 'the quick brown fox jumps over the lazy dog';
const BACKSPACE = '\x7f';

/** Raw mode, and each byte comes back: what the terminal and the event loop cost by themselves. */
const ECHO = `process.stdin.setRawMode(true);
  process.stdin.on('data', (bytes) => process.stdout.write(bytes));
  process.stdout.write('ready');`;

interface Keys {
  readonly ms: number[];
  readonly bytes: number[];
}

export async function measureScreen(bench: Bench): Promise<Report> {
  const keys = await measureKeys(bench);
  const idle = await measureIdle(bench);
  return {
    rows: [...keys, ...idle.rows],
    skipped: idle.skipped,
    notes: ['idle: an open screen that is connected to a relay and that nobody writes to'],
  };
}

async function measureKeys(bench: Bench): Promise<Row[]> {
  const env = environment(bench);
  const scene = JSON.stringify({ history: MESSAGES });
  const script = join(bench.scripts, 'screen.mjs');
  const screen = new TimedTerminal({
    file: process.execPath,
    args: [script],
    env: { ...env, SCENE: scene },
  });
  const echo = new TimedTerminal({ file: process.execPath, args: ['-e', ECHO], env });
  try {
    await screen.when((output) => output.includes(`message ${MESSAGES - 1} `));
    await Promise.all([screen.quiet(1_000), echo.when((output) => output.includes('ready'))]);
    const [ours, floor]: [Keys, Keys] = [
      { ms: [], bytes: [] },
      { ms: [], bytes: [] },
    ];
    const lines = bench.quick ? 1 : 4;
    await typeLine(screen, { ms: [], bytes: [] });
    for (let line = 0; line < lines; line++) {
      await typeLine(echo, floor);
      await typeLine(screen, ours);
    }
    return keyRows(ours, floor);
  } finally {
    await screen.close();
    await echo.close();
  }
}

async function typeLine(terminal: TimedTerminal, { ms, bytes }: Keys): Promise<void> {
  for (const key of [...LINE, ...Array.from(LINE, () => BACKSPACE)]) {
    terminal.clear();
    const typedMs = performance.now();
    terminal.type(key);
    await terminal.when((output) => output !== '');
    await terminal.quiet(KEY_QUIET_MS);
    ms.push(terminal.lastByteMs() - typedMs);
    bytes.push(terminal.bytesWritten);
  }
}

function keyRows(ours: Keys, floor: Keys): Row[] {
  return [
    {
      what: `a key with ${MESSAGES.toLocaleString('en-US')} messages, p50`,
      unit: 'ms',
      figure: median(ours.ms),
      floor: median(floor.ms),
      ratio: median(ours.ms) / median(floor.ms),
      target: { of: 'figure', is: 'at most', value: 5 },
    },
    {
      what: 'the same, p99',
      unit: 'ms',
      figure: percentile(ours.ms, 0.99),
      floor: percentile(floor.ms, 0.99),
      ratio: percentile(ours.ms, 0.99) / percentile(floor.ms, 0.99),
      target: null,
    },
    {
      what: 'bytes written for a key, p50',
      unit: 'bytes',
      figure: median(ours.bytes),
      floor: median(floor.bytes),
      ratio: median(ours.bytes) / median(floor.bytes),
      target: null,
    },
  ];
}

async function measureIdle(bench: Bench): Promise<{ rows: Row[]; skipped: Skip[] }> {
  const what = 'CPU of an idle screen';
  if (!canSeeProcesses) {
    const reason = 'the CPU time of another process is read from /proc, which only Linux has';
    return { rows: [], skipped: [{ what, reason }] };
  }
  const relay = await startRelayProgram(bench);
  const screen = new TimedTerminal({
    file: process.execPath,
    args: [bench.program, '--relay', `127.0.0.1:${relay.port}`],
    env: environment(bench),
  });
  try {
    await screen.when((output) => output.includes('\x1b[?2026l'));
    await screen.quiet(3_000);
    const seconds = bench.quick ? 5 : 30;
    const before = cpuSeconds(screen.pid);
    await pause(seconds * 1_000);
    const figure = ((cpuSeconds(screen.pid) - before) / seconds) * 100;
    const target = { of: 'figure', is: 'below', value: 1 } as const;
    return { rows: [{ what, unit: '%', figure, floor: null, ratio: null, target }], skipped: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { rows: [], skipped: [{ what, reason }] };
  } finally {
    await screen.close();
    relay.close();
  }
}
