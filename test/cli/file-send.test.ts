// `lanchat file send`: what it asks of the client, when it says that a file is sent, and what it leaves on the disk.
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Command, FileTransfer } from '../../src/client/api.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { runCommand } from '../support/command.ts';
import { FakeSession, messageId, peerId, person } from '../support/fake-session.ts';
import { fileId, transfer } from '../support/shared-files.ts';

type SendFile = Extract<Command, { do: 'send-file' }>;

const id = messageId('1');
let home: string;
let photo: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'lanchat-file-send-'));
  photo = join(home, 'photo.png');
  await writeFile(photo, 'not really a picture');
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** A session that knows bela, and says these of each file once it is asked to send it. */
function sending(...states: readonly Partial<FileTransfer>[]): FakeSession {
  let count = 0;
  const session = new FakeSession({
    'find-person': () => ({ matches: [person('bela', 'b')] }),
    'send-file': ({ path, name = 'x' }) => {
      count += 1;
      const of = { id: messageId(`${count}`), file: fileId(count), path, name };
      const first = transfer({ ...of, state: 'waiting' });
      for (const state of states) {
        queueMicrotask(() =>
          session.emit({ type: 'file', transfer: transfer({ ...of, ...state }) }),
        );
      }
      return { id: of.id, transfer: first };
    },
    'cancel-file': () => ({ cancelled: true }),
    message: () => ({ message: null }),
  });
  return session;
}

function send(args: readonly string[], session: FakeSession, stdin: string | PassThrough = '') {
  const env = { LANCHAT_HOME: join(home, 'profile') };
  return runCommand(['file', 'send', ...args], { session, env, stdin });
}

function asked(session: FakeSession): SendFile[] {
  return session.requests.flatMap((request) => (request.do === 'send-file' ? [request] : []));
}

function cancels(session: FakeSession): number {
  return session.requests.filter((request) => request.do === 'cancel-file').length;
}

describe('lanchat file send', () => {
  it('prints the ID once the relay has all of it, and asks as it was told', async () => {
    const session = sending({ state: 'moving', bytes: 10 }, { state: 'kept', bytes: 1_000 });
    const args = ['@bela', photo, '--text', 'look', '--reply', messageId('9')];
    const run = send(args, session);
    expect(await run.status).toBe(0);
    expect(run.stdout()).toBe(`${id}\n`);
    expect(asked(session)).toEqual([
      {
        ...{ do: 'send-file', to: { peer: peerId('b') }, path: photo, name: 'photo.png' },
        ...{ text: 'look', reply: messageId('9') },
      },
    ]);
    expect(run.stderr()).toBe('');
    expect([session.closed, session.listeners]).toEqual([true, 0]);
  });

  it('prints one JSON object of how it stands', async () => {
    const run = send(['@bela', photo, '--json'], sending({ state: 'done', bytes: 1_000 }));
    expect(await run.status).toBe(0);
    expect(run.records()).toMatchObject([
      { v: 1, type: 'file', id, file: fileId(1), direction: 'out', state: 'done', bytes: 1_000 },
    ]);
  });

  it('does not take kept for delivered', async () => {
    const kept = ['@bela', photo, '--wait', 'delivered', '--timeout', '0.05', '--json'];
    const session = sending({ state: 'kept', bytes: 1_000 });
    const run = send(kept, session);
    expect(await run.status).toBe(6);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'timeout' }]);
    expect(cancels(session)).toBe(0);
    // Control: whole at the other end it is.
    expect(await send(kept, sending({ state: 'done', bytes: 1_000 })).status).toBe(0);
  });

  it('refuses to wait for a whole room, and takes the relay for one', async () => {
    const session = sending({ state: 'kept' });
    session.answer({ visit: ({ room }) => ({ room }) });
    const run = send(['#ward', photo, '--wait', 'delivered'], session);
    expect(await run.status).toBe(1);
    expect(asked(session)).toEqual([]);
    expect(await send(['#ward', photo], session).status).toBe(0);
    expect(asked(session)[0]?.to).toEqual({ room: '#ward' });
  });

  it('takes back what never moved when somebody is away, and exits 6', async () => {
    const session = sending({ state: 'waiting', reason: 'not-here' });
    session.snapshot = { ...session.snapshot, people: [person('bela', 'b')] };
    const run = send(['@bela', photo, '--timeout', '0.05', '--json'], session);
    expect(await run.status).toBe(6);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'not-here' }]);
    expect(run.stderr()).toMatch(
      /@bela .*is not here, and the relay doesn't keep photo.png; it was taken/,
    );
    expect(cancels(session)).toBe(1);
  });

  it('leaves it to the lanchat that has the profile open, and says so', async () => {
    const session = sending({ state: 'waiting', reason: 'not-here' });
    session.shared = true;
    const run = send(['@bela', photo, '--timeout', '0.05', '--json'], session);
    expect(await run.status).toBe(6);
    expect(run.stderr()).toContain('it waits in the lanchat that has this profile open');
    expect(cancels(session)).toBe(0);
  });

  it('leaves what has begun to move where it is', async () => {
    const session = sending({ state: 'moving', bytes: 700 });
    const run = send(['@bela', photo, '--timeout', '0.05', '--json'], session);
    expect(await run.status).toBe(6);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'timeout' }]);
    expect(run.stderr()).toContain('it goes on whenever this profile is open');
    expect(cancels(session)).toBe(0);
  });

  it.each([
    ['quota', 5],
    ['storage', 5],
    ['no-space', 1],
    ['key-changed', 4],
    ['\u001b[31m', 5],
  ])('ends with the status of why it failed: %j is %d', async (reason, status) => {
    const run = send(['@bela', photo, '--json'], sending({ state: 'failed', reason }));
    expect(await run.status).toBe(status);
    expect(run.stdout() + run.stderr()).not.toContain('\u001b');
  });

  it('exits 130 when it is interrupted, and takes back what never moved', async () => {
    for (const [bytes, count] of [
      [0, 1],
      [5, 0],
    ] as const) {
      const session = sending({ state: 'moving', bytes });
      const run = send(['@bela', photo], session);
      while (asked(session).length === 0) await session.settled();
      await session.settled();
      run.interrupt('SIGINT');
      expect(await run.status).toBe(130);
      expect(cancels(session)).toBe(count);
    }
  });

  it('ends at once where the link or the disk can do nothing any more', async () => {
    const session = sending();
    const run = send(['@bela', photo, '--json'], session);
    while (asked(session).length === 0) await session.settled();
    const problem = { code: 'no-space', message: 'the disk is full' };
    session.emit({ type: 'storage', problem });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'no-space' }]);
  });
});

