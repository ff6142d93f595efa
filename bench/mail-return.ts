// How soon somebody who comes back has what waits for them: decrypted, on disk and told, by the whole program.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Terminal } from '@xterm/headless';
import * as v from 'valibot';
import {
  type Bench,
  makeProfile,
  pause,
  type RelayProgram,
  startListener,
  startProgram,
  startRelayProgram,
} from './bench.ts';
import type { Report } from './report.ts';
import { median } from './statistics.ts';
import { lanchat, startTerminal } from './timed-runs.ts';
import { startWorker, type Worker } from './worker.ts';

const SENDERS = 8;
const MESSAGES = 2_000;
const EACH = MESSAGES / SENDERS;

interface Stage {
  readonly bench: Bench;
  readonly relay: RelayProgram;
  readonly senders: Worker;
  readonly home: string;
  readonly person: string;
}

const LOOK_AGAIN_MS = 10;
const CTRL_D = '\x04';

const line = v.object({ type: v.string() });

export async function measureReturn(bench: Bench): Promise<Pick<Report, 'rows' | 'notes'>> {
  const relay = await startRelayProgram(bench);
  const senders = startWorker(bench.scripts, 'people');
  const home = mkdtempSync(join(bench.scratch, 'returns-'));
  try {
    const person = await makeProfile(bench, home);
    const stage = { bench, relay, senders, home, person };
    await meet(stage);
    const [listened, shown]: [number[], number[]] = [[], []];
    for (let round = 1; round <= (bench.quick ? 1 : 5); round++) {
      await leaveMessages(stage);
      listened.push(await msToLines(stage));
      await leaveMessages(stage);
      // Nobody looks at any of their conversations.
      shown.push(await msToScreen(stage, 2 * round * EACH));
    }
    return { rows: rowsOf(listened, shown), notes: [] };
  } finally {
    senders.close();
    relay.close();
  }
}

function rowsOf(listened: readonly number[], shown: readonly number[]): Report['rows'] {
  const target = { of: 'figure', is: 'at most', value: 5_000 } as const;
  const count = MESSAGES.toLocaleString('en-US');
  const what = `back to ${count} waiting messages, from start`;
  return [
    { what, unit: 'ms', figure: median(listened), floor: null, ratio: null, target },
    {
      what: 'the same, on the screen',
      unit: 'ms',
      figure: median(shown),
      floor: null,
      ratio: null,
      target,
    },
  ];
}

/** The senders know them from having been here together. */
async function meet({ bench, relay, senders, home, person }: Stage): Promise<void> {
  const { port } = relay;
  const listener = await startListener(bench, { home, port });
  await senders.ask({ do: 'open', home: null, port, people: SENDERS });
  await senders.ask({ do: 'meet', person, online: true });
  listener.close();
  await listener.ended;
}

async function leaveMessages({ senders, person }: Stage): Promise<void> {
  await senders.ask({ do: 'meet', person, online: false });
  await senders.ask({ do: 'send', to: person, messages: EACH, state: 'relayed' });
}

/** From the start of `lanchat listen` to its last line of a message; it tells none that is not on disk. */
async function msToLines({ bench, relay, home }: Stage): Promise<number> {
  const named = ['--home', home, '--relay', `127.0.0.1:${relay.port}`];
  const args = ['listen', '--json', '--count', String(MESSAGES), ...named];
  const { lines, ended, startedMs } = startProgram(bench, args);
  let messages = 0;
  let lastMs = Number.NaN;
  lines.on('line', (text) => {
    if (v.parse(line, JSON.parse(text)).type !== 'message') return;
    messages++;
    lastMs = performance.now();
  });
  await ended;
  if (messages !== MESSAGES) throw new Error(`${messages} messages came back`);
  return lastMs - startedMs;
}

/** From the start of the screen until it says how many each of the senders wrote, read or not, so far. */
async function msToScreen({ bench, relay, home }: Stage, unread: number): Promise<number> {
  const command = lanchat(bench, '--home', home, '--relay', `127.0.0.1:${relay.port}`);
  const screen = startTerminal(bench, command);
  const rows = new ScreenRows();
  try {
    for (;;) {
      await pause(LOOK_AGAIN_MS);
      const text = await rows.after(screen.output);
      const atMs = performance.now();
      if (text.split(`(${unread})`).length > SENDERS) {
        screen.type(CTRL_D);
        await screen.ended();
        return atMs - screen.startedMs;
      }
    }
  } finally {
    await screen.close();
  }
}

/** What stands on the screen: only what changes is written to it. */
class ScreenRows {
  readonly #terminal = new Terminal({ cols: 80, rows: 24, allowProposedApi: true });
  #read = 0;

  /** Once all of `output`, which only grows, has been written. */
  async after(output: string): Promise<string> {
    const fresh = output.slice(this.#read);
    this.#read = output.length;
    await new Promise<void>((resolve) => this.#terminal.write(fresh, resolve));
    const { active } = this.#terminal.buffer;
    const rows = Array.from({ length: this.#terminal.rows }, (_, row) => {
      return active.getLine(row)?.translateToString(true) ?? '';
    });
    return rows.join('\n');
  }
}
