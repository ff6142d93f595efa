// A name for what is finished: the one that was meant, or the next number of it that nothing has yet.
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { phrase } from '../language/translate.ts';
import { errnoOf } from '../protocol/errors.ts';
import { publishFile } from '../storage/private-file.ts';
import { StorageError } from '../storage/storage-error.ts';
import { fitFileName, numberedFileName, safeFileName } from './file-name.ts';

const MAX_NUMBER = 9_999;
/** Some encrypting file systems take no more than 143 bytes. */
const SHORT_BYTES = 130;

/**
 * Finds the first path in `folder` for a file called `name` (anybody's text) that `take` gets: `take` answers false where
 * something stands there. Processes that do this at once get paths of their own. Throws StorageError, and as `take`.
 */
export async function takeFreeName(
  folder: string,
  name: string,
  take: (path: string) => Promise<boolean>,
): Promise<string> {
  let safe = safeFileName(name);
  for (let number = 1; number <= MAX_NUMBER; number++) {
    const path = join(folder, numberedFileName(safe, number));
    try {
      if (await take(path)) return path;
    } catch (error) {
      const shorter = fitFileName(safe, SHORT_BYTES);
      if (errnoOf(error) !== 'ENAMETOOLONG' || shorter === safe) throw error;
      safe = shorter;
      number = 0;
    }
  }
  const message = phrase`${folder} has too many files called ${safe}; move some away`;
  throw new StorageError('unwritable', message, { path: folder });
}

/**
 * Gives the file at `temporary` in `folder` a name of its own, beside the temporary one where the file system has links; the one it has got already, where it
 * was called so before. Returns its path.
 */
export async function publishUnderFreeName(
  temporary: string,
  folder: string,
  name: string,
): Promise<string> {
  return (
    (await otherName(temporary, folder)) ??
    (await takeFreeName(folder, name, (free) => publishFile(temporary, free)))
  );
}

/** A process that was killed between giving the name and taking the temporary one away has left both. */
async function otherName(temporary: string, folder: string): Promise<string | null> {
  const { dev, ino, nlink } = await lstat(temporary, { bigint: true });
  if (nlink === 1n) return null;
  for (const each of await readdir(folder)) {
    const path = join(folder, each);
    const other = await lstat(path, { bigint: true }).catch(() => null);
    if (path !== temporary && other?.ino === ino && other.dev === dev) return path;
  }
  return null;
}
