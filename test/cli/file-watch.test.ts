// How long files are waited for: as long as something of them moves.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileWatch } from '../../src/cli/file-watch.ts';
import type { FileTransfer } from '../../src/client/api.ts';
import { FakeSession, messageId } from '../support/fake-session.ts';
import { fileId, transfer } from '../support/shared-files.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

const isDone = ({ state }: FileTransfer) => state === 'done';

function watching() {
  const session = new FakeSession();
  const heard: FileTransfer[] = [];
  const watch = new FileWatch(session, {
    timeoutMs: 1_000,
    heard: (each) => heard.push(each),
  });
  const tell = (change: Partial<FileTransfer>) =>
    session.emit({ type: 'file', transfer: transfer(change) });
  return { session, heard, watch, tell };
}

describe('waiting for files', () => {
  it('goes on while something moves, and ends once nothing has for the timeout', async () => {
    const { watch, tell } = watching();
    watch.follow(transfer({ state: 'waiting' }));
    const end = watch.until(fileId(7), isDone);
    let ended: unknown = 'not yet';
    end.then((value) => {
      ended = value;
    });
    for (let bytes = 1; bytes <= 10; bytes += 1) {
      await vi.advanceTimersByTimeAsync(900);
      tell({ bytes });
    }
    expect(ended).toBe('not yet');
    // The same again is no movement.
    await vi.advanceTimersByTimeAsync(900);
    tell({ bytes: 10 });
    await vi.advanceTimersByTimeAsync(100);
    expect(ended).toBeNull();
    watch.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is for several at once: one that moves keeps all of them, and all end together', async () => {
    const { session, watch, tell } = watching();
    const [one, two] = [fileId(1), fileId(2)];
    for (const file of [one, two]) watch.follow(transfer({ file, state: 'waiting' }));
    const ends = watch.untilAll([one, two], isDone);
    await vi.advanceTimersByTimeAsync(900);
    tell({ file: two, bytes: 5 });
    await vi.advanceTimersByTimeAsync(900);
    tell({ file: one, state: 'done' });
    expect(await ends[0]).toMatchObject({ state: 'done' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await ends[1]).toBeNull();
    watch.close();
    expect(session.listeners).toBe(0);
  });

  it('knows what was said before the answer, and follows what is read just now', async () => {
    const { watch, tell, heard } = watching();
    watch.read('/x');
    tell({ id: null, state: 'reading', path: '/x', bytes: 1 });
    tell({ id: null, state: 'reading', path: '/y', file: fileId(8), bytes: 1 });
    tell({ state: 'done' });
    watch.follow(transfer({ state: 'waiting' }));
    expect(heard.map(({ state }) => state)).toEqual(['reading', 'done']);
    expect(await watch.until(fileId(7), isDone)).toMatchObject({ id: messageId('1') });
    watch.close();
  });

  it('ends where the link or the disk is gone for good', async () => {
    const { session, watch } = watching();
    watch.follow(transfer({ state: 'waiting' }));
    const end = watch.until(fileId(7), isDone);
    const problem = { code: 'no-space', message: 'full' };
    session.emit({ type: 'storage', problem });
    await expect(end).rejects.toMatchObject({ code: 'no-space' });
    watch.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
