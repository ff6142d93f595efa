// What it costs to send when all is kept: a profile on disk beside one of which nothing ever is.
import { closeSync, fdatasyncSync, mkdtempSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, makeProfile, pause, startListener, startRelayProgram } from './bench.ts';
import type { Report, Row } from './report.ts';
import { median, pairedRatio, percentile } from './statistics.ts';
import { startWorker, type Worker } from './worker.ts';

/** Sent singly in a round of each side. */
const SINGLY = 20;
/** Sent at once: within what the relay lets one client burst. */
const AT_ONCE = 200;
/** Then it has earned them again, and they are acknowledged. */
const REST_MS = 1_200;
/** What a message changes in the database, about. */
const DURABLE_BYTES = 16 * 1_024;

interface Side {
  readonly worker: Worker;
  /** Medians of each round. */
  readonly p50Ms: number[];
  readonly p90Ms: number[];
  readonly perSecond: number[];
}

export async function measureSending(bench: Bench): Promise<Report> {
  const relay = await startRelayProgram(bench);
  const folder = mkdtempSync(join(bench.scratch, 'sending-'));
  const { port } = relay;
  const reader = join(folder, 'reader');
  const person = await makeProfile(bench, reader);
  const listener = await startListener(bench, { home: reader, port });
  const side = () => ({
    worker: startWorker(bench.scripts, 'people'),
    ...{ p50Ms: [], p90Ms: [], perSecond: [] },
  });
  const [kept, fleeting]: [Side, Side] = [side(), side()];
  try {
    await kept.worker.ask({ do: 'open', home: join(folder, 'kept'), port, people: 1 });
    await fleeting.worker.ask({ do: 'open', home: null, port, people: 1 });
    for (const { worker } of [kept, fleeting]) {
      await worker.ask({ do: 'meet', person, online: true });
    }
    await compare(bench, { kept, fleeting }, person);
    return { rows: rowsOf(kept, fleeting), skipped: [], notes: [syncText(folder)] };
  } finally {
    for (const { worker } of [kept, fleeting]) worker.close();
    listener.close();
    relay.close();
  }
}

async function compare(
  { quick }: Bench,
  { kept, fleeting }: { readonly kept: Side; readonly fleeting: Side },
  to: string,
): Promise<void> {
  const rounds = quick ? 3 : 20;
  // The round before the first warms both up.
  for (let round = -1; round < rounds; round++) {
    for (const side of round % 2 === 0 ? [kept, fleeting] : [fleeting, kept]) {
      const times = await side.worker.ask({ do: 'send-singly', to, messages: SINGLY });
      if (round < 0) continue;
      side.p50Ms.push(median(times));
      side.p90Ms.push(percentile(times, 0.9));
    }
  }
  for (let round = 0; round < (quick ? 2 : 8); round++) {
    for (const { worker, perSecond } of round % 2 === 0 ? [kept, fleeting] : [fleeting, kept]) {
      await pause(REST_MS);
      const asked = { do: 'send', to, messages: AT_ONCE, state: 'relayed' };
      const [ms = Number.NaN] = await worker.ask(asked);
      perSecond.push((AT_ONCE * 1_000) / ms);
    }
  }
}

function rowsOf(kept: Side, fleeting: Side): Row[] {
  const row = (
    what: string,
    by: 'p50Ms' | 'p90Ms' | 'perSecond',
    target: Row['target'] = null,
  ): Row => ({
    ...{ what, unit: by === 'perSecond' ? '/s' : 'ms', target },
    ...{ figure: median(kept[by]), floor: median(fleeting[by]) },
    ratio: pairedRatio(kept[by], fleeting[by]),
  });
  const target = { of: 'ratio', is: 'at most', value: 1.2 } as const;
  return [
    row('a message to the relay, all kept, p50', 'p50Ms', target),
    row('the same, p90', 'p90Ms'),
    row(`${AT_ONCE} messages at once, all kept`, 'perSecond'),
  ];
}

/** What the disk itself takes, now and here: each message that is kept waits for it once. */
function syncText(folder: string): string {
  const file = openSync(join(folder, 'sync'), 'w', 0o600);
  const bytes = Buffer.alloc(DURABLE_BYTES, 1);
  const times = Array.from({ length: 100 }, () => {
    const startMs = performance.now();
    writeSync(file, bytes);
    fdatasyncSync(file);
    return performance.now() - startMs;
  });
  closeSync(file);
  return `16 KiB made durable in the same file system: p50 ${median(times).toFixed(2)} ms`;
}
