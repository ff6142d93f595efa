// One end of files, without a session: its ledger and its transfers, at a relay whose every frame a test plays.
import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { FileCarrying } from '../../src/client/file-carrying.ts';
import { type FileEntry, FileLedger } from '../../src/client/file-ledger.ts';
import { StraightWay } from '../../src/client/straight-way.ts';
import { peerOf } from '../../src/core/new-state.ts';
import { sharedFile } from '../../src/core/shared-file.ts';
import { FileChunks } from '../../src/crypto/file-chunks.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { chunkLength, chunksOf, type FileState } from '../../src/protocol/file-content.ts';
import type { Frame, FrameOf } from '../../src/protocol/frames.ts';
import { MessageId, type PeerId } from '../../src/protocol/ids.ts';
import { CHUNK_BYTES } from '../../src/protocol/limits.ts';
import { ProfileStore } from '../../src/storage/profile-store.ts';
import { DEFAULT_SETTINGS } from '../../src/storage/settings.ts';
import { ConnectedCore } from '../support/connected-core.ts';
import { numberedIdentity } from '../support/wire-client.ts';
import { LOOPBACK } from './file-people.ts';
import { letIn, relayWithKey, type Served, scriptRelay } from './scripted-relay.ts';

await ready();

export const asha: PeerId = numberedIdentity(2).id;
const RELAY = relayWithKey(5);

/** What a relay does with a connection that has asked for something. */
export type Script = (served: Served, request: Frame) => Promise<void> | void;

export interface Content {
  readonly key: Uint8Array;
  readonly bytes: Uint8Array;
}

export function content(size: number, filler = 1): Content {
  return { key: new Uint8Array(32).fill(filler), bytes: new Uint8Array(size).fill(filler) };
}

/** Chunk `index` of it, of `count` if its sender says so. */
export function chunkOf(
  { key, bytes }: Content,
  index: number,
  count = chunksOf(bytes.length),
): FrameOf<'chunk'> {
  const start = index * CHUNK_BYTES;
  const plain = bytes.subarray(start, start + Math.max(0, chunkLength(bytes.length, index)));
  return { type: 'chunk', req: 0, index, sealed: new FileChunks(key, count).seal(plain, index) };
}

/** Gives all of it, as a relay that keeps it does. */
export function giveAll(served: Served, given: Content, from = 0): void {
  for (let index = from; index < chunksOf(given.bytes.length); index++)
    served.send(chunkOf(given, index));
}

/** What its sender says of it, in whatever way it lies. */
export function offer(
  { key, bytes }: Content,
  lies: { readonly size?: number; readonly hash?: Uint8Array; readonly name?: string } = {},
  from = asha,
): FileEntry {
  const hash = new Uint8Array(createHash('sha256').update(bytes).digest());
  const told = { key, hash, size: bytes.length, name: 'notes.bin', ...lies };
  return {
    ...{ file: sharedFile(told, from), id: MessageId.fromBytes(key.subarray(0, 16)) },
    ...{ conversation: { peer: from }, direction: 'in', from, state: 'wanted' },
    ...{ reason: null, path: null, stamp: null, folder: null, temporary: false, warning: null },
    atMs: Date.now(),
  };
}

/** Ours, at this path, for somebody or a room. */
export async function ours(
  path: string,
  given: Content,
  conversation: FileEntry['conversation'] = { peer: asha },
): Promise<FileEntry> {
  const { mtimeNs, ino } = await stat(path, { bigint: true });
  return {
    ...offer(given, {}, numberedIdentity(1).id),
    ...{ conversation, direction: 'out', state: 'unsent', path },
    stamp: { mtimeNs: `${mtimeNs}`, inode: `${ino}` },
  };
}

export class FileLab {
  readonly carrying: FileCarrying;
  readonly ledger: FileLedger;
  readonly store: ProfileStore;
  readonly downloads: string;
  readonly core: ConnectedCore['core'];
  /** What was said to people. */
  readonly said: { readonly to: PeerId; readonly state: FileState }[] = [];
  readonly told: FileEntry[] = [];
  readonly #port: number;

  static async open(script: Script): Promise<FileLab> {
    const port = await scriptRelay(async (served) => {
      await letIn(served, RELAY);
      await script(served, await served.next());
    });
    const downloads = await mkdtemp(join(tmpdir(), 'lanchat-files-'));
    const store = await ProfileStore.open(null, new Uint8Array(32).fill(2));
    const lab = new FileLab(port, downloads, store);
    onTestFinished(async () => {
      await lab.carrying.close();
      lab.ledger.close();
      store.close();
      await rm(downloads, { recursive: true, force: true });
    });
    return lab;
  }

  private constructor(port: number, downloads: string, store: ProfileStore) {
    this.#port = port;
    this.store = store;
    this.downloads = downloads;
    const idle = { emit: () => undefined, onStorage: () => undefined, onEnd: () => undefined };
    this.core = new ConnectedCore(1, idle).core;
    peerOf(this.core, asha).online = true;
    this.ledger = new FileLedger(store, store.state());
    const settings = () => ({ ...DEFAULT_SETTINGS, downloads });
    const straight = new StraightWay({ core: this.core, settings, neighbourhood: LOOPBACK });
    this.carrying = new FileCarrying({
      ...{ core: this.core, card: () => new Uint8Array(8), ledger: this.ledger },
      ...{ settings, straight },
      downloads: async () => downloads,
      tell: (entry) => void this.told.push(entry),
      say: (to, state) => {
        this.said.push({ to, state });
        return true;
      },
      saved: async () => undefined,
      isTalking: () => false,
    });
  }

  /** The next process of the same profile. */
  again(): FileLab {
    return new FileLab(this.#port, this.downloads, this.store);
  }

  connect(): void {
    const at = { id: RELAY.id, host: '127.0.0.1', port: this.#port };
    this.carrying.connected({ ...at, localAddress: null });
  }

  get(entry: FileEntry): FileEntry | null {
    return this.ledger.get(entry.file.id);
  }
}
