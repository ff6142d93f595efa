// What a long past costs: starting with it, opening a room, searching, and the memory of a client that has it.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { ARCHIVE_ROOMS, COMMON_WORD, MISSING_WORD, RARE_WORD, SELDOM_WORD } from './archive.ts';
import { type Bench, startListener, startRelayProgram } from './bench.ts';
import { type Archives, measureOpenings, measureStarts } from './long-start.ts';
import { canSeeProcesses, settledResidentBytes } from './process-cost.ts';
import type { Report, Row, Skip } from './report.ts';
import { median, percentile } from './statistics.ts';
import { startWorker, type Worker } from './worker.ts';

const MB = 1_000_000;
/** What the screen asks for at once. */
const PAGE_MESSAGES = 200;
const FOUND_AT_MOST = 50;
/** Each is looked for once it is in memory what there is. */
const QUERIES = [
  ...[RARE_WORD, COMMON_WORD, SELDOM_WORD, MISSING_WORD],
  `${COMMON_WORD} ${SELDOM_WORD}`,
];

export async function measureHistory(bench: Bench): Promise<Report> {
  const [long, searched] = bench.quick ? [20_000, 5_000] : [1_000_000, 100_000];
  const archivist = startWorker(bench.scripts, 'archive');
  const notes: string[] = [];
  const fill = async (messages: number) => {
    const home = mkdtempSync(join(bench.scratch, 'archive-'));
    const [ms = 0, bytes = 0] = await archivist.ask({ do: 'fill', home, messages });
    notes.push(filledText(messages, ms, bytes));
    return home;
  };
  try {
    const short = ARCHIVE_ROOMS.length * PAGE_MESSAGES;
    const archives = { long: await fill(long), short: await fill(short), empty: await fill(0) };
    const toSearch = await fill(searched);
    const memory = await measureMemory(bench, archives, long);
    return {
      rows: [
        ...(await measureStarts(bench, archives)),
        ...(await measureOpenings(bench, archives)),
        await measurePages(bench, archivist, archives),
        ...(await measureSearch(bench, archivist, { home: toSearch, messages: searched })),
        ...memory.rows,
      ],
      skipped: memory.skipped,
      notes,
    };
  } finally {
    archivist.close();
  }
}

function filledText(messages: number, ms: number, bytes: number): string {
  const size = `${(bytes / MB).toFixed(1)} MB`;
  return `a profile with ${count(messages)} messages: ${size}, made in ${(ms / 1_000).toFixed(1)} s`;
}

function count(messages: number): string {
  return messages.toLocaleString('en-US');
}

async function measurePages(bench: Bench, archivist: Worker, { long }: Archives): Promise<Row> {
  const times: number[] = [];
  for (let round = 0; round < (bench.quick ? 1 : 3); round++) {
    await archivist.ask({ do: 'open', home: long });
    for (let room = 0; room < ARCHIVE_ROOMS.length; room++) {
      const asked = { do: 'page', room, limit: PAGE_MESSAGES };
      const [ms = Number.NaN, messages] = await archivist.ask(asked);
      if (messages !== PAGE_MESSAGES) throw new Error(`a page of ${messages}`);
      times.push(ms);
    }
    await archivist.ask({ do: 'close' });
  }
  const what = `a room’s last ${PAGE_MESSAGES}, asked of a client, p50`;
  return { what, unit: 'ms', figure: median(times), floor: null, ratio: null, target: null };
}

async function measureSearch(
  bench: Bench,
  archivist: Worker,
  { home, messages }: { readonly home: string; readonly messages: number },
): Promise<Row[]> {
  const [first, firstCpu, later]: [number[], number[], number[]] = [[], [], []];
  const search = async (query: string) => {
    const asked = { do: 'search', query, limit: FOUND_AT_MOST };
    const [ms = Number.NaN, , cpuMs = Number.NaN] = await archivist.ask(asked);
    return { ms, cpuMs };
  };
  for (let round = 0; round < (bench.quick ? 2 : 7); round++) {
    await archivist.ask({ do: 'open', home });
    const { ms, cpuMs } = await search(RARE_WORD);
    first.push(ms);
    firstCpu.push(cpuMs);
    for (const query of QUERIES) later.push((await search(query)).ms);
    await archivist.ask({ do: 'close' });
  }
  const row = (what: string, figure: number, mostMs: number | null): Row => {
    const target =
      mostMs === null ? null : ({ of: 'figure', is: 'at most', value: mostMs } as const);
    return { what, unit: 'ms', figure, floor: null, ratio: null, target };
  };
  return [
    row(`a search of ${count(messages)} messages, the first`, median(first), 1_000),
    row('the same, CPU of it', median(firstCpu), null),
    row('the same, later ones, p50', median(later), 50),
    row('the same, later ones, p99', percentile(later, 0.99), null),
  ];
}

/** `lanchat listen`, connected, that nobody writes to. */
async function measureMemory(
  bench: Bench,
  { long, empty }: Archives,
  messages: number,
): Promise<{ rows: Row[]; skipped: Skip[] }> {
  const what = `idle client with ${count(messages)} messages`;
  if (!canSeeProcesses) {
    const reason = 'the memory of another process is read from /proc, which only Linux has';
    return { rows: [], skipped: [{ what, reason }] };
  }
  const relay = await startRelayProgram(bench);
  const residentMb = async (home: string) => {
    const client = await startListener(bench, { home, port: relay.port });
    const bytes = await settledResidentBytes(client.pid);
    client.close();
    await client.ended;
    return bytes / MB;
  };
  try {
    const [floor, figure] = [await residentMb(empty), await residentMb(long)];
    const row: Row = { what, unit: 'MB', figure, floor, ratio: figure / floor, target: null };
    return { rows: [row], skipped: [] };
  } finally {
    relay.close();
  }
}
