// The files of a profile: which are wanted, given and kept, and what comes next with each. Holds no content.
import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import type { CoreEvent, Message } from '../core/events.ts';
import { tellFileState } from '../core/file-states.ts';
import { say } from '../core/say.ts';
import { fileIdFrom, fileIdOnWire } from '../core/shared-file.ts';
import type { CoreState } from '../core/state.ts';
import { fileIdOf } from '../crypto/file-chunks.ts';
import { safeFileName } from '../files/file-name.ts';
import { sweepOrphans } from '../files/known-file.ts';
import { mediaFacts } from '../files/media-facts.ts';
import { openSource } from '../files/source.ts';
import { systemDownloads } from '../files/system-downloads.ts';
import { phrase } from '../language/translate.ts';
import { hexFromBytes } from '../protocol/bytes.ts';
import { LanchatError, UsageError } from '../protocol/errors.ts';
import { FILE_KEY_BYTES, type FileState } from '../protocol/file-content.ts';
import type { FileId, MessageId, PeerId } from '../protocol/ids.ts';
import type { ProfileStore, StateValue } from '../storage/profile-store.ts';
import type { Settings } from '../storage/settings.ts';
import type { ClientEvent, Replies, SharedFile } from './api.ts';
import type { Engine } from './engine.ts';
import { isTakenUnasked, mayHave } from './file-acceptance.ts';
import type { CarryingRelay } from './file-carrier.ts';
import { FileCarrying } from './file-carrying.ts';
import { type FileEntry, FileLedger } from './file-ledger.ts';
import { fittingFiles } from './file-list.ts';
import { mendLedger } from './file-mending.ts';
import { isSame, newIncoming, transferOf, transferWhileRead } from './file-stand.ts';
import { fileThumbnail } from './file-thumbnail.ts';
import type { FileCommand, FileReplies, FileTransfer } from './file-transfer.ts';
import type { History } from './history.ts';
import type { Neighbourhood } from './straight-addresses.ts';
import { StraightWay } from './straight-way.ts';

type Of<Name extends FileCommand['do']> = Extract<FileCommand, { do: Name }>;

export interface FilesParts {
  readonly core: CoreState;
  readonly engine: Engine;
  readonly history: History;
  readonly store: ProfileStore;
  /** The store's state at the start. */
  readonly rows: readonly StateValue[];
  readonly settings: () => Settings;
  readonly neighbourhood: Neighbourhood;
  readonly card: () => Uint8Array;
  readonly emit: (event: ClientEvent) => void;
  /** Where what is made only to be sent lies; null: nothing does. */
  readonly spool: string | null;
}

/** So long after a word people still talk. */
const TALK_MS = 2_000;
/** While a file is read, people hear of it this often. */
const TELL_MS = 200;

