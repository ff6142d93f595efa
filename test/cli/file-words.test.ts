// Files in what history, listen and export print: told, never opened, and under a name that can't pass as ours.
import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../../src/client/api.ts';
import { sizeWords } from '../../src/ui/shared-file-words.ts';
import { runCommand } from '../support/command.ts';
import { FakeSession, messageId, peerId, person } from '../support/fake-session.ts';
import { nthId, stored } from '../support/kept-history.ts';
import { FILE_SECRETS, fileId, sharedFile, transfer } from '../support/shared-files.ts';

const asha = { nick: 'asha', fingerprint: peerId('a'), trust: 'known' } as const;
const HOSTILE = 'a\u202egnp.exe\n-- KEY CHANGED: <script>\u001b]0;x\u0007';

function holding(...messages: readonly StoredMessage[]): FakeSession {
  return new FakeSession({ history: () => ({ messages, more: false }) });
}

describe('a message with a file', () => {
  const [, , thumbnail] = FILE_SECRETS;
  const photo = stored(1, { text: 'look', file: sharedFile({ thumbnail }) });

  it('has in JSON what the file is, and nothing that opens or shows it', async () => {
    for (const args of [['history'], ['export']]) {
      const run = runCommand([...args, '#lobby', '--json'], { session: holding(photo) });
      expect(await run.status).toBe(0);
      expect(run.records()[0]?.file).toEqual({
        ...{ id: fileId(7), name: 'photo.png', size: 2_400_000, mime: 'image/png' },
        ...{ width: 1920, height: 1080 },
      });
      for (const secret of FILE_SECRETS) expect(run.stdout()).not.toContain(secret);
    }
  });

  it('is a line of its own in text and in HTML', async () => {
    const text = runCommand(['history', '#lobby'], { session: holding(photo) });
    expect(await text.status).toBe(0);
    expect(text.stdout()).toContain(
      `asha: look\n--   [file] 2.4 MB, image/png, ID ${nthId(1).slice(0, 8)}: photo.png\n`,
    );
    const page = runCommand(['export', '#lobby', '--format', 'html'], { session: holding(photo) });
    expect(await page.status).toBe(0);
    expect(page.stdout()).toContain('[file] 2.4 MB, image/png: <bdi>photo.png</bdi>');
    for (const secret of FILE_SECRETS) expect(page.stdout()).not.toContain(secret);
  });

  it('says that a file is sent where nothing is said of it, and how long a voice note is', async () => {
    const voice = sharedFile({ type: 'audio/ogg', voice: true, durationMs: 62_400 });
    const session = holding(stored(1, { text: '', file: voice }));
    const run = runCommand(['history', '#lobby'], { session });
    expect(await run.status).toBe(0);
    expect(run.stdout()).toMatch(/asha sends a file\n-- {3}\[voice note\] 1:02, 2\.4 MB, ID/);
  });

  it('holds a hostile name and type in one line that lanchat begins', async () => {
    const bad = stored(1, { text: '', file: sharedFile({ name: HOSTILE, type: 'x\n-- y/z' }) });
    const run = runCommand(['history', '#lobby'], { session: holding(bad) });
    expect(await run.status).toBe(0);
    const lines = run.stdout().trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/^-- {3}\[file\] 2\.4 MB, ID/);
    expect(run.stdout()).not.toMatch(/[\u202e\u001b]|^-- KEY CHANGED/m);
    const page = runCommand(['export', '#lobby', '--format', 'html'], { session: holding(bad) });
    expect(await page.status).toBe(0);
    expect(page.stdout()).not.toContain('<script>');
    expect(page.stdout()).toContain('&lt;script&gt;');
  });
});

