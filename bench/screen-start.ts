// How soon the screen is there with a long past, and whether what is typed meanwhile is kept.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { ARCHIVE_ROOMS, lastWords } from './archive.ts';
import type { Bench } from './bench.ts';
import type { Row } from './report.ts';
import { median, pairedRatio } from './statistics.ts';
import { lanchat, msToExit, NO_RELAY, startTerminal } from './timed-runs.ts';
import { startWorker } from './worker.ts';

const TYPED = 'typed before it was there';
const QUIET_MS = 300;
const FULL_FRAME = /\x1b\[\?2026h.*\x1b\[\?2026l/s;

interface Start {
  readonly skeletonMs: number;
  readonly frameMs: number;
  readonly wordsMs: number;
  /** Bytes that were typed at the first sign of life and are not in the input. */
  readonly lost: number;
}

export async function measureLongStart(bench: Bench): Promise<Row[]> {
  const messages = bench.quick ? 5_000 : 100_000;
  const home = mkdtempSync(join(bench.scratch, 'long-start-'));
  const archivist = startWorker(bench.scripts, 'archive');
  try {
    await archivist.ask({ do: 'fill', home, messages });
  } finally {
    archivist.close();
  }
  const starts: Start[] = [];
  const floors: number[] = [];
  // The round before the first warms the disk's cache.
  for (let round = -1; round < (bench.quick ? 3 : 15); round++) {
    const floor = await msToExit(bench, [process.execPath, '-e', '0']);
    const start = await typedStart(bench, home);
    if (round < 0) continue;
    floors.push(floor);
    starts.push(start);
  }
  const many = `${messages.toLocaleString('en-US')} messages of ${ARCHIVE_ROOMS.length} rooms`;
  const row = (what: string, ms: readonly number[], most: number | null): Row => ({
    ...{ what, unit: 'ms', figure: median(ms), floor: median(floors) },
    ratio: pairedRatio(ms, floors),
    target: most === null ? null : { of: 'ratio', is: 'at most', value: most },
  });
  return [
    row(
      `skeleton, ${many}`,
      starts.map(({ skeletonMs }) => skeletonMs),
      1.5,
    ),
    row(
      'the same, first full frame',
      starts.map(({ frameMs }) => frameMs),
      5,
    ),
    row(
      'the same, its room’s last words',
      starts.map(({ wordsMs }) => wordsMs),
      null,
    ),
    {
      ...{ what: 'typed meanwhile and lost, most', unit: 'bytes', floor: null, ratio: null },
      figure: Math.max(...starts.map(({ lost }) => lost)),
      target: { of: 'figure', is: 'at most', value: 0 },
    },
  ];
}

/** Types as soon as there is anything to see. */
async function typedStart(bench: Bench, home: string): Promise<Start> {
  const screen = startTerminal(bench, lanchat(bench, '--home', home, ...NO_RELAY));
  try {
    const since = (atMs: number) => atMs - screen.startedMs;
    await screen.when((output) => output !== '');
    screen.type(TYPED);
    const frameMs = since(await screen.when((output) => FULL_FRAME.test(output)));
    const wordsMs = since(await screen.when((output) => output.includes(lastWords(0))));
    await screen.quiet(QUIET_MS);
    const lost = TYPED.length - longestPart(screen.output);
    return { skeletonMs: since(screen.firstByteMs()), frameMs, wordsMs, lost };
  } finally {
    await screen.close();
  }
}

/** Of what was typed, how much the output holds in one piece. */
function longestPart(output: string): number {
  let length = TYPED.length;
  while (length > 0 && !output.includes(TYPED.slice(0, length))) length--;
  return length;
}
