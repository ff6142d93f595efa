// What can go wrong with the files on disk, with a sentence that says what to do. Never holds a file's contents.

import { phrase } from '../language/translate.ts';
import { errnoOf, LanchatError } from '../protocol/errors.ts';

/**
 * - `not-a-file`, `not-a-folder`: something else stands at that path (a symlink, a pipe, a device)
 * - `unreadable`, `unwritable`: the disk failed, or refused for a reason without a code of its own
 * - `corrupt`, `too-new`: the file was left exactly as it is
 * - `too-large`: our own state outgrew what its file may hold
 * - `no-space`, `read-only`, `no-permission`: the disk or its owner says no
 * - `no-sockets`: the file system can't hold the socket that marks a folder's owner
 * - `locked`: a process owns the folder, or its database, and can't be talked to
 * - `wrong-passphrase`: nothing was changed; ask again
 * - `no-database`: neither this Node nor an installed package has SQLite
 */
export type StorageErrorCode =
  | 'not-a-file'
  | 'not-a-folder'
  | 'unreadable'
  | 'unwritable'
  | 'corrupt'
  | 'too-new'
  | 'too-large'
  | 'no-space'
  | 'read-only'
  | 'no-permission'
  | 'no-sockets'
  | 'locked'
  | 'wrong-passphrase'
  | 'no-database';

/** A fault of the local disk. `message` names the path and what to do about it. */
export class StorageError extends LanchatError {
  override readonly code: StorageErrorCode;
  readonly path: string;

  constructor(code: StorageErrorCode, message: string, options: { path: string; cause?: unknown }) {
    super(code, message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.path = options.path;
  }
}

/** Turns what Node threw while it was reading or writing `path` into a StorageError; keeps one that is. */
export function storageErrorFrom(
  cause: unknown,
  path: string,
  doing: 'reading' | 'writing',
): StorageError {
  if (cause instanceof StorageError) return cause;
  const [code, message] = explainErrno(errnoOf(cause) ?? 'unknown error', path, doing);
  return new StorageError(code, message, { path, cause });
}

/** The code and the sentence for a system error's name; any other reason is quoted as it is. */
export function explainErrno(
  errno: string,
  path: string,
  doing: 'reading' | 'writing',
): [StorageErrorCode, string] {
  switch (errno) {
    case 'ENOSPC':
    case 'EDQUOT':
      return ['no-space', phrase`no space left to write ${path}; free some and try again`];
    case 'EROFS':
      return [
        'read-only',
        phrase`${path} is on a read-only disk; choose another folder with --home or --data`,
      ];
    case 'EACCES':
    case 'EPERM':
      return ['no-permission', phrase`no permission for ${path}; check who owns it`];
    case 'ENOTDIR':
    case 'EEXIST':
      return ['not-a-folder', phrase`${path} needs a folder where a file stands; move that away`];
    case 'EISDIR':
    case 'ELOOP':
    case 'ENXIO':
      return ['not-a-file', phrase`${path} is not a plain file; move it away`];
    default:
      return doing === 'reading'
        ? ['unreadable', phrase`${path} can't be read (${errno}); check the disk`]
        : ['unwritable', phrase`${path} can't be written (${errno}); check the disk`];
  }
}
