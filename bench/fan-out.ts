// How many deliveries a second the relay makes, beside a bare broadcaster of the same bytes.

import { ready } from '../src/crypto/sodium.ts';
import { type Bench, pause, startRelayProgram } from './bench.ts';
import { canSeeProcesses, cpuSeconds } from './process-cost.ts';
import type { Report, Row } from './report.ts';
import { DELIVER_OVERHEAD_BYTES, sealedChain } from './room-traffic.ts';
import { median, pairedRatio, percentile } from './statistics.ts';
import type { TargetName } from './targets.ts';
import { startWorker, type Worker } from './worker.ts';

const SUBSCRIBERS = 100;
const SUBSCRIBER_PROCESSES = 2;
/** Messages a second in the paced part: a busy room, far from full speed. */
const PACED_PER_SECOND = 300;
const SETTLE_MS = 700;
/** Less than this is pings. */
const QUIET_BYTES = 10_000;

interface Sample {
  /** Bytes that subscribers received, a second. */
  readonly bytesPerSecond: number;
  /** The same a second of the server's CPU. */
  readonly bytesPerCpuSecond: number;
  /** CPU seconds of the server a second: near 1 it was the bottleneck. */
  readonly serverLoad: number;
  readonly latenciesMs: readonly number[];
}

interface Stage {
  readonly pids: Readonly<Record<TargetName, number>>;
  readonly subscribers: readonly Worker[];
  readonly sender: Worker;
  readonly probe: Worker;
}

export async function measureFanOut(bench: Bench): Promise<Report> {
  await ready();
  const relay = await startRelayProgram(bench);
  const start = (name: string) => startWorker(bench.scripts, name);
  const bare = start('broadcaster');
  const subscribers = Array.from({ length: SUBSCRIBER_PROCESSES }, () => start('subscribers'));
  const [sender, probe] = [start('sender'), start('probe')];
  try {
    const [barePort = 0] = await bare.ask({ do: 'listen' });
    const stage = { subscribers, sender, probe, pids: { relay: relay.pid, bare: bare.pid } };
    await connectAll(stage, { target: 'relay', port: relay.port });
    await connectAll(stage, { target: 'bare', port: barePort });
    return await compare(bench, stage);
  } finally {
    for (const worker of [bare, sender, probe, ...subscribers]) worker.close();
    relay.close();
  }
}

async function connectAll(
  { subscribers, sender, probe }: Stage,
  at: { readonly target: TargetName; readonly port: number },
): Promise<void> {
  const count = SUBSCRIBERS / subscribers.length;
  const role = 'subscribe';
  for (const [index, worker] of subscribers.entries()) {
    await worker.ask({ do: 'connect', ...at, role, first: 1_000 + index * count, count });
  }
  await sender.ask({ do: 'connect', ...at, first: 10 });
  await probe.ask({ do: 'connect', ...at, first: 20 });
}

async function compare({ quick }: Bench, stage: Stage): Promise<Report> {
  const rounds = quick ? 3 : 7;
  const full = { perSecond: null, seconds: quick ? 1 : 4 };
  const paced = { perSecond: PACED_PER_SECOND, seconds: quick ? 1 : 3 };
  const samples: Record<TargetName, { full: Sample[]; paced: Sample[] }> = {
    relay: { full: [], paced: [] },
    bare: { full: [], paced: [] },
  };
  for (let round = -1; round < rounds; round++) {
    // Each goes first in turn, so that a drift of the machine favours neither.
    const order: readonly TargetName[] = round % 2 === 0 ? ['bare', 'relay'] : ['relay', 'bare'];
    for (const target of order) {
      const [fast, steady] = [
        await sample(stage, target, full),
        await sample(stage, target, paced),
      ];
      // The round before the first only warms both up.
      if (round < 0) continue;
      samples[target].full.push(fast);
      samples[target].paced.push(steady);
    }
  }
  const { relay, bare } = samples;
  return { ...report(relay, bare), skipped: [] };
}

