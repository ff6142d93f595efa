// The file of keys in a profile's folder: where it is, and reading it. What stands in it is ui/key-file.ts.
import { join } from 'node:path';
import { readPrivateFile } from '../storage/private-file.ts';
import { FOLDER_ENTRIES } from '../storage/profile-folder.ts';
import { type KeyFile, MAX_KEY_FILE_BYTES, readKeyFile } from '../ui/key-file.ts';
import { safeText } from '../ui/safe-text.ts';

/** `folder`: a profile's, there or not. */
export function keyFilePath(folder: string): string {
  return join(folder, FOLDER_ENTRIES.keys);
}

/** The usual keys where there is no file. What is no UTF-8 is no key either. Throws StorageError. */
export async function readKeys(folder: string | null): Promise<KeyFile> {
  if (folder === null) return { ...readKeyFile(''), path: null };
  const path = keyFilePath(folder);
  const bytes = await readPrivateFile(path, MAX_KEY_FILE_BYTES);
  const text = new TextDecoder().decode(bytes ?? new Uint8Array(0));
  return { ...readKeyFile(text), path: safeText(path, { maxLength: 300 }) };
}
