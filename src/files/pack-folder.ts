// A folder as one tar: the same folder makes the same bytes. Links and devices stay out, and are named.
import { type BigIntStats, constants } from 'node:fs';
import { lstat, open, readdir, stat, statfs, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { phrase } from '../language/translate.ts';
import { utf8FromText } from '../protocol/bytes.ts';
import { UsageError } from '../protocol/errors.ts';
import { writeFault } from './file-error.ts';
import { nameKey, safeFileName } from './file-name.ts';
import { readPieces, writeAll } from './pieces.ts';
import { checkRoom } from './room-on-disk.ts';
import { changed, readFault } from './source-fault.ts';
import {
  END_BYTES,
  entryHeader,
  MAX_DEPTH,
  MAX_ENTRIES,
  MAX_PATH_BYTES,
  paddingOf,
} from './tar-format.ts';

/** Never follows what has become a link, never waits for what has become a pipe. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CREATE_FLAGS =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const ARCHIVE_MODE = 0o600;

/**
 * `link`: a symbolic link. `special`: a device, a pipe, a socket. `name`: other systems would take it for one beside it, or it is
 * no text.
 */
export type SkipReason = 'link' | 'special' | 'name';

export interface Skipped {
  /** On this machine's disk. */
  readonly path: string;
  readonly reason: SkipReason;
}

export interface PackedFolder {
  /** The folder's own, safe: the first part of every path in the archive. */
  readonly name: string;
  /** How many files are in it, folders not counted. */
  readonly files: number;
  /** Of the archive. */
  readonly sizeBytes: number;
  readonly skipped: readonly Skipped[];
  /**
   * The archive, piece by piece; each is overwritten by the next but one. Throws FileError `file-changed`, UsageError `unreadable`, the
   * signal's reason.
   */
  read(signal?: AbortSignal): AsyncGenerator<Uint8Array>;
}

interface Entry {
  readonly path: string;
  /** Inside the archive: safe names. */
  readonly parts: readonly string[];
  readonly facts: BigIntStats;
}

/**
 * Looks through the folder at `path`, a link to one, too; nothing of the files is read yet. Throws UsageError `not-found`, `not-a-folder`,
 * `unreadable`, `folder-too-large`.
 */
export async function packFolder(path: string): Promise<PackedFolder> {
  const root = resolve(path);
  try {
    const facts = await stat(root, { bigint: true });
    if (!facts.isDirectory()) {
      throw new UsageError('not-a-folder', phrase`${path} is a file, not a folder`);
    }
    const name = safeFileName(basename(root));
    const { entries, skipped } = await walk({ path: root, parts: [name], facts });
    return {
      ...{ name, skipped },
      files: entries.filter(({ facts: each }) => each.isFile()).length,
      sizeBytes: entries.reduce((sum, each) => sum + packedSize(each), END_BYTES),
      read: (signal) => archive(entries, signal),
    };
  } catch (cause) {
    throw readFault(cause, path);
  }
}

/** Writes the archive to a new file at `path`, for its owner only. Throws as `read`, and StorageError; nothing is left then. */
export async function writeArchive(
  folder: PackedFolder,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  const around = dirname(path);
  try {
    await checkRoom(around, folder.sizeBytes, statfs);
    const handle = await open(path, CREATE_FLAGS, ARCHIVE_MODE);
    try {
      let position = 0;
      for await (const piece of folder.read(signal)) {
        await writeAll(handle, piece, position);
        position += piece.length;
      }
      await handle.close();
    } catch (cause) {
      await handle.close().catch(() => {});
      await unlink(path).catch(() => {});
      throw cause;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw writeFault(cause, around);
  }
}

/** Depth first, names in the order of their code units, which no locale changes. */
async function walk(root: Entry): Promise<{ entries: Entry[]; skipped: Skipped[] }> {
  const entries: Entry[] = [];
  const skipped: Skipped[] = [];
  const waiting = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    entries.push(next);
    checkLimits(root.path, next, entries.length + waiting.length);
    if (!next.facts.isDirectory()) continue;
    const inside = await look(next, skipped);
    for (const each of inside.reverse()) waiting.push(each);
  }
  return { entries, skipped };
}

async function look({ path, parts }: Entry, skipped: Skipped[]): Promise<Entry[]> {
  const names = (await readdir(path)).sort((a, b) => (a < b ? -1 : 1));
  const taken = new Set<string>();
  const inside: Entry[] = [];
  for (const name of names) {
    const entry = await lookAt(join(path, name), parts, name);
    const key = nameKey(safeFileName(name));
    const reason = entry === null || taken.has(key) ? 'name' : skipReason(entry.facts);
    if (entry === null || reason !== null) {
      skipped.push({ path: join(path, name), reason: reason ?? 'name' });
      continue;
    }
    taken.add(key);
    inside.push(entry);
  }
  return inside;
}

/** Null where the name is no text, so that nothing is found under what it was read as. */
async function lookAt(path: string, parts: readonly string[], name: string): Promise<Entry | null> {
  try {
    const facts = await lstat(path, { bigint: true });
    return { path, parts: [...parts, safeFileName(name)], facts };
  } catch (error) {
    if (name.includes('\ufffd')) return null;
    throw error;
  }
}

function skipReason(facts: BigIntStats): SkipReason | null {
  if (facts.isSymbolicLink()) return 'link';
  return facts.isFile() || facts.isDirectory() ? null : 'special';
}

function checkLimits(root: string, { parts }: Entry, entries: number): void {
  const isFar = parts.length > MAX_DEPTH || utf8FromText(parts.join('/')).length > MAX_PATH_BYTES;
  if (entries <= MAX_ENTRIES && !isFar) return;
  const message = phrase`${root} has too many files or too deep folders to be sent; send it as an archive`;
  throw new UsageError('folder-too-large', message);
}

/** Null for a folder. */
function sizeOf({ facts }: Entry): number | null {
  return facts.isFile() ? Number(facts.size) : null;
}

function packedSize(entry: Entry): number {
  const size = sizeOf(entry);
  const content = size === null ? 0 : size + paddingOf(size);
  return entryHeader(entry.parts.join('/'), size).length + content;
}

async function* archive(
  entries: readonly Entry[],
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    const size = sizeOf(entry);
    yield entryHeader(entry.parts.join('/'), size);
    if (size === null) continue;
    yield* contentOf(entry, size, signal);
    yield new Uint8Array(paddingOf(size));
  }
  yield new Uint8Array(END_BYTES);
}

async function* contentOf(
  { path, facts }: Entry,
  size: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    const handle = await open(path, READ_FLAGS);
    try {
      let bytes = 0;
      for await (const piece of readPieces(handle, { from: 0, to: size }, signal)) {
        bytes += piece.length;
        yield piece;
      }
      const now = await handle.stat({ bigint: true });
      const isSame =
        now.size === facts.size && now.mtimeNs === facts.mtimeNs && now.ino === facts.ino;
      if (!isSame || bytes !== size) throw changed(path);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw readFault(cause, path);
  }
}
