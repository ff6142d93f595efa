// Runs an installed package's command as a child, without a shell, so that it works on Windows too.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs command `name` of package `from` in the project's folder.
 * @param {{ from: string, name?: string, args: string[] }} tool
 * @returns {boolean} whether it ended with exit status 0
 */
export function runTool({ from, name = from, args }) {
  const folder = join(root, 'node_modules', from);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const script = join(folder, typeof bin === 'string' ? bin : bin[name]);
  return runNode([script, ...args]);
}

/**
 * Runs this Node with these arguments.
 * @param {string[]} args
 * @returns {boolean} whether it ended with exit status 0
 */
export function runNode(args) {
  const { status, error } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  return status === 0;
}
