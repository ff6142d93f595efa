// What a large file costs from one person to another: time, memory, what it does to their messages, and going on after a kill.
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Bench, pause, type RelayProgram, startRelayProgram } from './bench.ts';
import { canSeeProcesses, peakResidentBytes, settledResidentBytes } from './process-cost.ts';
import type { Report, Row } from './report.ts';
import { startSecureCopy } from './secure-copy.ts';
import { median, pairedRatio, percentile } from './statistics.ts';
import { startWorker, type Worker } from './worker.ts';

const MIB = 1_024 * 1_024;
const MB = 1_000_000;
const TALK_EVERY_MS = 20;
const QUIET_MS = 10_000;
/** Files go more slowly while people talk: until then that is over. */
const SILENCE_MS = 2_500;

interface Stage {
  readonly folder: string;
  readonly path: string;
  readonly relay: RelayProgram;
  readonly asha: Worker;
  readonly bela: Worker;
}

export async function measureFiles(bench: Bench): Promise<Report> {
  const size = (bench.quick ? 64 : 1_024) * MIB;
  const folder = mkdtempSync(join(bench.scratch, 'files-'));
  const path = join(folder, 'video.bin');
  await fill(path, size);
  const relay = await startRelayProgram(bench);
  const [asha, bela] = [
    startWorker(bench.scripts, 'file-person'),
    startWorker(bench.scripts, 'file-person'),
  ];
  const stage = { folder, path, relay, asha, bela };
  try {
    await Promise.all([open(stage, asha, 'asha'), open(stage, bela, 'bela')]);
    const speed = await measureSpeed(bench, stage, size);
    const resumed = await measureResuming(bench, stage, size);
    const scp = await measureSecureCopy(stage, size);
    return {
      rows: [...speed, ...scp, ...resumed],
      skipped:
        scp.length > 0 ? [] : [{ what: 'scp', reason: 'there is no scp here, or no SSH server' }],
      notes: ['asha sends, bela takes; a file system in the scratch folder for both'],
    };
  } finally {
    for (const worker of [asha, bela]) worker.close();
    relay.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** No block of it is like another, so that no file system makes it small. */
async function fill(path: string, size: number): Promise<void> {
  const block = Buffer.alloc(MIB);
  let number = 0;
  const blocks = new Readable({
    read() {
      if (number * MIB >= size) this.push(null);
      else {
        for (let at = 0; at < MIB; at += 8)
          block.writeDoubleLE(Math.sqrt(number * MIB + at + 2), at);
        number++;
        this.push(Buffer.from(block));
      }
    },
  });
  await pipeline(blocks, createWriteStream(path));
}

async function open({ folder, relay }: Stage, worker: Worker, nick: string): Promise<void> {
  const home = join(folder, nick);
  await worker.ask({ do: 'open', home, port: relay.port, nick });
}

async function measureSpeed(bench: Bench, stage: Stage, size: number): Promise<Row[]> {
  const processes = { sender: stage.asha.pid, reader: stage.bela.pid, relay: stage.relay.pid };
  const before = await memory(processes, settledResidentBytes);
  const quiet = await talk(stage, () => pause(bench.quick ? 1_000 : QUIET_MS));
  await pause(SILENCE_MS);
  const { ours, bare, loaded } = await transferRounds(bench, stage);
  const peak = canSeeProcesses ? await memory(processes, peakResidentBytes) : null;
  return [
    speedRow(size, ours, bare),
    ...memoryRows(before, peak),
    messageRow('a message meanwhile, p99', { quiet, loaded, part: 0.99, most: 2 }),
    messageRow('the same, p50', { quiet, loaded, part: 0.5, most: null }),
  ];
}

interface Rounds {
  /** Milliseconds of a transfer each, while nobody talks. */
  readonly ours: readonly number[];
  /** Of a bare copy. */
  readonly bare: readonly number[];
  /** Of a message each, while a file goes. */
  readonly loaded: readonly number[];
}

async function transferRounds(bench: Bench, stage: Stage): Promise<Rounds> {
  const ours: number[] = [];
  const bare: number[] = [];
  const loaded: number[] = [];
  for (let round = 0; round < (bench.quick ? 1 : 5); round++) {
    if (round % 2 === 0) bare.push(await copyBare(bench, stage));
    // In the first rounds nobody talks: what a transfer takes is taken by itself.
    const transfer = () => transferOnce(stage, `take-${round}`);
    if (round < 3) ours.push(await transfer());
    else loaded.push(...(await talk(stage, transfer)));
    if (round % 2 === 1) bare.push(await copyBare(bench, stage));
  }
  if (bench.quick) loaded.push(...(await talk(stage, () => transferOnce(stage, 'talked'))));
  return { ours, bare, loaded };
}

function speedRow(size: number, ours: Rounds['ours'], bare: Rounds['bare']): Row {
  const perSecond = (ms: number) => size / MB / (ms / 1_000);
  const [figures, floors] = [ours.map(perSecond), bare.map(perSecond)];
  return {
    ...{ what: 'a file to one person, MB a second', unit: 'MB' },
    ...{ figure: median(figures), floor: median(floors) },
    ratio: pairedRatio(figures, floors.slice(0, figures.length)),
    target: { of: 'ratio', is: 'at least', value: 0.5 },
  };
}

interface Latencies {
  readonly quiet: readonly number[];
  readonly loaded: readonly number[];
  /** Of the messages: 0.99 is all but the slowest hundredth. */
  readonly part: number;
  /** How many times longer it may take than when no file goes; null: nobody says. */
  readonly most: number | null;
}

function messageRow(what: string, { quiet, loaded, part, most }: Latencies): Row {
  const [figure, floor] = [percentile(loaded, part), percentile(quiet, part)];
  const target = most === null ? null : ({ of: 'ratio', is: 'at most', value: most } as const);
  return { what, unit: 'ms', figure, floor, ratio: figure / floor, target };
}

type Processes = Readonly<Record<string, number>>;

async function memory(
  processes: Processes,
  of: (pid: number) => number | Promise<number>,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  if (!canSeeProcesses) return found;
  for (const [name, pid] of Object.entries(processes)) found.set(name, await of(pid));
  return found;
}

function memoryRows(before: Map<string, number>, peak: Map<string, number> | null): Row[] {
  return [...(peak ?? [])].map(([name, bytes]): Row => {
    const floor = (before.get(name) ?? Number.NaN) / MB;
    return {
      ...{ what: `its ${name}, most memory`, unit: 'MB', figure: bytes / MB, floor },
      ...{ ratio: bytes / MB / floor, target: { of: 'difference', is: 'at most', value: 60 } },
    };
  });
}

/** Milliseconds from the reader's wish to the landing. */
async function transferOnce({ asha, bela, folder, path }: Stage, name: string): Promise<number> {
  const into = join(folder, name);
  await asha.ask({ do: 'send', path });
  const [tookMs = Number.NaN] = await bela.ask({ do: 'take', folder: into });
  rmSync(into, { recursive: true, force: true });
  return tookMs;
}

async function copyBare(bench: Bench, { folder, path }: Stage): Promise<number> {
  const [middle, giver, taker] = ['', '', ''].map(() => startWorker(bench.scripts, 'copy')) as [
    Worker,
    Worker,
    Worker,
  ];
  const copy = join(folder, 'copy.bin');
  try {
    const [port = 0] = await middle.ask({ do: 'middle' });
    const startMs = performance.now();
    const taken = taker.ask({ do: 'take', port, path: copy });
    await pause(100);
    await giver.ask({ do: 'give', port, path });
    await taken;
    return performance.now() - startMs - 100;
  } finally {
    for (const worker of [middle, giver, taker]) worker.close();
    rmSync(copy, { force: true });
  }
}

/** What messages took each way, while `meanwhile` runs. */
async function talk({ asha, bela }: Stage, meanwhile: () => Promise<unknown>): Promise<number[]> {
  for (const one of [asha, bela]) await one.ask({ do: 'heard' });
  const took: number[] = [];
  for (const one of [asha, bela]) await one.ask({ do: 'talk', everyMs: TALK_EVERY_MS });
  await meanwhile();
  for (const one of [asha, bela]) await one.ask({ do: 'hush' });
  for (const one of [asha, bela]) took.push(...(await one.ask({ do: 'heard' })));
  return took;
}

/** Of the same file, to the same file system: one process reads it, and the other end of one connection writes it. */
async function measureSecureCopy({ folder, path }: Stage, size: number): Promise<Row[]> {
  const scp = await startSecureCopy(folder);
  if (scp === null) return [];
  try {
    const took: number[] = [];
    for (let round = 0; round < 3; round++)
      took.push(await scp.copy(path, join(folder, 'scp.bin')));
    const figure = size / MB / (median(took) / 1_000);
    return [
      {
        ...{ what: 'scp, MB a second, from machine to machine', unit: 'MB', figure },
        ...{ floor: null, ratio: null, target: null },
      },
    ];
  } finally {
    scp.close();
  }
}

/** The reader is killed at 90 %, comes back, and goes on with what is on its disk. */
async function measureResuming(bench: Bench, stage: Stage, size: number): Promise<Row[]> {
  const { asha, bela, folder, path, relay } = stage;
  const into = join(folder, 'resumed');
  await asha.ask({ do: 'send', path });
  await bela.ask({ do: 'take-part', folder: into, bytes: 0.9 * size });
  process.kill(bela.pid, 'SIGKILL');
  const again = startWorker(bench.scripts, 'file-person');
  try {
    await again.ask({ do: 'open', home: join(folder, 'bela'), port: relay.port, nick: 'bela' });
    const [firstMs = Number.NaN, there = Number.NaN] = await again.ask({ do: 'resumed' });
    return [
      {
        ...{ what: 'going on at 90 % after a kill, from READY', unit: 'ms', figure: firstMs },
        ...{ floor: null, ratio: null, target: { of: 'figure', is: 'at most', value: 1_000 } },
      },
      {
        ...{
          what: 'the same, of the file not sent again',
          unit: '%',
          figure: (100 * there) / size,
        },
        ...{ floor: null, ratio: null, target: { of: 'figure', is: 'at least', value: 89 } },
      },
    ];
  } finally {
    again.close();
  }
}
