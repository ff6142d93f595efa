// `lanchat file get`: takes files that others sent, and says where each has landed.
import { createReadStream } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { FileTransfer, Session } from '../client/api.ts';
import { MAX_PAGE_MESSAGES } from '../client/api.ts';
import type { OpenSession } from '../client/open-session.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { FileId, MessageId } from '../protocol/ids.ts';
import { storageErrorFrom } from '../storage/storage-error.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import { fileName, warningWords } from '../ui/shared-file-words.ts';
import type { CommandContext } from './context.ts';
import { parseConversation } from './conversation-argument.ts';
import { CommandError } from './errors.ts';
import { resolveFile } from './file-argument.ts';
import { Faults, fileFailure, stuckWords } from './file-failure.ts';
import { FileProgress } from './file-progress.ts';
import { fileRecord } from './file-records.ts';
import { FileWatch } from './file-watch.ts';
import { unpackBeside } from './folder-archive.ts';
import { boundHeap } from './heap.ts';
import { refuseEphemeral } from './kept-session.ts';
import { landedIn } from './landed-file.ts';
import { Cast } from './message-records.ts';
import { checkPlace, putInPlace } from './output-file.ts';
import { whenReady, withSession } from './session.ts';
import { withPassingFolder } from './spool.ts';

export interface FileGetRequest {
  readonly ids: readonly string[];
  /** Whose, or which room's; null: `ids` are named. */
  readonly from: string | null;
  /** All of theirs that are not here; else the last one, also where `last` doesn't say so. */
  readonly all: boolean;
  readonly last: boolean;
  /** The folder they land in; null: the one that is set. */
  readonly to: string | null;
  /** The file that one becomes, `-`: stdout; null: a name of its own. */
  readonly out: string | null;
  readonly force: boolean;
  readonly unpack: boolean;
}

/** Throws UsageError, StorageError, CommandError; of several files the first fault, once all are through. */
export async function getFiles(context: CommandContext, request: FileGetRequest): Promise<void> {
  boundHeap();
  checkRequest(context, request);
  refuseEphemeral(context);
  const { out, force } = request;
  if (out !== null && out !== '-') await checkPlace(resolve(out), { force });
  await withSession(context, 'leave-alone', async (session, attempt) => {
    await whenReady(session, context);
    const cast = new Cast(await session.request({ do: 'snapshot' }));
    const ids = await wantedIds(session, request);
    if (ids.length === 0) context.output.note(safeTemplate`All of theirs is here.`);
    attempt.isRepeatable = false;
    if (out === null) {
      const folder = request.to === null ? null : resolve(request.to);
      return take({ context, session, request, cast, folder }, ids);
    }
    // Where it is to be on this disk it lands beside its place, so that nothing has to be copied.
    const around = out === '-' ? null : dirname(resolve(out));
    await withPassingFolder(context, around, (folder) =>
      take({ context, session, request, cast, folder }, ids),
    );
  });
}

function checkRequest({ output }: CommandContext, request: FileGetRequest): void {
  const { ids, from, all, last, to, out, force, unpack } = request;
  if ((ids.length === 0) !== (from !== null)) {
    throw new UsageError(
      'bad-arguments',
      phrase`file get takes IDs, or else --from @nick or '#room'`,
    );
  }
  if ((all || last) && from === null) {
    throw new UsageError('bad-arguments', phrase`--last and --all go with --from`);
  }
  if (all && last)
    throw new UsageError('bad-arguments', phrase`--last and --all are two; take one`);
  if (force && out === null) throw new UsageError('bad-arguments', phrase`--force goes with -o`);
  if (out === null) return;
  if (all || ids.length > 1) {
    throw new UsageError('bad-arguments', phrase`-o takes one file; --to DIR takes several`);
  }
  if (to !== null || unpack) {
    throw new UsageError(
      'bad-arguments',
      phrase`-o says where it goes; leave --to and --unpack out`,
    );
  }
  if (out === '-' && output.options.json) {
    throw new UsageError('bad-arguments', phrase`stdout takes the file or JSON; -o FILE has both`);
  }
}

async function wantedIds(session: Session, request: FileGetRequest): Promise<readonly MessageId[]> {
  const { ids, from, all } = request;
  if (from === null) {
    const found = new Set<MessageId>();
    for (const id of ids) found.add(await resolveFile(session, id));
    return [...found];
  }
  const conversation = await parseConversation(session, from);
  const { files } = await session.request({ do: 'files', conversation, limit: MAX_PAGE_MESSAGES });
  const theirs = files.flatMap(({ transfer }) => {
    const { id, direction, state } = transfer;
    return id === null || direction === 'out' || (all && state === 'done') ? [] : [id];
  });
  if (theirs.length === 0 && !all) {
    throw new UsageError('no-file', phrase`there is no file from ${from} that could be taken`);
  }
  // The oldest first, as they were sent.
  return all ? theirs.toReversed() : theirs.slice(0, 1);
}

interface Scene {
  readonly context: CommandContext;
  readonly session: OpenSession;
  readonly request: FileGetRequest;
  readonly cast: Cast;
  /** Where it is to land; with -o one that goes away. */
  readonly folder: string | null;
}

