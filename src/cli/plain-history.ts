// What was said before, in the plain interface: showing, searching, deleting it, writing it out. Keeps nothing.

import {
  type Destination,
  MAX_PAGE_MESSAGES,
  type Session,
  type StoredMessage,
} from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import {
  exportedWords,
  forgottenWords,
  formatAndFile,
  removedWords,
  removeMessage,
} from '../ui/kept-tasks.ts';
import type { Directory } from '../ui/people.ts';
import { type SafeText, safeTemplate, safeText } from '../ui/safe-text.ts';
import { personCount } from '../ui/words.ts';
import { exportConversation } from './export.ts';
import { lastMessages } from './history-pages.ts';
import { type Show, Transcript } from './lines.ts';
import { parseCount } from './options.ts';

/** Where a command was typed, and how its answer gets before the person. */
export interface Scene {
  readonly session: Session;
  readonly show: Show;
  readonly people: Directory;
  readonly conversation: Destination;
  /** Of the conversation. */
  readonly label: SafeText;
}

const DEFAULT_COUNT = 20;
const MAX_HITS = 50;

/** `/history [COUNT]`. Throws UsageError `bad-count`. */
export async function showHistory(scene: Scene, args: string): Promise<void> {
  const { session, show, people, conversation, label } = scene;
  const last = args === '' ? DEFAULT_COUNT : parseCount(args, '/history');
  const transcript = new Transcript(people);
  let count = 0;
  for await (const message of lastMessages(session, conversation, { before: null, last })) {
    show(...transcript.lines(message));
    count += 1;
  }
  if (count === 0) show(safeTemplate`-- Nothing is kept of ${label}.`);
}

/** `/search WORDS`, in all conversations; the newest hit last. Throws UsageError `empty-text`. */
export async function showHits(
  { session, show, people }: Pick<Scene, 'session' | 'show' | 'people'>,
  query: string,
): Promise<void> {
  if (query === '') throw new UsageError('empty-text', phrase`/search WORDS: which words?`);
  const found = await session.request({ do: 'search', query, conversation: null, limit: MAX_HITS });
  const transcript = new Transcript(people);
  for (const message of found.messages.toReversed()) show(...transcript.lines(message));
  if (found.messages.length === 0) show(safeTemplate`-- Nothing was found.`);
  if (found.more) show(safeTemplate`-- There are older ones; more words find fewer.`);
}

/** `/delete`: the newest message of ours. `/delete all yes`: everything. Throws UsageError. */
export async function runDelete(scene: Scene, args: string): Promise<void> {
  const { session, show, conversation, label } = scene;
  if (args === 'all yes') {
    const { deleted } = await session.request({ do: 'delete-conversation', conversation });
    show(safeTemplate`-- ${forgottenWords(label, deleted)}`);
  } else if (args === 'all') {
    show(
      safeTemplate`-- All that is kept here of ${label} would be gone for good: /delete all yes does it.`,
    );
  } else if (args === '') {
    const last = await newestOwn(scene);
    if (last === null) return show(safeTemplate`-- No message of yours is among the newest here.`);
    const ask: Session['request'] = (command) => session.request(command);
    show(safeTemplate`-- ${removedWords(await removeMessage(ask, last), last.text)}`);
  } else throw new UsageError('bad-arguments', phrase`/delete takes nothing, or all`);
}

/** `/who-read`: who is here and has read our newest message; they answer one by one. */
export async function askWhoRead(scene: Scene): Promise<void> {
  const last = await newestOwn(scene);
  if (last === null)
    return scene.show(safeTemplate`-- No message of yours is among the newest here.`);
  const { asked } = await scene.session.request({ do: 'who-read', id: last.id });
  scene.show(
    safeTemplate`-- Asked ${personCount(asked)} about message ${safeText(last.id.slice(0, 8))}.`,
  );
}

async function newestOwn({ session, conversation }: Scene): Promise<StoredMessage | null> {
  const page = { conversation, before: null, limit: MAX_PAGE_MESSAGES };
  const { messages } = await session.request({ do: 'history', ...page });
  return messages.findLast(({ state, kind }) => state !== null && kind !== 'change') ?? null;
}

/** `/export [text|jsonl|html] FILE`. Throws UsageError, and as `exportConversation`. */
export async function runExport(scene: Scene, args: string): Promise<void> {
  const { session, show, conversation, label } = scene;
  const [format, file] = formatAndFile(args);
  if (file === '') {
    throw new UsageError('bad-arguments', phrase`/export [text|jsonl|html] FILE: into which file?`);
  }
  const written = await exportConversation(session, { conversation, only: null, format, file });
  show(safeTemplate`-- ${exportedWords(label, written)}`);
}
