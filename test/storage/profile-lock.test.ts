import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type net from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { FolderOwned, FolderOwner } from '../../src/storage/folder-owner.ts';
import { acquireByPipe, pipeName } from '../../src/storage/named-pipe-lock.ts';
import { acquireProfile, acquireRelayFolder } from '../../src/storage/profile-lock.ts';
import {
  buildChild,
  type Child,
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
let children: Child[];
let owners: FolderOwner[];

beforeAll(() => {
  buildFolder = makeTestFolder();
  script = buildChild(buildFolder);
});
afterAll(() => removeTestFolder(buildFolder));
beforeEach(() => {
  folder = makeTestFolder();
  children = [];
  owners = [];
});
afterEach(async () => {
  for (const child of children) child.process.kill('SIGKILL');
  await Promise.all(children.map((child) => child.exited));
  for (const owner of owners) owner.close();
  removeTestFolder(folder);
});

function start(action: string, ...args: string[]): Child {
  const child = startChild([process.execPath, script, action, folder, ...args]);
  children.push(child);
  return child;
}

async function startEight(): Promise<{ owner: Child; pid: number }> {
  const eight = Array.from({ length: 8 }, () => start('lock'));
  const met = await Promise.all(eight.map(async (child) => ({ child, ...(await child.next()) })));
  const found = met.filter((each) => 'kind' in each && each.kind === 'owner');
  expect(found).toHaveLength(1);
  const [owner] = found;
  if (owner === undefined) throw new Error('no owner');
  for (const each of met) expect(each).toMatchObject({ pid: owner.child.process.pid });
  return { owner: owner.child, pid: Number(owner.child.process.pid) };
}

function own(met: FolderOwner | FolderOwned): FolderOwner {
  if (met.kind === 'owned') throw new Error('somebody else owns it');
  owners.push(met);
  return met;
}

async function readAll(connection: net.Socket): Promise<string> {
  const parts: Buffer[] = [];
  connection.on('data', (part: Buffer) => parts.push(part));
  await once(connection, 'end');
  return Buffer.concat(parts).toString();
}

test('of eight processes that start at once exactly one owns the profile, again after each kill -9', async () => {
  for (let round = 0; round < 2; round++) {
    const { owner } = await startEight();
    owner.process.kill('SIGKILL');
    await owner.exited;
  }
  const next = start('lock');
  expect(await next.next()).toEqual({ kind: 'owner', pid: next.process.pid });
});

test('there are never two owners while processes come, leave and die as owners', async () => {
  const times = 12;
  const churning = Array.from({ length: 6 }, (_, seed) =>
    start('churn', String(times), String(seed)),
  );
  await Promise.all(churning.map((child) => child.exited));
  const log = readFileSync(join(folder, 'owners.log'), 'utf8').trimEnd().split('\n');
  expect(log).toHaveLength(6 * times * 2);
  for (let index = 0; index < log.length; index += 2) {
    expect(log[index + 1]).toBe(log[index]?.replace('in', 'out'));
  }
  const entries = readdirSync(join(folder, 'lanchat.lock'));
  expect(entries.length).toBeLessThan(6 * 2 + 10);
});

test('an owner that closes gives the profile to the next, and its process may go on', async () => {
  const first = start('lock');
  expect(await first.next()).toMatchObject({ kind: 'owner' });
  first.process.stdin?.end('close');
  expect(await first.next()).toEqual({ kind: 'closed' });
  const next = start('lock');
  expect(await next.next()).toMatchObject({ kind: 'owner' });
});

test('whoever comes second talks to the owner', async () => {
  const child = start('lock');
  await child.next();
  const met = await acquireProfile(folder);
  if (met.kind !== 'owned') throw new Error('two owners');
  expect(met.pid).toBe(child.process.pid);
  expect(await readAll(met.connection)).toBe(String(child.process.pid));
});

test('connections made before the owner accepts any are kept for it', async () => {
  const owner = own(await acquireProfile(folder));
  const met = await acquireProfile(folder);
  if (met.kind !== 'owned') throw new Error('two owners');
  met.connection.write('early');
  await new Promise(setImmediate);
  owner.accept((connection) => connection.pipe(connection));
  met.connection.end();
  expect(await readAll(met.connection)).toBe('early');
});

test('only the socket of a 0700 folder in a long path is used, and the way to it is removed', async () => {
  const long = join(folder, 'a'.repeat(120), 'b'.repeat(120));
  mkdirSync(long, { recursive: true });
  const links = join(folder, 'tmp');
  mkdirSync(links);
  const args = [process.execPath, script, 'lock', long];
  const options = { env: { TMPDIR: links } };
  const [owner, second] = [startChild(args, options), startChild(args, options)];
  children.push(owner, second);
  const kinds = [await owner.next(), await second.next()].map((met) => met?.kind);
  expect(kinds.sort()).toEqual(['owned', 'owner']);
  expect(readdirSync(links)).toEqual([]);
  const lock = join(long, 'lanchat.lock');
  expect(statSync(lock).mode & 0o777).toBe(0o700);
  expect(statSync(join(lock, '1', 's')).mode & 0o777).toBe(0o600);
});

test('a relay and a profile in one folder have an owner each', async () => {
  own(await acquireProfile(folder));
  own(await acquireRelayFolder(folder));
  expect((await start('lock', 'relay').next())?.kind).toBe('owned');
});

test('rubbish in the lock folder neither blocks nor doubles the owner', async () => {
  const lock = join(folder, 'lanchat.lock');
  mkdirSync(join(lock, '3'), { recursive: true });
  mkdirSync(join(lock, 'new-dead'));
  writeFileSync(join(lock, '9'), 'not a folder');
  mkdirSync(join(lock, '12'));
  writeFileSync(join(lock, '12', 's'), 'not a socket');
  writeFileSync(join(lock, '12', 'pid'), 'x'.repeat(100));
  own(await acquireProfile(folder));
  expect((await start('lock').next())?.pid).toBe(process.pid);
  expect(readdirSync(lock).sort()).toEqual(['12', '13', '9']);
});

test('a lock folder that is a symlink or a file is refused', async () => {
  mkdirSync(join(folder, 'elsewhere'));
  symlinkSync('elsewhere', join(folder, 'lanchat.lock'));
  await expect(acquireProfile(folder)).rejects.toMatchObject({ code: 'not-a-folder' });
  writeFileSync(join(folder, 'relay.lock'), '');
  await expect(acquireRelayFolder(folder)).rejects.toMatchObject({ code: 'not-a-folder' });
});

test('a full disk and a read-only one are told as what they are', async ({ skip }) => {
  const whyNot = whyNoMounts();
  if (whyNot !== null) return skip(whyNot);
  const disks = [
    ['no-space', 'mount -t tmpfs -o nr_inodes=2 none "$1" && mkdir "$1/lanchat.lock"'],
    [
      'read-only',
      'mount -t tmpfs none "$1" && mkdir "$1/lanchat.lock" && mount -o remount,ro "$1"',
    ],
  ] as const;
  for (const [code, mount] of disks) {
    const command = `${mount} && exec "$2" "$3" lock "$1"`;
    const child = startChild([
      ...['unshare', '-m', 'sh', '-c', command, 'sh'],
      ...[folder, process.execPath, script],
    ]);
    children.push(child);
    expect(await child.next()).toMatchObject({ code, path: join(folder, 'lanchat.lock') });
  }
});

test("a lock folder that another user put there is not taken for an owner's", async ({ skip }) => {
  if (!isRoot) return skip('needs root to act as another user');
  chmodSync(folder, 0o777);
  const lock = join(folder, 'lanchat.lock');
  mkdirSync(lock, { mode: 0o777 });
  chownSync(lock, OTHER_UID - 1, OTHER_UID - 1);
  chmodSync(lock, 0o777);
  const child = startChild([process.execPath, script, 'lock', folder], { uid: OTHER_UID });
  children.push(child);
  expect(await child.next()).toMatchObject({ code: 'no-permission' });
});

test('a named pipe has one owner, and the next gets it when that one leaves', async ({ skip }) => {
  if (process.platform !== 'linux' && process.platform !== 'win32') {
    return skip('needs a socket name that is no file');
  }
  // Linux's abstract sockets behave as named pipes do: one owner, gone with it.
  const name = `lanchat-test-${process.pid}-${Date.now()}`;
  const pipe = process.platform === 'linux' ? `\0${name}` : `\\\\.\\pipe\\${name}`;
  const first = own(await acquireByPipe(folder, pipe));
  const second = await acquireByPipe(folder, pipe);
  if (second.kind !== 'owned') throw new Error('two owners');
  expect(second.pid).toBe(process.pid);
  second.connection.destroy();
  first.close();
  own(await acquireByPipe(folder, pipe));
});

test('one folder has one pipe name, whatever the case of its letters', () => {
  expect(pipeName('/Home/Asha')).toBe(pipeName('/home/asha/'));
  expect(pipeName('/home/asha')).not.toBe(pipeName('/home/ben'));
  expect(pipeName('/home/asha')).toMatch(/^\\\\\.\\pipe\\lanchat-[0-9a-f]{32}$/);
});
