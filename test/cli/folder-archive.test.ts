// A folder is sent as one archive, and becomes a folder again where that is wanted.
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';
import { FakeSession, messageId, person } from '../support/fake-session.ts';
import { transfer } from '../support/shared-files.ts';

const id = messageId('1');
let around: string;

beforeEach(async () => {
  around = await mkdtemp(join(tmpdir(), 'lanchat-folders-'));
  await mkdir(join(around, 'profile'));
  await mkdir(join(around, 'plans', 'deep'), { recursive: true });
  await writeFile(join(around, 'plans', 'deep', 'one.txt'), 'one');
});
afterEach(() => rm(around, { recursive: true, force: true }));

async function packed(): Promise<{ path: string; name: string | undefined; said: string }> {
  let path = '';
  let name: string | undefined;
  const session = new FakeSession({
    'find-person': () => ({ matches: [person('bela', 'b')] }),
    'send-file': (command) => {
      path = command.path;
      name = command.name;
      expect(command.temporary).toBe(true);
      return { id, transfer: transfer({ id, state: 'done' }) };
    },
    message: () => ({ message: null }),
  });
  const env = { LANCHAT_HOME: join(around, 'profile') };
  const run = runCommand(['file', 'send', '@bela', join(around, 'plans')], { session, env });
  expect(await run.status).toBe(0);
  return { path, name, said: run.stderr() };
}

function unpacking(path: string, name: string) {
  const done = transfer({ id, direction: 'in', state: 'done', name, path });
  const session = new FakeSession({
    'get-file': () => ({ transfer: done }),
    message: () => ({ message: null }),
  });
  return runCommand(['file', 'get', id, '--unpack', '--json'], { session });
}

it('goes out under its name as .tar, and comes to be a folder under no name that is taken', async () => {
  const { path, name, said } = await packed();
  expect([name, said]).toEqual(['plans.tar', '']);
  const landed = join(around, 'plans.tar');
  await writeFile(landed, await readFile(path));
  const run = unpacking(landed, 'plans.tar');
  expect(await run.status).toBe(0);
  const folder = String(run.records()[0]?.path);
  expect(folder).not.toBe(join(around, 'plans'));
  expect(await readFile(join(folder, 'deep', 'one.txt'), 'utf8')).toBe('one');
  // The archive has done its part.
  expect(await readdir(around)).not.toContain('plans.tar');
});

it.skipIf(process.platform === 'win32')('says what it leaves out', async () => {
  await symlink('/etc/passwd', join(around, 'plans', 'link'));
  expect((await packed()).said).toMatch(/^lanchat: left out: .*link$/m);
});

it('refuses what is no archive, and leaves it where it landed', async () => {
  const landed = join(around, 'photo.png');
  await writeFile(landed, 'not an archive');
  const run = unpacking(landed, 'photo.png');
  expect(await run.status).toBe(1);
  expect(run.records()).toMatchObject([{ type: 'error', code: 'bad-archive' }]);
  expect(run.records()[0]?.message).toMatch(/^photo\.png: .* not the archive of a folder/);
  expect(run.records()[0]?.message).toContain(landed);
  expect(await readFile(landed, 'utf8')).toBe('not an archive');
});
