// Files between people at a real relay: whole or not at all, asked for or not, to one and to many.
import { randomBytes } from 'node:crypto';
import { appendFile, readdir, readFile, rm } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import { errnoOf } from '../../src/protocol/errors.ts';
import {
  acquainted,
  type FilePerson,
  fileOf,
  hashOfFile,
  isMoving,
  person,
  relay,
  seen,
  sha256,
  standing,
} from './file-people.ts';

async function two() {
  const at = await relay();
  const [asha, bela] = [await person('asha', at), await person('bela', at)];
  await acquainted(asha, bela);
  return { at, asha, bela };
}

/** Sends so many random bytes. */
async function send(from: FilePerson, to: FilePerson | { readonly room: string }, size: number) {
  const bytes = randomBytes(size);
  const path = await fileOf(bytes);
  const where = 'room' in to ? to : { peer: to.id };
  const { id } = await from.session.request({ do: 'send-file', to: where, path, text: '' });
  return { bytes, path, id };
}

const get = (who: FilePerson, id: Awaited<ReturnType<typeof send>>['id']) =>
  who.session.request({ do: 'get-file', id });

const listed = async (who: FilePerson) =>
  (await who.session.request({ do: 'files', conversation: null, limit: 10 })).files;

describe('a file', () => {
  it.each([0, 1, 65_536, 300_000, 9_000_000])(
    'of %d bytes comes whole once it is asked for, and no sooner',
    async (size) => {
      const { asha, bela } = await two();
      const { id, bytes } = await send(asha, bela, size);
      const offer = { name: 'notes.bin', size, path: null, bytes: 0 };
      expect(await standing(bela, id, 'offered')).toMatchObject(offer);
      expect(await readdir(bela.home)).not.toContain('got');
      await get(bela, id);
      const done = await standing(bela, id, 'done');
      expect(await hashOfFile(done.path)).toBe(sha256(bytes));
      await standing(asha, id, 'done');
      expect(await readdir(bela.downloads)).toEqual(['notes.bin']);
    },
  );

  it('to a room comes to each who asks, and is told of with what was said of it', async () => {
    const at = await relay();
    const people = [await person('asha', at), await person('bela', at), await person('chen', at)];
    const [asha, bela, chen] = people as [FilePerson, FilePerson, FilePerson];
    await acquainted(asha, bela, chen);
    const { id, bytes } = await send(asha, { room: '#lobby' }, 200_000);
    for (const reader of [bela, chen]) {
      await standing(reader, id, 'offered');
      await get(reader, id);
      const { path } = await standing(reader, id, 'done');
      expect(await hashOfFile(path)).toBe(sha256(bytes));
    }
  });

  it('is said to be read as far as it has been', async () => {
    const { asha, bela } = await two();
    const told: number[] = [];
    asha.session.subscribe((event) => {
      if (event.type !== 'file' || event.transfer.state !== 'reading') return;
      const { bytes, size } = event.transfer;
      told.push(bytes / size);
    });
    // Each look at the clock is a quarter of a second later.
    let nowMs = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 250));
    try {
      await send(asha, bela, 4 * 1024 * 1024);
    } finally {
      clock.mockRestore();
    }
    expect(told).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it('sent twice under one name stands twice, and nothing is written over', async () => {
    const { asha, bela } = await two();
    const [first, second] = [await send(asha, bela, 10), await send(asha, bela, 20)];
    for (const { id } of [first, second]) {
      await standing(bela, id, 'offered');
      await get(bela, id);
      await standing(bela, id, 'done');
    }
    expect((await readdir(bela.downloads)).sort()).toEqual(['notes (2).bin', 'notes.bin']);
    expect((await listed(bela)).map(({ transfer }) => transfer.id)).toEqual([second.id, first.id]);
  });

  it('is told of again by nobody after a restart, and can still be asked for', async () => {
    const { at, asha, bela } = await two();
    const { id, bytes } = await send(asha, bela, 100_000);
    await standing(bela, id, 'offered');
    await bela.session.close();
    const again = await person('bela', at, { home: bela.home });
    await acquainted(asha, again);
    expect((await listed(again))[0]?.transfer).toMatchObject({ id, state: 'offered' });
    await get(again, id);
    expect(await hashOfFile((await standing(again, id, 'done')).path)).toBe(sha256(bytes));
  });
});

describe('without being asked', () => {
  it('a file comes from whom the settings name, up to their size', async () => {
    const { asha, bela } = await two();
    const set = { acceptFiles: 'everyone', acceptMaxMb: 1 } as const;
    await bela.session.request({ do: 'set', change: set });
    const small = await send(asha, bela, 100_000);
    await standing(bela, small.id, 'done');
    const large = await send(asha, bela, 1_000_001);
    expect((await standing(bela, large.id, 'offered')).path).toBeNull();
    await bela.session.request({ do: 'set', change: { acceptFiles: 'verified' } });
    const stranger = await send(asha, bela, 10);
    await standing(bela, stranger.id, 'offered');
    await bela.session.request({ do: 'verify', peer: asha.id, digits: null });
    const verified = await send(asha, bela, 10);
    await standing(bela, verified.id, 'done');
    expect(await readdir(bela.downloads)).toHaveLength(2);
  });

  it('nothing comes from somebody ignored', async () => {
    const { asha, bela } = await two();
    await bela.session.request({ do: 'set', change: { acceptFiles: 'everyone' } });
    await bela.session.request({ do: 'contact', peer: asha.id, change: { ignored: true } });
    const { id } = await send(asha, bela, 10);
    await standing(bela, id, 'offered');
  });
});

