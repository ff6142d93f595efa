// `lanchat file send`: says a file is sent only when what was waited for has happened.
import { rm } from 'node:fs/promises';
import type { Destination, FileTransfer } from '../client/api.ts';
import type { OpenSession } from '../client/open-session.ts';
import { phrase } from '../language/translate.ts';
import type { FileId, MessageId } from '../protocol/ids.ts';
import { MAX_CAPTION_BYTES } from '../protocol/limits.ts';
import { safeText } from '../ui/safe-text.ts';
import { fileName } from '../ui/shared-file-words.ts';
import type { CommandContext } from './context.ts';
import type { Wait } from './deliver.ts';
import { CommandError } from './errors.ts';
import { Faults, fileFailure, stuckWords } from './file-failure.ts';
import { FileProgress } from './file-progress.ts';
import { fileRecord } from './file-records.ts';
import { type FileSource, readSources } from './file-sources.ts';
import { FileWatch } from './file-watch.ts';
import { spoolFolder } from './folder-archive.ts';
import { boundHeap } from './heap.ts';
import { Cast } from './message-records.ts';
import { openTarget, parseWait, type Target } from './send.ts';
import { withSession } from './session.ts';
import { spool, writeChunks } from './spool.ts';
import { checkText } from './text-input.ts';

export interface FileSendRequest {
  readonly to: string;
  readonly paths: readonly string[];
  /** What it is called there; null: as here. */
  readonly name: string | null;
  /** What is said of the first; null: nothing. */
  readonly text: string | null;
  readonly reply: MessageId | null;
  readonly wait: string;
}

/** Throws UsageError, StorageError, CommandError, or what the session refuses with; of several files the first fault, once all are through. */
export async function sendFiles(context: CommandContext, request: FileSendRequest): Promise<void> {
  boundHeap();
  const wait = parseWait(request.wait, request.to);
  const text = request.text === null ? '' : checkCaption(request.text);
  const sources = await readSources(request.paths, request.name);
  await withSession(context, 'leave-alone', async (session, attempt) => {
    const target = await openTarget(session, context, request.to);
    const cast = new Cast(await session.request({ do: 'snapshot' }));
    attempt.isRepeatable = false;
    const job = new Sending(context, session, { target, cast, wait, count: sources.length });
    try {
      for (const [index, source] of sources.entries()) {
        const said = index === 0 ? text : '';
        await job.begin(source, { text: said, reply: request.reply });
      }
      await job.finish();
    } finally {
      job.close();
    }
  });
}

function checkCaption(text: string): string {
  return text === '' ? '' : checkText(text, phrase`what is said of the file`, MAX_CAPTION_BYTES);
}

interface SendingOptions {
  readonly target: Target;
  readonly cast: Cast;
  readonly wait: Wait;
  readonly count: number;
}

interface Sent {
  readonly id: MessageId;
  readonly file: FileId;
}

/** All files of one command: each is read in its turn, while those before it are on their way. */
class Sending {
  readonly #context: CommandContext;
  readonly #session: OpenSession;
  readonly #options: SendingOptions;
  readonly #progress: FileProgress;
  readonly #watch: FileWatch;
  readonly #sent: Sent[] = [];
  readonly #faults: Faults;
  #begun = 0;

