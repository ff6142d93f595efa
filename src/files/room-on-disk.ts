// Whether a disk has room for what is coming, before the first byte of it is asked for.
import type { statfs } from 'node:fs/promises';
import { phrase } from '../language/translate.ts';
import { StorageError } from '../storage/storage-error.ts';

const MEGABYTE = 1_000_000;

/** Throws StorageError `no-space` where `folder` hasn't room for `sizeBytes` more; `ask` is Node's statfs. */
export async function checkRoom(
  folder: string,
  sizeBytes: number,
  ask: typeof statfs,
): Promise<void> {
  const { bavail, blocks, bsize } = await ask(folder);
  // Some network shares know no numbers.
  if (blocks === 0) return;
  const missing = Math.ceil((sizeBytes - bavail * bsize) / MEGABYTE);
  if (missing <= 0) return;
  const message = phrase`${folder} has too little room: ${missing} MB more are needed; free some and try again`;
  throw new StorageError('no-space', message, { path: folder });
}
