// What the commands about files do in the plain interface: the screen's, answered in lines.
import { type Destination, MAX_PAGE_MESSAGES, type Session } from '../client/api.ts';
import { listing } from '../ui/command-text.ts';
import { cancelFile, saveFile, typedFile } from '../ui/file-tasks.ts';
import { cleanTransfer, fileLine, joined, shownFile, standOf } from '../ui/file-words.ts';
import type { People } from '../ui/people.ts';
import { type SafeText, safeTemplate as t } from '../ui/safe-text.ts';
import { fileName } from '../ui/shared-file-words.ts';
import { localFiles } from './local-files.ts';

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
    case 'save':
      return saveFile(scene, args);
    case 'cancel':
      return cancelFile(scene);
    default:
      return name satisfies never;
  }
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
  const lines = files.map(({ transfer, message }) => {
    const stand = standWords(scene.people, transfer);
    const { file } = message ?? {};
    if (file === undefined) return t`${stand}: ${fileName(transfer.name)}`;
    const { facts, name } = shownFile(file);
    return fileLine({ facts: [joined([facts[0], stand])], name });
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
    { own: direction === 'out', key: null, who },
    'words',
  );
  return forms[0] ?? t``;
}
