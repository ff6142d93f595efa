// What messages carry, opened over the messages: pictures shown, voice notes played. By a key, from the list of files, by /view.
import type { Message } from '../client/api.ts';
import type { MessageId } from '../protocol/ids.ts';
import { keyHints } from './bound-keys.ts';
import type { ConversationKey } from './conversation.ts';
import { save } from './file-sending.ts';
import { isOurs, pictureToView } from './file-tasks.ts';
import { familyOf, pathName, shownFile, type Transfer } from './file-words.ts';
import { keyOfMessage } from './message-line.ts';
import { noteHere } from './note-here.ts';
import { readPath } from './path-words.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import { answer, answering } from './selection-answer.ts';
import { fileName } from './shared-file-words.ts';
import type { ScreenActions } from './talk.ts';

/** `/view [FILE]`: a picture on this disk; without one what the message selected carries, or the newest here. */
export async function view(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const { store, files, pictures, chosen = null } = actions;
  const { path } = readPath(args, files.paths.isWindows);
  if (path !== '') return pictures.open(path, pathName(path));
  const id = chosen ?? newestToView(actions, here);
  if (id === null) answer(store, t`No picture is here yet: save one, or /view FILE.`, 'warning');
  else await viewFile(actions, id);
}

/** That of a message. */
export function viewFile(actions: ScreenActions, id: MessageId): Promise<void> {
  const { store, ask } = actions;
  return answering(store, async () => {
    const { message } = await ask({ do: 'message', id });
    return openFile(actions, message, store.transfers.get(id));
  });
}

/** What is to be said where nothing opens: it is neither, or not here. Throws what the client does. */
export async function openFile(
  actions: ScreenActions,
  message: Message | null,
  transfer: Transfer | null,
): Promise<SafeText | null> {
  const file = message?.file;
  if (message === null || file === undefined) return t`There is nothing to show.`;
  if (familyOf(file) === 'voice') return play(actions, message, transfer);
  const found = pictureToView(message, transfer);
  if (found !== null) await actions.pictures.open(found.path, found.name);
  else if (!(await openCopy(actions, message, transfer)))
    return t`There is no picture to show, or it is not here yet.`;
  return null;
}

async function play(
  actions: ScreenActions,
  message: Message,
  known: Transfer | null,
): Promise<SafeText | null> {
  const { store, ask, files } = actions;
  const { file } = message;
  if (file === undefined) return null;
  const again = t`${keyHints(store.state.keys)('view')} on it`;
  const onAsked = (id: MessageId) => store.transfers.ask(id);
  const note = await noteHere({ ask, files, onAsked }, { message, file, known, again });
  if (typeof note === 'string') return note;
  const { playVoice } = await import('./voice-tasks.ts');
  await playVoice(actions, note);
  return null;
}

/** The small one in the message of a picture that nobody has taken yet, and only because somebody asked for it. */
async function openCopy(
  actions: ScreenActions,
  message: Message,
  transfer: Transfer | null,
): Promise<boolean> {
  const { file, id } = message;
  if (file?.thumbnail === undefined || familyOf(file) !== 'picture') return false;
  if (isOurs(message) || transfer?.state === 'done') return false;
  const take = () => {
    actions.store.setOverlay(null);
    void save({ ...actions, chosen: id }, '', keyOfMessage(message));
  };
  const [copyOf] = shownFile(file).facts;
  const bytes = new Uint8Array(Buffer.from(file.thumbnail, 'base64'));
  await actions.pictures.open(bytes, fileName(file.name), { copyOf, take });
  return true;
}

function newestToView({ store }: ScreenActions, here: ConversationKey): MessageId | null {
  const { entries, aside } = store.conversation(here);
  const found = [...entries, ...(aside?.tail ?? [])].findLast(
    (entry) =>
      entry.kind === 'message' &&
      (entry.look?.file?.family === 'picture' || entry.look?.file?.family === 'voice') &&
      store.transfers.get(entry.id)?.path != null,
  );
  return found?.kind === 'message' ? found.id : null;
}
