// `lanchat file get`, `list` and `cancel`: what is wanted, where it comes to be, and that half a file is nowhere.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Command, FileTransfer, StoredMessage } from '../../src/client/api.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { runCommand } from '../support/command.ts';
import { FakeSession, messageId, peerId, person } from '../support/fake-session.ts';
import { stored } from '../support/kept-history.ts';
import { FILE_SECRETS, fileId, sharedFile, transfer } from '../support/shared-files.ts';

type GetFile = Extract<Command, { do: 'get-file' }>;

const content = Buffer.from([0, 1, 2, 0xff, 0x0a, 0x1b]);
const bela = person('bela', 'b');
const id = messageId('1');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lanchat-file-get-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function theirs(digit: string, change: Partial<FileTransfer> = {}) {
  const of = { id: messageId(digit), file: fileId(Number(digit)), name: `${digit}.bin` };
  return transfer({ ...of, direction: 'in', state: 'offered', ...change });
}

/** Whoever asks gets each file landed, and then these said of it. */
function holding(
  end: Partial<FileTransfer> = { state: 'done', bytes: 6 },
  listed: readonly { transfer: FileTransfer; message: StoredMessage | null }[] = [],
): FakeSession {
  const session = new FakeSession({
    'find-person': () => ({ matches: [bela] }),
    files: () => ({ files: listed }),
    message: () => ({ message: null }),
    'cancel-file': () => ({ cancelled: true }),
    'get-file': async ({ id: wanted, folder: place = folder }) => {
      const digit = wanted.slice(0, 1);
      const path = join(place, `${digit}.bin`);
      await writeFile(path, content);
      queueMicrotask(() =>
        session.emit({ type: 'file', transfer: theirs(digit, { path, ...end }) }),
      );
      return { transfer: theirs(digit, { state: 'waiting' }) };
    },
  });
  session.snapshot = { ...session.snapshot, people: [bela] };
  return session;
}

function get(args: readonly string[], session: FakeSession) {
  const env = { LANCHAT_HOME: join(folder, 'profile') };
  return runCommand(['file', 'get', ...args], { session, env });
}

function asked(session: FakeSession): GetFile[] {
  return session.requests.flatMap((request) => (request.do === 'get-file' ? [request] : []));
}

describe('lanchat file get', () => {
  it('prints where each has landed, one a line', async () => {
    const session = holding();
    const run = get([id, messageId('2')], session);
    expect(await run.status).toBe(0);
    expect(run.stdout()).toBe(`${join(folder, '1.bin')}\n${join(folder, '2.bin')}\n`);
    expect(asked(session)).toEqual([
      { do: 'get-file', id },
      { do: 'get-file', id: messageId('2') },
    ]);
    expect([session.closed, session.listeners]).toEqual([true, 0]);
  });

  it('prints JSON, and lands in the folder that is named', async () => {
    const session = holding();
    await mkdir(join(folder, 'x'));
    const run = get([id, '--to', join(folder, 'x'), '--json'], session);
    expect(await run.status).toBe(0);
    expect(asked(session)[0]?.folder).toBe(join(folder, 'x'));
    expect(run.records()).toMatchObject([
      { v: 1, type: 'file', id, direction: 'in', state: 'done', path: join(folder, 'x', '1.bin') },
    ]);
  });

  it('takes the newest of theirs, or all that are not here, the oldest first', async () => {
    const listed = [
      { transfer: theirs('5', { direction: 'out' }), message: null },
      { transfer: theirs('4'), message: null },
      { transfer: theirs('3', { state: 'done' }), message: null },
      { transfer: theirs('2', { state: 'failed' }), message: null },
    ];
    const wanted = async (...args: string[]) => {
      const session = holding(undefined, listed);
      expect(await get(['--from', '@bela', ...args], session).status).toBe(0);
      return asked(session).map((request) => request.id);
    };
    expect(await wanted()).toEqual([messageId('4')]);
    expect(await wanted('--last')).toEqual([messageId('4')]);
    expect(await wanted('--all')).toEqual([messageId('2'), messageId('4')]);
    const nothing = get(['--from', '@bela', '--all'], holding(undefined, listed.slice(0, 1)));
    expect([await nothing.status, nothing.stdout()]).toEqual([0, '']);
    const none = get(['--from', '@bela', '--json'], holding(undefined, listed.slice(0, 1)));
    expect(await none.status).toBe(1);
    expect(none.records()).toMatchObject([{ type: 'error', code: 'no-file' }]);
  });

  it('knows an ID by its first digits where that is one file’s', async () => {
    const listed = [{ transfer: theirs('4'), message: null }];
    const session = holding(undefined, listed);
    expect(await get(['44444444'], session).status).toBe(0);
    expect(asked(session)[0]?.id).toBe(messageId('4'));
    for (const [typed, code] of [
      ['55555555', 'unknown-message'],
      ['4444', 'bad-id'],
    ] as const) {
      const run = get([typed, '--json'], holding(undefined, listed));
      expect(await run.status).toBe(1);
      expect(run.records()).toMatchObject([{ type: 'error', code }]);
    }
  });

  it('warns of what is something else than its name says', async () => {
    const run = get([id], holding({ state: 'done', warning: 'program' }));
    expect(await run.status).toBe(0);
    expect(run.stderr()).toContain('Careful: this is a program, whatever its name says. 1.bin');
    // Control: nothing is said of one that is what it says.
    const calm = get([id], holding());
    expect([await calm.status, calm.stderr()]).toEqual([0, '']);
  });

  it.each([
    ['no-file', 1],
    ['hash-differs', 1],
    ['quota', 5],
    ['expired', 6],
  ])('ends with the status of why it failed: %s is %d', async (reason, status) => {
    const run = get([id, '--json'], holding({ state: 'failed', reason }));
    expect(await run.status).toBe(status);
    expect(run.records()).toMatchObject([{ type: 'error', code: reason }]);
  });

  it('gives up when nothing moves, and says what becomes of it', async () => {
    const stuck = { state: 'waiting', reason: 'not-here' } as const;
    const session = holding(stuck);
    const run = get([id, '--timeout', '0.05', '--json'], session);
    expect(await run.status).toBe(6);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'not-here' }]);
    expect(run.stderr()).toContain('it goes on whenever this profile is open');
    const shared = holding(stuck);
    shared.shared = true;
    const beside = get([id, '--timeout', '0.05'], shared);
    expect(await beside.status).toBe(6);
    expect(beside.stderr()).toContain('the lanchat that has this profile open takes it');
  });

  it('goes on with the others where one can’t be had', async () => {
    const session = holding();
    const take = (command: GetFile) => {
      if (command.id === id) throw new UsageError('no-file', 'that message has no file');
      return { transfer: theirs('2', { state: 'done', path: here }) };
    };
    const here = join(folder, '2.bin');
    await writeFile(here, content);
    session.answer({ 'get-file': take });
    const run = get([id, messageId('2'), '--json'], session);
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([
      { type: 'file', path: here },
      { type: 'error', code: 'no-file' },
    ]);
  });

  it.each([
    [[]],
    [[id, '--from', '@bela']],
    [[id, '--all']],
    [['--from', '@bela', '--all', '--last']],
    [[id, messageId('2'), '-o', 'x']],
    [['--from', '@bela', '--all', '-o', 'x']],
    [[id, '-o', 'x', '--to', 'y']],
    [[id, '-o', 'x', '--unpack']],
    [[id, '-o', '-', '--json']],
    [[id, '--force']],
  ])('refuses %j before anybody is connected to', async (args) => {
    const run = get(args, holding());
    expect(await run.status).toBe(1);
    expect(run.opened).toEqual([]);
  });
});

