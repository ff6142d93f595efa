// A path as people type it where no shell reads it.
import { homedir } from 'node:os';
import { resolve } from 'node:path';

/** Absolute: `~` is the home folder, all else begins where lanchat was started. */
export function resolveTyped(typed: string): string {
  return resolve(typed.replace(/^~(?=$|[/\\])/, () => homedir()));
}
