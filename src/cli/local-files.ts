// This machine's files for whoever sends some from a typed line: looked at, and listed for Tab. The screen's first frame
// waits for it, so what only some need is loaded when it is asked for.
import { type Dirent, opendirSync, statSync } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  FolderEntry,
  FoundFile,
  LocalFiles,
  ScreenFiles,
  TemporaryPlace,
} from '../ui/local-files.ts';
import type { ClipboardHost } from './clipboard-program.ts';
import { resolveTyped } from './typed-path.ts';

/** Names read of a folder: of more, nobody chooses from a list. */
const MAX_LISTED = 2_000;

export function localFiles(host: ClipboardHost): LocalFiles {
  return {
    paths: { isWindows: host.platform === 'win32', list: listFolder },
    resolve: resolveTyped,
    look,
    clipboardPicture: async () => (await import('./clipboard-picture.ts')).clipboardPicture(host),
  };
}

export function screenFiles(host: ClipboardHost, temporary: TemporaryPlace): ScreenFiles {
  const { temporaryFolder, keepTemporary, handOver, discard } = temporary;
  return { ...localFiles(host), temporaryFolder, keepTemporary, handOver, discard };
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
