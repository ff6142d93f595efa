// What can be wrong with a file or folder of this machine that somebody wants to send.
import { phrase } from '../language/translate.ts';
import { errnoOf, LanchatError, UsageError } from '../protocol/errors.ts';
import { FileError } from './file-error.ts';

/** What was offered is no longer there. */
export function changed(path: string): FileError {
  return new FileError(
    'file-changed',
    phrase`${path} has changed since it was offered; send it again`,
  );
}

/** What Node threw while `path` was read, for the person who named it; what is ours, or a bug, as it is. */
export function readFault(cause: unknown, path: string): unknown {
  if (cause instanceof LanchatError) return cause;
  const errno = errnoOf(cause);
  if (errno === null) return cause;
  if (errno === 'ENOENT' || errno === 'ENOTDIR') {
    return new UsageError('not-found', phrase`${path} is not there`, { cause });
  }
  if (errno === 'ELOOP' || errno === 'ENXIO' || errno === 'EISDIR') return notPlain(path, cause);
  return new UsageError('unreadable', phrase`${path} can't be read (${errno})`, { cause });
}

export function notPlain(path: string, cause?: unknown): UsageError {
  const message = phrase`${path} is not a plain file; it can't be sent`;
  return new UsageError('not-a-file', message, { cause });
}
