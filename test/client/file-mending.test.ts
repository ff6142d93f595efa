// What a process that was killed has left of files is made to fit the messages that there are.
import { beforeAll, expect, it } from 'vitest';
import type { StoredMessage } from '../../src/client/api.ts';
import { type FileEntry, FileLedger } from '../../src/client/file-ledger.ts';
import { mendLedger } from '../../src/client/file-mending.ts';
import type { History } from '../../src/client/history.ts';
import { sharedFile } from '../../src/core/shared-file.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { MessageId, PeerId } from '../../src/protocol/ids.ts';
import { ProfileStore } from '../../src/storage/profile-store.ts';

beforeAll(ready);

const asha = PeerId.fromBytes(new Uint8Array(32).fill(1));
const idOf = (number: number) => MessageId.fromBytes(new Uint8Array(16).fill(number));

function entry(number: number, change: Partial<FileEntry> = {}): FileEntry {
  const key = new Uint8Array(32).fill(number);
  const hash = new Uint8Array(32).fill(3);
  return {
    ...{ file: sharedFile({ key, hash, size: 5, name: 'a.png' }, asha), id: idOf(number) },
    ...{ conversation: { peer: asha }, direction: 'in', from: asha, state: 'wanted' },
    ...{ reason: null, path: null, stamp: null, folder: null, temporary: false, warning: null },
    ...{ atMs: number, ...change },
  };
}

/** Of these messages, some deleted for all. */
function historyOf(files: readonly FileEntry[], deleted: readonly number[]): History {
  const messages = files.map(({ file }, at) => {
    return {
      id: idOf(at + 1),
      file,
      deleted: deleted.includes(at + 1),
    } as unknown as StoredMessage;
  });
  return {
    message: (id: MessageId) => {
      if (id === idOf(9)) throw new UsageError('damaged', 'damaged');
      return messages.find((message) => message.id === id) ?? null;
    },
    page: () => ({ messages, more: false }),
  } as unknown as History;
}

it('fits: what was never sent or is gone is over, what was sent is known by its message, the rest stays', async () => {
  const store = await ProfileStore.open(null, new Uint8Array(32).fill(2));
  const ledger = new FileLedger(store, []);
  const there = entry(1);
  const deleted = entry(2);
  const unknown = entry(3, { id: null, direction: 'out', state: 'unsent' });
  const neverSaid = entry(4, { id: null, direction: 'out', state: 'unsent' });
  const unsaid = entry(5, { direction: 'out', state: 'unsent' });
  // Its number went to another message.
  const taken = entry(7, { id: idOf(1), direction: 'out', state: 'unsent', atMs: 5 });
  const done = entry(6, { state: 'done' });
  const damaged = entry(9);
  for (const each of [there, deleted, unknown, neverSaid, unsaid, taken, done, damaged])
    ledger.note(each);
  mendLedger(ledger, historyOf([there, deleted, unknown], [2]));
  expect(ledger.all()).toEqual([
    there,
    { ...deleted, state: 'cancelled' },
    { ...unknown, id: idOf(3) },
    { ...neverSaid, state: 'cancelled' },
    { ...unsaid, id: null, state: 'cancelled' },
    { ...taken, id: null, state: 'cancelled' },
    done,
    damaged,
  ]);
  ledger.close();
  store.close();
});
