// This machine's files for whoever sends some from a typed line: looked at, listed for Tab, a temporary one made.
import { randomBytes } from 'node:crypto';
import { type Dirent, opendirSync, statSync } from 'node:fs';
import { access, constants, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storageErrorFrom } from '../storage/storage-error.ts';
import type { FolderEntry, FoundFile, LocalFiles } from '../ui/local-files.ts';
import { clipboardPicture } from './clipboard-picture.ts';
import type { ClipboardHost } from './clipboard-program.ts';
import { resolveTyped } from './typed-path.ts';

/** Names read of a folder: of more, nobody chooses from a list. */
const MAX_LISTED = 2_000;
const PRIVATE_MODE = 0o600;

export function localFiles(host: ClipboardHost): LocalFiles {
  return {
    paths: { isWindows: host.platform === 'win32', list: listFolder },
    resolve: resolveTyped,
    look,
    clipboardPicture: () => clipboardPicture(host),
    keepTemporary,
    discard: (path) => unlink(path).catch(() => {}),
  };
}

async function look(path: string): Promise<FoundFile | null> {
  try {
    const found = await stat(path);
    await access(path, constants.R_OK);
    const kind = found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
    return { kind, sizeBytes: found.size };
  } catch {
    return null;
  }
}

/** Sorted by name. */
function listFolder(typed: string): readonly FolderEntry[] {
  const folder = resolveTyped(typed);
  const entries: FolderEntry[] = [];
  try {
    const open = opendirSync(folder);
    try {
      for (let entry = open.readSync(); entry !== null; entry = open.readSync()) {
        entries.push({ name: entry.name, isFolder: isFolder(folder, entry) });
        if (entries.length >= MAX_LISTED) break;
      }
    } finally {
      open.closeSync();
    }
  } catch {
    // What can't be read has nothing to offer.
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isFolder(folder: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statSync(join(folder, entry.name), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

async function keepTemporary(png: Uint8Array): Promise<string> {
  const path = join(tmpdir(), `lanchat-${randomBytes(8).toString('hex')}.png`);
  try {
    await writeFile(path, png, { flag: 'wx', mode: PRIVATE_MODE });
    return path;
  } catch (cause) {
    throw storageErrorFrom(cause, path, 'writing');
  }
}
