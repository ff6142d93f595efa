/** A program of test/support/ bundled once for a test file, and its sessions in pseudo-terminals. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { SQLITE_WHERE_INSTALLED } from './bundle.ts';
import { type PtyOptions, PtySession } from './pty.ts';

export interface PtyProgram {
  /** The bundle, for `node`. */
  readonly file: string;
  /** Runs the bundle at 80×24, or what `options` say instead; ended after the test. */
  start(options?: Partial<PtyOptions>): PtySession;
}

/** Call it once, at the top of a test file. `source`: what is bundled. */
export function ptyProgram(source: URL): PtyProgram {
  const folder = mkdtempSync(join(tmpdir(), 'lanchat-pty-'));
  const file = join(folder, 'program.mjs');
  const sessions: PtySession[] = [];
  beforeAll(() => bundle(fileURLToPath(source), file));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(async () => {
    for (const session of sessions.splice(0)) await session.close();
  });
  return {
    file,
    start: (options = {}) => {
      const defaults = { file: process.execPath, args: [file], columns: 80, rows: 24, cwd: folder };
      const session = new PtySession({ ...defaults, ...options });
      sessions.push(session);
      return session;
    },
  };
}

async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    jsx: 'automatic',
    // Ink asks for it only when DEV=true; any module with a default export stands in for it.
    alias: { ...SQLITE_WHERE_INSTALLED.alias, 'react-devtools-core': 'node:events' },
    external: SQLITE_WHERE_INSTALLED.external,
    define: { 'process.env.NODE_ENV': '"production"' },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
}
