// Why the disk takes nothing, as it is told to whoever asks: plain values. Decides nothing.
import type { StorageError } from '../storage/storage-error.ts';

export interface StorageProblem {
  /** A `StorageErrorCode`. */
  readonly code: string;
  /** For a person: what happened and what to do. */
  readonly message: string;
}

/** Null where there is none. */
export function storageProblem(error: StorageError | null): StorageProblem | null {
  return error === null ? null : { code: error.code, message: error.message };
}
