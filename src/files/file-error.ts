// What can be wrong with a file that is sent or received, where the disk itself is well.
import { phrase } from '../language/translate.ts';
import { LanchatError } from '../protocol/errors.ts';
import { StorageError, storageErrorFrom } from '../storage/storage-error.ts';

/**
 * - `hash-differs`: what came is not what its sender named; nothing of it was kept
 * - `file-changed`: a file of ours is not what it was when it was offered
 * - `bad-archive`: an archive could harm, is damaged, or none of a folder; nothing of it was unpacked
 */
export type FileErrorCode = 'hash-differs' | 'file-changed' | 'bad-archive';

export class FileError extends LanchatError {
  override readonly code: FileErrorCode;

  constructor(code: FileErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.code = code;
  }
}

/**
 * What Node threw while something was written at `path`, a file or folder of the person's choice: a StorageError. Keeps an error
 * of ours.
 */
export function writeFault(cause: unknown, path: string): LanchatError {
  if (cause instanceof LanchatError) return cause;
  const fault = storageErrorFrom(cause, path, 'writing');
  if (fault.code !== 'read-only') return fault;
  const message = phrase`${path} would be on a read-only disk; choose another place`;
  return new StorageError('read-only', message, { path, cause });
}
