// What is in a tar that a stranger made, looked through to its end before anything of it is believed. Writes nothing.
import type { FileHandle } from 'node:fs/promises';
import { Header } from 'tar/header';
import { Pax } from 'tar/pax';
import { phrase } from '../language/translate.ts';
import { textFromUtf8, utf8FromText } from '../protocol/bytes.ts';
import { FileError } from './file-error.ts';
import { nameKey, safeFileName } from './file-name.ts';
import {
  BLOCK_BYTES,
  hasOnlyZeros,
  MAX_DEPTH,
  MAX_END_BYTES,
  MAX_ENTRIES,
  MAX_PATH_BYTES,
  MAX_PAX_BYTES,
  paddingOf,
} from './tar-format.ts';

export interface ArchiveEntry {
  /** Safe names, the first that of the folder itself; no two entries' are the same to any file system. */
  readonly parts: readonly string[];
  readonly isFolder: boolean;
  /** Of a file's content in the archive. */
  readonly start: number;
  readonly size: number;
}

/** One entry as the archive has it. */
interface RawEntry {
  readonly path: string;
  readonly isFolder: boolean;
  readonly start: number;
  readonly size: number;
}

/**
 * The entries of the archive in `handle`, `sizeBytes` long: one folder, and all that is in it, each folder before what it
 * holds. Throws FileError `bad-archive` where anything else is there.
 */
export async function readArchive(handle: FileHandle, sizeBytes: number): Promise<ArchiveEntry[]> {
  const paths = new CheckedPaths();
  const entries: ArchiveEntry[] = [];
  for await (const { path, ...rest } of rawEntries(handle, sizeBytes)) {
    if (entries.length === MAX_ENTRIES) throw harmful('too many entries');
    entries.push({ ...rest, parts: paths.take(path, rest.isFolder) });
  }
  if (entries.length === 0) throw damaged('empty');
  return entries;
}

/** Paths that stay in their folder, whatever system it is on, and never meet. */
class CheckedPaths {
  readonly #keys = new Set<string>();
  readonly #folders = new Set<string>();

  take(path: string, isFolder: boolean): readonly string[] {
    const bare = isFolder && path.endsWith('/') ? path.slice(0, -1) : path;
    if (utf8FromText(bare).length > MAX_PATH_BYTES) throw harmful('a path too long');
    if (bare.includes('\\') || /^[a-z]:/i.test(bare)) throw harmful('a path of another system');
    const named = bare.split('/');
    if (named.length > MAX_DEPTH) throw harmful('folders too deep');
    if (named.some((part) => part === '' || part === '.' || part === '..')) {
      throw harmful('a path that leads elsewhere');
    }
    const parts = named.map(safeFileName);
    const parent = parts.slice(0, -1).join('/');
    const isInside = parts.length > 1 ? this.#folders.has(parent) : this.#keys.size === 0;
    if (!isInside || (parts.length === 1 && !isFolder)) throw harmful('a path out of the folder');
    const key = parts.map(nameKey).join('/');
    if (this.#keys.has(key)) throw harmful('two names that are one to some system');
    this.#keys.add(key);
    if (isFolder) this.#folders.add(parts.join('/'));
    return parts;
  }
}

async function* rawEntries(handle: FileHandle, sizeBytes: number): AsyncGenerator<RawEntry> {
  let position = 0;
  let pax: Pax | undefined;
  for (;;) {
    const block = await readExactly(handle, position, BLOCK_BYTES);
    if (hasOnlyZeros(block)) break;
    const { path, type, size } = readHeader(block, pax);
    position += BLOCK_BYTES;
    if (position + size + paddingOf(size) > sizeBytes) throw damaged('cut off');
    if (type === 'ExtendedHeader') {
      if (pax !== undefined || size > MAX_PAX_BYTES) throw harmful('extensions without end');
      pax = readPax(await readExactly(handle, position, size));
    } else {
      yield { path, isFolder: type === 'Directory', start: position, size };
      pax = undefined;
    }
    position += size + paddingOf(size);
  }
  if (pax !== undefined) throw damaged('extensions of nothing');
  await checkEnd(handle, position, sizeBytes);
}

type EntryType = 'File' | 'Directory' | 'ExtendedHeader';

function readHeader(
  block: Buffer,
  pax: Pax | undefined,
): { path: string; type: EntryType; size: number } {
  let header: Header;
  try {
    header = new Header(block, 0, pax);
  } catch (cause) {
    throw damaged('a header of nothing', cause);
  }
  const { size, cksumValid, type } = header;
  // The library puts the header's own prefix before an extension's path, which is whole.
  const path = pax?.path ?? header.path ?? '';
  if (!cksumValid) throw damaged('a header with another sum');
  if (size === undefined || !Number.isSafeInteger(size)) throw damaged('a size that is none');
  switch (type) {
    case 'ExtendedHeader':
    case 'Directory':
    case 'File':
      return { path, type, size };
    case 'OldFile':
      return { path, type: 'File', size };
    default:
      // Links lead out of the folder, devices are the machine's, and sparse files are larger than what came.
      throw harmful(`an entry of type ${type}`);
  }
}

function readPax(bytes: Uint8Array): Pax {
  let text: string;
  try {
    text = textFromUtf8(bytes);
  } catch (cause) {
    throw damaged('extensions that are no text', cause);
  }
  if (text.includes('GNU.sparse')) throw harmful('a sparse file');
  return Pax.parse(text);
}

/** Nothing is behind the end. */
async function checkEnd(handle: FileHandle, position: number, sizeBytes: number): Promise<void> {
  const rest = sizeBytes - position;
  if (rest > MAX_END_BYTES) throw damaged('something behind the end');
  if (!hasOnlyZeros(await readExactly(handle, position, rest))) {
    throw damaged('something behind the end');
  }
}

async function readExactly(handle: FileHandle, position: number, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size);
  let done = 0;
  while (done < size) {
    const { bytesRead } = await handle.read(bytes, done, size - done, position + done);
    if (bytesRead === 0) throw damaged('cut off');
    done += bytesRead;
  }
  return bytes;
}

/** `what` is for who looks for the cause: no part of it is the sender's. */
function harmful(what: string): FileError {
  const message = phrase`it could do harm here, so nothing of it was unpacked`;
  return new FileError('bad-archive', message, { cause: new Error(what) });
}

function damaged(what: string, cause?: unknown): FileError {
  const message = phrase`it is damaged, or not the archive of a folder, so nothing of it was unpacked`;
  return new FileError('bad-archive', message, { cause: new Error(what, { cause }) });
}
