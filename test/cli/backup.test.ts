import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProfile, type Profile } from '../../src/client/profile.ts';
import { acquireProfile } from '../../src/storage/profile-lock.ts';
import { message, pin, relay } from '../storage/backups.ts';
import { makeTestFolder, removeTestFolder } from '../storage/children.ts';
import { type CommandRun, runCommand } from '../support/command.ts';

const PASSPHRASE = 'correct horse battery staple';

let parent: string;
let home: string;
let elsewhere: string;
let file: string;

beforeEach(() => {
  parent = makeTestFolder();
  home = join(parent, 'profile');
  elsewhere = join(parent, 'elsewhere');
  file = join(parent, 'asha.backup');
});
afterEach(() => removeTestFolder(parent));

async function inProfile<T>(where: string, use: (profile: Profile) => T | Promise<T>): Promise<T> {
  const profile = await openProfile(where, {
    passphrase: () => Promise.reject(new Error('asked for a passphrase')),
    onFault: (error) => {
      throw error;
    },
  });
  try {
    return await use(profile);
  } finally {
    await profile.close();
  }
}

const MESSAGES = [
  message(1),
  message(2, { conversation: { peer: pin(1).id }, state: 'delivered' }),
  message(3, { conversation: { peer: pin(1).id }, state: 'pending', reason: 'not-here' }),
];

async function makeProfile(): Promise<void> {
  mkdirSync(home);
  await inProfile(home, async ({ identity, pins, relays, settings, store }) => {
    await identity.update({ nick: 'asha', cardSeq: 7n });
    pins.see(pin(1), 1);
    pins.verify(pin(1).id, 5);
    pins.see(pin(2), 2);
    relays.use(relay(1));
    settings.update({ rooms: ['lobby', 'kitchen'], keepDays: 90 });
    const history = MESSAGES.map((each) => ({ type: 'message', message: each }) as const);
    store.commit({ state: [], history });
  });
}

/** What a profile is to others and to whoever uses it. */
function contentsOf(where: string) {
  return inProfile(where, ({ me, identity, pins, relays, settings, store }) => ({
    id: me.id,
    nick: identity.current.nick,
    cardSeq: identity.current.cardSeq,
    pins: pins.all(),
    relays: relays.all(),
    settings: settings.current,
    messages: [...store.everything()],
  }));
}

type Stdin = NonNullable<Parameters<typeof runCommand>[1]>['stdin'];

function run(
  args: readonly string[],
  { stdin = `${PASSPHRASE}\n`, env = {} }: { stdin?: Stdin; env?: NodeJS.ProcessEnv } = {},
): CommandRun {
  return runCommand(args, { stdin, env: { LANCHAT_HOME: home, ...env } });
}

function restore(stdin = `${PASSPHRASE}\n`): CommandRun {
  return run(['restore', file, '--json'], { stdin, env: { LANCHAT_HOME: elsewhere } });
}

/** A terminal on which these are typed, one after the other has been asked for. */
function terminal(lines: readonly string[]): PassThrough & { isTTY: true; setRawMode(): void } {
  const stdin = Object.assign(new PassThrough(), { isTTY: true as const, setRawMode: () => {} });
  stdin.write(lines.map((line) => `${line}\r`).join(''));
  return stdin;
}

const code = (command: CommandRun) => command.records().at(-1)?.code;
const names = () => readdirSync(parent).toSorted();

