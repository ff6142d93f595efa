// Whose files come without being asked for, and how much of one person.
import { beforeAll, describe, expect, it } from 'vitest';
import { isTakenUnasked } from '../../src/client/file-acceptance.ts';
import type { FileEntry } from '../../src/client/file-ledger.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { MessageId } from '../../src/protocol/ids.ts';
import { DEFAULT_SETTINGS } from '../../src/storage/settings.ts';
import { FakeNet } from '../support/fake-net.ts';
import { fileId } from '../support/shared-files.ts';

beforeAll(ready);

const MB = 1_000_000;
const DAY_MS = 24 * 60 * 60_000;

describe('[A159 files on and on]', () => {
  function offered() {
    const net = new FakeNet();
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    net.run(1_000);
    const entry = (number: number, change: Partial<FileEntry> = {}): FileEntry => ({
      file: { id: fileId(number), key: '', hash: '', size: 10 * MB, name: 'a' },
      id: MessageId.fromBytes(new Uint8Array(16).fill(number)),
      ...{ conversation: { peer: ben.id }, direction: 'in', from: ben.id, state: 'done' },
      ...{ reason: null, path: null, stamp: null, folder: null, temporary: false, warning: null },
      atMs: Date.now(),
      ...change,
    });
    const settings = { ...DEFAULT_SETTINGS, acceptFiles: 'everyone', acceptMaxMb: 10 } as const;
    const isTaken = (all: readonly FileEntry[]) =>
      isTakenUnasked(anna.core, settings, entry(255, { state: 'offered' }), all);
    return { anna, entry, isTaken };
  }

  const so = (many: number, make: (number: number) => FileEntry) =>
    Array.from({ length: many }, (_, number) => make(number));

  it('of one person are taken unasked up to a hundred times the largest in a day', () => {
    const { anna, entry, isTaken } = offered();
    expect(isTaken(so(99, (number) => entry(number)))).toBe(true);
    expect(isTaken(so(100, (number) => entry(number)))).toBe(false);
    // Control: of others, of yesterday, and what was never taken counts for nothing.
    expect(isTaken(so(100, (number) => entry(number, { from: anna.id })))).toBe(true);
    expect(isTaken(so(100, (number) => entry(number, { atMs: Date.now() - DAY_MS })))).toBe(true);
    expect(isTaken(so(100, (number) => entry(number, { state: 'offered' })))).toBe(true);
  });
});
