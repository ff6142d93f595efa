// What a key costs at a terminal: with many messages on the screen, and beside other chat programs.
import { join } from 'node:path';
import { type Bench, environment } from './bench.ts';
import { findChatPrograms } from './chat-programs.ts';
import type { Row } from './report.ts';
import { median, percentile } from './statistics.ts';
import { LARGE_SIZE, sizeText, type TerminalSize, TimedTerminal, USUAL_SIZE } from './terminal.ts';
import { startTerminal } from './timed-runs.ts';

const MESSAGES = 10_000;
/** A key's answer is over when nothing has come for so long. */
const KEY_QUIET_MS = 40;
const START_QUIET_MS = 1_000;
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

/** At most so much, at a size. */
interface Most {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const MOST_BYTES = 200;
const SIZES: readonly (readonly [TerminalSize, Most])[] = [
  [USUAL_SIZE, { p50Ms: 4, p99Ms: 16 }],
  [LARGE_SIZE, { p50Ms: 10, p99Ms: 33 }],
];

export async function measureKeys(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [size, most] of SIZES) {
    const { ours, floor } = await typeAt(bench, size);
    rows.push(...keyRows(ours, floor, { size, most }));
  }
  for (const { name, start } of findChatPrograms(bench).programs) {
    const keys = await typeInto(bench, startTerminal(bench, start(null)));
    rows.push(
      plainRow(`${name}, a key, p50`, 'ms', median(keys.ms)),
      plainRow(`${name}, bytes written for a key, p50`, 'bytes', median(keys.bytes)),
    );
  }
  return rows;
}

async function typeAt(
  bench: Bench,
  size: TerminalSize,
): Promise<{ readonly ours: Keys; readonly floor: Keys }> {
  const env = environment(bench);
  const scene = JSON.stringify({ history: MESSAGES });
  const screen = new TimedTerminal({
    ...{ file: process.execPath, args: [join(bench.scripts, 'screen.mjs')], size },
    env: { ...env, SCENE: scene },
  });
  const echo = new TimedTerminal({ file: process.execPath, args: ['-e', ECHO], env, size });
  try {
    await screen.when((output) => output.includes(`message ${MESSAGES - 1} `));
    await echo.when((output) => output.includes('ready'));
    await screen.quiet(START_QUIET_MS);
    const [ours, floor] = [noKeys(), noKeys()];
    await typeLine(screen, noKeys());
    for (let line = 0; line < (bench.quick ? 1 : 4); line++) {
      await typeLine(echo, floor);
      await typeLine(screen, ours);
    }
    return { ours, floor };
  } finally {
    await screen.close();
    await echo.close();
  }
}

/** Closes it. */
async function typeInto(bench: Bench, terminal: TimedTerminal): Promise<Keys> {
  try {
    await terminal.when((output) => output !== '');
    await terminal.quiet(START_QUIET_MS);
    const keys = noKeys();
    await typeLine(terminal, noKeys());
    for (let line = 0; line < (bench.quick ? 1 : 4); line++) await typeLine(terminal, keys);
    return keys;
  } finally {
    await terminal.close();
  }
}

function noKeys(): Keys {
  return { ms: [], bytes: [] };
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

function keyRows(
  ours: Keys,
  floor: Keys,
  { size, most }: { readonly size: TerminalSize; readonly most: Most },
): Row[] {
  const at = sizeText(size);
  const row = (
    what: string,
    [figure, least]: readonly [number, number],
    [unit, value]: readonly ['ms' | 'bytes', number],
  ): Row => ({
    ...{ what, unit, figure, floor: least, ratio: figure / least },
    target: { of: 'figure', is: 'at most', value },
  });
  const messages = MESSAGES.toLocaleString('en-US');
  return [
    row(
      `a key at ${at}, ${messages} messages, p50`,
      [median(ours.ms), median(floor.ms)],
      ['ms', most.p50Ms],
    ),
    row(
      'the same, p99',
      [percentile(ours.ms, 0.99), percentile(floor.ms, 0.99)],
      ['ms', most.p99Ms],
    ),
    row(
      `bytes written for a key at ${at}, p50`,
      [median(ours.bytes), median(floor.bytes)],
      ['bytes', MOST_BYTES],
    ),
  ];
}

function plainRow(what: string, unit: 'ms' | 'bytes', figure: number): Row {
  return { what, unit, figure, floor: null, ratio: null, target: null };
}
