// Taking on the person's keys, at the start and when they ask for it: what is wrong in their file is said, and never more.
import { bindKeys } from './bound-keys.ts';
import { safeTemplate as t } from './safe-text.ts';
import type { ScreenActions } from './talk.ts';
import { faultWords } from './words.ts';

/** Of a file full of faults the first are enough. */
const MAX_TOLD = 6;

/** Reads the file of keys and goes by it; where it can't be read, by what was. Says whether it could. */
export async function takeKeys({
  store,
  readKeys,
}: Pick<ScreenActions, 'store' | 'readKeys'>): Promise<boolean> {
  try {
    const { keysOf, problems, path } = await readKeys();
    store.setKeys(bindKeys(keysOf, path));
    for (const { line, text } of problems.slice(0, MAX_TOLD)) {
      store.note(t`Keys, line ${line}: ${text}`, 'warning');
    }
    if (problems.length > MAX_TOLD) {
      store.note(t`Keys: ${problems.length - MAX_TOLD} more; lanchat keys tells all.`, 'warning');
    }
    return true;
  } catch (error) {
    store.note(t`Your keys can't be read: ${faultWords(error)}`, 'warning');
    return false;
  }
}

/** `/keys [reload]`. */
export async function keys(actions: ScreenActions, args: string): Promise<void> {
  const { store } = actions;
  if (args === '') store.setOverlay({ kind: 'help', topic: 'keys', top: 0 });
  else if (args !== 'reload')
    store.note(t`/keys shows them, /keys reload reads your file anew.`, 'warning');
  else if (await takeKeys(actions)) {
    const { file } = store.state.keys;
    store.note(
      file === null
        ? t`The usual keys: nothing is read from the disk.`
        : t`Keys are as ${file} says.`,
    );
  }
}
