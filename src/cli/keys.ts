// `lanchat keys`: every key of the screen as a file that one can change and keep.
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { createPrivateFile, makePrivateFolder } from '../storage/private-file.ts';
import { profileFolder } from '../storage/profile-folder.ts';
import { KEY_ACTIONS } from '../ui/key-bindings.ts';
import { type KeyFile, keyFileText } from '../ui/key-file.ts';
import { safeText, safeTemplate as t } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { CommandError } from './errors.ts';
import { keyFilePath, readKeys } from './key-file.ts';

/**
 * Prints the keys as they are now, and what is wrong in the file; `write`: makes the file instead, unless it is there.
 * Throws StorageError, UsageError, CommandError (`file-exists`).
 */
export async function keys(context: CommandContext, { write }: { write: boolean }): Promise<void> {
  const { home, ephemeral } = context.options;
  const folder = ephemeral ? null : profileFolder(home ?? undefined);
  const file = await readKeys(folder);
  if (write) await writeKeys(context, folder, file);
  else show(context, file);
}

function show({ output }: CommandContext, { keysOf, problems, path }: KeyFile): void {
  output.human(keyFileText(keysOf, path ?? t`no file: nothing is read from the disk`));
  if (output.options.json) {
    for (const { name, place, keys } of KEY_ACTIONS) {
      output.json({ type: 'key', action: name, place, keys: keysOf.get(name), default: keys });
    }
  }
  for (const { line, text } of problems) {
    output.note(t`line ${line}: ${text}`);
    if (output.options.json) output.json({ type: 'key-problem', line, message: text });
  }
}

async function writeKeys(
  { output }: CommandContext,
  folder: string | null,
  { keysOf }: KeyFile,
): Promise<void> {
  if (folder === null) {
    throw new UsageError(
      'ephemeral',
      phrase`nothing is written to the disk; leave out --ephemeral`,
    );
  }
  const path = keyFilePath(folder);
  const shown = safeText(path, { maxLength: 300 });
  await makePrivateFolder(folder);
  const text = Buffer.from(`${keyFileText(keysOf, shown)}\n`);
  if (!(await createPrivateFile(path, text))) {
    throw new CommandError(
      'file-exists',
      phrase`${path} is there already; change it, or move it away`,
    );
  }
  output.data({ type: 'key-file', file: path }, t`${shown}`);
}
