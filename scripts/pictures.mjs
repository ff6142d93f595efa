// `npm run pictures`: the screenshots of docs/pictures/, made anew from the program as it is now.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root, runNode } from './tool.mjs';

// Inside the project, so that the bundles find the native modules.
const scripts = mkdtempSync(join(root, 'node_modules', '.pictures-'));
process.on('exit', () => rmSync(scripts, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

await import('./build.mjs');
await build({
  absWorkingDir: root,
  entryPoints: {
    pictures: 'test/pictures/pictures-program.ts',
    world: 'test/pictures/world-script.ts',
  },
  outdir: scripts,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  external: ['@lydell/node-pty', '@photostructure/sqlite'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
const program = join(root, 'bin', 'lanchat.js');
const folder = join(root, 'docs', 'pictures');
const made = runNode([join(scripts, 'pictures.mjs'), program, join(scripts, 'world.mjs'), folder]);
process.exitCode = made ? 0 : 1;
