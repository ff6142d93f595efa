import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProfile } from '../../src/client/profile.ts';
import { acquireProfile } from '../../src/storage/profile-lock.ts';
import { makeTestFolder, removeTestFolder } from '../storage/children.ts';
import { type CommandRun, runCommand } from '../support/command.ts';

let parent: string;
let home: string;

beforeEach(() => {
  parent = makeTestFolder();
  home = join(parent, 'profile');
});
afterEach(() => removeTestFolder(parent));

async function makeProfile(passphrase: string | null = null): Promise<void> {
  mkdirSync(home);
  const owner = await acquireProfile(home);
  const profile = await openProfile(home, {
    passphrase: () => Promise.reject(new Error('asked for a passphrase')),
    onFault: () => {},
  });
  await profile.identity.update({ nick: 'Asha' });
  if (passphrase !== null) await profile.setPassphrase(passphrase);
  await profile.close();
  if (owner.kind === 'owner') owner.close();
}

/** A terminal on which this is typed. */
function terminal(typed: string): PassThrough & { isTTY: true } {
  const stdin = Object.assign(new PassThrough(), { isTTY: true as const });
  stdin.end(typed);
  return stdin;
}

function wipe(args: readonly string[], stdin: string | PassThrough = ''): CommandRun {
  return runCommand(['wipe', ...args], { env: { LANCHAT_HOME: home }, stdin });
}

describe('lanchat wipe', () => {
  it('deletes the profile with --yes, and says what that cannot reach', async () => {
    await makeProfile();
    const run = wipe(['--yes', '--json']);
    expect(await run.status).toBe(0);
    expect(run.records()).toEqual([{ v: 1, type: 'wiped', path: home }]);
    expect(run.stderr()).toMatch(/Flash.*may still hold old blocks/);
    expect(readdirSync(parent)).toEqual([]);
  });

  it('asks for the name of the profile, in whatever case', async () => {
    await makeProfile();
    const run = wipe([], terminal('asha\n'));
    expect(await run.status).toBe(0);
    expect(run.stderr()).toContain('Type Asha to go on: ');
    expect(run.stdout()).toContain(`Deleted: the profile in ${home}.`);
    expect(existsSync(home)).toBe(false);
  });

  it.each(['yes\n', '\n', '', 'ash\n'])('deletes nothing where %j is typed', async (typed) => {
    await makeProfile();
    const before = readFileSync(join(home, 'identity.json'));
    const run = wipe([], terminal(typed));
    expect(await run.status).toBe(1);
    expect(run.stderr()).toContain('nothing was deleted');
    expect(readFileSync(join(home, 'identity.json'))).toEqual(before);
  });

  it('deletes nothing without a terminal and without --yes', async () => {
    await makeProfile();
    const run = wipe(['--json'], 'asha\n');
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'not-confirmed' }]);
    expect(existsSync(join(home, 'vault.json'))).toBe(true);
  });

  it('names the process that has the profile open, and deletes nothing', async () => {
    await makeProfile();
    const owner = await acquireProfile(home);
    const run = wipe(['--yes', '--json']);
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'locked' }]);
    expect(run.stderr()).toContain(`(pid ${process.pid})`);
    expect(existsSync(join(home, 'vault.json'))).toBe(true);
    if (owner.kind === 'owner') owner.close();
  });

  it('needs no passphrase, and takes a profile that is damaged', async () => {
    await makeProfile('a long passphrase');
    writeFileSync(join(home, 'identity.json'), 'x');
    const run = wipe([], terminal('wipe\n'));
    expect(await run.status).toBe(0);
    expect(existsSync(home)).toBe(false);
  });

  it('leaves the relay that was hosted here, and says so', async () => {
    await makeProfile();
    mkdirSync(join(home, 'relay'));
    writeFileSync(join(home, 'relay', 'relay-key.json'), '{}');
    const run = wipe(['--yes']);
    expect(await run.status).toBe(0);
    expect(run.stderr()).toContain('The relay');
    expect(readdirSync(home)).toEqual(['relay']);
  });

  it('deletes nothing in a folder that never was a profile, and makes none', async () => {
    const absent = wipe(['--yes', '--json']);
    expect(await absent.status).toBe(1);
    expect(absent.records()).toMatchObject([{ type: 'error', code: 'no-profile' }]);
    expect(existsSync(home)).toBe(false);
    mkdirSync(home);
    writeFileSync(join(home, 'settings.json'), 'of another program');
    expect(await wipe(['--yes']).status).toBe(1);
    expect(readdirSync(home)).toEqual(['settings.json']);
  });

  it('has nothing to do with --ephemeral', async () => {
    await makeProfile();
    const env = { LANCHAT_HOME: home, LANCHAT_EPHEMERAL: '1' };
    const run = runCommand(['wipe', '--yes', '--json'], { env });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'ephemeral' }]);
    expect(existsSync(join(home, 'vault.json'))).toBe(true);
  });
});
