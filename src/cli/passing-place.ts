// Where what is not to outlive this run lies, if it has to lie anywhere: in memory, where the system has such a folder.
import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** This user's own, or else the folder for temporary files. */
export function passingPlace({ XDG_RUNTIME_DIR: runtime }: Environment): string {
  if (runtime === undefined || !isAbsolute(runtime)) return tmpdir();
  const found = statSync(runtime, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === process.getuid?.() ? runtime : tmpdir();
}
