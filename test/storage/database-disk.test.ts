import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
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
let path: string;

beforeAll(() => {
  buildFolder = makeTestFolder();
  script = buildChild(buildFolder, 'database-child.ts');
});
afterAll(() => removeTestFolder(buildFolder));
beforeEach(() => {
  folder = makeTestFolder();
  path = join(folder, 'history.db');
});
afterEach(() => removeTestFolder(folder));

test("another user's file is not opened, nor one that may not be written", async ({ skip }) => {
  if (!isRoot) return skip('needs root to act as another user');
  writeFileSync(path, '');
  chownSync(path, 12_345, 12_345);
  chmodSync(path, 0o666);
  const foreign = startChild([process.execPath, script, 'claim', path], { uid: OTHER_UID });
  expect(await foreign.next()).toMatchObject({ code: 'no-permission', path });
  chownSync(path, OTHER_UID, OTHER_UID);
  chmodSync(path, 0o400);
  const readOnly = startChild([process.execPath, script, 'claim', path], { uid: OTHER_UID });
  expect(await readOnly.next()).toMatchObject({ code: 'no-permission', path });
  // Positive control.
  chmodSync(path, 0o600);
  const own = startChild([process.execPath, script, 'claim', path], { uid: OTHER_UID });
  expect(await own.next()).toEqual({ claimed: true });
});

test('a full disk is told, nothing on it is lost, and it goes on when there is room', async ({
  skip,
}) => {
  const whyNot = whyNoMounts();
  if (whyNot !== null) return skip(whyNot);
  const mount =
    'mount -t tmpfs -o size=1m none "$1" && head -c 500000 /dev/zero > "$1/ballast" && exec "$2" "$3" fill-disk "$1" "$1/ballast"';
  const child = startChild([
    ...['unshare', '-m', 'sh', '-c', mount, 'sh'],
    ...[folder, process.execPath, script],
  ]);
  expect(await child.next()).toMatchObject({ code: 'no-space', path });
  const full = await child.next();
  expect(full?.committed).toBeGreaterThan(5);
  expect(full?.count).toBe(full?.committed);
  const after = await child.next();
  expect(after).toEqual({
    committed: Number(full?.committed) + 5,
    count: after?.committed,
    check: 'ok',
  });
});

test('says when the disk has no room to begin with, or is read-only', async ({ skip }) => {
  const whyNot = whyNoMounts();
  if (whyNot !== null) return skip(whyNot);
  const cases = [
    ['head -c 2000000 /dev/zero > "$1/ballast" 2>&-', 'no-space'],
    [
      '"$2" "$3" open "$1/history.db" >&-; head -c 2000000 /dev/zero > "$1/ballast" 2>&-',
      'no-space',
    ],
    ['mount -o remount,ro "$1"', 'read-only'],
  ] as const;
  for (const [prepare, expected] of cases) {
    const mount = `mount -t tmpfs -o size=1m none "$1"; ${prepare}; exec "$2" "$3" open "$1/history.db"`;
    const child = startChild([
      ...['unshare', '-m', 'sh', '-c', mount, 'sh'],
      ...[folder, process.execPath, script],
    ]);
    expect(await child.next()).toMatchObject({ code: expected, path });
  }
});
