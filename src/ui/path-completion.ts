// What Tab offers for a path behind a command. Asks for the names in one folder.
import type { Candidate, Completion } from './completion.ts';
import { foldForMatch } from './fold.ts';
import type { FolderEntry, Paths } from './local-files.ts';
import { readPath, writePath } from './path-words.ts';
import { safeText, safeTemplate as t } from './safe-text.ts';

const MAX_CANDIDATES = 50;

/** `before`: the line up to the cursor. Null: no path is typed there, or nothing begins so. */
export function completePath(
  before: string,
  paths: Paths,
  only: 'folders' | 'all',
): Completion | null {
  const [, command = '', typed = ''] = /^(\/\S+\s+)([\s\S]*)$/.exec(before) ?? [];
  const { path, isOpen } = readPath(typed, paths.isWindows);
  if (command === '' || !isOpen) return null;
  const cut = lastSeparator(path, paths.isWindows) + 1;
  const [folder, begun] = [path.slice(0, cut), path.slice(cut)];
  const candidates = paths
    .list(folder)
    .filter((entry) => isOffered(entry, begun) && (only === 'all' || entry.isFolder))
    .slice(0, MAX_CANDIDATES)
    .map((entry) => candidateOf(entry, folder, paths));
  if (candidates.length === 0) return null;
  return { start: command.length, end: before.length, candidates, selected: 0 };
}

function lastSeparator(path: string, isWindows: boolean): number {
  return Math.max(path.lastIndexOf('/'), isWindows ? path.lastIndexOf('\\') : -1);
}

/** A name that can't be shown or typed as it is isn't offered; one with a dot only where a dot is typed. */
function isOffered({ name }: FolderEntry, begun: string): boolean {
  if (safeText(name) !== name || (name.startsWith('.') && !begun.startsWith('.'))) return false;
  return foldForMatch(name).startsWith(foldForMatch(begun));
}

function candidateOf({ name, isFolder }: FolderEntry, folder: string, paths: Paths): Candidate {
  const separator = paths.isWindows && !folder.includes('/') ? '\\' : '/';
  const whole = writePath(`${folder}${name}${isFolder ? separator : ''}`, paths.isWindows);
  // The quote stays open while the path goes on.
  const text = isFolder ? whole.replace(/"$/u, '') : `${whole} `;
  return { text, label: safeText(name), about: isFolder ? t`folder` : t`` };
}
