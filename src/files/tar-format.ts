// The tar that folders travel as: plain files and folders, names in UTF-8, nothing of the machine that it was made on.
import { Header } from 'tar/header';
import { Pax } from 'tar/pax';

export const BLOCK_BYTES = 512;
/** Two empty blocks end an archive. */
export const END_BYTES = 2 * BLOCK_BYTES;
/** What others fill their archives up to. */
export const MAX_END_BYTES = 20 * BLOCK_BYTES;
/** A long name, and a size, need a few hundred. */
export const MAX_PAX_BYTES = 4_096;

/** A folder of photos or of a project has fewer; each costs memory, and the disk a file. */
export const MAX_ENTRIES = 50_000;
export const MAX_DEPTH = 32;
/** Of an entry's path, UTF-8; Linux takes 4,096, others less. */
export const MAX_PATH_BYTES = 1_024;

const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;

/** `size`: of a file, in bytes; null: a folder. */
export function entryHeader(path: string, size: number | null): Uint8Array {
  const block = Buffer.alloc(BLOCK_BYTES);
  const header = new Header({
    ...(size === null
      ? ({ path: `${path}/`, type: 'Directory', mode: FOLDER_MODE, size: 0 } as const)
      : ({ path, type: 'File', mode: FILE_MODE, size } as const)),
    ...{ uid: 0, gid: 0, mtime: new Date(0) },
  });
  if (!header.encode(block)) return block;
  const long = new Pax({ path, ...(size === null ? {} : { size }) });
  return Buffer.concat([long.encode(), block]);
}

/** How many bytes fill the last block of so many. */
export function paddingOf(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
}

export function hasOnlyZeros(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
