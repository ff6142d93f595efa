// The file of keys in a profile's folder: where it is, and reading it. What stands in it is ui/key-file.ts.
import { join } from 'node:path';
import { FOLDER_ENTRIES } from '../storage/profile-folder.ts';
import { type KeyFile, MAX_KEY_FILE_BYTES, readKeyFile } from '../ui/key-file.ts';
import { readOwnFile } from './own-file.ts';

/** `folder`: a profile's, there or not. */
export function keyFilePath(folder: string): string {
  return join(folder, FOLDER_ENTRIES.keys);
}

/** The usual keys where there is no file. Throws StorageError. */
export async function readKeys(folder: string | null): Promise<KeyFile> {
  const { text, path } = await readOwnFile(folder, FOLDER_ENTRIES.keys, MAX_KEY_FILE_BYTES);
  return { ...readKeyFile(text), path };
}
