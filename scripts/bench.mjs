// Measures what the project promises of speed and memory: builds dist/, bundles bench/ and runs it.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);
// Inside the project, so that the bundles find the native modules.
const scripts = mkdtempSync(join(root, 'node_modules', '.bench-'));
process.on('exit', () => rmSync(scripts, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

await build({
  absWorkingDir: root,
  entryPoints: {
    main: 'bench/main.ts',
    broadcaster: 'bench/broadcaster-process.ts',
    subscribers: 'bench/subscribers-process.ts',
    sender: 'bench/sender-process.ts',
    probe: 'bench/probe-process.ts',
    archive: 'bench/archive-process.ts',
    people: 'bench/people-process.ts',
    'room-people': 'bench/room-people-process.ts',
    'mail-relay': 'bench/mail-relay-process.ts',
    'mail-floor': 'bench/mail-floor-process.ts',
    'mail-senders': 'bench/mail-senders-process.ts',
    'file-person': 'bench/file-person-process.ts',
    copy: 'bench/copy-process.ts',
    // The screen over a session that is played to it: what keys cost, without a network.
    screen: 'test/support/fake-screen.ts',
  },
  outdir: scripts,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  jsx: 'automatic',
  external: ['@lydell/node-pty', '@photostructure/sqlite'],
  // Ink asks for it only when DEV=true; any module with a default export stands in for it.
  alias: { 'react-devtools-core': 'node:events' },
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
const { main } = await import(pathToFileURL(join(scripts, 'main.mjs')).href);
await main({ args, root, scripts, buildProgram: () => import('./build.mjs') });
