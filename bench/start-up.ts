// How soon lanchat is there, beside `node -e 0` and, where they are installed, other chat programs.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Bench, environment } from './bench.ts';
import { findChatPrograms } from './chat-programs.ts';
import type { Report, Row, Skip, Target } from './report.ts';
import { median, pairedRatio } from './statistics.ts';
import { type CommandLine, msToExit, msToFrames, NO_RELAY, startTerminal } from './timed-runs.ts';

/** One program, and how long it took from its start to what is waited for: a time a row. */
interface Contender {
  readonly rows: readonly { readonly what: string; readonly target: Target | null }[];
  readonly run: () => Promise<readonly number[]>;
}

/** What a start reads of dist/ at most: parts come on top, each when it is first needed. */
const BUNDLES = ['lanchat.js', 'screen.js'];

export async function measureStartUp(bench: Bench): Promise<Report> {
  const lanchat = (...args: string[]) => [process.execPath, bench.program, ...args] as const;
  makeProfile(bench);
  const floor: Contender = {
    rows: [],
    run: async () => [await msToExit(bench, [process.execPath, '-e', '0'])],
  };
  const ours: Contender[] = [
    {
      rows: [{ what: 'lanchat --version', target: atMost(1.5) }],
      run: async () => [await msToExit(bench, lanchat('--version'))],
    },
    {
      rows: [{ what: 'lanchat id', target: atMost(2.5) }],
      run: async () => [await msToExit(bench, lanchat('id'))],
    },
    {
      rows: [
        { what: 'screen, first byte (skeleton)', target: atMost(1.5) },
        { what: 'screen, first full frame', target: atMost(5) },
      ],
      run: () => msToFrames(bench, lanchat(...NO_RELAY)),
    },
  ];
  const { programs, skipped } = findChatPrograms(bench);
  const peers = programs.map(({ name, start }) => peer(bench, name, start(null)));
  const compared = await compare(bench, floor, [...ours, ...peers], skipped);
  return {
    ...compared,
    notes: [`bundles: ${BUNDLES.map((name) => sizeText(bench, name)).join(', ')}`],
  };
}

function sizeText({ program }: Bench, name: string): string {
  const { size } = statSync(join(dirname(program), '..', 'dist', name));
  return `dist/${name} ${Math.round(size / 1_024)} KiB`;
}

function atMost(value: number): Target {
  return { of: 'ratio', is: 'at most', value };
}

function makeProfile(bench: Bench): void {
  const args = [bench.program, 'id', '--nick', 'asha', ...NO_RELAY];
  const { status, stderr } = spawnSync(process.execPath, args, { env: environment(bench) });
  if (status !== 0) throw new Error(`lanchat id: ${stderr}`);
}

async function compare(
  { quick }: Bench,
  floor: Contender,
  contenders: readonly Contender[],
  skipped: Skip[],
): Promise<Omit<Report, 'notes'>> {
  const rounds = quick ? 5 : 25;
  const all = [floor, ...contenders];
  const times = new Map<Contender, (readonly number[])[]>(all.map((each) => [each, []]));
  const failed = new Set<Contender>();
  // The first round warms the disk's cache.
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < all.length; turn++) {
      const each = all[(turn + round) % all.length];
      if (each === undefined || failed.has(each)) continue;
      try {
        const ms = await each.run();
        if (round > 0) times.get(each)?.push(ms);
      } catch (error) {
        failed.add(each);
        const reason = error instanceof Error ? error.message : String(error);
        for (const { what } of each.rows) skipped.push({ what, reason });
      }
    }
  }
  const msOf = (of: Contender, index: number) =>
    (times.get(of) ?? []).map((ms) => ms[index] ?? Number.NaN);
  const floors = msOf(floor, 0);
  const rows = contenders
    .filter((each) => !failed.has(each))
    .flatMap((each) =>
      each.rows.map(({ what, target }, index): Row => {
        const figures = msOf(each, index);
        const ratio = pairedRatio(figures, floors);
        return { what, unit: 'ms', figure: median(figures), floor: median(floors), ratio, target };
      }),
    );
  return { rows, skipped };
}

function peer(bench: Bench, name: string, command: CommandLine): Contender {
  return {
    rows: [
      { what: `${name}, first byte`, target: null },
      { what: `${name}, first full frame`, target: null },
    ],
    run: async () => {
      const terminal = startTerminal(bench, command);
      try {
        await terminal.when((output) => output !== '');
        await terminal.quiet();
        const { startedMs } = terminal;
        return [terminal.firstByteMs() - startedMs, terminal.lastByteMs() - startedMs];
      } finally {
        await terminal.close();
      }
    },
  };
}