  constructor(context: CommandContext, session: OpenSession, options: SendingOptions) {
    this.#context = context;
    this.#session = session;
    this.#options = options;
    this.#faults = new Faults(context, options.count);
    this.#progress = new FileProgress(context.output);
    this.#watch = new FileWatch(session, {
      timeoutMs: context.options.timeoutMs,
      heard: (transfer) => this.#progress.show(transfer, this.#among(transfer)),
    });
    context.signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** Reads it, and tells the other side of it. Where it can't be read, others still are. */
  async begin(
    source: FileSource,
    { text, reply }: { readonly text: string; readonly reply: MessageId | null },
  ): Promise<void> {
    this.#begun += 1;
    try {
      const { path, temporary } = await this.#fileOf(source);
      this.#watch.read(path);
      try {
        const { id, transfer } = await this.#session.request({
          ...{ do: 'send-file', to: this.#options.target.destination, path, text },
          ...{ name: source.name, ...(reply === null ? {} : { reply }) },
          ...(temporary ? { temporary } : {}),
        });
        this.#sent.push({ id, file: transfer.file });
        this.#watch.follow(transfer);
      } catch (error) {
        if (temporary) await rm(path, { force: true });
        throw error;
      }
    } catch (error) {
      this.#faults.add(error);
    } finally {
      this.#watch.read(null);
    }
  }

  /** Resolves once each is where it was to be. Throws the first fault. */
  async finish(): Promise<void> {
    const { wait } = this.#options;
    const ends = this.#watch.untilAll(
      this.#sent.map(({ file }) => file),
      (transfer) => isEnd(transfer, wait),
    );
    for (const [index, sent] of this.#sent.entries()) {
      const end = (await ends[index]) ?? null;
      this.#context.signal.throwIfAborted();
      const fault = end === null ? await this.#giveUp(sent) : fileFailure(end);
      if (fault !== null) this.#faults.add(fault);
      else if (end !== null) await this.#report(sent.id, end);
    }
    this.#faults.throwFirst();
  }

  close(): void {
    this.#context.signal.removeEventListener('abort', this.#abort);
    this.#watch.close();
    this.#progress.clear();
  }

  /** A path of it, absolute, and whether it is ours to have deleted. */
  async #fileOf({ kind, path }: FileSource): Promise<{ path: string; temporary: boolean }> {
    switch (kind) {
      case 'file':
        return { path, temporary: false };
      case 'stdin': {
        const fill = (spooled: string) => writeChunks(spooled, this.#context.stdin);
        return { path: await spool(this.#context, fill), temporary: true };
      }
      case 'folder':
        return { path: await spoolFolder(this.#context, path), temporary: true };
      default:
        return kind satisfies never;
    }
  }

  async #report(id: MessageId, transfer: FileTransfer): Promise<void> {
    const { message } = await this.#session.request({ do: 'message', id });
    const record = fileRecord(transfer, this.#options.cast.names, message);
    this.#context.output.data(record, safeText(id));
  }

  /** Nothing has moved for too long: what never began to is taken back, what did goes on where it can. */
  async #giveUp({ id, file }: Sent): Promise<CommandError> {
    const { target, wait } = this.#options;
    const transfer = this.#watch.latest(file);
    const isAway = transfer?.reason === 'not-here' || (await this.#isAway(target.destination));
    const what = this.#stuckWords(transfer, isAway);
    const hasMoved = transfer !== null && isUnderWay(transfer);
    if (transfer?.state === 'kept' && wait === 'delivered') {
      return new CommandError('timeout', phrase`${what}; the relay keeps it for them`);
    }
    const code = isAway ? 'not-here' : 'timeout';
    if (this.#session.shared) {
      return new CommandError(
        code,
        phrase`${what}; it waits in the lanchat that has this profile open, and goes out by itself`,
      );
    }
    if (!hasMoved && (await this.#session.request({ do: 'cancel-file', id })).cancelled) {
      return new CommandError(code, phrase`${what}; it was taken back, send it again`);
    }
    return new CommandError(
      code,
      phrase`${what}; it goes on whenever this profile is open (lanchat, lanchat listen), or lanchat file cancel ${id} takes it back`,
    );
  }

  #stuckWords(transfer: FileTransfer | null, isAway: boolean): string {
    const { target, cast } = this.#options;
    const { timeoutMs } = this.#context.options;
    const file = fileName(transfer?.name ?? '');
    if (transfer?.state === 'kept') return phrase`nobody took ${file} within ${timeoutMs / 1000} s`;
    if (isAway) {
      const who = cast.label(target.destination);
      return phrase`${who} is not here, and the relay doesn't keep ${file}`;
    }
    return stuckWords(transfer ?? { name: '', reason: null }, this.#context);
  }

  async #isAway(destination: Destination): Promise<boolean> {
    if ('room' in destination) return false;
    const { people } = await this.#session.request({ do: 'snapshot' });
    return people.find(({ fingerprint }) => fingerprint === destination.peer)?.online === false;
  }

  /** Interrupted before anything moved, it would go out later, and its person believes that it does not. */
  readonly #abort = (): void => {
    for (const { id, file } of this.#sent) {
      const transfer = this.#watch.latest(file);
      if (transfer !== null && (isUnderWay(transfer) || isEnd(transfer, 'relayed'))) continue;
      this.#session.request({ do: 'cancel-file', id }).catch(() => {});
    }
    this.close();
  };

  #among({ file }: FileTransfer): string {
    const { count } = this.#options;
    if (count === 1) return '';
    const index = this.#sent.findIndex((sent) => sent.file === file);
    return `${index < 0 ? this.#begun : index + 1}/${count}`;
  }
}

/** Whether it stands where it was to come, or won't come there any more. */
function isEnd({ state }: FileTransfer, wait: Wait): boolean {
  if (state === 'kept') return wait === 'relayed';
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

function isUnderWay({ state, bytes }: FileTransfer): boolean {
  return state !== 'reading' && bytes > 0;
}
