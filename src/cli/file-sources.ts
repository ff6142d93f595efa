// What `lanchat file send` is given: files, folders, stdin; checked before anybody is connected to.
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { phrase } from '../language/translate.ts';
import { errnoOf, UsageError } from '../protocol/errors.ts';
import { MAX_FILE_NAME_BYTES } from '../protocol/limits.ts';
import { StorageError, storageErrorFrom } from '../storage/storage-error.ts';
import { expandPath, notFound } from './path-patterns.ts';

export interface FileSource {
  readonly kind: 'file' | 'folder' | 'stdin';
  /** Absolute; of stdin empty. */
  readonly path: string;
  /** What it is called there. */
  readonly name: string;
}

/** `-` is stdin. Throws UsageError `not-found`, `bad-name`, `bad-arguments`; StorageError. */
export async function readSources(
  paths: readonly string[],
  name: string | null,
): Promise<readonly FileSource[]> {
  if (name !== null) checkName(name);
  if (paths.includes('-')) return [stdinSource(paths, name)];
  const sources: FileSource[] = [];
  for (const typed of paths) {
    for (const path of await expandPath(typed)) sources.push(await sourceOf(path, name));
  }
  if (name !== null && sources.length > 1) {
    throw new UsageError('bad-arguments', phrase`--name names one file, and these are several`);
  }
  return sources;
}

function stdinSource(paths: readonly string[], name: string | null): FileSource {
  if (paths.length > 1) {
    throw new UsageError('bad-arguments', phrase`"-" (stdin) is sent alone; leave the others out`);
  }
  if (name === null) {
    throw new UsageError('bad-arguments', phrase`"-" (stdin) needs --name NAME: what to call it`);
  }
  return { kind: 'stdin', path: '', name };
}

async function sourceOf(typed: string, name: string | null): Promise<FileSource> {
  const path = resolve(typed);
  const found = await stat(path).catch((cause: unknown) => {
    if (errnoOf(cause) === 'ENOENT') throw notFound(typed);
    throw storageErrorFrom(cause, path, 'reading');
  });
  const called = basename(path) || 'files';
  if (found.isDirectory()) return { kind: 'folder', path, name: name ?? `${called}.tar` };
  if (found.isFile()) return { kind: 'file', path, name: name ?? called };
  const message = phrase`${path} is neither a file nor a folder; name another`;
  throw new StorageError('not-a-file', message, { path });
}

function checkName(name: string): void {
  const isOne = name !== '' && !/[\\/\0\p{Cs}]/u.test(name);
  if (isOne && Buffer.byteLength(name) <= MAX_FILE_NAME_BYTES) return;
  throw new UsageError(
    'bad-name',
    phrase`--name takes a name without a folder, at most ${MAX_FILE_NAME_BYTES} bytes`,
  );
}
