// Reading the file of colours in a profile's folder. What stands in it is ui/theme-file.ts.
import { FOLDER_ENTRIES } from '../storage/profile-folder.ts';
import { MAX_THEME_FILE_BYTES, readThemeFile, type ThemeFile } from '../ui/theme-file.ts';
import { readOwnFile } from './own-file.ts';

/** `folder`: a profile's, there or not; null: nothing is read. Throws StorageError. */
export async function readTheme(folder: string | null): Promise<ThemeFile> {
  const file = await readOwnFile(folder, FOLDER_ENTRIES.theme, MAX_THEME_FILE_BYTES);
  return { ...readThemeFile(file.text), path: file.path, isThere: file.isThere };
}
