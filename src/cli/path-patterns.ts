// Paths with `*`, `?` and `**` where no shell has read them: quoted, and on Windows. Opens no file.
import { lstat, readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, parse } from 'node:path';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';

const MAX_MATCHES = 1_000;
/** Of folders below `**`. */
const MAX_DEPTH = 64;
const SEPARATORS = process.platform === 'win32' ? /[\\/]+/ : /\/+/;

/**
 * The paths that are meant: what is there under just this name, else what fits, in the order of the alphabet. As in a shell `*` and
 * `?` find no name that begins with a dot, and `**` goes through folders, but not where links lead. Throws UsageError `not-found`,
 * `bad-arguments` where too many fit.
 */
export async function expandPath(typed: string): Promise<readonly string[]> {
  if (!/[*?]/.test(typed) || (await isThere(typed))) return [typed];
  const root = isAbsolute(typed) ? parse(typed).root : '';
  const segments = typed
    .slice(root.length)
    .split(SEPARATORS)
    .filter((each) => each !== '');
  const found = new Set<string>();
  for await (const path of matches(root, segments, MAX_DEPTH)) {
    found.add(path);
    if (found.size <= MAX_MATCHES) continue;
    throw new UsageError(
      'bad-arguments',
      phrase`${typed} fits more than ${MAX_MATCHES} files; send their folder instead`,
    );
  }
  if (found.size === 0) throw notFound(typed);
  return [...found].sort();
}

export function notFound(path: string): UsageError {
  return new UsageError('not-found', phrase`there is no ${path}; check how it is written`);
}

async function* matches(
  base: string,
  [segment, ...rest]: readonly string[],
  depth: number,
): AsyncGenerator<string> {
  if (segment === undefined) {
    yield base;
    return;
  }
  if (segment === '**') {
    yield* anywhere(base, rest, depth);
    return;
  }
  if (!/[*?]/.test(segment)) {
    const path = join(base, segment);
    if (await isThere(path)) yield* matches(path, rest, depth);
    return;
  }
  const fits = wildcard(segment);
  for (const { name } of await entriesOf(base)) {
    if (isHidden(name) && !isHidden(segment)) continue;
    if (!fits.test(name)) continue;
    const path = join(base, name);
    if (rest.length === 0 || (await isFolder(path))) yield* matches(path, rest, depth);
  }
}

/** What fits here and in every folder below; the end of a path being `**`, every file. */
async function* anywhere(
  base: string,
  rest: readonly string[],
  depth: number,
): AsyncGenerator<string> {
  if (rest.length > 0) yield* matches(base, rest, depth);
  if (depth === 0) return;
  for (const entry of await entriesOf(base)) {
    if (isHidden(entry.name)) continue;
    const path = join(base, entry.name);
    if (entry.isDirectory()) yield* anywhere(path, rest, depth - 1);
    else if (rest.length === 0 && entry.isFile()) yield path;
  }
}

function wildcard(segment: string): RegExp {
  const parts = segment.replace(/\*+/g, '*').replace(/[\\^$.|+()[\]{}]/g, '\\$&');
  const pattern = parts.replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${pattern}$`, process.platform === 'win32' ? 'isu' : 'su');
}

function isHidden(name: string): boolean {
  return name.startsWith('.');
}

/** A folder that can't be read has nothing that fits. */
async function entriesOf(folder: string) {
  return readdir(folder === '' ? '.' : folder, { withFileTypes: true }).catch(() => []);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
