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
const DEFAULT_KILLS = 200;
const PROGRESS_MS = 10_000;
const KINDS = ['schedules', 'kills'];

const HELP = `npm run torture -- [schedules|kills|all] [--seed N] [--count N | --minutes N]

Does what nobody would think of to what the program promises, until something breaks or it is enough. Exits 0
when all held; else 1, and says how to go on from there.

  schedules   Two real cores over a net in memory: losses, a relay that lies, kills between any two steps,
              lost databases, clocks that jump, days that pass. Each has a number, the seed, and goes the same
              way each time. --count: so many of them (${DEFAULT_SCHEDULES}).
  kills       A real relay and two people who write to each other, each a process on loopback with its own
              database, killed with SIGKILL at random instants and started again, also two at a time, also for
              good. After each kill the databases are checked; again and again everything has to settle: all
              that was reported has arrived, once, in order. --count: so many kills of relays, and as many of
              clients (${DEFAULT_KILLS}). A seed repeats what was decided, not what the system's scheduler made of
              it: a failure may take several goes. The folder of a round that failed is kept, with its
              databases and log.txt, all that was reported and done.
  all         First the one, then the other. What it does where nothing is named.

  --seed N     the first seed; each schedule, and each round of kills, has the next (default: drawn, and told)
  --count N    how many, see above
  --minutes N  go on for so long instead; all: half of it each
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    count: { type: 'string' },
    minutes: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
const [what = 'all', ...others] = positionals;
const numbers = [values.seed, values.count, values.minutes].filter((value) => value !== undefined);
const isUsable =
  others.length === 0 &&
  ['all', ...KINDS].includes(what) &&
  numbers.every((value) => /^\d{1,9}$/.test(value)) &&
  (values.count === undefined || values.minutes === undefined);
if (values.help || !isUsable) {
  console[values.help ? 'log' : 'error'](HELP);
  process.exit(values.help ? 0 : 1);
}

const kinds = what === 'all' ? KINDS : [what];
const seed = values.seed === undefined ? Math.floor(Math.random() * 1e6) : Number(values.seed);
const minutes = values.minutes === undefined ? null : Number(values.minutes) / kinds.length;
const folder = mkdtempSync(join(root, 'node_modules', '.torture-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

console.log(`torture: ${kinds.join(', then ')}; seed ${seed}`);
await bundle();
for (const kind of kinds) {
  const held = kind === 'schedules' ? await runSchedules() : await runKills();
  if (!held) process.exit(1);
}

async function bundle() {
  await build({
    absWorkingDir: root,
    entryPoints: {
      schedules: 'test/core/schedules/two-people-program.ts',
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
    // A quarter of what a kill costs is reading the program again.
    minifyWhitespace: true,
    // A native module, found from inside the project.
    external: ['@photostructure/sqlite'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
}

/** @returns {Promise<boolean>} whether all of them held */
async function runSchedules() {
  const startMs = performance.now();
  const end = minutes === null ? seed + Number(values.count ?? DEFAULT_SCHEDULES) : Infinity;
  const isTime = () => minutes === null || performance.now() - startMs < minutes * 60_000;
  let next = seed;
  let done = 0;
  let failure = '';
  let toldMs = startMs;
  const tell = (how) => {
    const seconds = Math.round((performance.now() - startMs) / 1_000);
    console.log(`schedules: ${done} from ${seed} on, ${seconds} s${how}`);
  };
  const work = async () => {
    while (next < end && isTime() && failure === '') {
      const first = next;
      const count = Math.min(SCHEDULES_AT_A_TIME, end - first);
      next += count;
      const { held, output } = await run('schedules', [first, count]);
      if (!held) failure ||= output;
      else done += count;
      if (performance.now() - toldMs < PROGRESS_MS) continue;
      toldMs = performance.now();
      tell('');
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  if (failure === '') {
    tell(': all held');
    return true;
  }
  console.log(failure);
  const failed = /schedule (\d+):/.exec(failure)?.[1] ?? seed;
  console.log(`again: npm run torture -- schedules --seed ${failed} --count 1`);
  return false;
}

/** Tells by itself how it goes. */
async function runKills() {
  const kills = minutes === null ? Number(values.count ?? DEFAULT_KILLS) : 0;
  const { held } = await run('kills', [seed, kills, minutes ?? 0], 'inherit');
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
