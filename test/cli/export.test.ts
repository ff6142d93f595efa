// `lanchat export`: what it writes, where, and that a file is there whole or not at all.
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/protocol/errors.ts';
import { runCommand } from '../support/command.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { nthId, stored } from '../support/kept-history.ts';
import { openHistory } from '../support/opened-history.ts';

const bela = person('bela', 'b');
const me = { nick: 'me', fingerprint: peerId('e'), trust: 'verified' } as const;

const talk = [
  stored(1, { text: 'the tea is ready' }),
  stored(2, { from: me, state: 'relayed', text: '<script>alert("x")</script>\n& more' }),
  stored(3, { room: null, peer: bela.fingerprint, from: bela, text: 'psst' }),
];

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lanchat-export-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function remembering(messages = talk, people = [bela]): Promise<FakeSession> {
  const session = new FakeSession({ 'find-person': () => ({ matches: [bela] }) });
  session.snapshot = { ...session.snapshot, people };
  return (await openHistory(messages)).serve(session);
}

async function run(...args: readonly string[]) {
  const running = runCommand(['export', ...args], { session: await remembering() });
  return { ...running, status: await running.status };
}

describe('on stdout', () => {
  it('is text, as history reads, with whose conversation it is', async () => {
    const { status, stdout } = await run('@bela');
    expect(status).toBe(0);
    const key = Array(16).fill('bbbb').join(' ');
    expect(stdout()).toMatch(
      new RegExp(`^-- @bela \\(unverified\\), key ${key}\\n-- .*\\n.* @bela: psst\\n$`),
    );
  });

  it('is JSON lines with --json, as history prints them', async () => {
    const { status, records } = await run('#lobby', '--json');
    expect(status).toBe(0);
    expect(records()).toMatchObject([
      { v: 1, type: 'message', id: nthId(1), room: '#lobby', own: false },
      { v: 1, type: 'message', id: nthId(2), own: true, state: 'relayed' },
    ]);
  });

  it('is a page of HTML in which words are nothing but words', async () => {
    const { status, stdout } = await run('#lobby', '--format', 'html');
    expect(status).toBe(0);
    expect(stdout()).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
    expect(stdout()).toContain("default-src 'none'");
    expect(stdout()).not.toMatch(/<script|<img|src=|href=/);
    expect(stdout().trimEnd()).toMatch(/^<!doctype html>[\s\S]*<\/html>$/);
  });

  it('says so beside it where nothing is kept', async () => {
    const { status, stdout, stderr } = await run('#empty', '--format', 'jsonl');
    expect([status, stdout()]).toEqual([0, '']);
    expect(stderr()).toContain('Nothing is kept of #empty');
  });
});

describe('into files', () => {
  it('is one, for its owner only, and says how much is in it', async () => {
    const out = join(folder, 'bela.txt');
    const { status, records } = await run('@bela', '-o', out, '--json', '--format', 'text');
    expect(status).toBe(0);
    const peer = { nick: 'bela', fingerprint: peerId('b'), trust: 'known' };
    expect(records()).toEqual([
      { v: 1, type: 'exported', peer, file: out, format: 'text', messages: 1 },
    ]);
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    expect(await readFile(out, 'utf8')).toContain('psst');
    expect((await run('#lobby', '-o', join(folder, 'x'))).stdout()).toContain('x: 2 messages\n');
    expect((await run('@bela', '-o', join(folder, 'y'))).stdout()).toContain('y: 1 message\n');
  });

  it('replaces one only with --force, and then as a whole', async () => {
    const out = join(folder, 'lobby.html');
    await writeFile(out, 'mine');
    const refused = await run('#lobby', '-o', out, '--format', 'html', '--json');
    expect(refused.status).toBe(1);
    expect(refused.records()).toMatchObject([{ type: 'error', code: 'file-exists' }]);
    expect(await readFile(out, 'utf8')).toBe('mine');
    expect((await run('#lobby', '-o', out, '--format', 'html', '--force')).status).toBe(0);
    expect(await readFile(out, 'utf8')).toMatch(/^<!doctype html>/);
    expect(await readdir(folder)).toEqual(['lobby.html']);
  });

  it('is one a conversation with --all, whatever people are called', async () => {
    const named = person('../../etc/passwd\u202e', 'b');
    const session = await remembering(talk, [named]);
    const out = join(folder, 'all');
    const running = runCommand(['export', '--all', '-o', out], { session });
    expect(await running.status).toBe(0);
    expect((await readdir(out)).sort()).toEqual([
      `person-etcpasswd-${'b'.repeat(16)}.txt`,
      'room-lobby.txt',
    ]);
    expect((await stat(out)).mode & 0o777).toBe(0o700);
    expect(await readdir(folder)).toEqual(['all']);
  });

  it('leaves none where history can not be read to its end', async () => {
    const session = await remembering();
    session.answer({
      history: () => {
        throw new UsageError('unreadable', 'the history can not be read');
      },
    });
    const out = join(folder, 'lobby.txt');
    const running = runCommand(['export', '#lobby', '-o', out, '--json'], { session });
    expect(await running.status).toBe(1);
    expect(running.records()).toMatchObject([{ type: 'error', code: 'unreadable' }]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves none where it is interrupted', async () => {
    const session = await remembering();
    session.hold('history');
    const running = runCommand(['export', '#lobby', '-o', join(folder, 'x')], { session });
    await expect.poll(() => readdir(folder)).toHaveLength(1);
    running.interrupt('SIGTERM');
    expect(await running.status).toBe(143);
    expect(await readdir(folder)).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('says so where the folder takes none', async () => {
    const closed = join(folder, 'closed');
    await mkdir(closed);
    await chmod(closed, 0o500);
    const { status, records } = await run('#lobby', '-o', join(closed, 'x'), '--json');
    expect(status).toBe(1);
    expect(records()).toMatchObject([{ type: 'error', code: 'no-permission' }]);
  });
});

it.each([
  ['no conversation', [], 'bad-arguments'],
  ['a conversation beside --all', ['#lobby', '--all'], 'bad-arguments'],
  ['--force without a file', ['#lobby', '--force'], 'bad-arguments'],
  ['an unknown format', ['#lobby', '--format', 'pdf'], 'bad-format'],
  ['--json beside another format on stdout', ['#lobby', '--format', 'html'], 'bad-arguments'],
  ['a folder that is not there', ['#lobby', '-o', '/nowhere/at/all'], 'no-folder'],
  ['a file where --all needs a folder', ['--all', '-o', import.meta.filename], 'not-a-folder'],
  ['--ephemeral, which keeps nothing', ['#lobby', '--ephemeral'], 'ephemeral'],
])('exits 1 on %s', async (_what, args, code) => {
  const { status, records } = await run(...args, '--json');
  expect(status).toBe(1);
  expect(records()).toMatchObject([{ type: 'error', code }]);
});
