// `npm run bench`: runs the measurements one after the other and prints the table. Misses are told, not fatal.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { measureFanOut } from './fan-out.ts';
import { measureFiles } from './files.ts';
import { measureHistory } from './long-history.ts';
import { measureMailbox } from './mailbox.ts';
import { measureRelayMemory } from './relay-memory.ts';
import { jsonLines, loadText, type Report, tableHead, tableLines } from './report.ts';
import { measureRooms } from './rooms.ts';
import { measureScreen } from './screen.ts';
import { measureSealing } from './sealing.ts';
import { measureSending } from './sending.ts';
import { measureStartUp } from './start-up.ts';

const GROUPS: Readonly<Record<string, (bench: Bench) => Promise<Report>>> = {
  'fan-out': measureFanOut,
  memory: measureRelayMemory,
  sealing: measureSealing,
  'start-up': measureStartUp,
  screen: measureScreen,
  history: measureHistory,
  mailbox: measureMailbox,
  sending: measureSending,
  rooms: measureRooms,
  files: measureFiles,
};

const HELP = `npm run bench -- [--only NAME]… [--quick] [--json]

Measures lanchat beside a floor in the same run, in turns. Trust the ratios, not the figures: both sides of
a ratio saw the same machine. Nothing fails when a target is missed; the table says so.

  --only NAME   one of: ${Object.keys(GROUPS).join(', ')}; may be repeated
  --quick       few samples: shows that it runs, says little
  --json        one object a line on stdout

Columns: figure is ours; floor is the least that the same could cost, measured in the same run; ratio is
figure ÷ floor, where both were measured in turns the median of the rounds' ratios; target is what the
project promises (of the ratio where it has no unit, of figure − floor with a +, else of the figure); met
compares the two.

fan-out   One public room, 100 subscribers over TLS 1.3 on loopback in processes of their own that count
          bytes, four senders, real sealed messages of 256 bytes of text in real frames. Floor: a bare
          Node TLS broadcaster that writes what arrived in one turn of the event loop as one shared
          buffer; it has no login, topics, rates or answers. Latency: a probe's own messages every 7 ms
          among the others, from its write to its subscriber; at full speed, with 1,500 messages
          under way, it follows from the throughput. CPU: what contention for the cores can't blur.
memory    Resident memory of \`lanchat relay\` that nobody uses, its database open, and how it grows with
          each idle connection. Floor: the bare broadcaster, to which nothing has been said.
sealing   Seal and open, CPU time. Floor: exactly the libsodium calls which that makes, recorded
          with their arguments and made again; they are listed below the table.
start-up  From spawn to exit, or to the bytes on a pseudo-terminal. Floor: \`node -e 0\`, spawn to exit.
          A full frame is the first one in synchronized output; irssi's and weechat's is their last byte
          before a pause. Medians.
screen    At 80×24 and 200×50. A start with 100,000 messages of 50 rooms; something is typed as soon as there
          is anything to see. A key: from the byte in to the last byte out of the pseudo-terminal. Floor: a
          raw-mode program that only echoes. The messages are played to the screen by a session in its
          process. CPU and memory: the program at a relay over TLS, while one person says 50 messages a
          second, and once 180,000 have been said, faster. irssi and weechat hear the same over IRC, in clear.
history   A profile with 1,000,000 messages of 40 rooms, made for this run; searched is one with 100,000.
          Start-up: the floor is a profile with none, or, where words of its room are awaited, with a few
          pages. A room opened: from the key to its last words on the pseudo-terminal; the floor is the
          same once they are in memory. The first search reads everything into memory.
mailbox   Messages for people who are away, stored by the relay for 40 senders over TLS, from the first
          byte to the last answer. Floor: the same rows in as many commits, as the relay has made them,
          straight into a database of the same schema in the same file system. Coming back: real clients
          left the messages; from spawn to the last line of \`lanchat listen\`, which tells nothing that is
          not on disk, or until the screen has counted all.
sending   To somebody present, from the command to the relay's answer; a client that keeps all on disk, and
          as the floor one with --ephemeral. Singly, with pauses as a person makes them, and many at once.
rooms     A private room of 256 and a public one of 1,000 people, who are all here, each with a core and a
          connection over TLS on loopback to the relay. From the owner's word that somebody is out, or in,
          to the last of all who were shown the message behind it; the floor is a message to the same room
          without that. First message: for which all 1,000 need the sender's key; blocked is the longest
          time in which nothing else ran in the sender's process. A log: checked in the stretches in which
          it comes; the floor is the libsodium calls of that. At a start it is not checked again.
`;

export interface MainOptions {
  readonly args: readonly string[];
  /** The project's folder. */
  readonly root: string;
  /** The folder of the bundles. */
  readonly scripts: string;
  /** Makes dist/ anew: what is measured is what stands in src/ now. */
  readonly buildProgram: () => Promise<unknown>;
}

export async function main({ args, root, scripts, buildProgram }: MainOptions): Promise<void> {
  const options = readOptions(args);
  if (options === null) {
    process.stdout.write(HELP);
    return;
  }
  await buildProgram();
  const scratch = mkdtempSync(join(tmpdir(), 'lanchat-bench-'));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const { quick, json, only } = options;
  const program = join(root, 'bin', 'lanchat.js');
  const print = (lines: readonly string[]) => void process.stdout.write(`${lines.join('\n')}\n`);
  print(
    json ? [machineJson('begin')] : [machineText(), `load average ${loadText()}`, '', tableHead()],
  );
  for (const name of only) {
    process.stderr.write(`measuring ${name} …\n`);
    const report = await measured(name, { scripts, program, scratch, quick });
    print(json ? jsonLines(name, report) : [name, ...tableLines(report)]);
  }
  print(json ? [machineJson('end')] : ['', `load average ${loadText()}`]);
  process.exit(0);
}

interface Options {
  readonly only: readonly string[];
  readonly quick: boolean;
  readonly json: boolean;
}

/** Null where help was asked for, or what was asked for makes no sense; then it has been said. */
function readOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { only = Object.keys(GROUPS), quick, json, help } = values;
  const unknown = only.filter((name) => !(name in GROUPS));
  if (unknown.length > 0) {
    process.stderr.write(`there is no measurement ${unknown.join(', ')}\n\n`);
    process.exitCode = 1;
  }
  return help || unknown.length > 0 ? null : { only, quick, json };
}

async function measured(name: string, bench: Bench): Promise<Report> {
  try {
    const measure = GROUPS[name];
    if (measure === undefined) throw new RangeError(name);
    return await measure(bench);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { rows: [], skipped: [{ what: name, reason }], notes: [] };
  }
}

function machineText(): string {
  const all = cpus();
  const [first] = all;
  return `Node ${process.versions.node}, ${process.platform}, ${all.length} × ${first?.model ?? 'CPU'}`;
}

function machineJson(type: 'begin' | 'end'): string {
  return JSON.stringify({ v: 1, type, machine: machineText(), loadAverage: loadText() });
}
