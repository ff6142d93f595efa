// Small things done with a file of this machine: what it is by its first bytes, and taking it away. Follows no link.
import { constants } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { basename } from 'node:path';
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

/** Never throws: what is gone is gone, and what can't be taken away stays. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch(() => undefined);
}
