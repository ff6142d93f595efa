import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SEALED_CHUNK_BYTES } from '../../src/protocol/limits.ts';
import { loadOf } from '../../src/relay/kept-file.ts';
import { FileFolder } from '../../src/storage/file-folder.ts';
import type { WireClient } from '../support/wire-client.ts';
import {
  chunk,
  download,
  drop,
  file,
  keep,
  keptPath,
  leaveFile,
  relayFolder,
  runKeepingRelay,
  take,
  upload,
} from './files.ts';
import { ManualClock } from './manual-clock.ts';
import { endOf, runRelay } from './running-relay.ts';

/** Of a file where it is kept. */
const NAME = expect.stringMatching(/^[0-9a-f]{32}$/);
const DAY_MS = 24 * 60 * 60_000;

afterEach(() => void vi.restoreAllMocks());

async function codeOf(client: WireClient): Promise<string> {
  return (await client.next('error')).code;
}

describe('a kept file', () => {
  it('comes back as it was, for any number of readers at once', async () => {
    const running = await runKeepingRelay();
    const asha = await running.carry(1);
    expect(await keep(asha, 150)).toMatchObject({ type: 'have', count: 0 });
    await upload(asha, 0, 150);
    const readers = await Promise.all([2, 3, 4].map((person) => running.carry(person)));
    await Promise.all(
      readers.map((reader) => {
        take(reader);
        return download(reader, 0, 150);
      }),
    );
    expect(await running.event('kept')).toMatchObject({ file: NAME, chunks: 150 });
    expect(await running.event('taken', 2)).toMatchObject({ file: NAME, chunks: 150 });
  });

  it('is a plain file of its owner alone, of nothing but sealed chunks', async () => {
    const folder = await relayFolder();
    const running = await runKeepingRelay({ folder });
    await leaveFile(running, 1, 3);
    const path = await keptPath(folder);
    const found = await stat(path);
    expect(found.size).toBe(3 * SEALED_CHUNK_BYTES);
    if (process.platform === 'win32') return;
    expect(found.mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'files'))).mode & 0o777).toBe(0o700);
  });

  it('is taken while it comes, from any chunk on', async () => {
    const running = await runKeepingRelay();
    const [asha, bo] = [await running.carry(1), await running.carry(2)];
    await keep(asha, 40);
    await upload(asha, 0, 10);
    take(bo, 5);
    await download(bo, 5, 10);
    await upload(asha, 10, 40);
    await download(bo, 10, 40);
  });

  it('is sent no further ahead than its reader says that it has it', async () => {
    const running = await runKeepingRelay();
    await leaveFile(running, 1, 100);
    const bo = await running.carry(2);
    take(bo);
    for (let index = 0; index < 64; index++) expect((await bo.next('chunk')).index).toBe(index);
    bo.send({ type: 'have', req: 0, count: 1 });
    expect((await bo.next('chunk')).index).toBe(64);
    // Its answer is behind whatever was sent.
    const end = endOf(bo);
    bo.send({ type: 'drop', req: 9, file: file() });
    expect(await end).toBe('unexpected');
    expect(bo.count('chunk')).toBe(65);
  });

  it('goes on where it was: on another connection, and after the relay was started anew', async () => {
    const folder = await relayFolder();
    const running = await runKeepingRelay({ folder });
    const first = await running.carry(1);
    await keep(first, 60);
    await upload(first, 0, 20);
    const second = await running.carry(1);
    expect(await keep(second, 60)).toMatchObject({ type: 'have', count: 20 });
    expect(await endOf(first)).toBe('replaced');
    await upload(second, 20, 33);
    await running.relay.close();
    const later = await runKeepingRelay({ folder });
    const third = await later.carry(1);
    expect(await keep(third, 60)).toMatchObject({ type: 'have', count: 33 });
    await upload(third, 33, 60);
    const bo = await later.carry(2);
    take(bo);
    await download(bo, 0, 60);
    await later.relay.close();
    const last = await runKeepingRelay({ folder });
    expect(await keep(await last.carry(1), 60)).toMatchObject({ type: 'have', count: 60 });
  });

  it('[A111 file of another] is its owner’s: nobody else adds to it, drops it, or takes its name', async () => {
    const running = await runKeepingRelay();
    await leaveFile(running, 1, 3);
    // Another's of that name is another file, whoever came first.
    const other = await running.carry(2);
    expect(await keep(other, 3)).toMatchObject({ type: 'have', count: 0 });
    await upload(other, 0, 1);
    expect(await drop(await running.carry(2))).toMatchObject({ type: 'done' });
    const bo = await running.carry(2);
    take(bo);
    await download(bo, 0, 3);
    expect(await keep(await running.carry(1), 4)).toMatchObject({ code: 'fork' });
    expect(await drop(await running.carry(1))).toMatchObject({ type: 'done' });
  });

  it('[A111 file of another] Control: its owner keeps it on, and drops it', async () => {
    const running = await runKeepingRelay();
    await leaveFile(running, 1, 3);
    expect(await keep(await running.carry(1), 3)).toMatchObject({ type: 'have', count: 3 });
    expect(await drop(await running.carry(1))).toMatchObject({ type: 'done' });
  });

  it('ends for its readers when its owner drops it, and its content is gone', async () => {
    const folder = await relayFolder();
    const running = await runKeepingRelay({ folder });
    const asha = await running.carry(1);
    await keep(asha, 10);
    await upload(asha, 0, 5);
    const bo = await running.carry(2);
    take(bo);
    await download(bo, 0, 5);
    expect(await drop(await running.carry(1))).toMatchObject({ type: 'done' });
    expect(await codeOf(bo)).toBe('no-file');
    expect(await codeOf(asha)).toBe('no-file');
    const late = await running.carry(2);
    take(late);
    expect(await codeOf(late)).toBe('no-file');
    // Said again, it is as done as before.
    expect(await drop(await running.carry(1))).toMatchObject({ type: 'done' });
    expect(await keep(await running.carry(1), 10)).toMatchObject({ type: 'have', count: 0 });
    await running.relay.close();
    expect((await stat(await keptPath(folder))).size).toBe(0);
  });

  it('is kept as long as was asked for, and a week at most', async () => {
    const clock = new ManualClock();
    const running = await runKeepingRelay({ clock });
    const asha = await running.carry(1);
    await keep(asha, 1, { ttlSeconds: 1_000 * 24 * 60 * 60 });
    await upload(asha, 0, 1);
    const other = await running.carry(1);
    await keep(other, 1, { number: 2, ttlSeconds: 60 });
    await upload(other, 0, 1);
    clock.advance(61_000);
    const bo = await running.carry(2);
    take(bo, 0, { number: 2 });
    expect(await codeOf(bo)).toBe('no-file');
    clock.advance(7 * DAY_MS - 70_000);
    const chandra = await running.carry(3);
    take(chandra);
    await download(chandra, 0, 1);
    clock.advance(10_000);
    const late = await running.carry(3);
    take(late);
    expect(await codeOf(late)).toBe('no-file');
  });

  it('that nobody goes on with is forgotten after a day', async () => {
    const folder = await relayFolder();
    const clock = new ManualClock();
    const running = await runKeepingRelay({ folder, clock });
    const asha = await running.carry(1);
    await keep(asha, 4, { ttlSeconds: 7 * 24 * 60 * 60 });
    await upload(asha, 0, 2);
    await asha.close();
    await running.event('carried');
    clock.advance(DAY_MS - 60_000);
    expect(await readdir(join(folder, 'files'))).toEqual([NAME]);
    clock.advance(10 * 60_000);
    const late = await running.carry(1);
    expect(await keep(late, 4)).toMatchObject({ type: 'have', count: 0 });
  });
});