async function sample(
  { subscribers, sender, probe, pids }: Stage,
  target: TargetName,
  load: { readonly perSecond: number | null; readonly seconds: number },
): Promise<Sample> {
  const count = () => Promise.all(subscribers.map((worker) => worker.ask({ do: 'count', target })));
  await sender.ask({ do: 'send', target, perSecond: load.perSecond });
  await pause(SETTLE_MS);
  await probe.ask({ do: 'start', target });
  const [before, cpuBefore] = [await count(), cpuOf(pids[target])];
  await pause(load.seconds * 1_000);
  const [after, cpuAfter] = [await count(), cpuOf(pids[target])];
  await sender.ask({ do: 'stop' });
  const latenciesMs = await probe.ask({ do: 'stop' });
  await untilQuiet(count);
  let [bytes, seconds] = [0, 0];
  for (const [index, [bytesAfter = 0, atMs = 0, closed = 0]] of after.entries()) {
    const [bytesBefore = 0, fromMs = 0] = before[index] ?? [];
    if (closed > 0) throw new Error(`${target} dropped ${closed} subscribers`);
    bytes += bytesAfter - bytesBefore;
    seconds += (atMs - fromMs) / 1_000 / after.length;
  }
  const cpu = cpuAfter - cpuBefore;
  return {
    bytesPerSecond: bytes / seconds,
    bytesPerCpuSecond: bytes / cpu,
    serverLoad: cpu / seconds,
    latenciesMs,
  };
}

/** What is still queued must not fall into the next sample. */
async function untilQuiet(count: () => Promise<(readonly number[])[]>): Promise<void> {
  const received = async () => (await count()).reduce((sum, [bytes = 0]) => sum + bytes, 0);
  for (let before = -QUIET_BYTES, now = await received(); now - before >= QUIET_BYTES; ) {
    await pause(SETTLE_MS);
    [before, now] = [now, await received()];
  }
}

function cpuOf(pid: number): number {
  return canSeeProcesses ? cpuSeconds(pid) : Number.NaN;
}

type Samples = { readonly full: readonly Sample[]; readonly paced: readonly Sample[] };

function report(relay: Samples, bare: Samples): Omit<Report, 'skipped'> {
  const target = { of: 'ratio', is: 'at least', value: 0.8 } as const;
  const ratios = relay.full.map(({ bytesPerSecond }, round) =>
    (bytesPerSecond / (bare.full[round]?.bytesPerSecond ?? Number.NaN)).toFixed(2),
  );
  return {
    rows: [
      speedRow('deliveries, as fast as they go', { relay, bare, by: 'bytesPerSecond', target }),
      ...(canSeeProcesses
        ? [speedRow(CPU_ROW, { relay, bare, by: 'bytesPerCpuSecond', target: null })]
        : []),
      latencyRow('p99 latency, as fast as they go', relay.full, bare.full),
      latencyRow(`p99 latency at ${PACED_PER_SECOND} messages/s`, relay.paced, bare.paced),
    ],
    notes: [
      `a delivery is ${deliverBytes()} bytes before TLS; ratio in each round: ${ratios.join(' ')}`,
      ...(canSeeProcesses ? [busyText(relay, bare)] : []),
    ],
  };
}

function busyText(relay: Samples, bare: Samples): string {
  const load = ({ full }: Samples) => median(full.map(({ serverLoad }) => serverLoad)).toFixed(2);
  const text = `cores the server kept busy at full speed: relay ${load(relay)}, floor ${load(bare)}`;
  return `${text}; far below 1, others were the bottleneck`;
}

const CPU_ROW = 'deliveries for a second of the server’s CPU';

function deliverBytes(): number {
  return DELIVER_OVERHEAD_BYTES + (sealedChain(1)[0]?.length ?? 0);
}

function speedRow(
  what: string,
  rates: {
    readonly relay: Samples;
    readonly bare: Samples;
    readonly by: 'bytesPerSecond' | 'bytesPerCpuSecond';
    readonly target: Row['target'];
  },
): Row {
  const { relay, bare, by, target } = rates;
  const eachBytes = deliverBytes();
  const figures = relay.full.map((sample) => sample[by] / eachBytes);
  const floors = bare.full.map((sample) => sample[by] / eachBytes);
  const ratio = pairedRatio(figures, floors);
  return { what, unit: '/s', figure: median(figures), floor: median(floors), ratio, target };
}

function latencyRow(what: string, relay: readonly Sample[], bare: readonly Sample[]): Row {
  const [figure, floor] = [p99(relay), p99(bare)];
  return { what, unit: 'ms', figure, floor, ratio: figure / floor, target: null };
}

function p99(samples: readonly Sample[]): number {
  const all = samples.flatMap(({ latenciesMs }) => latenciesMs);
  return percentile(all, 0.99);
}
