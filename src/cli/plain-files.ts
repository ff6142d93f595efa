// What the commands about files do in the plain interface: the screen's, answered in lines.
import { type Destination, MAX_PAGE_MESSAGES, type Session } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { MessageId } from '../protocol/ids.ts';
import { listing, splitFirst } from '../ui/command-text.ts';
import { cancelFile, pictureToView, saveFile, typedFile } from '../ui/file-tasks.ts';
import {
  cleanTransfer,
  familyOf,
  fileLine,
  joined,
  SAVING_BY_COMMAND,
  shownFile,
  standOf,
} from '../ui/file-words.ts';
import { noteHere } from '../ui/note-here.ts';
import type { People } from '../ui/people.ts';
import { type SafeText, safeText, safeTemplate as t } from '../ui/safe-text.ts';
import { fileName } from '../ui/shared-file-words.ts';
import { resolveFile } from './file-argument.ts';
import { localFiles } from './local-files.ts';
import { pictureFileWords } from './pictures.ts';
import type { PlainVoice } from './plain-voice.ts';

export type PlainFileCommand = 'file' | 'files' | 'save' | 'cancel';

interface Scene {
  readonly ask: Session['request'];
  readonly people: Pick<People, 'label'>;
  readonly here: Destination;
}

/** What to say about it. Throws UsageError, and what the client does. */
export async function runFileCommand(
  { ask, people, here }: Scene,
  name: PlainFileCommand,
  args: string,
): Promise<SafeText> {
  const scene = { ask, here, files: localFiles(process) };
  switch (name) {
    case 'file': {
      const { path, text } = await typedFile(scene, args);
      const { transfer } = await ask({ do: 'send-file', to: here, path, text });
      return standLine(people, transfer);
    }
    case 'files':
      return listFiles({ ask, people, here }, args);
    case 'save': {
      const { chosen, rest } = await chosenFile({ ask, people, here }, args);
      return saveFile({ ...scene, chosen }, rest);
    }
    case 'cancel': {
      const { chosen, rest } = await chosenFile({ ask, people, here }, args);
      if (rest === '') return cancelFile({ ...scene, chosen });
      throw new UsageError('bad-arguments', phrase`/cancel takes a number of /files, or an ID`);
    }
    default:
      return name satisfies never;
  }
}

/** `/view N`, `/view FILE`: what to say of it. Throws UsageError, PictureError, and what the client does. */
export async function viewFile(
  scene: Scene,
  args: string,
  voice: Pick<PlainVoice, 'play'>,
): Promise<SafeText> {
  const { chosen, rest } = await chosenFile(scene, args);
  if (chosen === null || rest !== '') return pictureFileWords(args);
  const { ask } = scene;
  const { message } = await ask({ do: 'message', id: chosen });
  const file = message?.file;
  if (message === null || file === undefined) {
    throw new UsageError('no-file', phrase`this message carries no file`);
  }
  const isIt = ({ transfer }: Listed) => transfer.id === chosen;
  const listed = (await filesOf(scene, '')).find(isIt) ?? (await filesOf(scene, 'all')).find(isIt);
  const known = listed?.transfer ?? null;
  if (familyOf(file) === 'voice') {
    const again = t`/view ${safeText(args, { maxLength: 40 })}`;
    const files = localFiles(process);
    const note = await noteHere({ ask, files }, { message, file, known, again });
    return typeof note === 'string' ? note : voice.play(note);
  }
  const found = pictureToView({ file }, known);
  if (found !== null) return pictureFileWords(found.path);
  return t`There is no picture to show, or it is not here yet.`;
}

/** `2` as `/files` counts, or the first 8 digits and more of an ID, before whatever else stands there; a folder of such a name is `./2`. */
async function chosenFile(
  scene: Scene,
  args: string,
): Promise<{ readonly chosen: MessageId | null; readonly rest: string }> {
  const [first, rest] = splitFirst(args);
  if (/^[0-9a-f]{8,32}$/i.test(first)) {
    const session = { request: scene.ask };
    return { chosen: await resolveFile(session, first), rest };
  }
  if (!/^\d{1,3}$/.test(first)) return { chosen: null, rest: args };
  const id = (await filesOf(scene, ''))[Number(first) - 1]?.transfer.id ?? null;
  if (id !== null) return { chosen: id, rest };
  throw new UsageError('no-file', phrase`there is no file ${first} here; /files counts them`);
}

type Listed = Awaited<ReturnType<typeof filesOf>>[number];

async function filesOf({ ask, here }: Scene, args: string) {
  const conversation = args === 'all' ? null : here;
  const { files } = await ask({ do: 'files', conversation, limit: MAX_PAGE_MESSAGES });
  return files;
}

async function listFiles(scene: Scene, args: string): Promise<SafeText> {
  const files = await filesOf(scene, args);
  if (files.length === 0) return t`There are no files here.`;
  const lines = files.map(({ transfer, message }, index) => {
    // Of all conversations a number would say nothing where one is.
    const which = args === 'all' ? safeText(transfer.id?.slice(0, 8) ?? '') : t`${index + 1}.`;
    const stand = standWords(scene.people, transfer);
    const { file } = message ?? {};
    if (file === undefined) return t`${which} ${stand}: ${fileName(transfer.name)}`;
    const { facts, name } = shownFile(file);
    return fileLine({ facts: [t`${which} ${joined([facts[0], stand])}`], name });
  });
  return listing(t`Files, the newest first:`, lines);
}

function standLine(people: Scene['people'], transfer: Listed['transfer']): SafeText {
  return t`${standWords(people, transfer)}: ${fileName(transfer.name)}`;
}

/** In words alone: a bar says nothing to who hears the lines. */
function standWords(people: Scene['people'], transfer: Listed['transfer']): SafeText {
  const { conversation, direction } = transfer;
  const who = 'peer' in conversation ? people.label(conversation.peer) : null;
  const { forms } = standOf(
    cleanTransfer(transfer),
    { own: direction === 'out', saving: SAVING_BY_COMMAND, who },
    'words',
  );
  return forms[0] ?? t``;
}
