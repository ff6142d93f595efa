// A file that has landed before, or in another folder than was named now: it stays there, and a copy goes where it was wanted.
import { constants, copyFile, lstat, mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeFault } from '../files/file-error.ts';
import { phrase } from '../language/translate.ts';
import { publishFile } from '../storage/private-file.ts';
import type { CommandContext } from './context.ts';
import { CommandError } from './errors.ts';
import { withPassingFolder } from './spool.ts';

const PRIVATE_FOLDER = 0o700;

export interface Wanted {
  /** Absolute; null: wherever it is. */
  readonly folder: string | null;
  /** Nothing else is in that folder, and it goes away. */
  readonly isPassing: boolean;
}

/** Its path in the folder that is wanted. Throws CommandError `not-found` where it has gone since, StorageError. */
export async function landedIn(
  context: CommandContext,
  landed: string,
  { folder, isPassing }: Wanted,
): Promise<string> {
  const isThere = await lstat(landed).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    throw new CommandError(
      'not-found',
      phrase`it was taken before, and is not at ${landed} any more`,
    );
  }
  if (folder === null || dirname(landed) === folder) return landed;
  if (isPassing) return copied(landed, folder);
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER }).catch((cause: unknown) => {
    throw writeFault(cause, folder);
  });
  const { takeFreeName } = await import('../files/free-name.ts');
  return withPassingFolder(context, folder, async (passing) => {
    const copy = await copied(landed, passing);
    return takeFreeName(folder, basename(landed), (path) => publishFile(copy, path));
  });
}

async function copied(landed: string, folder: string): Promise<string> {
  const path = join(folder, basename(landed));
  try {
    await copyFile(landed, path, constants.COPYFILE_EXCL);
    return path;
  } catch (cause) {
    throw writeFault(cause, path);
  }
}
