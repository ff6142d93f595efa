// Runs the project's own TypeScript from a script: bundled into node_modules, where it finds its packages, and gone afterwards.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './tool.mjs';

/**
 * @param {string} contents exports, imported as from the project's folder
 * @param {(module: any) => void | Promise<void>} use gets the module
 */
export async function withBundled(contents, use) {
  const scratch = mkdtempSync(join(root, 'node_modules', '.bundled-'));
  try {
    const outfile = join(scratch, 'module.mjs');
    await build({
      stdin: { contents, resolveDir: root },
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
    });
    await use(await import(pathToFileURL(outfile).href));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
