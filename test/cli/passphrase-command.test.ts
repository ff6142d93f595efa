import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openSession } from '../../src/client/open-session.ts';
import { openProfile } from '../../src/client/profile.ts';
import { readIdentity } from '../../src/storage/identity-file.ts';
import { acquireProfile } from '../../src/storage/profile-lock.ts';
import { isVaultLocked } from '../../src/storage/vault.ts';
import { ID_0_1, SEED_0_1, writeProfile01 } from '../storage/profile-0-1.ts';
import { type CommandRun, runCommand } from '../support/command.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lanchat-passphrase-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function passphrase(
  stdin: string,
  { args = [], env = {} }: { args?: readonly string[]; env?: NodeJS.ProcessEnv } = {},
): CommandRun {
  return runCommand(['passphrase', '--home', home, '--json', ...args], { stdin, env });
}

/** The ID of the profile, opened with this passphrase; null: it must not ask for one. */
async function openedWith(secret: string | null): Promise<string> {
  const profile = await openProfile(home, {
    passphrase: async (isRetry) => {
      if (secret === null || isRetry) throw new Error('asked in vain');
      return secret;
    },
    onFault: (error) => {
      throw error;
    },
  });
  await profile.close();
  return profile.me.id;
}

async function expectRefused(run: CommandRun, code: string): Promise<void> {
  const before = readdirSync(home).includes('vault.json') ? vaultText() : null;
  expect(await run.status).toBe(1);
  expect(run.records()).toMatchObject([{ type: 'error', code }]);
  if (before !== null) expect(vaultText()).toBe(before);
}

function vaultText(): string {
  return readFileSync(join(home, 'vault.json'), 'utf8');
}

describe('lanchat passphrase', () => {
  it('sets, changes and removes what opens the profile, and the ID stays', async () => {
    const set = passphrase('first secret\n');
    expect(await set.status).toBe(0);
    expect(set.records()).toEqual([{ v: 1, type: 'passphrase', set: true }]);
    const id = (await readIdentity(home))?.id;
    expect(await openedWith('first secret')).toBe(id);

    const change = passphrase('first secret\nsecond secret\n');
    expect(await change.status).toBe(0);
    expect(change.records()).toEqual([{ v: 1, type: 'passphrase', set: true }]);
    expect(await openedWith('second secret')).toBe(id);

    const remove = passphrase('second secret\n', { args: ['--remove'] });
    expect(await remove.status).toBe(0);
    expect(remove.records()).toEqual([{ v: 1, type: 'passphrase', set: false }]);
    expect(await openedWith(null)).toBe(id);
  });

  it('says what it protects, that there is no way back, and what flash may still hold', async () => {
    const set = runCommand(['passphrase', '--home', home], { stdin: 'first secret\n' });
    expect(await set.status).toBe(0);
    expect(set.stdout()).toMatch(/^Passphrase set\./);
    expect(set.stderr()).toContain('Your name and fingerprint stay readable');
    expect(set.stderr()).toContain('Nobody can recover a forgotten one');
    expect(set.stderr()).toContain('lay on this disk without a passphrase before');
    const change = runCommand(['passphrase', '--home', home], {
      stdin: 'first secret\nsecond secret\n',
    });
    expect(await change.status).toBe(0);
    expect(change.stdout()).toMatch(/^Passphrase changed\./);
    expect(change.stderr()).toContain('still open with the passphrase of before');
    expect(set.stderr() + set.stdout() + change.stderr() + change.stdout()).not.toContain('secret');
  });

  it('locks a profile of version 0.1, of which nothing stays in the clear', async () => {
    writeProfile01(home);
    expect(await passphrase('first secret\n').status).toBe(0);
    for (const name of readdirSync(home).filter((each) => each !== 'lanchat.lock')) {
      expect(readFileSync(join(home, name)).includes(SEED_0_1)).toBe(false);
    }
    expect(await openedWith('first secret')).toBe(ID_0_1);
  });

  it('leaves lanchat id without a question', async () => {
    writeProfile01(home);
    expect(await passphrase('first secret\n').status).toBe(0);
    const id = runCommand(['id', '--home', home, '--json']);
    expect(await id.status).toBe(0);
    expect(id.records()).toEqual([{ v: 1, type: 'id', nick: 'Äsha', fingerprint: ID_0_1 }]);
    expect(id.opened).toEqual([]);
  });

  it('takes the present one from LANCHAT_PASSPHRASE_FILE, and the new one from stdin', async () => {
    expect(await passphrase('first secret\n').status).toBe(0);
    const path = join(home, 'given');
    writeFileSync(path, 'first secret\n', { mode: 0o600 });
    const env = { LANCHAT_PASSPHRASE_FILE: path };
    expect(await passphrase('second secret\n', { env }).status).toBe(0);
    await openedWith('second secret');
    await expectRefused(passphrase('third secret\n', { env }), 'wrong-passphrase');
  });

  it('changes nothing on a wrong, missing or weak passphrase', async () => {
    expect(await passphrase('first secret\n').status).toBe(0);
    await expectRefused(passphrase('wrong\nsecond secret\n'), 'wrong-passphrase');
    await expectRefused(passphrase('wrong\n', { args: ['--remove'] }), 'wrong-passphrase');
    await expectRefused(passphrase(''), 'bad-passphrase');
    await expectRefused(passphrase('first secret\n'), 'bad-passphrase');
    await expectRefused(passphrase('first secret\nshort\n'), 'bad-passphrase');
    await openedWith('first secret');
  });

  it('has nothing to remove where there is none, and asks for nothing', async () => {
    const run = passphrase('', { args: ['--remove'] });
    expect(await run.status).toBe(0);
    expect(run.records()).toEqual([{ v: 1, type: 'passphrase', set: false }]);
    expect(await isVaultLocked(home)).toBe(false);
  });

  it('refuses an ephemeral profile', async () => {
    const run = runCommand(['passphrase', '--ephemeral', '--json'], { stdin: 'first secret\n' });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'ephemeral' }]);
  });

  it('is for the owner: where another process has the profile open, it names that one', async () => {
    const owner = await acquireProfile(home);
    if (owner.kind !== 'owner') throw new Error('somebody else has it');
    onTestFinished(() => owner.close());
    owner.accept((connection) => connection.destroy());
    const run = passphrase('first secret\n');
    expect(await run.status).toBe(1);
    const [{ code, message } = {}] = run.records();
    expect(code).toBe('locked');
    expect(message).toContain(`pid ${process.pid}`);
    expect(readdirSync(home)).toEqual(['lanchat.lock']);
  });

  it('lets nobody wait for a person who types, and the profile go when interrupted', async () => {
    expect(await passphrase('first secret\n').status).toBe(0);
    const before = vaultText();
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const run = runCommand(['passphrase', '--home', home], { stdin });
    await expect.poll(() => run.stderr()).toContain('Passphrase of this profile:');
    const other = openSession({
      ...{ home, nick: null, relay: null, exclusive: false, rooms: 'leave-alone' },
      ...{ ephemeral: false, offline: true, passphrase: () => Promise.reject(new Error('asked')) },
    });
    await expect(other).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(`pid ${process.pid}`),
    });
    run.interrupt('SIGINT');
    expect(await run.status).toBe(130);
    expect(vaultText()).toBe(before);
    const owner = await acquireProfile(home);
    if (owner.kind === 'owned') throw new Error('it was not let go');
    owner.close();
  });
});