describe('room for files', () => {
  const CHUNKS = 4;
  /** Four people's files of that size, and no more. */
  const fileBytes = 4 * (CHUNKS * SEALED_CHUNK_BYTES + 4 * 1024);

  it('[A112 filling the room for files] is shared: nobody has more than a quarter of it', async () => {
    const running = await runKeepingRelay({ fileBytes });
    await leaveFile(running, 1, CHUNKS);
    expect(await keep(await running.carry(1), 1, { number: 2 })).toMatchObject({ code: 'quota' });
    expect(await keep(await running.carry(2), CHUNKS + 1, { number: 3 })).toMatchObject({
      code: 'quota',
    });
    expect(await drop(await running.carry(1))).toMatchObject({ type: 'done' });
    expect(await keep(await running.carry(1), 1, { number: 2 })).toMatchObject({ type: 'have' });
  });

  it('[A112 filling the room for files] is taken from the machine that has most, once it is full', async () => {
    const running = await runKeepingRelay({ fileBytes });
    for (const person of [1, 2, 3, 4]) await leaveFile(running, person, CHUNKS, person);
    // One more of the same machine would have as much as each of the others.
    expect(await keep(await running.carry(5), CHUNKS, { number: 5 })).toMatchObject({
      code: 'quota',
    });
    const elsewhere = await running.carry(6, { localAddress: '127.0.0.2' });
    expect(await keep(elsewhere, CHUNKS, { number: 6 })).toMatchObject({ type: 'have' });
    const reader = await running.carry(7);
    take(reader);
    expect(await codeOf(reader)).toBe('no-file');
  });

  it('[A112 filling the room for files] Control: what fits is kept', async () => {
    const running = await runKeepingRelay({ fileBytes });
    for (const person of [1, 2, 3, 4]) await leaveFile(running, person, CHUNKS, person);
    for (const person of [1, 2, 3, 4]) {
      const reader = await running.carry(7);
      take(reader, 0, { number: person, owner: person });
      await download(reader, 0, CHUNKS);
    }
  });

  it.each([
    ['Control: that fit are kept', 1, 'have'],
    ['give way to another machine’s', 2, 'no-file'],
  ])('[A160 promises of the disk] of whom nothing comes %s', async (_what, promises, first) => {
    const { bytes } = loadOf(CHUNKS);
    const running = await runKeepingRelay({ fileBytes: 16 * bytes });
    const space = { totalBytes: 1024 ** 4, freeBytes: 2.5 * bytes };
    vi.spyOn(FileFolder.prototype, 'space').mockResolvedValue(space);
    const asha = await running.carry(1);
    expect(await keep(asha, CHUNKS)).toMatchObject({ type: 'have' });
    if (promises === 2) await keep(await running.carry(2), CHUNKS, { number: 2 });
    const elsewhere = await running.carry(6, { localAddress: '127.0.0.2' });
    expect(await keep(elsewhere, CHUNKS, { number: 6 })).toMatchObject({ type: 'have' });
    for (let index = 0; index < CHUNKS; index++) asha.send(chunk(index));
    const told = first === 'have' ? (await asha.next('have')).type : await codeOf(asha);
    expect(told).toBe(first);
  });

  it('is none at a relay without a folder, or where the operator gives none', async () => {
    for (const running of [await runRelay(), await runKeepingRelay({ fileBytes: 0 })]) {
      expect(await keep(await running.carry(1), 1)).toMatchObject({ code: 'quota' });
      const bo = await running.carry(2);
      take(bo);
      expect(await codeOf(bo)).toBe('no-file');
      expect(await drop(await running.carry(1))).toMatchObject({ type: 'done' });
    }
  });

  it('leaves the disk room for everything else, and says so', async () => {
    const running = await runKeepingRelay({ limits: { diskLeftBytes: 2 ** 60 } });
    expect(await keep(await running.carry(1), 1)).toMatchObject({ code: 'storage' });
    expect(await running.event('file-storage')).toMatchObject({ problem: { code: 'no-space' } });
  });

  it('is free again after a restart without files, and what nobody knows is removed', async () => {
    const folder = await relayFolder();
    const running = await runKeepingRelay({ folder });
    await leaveFile(running, 1, 2);
    await running.relay.close();
    const none = await runKeepingRelay({ folder, fileBytes: 0 });
    await none.relay.close();
    expect(await readdir(join(folder, 'files'))).toEqual([]);
  });
});

