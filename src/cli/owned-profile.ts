// For commands on a whole profile: they need its folder for themselves, and go through no other process.
import { openPrivateFolder } from '../storage/profile-folder.ts';
import { ownProfile } from '../storage/profile-lock.ts';
import type { CommandContext } from './context.ts';
import { folderProblemLine } from './lines.ts';

/**
 * Makes this process the owner of the profile in `folder`, which is made where nothing is, for as long as `use`
 * takes. Throws StorageError, `locked` where another process is its owner.
 */
export async function owningProfile<T>(
  { output }: CommandContext,
  folder: string,
  use: () => Promise<T>,
): Promise<T> {
  for (const problem of await openPrivateFolder(folder)) output.note(folderProblemLine(problem));
  const owner = await ownProfile(folder);
  try {
    return await use();
  } finally {
    owner.close();
  }
}
