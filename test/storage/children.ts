// Starts storage-child.ts and database-child.ts as real processes: several at once, as another user, on a disk of its own.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { SQLITE_WHERE_INSTALLED } from '../support/bundle.ts';

/** Nobody's uid on Linux and macOS alike is not agreed on; any that owns nothing here will do. */
export const OTHER_UID = 65_534;

export const isRoot = process.getuid?.() === 0;

/** Why disks of our own can't be mounted here, or null where they can. */
export function whyNoMounts(): string | null {
  const probe = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']);
  return probe.status === 0 ? null : 'needs root on Linux: unshare -m and mount';
}

/** A folder for one test, open to other users so that they can be denied what is in it. */
export function makeTestFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanchat-test-'));
  chmodSync(folder, 0o755);
  return folder;
}

/** The child as one file that plain `node` of any supported version runs. */
export function buildChild(folder: string, source = 'storage-child.ts'): string {
  const outfile = join(folder, 'child.mjs');
  buildSync({
    entryPoints: [fileURLToPath(new URL(source, import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'error',
    ...SQLITE_WHERE_INSTALLED,
  });
  return outfile;
}

export interface Child {
  readonly process: ChildProcess;
  /** The next line it prints, parsed; null once it has printed all. */
  next(): Promise<Record<string, unknown> | null>;
  readonly exited: Promise<void>;
}

export function startChild(
  command: readonly string[],
  options: { uid?: number; env?: Record<string, string> } = {},
): Child {
  const [program = process.execPath, ...args] = command;
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...options.env },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    process: child,
    async next() {
      const { value, done } = await lines.next();
      return done === true ? null : JSON.parse(value);
    },
    exited: new Promise((resolve) => child.once('exit', () => resolve())),
  };
}

export function removeTestFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
