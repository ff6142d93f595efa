import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type * as FsPromises from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  createPrivateFile,
  readPrivateFile,
  replacePrivateFile,
} from '../../src/storage/private-file.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';

const disk = vi.hoisted(() => ({ refusesLinks: false, refusesRename: false }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof FsPromises>();
  const refuse = (code: string) => Promise.reject(Object.assign(new Error(code), { code }));
  return {
    ...real,
    link: (from: string, to: string) => (disk.refusesLinks ? refuse('EPERM') : real.link(from, to)),
    rename: (from: string, to: string) =>
      disk.refusesRename ? refuse('EIO') : real.rename(from, to),
  };
});

let folder: string;
let path: string;

beforeEach(() => {
  folder = makeTestFolder();
  path = join(folder, 'file');
});
afterEach(() => {
  disk.refusesLinks = false;
  disk.refusesRename = false;
  removeTestFolder(folder);
});

const bytes = (text: string) => new TextEncoder().encode(text);

test('reads back what was written, which only its owner may read', async () => {
  await replacePrivateFile(path, bytes('first'));
  await replacePrivateFile(path, bytes('second'));
  expect(await readPrivateFile(path, 6)).toEqual(bytes('second'));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['file']);
});

test('says null for a file that is not there', async () => {
  expect(await readPrivateFile(path, 10)).toBeNull();
});

test('reads nothing of a file larger than its limit', async () => {
  writeFileSync(path, 'x'.repeat(11));
  await expect(readPrivateFile(path, 10)).rejects.toMatchObject({ code: 'corrupt', path });
  // A sparse terabyte would be fatal to anything that allocates before it looks.
  const huge = join(folder, 'huge');
  writeFileSync(huge, '');
  if (spawnSync('truncate', ['-s', '1T', huge]).status !== 0) return;
  await expect(readPrivateFile(huge, 10)).rejects.toMatchObject({ code: 'corrupt' });
});

test('neither follows a symlink nor reads or waits for what is no plain file', async () => {
  writeFileSync(join(folder, 'secret'), 'secret');
  symlinkSync('secret', path);
  await expect(readPrivateFile(path, 10)).rejects.toMatchObject({ code: 'not-a-file' });
  symlinkSync('nowhere', join(folder, 'dangling'));
  await expect(readPrivateFile(join(folder, 'dangling'), 10)).rejects.toMatchObject({
    code: 'not-a-file',
  });
  await expect(readPrivateFile(folder, 10)).rejects.toMatchObject({ code: 'not-a-file' });
  await expect(readPrivateFile(join(folder, 'secret', 'x'), 10)).rejects.toMatchObject({
    code: 'not-a-folder',
  });
  if (spawnSync('mkfifo', [join(folder, 'pipe')]).status !== 0) return;
  await expect(readPrivateFile(join(folder, 'pipe'), 10)).rejects.toMatchObject({
    code: 'not-a-file',
  });
});

test('writing replaces a planted symlink, not what it points to', async () => {
  writeFileSync(join(folder, 'target'), 'untouched');
  symlinkSync('target', path);
  symlinkSync('target', `${path}.tmp`);
  await replacePrivateFile(path, bytes('ours'));
  expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('untouched');
  expect(await readPrivateFile(path, 10)).toEqual(bytes('ours'));
});

test('a write that fails leaves the old file and nothing else', async () => {
  await replacePrivateFile(path, bytes('old'));
  disk.refusesRename = true;
  await expect(replacePrivateFile(path, bytes('new'))).rejects.toMatchObject({
    code: 'unwritable',
  });
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(['file']);
});

test('does not replace a folder that stands in the place of the file', async () => {
  mkdirSync(path);
  await expect(replacePrivateFile(path, bytes('x'))).rejects.toMatchObject({ code: 'not-a-file' });
  expect(statSync(path).isDirectory()).toBe(true);
});

test.each([false, true])('creates a file once (no hard links: %s)', async (refusesLinks) => {
  disk.refusesLinks = refusesLinks;
  expect(await createPrivateFile(path, bytes('first'))).toBe(true);
  expect(await createPrivateFile(path, bytes('second'))).toBe(false);
  expect(readFileSync(path, 'utf8')).toBe('first');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['file']);
});
