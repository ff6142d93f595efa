// A file that a person writes by hand in their profile's folder: where it is, and its text.
import { join } from 'node:path';
import { readPrivateFile } from '../storage/private-file.ts';
import type { FOLDER_ENTRIES } from '../storage/profile-folder.ts';
import { type SafeText, safeText } from '../ui/safe-text.ts';

export interface OwnFile {
  /** What is no UTF-8 is replaced; empty where there is no file. */
  readonly text: string;
  /** Null: nothing is read from the disk. */
  readonly path: SafeText | null;
  readonly isThere: boolean;
}

/** `folder`: a profile's, there or not; null: nothing is read. Throws StorageError, also above `maxBytes`. */
export async function readOwnFile(
  folder: string | null,
  name: (typeof FOLDER_ENTRIES)['keys' | 'theme'],
  maxBytes: number,
): Promise<OwnFile> {
  if (folder === null) return { text: '', path: null, isThere: false };
  const path = join(folder, name);
  const bytes = await readPrivateFile(path, maxBytes);
  return {
    text: new TextDecoder().decode(bytes ?? new Uint8Array(0)),
    path: safeText(path, { maxLength: 300 }),
    isThere: bytes !== null,
  };
}
