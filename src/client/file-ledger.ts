// The files that were sent and received, as rows of the profile's store: what outlives the process. Carries nothing.
import * as v from 'valibot';
import { fileContent, sharedFile } from '../core/shared-file.ts';
import { byteString, decodeCbor, encodeCbor, mapOf, sequenceNumber } from '../protocol/cbor.ts';
import { LanchatError } from '../protocol/errors.ts';
import { fileField } from '../protocol/file-content.ts';
import { type FileId, idBytes, MessageId, PeerId } from '../protocol/ids.ts';
import { BLOB_TTL_SECONDS } from '../protocol/limits.ts';
import type { ProfileStore, StateValue } from '../storage/profile-store.ts';
import { StorageError } from '../storage/storage-error.ts';
import type { Destination, SharedFile } from './api.ts';

const PREFIX = 'file/';
/** There while a process has files of ours that are not with their readers: left by one that was killed. */
const OPEN_PLACE = 'files-open';
/** All are read at every start. What is over goes first, the oldest of whoever sent most of it; what is on its way or wanted never goes. */
const MAX_ENTRIES = 2_000;

/** As the disk has it; what moves just now is `wanted` or `unsent` there. */
const STATES = ['offered', 'wanted', 'unsent', 'kept', 'done', 'failed', 'cancelled'] as const;
export type EntryState = (typeof STATES)[number];

const OVER: ReadonlySet<EntryState> = new Set(['offered', 'done', 'failed', 'cancelled']);
/** A disk that takes nothing is tried again after this long. */
const RETRY_MS = 1_000;

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
  /** The folder in which something of theirs lies that isn't whole, or may lie. */
  readonly part?: string;
  /** Ours, to be deleted when it is over. */
  readonly temporary: boolean;
  /** What the content is where its name says something else. */
  readonly warning: string | null;
  /** Wall clock, ms. */
  readonly atMs: number;
}

/** Ours, and not with its one reader yet. */
export function isGiven({ direction, conversation, state }: FileEntry): boolean {
  return direction === 'out' && 'peer' in conversation && (state === 'unsent' || state === 'kept');
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
  part: v.exactOptional(v.string()),
  temporary: v.boolean(),
  warning: v.nullable(v.string()),
  atMs: sequenceNumber,
});

/** In memory as well, oldest first. */
export class FileLedger {
  readonly #store: ProfileStore;
  readonly #entries = new Map<FileId, FileEntry>();
  readonly #byMessage = new Map<MessageId, FileId>();
  /** Whether the last process ended without closing it: what it had heard and not written down is not known. */
  readonly wasKilled: boolean;
  #isMarked: boolean;
  readonly #onCrowdedOut: (entry: FileEntry) => void;
  /** What the disk doesn't have yet. */
  readonly #owed = new Map<string, Uint8Array | null>();
  #retry: NodeJS.Timeout | null = null;
  #isGathering = false;
  #isClosed = false;

  /** `rows`: the store's state; rows that make no sense are left alone. `onCrowdedOut`: it had to make room. */
  constructor(
    store: ProfileStore,
    rows: readonly StateValue[],
    onCrowdedOut: (entry: FileEntry) => void = () => undefined,
  ) {
    this.#store = store;
    this.#onCrowdedOut = onCrowdedOut;
    const entries = rows
      .filter(({ place }) => place.startsWith(PREFIX))
      .map(({ value }) => entryOf(value));
    const read = entries.filter((entry) => entry !== null).sort((a, b) => a.atMs - b.atMs);
    this.wasKilled = this.#isMarked = rows.some(({ place }) => place === OPEN_PLACE);
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

  /** Durable on return. Throws StorageError, and nothing has changed. */
  put(entry: FileEntry): FileEntry {
    const before = this.get(entry.file.id);
    const kept = this.note(entry);
    try {
      this.flush();
    } catch (error) {
      if (before === null) this.delete(kept.file.id);
      else this.note(before);
      throw error;
    }
    return kept;
  }

  /** Holds from now on; it is on disk with all else that this turn brings, or as soon as the disk takes anything. */
  note(entry: FileEntry): FileEntry {
    const { thumbnail: _shown, ...file } = entry.file;
    const kept = { ...entry, file };
    const leaving = this.#entries.has(file.id) ? null : this.#crowdedOut();
    if (leaving !== null) {
      this.delete(leaving.file.id);
      this.#onCrowdedOut(leaving);
    }
    this.#hold(kept);
    this.#owe(PREFIX + file.id, encodeEntry(kept));
    return kept;
  }

  /** As `note`. */
  delete(file: FileId): void {
    if (!this.#entries.has(file)) return;
    const id = this.#entries.get(file)?.id ?? null;
    this.#entries.delete(file);
    if (id !== null) this.#byMessage.delete(id);
    this.#owe(PREFIX + file, null);
  }

  /** Everything is on disk on return. Throws StorageError: it is tried again. */
  flush(): void {
    if (this.#owed.size === 0) return;
    const state = [...this.#owed].map(([place, value]) => ({ place, value }));
    try {
      this.#store.commit({ state, history: [] });
    } catch (error) {
      this.#retry ??= setTimeout(() => this.#tryAgain(), RETRY_MS);
      throw error;
    }
    this.#owed.clear();
  }

  /** What the disk refuses even now was not lastingly so. */
  close(): void {
    if (this.#isMarked) this.#owe(OPEN_PLACE, null);
    this.#isClosed = true;
    this.#tryAgain();
    if (this.#retry !== null) clearTimeout(this.#retry);
  }

  #owe(place: string, value: Uint8Array | null): void {
    this.#owed.set(place, value);
    if (this.#isGathering || this.#isClosed) return;
    this.#isGathering = true;
    setImmediate(() => {
      this.#isGathering = false;
      if (!this.#isClosed) this.#tryAgain();
    });
  }

  #tryAgain(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    try {
      this.flush();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
    }
  }

  #hold(entry: FileEntry): void {
    const before = this.#entries.get(entry.file.id)?.id ?? null;
    if (before !== null && before !== entry.id) this.#byMessage.delete(before);
    if (isGiven(entry) && !this.#isMarked) {
      this.#isMarked = true;
      this.#owe(OPEN_PLACE, new Uint8Array([1]));
    }
    this.#entries.set(entry.file.id, entry);
    if (entry.id !== null) this.#byMessage.set(entry.id, entry.file.id);
  }

  #crowdedOut(): FileEntry | null {
    if (this.#entries.size < MAX_ENTRIES) return null;
    const over = this.all().filter(({ state }) => OVER.has(state));
    const counts = new Map<PeerId, number>();
    for (const { from } of over) counts.set(from, (counts.get(from) ?? 0) + 1);
    const most = Math.max(...counts.values());
    return over.find(({ from }) => counts.get(from) === most) ?? null;
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
