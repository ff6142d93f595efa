// Whether lanchat starts as soon with a long past as without one, and a room is on the screen at once.
import { ARCHIVE_ROOMS, lastWords } from './archive.ts';
import type { Bench } from './bench.ts';
import type { Row } from './report.ts';
import { median, pairedRatio, percentile } from './statistics.ts';
import { lanchat, msToExit, msToFrames, msToWords, NO_RELAY, startTerminal } from './timed-runs.ts';

/** Profiles of the same rooms. */
export interface Archives {
  readonly long: string;
  /** One page of each room, and no more. */
  readonly short: string;
  readonly empty: string;
}

interface Start {
  readonly what: string;
  /** What the long one is compared with. */
  readonly floor: string;
  readonly run: (home: string) => Promise<number>;
}

const NEXT_WINDOW = '\x0e';
/** A window is there when nothing has come for so long. */
const QUIET_MS = 60;

export async function measureStarts(bench: Bench, { long, ...homes }: Archives): Promise<Row[]> {
  const rounds = bench.quick ? 3 : 20;
  const rows: Row[] = [];
  for (const { what, floor, run } of startsOf(bench, homes)) {
    const [figures, floors]: [number[], number[]] = [[], []];
    // The round before the first warms the disk's cache.
    for (let round = -1; round < rounds; round++) {
      const order = round % 2 === 0 ? [long, floor] : [floor, long];
      for (const home of order) {
        const ms = await run(home);
        if (round >= 0) (home === long ? figures : floors).push(ms);
      }
    }
    rows.push({
      ...{ what, unit: 'ms', figure: median(figures), floor: median(floors) },
      ratio: pairedRatio(figures, floors),
      target: { of: 'ratio', is: 'at most', value: 1.1 },
    });
  }
  return rows;
}

function startsOf(bench: Bench, { empty, short }: Omit<Archives, 'long'>): Start[] {
  const at = (home: string, ...args: string[]) => lanchat(bench, ...args, '--home', home);
  const [room = ''] = ARCHIVE_ROOMS;
  return [
    { what: 'lanchat id', floor: empty, run: (home) => msToExit(bench, at(home, 'id')) },
    {
      what: 'lanchat history, of a room without any',
      floor: empty,
      run: (home) => msToExit(bench, at(home, '-q', 'history', '#silence')),
    },
    {
      what: 'lanchat history, the last message',
      floor: short,
      run: (home) => msToExit(bench, at(home, 'history', `#${room}`, '--last', '1')),
    },
    {
      what: 'screen, first full frame',
      floor: empty,
      run: async (home) => {
        const [, fullMs = Number.NaN] = await msToFrames(bench, at(home, ...NO_RELAY));
        return fullMs;
      },
    },
    {
      what: 'screen, its room’s last words',
      floor: short,
      run: (home) => msToWords(bench, at(home, ...NO_RELAY), lastWords(0)),
    },
  ];
}

/** From the key to the last words of a room: read from history, and, as the floor, once they are in memory. */
export async function measureOpenings(bench: Bench, { long }: Archives): Promise<Row[]> {
  const [read, known]: [number[], number[]] = [[], []];
  for (let round = 0; round < (bench.quick ? 1 : 3); round++) {
    const screen = startTerminal(bench, lanchat(bench, '--home', long, ...NO_RELAY));
    try {
      await screen.when((output) => output.includes(lastWords(0)));
      for (const into of [read, known]) {
        for (let step = 1; step <= ARCHIVE_ROOMS.length; step++) {
          await screen.quiet(QUIET_MS);
          const words = lastWords(step % ARCHIVE_ROOMS.length);
          screen.clear();
          const startMs = performance.now();
          screen.type(NEXT_WINDOW);
          const atMs = await screen.when((output) => output.includes(words));
          // The first room was there from the start.
          if (step < ARCHIVE_ROOMS.length) into.push(atMs - startMs);
        }
      }
    } finally {
      await screen.close();
    }
  }
  return [
    openingRow('a room opened on the screen, p50', [median(read), median(known)]),
    {
      ...openingRow('the same, p99', [percentile(read, 0.99), percentile(known, 0.99)]),
      target: null,
    },
  ];
}

function openingRow(what: string, [figure, floor]: readonly [number, number]): Row {
  const target = { of: 'figure', is: 'at most', value: 50 } as const;
  return { what, unit: 'ms', figure, floor, ratio: figure / floor, target };
}