describe('chunks', () => {
  it('[A110 chunks that don’t follow] Control: those that do are kept', async () => {
    const running = await runKeepingRelay();
    const asha = await running.carry(1);
    await keep(asha, 4);
    await upload(asha, 0, 4);
  });

  it.each([
    ['out of order', [chunk(1)], 'malformed'],
    ['a second time', [chunk(0), chunk(0)], 'malformed'],
    ['beyond the last', [chunk(0), chunk(1), chunk(2), chunk(3), chunk(4)], 'malformed'],
    [
      'with what belongs elsewhere between them',
      [{ ...chunk(0) }, { type: 'have', req: 0, count: 1 }],
      'unexpected',
    ],
  ] as const)(
    '[A110 chunks that don’t follow] that come %s end the connection',
    async (_how, frames, code) => {
      const running = await runKeepingRelay();
      const asha = await running.carry(1);
      await keep(asha, 4);
      for (const frame of frames) asha.send(frame);
      expect(await endOf(asha)).toBe(code);
    },
  );

  it('[A110 chunks that don’t follow] of another size end the connection', async () => {
    const running = await runKeepingRelay();
    const asha = await running.carry(1);
    await keep(asha, 4);
    asha.sendRaw(Uint8Array.of(0, 0, 0, 10, 0x54, 0, 0, 0, 0, 0, 0, 0, 0, 1));
    expect(await endOf(asha)).toBe('malformed');
    const bo = await running.carry(1);
    await keep(bo, 4);
    bo.sendRaw(Uint8Array.of(0, 2, 0, 0, 0x54));
    expect(await endOf(bo)).toBe('too-large');
  });

  it('[A110 chunks that don’t follow] that come before HAVE end the connection', async () => {
    const running = await runKeepingRelay();
    const asha = await running.carry(1);
    asha.send({ type: 'keep', req: 5, file: file(), chunks: 4, ttlSeconds: 60 });
    asha.send(chunk(0));
    expect(await endOf(asha)).toBe('malformed');
  });
});
