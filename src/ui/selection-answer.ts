// What came of a command or a key: below the messages while one is selected, as a line of the conversation otherwise.
import type { Selection } from './conversation.ts';
import type { SafeText } from './safe-text.ts';
import type { ScreenStore } from './store.ts';
import { faultWords } from './words.ts';

/** The selection, changed; nothing where it is another message's by now. */
export function setSelection(store: ScreenStore, selection: Selection): void {
  store.change(store.active, (record) => {
    if (record.selection?.id === selection.id) record.selection = selection;
  });
  store.notifyNow();
}

/** In place of the keys there are; as a line of the conversation where nothing is selected any more. */
export function answer(
  store: ScreenStore,
  said: SafeText,
  tone: 'plain' | 'warning' = 'plain',
): void {
  const { selection } = store.active;
  if (selection === null) store.note(said, tone);
  else setSelection(store, { ...selection, asks: 'what', said });
}

/** What was asked for, once it is done, or why it could not be. */
export async function answering(
  store: ScreenStore,
  task: () => Promise<SafeText | null>,
): Promise<void> {
  try {
    const said = await task();
    if (said !== null) answer(store, said);
  } catch (error) {
    answer(store, faultWords(error), 'warning');
  }
}
