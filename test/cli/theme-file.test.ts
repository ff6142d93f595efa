import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readTheme } from '../../src/cli/theme-file.ts';
import { MAX_THEME_FILE_BYTES } from '../../src/ui/theme-file.ts';
import { makeTestFolder, removeTestFolder } from '../storage/children.ts';

let folder: string;
beforeEach(() => {
  folder = makeTestFolder();
});
afterEach(() => removeTestFolder(folder));

it('reads the file "theme" of the profile’s folder, and nothing where there is none', async () => {
  const path = join(folder, 'theme');
  expect(await readTheme(folder)).toMatchObject({ path, isThere: false, looks: {} });
  writeFileSync(path, Buffer.from('base = light\naccent = 33\ngood = \xff', 'latin1'));
  const file = await readTheme(folder);
  expect(file).toMatchObject({ path, isThere: true, base: 'light', problems: [{ line: 3 }] });
  expect(Object.keys(file.looks)).toEqual(['accent']);
  expect(await readTheme(null)).toMatchObject({ path: null, isThere: false });
});

it('refuses what is no plain file of a bearable size', async () => {
  const path = join(folder, 'theme');
  symlinkSync('/dev/zero', path);
  await expect(readTheme(folder)).rejects.toMatchObject({ code: 'not-a-file' });
  const other = join(folder, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'theme'), 'x'.repeat(MAX_THEME_FILE_BYTES + 1));
  await expect(readTheme(other)).rejects.toMatchObject({ code: 'corrupt' });
});