/** Wants them all, then waits for each in its turn. */
async function take(scene: Scene, ids: readonly MessageId[]): Promise<void> {
  const taking = new Taking(scene, ids);
  try {
    for (const id of ids) await taking.want(id);
    await taking.finish();
  } finally {
    taking.close();
  }
}

interface Asked {
  readonly id: MessageId;
  readonly file: FileId;
}

/** All files of one command. */
class Taking {
  readonly #scene: Scene;
  readonly #ids: readonly MessageId[];
  readonly #faults: Faults;
  readonly #progress: FileProgress;
  readonly #watch: FileWatch;
  readonly #asked: Asked[] = [];

  constructor(scene: Scene, ids: readonly MessageId[]) {
    const { context, session } = scene;
    this.#scene = scene;
    this.#ids = ids;
    this.#faults = new Faults(context, ids.length);
    this.#progress = new FileProgress(context.output);
    this.#watch = new FileWatch(session, {
      timeoutMs: context.options.timeoutMs,
      heard: (transfer) => this.#progress.show(transfer, this.#among(transfer)),
    });
    context.signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** Where it can't be had, others still may. */
  async want(id: MessageId): Promise<void> {
    const { session, folder } = this.#scene;
    const place = folder === null ? {} : { folder };
    try {
      const { transfer } = await session.request({ do: 'get-file', id, ...place });
      this.#asked.push({ id, file: transfer.file });
      this.#watch.follow(transfer);
    } catch (error) {
      this.#faults.add(error);
    }
  }

  /** Resolves once each is in its place. Throws the first fault. */
  async finish(): Promise<void> {
    const ends = this.#watch.untilAll(
      this.#asked.map(({ file }) => file),
      isEnd,
    );
    for (const [index, { id, file }] of this.#asked.entries()) {
      try {
        const end = (await ends[index]) ?? null;
        this.#scene.context.signal.throwIfAborted();
        if (end === null) throw giveUp(this.#scene, id, this.#watch.latest(file));
        await land(this.#scene, id, end);
      } catch (error) {
        this.#faults.add(error);
      }
    }
    this.#faults.throwFirst();
  }

  close(): void {
    this.#scene.context.signal.removeEventListener('abort', this.#abort);
    this.#watch.close();
    this.#progress.clear();
  }

  /** What lands where nothing stays can't go on another time. */
  readonly #abort = (): void => {
    const { session, request } = this.#scene;
    this.#progress.clear();
    if (request.out !== null) for (const id of this.#ids) giveBack(session, id);
  };

  #among({ file }: FileTransfer): string {
    const count = this.#ids.length;
    const index = this.#asked.findIndex((asked) => asked.file === file);
    return count === 1 ? '' : `${index + 1}/${count}`;
  }
}

function isEnd({ state }: FileTransfer): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

function giveBack(session: Session, id: MessageId): void {
  session.request({ do: 'cancel-file', id }).catch(() => {});
}

function giveUp(scene: Scene, id: MessageId, transfer: FileTransfer | null): CommandError {
  const { context, session, request } = scene;
  const what = stuckWords(transfer ?? { name: '', reason: null }, context);
  const code = transfer?.reason === 'not-here' ? 'not-here' : 'timeout';
  if (request.out !== null) {
    giveBack(session, id);
    return new CommandError(code, phrase`${what}; nothing of it was kept, try again`);
  }
  const goesOn = session.shared
    ? phrase`the lanchat that has this profile open takes it as soon as it can`
    : phrase`it goes on whenever this profile is open (lanchat, lanchat listen)`;
  return new CommandError(code, phrase`${what}; ${goesOn}`);
}

/** It is on the disk, whole: into its place with it, and say which that is. */
async function land(scene: Scene, id: MessageId, transfer: FileTransfer): Promise<void> {
  const { context, session, request, cast, folder } = scene;
  const fault = fileFailure(transfer);
  if (fault !== null) throw fault;
  const { name, warning } = transfer;
  if (transfer.path === null) throw new Error('a file is here and nowhere');
  const isPassing = request.out !== null;
  const landed = await landedIn(context, transfer.path, { folder, isPassing });
  if (warning !== null) {
    context.output.note(safeTemplate`lanchat: ${warningWords(warning)} ${fileName(name)}`);
  }
  if (request.out === '-') return toStdout(context, landed);
  const path = await settle(scene, landed, transfer);
  const { message } = await session.request({ do: 'message', id });
  context.output.data(fileRecord({ ...transfer, path }, cast.names, message), safeText(path));
}

async function settle(
  { context, request, cast }: Scene,
  landed: string,
  transfer: FileTransfer,
): Promise<string> {
  if (request.unpack) {
    return unpackBeside(landed, transfer, { me: cast.me, signal: context.signal });
  }
  if (request.out === null) return landed;
  const path = resolve(request.out);
  await putInPlace(landed, path, { force: request.force });
  return path;
}

/** As fast as stdout takes it. Throws StorageError where only a part could be read. */
async function toStdout({ output }: CommandContext, path: string): Promise<void> {
  try {
    for await (const chunk of createReadStream(path)) {
      if (output.readerGone.aborted) return;
      output.bytes(chunk);
      await output.drained();
    }
  } catch (cause) {
    throw storageErrorFrom(cause, path, 'reading');
  }
}
