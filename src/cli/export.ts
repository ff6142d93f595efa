// `lanchat export`, and /export: conversations as text, JSON lines or HTML, on stdout or in files. Needs no relay.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Destination, Session } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { MessageId } from '../protocol/ids.ts';
import { makePrivateFolder } from '../storage/private-file.ts';
import { StorageError, storageErrorFrom } from '../storage/storage-error.ts';
import {
  type Exported,
  type ExportFormatName,
  type ExportWish,
  exportFormatOf,
} from '../ui/export-wish.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import { messageCount } from '../ui/words.ts';
import type { CommandContext } from './context.ts';
import { parseConversation } from './conversation-argument.ts';
import { CommandError } from './errors.ts';
import { type ExportFormat, jsonLinesFormat, textFormat } from './export-formats.ts';
import { htmlFormat } from './export-html.ts';
import { wholeConversation } from './history-pages.ts';
import { withHistory } from './kept-session.ts';
import { Cast } from './message-records.ts';
import { OutputFile } from './output-file.ts';
import { resolveTyped } from './typed-path.ts';

export interface ExportRequest {
  /** `#room`, `@nick` or a fingerprint; null with `all`. */
  readonly conversation: string | null;
  readonly all: boolean;
  /** Null: text, with --json JSON lines. */
  readonly format: string | null;
  /** A file; with `all` a folder; null: stdout. */
  readonly out: string | null;
  readonly force: boolean;
}

/** Throws UsageError, CommandError `file-exists`, StorageError; a file is there whole, or not at all. */
export async function exportKept(context: CommandContext, request: ExportRequest): Promise<void> {
  const format = readFormat(context, request);
  const files = new Set<OutputFile>();
  try {
    await withHistory(context, async (session, attempt) => {
      const cast = new Cast(await session.request({ do: 'snapshot' }));
      const conversations = await conversationsOf(session, request);
      attempt.isRepeatable = false;
      const job: Job = { context, session, cast, format };
      if (request.out === null) return toStdout(job, conversations);
      if (!request.all) return toFile(job, conversations, { ...request, out: request.out, files });
      await makeFolder(request.out);
      for (const conversation of conversations) {
        const name = fileName(cast, conversation, formatFor(job, null).extension);
        const out = join(request.out, name);
        await toFile(job, [conversation], { out, force: request.force, files });
      }
    });
  } finally {
    // Also where it was interrupted, while the loop above is still in the middle of a file.
    for (const file of files) await file.discard();
  }
}

/**
 * One conversation, or one message of it, into a file that isn't there yet, for whoever types its name where no shell reads it:
 * `~/` is the home folder. Throws CommandError `file-exists`, StorageError; then there is no file.
 */
export async function exportConversation(
  session: Session,
  { conversation, only, format: name, file }: ExportWish,
): Promise<Exported> {
  const path = resolveTyped(file);
  const cast = new Cast(await session.request({ do: 'snapshot' }));
  const out = await createNew(path);
  try {
    const format = formatOf(name, cast, null);
    const write = (text: string) => out.write(text);
    const messages =
      only === null
        ? await compose(session, [conversation], { format, write, isWanted: () => true })
        : await composeOne(session, { conversation, only }, { format, write });
    await out.publish();
    return { file: path, messages };
  } finally {
    await out.discard();
  }
}

/** Whoever reads the refusal has no --force. */
async function createNew(path: string): Promise<OutputFile> {
  try {
    return await OutputFile.create(path, { force: false });
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== 'file-exists') throw error;
    throw new CommandError(error.code, phrase`${path} is there already; choose another name`);
  }
}

function readFormat({ output }: CommandContext, request: ExportRequest): ExportFormatName {
  const { conversation, all, out, force } = request;
  const { json } = output.options;
  if ((conversation === null) !== all) {
    throw new UsageError('bad-arguments', phrase`export takes one #room or @nick, or else --all`);
  }
  if (force && out === null) throw new UsageError('bad-arguments', phrase`--force goes with -o`);
  const format = exportFormatOf(request.format ?? (json ? 'jsonl' : 'text'));
  if (format === null) {
    throw new UsageError('bad-format', phrase`--format takes text, jsonl or html`);
  }
  if (json && out === null && format !== 'jsonl') {
    throw new UsageError(
      'bad-arguments',
      phrase`--json on stdout is --format jsonl; others need -o FILE`,
    );
  }
  return format;
}

