// The file of colours in a profile's folder: where it is, and reading it. What stands in it is ui/theme-file.ts.
import { join } from 'node:path';
import { readPrivateFile } from '../storage/private-file.ts';
import { FOLDER_ENTRIES } from '../storage/profile-folder.ts';
import { safeText } from '../ui/safe-text.ts';
import { MAX_THEME_FILE_BYTES, readThemeFile, type ThemeFile } from '../ui/theme-file.ts';

/** `folder`: a profile's, there or not; null: nothing is read. What is no UTF-8 is no colour either. Throws StorageError. */
export async function readTheme(folder: string | null): Promise<ThemeFile> {
  if (folder === null) return { ...readThemeFile(''), path: null, isThere: false };
  const path = join(folder, FOLDER_ENTRIES.theme);
  const bytes = await readPrivateFile(path, MAX_THEME_FILE_BYTES);
  const text = new TextDecoder().decode(bytes ?? new Uint8Array(0));
  return {
    ...readThemeFile(text),
    path: safeText(path, { maxLength: 300 }),
    isThere: bytes !== null,
  };
}