export class Files {
  readonly #parts: FilesParts;
  readonly #ledger: FileLedger;
  readonly #carrying: FileCarrying;
  readonly #swept: Promise<void>;
  /** When somebody last said something, monotonic. */
  #talkedAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: FilesParts) {
    this.#parts = parts;
    const { core, card, store, rows, settings, neighbourhood } = parts;
    this.#ledger = new FileLedger(store, rows, (entry) => this.#carrying.crowdedOut(entry));
    mendLedger(this.#ledger, parts.history);
    this.#swept = this.#sweep();
    this.#carrying = new FileCarrying({
      ...{
        core,
        card,
        settings,
        ledger: this.#ledger,
        straight: new StraightWay({ core, settings, neighbourhood }),
        downloads: () => systemDownloads(homedir()),
        isTalking: () => performance.now() - this.#talkedAtMs < TALK_MS,
      },
      tell: (entry) => this.#tell(entry),
      say: (to, state) => this.#say(to, state),
      saved: () => parts.engine.settled(),
    });
  }

  connected(relay: CarryingRelay): void {
    this.#carrying.connected(relay);
  }

  disconnected(): void {
    this.#carrying.disconnected();
  }

  async close(): Promise<void> {
    await this.#carrying.close();
    await this.#swept;
    this.#ledger.close();
  }

  /** Of what was made only to be sent. */
  async #sweep(): Promise<void> {
    const { spool } = this.#parts;
    if (spool === null) return;
    const paths = this.#ledger.all().flatMap(({ path }) => (path === null ? [] : [path]));
    await sweepOrphans(spool, new Set(paths));
  }

  /** Throws UsageError, StorageError, FileError. */
  async run(command: FileCommand): Promise<Replies[FileCommand['do']]> {
    switch (command.do) {
      case 'send-file':
        return this.#send(command);
      case 'get-file':
        return { transfer: this.#get(command) };
      case 'cancel-file':
        return { cancelled: await this.#cancel(command.id) };
      case 'files':
        return this.#list(command);
      default:
        return command satisfies never;
    }
  }

  /** What the core tells and what a commit did, as far as it is about files. */
  take(event: ClientEvent | CoreEvent): void {
    switch (event.type) {
      case 'message':
        this.#talkedAtMs = performance.now();
        if (event.message.file !== undefined) this.#offered(event.message, event.message.file);
        return;
      case 'file-state':
        this.#stated(event.from, event.state);
        return;
      case 'person':
        if (event.person.online) this.#carrying.came(event.person.fingerprint);
        else this.#carrying.went(event.person.fingerprint);
        if (event.person.blocked === true) this.#carrying.blocked(event.person.fingerprint);
        return;
      case 'settings':
        this.#carrying.tend();
        return;
      case 'message-changed':
        if (event.message.deleted === true) this.#gone(event.message.id);
        return;
      case 'deleted':
        for (const id of this.#deleted(event)) this.#gone(id);
        return;
      default:
        return;
    }
  }

  async #send(command: Of<'send-file'>): Promise<Replies['send-file']> {
    const { to, path, text, reply, voiceMs, waveform, temporary = false } = command;
    const key = new Uint8Array(randomBytes(FILE_KEY_BYTES));
    const id = fileIdFrom(this.#parts.core.me.id, fileIdOf(key));
    const source = await openSource(path, { onProgress: this.#reading(id, command) });
    await source.close();
    const { size, hash, mtimeNs, inode } = source.offered;
    const { type, width, height, durationMs } = await mediaFacts(source.path);
    const file: SharedFile = {
      ...{ id, key: hexFromBytes(key), hash: hexFromBytes(hash), size },
      name: safeFileName(command.name ?? source.name),
      ...{ type },
      ...(width === null || height === null ? {} : { width, height }),
      ...(durationMs === null ? {} : { durationMs }),
      ...(await fileThumbnail(source.path, type)),
      ...(voiceMs === undefined ? {} : { voice: true, durationMs: Math.round(voiceMs) }),
      ...(waveform === undefined ? {} : { waveform }),
    };
    const entry = this.#ledger.put({
      ...{ file, id: null, conversation: to, direction: 'out', from: this.#parts.core.me.id },
      ...{ state: 'unsent', reason: null, path: source.path, stamp: { mtimeNs, inode } },
      ...{ folder: null, temporary, warning: null, atMs: Date.now() },
    });
    const said = this.#posted(entry, { to, text, file, ...(reply === undefined ? {} : { reply }) });
    this.#carrying.tend();
    return { id: said.id, transfer: this.#transferOf(said.entry) };
  }

  /** The entry is on the disk first: whoever hears of the file may ask for it. */
  #posted(
    entry: FileEntry,
    saying: Parameters<typeof say>[1],
  ): { readonly id: MessageId; readonly entry: FileEntry } {
    try {
      const id = this.#parts.engine.command((core) => say(core, saying));
      return { id, entry: this.#ledger.put({ ...entry, id }) };
    } catch (error) {
      this.#ledger.delete(entry.file.id);
      throw error;
    }
  }

  #get({ id, folder }: Of<'get-file'>): FileTransfer {
    const entry = this.#ledger.ofMessage(id) ?? this.#entryOfHistory(id);
    if (entry === null) throw new UsageError('no-file', phrase`this message carries no file`);
    this.#requireOwn(entry);
    if (entry.direction === 'out') {
      throw new UsageError('own-file', phrase`you sent this file yourself`);
    }
    if (entry.state === 'done' || entry.state === 'wanted') return this.#transferOf(entry);
    const into = folder ?? entry.folder;
    const wanted = this.#ledger.put({ ...entry, state: 'wanted', reason: null, folder: into });
    this.#carrying.tend();
    return this.#transferOf(wanted);
  }

  /** Who knows a file's key can name it in a message of their own: what is known of the first one is not theirs to change. Throws UsageError. */
  #requireOwn({ id, file }: FileEntry): void {
    const known = this.#ledger.get(file.id);
    if (known === null || known.id === id) return;
    const message = phrase`this message names a file that another message brought; ask for that one`;
    throw new UsageError('no-file', message);
  }

  /** Of a file whose entry had to make room, or of a profile that was restored. Throws UsageError `unknown-message`. */
  #entryOfHistory(id: MessageId): FileEntry | null {
    const message = this.#parts.history.message(id);
    if (message === null) {
      throw new UsageError('unknown-message', phrase`there is no message of that id here`);
    }
    const { file, from } = message;
    if (file === undefined || from.fingerprint === this.#parts.core.me.id) return null;
    return newIncoming(message, file);
  }

  async #cancel(id: MessageId): Promise<boolean> {
    const entry = this.#ledger.ofMessage(id);
    if (entry === null || entry.state === 'cancelled' || entry.state === 'failed') return false;
    if (entry.state === 'done') return false;
    await this.#carrying.giveUp(entry, 'cancelled');
    this.#ledger.flush();
    return true;
  }

  #list({ conversation, limit }: Of<'files'>): Replies['files'] {
    const isThere = (entry: FileEntry) =>
      entry.id !== null && (conversation === null || isSame(entry.conversation, conversation));
    const newest = this.#ledger.all().filter(isThere).reverse();
    return { files: fittingFiles(this.#listed(newest), limit) };
  }

  /** One after the other: most of them may not be looked at. */
  *#listed(entries: readonly FileEntry[]): Generator<FileReplies['files']['files'][number]> {
    for (const entry of entries) {
      const message = entry.id === null ? null : this.#parts.history.message(entry.id);
      yield { transfer: this.#transferOf(entry), message };
    }
  }

  /** Tells how far the reading of a file of ours is, once in a while. */
  #reading(
    file: FileId,
    { to, path, name }: Of<'send-file'>,
  ): (bytes: number, size: number) => void {
    let toldAtMs = performance.now();
    return (bytes, size) => {
      if (performance.now() - toldAtMs < TELL_MS) return;
      toldAtMs = performance.now();
      const reading = { file, conversation: to, name: name ?? path, path };
      const transfer = transferWhileRead(reading, { bytes, size });
      this.#parts.emit({ type: 'file', transfer });
    };
  }

  #offered(message: Message, file: SharedFile): void {
    const { core, settings } = this.#parts;
    if (message.from.fingerprint === core.me.id || this.#ledger.get(file.id) !== null) return;
    const entry = newIncoming(message, file);
    const isWanted = isTakenUnasked(core, settings(), entry, this.#ledger.all());
    this.#tell(this.#ledger.note(isWanted ? { ...entry, state: 'wanted' } : entry));
    if (isWanted) this.#carrying.tend();
  }

  /** The messages with files that went. */
  #deleted({ id, conversation }: Extract<ClientEvent, { type: 'deleted' }>): readonly MessageId[] {
    if (id !== null) return [id];
    return this.#ledger
      .all()
      .filter((entry) => isSame(entry.conversation, conversation))
      .flatMap((entry) => (entry.id === null ? [] : [entry.id]));
  }

  /** Its message was deleted, or has disappeared: what has landed stays, nothing else does. */
  #gone(id: MessageId): void {
    const entry = this.#ledger.ofMessage(id);
    if (entry === null) return;
    const forget = () => this.#ledger.delete(entry.file.id);
    if (entry.state === 'done' && entry.direction === 'in') forget();
    else this.#carrying.giveUp(entry, 'cancelled').then(forget, forget);
  }

  /** Of ours, or else of theirs: what somebody says of another's file means nothing. */
  #stated(from: PeerId, state: FileState): void {
    const ids = [this.#parts.core.me.id, from].map((sender) => fileIdFrom(sender, state.file));
    const file = ids.find((id) => this.#ledger.get(id) !== null);
    if (file !== undefined) this.#carrying.stated(from, { ...state, file });
  }

  /** `told.file` is as it is called here. */
  #say(to: PeerId, told: FileState): boolean {
    const { engine, core } = this.#parts;
    const entry = this.#ledger.get(told.file);
    if (entry === null || (entry.direction === 'out' && !mayHave(core, entry, to))) return false;
    const state = { ...told, file: fileIdOnWire(entry.file) };
    try {
      return engine.command((now) => tellFileState(now, to, { state, byItself: true }));
    } catch (error) {
      // Blocked, or their key has changed: nothing goes there.
      if (error instanceof LanchatError) return false;
      throw error;
    }
  }

  #tell(entry: FileEntry): void {
    if (entry.id !== null) this.#parts.emit({ type: 'file', transfer: this.#transferOf(entry) });
  }

  #transferOf(entry: FileEntry): FileTransfer {
    return transferOf(entry, this.#carrying);
  }
}
