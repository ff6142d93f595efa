/** Bundles a TypeScript script into one that plain `node` runs, for tests that start processes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

export interface BundledScript {
  readonly path: string;
  /** Deletes the file and its temporary folder. */
  remove(): void;
}

export async function bundleScript(entry: string): Promise<BundledScript> {
  const folder = mkdtempSync(join(tmpdir(), 'lanchat-test-'));
  const path = join(folder, 'script.mjs');
  await build({
    entryPoints: [entry],
    outfile: path,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    logLevel: 'error',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