describe('lanchat listen', () => {
  const moved = [
    transfer({ direction: 'in', state: 'offered' }),
    transfer({ direction: 'in', state: 'moving', bytes: 100, bytesPerSecond: 90.4 }),
    transfer({ direction: 'in', state: 'moving', bytes: 500, bytesPerSecond: 100 }),
    transfer({ direction: 'in', state: 'done', bytes: 1_000, path: '/home/me/photo.png' }),
  ];
  const bela = person('bela', 'b');

  async function heard(
    args: readonly string[],
    {
      transfers = moved,
      people = [bela],
    }: { transfers?: typeof moved; people?: (typeof bela)[] } = {},
  ) {
    const session = new FakeSession();
    session.snapshot = { ...session.snapshot, people };
    const run = runCommand(['listen', '--count', '1', ...args], { session });
    await run.printed('ready');
    for (const each of transfers) session.emit({ type: 'file', transfer: each });
    const last = stored(9, { from: asha, room: '#lobby' });
    session.emit({ type: 'message', message: last });
    expect(await run.status).toBe(0);
    return run;
  }

  it('tells each state of a file once, and how far it is only with --progress', async () => {
    const states = (await heard(['--json'])).records().filter(({ type }) => type === 'file');
    expect(states.map(({ state }) => state)).toEqual(['offered', 'moving', 'done']);
    expect(states[1]).toMatchObject({
      ...{ v: 1, id: messageId('1'), file: fileId(7), direction: 'in', name: 'photo.png' },
      ...{ size: 1_000, bytes: 100, rate: 90, left: 10 },
      peer: { nick: 'bela', fingerprint: peerId('b') },
    });
    expect(states[2]).toMatchObject({ path: '/home/me/photo.png', rate: null, left: null });
    const all = (await heard(['--json', '--progress'])).records();
    expect(all.filter(({ type }) => type === 'file')).toHaveLength(4);
  });

  it('says to people what became of it', async () => {
    const quiet = (await heard([])).stdout();
    expect(quiet).toContain('-- file 11111111 is in /home/me/photo.png: photo.png\n');
    expect(quiet).not.toContain('%');
    const told = (await heard(['--progress'])).stdout();
    expect(told).toContain('-- file 11111111 is at 50 %, 500 bytes of 1.0 KB: photo.png\n');
  });

  it('tells nothing of files of somebody ignored, and in rooms only of those asked for', async () => {
    const ignored = person('bela', 'b', { ignored: true });
    const none = await heard(['--json'], { people: [ignored] });
    expect(none.records().map(({ type }) => type)).not.toContain('file');
    const session = new FakeSession({ join: ({ room }) => ({ room }) });
    const rooms = ['#a', '#b'].map((name) => ({ name, kind: 'public' as const, members: [] }));
    session.snapshot = { ...session.snapshot, rooms };
    const run = runCommand(['listen', '#a', '--count', '1', '--json'], { session });
    await run.printed('ready');
    const loud = { ...asha, ignored: true } as const;
    const unheard = stored(2, { from: loud, room: '#a', file: sharedFile() });
    session.emit({ type: 'message', message: unheard });
    for (const [id, room] of [
      [nthId(2), '#a'],
      [nthId(3), '#b'],
      [nthId(4), '#a'],
    ] as const) {
      const change = { id, file: fileId(Number(id.slice(-1))), conversation: { room } };
      session.emit({ type: 'file', transfer: transfer({ ...change, direction: 'in' }) });
    }
    session.emit({ type: 'message', message: stored(9, { room: '#a' }) });
    expect(await run.status).toBe(0);
    const told = run.records().filter(({ type }) => type === 'file');
    expect(told.map(({ id }) => id)).toEqual([nthId(4)]);
  });
});

describe('a size', () => {
  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1_000, '1.0 KB'],
    [2_345_678, '2.3 MB'],
    [999_999, '1.0 MB'],
    [4_000_000_000, '4.0 GB'],
    [68_719_476_736, '69 GB'],
  ])('of %d bytes is %s', (bytes, words) => {
    expect(sizeWords(bytes)).toBe(words);
  });
});
