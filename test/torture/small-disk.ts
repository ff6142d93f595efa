// A small disk of its own, in memory, at a folder: it can be filled, and made read-only. As root, on Linux.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errnoOf } from '../../src/protocol/errors.ts';

/** Down to what no file system can divide. */
const PIECES_BYTES = [65_536, 4_096, 1];

/** Why there can be none here, or null where they can be had. */
export function whyNoSmallDisks(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'lanchat-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', 'none', folder]).status === 0;
  if (mounted) spawnSync('umount', [folder]);
  rmdirSync(folder);
  return mounted ? null : 'needs root on Linux: mount';
}

/** Mounted until `close`. Everything throws where the system refuses. */
export class SmallDisk {
  readonly #folder: string;

  /** Makes the folder. */
  constructor(folder: string, sizeBytes: number) {
    this.#folder = folder;
    mkdirSync(folder, { mode: 0o700 });
    run('mount', '-t', 'tmpfs', '-o', `size=${sizeBytes},mode=0700`, 'none', folder);
  }

  /** Takes all the room there is, until `free`. */
  fill(): void {
    const ballast = openSync(this.#ballast, 'a');
    for (const size of PIECES_BYTES) while (hasTaken(ballast, size));
    closeSync(ballast);
  }

  free(): void {
    rmSync(this.#ballast);
  }

  /** Nobody may have a file open for writing. */
  setReadOnly(isReadOnly: boolean): void {
    run('mount', '-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, this.#folder);
  }

  /** What still uses it doesn't hold it up. */
  close(): void {
    run('umount', '--lazy', this.#folder);
  }

  get #ballast(): string {
    return join(this.#folder, 'ballast');
  }
}

function hasTaken(file: number, sizeBytes: number): boolean {
  try {
    return writeSync(file, new Uint8Array(sizeBytes)) > 0;
  } catch (error) {
    if (errnoOf(error) === 'ENOSPC') return false;
    throw error;
  }
}

function run(command: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}
