// Each rule of schedules/rules.ts and room-rules.ts is needed: without it, schedules of two people, or of five in a
// room, fail.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOM_RULES } from './schedules/room-rules.ts';
import { RULES, type Rule } from './schedules/rules.ts';

/** The first seed, and how many, enough for the rarest: most fail within ten. */
const TWO_PEOPLE = ['1', '400'];
const FIVE_PEOPLE = { first: 15, count: '60', steps: '200' };
const TIMEOUT_MS = 110_000;
const source = fileURLToPath(new URL('../../src/', import.meta.url));
const programs = fileURLToPath(new URL('./schedules/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lanchat-rules-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function takenOut({ file, text, without }: Rule): Plugin {
  return {
    name: 'without-a-rule',
    setup(builder) {
      builder.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (path !== join(source, file)) return null;
        const code = await readFile(path, 'utf8');
        expect(code.split(text), `the rule is in ${file} once`).toHaveLength(2);
        return { contents: code.replace(text, without), loader: 'ts' };
      });
    },
  };
}

async function bundle(program: string, name: string, plugins: Plugin[]): Promise<string> {
  const outfile = join(folder, `${program}-${name}.mjs`);
  await build({
    entryPoints: [join(programs, `${program}-program.ts`)],
    ...{ outfile, plugins, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  return outfile;
}

const run = promisify(execFile);

/** What the program printed where a schedule failed; null where all held. */
async function failureOf(script: string, schedules: readonly string[]): Promise<string | null> {
  try {
    await run(process.execPath, [script, ...schedules], { timeout: TIMEOUT_MS });
    return null;
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
  }
}

describe('schedules of two people', () => {
  it('hold with every rule in place, run in the same way', async () => {
    expect(await failureOf(await bundle('two-people', 'whole', []), ['1', '20'])).toBeNull();
  }, 60_000);

  it.each(RULES.map((rule, index) => [rule.name, rule, index] as const))(
    'fail without this one: %s',
    async (_, rule, index) => {
      const script = await bundle('two-people', `${index}`, [takenOut(rule)]);
      expect(await failureOf(script, TWO_PEOPLE)).toMatch(/^schedule \d+: /);
    },
    120_000,
  );
});

describe('schedules of five people in a room', () => {
  it('hold with every rule in place, run in the same way', async () => {
    const script = await bundle('five-in-a-room', 'whole', []);
    expect(await failureOf(script, [`${FIVE_PEOPLE.first}`, '5', FIVE_PEOPLE.steps])).toBeNull();
  }, 60_000);

  it.each(ROOM_RULES.map((rule, index) => [rule.name, rule, index] as const))(
    'fail without this one: %s',
    async (_, rule, index) => {
      const script = await bundle('five-in-a-room', `${index}`, [takenOut(rule)]);
      const { first = FIVE_PEOPLE.first } = rule;
      const schedules = [`${first}`, FIVE_PEOPLE.count, FIVE_PEOPLE.steps];
      expect(await failureOf(script, schedules)).toMatch(/^schedule \d+: /);
    },
    120_000,
  );
});
