// What an open screen takes while nothing happens, while 50 messages a second arrive, and after an hour of them.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, pause, type RelayProgram, startRelayProgram } from './bench.ts';
import { findChatPrograms } from './chat-programs.ts';
import { IRC_CHANNEL, IrcServer } from './irc-server.ts';
import { canSeeProcesses, cpuSeconds, settledResidentBytes } from './process-cost.ts';
import type { Row, Skip, Target } from './report.ts';
import {
  LARGE_SIZE,
  sizeText,
  type TerminalSize,
  type TimedTerminal,
  USUAL_SIZE,
} from './terminal.ts';
import { lanchat, startTerminal } from './timed-runs.ts';
import { startWorker, type Worker } from './worker.ts';

const PER_SECOND = 50;
const AN_HOUR = PER_SECOND * 3_600;
/** Faster than an hour: so many are said, and all screens have shown the last before it goes on. */
const BATCH = 500;
const MB = 1_000_000;
const START_QUIET_MS = 2_000;

/** Of ours, at most: CPU in percent of one core. Null: somebody else's. */
interface Most {
  readonly idleCpu: number;
  readonly busyCpu: number;
  readonly idleMb: number;
  readonly hourMb: number;
}

interface Watched {
  readonly name: string;
  readonly terminal: TimedTerminal;
  readonly most: Most | null;
}

/** With names of their own, which nobody is asked for. */
const OURS: readonly (readonly [string, TerminalSize, Most])[] = [
  ['asha', USUAL_SIZE, { idleCpu: 0.5, busyCpu: 8, idleMb: 80, hourMb: 110 }],
  ['bela', LARGE_SIZE, { idleCpu: 0.5, busyCpu: 12, idleMb: 80, hourMb: 110 }],
];

export async function measureTraffic(
  bench: Bench,
): Promise<{ readonly rows: Row[]; readonly skipped: Skip[] }> {
  if (!canSeeProcesses) {
    const reason =
      'the CPU and memory of another process are read from /proc, which only Linux has';
    return { rows: [], skipped: [{ what: 'an open screen', reason }] };
  }
  const relay = await startRelayProgram(bench);
  const irc = await IrcServer.start();
  const speaker = startWorker(bench.scripts, 'room-people');
  const { programs, skipped } = findChatPrograms(bench);
  const ours = OURS.map(([nick, size, most]) => openOurs(bench, relay, { nick, size, most }));
  const others = programs.map(
    ({ name, start }): Watched => ({
      ...{ name, most: null },
      terminal: startTerminal(bench, start(irc.port)),
    }),
  );
  try {
    const hall = new Hall({ speaker, irc, ours });
    await hall.open(relay.port, others);
    return { rows: await measured(bench, hall, [...ours, ...others]), skipped };
  } finally {
    await Promise.all([...ours, ...others].map(({ terminal }) => terminal.close()));
    speaker.close();
    irc.close();
    relay.close();
  }
}

function openOurs(
  bench: Bench,
  { port }: RelayProgram,
  { nick, size, most }: { readonly nick: string; readonly size: TerminalSize; readonly most: Most },
): Watched {
  const home = mkdtempSync(join(bench.scratch, 'screen-'));
  const where = ['--home', home, '--relay', `127.0.0.1:${port}`];
  const command = lanchat(bench, ...where, '--nick', nick);
  const name = `screen at ${sizeText(size)}`;
  return { name, terminal: startTerminal(bench, command, size), most };
}

async function measured(bench: Bench, hall: Hall, all: readonly Watched[]): Promise<Row[]> {
  const seconds = bench.quick ? 5 : 30;
  const idle = await cpuOf(all, () => pause(seconds * 1_000));
  const idleMb = await memoryOf(all);
  await hall.enter();
  const busy = await cpuOf(all, () => hall.talk(seconds));
  const messages = bench.quick ? AN_HOUR / 60 : AN_HOUR;
  await hall.rush(messages);
  const hourMb = await memoryOf(all);
  const many = messages.toLocaleString('en-US');
  const row = (what: string, figures: readonly number[], key: keyof Most): Row[] =>
    all.map(({ name, most }, index) => ({
      ...{ what: `${name}, ${what}`, figure: figures[index] ?? Number.NaN },
      ...{ unit: key.endsWith('Mb') ? 'MB' : '%', floor: null, ratio: null },
      target: atMost(most?.[key]),
    }));
  return [
    ...row('idle, CPU', idle, 'idleCpu'),
    ...row(`${PER_SECOND} messages a second, CPU`, busy, 'busyCpu'),
    ...row('idle, memory', idleMb, 'idleMb'),
    ...row(`${many} messages later, memory`, hourMb, 'hourMb'),
  ];
}

