// `npm run torture`: schedules that nobody thought of, and kill -9 at random instants; for minutes or for hours.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { root } from './tool.mjs';

const DEFAULT_SCHEDULES = 20_000;
const SCHEDULES_AT_A_TIME = 250;
const DEFAULT_ROOMS = 200;
const ROOMS_AT_A_TIME = 5;
const STEPS_A_ROOM = 2_000;
const DEFAULT_KILLS = 200;
const PROGRESS_MS = 10_000;
const KINDS = ['schedules', 'rooms', 'kills'];

const HELP = `npm run torture -- [schedules|rooms|kills|all] [--seed N] [--count N | --minutes N]

Does what nobody would think of to what the program promises, until something breaks or it is enough. Exits 0
when all held; else 1, and says how to go on from there.

  schedules   Two real cores over a net in memory: losses, a relay that lies, kills between any two steps,
              lost databases, clocks that jump, days that pass. Each has a number, the seed, and goes the same
              way each time. --count: so many of them (${DEFAULT_SCHEDULES}).
  rooms       Five real cores in a private room, over a net in memory: people come, leave, are taken out, moderate
              and hand the room on, under a relay that loses, doubles and lies. Each has a seed too, and
              ${STEPS_A_ROOM} steps. --count: so many of them (${DEFAULT_ROOMS}).
  kills       A real relay and two people who write to each other, each a process on loopback with its own
              database, killed with SIGKILL at random instants and started again, also two at a time, also for
              good. After each kill the databases are checked; again and again everything has to settle: all
              that was reported has arrived, once, in order. --count: so many kills of relays, and as many of
              clients (${DEFAULT_KILLS}). A seed repeats what was decided, not what the system's scheduler made of
              it: a failure may take several goes. The folder of a round that failed is kept, with its
              databases and log.txt, all that was reported and done.
  all         One after the other. What it does where nothing is named.

  --seed N     the first seed; each schedule, and each round of kills, has the next (default: drawn, and told)
  --count N    how many, see above
  --minutes N  go on for so long instead; all: a third of it each
`;

/** What runs in memory, many at a time: how many, how many in one process, and what else that is told. */
const SCHEDULES = {
  schedules: { kind: 'schedules', all: DEFAULT_SCHEDULES, some: SCHEDULES_AT_A_TIME, more: [] },
  rooms: { kind: 'rooms', all: DEFAULT_ROOMS, some: ROOMS_AT_A_TIME, more: [STEPS_A_ROOM] },
};

const { what, seed, count, minutes } = readArguments();
const kinds = what === 'all' ? KINDS : [what];
const kindMs = minutes === null ? null : (minutes * 60_000) / kinds.length;
const folder = mkdtempSync(join(root, 'node_modules', '.torture-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

console.log(`torture: ${kinds.join(', then ')}; seed ${seed}`);
await bundle();
for (const kind of kinds) {
  const held = kind === 'kills' ? await runKills() : await runSchedules(SCHEDULES[kind]);
  if (!held) process.exit(1);
}

async function bundle() {
  await build({
    absWorkingDir: root,
    entryPoints: {
      schedules: 'test/core/schedules/two-people-program.ts',
      rooms: 'test/core/schedules/five-in-a-room-program.ts',
      kills: 'test/torture/kills-program.ts',
      'relay-child': 'test/torture/relay-child.ts',
      'person-child': 'test/torture/person-child.ts',
    },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    // Whoever was killed reads it again.
    minify: true,
    // A native module, found from inside the project.
    external: ['@photostructure/sqlite'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
}

/** @returns {{ what: string, seed: number, count: number | null, minutes: number | null }} */
function readArguments() {
  const option = { type: 'string' };
  const options = { seed: option, count: option, minutes: option, help: { type: 'boolean' } };
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    if (values.help) leave('log', 0);
    const [what = 'all', ...others] = positionals;
    const [seed, count, minutes] = [values.seed, values.count, values.minutes].map(wholeNumber);
    const isKnown = what === 'all' || KINDS.includes(what);
    if (!isKnown || others.length > 0 || (count !== null && minutes !== null)) leave('error', 1);
    return { what, seed: seed ?? Math.floor(Math.random() * 1e6), count, minutes };
  } catch {
    return leave('error', 1);
  }
}

function leave(how, status) {
  console[how](HELP);
  process.exit(status);
}

function wholeNumber(value) {
  if (value === undefined) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new RangeError('not a number');
}

/** @returns {Promise<boolean>} whether all of them held */
async function runSchedules({ kind, all, some, more }) {
  const startMs = performance.now();
  const end = kindMs === null ? seed + (count ?? all) : Number.POSITIVE_INFINITY;
  const goesOn = () => kindMs === null || performance.now() - startMs < kindMs;
  const pace = { kind, some, more };
  const state = {
    ...pace,
    next: seed,
    end,
    goesOn,
    done: 0,
    failure: null,
    startMs,
    toldMs: startMs,
  };
  await Promise.all(Array.from({ length: availableParallelism() }, () => workThrough(state)));
  if (state.failure === null) {
    tellSchedules(state, ': all held');
    return true;
  }
  const [, failed = seed] = /schedule (\d+):/.exec(state.failure) ?? [];
  console.log(`${state.failure}\nagain: npm run torture -- ${kind} --seed ${failed} --count 1`);
  return false;
}

async function workThrough(state) {
  while (state.next < state.end && state.goesOn() && state.failure === null) {
    const first = state.next;
    const some = Math.min(state.some, state.end - first);
    state.next += some;
    const { held, output } = await run(state.kind, [first, some, ...state.more]);
    if (held) state.done += some;
    else state.failure ??= output;
    if (performance.now() - state.toldMs < PROGRESS_MS) continue;
    state.toldMs = performance.now();
    tellSchedules(state, '');
  }
}

function tellSchedules({ kind, done, startMs }, how) {
  const seconds = Math.round((performance.now() - startMs) / 1_000);
  console.log(`${kind}: ${done} from ${seed} on, ${seconds} s${how}`);
}

/** Tells by itself how it goes. */
async function runKills() {
  const kills = kindMs === null ? (count ?? DEFAULT_KILLS) : 0;
  const { held } = await run('kills', [seed, kills, kindMs ?? 0], 'inherit');
  return held;
}

/** @returns {Promise<{ held: boolean, output: string }>} */
function run(name, args, stdout = 'pipe') {
  return new Promise((resolve, reject) => {
    const script = join(folder, `${name}.mjs`);
    const child = spawn(process.execPath, [script, ...args], {
      stdio: ['ignore', stdout, 'inherit'],
    });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ held: code === 0, output: output.trim() }));
  });
}
