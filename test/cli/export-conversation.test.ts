// One conversation written out for the screen and the plain interface.
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exportConversation } from '../../src/cli/export.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { FakeSession } from '../support/fake-session.ts';
import { stored } from '../support/kept-history.ts';
import { openHistory } from '../support/opened-history.ts';

const conversation = { room: '#lobby' } as const;

describe('writing a conversation out', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lanchat-export-'));
    vi.stubEnv('HOME', folder);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });

  it('takes ~/ for the home folder, and keeps others of this machine out', async () => {
    const session = (await openHistory([stored(1), stored(2)])).serve(new FakeSession());
    const wish = { conversation, only: null, format: 'text', file: '~/lobby.txt' } as const;
    const written = await exportConversation(session, wish);
    expect(written).toEqual({ file: join(folder, 'lobby.txt'), messages: 2 });
    expect((await stat(written.file)).mode & 0o777).toBe(0o600);
    expect(await readFile(written.file, 'utf8')).toMatch(/^-- #lobby\n[\s\S]*asha: message 2\n$/);
  });

  it('takes one message alone, where one is chosen', async () => {
    const session = (await openHistory([stored(1), stored(2)])).serve(new FakeSession());
    const [first] = (await session.request({ do: 'history', conversation, before: null, limit: 2 }))
      .messages;
    if (first === undefined) throw new Error('there is none');
    const wish = { conversation, only: first.id, format: 'text', file: '~/one.txt' } as const;
    const written = await exportConversation(session, wish);
    expect(written.messages).toBe(1);
    const text = await readFile(written.file, 'utf8');
    expect(text).toMatch(/^-- #lobby\n[\s\S]*asha: message 1\n$/);
    expect(text).not.toContain('message 2');
  });

  it('leaves no file behind where history can not be read to its end', async () => {
    const session = (await openHistory([stored(1)])).serve(new FakeSession());
    session.answer({
      history: () => {
        throw new UsageError('unreadable', 'the history can not be read');
      },
    });
    const file = join(folder, 'lobby.html');
    const writing = exportConversation(session, { conversation, only: null, format: 'html', file });
    await expect(writing).rejects.toThrow('the history can not be read');
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves what stands there alone', async () => {
    const session = (await openHistory([stored(1)])).serve(new FakeSession());
    const wish = { conversation, only: null, format: 'jsonl', file: join(folder, 'x') } as const;
    await exportConversation(session, wish);
    const before = await readFile(wish.file, 'utf8');
    await expect(exportConversation(session, { ...wish, format: 'html' })).rejects.toMatchObject({
      code: 'file-exists',
    });
    expect(await readFile(wish.file, 'utf8')).toBe(before);
    expect(await readdir(folder)).toEqual(['x']);
  });
});
