// The files that were sent and received, as rows of the profile's store: what outlives the process. Carries nothing.
import * as v from 'valibot';
import { fileContent, sharedFile } from '../core/shared-file.ts';
import { byteString, decodeCbor, encodeCbor, mapOf, sequenceNumber } from '../protocol/cbor.ts';
import { LanchatError } from '../protocol/errors.ts';
import { fileField } from '../protocol/file-content.ts';
import { type FileId, idBytes, MessageId, PeerId } from '../protocol/ids.ts';
import { BLOB_TTL_SECONDS } from '../protocol/limits.ts';
import type { ProfileStore, StateValue } from '../storage/profile-store.ts';
import type { Destination, SharedFile } from './api.ts';

const PREFIX = 'file/';
/** All are read at every start. The oldest of those that are over go first. */
const MAX_ENTRIES = 2_000;

/** As the disk has it; what moves just now is `wanted` or `unsent` there. */
const STATES = ['offered', 'wanted', 'unsent', 'kept', 'done', 'failed', 'cancelled'] as const;
export type EntryState = (typeof STATES)[number];

const OVER: ReadonlySet<EntryState> = new Set(['offered', 'done', 'failed', 'cancelled']);

/** What tells one content on a disk from another that came later under its path. */
export interface Stamp {
  /** Since 1970, in digits: more than a number holds. */
  readonly mtimeNs: string;
  readonly inode: string;
}

export interface FileEntry {
  /** Its thumbnail stays with the message. */
  readonly file: SharedFile;
  readonly id: MessageId | null;
  readonly conversation: Destination;
  readonly direction: 'out' | 'in';
  /** Who sent it. */
  readonly from: PeerId;
  readonly state: EntryState;
  readonly reason: string | null;
  /** Where it is read from, or has landed. */
  readonly path: string | null;
  /** Of ours. */
  readonly stamp: Stamp | null;
  /** The folder in which theirs is to land; null: the one that is set. */
  readonly folder: string | null;
  /** Ours, to be deleted when it is over. */
  readonly temporary: boolean;
  /** What the content is where its name says something else. */
  readonly warning: string | null;
  /** Wall clock, ms. */
  readonly atMs: number;
}

/** Whether no relay has it any more, however long it was to keep it. */
export function isPastKeeping({ atMs }: FileEntry): boolean {
  return Date.now() - atMs > BLOB_TTL_SECONDS * 1_000;
}

const schema = mapOf({
  file: fileField,
  id: v.nullable(v.pipe(byteString(MessageId.sizeBytes), v.transform(MessageId.fromBytes))),
  to: v.string(),
  out: v.boolean(),
  from: v.pipe(byteString(PeerId.sizeBytes), v.transform(PeerId.fromBytes)),
  state: v.picklist(STATES),
  reason: v.nullable(v.string()),
  path: v.nullable(v.string()),
  stamp: v.nullable(v.strictTuple([v.string(), v.string()])),
  folder: v.nullable(v.string()),
  temporary: v.boolean(),
  warning: v.nullable(v.string()),
  atMs: sequenceNumber,
});

/** In memory as well, oldest first. */
export class FileLedger {
  readonly #store: ProfileStore;
  readonly #entries = new Map<FileId, FileEntry>();
  readonly #byMessage = new Map<MessageId, FileId>();

  /** `rows`: the store's state; rows that make no sense are left alone. */
  constructor(store: ProfileStore, rows: readonly StateValue[]) {
    this.#store = store;
    const entries = rows
      .filter(({ place }) => place.startsWith(PREFIX))
      .map(({ value }) => entryOf(value));
    const read = entries.filter((entry) => entry !== null).sort((a, b) => a.atMs - b.atMs);
    for (const entry of read) this.#hold(entry);
  }

  all(): readonly FileEntry[] {
    return [...this.#entries.values()];
  }

  get(file: FileId): FileEntry | null {
    return this.#entries.get(file) ?? null;
  }

  ofMessage(id: MessageId): FileEntry | null {
    const file = this.#byMessage.get(id);
    return file === undefined ? null : this.get(file);
  }

  /** Durable on return. Throws StorageError. */
  put(entry: FileEntry): FileEntry {
    const { thumbnail: _shown, ...file } = entry.file;
    const kept = { ...entry, file };
    const leaving = this.#entries.has(file.id) ? [] : this.#crowdedOut();
    this.#store.commit({
      state: [
        ...leaving.map((id) => ({ place: PREFIX + id, value: null })),
        { place: PREFIX + file.id, value: encodeEntry(kept) },
      ],
      history: [],
    });
    for (const id of leaving) this.#drop(id);
    this.#hold(kept);
    return kept;
  }

  /** Throws StorageError. */
  delete(file: FileId): void {
    if (!this.#entries.has(file)) return;
    this.#store.commit({ state: [{ place: PREFIX + file, value: null }], history: [] });
    this.#drop(file);
  }

  #hold(entry: FileEntry): void {
    this.#entries.set(entry.file.id, entry);
    if (entry.id !== null) this.#byMessage.set(entry.id, entry.file.id);
  }

  #drop(file: FileId): void {
    const id = this.#entries.get(file)?.id ?? null;
    this.#entries.delete(file);
    if (id !== null) this.#byMessage.delete(id);
  }

  #crowdedOut(): FileId[] {
    const excess = this.#entries.size + 1 - MAX_ENTRIES;
    if (excess <= 0) return [];
    const entries = this.all();
    const over = entries.filter(({ state }) => OVER.has(state));
    return [...over, ...entries].slice(0, excess).map(({ file }) => file.id);
  }
}

function encodeEntry(entry: FileEntry): Uint8Array {
  const { conversation, direction, from, id, stamp, file, ...rest } = entry;
  return encodeCbor({
    ...rest,
    file: fileContent(file),
    id: id === null ? null : idBytes(id),
    to: 'peer' in conversation ? conversation.peer : conversation.room,
    out: direction === 'out',
    from: idBytes(from),
    stamp: stamp === null ? null : [stamp.mtimeNs, stamp.inode],
  });
}

function entryOf(value: Uint8Array): FileEntry | null {
  try {
    const { to, out, stamp, file, ...rest } = decodeCbor(schema, value);
    const peer = PeerId.parse(to);
    return {
      ...rest,
      file: sharedFile(file, rest.from),
      conversation: peer === null ? { room: to } : { peer },
      direction: out ? 'out' : 'in',
      stamp: stamp === null ? null : { mtimeNs: stamp[0], inode: stamp[1] },
    };
  } catch (error) {
    if (error instanceof LanchatError) return null;
    throw error;
  }
}