async function conversationsOf(
  session: Session,
  { conversation }: ExportRequest,
): Promise<readonly Destination[]> {
  if (conversation !== null) return [await parseConversation(session, conversation)];
  const { conversations } = await session.request({ do: 'conversations' });
  return conversations.map(({ with: destination }) => destination);
}

interface Job {
  readonly context: CommandContext;
  readonly session: Session;
  readonly cast: Cast;
  readonly format: ExportFormatName;
}

function formatFor({ cast, format }: Job, columns: number | null): ExportFormat {
  return formatOf(format, cast, columns);
}

function formatOf(name: ExportFormatName, cast: Cast, columns: number | null): ExportFormat {
  if (name === 'text') return textFormat(cast, columns);
  return name === 'jsonl' ? jsonLinesFormat(cast) : htmlFormat(cast);
}

async function toStdout(job: Job, conversations: readonly Destination[]): Promise<void> {
  const { output } = job.context;
  const messages = await compose(job.session, conversations, {
    format: formatFor(job, output.columns),
    write: async (text) => {
      output.write(text);
      await output.drained();
    },
    isWanted: () => !output.readerGone.aborted,
  });
  noteEmpty(job, conversations, messages);
}

async function toFile(
  job: Job,
  conversations: readonly Destination[],
  { out, force, files }: { out: string; force: boolean; files: Set<OutputFile> },
): Promise<void> {
  const file = await OutputFile.create(out, { force });
  files.add(file);
  const format = formatFor(job, null);
  const messages = await compose(job.session, conversations, {
    format,
    write: (text) => file.write(text),
    // A file is whole, whoever reads what is said about it.
    isWanted: () => true,
  });
  noteEmpty(job, conversations, messages);
  await file.publish();
  await file.discard();
  files.delete(file);
  const [conversation] = conversations;
  job.context.output.data(
    {
      type: 'exported',
      ...(conversation === undefined ? {} : job.cast.fields(conversation)),
      ...{ file: out, format: job.format, messages },
    },
    safeTemplate`${safeText(out)}: ${messageCount(messages)}`,
  );
}

function noteEmpty({ context, cast }: Job, [only, ...more]: readonly Destination[], count: number) {
  if (count > 0 || only === undefined || more.length > 0) return;
  context.output.note(safeTemplate`Nothing is kept of ${cast.label(only)}.`);
}

interface Sink {
  readonly format: ExportFormat;
  readonly write: (text: string) => Promise<void>;
  /** Whether anybody still reads it. */
  readonly isWanted: () => boolean;
}

/** Returns how many messages there were. */
async function compose(
  session: Session,
  conversations: readonly Destination[],
  { format, write, isWanted }: Sink,
): Promise<number> {
  let count = 0;
  await write(format.begin());
  for (const conversation of conversations) {
    await write(format.conversation(conversation));
    for await (const message of wholeConversation(session, conversation)) {
      if (!isWanted()) return count;
      await write(format.message(message));
      count += 1;
    }
  }
  await write(format.end());
  return count;
}

async function composeOne(
  session: Session,
  { conversation, only }: Pick<ExportWish, 'conversation'> & { readonly only: MessageId },
  { format, write }: Pick<Sink, 'format' | 'write'>,
): Promise<number> {
  const { message } = await session.request({ do: 'message', id: only });
  const said = message === null ? '' : format.message(message);
  await write(format.begin() + format.conversation(conversation) + said + format.end());
  return message === null ? 0 : 1;
}

/** Made for its owner only where it isn't there yet. */
async function makeFolder(path: string): Promise<void> {
  try {
    await makePrivateFolder(path);
    if ((await stat(path)).isDirectory()) return;
  } catch (cause) {
    throw storageErrorFrom(cause, path, 'writing');
  }
  const message = phrase`${path} is a file; with --all, -o names a folder`;
  throw new StorageError('not-a-folder', message, { path });
}

/** Whatever others are called: one part of a path, never hidden, no name that a system keeps for itself. */
function fileName(cast: Cast, conversation: Destination, extension: string): string {
  if ('room' in conversation) return `room-${asPart(conversation.room)}.${extension}`;
  const { nick, fingerprint } = cast.who(conversation.peer);
  return `person-${asPart(nick)}-${fingerprint.slice(0, 16)}.${extension}`;
}

function asPart(name: string): string {
  return name.replace(/^[#+]/, '').replace(/[^\p{L}\p{M}\p{N}_.-]/gu, '_');
}