describe('a file that breaks', () => {
  it('goes on from where it was when its reader comes back', async () => {
    const { at, asha, bela } = await two();
    const { id, bytes } = await send(asha, bela, 60_000_000);
    await standing(bela, id, 'offered');
    await get(bela, id);
    await seen(bela.events, (each) => isMoving(each, id) && each.transfer.bytes > 5_000_000);
    await bela.session.close();
    const [part] = await readdir(bela.downloads);
    expect(part).toMatch(/^\.lanchat-.*\.part$/);
    const again = await person('bela', at, { home: bela.home });
    const done = await standing(again, id, 'done');
    expect(await hashOfFile(done.path)).toBe(sha256(bytes));
    const first = await seen(again.events, (each) => isMoving(each, id));
    expect(first.type === 'file' && first.transfer.bytes).toBeGreaterThan(4_000_000);
    expect(await readdir(bela.downloads)).toEqual(['notes.bin']);
  });

  it('goes on when its sender comes back, who alone had it', async () => {
    const { at, asha, bela } = await two();
    const { id, bytes } = await send(asha, bela, 60_000_000);
    await standing(bela, id, 'offered');
    await get(bela, id);
    await seen(bela.events, (each) => isMoving(each, id) && each.transfer.bytes > 5_000_000);
    await asha.session.close();
    await standing(bela, id, 'waiting');
    const again = await person('asha', at, { home: asha.home });
    expect(await hashOfFile((await standing(bela, id, 'done')).path)).toBe(sha256(bytes));
    await standing(again, id, 'done');
  });

  it('of which the sender has another now is not taken, and its reader hears why', async () => {
    const { asha, bela } = await two();
    const { id, path } = await send(asha, bela, 20_000_000);
    await standing(bela, id, 'offered');
    await asha.session.request({ do: 'cancel-file', id }).catch(() => undefined);
    await appendFile(path, 'more');
    await get(bela, id);
    expect(await standing(bela, id, 'failed')).toMatchObject({ reason: 'gone', path: null });
  });
});

describe('giving up', () => {
  it('by its reader leaves nothing here, and its sender hears of it', async () => {
    const { asha, bela } = await two();
    const { id } = await send(asha, bela, 60_000_000);
    await standing(bela, id, 'offered');
    await get(bela, id);
    await seen(bela.events, (each) => isMoving(each, id));
    expect(await bela.session.request({ do: 'cancel-file', id })).toEqual({ cancelled: true });
    await standing(asha, id, 'failed');
    expect(await readdir(bela.downloads)).toEqual([]);
    expect(await bela.session.request({ do: 'cancel-file', id })).toEqual({ cancelled: false });
  });

  it('by its sender, it can be had no more', async () => {
    const { asha, bela } = await two();
    const { id } = await send(asha, bela, 300_000);
    await standing(bela, id, 'offered');
    await asha.session.request({ do: 'cancel-file', id });
    await get(bela, id);
    expect((await standing(bela, id, 'failed')).reason).toBe('gone');
  });

  it('deleting its message for all takes it from who has not taken it', async () => {
    const { asha, bela } = await two();
    const { id } = await send(asha, bela, 300_000);
    await standing(bela, id, 'offered');
    await asha.session.request({ do: 'unsend', id });
    await seen(bela.events, (each) => each.type === 'message-changed' && each.message.id === id);
    await expect.poll(() => listed(bela)).toEqual([]);
    await expect(get(bela, id)).rejects.toMatchObject({ code: 'no-file' });
  });

  it('a file of ours that was for this alone is deleted once it is there', async () => {
    const { asha, bela } = await two();
    const path = await fileOf(randomBytes(1_000), 'spoken.ogg');
    const to = { peer: bela.id };
    const { id } = await asha.session.request({
      ...{ do: 'send-file', to, path, text: '', temporary: true, voiceMs: 1_200 },
    });
    await standing(bela, id, 'offered');
    const { file } = (await listed(asha))[0]?.message ?? {};
    expect(file).toMatchObject({ voice: true, durationMs: 1_200, name: 'spoken.ogg' });
    await readFile(path);
    await get(bela, id);
    await standing(asha, id, 'done');
    await expect.poll(() => readFile(path).catch(errnoOf)).toBe('ENOENT');
  });
});

describe('refusals', () => {
  it.each([
    ['a path that is not there', async () => '/nowhere/at/all', 'not-found'],
    ['a folder', async () => '/', 'not-a-file'],
    ['a device', async () => '/dev/zero', 'not-a-file'],
  ])('%s is not sent', async (_what, path, code) => {
    const { asha, bela } = await two();
    const to = { peer: bela.id };
    const sent = asha.session.request({ do: 'send-file', to, path: await path(), text: '' });
    await expect(sent).rejects.toMatchObject({ code });
    expect(await listed(asha)).toEqual([]);
  });

  it('what carries no file, or is one’s own, is not asked for', async () => {
    const { asha, bela } = await two();
    const to = { peer: bela.id };
    const { id } = await asha.session.request({ do: 'send', to, text: 'hello' });
    await seen(bela.events, (each) => each.type === 'message' && each.message.id === id);
    await expect(get(bela, id)).rejects.toMatchObject({ code: 'no-file' });
    const file = await send(asha, bela, 10);
    await expect(get(asha, file.id)).rejects.toMatchObject({ code: 'own-file' });
    await rm(file.path);
  });
});
