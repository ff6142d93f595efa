// What must hold of a folder in which files have landed: each once, whole, and nothing else.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** `expected`: hashes by name. Throws an Error that says what is wrong. */
export function judgeFolder(folder: string, expected: ReadonlyMap<string, string>): void {
  const missing = new Set(expected.keys());
  for (const name of readdirSync(folder)) {
    const hash = expected.get(name);
    if (/^\.lanchat-/.test(name)) throw new Error(`${name} was left over`);
    if (hash === undefined) throw new Error(`${name} landed twice, or was never sent`);
    if (hashOf(readFileSync(join(folder, name))) !== hash) throw new Error(`${name} is damaged`);
    missing.delete(name);
  }
  for (const name of missing) throw new Error(`${name} did not land, and was called done`);
}
