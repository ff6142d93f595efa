/** Bundles a TypeScript script into one that plain `node` runs, for tests that start processes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const sqlite = fileURLToPath(
  new URL('../../node_modules/@photostructure/sqlite/dist/index.mjs', import.meta.url),
);

/** esbuild's options that let a bundle anywhere load the native module from where it is installed. */
export const SQLITE_WHERE_INSTALLED = {
  alias: { '@photostructure/sqlite': sqlite },
  external: [sqlite],
};

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
    loader: { '.wasm': 'binary' },
    ...SQLITE_WHERE_INSTALLED,
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