describe('-o', () => {
  const left = async () => (await readdir(folder)).sort();

  it('puts it in its place, over nothing unless --force says so', async () => {
    const out = join(folder, 'mine.bin');
    const run = get([id, '-o', out], holding());
    expect(await run.status).toBe(0);
    expect(run.stdout()).toBe(`${out}\n`);
    expect(await readFile(out)).toEqual(content);
    await writeFile(out, 'older');
    const session = holding();
    const refused = get([id, '-o', out, '--json'], session);
    expect(await refused.status).toBe(1);
    expect(refused.records()).toMatchObject([{ type: 'error', code: 'file-exists' }]);
    expect(asked(session)).toEqual([]);
    expect(await get([id, '-o', out, '--force'], holding()).status).toBe(0);
    expect(await readFile(out)).toEqual(content);
    expect(await left()).toEqual(['mine.bin']);
    const nowhere = get([id, '-o', join(folder, 'none', 'x'), '--json'], holding());
    expect(await nowhere.status).toBe(1);
    expect(nowhere.records()).toMatchObject([{ type: 'error', code: 'no-folder' }]);
  });

  it('copies what was taken before, and moves it nowhere', async () => {
    const before = join(folder, 'before.bin');
    await writeFile(before, content);
    const session = holding();
    const done = theirs('1', { state: 'done', path: before });
    session.answer({ 'get-file': () => ({ transfer: done }) });
    for (const more of [[], ['--force']]) {
      const out = join(folder, 'out.bin');
      expect(await get([id, '-o', out, ...more], session).status).toBe(0);
      expect(await readFile(out)).toEqual(content);
    }
    for (const name of ['before.bin', 'before (2).bin']) {
      const run = get([id, '--to', join(folder, 'to')], session);
      expect(await run.status).toBe(0);
      expect(run.stdout()).toBe(`${join(folder, 'to', name)}\n`);
    }
    await writeFile(join(folder, 'to', 'before.bin'), 'changed');
    expect(await readFile(before)).toEqual(content);
    expect(await left()).toEqual(['before.bin', 'out.bin', 'to']);
    const inTheWay = get([id, '--to', join(before, 'x'), '--json'], session);
    expect(await inTheWay.status).toBe(1);
    expect(inTheWay.records()).toMatchObject([{ type: 'error', code: 'not-a-folder' }]);
    await rm(before);
    const gone = get([id, '--json'], session);
    expect(await gone.status).toBe(1);
    expect(gone.records()).toMatchObject([{ type: 'error', code: 'not-found' }]);
  });

  it('leaves nothing of what did not come whole, and gives it up', async () => {
    for (const end of [
      { state: 'failed', reason: 'no-file' },
      { state: 'moving', bytes: 3 },
    ] as const) {
      const session = holding(end);
      const run = get([id, '-o', join(folder, 'x'), '--timeout', '0.05'], session);
      expect(await run.status).not.toBe(0);
      expect(await left()).toEqual([]);
    }
  });

  it('leaves nothing where it is interrupted', async () => {
    const session = holding({ state: 'moving', bytes: 3 });
    const run = get([id, '-o', join(folder, 'x')], session);
    while (asked(session).length === 0) await session.settled();
    await session.settled();
    expect(await left()).not.toEqual([]);
    run.interrupt('SIGINT');
    expect(await run.status).toBe(130);
    expect(await left()).toEqual([]);
    expect(session.requests).toContainEqual({ do: 'cancel-file', id });
  });

  it('to stdout is every byte of it and nothing else, or none and a status', async () => {
    await mkdir(join(folder, 'profile'));
    const text = Buffer.from('line\nline\n');
    const session = holding();
    session.answer({
      'get-file': async ({ folder: place = '' }) => {
        const path = join(place, 'x');
        await writeFile(path, text);
        return { transfer: theirs('1', { state: 'done', path }) };
      },
    });
    const run = get([id, '-o', '-'], session);
    expect(await run.status).toBe(0);
    expect(run.stdout()).toBe('line\nline\n');
    expect(await readdir(join(folder, 'profile', 'spool'))).toEqual([]);
    const half = get([id, '-o', '-', '--timeout', '0.05'], holding({ state: 'moving', bytes: 3 }));
    expect(await half.status).toBe(6);
    expect(half.stdout()).toBe('');
    expect(await readdir(join(folder, 'profile', 'spool'))).toEqual([]);
  });
});

