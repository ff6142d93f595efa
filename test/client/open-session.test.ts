import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  type OpenSession,
  openSession,
  type SessionOptions,
} from '../../src/client/open-session.ts';
import { realSurroundings } from '../../src/client/relay-link.ts';
import { parseNick } from '../../src/protocol/nickname.ts';
import type { FolderProblem } from '../../src/storage/profile-folder.ts';
import { type BundledScript, bundleScript } from '../support/bundle.ts';
import { startProgram } from '../support/program.ts';
import { SESSION_DEFAULTS } from '../support/session-options.ts';

let home: string;
let child: BundledScript;

beforeAll(async () => {
  child = await bundleScript('test/client/session-child.ts');
});
afterAll(() => child.remove());

async function freshHome(): Promise<void> {
  home = await mkdtemp(join(tmpdir(), 'lanchat-session-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
}

async function open(options: Partial<SessionOptions> = {}): Promise<OpenSession> {
  const session = await openSession({
    ...SESSION_DEFAULTS,
    home,
    surroundings: { ...realSurroundings, browse: () => ({ hints: () => [], close() {} }) },
    ...options,
  });
  onTestFinished(() => session.close());
  return session;
}

async function roomsOf(session: OpenSession): Promise<string[]> {
  return (await session.request({ do: 'snapshot' })).rooms.map(({ name }) => name);
}

describe('opening a session', () => {
  it('makes a private profile with the login name, in the lobby', async () => {
    await freshHome();
    const session = await open();
    const { self, link, ready } = await session.request({ do: 'snapshot' });
    expect(self.nick).toBe(parseNick(userInfo().username) ?? 'user');
    expect([link.state, ready, session.shared]).toEqual(['searching', false, false]);
    expect(await roomsOf(session)).toEqual(['#lobby']);
    expect((await stat(join(home, 'identity.json'))).mode & 0o777).toBe(0o600);
  });

  it('finds identity, name and rooms again, and no lobby once that was left', async () => {
    await freshHome();
    const first = await open({ nick: 'asha' });
    const { self } = await first.request({ do: 'snapshot' });
    await first.request({ do: 'join', room: '#ward-3' });
    await first.request({ do: 'leave', room: '#lobby' });
    await first.close();
    const second = await open();
    expect((await second.request({ do: 'snapshot' })).self).toEqual(self);
    expect(self.nick).toBe('asha');
    expect(await roomsOf(second)).toEqual(['#ward-3']);
  });

  it('keeps what was set over restarts, and forgets that a room was muted when it is left', async () => {
    await freshHome();
    const first = await open();
    await first.request({ do: 'join', room: '#ward-3' });
    const levelOf = (room: string) => ({
      ...{ do: 'conversation-settings' as const, with: { room } },
      change: { notifyLevel: 'nothing' as const },
    });
    for (const room of ['#lobby', '#ward-3']) {
      await first.request(levelOf(room));
    }
    await first.request({ do: 'status', text: 'on call' });
    await first.request({ do: 'set', change: { hidden: true } });
    const elsewhere = first.request(levelOf('#elsewhere'));
    await expect(elsewhere).rejects.toMatchObject({ code: 'not-in-room' });
    await first.close();
    const second = await open();
    const levels = async () =>
      (await second.request({ do: 'snapshot' })).rooms.map(({ name, notifyLevel }) => ({
        ...{ name, notifyLevel },
      }));
    expect(await levels()).toEqual([
      { name: '#lobby', notifyLevel: 'nothing' },
      { name: '#ward-3', notifyLevel: 'nothing' },
    ]);
    expect(await second.request({ do: 'status', text: null })).toEqual({ text: 'on call' });
    expect(await second.request({ do: 'settings' })).toMatchObject({ hidden: true });
    await second.request({ do: 'leave', room: '#lobby' });
    await second.request({ do: 'join', room: '#lobby' });
    expect(await levels()).toContainEqual({ name: '#lobby', notifyLevel: undefined });
  });

  it('keeps the lobby of a first run that was killed right after it began', async () => {
    await freshHome();
    const program = startProgram(['node', child.path, home]);
    await program.line('"shared"');
    program.kill('SIGKILL');
    await program.ended;
    expect(await roomsOf(await open())).toEqual(['#lobby']);
  });

  it('enters the remembered rooms only as it is told', async () => {
    await freshHome();
    await (await open()).close();
    const apart = await open({ rooms: 'leave-alone' });
    expect(await roomsOf(apart)).toEqual([]);
    await apart.close();
    const looking = await open({ rooms: 'visit' });
    expect(await roomsOf(looking)).toEqual(['#lobby']);
    await looking.close();
    expect(await roomsOf(await open())).toEqual(['#lobby']);
  });

  it('enters a room again whose settings were lost, and none that was left', async () => {
    await freshHome();
    const first = await open();
    await first.request({ do: 'join', room: '#ward-3' });
    await first.request({ do: 'join', room: '#kitchen' });
    await first.request({ do: 'leave', room: '#kitchen' });
    await first.close();
    await rm(join(home, 'settings.json'));
    const second = await open();
    expect((await roomsOf(second)).toSorted()).toEqual(['#lobby', '#ward-3']);
    const remembered = async () => (await second.request({ do: 'remembered' })).rooms.toSorted();
    await expect.poll(remembered).toEqual(['#lobby', '#ward-3']);
  });

  it('says where the profile goes by itself, also where its owner is not there', async () => {
    await freshHome();
    await (await open()).close();
    const owner = await open({ rooms: 'leave-alone', offline: true });
    const other = await open();
    for (const session of [owner, other]) {
      const remembered = await session.request({ do: 'remembered' });
      expect(remembered).toEqual({ rooms: ['#lobby'], relays: [] });
    }
    expect([await roomsOf(owner), other.shared]).toEqual([[], true]);
  });

  it('makes no profile, and not even its folder, for who only reads what is there', async () => {
    await freshHome();
    const missing = join(home, 'typo');
    for (const empty of [home, missing]) {
      const refused = open({ home: empty, offline: true, existing: true });
      await expect(refused).rejects.toMatchObject({ code: 'no-profile' });
    }
    expect(await readdir(home)).toEqual([]);
    await (await open()).close();
    const reader = await open({ offline: true, existing: true });
    expect(await reader.request({ do: 'remembered' })).toEqual({ rooms: ['#lobby'], relays: [] });
  });

  it('gives the second process the session of the first, and a name through it', async () => {
    await freshHome();
    const owner = await open();
    const heard: string[] = [];
    owner.subscribe((event) => {
      if (event.type === 'self') heard.push(event.nick);
    });
    const other = await open({ nick: 'ben' });
    expect(other.shared).toBe(true);
    expect((await other.request({ do: 'snapshot' })).self.nick).toBe('ben');
    await expect.poll(() => heard).toEqual(['ben']);
  });

  it('refuses a second screen, and names the process that has the first', async () => {
    await freshHome();
    await open({ exclusive: true });
    const refused = open({ exclusive: true });
    await expect(refused).rejects.toMatchObject({ code: 'locked' });
    await expect(refused).rejects.toThrow(`pid ${process.pid}`);
    // Control: not a screen.
    expect((await open()).shared).toBe(true);
  });

  it('refuses a name that is none, and leaves the profile free, alone or through the owner', async () => {
    await freshHome();
    await expect(open({ nick: 'a\u202eb' })).rejects.toMatchObject({ code: 'bad-nick' });
    const owner = await open();
    expect(owner.shared).toBe(false);
    await expect(open({ nick: '' })).rejects.toMatchObject({ code: 'bad-nick' });
    await owner.close();
    expect((await open()).shared).toBe(false);
  });

  it.each(['identity.json', 'pins.json', 'relays.json', 'settings.json'])(
    'refuses a corrupt %s, leaves it as it is, and the profile free',
    async (file) => {
      await freshHome();
      await (await open()).close();
      await writeFile(join(home, file), '{"half');
      await expect(open()).rejects.toMatchObject({ code: 'corrupt' });
      await expect(open()).rejects.toMatchObject({ code: 'corrupt' });
      expect(await readFile(join(home, file), 'utf8')).toBe('{"half');
    },
  );

  it('tells of a folder that was open to others', async () => {
    await freshHome();
    await chmod(home, 0o755);
    const problems: FolderProblem[] = [];
    await open({ onProblem: (problem) => problems.push(problem) });
    expect(problems).toMatchObject([{ code: 'open-to-others', mode: 0o755, tightened: true }]);
  });

  it('gives one of many processes the profile, and all the others a session on it', async () => {
    await freshHome();
    const programs = Array.from({ length: 5 }, () => startProgram(['node', child.path, home]));
    const lines = await Promise.all(programs.map((program) => program.line('"shared"')));
    const said = lines.map((line): { shared: boolean; id: string } => JSON.parse(line));
    expect(said.filter(({ shared }) => !shared)).toHaveLength(1);
    expect(new Set(said.map(({ id }) => id)).size).toBe(1);
    for (const { child: process } of programs) process.stdin?.end();
    // Nothing keeps them running: not the owner, and not those who went through it.
    for (const program of programs) expect((await program.ended).code).toBe(0);
  });
});
