// Small things done with a file of this machine: what it is by its first bytes, and taking it away. Follows no link.
import { constants } from 'node:fs';
import { lstat, open, readdir, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Disagreement, disagreement, TYPE_HEAD_BYTES, typeOfContent } from './file-type.ts';

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Its type by its content (RFC 6838); null where it can't be read. */
async function typeOfFile(path: string): Promise<string | null> {
  try {
    const handle = await open(path, FLAGS);
    try {
      const head = new Uint8Array(TYPE_HEAD_BYTES);
      const { bytesRead } = await handle.read(head, 0, head.length, 0);
      return typeOfContent(head.subarray(0, bytesRead));
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}

/** What a person should be warned of before they open it; null: nothing. */
export async function doubtOf(path: string): Promise<Disagreement | null> {
  const type = await typeOfFile(path);
  return type === null ? null : disagreement(basename(path), type);
}

/** What was handed over less than a day ago may be about to be sent. */
const SWEPT_AFTER_MS = 24 * 60 * 60_000;

/**
 * Takes away what lies in `folder` for over a day and is none of `kept` (paths): its process was killed before anybody knew of it.
 * Never throws.
 */
export async function sweepOrphans(folder: string, kept: ReadonlySet<string>): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const path of names.map((name) => join(folder, name))) {
    const found = await lstat(path).catch(() => null);
    const isOld = found !== null && Date.now() - found.mtimeMs > SWEPT_AFTER_MS;
    if (isOld && found.isFile() && !kept.has(path)) await removeFile(path);
  }
}

/** Never throws: what is gone is gone, and what can't be taken away stays. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch(() => undefined);
}
