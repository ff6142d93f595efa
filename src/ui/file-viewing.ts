// Pictures that messages carry, opened over the messages once they are here: by a key, from the list of files, by /view.
import type { MessageId } from '../protocol/ids.ts';
import type { ConversationKey } from './conversation.ts';
import { pictureToView } from './file-tasks.ts';
import { pathName } from './file-words.ts';
import { readPath } from './path-words.ts';
import { safeTemplate as t } from './safe-text.ts';
import { answer, answering } from './selection-answer.ts';
import type { ScreenActions } from './talk.ts';

/** `/view [FILE]`: a picture on this disk; without one that of the message selected, or the newest here. */
export async function view(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const { store, files, pictures, chosen = null } = actions;
  const { path } = readPath(args, files.paths.isWindows);
  if (path !== '') return pictures.open(path, pathName(path));
  const id = chosen ?? newestPicture(actions, here);
  if (id === null) answer(store, t`No picture is here yet: save one, or /view FILE.`, 'warning');
  else await viewPicture(actions, id);
}

/** That of a message; what isn't here yet, or is none, is said to be so. */
export function viewPicture({ store, ask, pictures }: ScreenActions, id: MessageId): Promise<void> {
  return answering(store, async () => {
    const { message } = await ask({ do: 'message', id });
    const found = message === null ? null : pictureToView(message, store.transfers.get(id));
    if (found === null) return t`There is no picture to show, or it is not here yet.`;
    await pictures.open(found.path, found.name);
    return null;
  });
}

function newestPicture({ store }: ScreenActions, here: ConversationKey): MessageId | null {
  const { entries, aside } = store.conversation(here);
  const found = [...entries, ...(aside?.tail ?? [])].findLast(
    (entry) =>
      entry.kind === 'message' &&
      entry.look?.file?.family === 'picture' &&
      store.transfers.get(entry.id)?.path != null,
  );
  return found?.kind === 'message' ? found.id : null;
}