function atMost(value: number | undefined): Target | null {
  return value === undefined ? null : { of: 'figure', is: 'at most', value };
}

/** In percent of one core, of each, while that is done. */
async function cpuOf(all: readonly Watched[], run: () => Promise<void>): Promise<number[]> {
  const used = () => all.map(({ terminal }) => cpuSeconds(terminal.pid));
  const [before, startMs] = [used(), performance.now()];
  await run();
  const seconds = (performance.now() - startMs) / 1_000;
  return used().map((after, index) => ((after - (before[index] ?? Number.NaN)) / seconds) * 100);
}

async function memoryOf(all: readonly Watched[]): Promise<number[]> {
  const bytes = await Promise.all(all.map(({ terminal }) => settledResidentBytes(terminal.pid)));
  return bytes.map((each) => each / MB);
}

/** One room, said the same to all: through the relay to ours, over IRC to the others. */
class Hall {
  readonly #speaker: Worker;
  readonly #irc: IrcServer;
  readonly #ours: readonly Watched[];
  #port = 0;
  #said = 0;

  constructor(parts: {
    readonly speaker: Worker;
    readonly irc: IrcServer;
    readonly ours: readonly Watched[];
  }) {
    this.#speaker = parts.speaker;
    this.#irc = parts.irc;
    this.#ours = parts.ours;
  }

  /** Everybody is there but whoever speaks. */
  async open(port: number, others: readonly Watched[]): Promise<void> {
    this.#port = port;
    for (const { terminal } of this.#ours) {
      await terminal.when((output) => output.includes('online'));
    }
    for (const { terminal } of others) {
      await terminal.when((output) => output !== '');
      await terminal.quiet();
      terminal.type(`/join ${IRC_CHANNEL}\r`);
    }
    while (this.#irc.members < others.length) await pause(20);
    await Promise.all([...this.#ours, ...others].map(({ terminal }) => settled(terminal)));
  }

  async enter(): Promise<void> {
    const place = { port: this.#port, room: IRC_CHANNEL.slice(1), speakers: null };
    await this.#speaker.ask({ do: 'open', ...place, first: 0, people: 1 });
    // With the first message goes the key for those after it.
    await this.#shown(await this.#say());
  }

  /** At a steady pace. */
  async talk(seconds: number): Promise<void> {
    const startMs = performance.now();
    for (let index = 0; index < seconds * PER_SECOND; index++) {
      const dueMs = startMs + (index * 1_000) / PER_SECOND;
      await pause(Math.max(0, dueMs - performance.now()));
      await this.#say();
    }
  }

  /** As fast as all can show them. */
  async rush(messages: number): Promise<void> {
    for (let left = messages; left > 0; left -= BATCH) {
      let last = '';
      for (let index = 0; index < Math.min(left, BATCH); index++) last = await this.#say();
      await this.#shown(last);
      for (const { terminal } of this.#ours) terminal.clear();
    }
  }

  async #say(): Promise<string> {
    this.#said += 1;
    const text = `message ${this.#said}: rounds are at six, and the list is on the blue board`;
    await Promise.all([this.#speaker.ask({ do: 'say', text }), this.#irc.say(text)]);
    return text;
  }

  async #shown(text: string): Promise<void> {
    const [words = ''] = text.split(':');
    await Promise.all(
      this.#ours.map(({ terminal }) => terminal.when((output) => output.includes(words))),
    );
  }
}

function settled(terminal: TimedTerminal): Promise<void> {
  return terminal.quiet(START_QUIET_MS);
}