describe('lanchat backup', () => {
  it('moves a profile: the same fingerprint, verified marks, settings, relays and words', async () => {
    await makeProfile();
    const before = await contentsOf(home);
    const backup = run(['backup', file, '--with-history', '--json']);
    expect(await backup.status).toBe(0);
    expect(backup.records()).toEqual([{ v: 1, type: 'backup', file, messages: 3 }]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const restored = restore();
    expect(await restored.status).toBe(0);
    expect(restored.records()).toEqual([
      { v: 1, type: 'restored', nick: 'asha', fingerprint: before.id, messages: 3 },
    ]);
    const [first, second, pending] = MESSAGES;
    const failed = { ...pending, state: 'failed', reason: null };
    expect(await contentsOf(elsewhere)).toEqual({
      ...before,
      messages: [first, second, failed],
    });
    expect(await contentsOf(home)).toEqual(before);
  });

  it('takes along what became of messages, and leaves out those that are to disappear', async () => {
    await makeProfile();
    const from = [pin(1).id];
    const answered = message(4, { reply: message(1).id, reactions: [{ emoji: '👍', from }] });
    const more = [answered, message(5, { expiresMs: Date.now() + 3_600_000 })];
    await inProfile(home, ({ store }) =>
      store.commit({
        state: [],
        history: more.map((each) => ({ type: 'message', message: each })),
      }),
    );
    const backup = run(['backup', file, '--with-history', '--json']);
    expect(await backup.status).toBe(0);
    expect(backup.records()).toMatchObject([{ messages: 4 }]);
    expect(await restore().status).toBe(0);
    expect((await contentsOf(elsewhere)).messages.at(-1)).toEqual(answered);
  });

  it('leaves out what was said unless it is wished, and says so', async () => {
    await makeProfile();
    const backup = run(['backup', file]);
    expect(await backup.status).toBe(0);
    expect(backup.stdout()).toContain('2 people; no messages (--with-history).');
    const restored = restore();
    expect(await restored.status).toBe(0);
    expect(restored.records()).toMatchObject([{ type: 'restored', messages: 0 }]);
    expect(restored.stderr()).toContain('without --with-history');
    expect((await contentsOf(elsewhere)).messages).toEqual([]);
  });

  it('says how many messages are damaged and not in it', async () => {
    await makeProfile();
    const database = join(home, 'history.db');
    await damageOneMessage(database);
    const backup = run(['backup', file, '--with-history', '--json']);
    expect(await backup.status).toBe(0);
    expect(backup.records()).toMatchObject([{ messages: 2 }]);
    expect(backup.stderr()).toContain('Damaged, so not in it: 1 of its messages.');
  });

  it('replaces no file that is there, unless it is told to', async () => {
    await makeProfile();
    writeFileSync(file, 'mine');
    const refused = run(['backup', file, '--json']);
    expect(await refused.status).toBe(1);
    expect(code(refused)).toBe('file-exists');
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(await run(['backup', file, '--force']).status).toBe(0);
    expect(await restore().status).toBe(0);
    expect(names()).toEqual(['asha.backup', 'elsewhere', 'profile']);
  });

  it('stays out of the profile’s own folder', async () => {
    await makeProfile();
    const identity = readFileSync(join(home, 'identity.json'));
    const backup = run(['backup', join(home, 'identity.json'), '--force', '--json']);
    expect(await backup.status).toBe(1);
    expect(code(backup)).toBe('bad-file');
    expect(readFileSync(join(home, 'identity.json'))).toEqual(identity);
  });

  it('asks twice at a terminal, and shows nothing of what is typed', async () => {
    await makeProfile();
    const backup = run(['backup', file], { stdin: terminal([PASSPHRASE, PASSPHRASE]) });
    expect(await backup.status).toBe(0);
    expect(backup.stderr()).toContain('Passphrase for the backup: ');
    expect(backup.stderr() + backup.stdout()).not.toContain('horse');
    expect(await restore().status).toBe(0);
  });

  it.each([
    ['short', 'short\n'],
    ['none', ''],
  ])('writes nothing with a passphrase that is %s', async (_which, stdin) => {
    await makeProfile();
    const backup = run(['backup', file, '--json'], { stdin });
    expect(await backup.status).toBe(1);
    expect(code(backup)).toBe('bad-passphrase');
    expect(names()).toEqual(['profile']);
  });

  it('opens a locked profile with its own passphrase, which is not that of the backup', async () => {
    await makeProfile();
    await inProfile(home, (profile) => profile.setPassphrase('the profile’s own'));
    const refused = run(['backup', file, '--json']);
    expect(await refused.status).toBe(1);
    expect(code(refused)).toBe('locked-profile');
    const own = join(parent, 'own');
    writeFileSync(own, 'the profile’s own\n', { mode: 0o600 });
    const env = { LANCHAT_PASSPHRASE_FILE: own };
    expect(await run(['backup', file], { env }).status).toBe(0);
    const restored = restore();
    expect(await restored.status).toBe(0);
    expect(restored.stderr()).toContain('lanchat passphrase sets one');
  });

  it('names the process that has the profile open, and writes nothing', async () => {
    await makeProfile();
    const owner = await acquireProfile(home);
    const backup = run(['backup', file, '--json']);
    expect(await backup.status).toBe(1);
    expect(code(backup)).toBe('locked');
    expect(backup.stderr()).toContain(`(pid ${process.pid})`);
    expect(names()).toEqual(['profile']);
    if (owner.kind === 'owner') owner.close();
  });

  it('makes no profile where there is none', async () => {
    const backup = run(['backup', file, '--json']);
    expect(await backup.status).toBe(1);
    expect(code(backup)).toBe('no-profile');
    expect(names()).toEqual([]);
  });

  it('leaves nothing where it is interrupted', async () => {
    await makeProfile();
    const backup = run(['backup', file], { stdin: terminal([]) });
    await expect.poll(() => backup.stderr()).toContain('Passphrase for the backup');
    backup.interrupt('SIGINT');
    expect(await backup.status).toBe(130);
    expect(names()).toEqual(['profile']);
    expect(await run(['backup', file]).status).toBe(0);
  });
});

/** Flips a bit in the sealed bytes of the first message. */
async function damageOneMessage(path: string): Promise<void> {
  const { openDatabase } = await import('../../src/storage/database.ts');
  const database = await openDatabase(path, ['']);
  const read = database.prepare('SELECT sealed FROM message WHERE row = 1').get()?.sealed;
  if (!(read instanceof Uint8Array)) throw new Error('no message');
  const sealed = new Uint8Array(read);
  sealed[30] = (sealed[30] ?? 0) ^ 1;
  database.prepare('UPDATE message SET sealed = ? WHERE row = 1').run(sealed);
  database.close();
}

describe('lanchat restore', () => {
  async function makeBackup(): Promise<void> {
    await makeProfile();
    expect(await run(['backup', file, '--with-history']).status).toBe(0);
  }

  it('changes nothing with a wrong passphrase, and can be tried again', async () => {
    await makeBackup();
    const wrong = restore('not the passphrase\n');
    expect(await wrong.status).toBe(1);
    expect(code(wrong)).toBe('wrong-passphrase');
    expect(existsSync(elsewhere)).toBe(false);
    expect(await restore().status).toBe(0);
  });

  it('refuses a folder that holds a profile, before it asks for anything', async () => {
    await makeBackup();
    const before = await contentsOf(home);
    const restored = run(['restore', file, '--json'], { stdin: terminal([]) });
    expect(await restored.status).toBe(1);
    expect(code(restored)).toBe('not-fresh');
    expect(restored.stderr()).toMatch(/--home DIR.*lanchat wipe/);
    expect(await contentsOf(home)).toEqual(before);
  });

  it('takes the place of a profile that was wiped', async () => {
    await makeBackup();
    const { id } = await contentsOf(home);
    await acquireProfile(home).then((owner) => (owner.kind === 'owner' ? owner.close() : null));
    expect(await run(['wipe', '--yes']).status).toBe(0);
    expect(await run(['restore', file]).status).toBe(0);
    expect((await contentsOf(home)).id).toBe(id);
  });

  it('leaves no profile from a backup that turns out to be cut short', async () => {
    await makeBackup();
    truncateSync(file, statSync(file).size - 1);
    const restored = restore();
    expect(await restored.status).toBe(1);
    expect(code(restored)).toBe('corrupt');
    expect(readdirSync(elsewhere)).toEqual(['lanchat.lock']);
    const fresh = await contentsOf(elsewhere);
    expect({ pins: fresh.pins, messages: fresh.messages }).toEqual({ pins: [], messages: [] });
  });

  it('says what is wrong with a file that is no backup', async () => {
    const absent = restore();
    expect(await absent.status).toBe(1);
    expect(code(absent)).toBe('no-file');
    writeFileSync(file, 'holiday pictures');
    const other = restore();
    expect(await other.status).toBe(1);
    expect(code(other)).toBe('not-a-backup');
    expect(existsSync(elsewhere)).toBe(false);
  });

  it('keeps nothing with --ephemeral, so it restores and backs up nothing', async () => {
    const env = { LANCHAT_EPHEMERAL: '1' };
    for (const command of ['backup', 'restore']) {
      const refused = run([command, file, '--json'], { env });
      expect(await refused.status).toBe(1);
      expect(code(refused)).toBe('ephemeral');
    }
  });
});
