import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { openPrivateFolder, profileFolder } from '../../src/storage/profile-folder.ts';
import {
  buildChild,
  isRoot,
  makeTestFolder,
  OTHER_UID,
  removeTestFolder,
  startChild,
  whyNoMounts,
} from './children.ts';

let buildFolder: string;
let script: string;
let folder: string;

beforeAll(() => {
  buildFolder = makeTestFolder();
  script = buildChild(buildFolder);
});
afterAll(() => removeTestFolder(buildFolder));
beforeEach(() => {
  folder = makeTestFolder();
});
afterEach(() => {
  vi.unstubAllEnvs();
  removeTestFolder(folder);
});

const modeOf = (path: string) => statSync(path).mode & 0o777;

test('a profile lives in the data folder of the platform, or where --home says', () => {
  expect(profileFolder()).toMatch(/lanchat(?:\\Data)?$/);
  expect(profileFolder('some/home')).toBe(resolve('some/home'));
});

test('an empty --home is refused: it is not the current folder', () => {
  expect(() => profileFolder('')).toThrow(expect.objectContaining({ code: 'bad-home' }));
  expect(() => profileFolder('a\0b')).toThrow(expect.objectContaining({ code: 'bad-home' }));
});

test('a fresh folder is made for its owner only', async () => {
  const fresh = join(folder, 'deep', 'home');
  expect(await openPrivateFolder(fresh)).toEqual([]);
  expect(modeOf(fresh)).toBe(0o700);
});

test('a profile open to others is closed, and this is told once', async () => {
  const identity = join(folder, 'identity.json');
  writeFileSync(identity, 'seed');
  chmodSync(identity, 0o644);
  chmodSync(folder, 0o750);
  expect(await openPrivateFolder(folder)).toEqual([
    { code: 'open-to-others', path: folder, mode: 0o750, tightened: true },
    { code: 'open-to-others', path: identity, mode: 0o644, tightened: true },
  ]);
  expect([modeOf(folder), modeOf(identity)]).toEqual([0o700, 0o600]);
  expect(await openPrivateFolder(folder)).toEqual([]);
});

test('databases, and what stands beside them, belong to the folder and are closed like it', async () => {
  const names = ['history.db', 'relay.db'].flatMap((name) =>
    ['', '-wal', '-shm', '-journal'].map((suffix) => name + suffix),
  );
  const paths = [...names, 'vault.json'].map((name) => join(folder, name));
  for (const path of paths) {
    writeFileSync(path, '');
    chmodSync(path, 0o644);
  }
  const problems = await openPrivateFolder(folder);
  expect(problems.map((problem) => problem.path).sort()).toEqual([folder, ...paths].sort());
  expect([folder, ...paths].map(modeOf)).toEqual([0o700, ...paths.map(() => 0o600)]);
  // Not everything that begins like one is.
  writeFileSync(join(folder, 'history.db-notes'), '');
  chmodSync(folder, 0o755);
  expect(await openPrivateFolder(folder)).toMatchObject([{ path: folder, tightened: false }]);
});

test("a folder that holds other things is not closed, only lanchat's files in it", async () => {
  const identity = join(folder, 'identity.json');
  writeFileSync(join(folder, 'letter.txt'), '');
  writeFileSync(identity, 'seed', { mode: 0o640 });
  const letterMode = modeOf(join(folder, 'letter.txt'));
  const problems = await openPrivateFolder(folder);
  expect(problems).toContainEqual({
    code: 'open-to-others',
    path: folder,
    mode: 0o755,
    tightened: false,
  });
  expect([modeOf(folder), modeOf(identity)]).toEqual([0o755, 0o600]);
  expect(modeOf(join(folder, 'letter.txt'))).toBe(letterMode);
});

test('what a symlink in the folder points to keeps its mode', async () => {
  const target = join(folder, 'target');
  const home = join(folder, 'home');
  mkdirSync(home);
  writeFileSync(target, '');
  chmodSync(target, 0o644);
  symlinkSync(target, join(home, 'identity.json'));
  await openPrivateFolder(home);
  expect(modeOf(target)).toBe(0o644);
});

test('a file in the place of the folder, or of its parent, is an error and stays', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, 'mine');
  await expect(openPrivateFolder(file)).rejects.toMatchObject({ code: 'not-a-folder' });
  await expect(openPrivateFolder(join(file, 'in'))).rejects.toMatchObject({
    code: 'not-a-folder',
  });
  expect(readFileSync(file, 'utf8')).toBe('mine');
});

test("says when the folder is another user's", async ({ skip }) => {
  if (!isRoot) return skip('needs root to give a folder away');
  chownSync(folder, OTHER_UID, OTHER_UID);
  expect(await openPrivateFolder(folder)).toEqual([
    { code: 'owned-by-other', path: folder, uid: OTHER_UID },
  ]);
});

test('says when there is no permission', async ({ skip }) => {
  if (!isRoot) return skip('needs root to act as another user');
  chmodSync(folder, 0o755);
  const child = startChild([process.execPath, script, 'open-folder', join(folder, 'home')], {
    uid: OTHER_UID,
  });
  expect(await child.next()).toMatchObject({ code: 'no-permission' });
});

test('says when the disk is read-only', async ({ skip }) => {
  const whyNot = whyNoMounts();
  if (whyNot !== null) return skip(whyNot);
  const mount = 'mount -t tmpfs none "$1" && mkdir "$1/home" && mount -o remount,ro "$1"';
  const cases = [
    ['open-folder', 'none'],
    ['lock', 'home'],
    ['create-identity', 'home'],
  ] as const;
  for (const [action, name] of cases) {
    const child = startChild([
      ...['unshare', '-m', 'sh', '-c', `${mount} && exec "$2" "$3" ${action} "$1/${name}"`],
      ...['sh', folder, process.execPath, script],
    ]);
    expect(await child.next()).toMatchObject({ code: 'read-only' });
  }
});
