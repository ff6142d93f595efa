// What is remembered of files over restarts: everything, in bounds, and a bad row costs itself alone.
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type FileEntry, FileLedger, isPastKeeping } from '../../src/client/file-ledger.ts';
import { sharedFile } from '../../src/core/shared-file.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { MessageId, PeerId } from '../../src/protocol/ids.ts';
import { ProfileStore } from '../../src/storage/profile-store.ts';
import { StorageError } from '../../src/storage/storage-error.ts';

const DAY_MS = 24 * 60 * 60_000;
const asha = PeerId.fromBytes(new Uint8Array(32).fill(1));

beforeAll(ready);

async function store(): Promise<ProfileStore> {
  const opened = await ProfileStore.open(null, new Uint8Array(32).fill(2));
  onTestFinished(() => opened.close());
  return opened;
}

function entry(number: number, change: Partial<FileEntry> = {}): FileEntry {
  const key = new Uint8Array(32);
  new DataView(key.buffer).setUint32(0, number);
  const hash = new Uint8Array(32).fill(3);
  const id = MessageId.fromBytes(key.subarray(0, 16));
  const content = { key, hash, size: 5, name: `${number}.png`, type: 'image/png' };
  return {
    ...{ file: sharedFile(content, asha), id },
    ...{
      conversation: { peer: asha },
      direction: 'in',
      from: asha,
      state: 'offered',
      reason: null,
    },
    ...{ path: null, stamp: null, folder: null, temporary: false, warning: null, atMs: number },
    ...change,
  };
}

describe('the ledger of files', () => {
  it('brings back all that it holds, in the order of sending', async () => {
    const kept = await store();
    const ledger = new FileLedger(kept, []);
    const stamp = { mtimeNs: '1769850902123456789', inode: '18446744073709551615' };
    const entries = [
      entry(1, { state: 'done', path: '/home/bela/1.png', warning: 'program' }),
      entry(2, { direction: 'out', conversation: { room: '#lobby' }, stamp, temporary: true }),
      entry(3, { id: null, state: 'failed', reason: 'no-space', folder: '/srv' }),
    ];
    for (const each of entries.toReversed()) ledger.put(each);
    const again = new FileLedger(kept, kept.state());
    expect(again.all()).toEqual(entries);
    expect(again.ofMessage(entry(2).id ?? MessageId.fromBytes(new Uint8Array(16)))).toEqual(
      entries[1],
    );
    again.delete(entry(1).file.id);
    again.flush();
    expect(new FileLedger(kept, kept.state()).all()).toEqual(entries.slice(1));
  });

  it('loses a row that makes no sense, and no other', async () => {
    const kept = await store();
    new FileLedger(kept, []).put(entry(1));
    const bad = [
      { place: 'file/x', value: new Uint8Array([0xff]) },
      { place: 'file/y', value: new Uint8Array() },
      { place: 'draft/x', value: new Uint8Array([1]) },
    ];
    expect(new FileLedger(kept, [...bad, ...kept.state()]).all()).toEqual([entry(1)]);
  });

  it('holds so many: what is over gives way, and what is wanted stays', async () => {
    const ledger = new FileLedger(await store(), []);
    const wanted = entry(0, { state: 'wanted' });
    ledger.put(wanted);
    for (let number = 1; number <= 2_010; number++) ledger.put(entry(number));
    expect(ledger.all()).toHaveLength(2_000);
    expect(ledger.get(wanted.file.id)).toEqual(wanted);
    expect(ledger.get(entry(1).file.id)).toBeNull();
    expect(ledger.get(entry(2_010).file.id)).not.toBeNull();
  });

  it('holds what a full disk refuses, and has it on disk once there is room; what is asked for durably is refused', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const kept = await store();
    const ledger = new FileLedger(kept, []);
    ledger.put(entry(1));
    const full = new StorageError('no-space', 'full', { path: '/home/bela' });
    const commit = vi.spyOn(kept, 'commit').mockImplementation(() => {
      throw full;
    });
    const failed = ledger.note(entry(1, { state: 'failed', reason: 'no-space' }));
    ledger.note(entry(2));
    expect(() => ledger.put(entry(3))).toThrow(full);
    expect(() => ledger.put(entry(2, { state: 'wanted' }))).toThrow(full);
    expect(ledger.all()).toEqual([failed, entry(2)]);
    expect(new FileLedger(kept, kept.state()).all()).toEqual([entry(1)]);
    commit.mockRestore();
    vi.advanceTimersByTime(1_000);
    expect(new FileLedger(kept, kept.state()).all()).toEqual([failed, entry(2)]);
  });

  it('writes once what one turn brings', async () => {
    const kept = await store();
    const ledger = new FileLedger(kept, []);
    const commit = vi.spyOn(kept, 'commit');
    for (let number = 1; number <= 500; number++) ledger.note(entry(number));
    await vi.waitFor(() => expect(new FileLedger(kept, kept.state()).all()).toHaveLength(500));
    expect(commit).toHaveBeenCalledTimes(1);
  });

  it('lets whoever sent most make room, and says what went', async () => {
    const went: FileEntry[] = [];
    const ledger = new FileLedger(await store(), [], (gone) => went.push(gone));
    const mallory = PeerId.fromBytes(new Uint8Array(32).fill(66));
    const friend = entry(0, { state: 'failed', part: '/home/bela' });
    ledger.note(friend);
    for (let number = 1; number <= 2_500; number++) ledger.note(entry(number, { from: mallory }));
    expect(ledger.get(friend.file.id)).toEqual(friend);
    expect(went).toHaveLength(501);
    expect(went.every(({ from }) => from === mallory)).toBe(true);
  });

  it('knows whether the process before was killed while files of ours were not with their readers', async () => {
    const kept = await store();
    const first = new FileLedger(kept, []);
    first.put(entry(1, { direction: 'out', state: 'kept' }));
    const killed = new FileLedger(kept, kept.state());
    expect([first.wasKilled, killed.wasKilled]).toEqual([false, true]);
    killed.close();
    expect(new FileLedger(kept, kept.state()).wasKilled).toBe(false);
  });

  it('keeps no thumbnail twice: that stays with the message', async () => {
    const ledger = new FileLedger(await store(), []);
    const { file } = entry(1);
    expect(ledger.put(entry(1, { file: { ...file, thumbnail: 'AAAA' } })).file).toEqual(file);
  });

  it('does not say that a relay has what it has had its time for', () => {
    vi.useFakeTimers({ now: 10 * DAY_MS });
    onTestFinished(() => void vi.useRealTimers());
    expect(isPastKeeping(entry(1, { atMs: 3.1 * DAY_MS }))).toBe(false);
    expect(isPastKeeping(entry(1, { atMs: 2.9 * DAY_MS }))).toBe(true);
  });
});
