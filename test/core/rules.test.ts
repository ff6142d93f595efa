// Each rule of schedules/rules.ts is needed: without it, schedules of two people fail.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { RULES, type Rule } from './schedules/rules.ts';

/** Enough for the rarest: most fail within ten. */
const SCHEDULES = 400;
const TIMEOUT_MS = 110_000;
const source = fileURLToPath(new URL('../../src/', import.meta.url));
const program = fileURLToPath(new URL('./schedules/two-people-program.ts', import.meta.url));
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

async function bundle(name: string, plugins: Plugin[]): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [program],
    ...{ outfile, plugins, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  return outfile;
}

const run = promisify(execFile);

/** What the program printed where a schedule failed; null where all held. */
async function failureOf(script: string, schedules: number): Promise<string | null> {
  try {
    await run(process.execPath, [script, '1', `${schedules}`], { timeout: TIMEOUT_MS });
    return null;
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
  }
}

describe('schedules of two people', () => {
  it('hold with every rule in place, run in the same way', async () => {
    expect(await failureOf(await bundle('whole', []), 20)).toBeNull();
  }, 60_000);

  it.each(RULES.map((rule, index) => [rule.name, rule, index] as const))(
    'fail without this one: %s',
    async (_, rule, index) => {
      const script = await bundle(`${index}`, [takenOut(rule)]);
      expect(await failureOf(script, SCHEDULES)).toMatch(/^schedule \d+: /);
    },
    120_000,
  );
});
