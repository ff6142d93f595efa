// What is remembered of files over restarts: everything, in bounds, and a bad row costs itself alone.
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type FileEntry, FileLedger, isPastKeeping } from '../../src/client/file-ledger.ts';
import { sharedFile } from '../../src/core/shared-file.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { MessageId, PeerId } from '../../src/protocol/ids.ts';
import { ProfileStore } from '../../src/storage/profile-store.ts';

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
  return {
    ...{ file: sharedFile({ key, hash, size: 5, name: `${number}.png`, type: 'image/png' }), id },
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