describe('lanchat file list', () => {
  const listed = [
    {
      transfer: theirs('2', { state: 'moving', bytes: 500, name: 'a\u202egnp.exe\n-- x' }),
      message: stored(2, {
        file: sharedFile({ thumbnail: FILE_SECRETS[2] }),
        from: bela,
        room: null,
        peer: peerId('b'),
      }),
    },
    { transfer: transfer({ id: null, state: 'reading' }), message: null },
  ];

  it('is a line or an object each, and holds what a hostile name can’t leave', async () => {
    const run = runCommand(['file', 'list'], { session: holding(undefined, listed) });
    expect(await run.status).toBe(0);
    const lines = run.stdout().trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^22222222 .*from @bela .*\[file\] 2\.4 MB, image\/png {2}moving/);
    expect(lines[1]).toMatch(/^-------- {2}to @bela .* {2}1\.0 KB {2}being read: photo\.png$/);
    expect(run.stdout()).not.toContain('\u202e');
    const json = runCommand(['file', 'list', '--json'], { session: holding(undefined, listed) });
    expect(await json.status).toBe(0);
    expect(json.records()).toMatchObject([
      { id: messageId('2'), mime: 'image/png', from: { nick: 'bela' }, bytes: 500 },
      { id: null, state: 'reading', rate: null, left: null },
    ]);
    for (const secret of FILE_SECRETS) expect(json.stdout()).not.toContain(secret);
  });

  it('asks of one conversation, for as many as are wanted, without a relay', async () => {
    const session = holding(undefined, listed);
    const run = runCommand(['file', 'list', '@bela', '--limit', '7'], { session });
    expect(await run.status).toBe(0);
    const conversation = { peer: peerId('b') };
    expect(session.requests).toContainEqual({ do: 'files', conversation, limit: 7 });
    expect(run.opened[0]).toMatchObject({ offline: true, existing: true });
    const bad = runCommand(['file', 'list', '--limit', '501'], { session });
    expect(await bad.status).toBe(1);
  });
});

describe('lanchat file cancel', () => {
  it('says what was cancelled, or that it is too late', async () => {
    const listed = [{ transfer: theirs('1', { state: 'cancelled' }), message: null }];
    const run = runCommand(['file', 'cancel', id, '--json'], { session: holding({}, listed) });
    expect(await run.status).toBe(0);
    expect(run.records()).toMatchObject([{ type: 'file', id, state: 'cancelled' }]);
    const late = holding({}, listed);
    late.answer({ 'cancel-file': () => ({ cancelled: false }) });
    const refused = runCommand(['file', 'cancel', '11111111', '--json'], { session: late });
    expect(await refused.status).toBe(1);
    expect(refused.records()).toMatchObject([{ type: 'error', code: 'too-late' }]);
  });

  it('is one of the commands behind file', async () => {
    const run = runCommand(['file', 'cancle'], {});
    expect(await run.status).toBe(1);
    expect(run.stderr()).toContain('did you mean "cancel"?');
  });
});
