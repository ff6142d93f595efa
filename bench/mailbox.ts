// How many messages a second the relay stores for people who are away, beside SQLite alone with the same rows and commits.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, pause } from './bench.ts';
import { measureReturn } from './mail-return.ts';
import { MAIL_FRAME_BYTES, MAIL_SENDERS } from './mail-traffic.ts';
import { canSeeProcesses, cpuSeconds } from './process-cost.ts';
import type { Report, Row } from './report.ts';
import { median, pairedRatio, percentile } from './statistics.ts';
import { startWorker, type Worker } from './worker.ts';

/** Of each sender in a round: within what the relay lets it burst. */
const MESSAGES = 250;
/** Then it has earned them again. */
const REST_MS = 1_100;
/** Messages of each sender under way: clients that hurry, and as much as they have. */
const WINDOWS = [4, 64] as const;

interface Stage {
  readonly relay: Worker;
  readonly floor: Worker;
  readonly senders: Worker;
}

interface Sample {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

interface Samples {
  readonly relay: Sample[];
  readonly floor: Sample[];
  /** Letters in each commit. */
  readonly commits: number[];
}

export async function measureMailbox(bench: Bench): Promise<Report> {
  const stored = await measureStoring(bench);
  const returned = await measureReturn(bench);
  return {
    rows: [...stored.rows, ...returned.rows],
    skipped: [],
    notes: [...stored.notes, ...returned.notes],
  };
}

async function measureStoring(bench: Bench): Promise<Pick<Report, 'rows' | 'notes'>> {
  const start = (name: string) => startWorker(bench.scripts, name);
  const stage = {
    ...{ relay: start('mail-relay'), floor: start('mail-floor') },
    senders: start('mail-senders'),
  };
  const folder = mkdtempSync(join(bench.scratch, 'mail-'));
  try {
    const [port = 0] = await stage.relay.ask({ do: 'listen', path: join(folder, 'relay.db') });
    await stage.floor.ask({ do: 'open', path: join(folder, 'floor.db') });
    await stage.senders.ask({ do: 'connect', port, messages: MESSAGES });
    const rows: Row[] = [];
    const notes = [`a message is ${MAIL_FRAME_BYTES} bytes on disk, from ${MAIL_SENDERS} senders`];
    for (const window of WINDOWS) {
      const samples = await compare(bench, stage, window);
      rows.push(...storingRows(window, samples));
      notes.push(commitsText(window, samples));
    }
    return { rows, notes };
  } finally {
    for (const worker of Object.values(stage)) worker.close();
  }
}

async function compare({ quick }: Bench, stage: Stage, window: number): Promise<Samples> {
  const samples: Samples = { relay: [], floor: [], commits: [] };
  // The round before the first only says what the floor is to commit.
  let { commits } = await storeThroughRelay(stage, window);
  for (let round = 0; round < (quick ? 2 : 8); round++) {
    const before = round % 2 === 0 ? await storeAlone(stage, commits) : null;
    const stored = await storeThroughRelay(stage, window);
    commits = stored.commits;
    samples.relay.push(stored.sample);
    samples.floor.push(before ?? (await storeAlone(stage, commits)));
    samples.commits.push(...commits);
  }
  return samples;
}

async function storeThroughRelay({ relay, senders }: Stage, window: number) {
  await pause(REST_MS);
  await relay.ask({ do: 'commits' });
  const cpuBefore = cpuOf(relay);
  const [ms = Number.NaN] = await senders.ask({ do: 'send', window });
  const cpu = cpuOf(relay) - cpuBefore;
  const commits = await relay.ask({ do: 'commits' });
  return { commits, sample: sampleOf(commits, ms, cpu) };
}

async function storeAlone({ floor }: Stage, rows: readonly number[]): Promise<Sample> {
  const cpuBefore = cpuOf(floor);
  const [ms = Number.NaN] = await floor.ask({ do: 'commit', rows });
  return sampleOf(rows, ms, cpuOf(floor) - cpuBefore);
}

function sampleOf(commits: readonly number[], ms: number, cpu: number): Sample {
  const letters = commits.reduce((sum, rows) => sum + rows, 0);
  return { perSecond: (letters * 1_000) / ms, perCpuSecond: letters / cpu };
}

function cpuOf({ pid }: Worker): number {
  return canSeeProcesses ? cpuSeconds(pid) : Number.NaN;
}

function storingRows(window: number, { relay, floor }: Samples): Row[] {
  const row = (what: string, by: keyof Sample, target: Row['target']): Row => {
    const [figures, floors] = [relay, floor].map((samples) => samples.map((each) => each[by]));
    if (figures === undefined || floors === undefined) throw new RangeError('no samples');
    const ratio = pairedRatio(figures, floors);
    return { what, unit: '/s', figure: median(figures), floor: median(floors), ratio, target };
  };
  const atLeast = { of: 'ratio', is: 'at least', value: 0.5 } as const;
  return [
    row(`messages stored, ${window} of each under way`, 'perSecond', atLeast),
    ...(canSeeProcesses ? [row('the same for a second of CPU', 'perCpuSecond', null)] : []),
  ];
}

function commitsText(window: number, { relay, floor, commits }: Samples): string {
  const ratios = relay.map(({ perSecond }, round) =>
    (perSecond / (floor[round]?.perSecond ?? Number.NaN)).toFixed(2),
  );
  const sizes = [0.1, 0.5, 0.9].map((share) => percentile(commits, share)).join(', ');
  return `${window} under way: messages in a commit, p10, p50, p90: ${sizes}; ratios ${ratios.join(' ')}`;
}