describe('several files', () => {
  it('go out in order, are said one by one, and each fault is told while the others go on', async () => {
    for (const name of ['b.txt', 'a.txt', '.hidden.txt']) await writeFile(join(home, name), name);
    const session = sending({ state: 'kept' });
    const run = send(['@bela', join(home, '*.txt'), photo, '--text', 'all'], session);
    expect(await run.status).toBe(0);
    expect(asked(session).map(({ name, text }) => [name, text])).toEqual([
      ['a.txt', 'all'],
      ['b.txt', ''],
      ['photo.png', ''],
    ]);
    expect(run.stdout()).toBe(['1', '2', '3'].map((digit) => `${messageId(digit)}\n`).join(''));
    const refusing = sending({ state: 'kept' });
    let count = 0;
    const { answer } = { answer: refusing.answer.bind(refusing) };
    answer({
      'send-file': ({ path }) => {
        count += 1;
        if (count === 1) throw new UsageError('unreadable', `${path} can't be read`);
        return { id, transfer: transfer({ id, path, state: 'done' }) };
      },
    });
    const partly = send(['@bela', join(home, 'a.txt'), photo, '--json'], refusing);
    expect(await partly.status).toBe(1);
    expect(partly.records()).toMatchObject([
      { type: 'file', state: 'done' },
      { type: 'error', code: 'unreadable' },
    ]);
  });

  it.each([
    [['nothing.txt'], 'not-found'],
    [['*.nothing'], 'not-found'],
    [['-'], 'bad-arguments'],
    [['-', 'photo.png', '--name', 'x'], 'bad-arguments'],
    [['photo.png', '--name', '../x'], 'bad-name'],
    [['photo.png', '--name', 'a\\b'], 'bad-name'],
    [['photo.png', '--name', 'n'.repeat(256)], 'bad-name'],
    [['photo.png', 'photo.png', '--name', 'x'], 'bad-arguments'],
    [['photo.png', '--text', 'x'.repeat(4_001)], 'too-long'],
    [['photo.png', '--wait', 'read'], 'bad-wait'],
  ])('are refused before anybody is connected to: %j', async (given, code) => {
    const session = sending({ state: 'kept' });
    const args = given.map((each) =>
      /\.(?:png|txt|nothing)$/.test(each) ? join(home, each) : each,
    );
    const run = send(['@bela', ...args, '--json'], session);
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code }]);
    expect(run.opened).toEqual([]);
    // Control: the picture alone goes.
    expect(await send(['@bela', photo], session).status).toBe(0);
  });
});

describe('stdin', () => {
  const spool = () => readdir(join(home, 'profile', 'spool'));

  it('waits in a private file, which is handed over to be deleted', async () => {
    await mkdir(join(home, 'profile'));
    const session = sending({ state: 'kept' });
    const run = send(['@bela', '-', '--name', 'dump.sql'], session, 'select 1');
    expect(await run.status).toBe(0);
    const [{ path = '', name, temporary } = {}] = asked(session);
    expect([name, temporary]).toEqual(['dump.sql', true]);
    expect(await readFile(path, 'utf8')).toBe('select 1');
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('leaves nothing where it can’t be sent, or is interrupted', async () => {
    await mkdir(join(home, 'profile'));
    const refusing = sending();
    refusing.answer({
      'send-file': () => {
        throw new UsageError('room-closed', 'closed');
      },
    });
    expect(await send(['@bela', '-', '--name', 'x'], refusing, 'words').status).toBe(1);
    expect(await spool()).toEqual([]);
    const endless = new PassThrough();
    const run = send(['@bela', '-', '--name', 'x'], sending(), endless);
    endless.write('a beginning');
    while ((await spool().catch(() => [])).length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    run.interrupt('SIGTERM');
    expect(await run.status).toBe(143);
    expect(await spool()).toEqual([]);
    endless.destroy();
  });

  it('takes away what a killed process left, and nothing of one that runs', async () => {
    const folder = join(home, 'profile', 'spool');
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o700);
    // No process has so large a number.
    const [dead, alive, handed] = ['4194305-aa', `${process.pid}-bb`, 'cc'];
    for (const name of [dead, alive, handed]) await writeFile(join(folder, name), 'words');
    expect(await send(['@bela', '-', '--name', 'x'], sending({ state: 'done' }), 'y').status).toBe(
      0,
    );
    const left = await spool();
    expect(left).toEqual(expect.arrayContaining([alive, handed]));
    expect(left).not.toContain(dead);
  });

  it('is refused with --ephemeral, which puts nothing on the disk', async () => {
    const session = sending({ state: 'done' });
    const run = runCommand(['file', 'send', '@bela', '-', '--name', 'x', '--ephemeral', '--json'], {
      session,
      stdin: 'words',
      env: { LANCHAT_HOME: '' },
    });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'ephemeral' }]);
    expect(asked(session)).toEqual([]);
  });
});
