// What an idle relay and each idle connection hold in memory, beside a bare TLS listener.
import { type Bench, pause, startRelayProgram } from './bench.ts';
import { canSeeProcesses, settledResidentBytes } from './process-cost.ts';
import type { Report, Row } from './report.ts';
import type { TargetName } from './targets.ts';
import { startWorker } from './worker.ts';

const MB = 1_000_000;
const KIB = 1_024;
/** V8 gives back what a storm of logins left behind only once nothing has happened for a while. */
const REST_MS = 12_000;

interface Memory {
  readonly idleBytes: number;
  readonly bytesPerConnection: number;
}

interface Server {
  readonly target: TargetName;
  readonly pid: number;
  readonly port: number;
  close(): void;
}

export async function measureRelayMemory(bench: Bench): Promise<Report> {
  if (!canSeeProcesses) {
    const reason = 'the memory of another process is read from /proc, which only Linux has';
    return { rows: [], skipped: [{ what: 'relay memory', reason }], notes: [] };
  }
  const [few, many] = bench.quick ? [50, 150] : [100, 500];
  const bare = await measure(bench, { start: startBare, role: 'idle', few, many });
  const idle = await measure(bench, { start: startRelay, role: 'idle', few, many });
  const inRoom = await measure(bench, { start: startRelay, role: 'subscribe', few, many });
  const [floor, target] = [
    bare.idleBytes / MB,
    { of: 'difference', is: 'at most', value: 20 } as const,
  ];
  const figure = idle.idleBytes / MB;
  return {
    rows: [
      { what: 'idle relay', unit: 'MB', figure, floor, ratio: figure / floor, target },
      connectionRow('an idle connection, logged in', idle, bare),
      connectionRow('an idle connection, all in one room', inRoom, bare),
    ],
    skipped: [],
    notes: [`slope from ${few} to ${many} connections, which came within seconds`],
  };
}

function connectionRow(what: string, relay: Memory, bare: Memory): Row {
  const figure = relay.bytesPerConnection / KIB;
  const floor = bare.bytesPerConnection / KIB;
  const target = { of: 'figure', is: 'at most', value: 70 } as const;
  return { what, unit: 'KiB', figure, floor, ratio: figure / floor, target };
}

async function startRelay(bench: Bench): Promise<Server> {
  return { target: 'relay', ...(await startRelayProgram(bench)) };
}

async function startBare({ scripts }: Bench): Promise<Server> {
  const worker = startWorker(scripts, 'broadcaster');
  const [port = 0] = await worker.ask({ do: 'listen' });
  return { target: 'bare', pid: worker.pid, port, close: worker.close };
}

/** The slope between two numbers of connections: what the first ones warm up is not theirs. */
async function measure(
  bench: Bench,
  connections: {
    readonly start: (bench: Bench) => Promise<Server>;
    readonly role: 'idle' | 'subscribe';
    readonly few: number;
    readonly many: number;
  },
): Promise<Memory> {
  const { start, role, few, many } = connections;
  const { target, pid, port, close } = await start(bench);
  const clients = startWorker(bench.scripts, 'subscribers');
  const settled = async () => {
    await pause(bench.quick ? 0 : REST_MS);
    return settledResidentBytes(pid);
  };
  try {
    const idleBytes = await settled();
    await clients.ask({ do: 'connect', target, port, role, first: 1_000, count: few });
    const withFew = await settled();
    await clients.ask({ do: 'connect', target, port, role, first: 1_000 + few, count: many - few });
    const withMany = await settled();
    return { idleBytes, bytesPerConnection: (withMany - withFew) / (many - few) };
  } finally {
    clients.close();
    close();
  }
}
