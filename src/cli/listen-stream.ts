// What `lanchat listen` prints, in order and each message once: history first, then events as they come.
import type {
  ClientEvent,
  FileTransfer,
  Link,
  Message,
  Snapshot,
  StoredMessage,
  Who,
} from '../client/api.ts';
import type { MessageId } from '../protocol/ids.ts';
import { Directory } from '../ui/people.ts';
import type { CommandContext } from './context.ts';
import { FileNews, fileLine } from './file-lines.ts';
import { fileRecord } from './file-records.ts';
import { changedLines, eventLine, fitted, messageLines, Quotes, Transcript } from './lines.ts';
import { changedRecord, deletedRecord, messageRecord } from './message-records.ts';
import type { JsonRecord } from './output.ts';
import { refuseFinal } from './session.ts';

/** A message is in history some moments before it is told: far fewer than these are on the way at a time. */
const MAX_PRINTED = 2_000;

/** Turns events into lines. No event is written before `ready`: what came earlier follows it. */
export class ListenStream {
  readonly #context: CommandContext;
  #only: ReadonlySet<string> = new Set();
  readonly #people = new Directory();
  /** The newest that came from history, which may come as events as well. */
  readonly #printed = new Set<MessageId>();
  readonly #transcript = new Transcript(this.#people);
  readonly #quotes = new Quotes();
  readonly #files: FileNews;
  readonly #progress: boolean;
  #left: number | null;
  #early: ClientEvent[] | null = [];
  #lastSeen: MessageId | null = null;
  #wasReady = false;
  #finish: (error: unknown) => void = () => {};

  /** `count`: messages after which it is full; null: never. `progress`: how far files are is told, too. */
  constructor(
    context: CommandContext,
    { count, progress }: { readonly count: number | null; readonly progress: boolean },
  ) {
    this.#context = context;
    this.#left = count;
    this.#progress = progress;
    this.#files = new FileNews({ progress });
  }

  /** Whether as many messages have been printed as were asked for. */
  get isFull(): boolean {
    return this.#left === 0;
  }

  /** The last message that was looked at, printed or not: all before it has been. Null: none. */
  get lastSeen(): MessageId | null {
    return this.#lastSeen;
  }

  /**
   * Begins anew with another session; of these rooms alone, where there are any. The promise settles after the last message that was asked for, or
   * when the link has ended for good.
   */
  restart(only: ReadonlySet<string>): Promise<void> {
    this.#only = only;
    if (this.#wasReady) this.#write({ type: 'disconnected', reason: 'owner-gone' });
    this.#early = [];
    const finished = new Promise<void>((resolve, reject) => {
      this.#finish = (error) => (error === null ? resolve() : reject(error));
    });
    // It may end before anybody waits for it.
    finished.catch(() => {});
    return finished;
  }

  /** Prints a page of history. Comes before `begin`. */
  async catchUp(messages: readonly StoredMessage[]): Promise<void> {
    const { output } = this.#context;
    for (const message of messages) {
      this.#remember(message.id);
      this.#notice(message);
      const event: ClientEvent = { type: 'message', message };
      if (this.#left === 0 || !this.#isWanted(event)) continue;
      if (output.options.json) output.json(messageRecord(message));
      else output.human(...fitted(this.#transcript.lines(message), output.columns));
      this.#countDown(message);
      await output.drained();
    }
  }

  begin({ self, link, people, rooms }: Snapshot): void {
    for (const person of people) this.#people.set(person);
    this.#people.rooms.setSelf(self.fingerprint);
    for (const room of rooms) this.#people.rooms.set(room);
    const early = this.#early ?? [];
    this.#early = null;
    if (this.#wasReady) this.#write({ type: 'reconnected' });
    else {
      const { relay, fingerprint } = link;
      this.#write({ type: 'ready', relay: relay ?? '', fingerprint: fingerprint ?? '' });
    }
    this.#wasReady = true;
    for (const event of early) this.take(event);
  }

  take(event: ClientEvent): void {
    if (event.type === 'person') this.#people.set(event.person);
    if (event.type === 'room') this.#people.rooms.set(event.room);
    if (event.type === 'link') this.#judge(event.link);
    if (this.#early !== null) {
      this.#early.push(event);
      return;
    }
    if (event.type === 'message') {
      this.#notice(event.message);
      if (this.#printed.delete(event.message.id)) return;
      this.#lastSeen = event.message.id;
    }
    // Ready once is ready: afterwards `disconnected` and `reconnected` tell.
    if (event.type === 'ready' || this.#left === 0 || !this.#isWanted(event)) return;
    this.#write(event);
    if (event.type === 'message') this.#countDown(event.message);
  }

  /** What becomes of the file of somebody ignored is as little told as what they say. */
  #notice({ id, from, file }: Message): void {
    if (file !== undefined && from.ignored === true) this.#files.ignore(id);
  }

  #remember(id: MessageId): void {
    this.#lastSeen = id;
    this.#printed.add(id);
    const [oldest] = this.#printed;
    if (this.#printed.size > MAX_PRINTED && oldest !== undefined) this.#printed.delete(oldest);
  }

  /** What became of the conversation is nobody's message. */
  #countDown({ kind }: Message): void {
    if (this.#left === null || kind === 'change') return;
    this.#left -= 1;
    if (this.#left === 0) this.#finish(null);
  }

  #judge(link: Link): void {
    try {
      refuseFinal(link);
    } catch (error) {
      this.#finish(error);
    }
  }

  #isWanted(event: ClientEvent): boolean {
    // Our own words did not arrive; a bot that heard itself would answer itself.
    if (event.type === 'message' && event.message.state !== null) return false;
    if (speakerOf(event)?.ignored === true) return false;
    if (event.type === 'file' && this.#isIgnored(event.transfer)) return false;
    if (this.#only.size === 0) return true;
    if (event.type === 'message' || event.type === 'message-changed') {
      return this.#isOf(event.message.room);
    }
    if (event.type === 'deleted') {
      return 'room' in event.conversation && this.#isOf(event.conversation.room);
    }
    switch (event.type) {
      case 'joined':
      case 'left':
      case 'gap':
        return this.#isOf(event.room);
      case 'file':
        return (
          'room' in event.transfer.conversation && this.#isOf(event.transfer.conversation.room)
        );
      default:
        return true;
    }
  }

  #isIgnored(transfer: FileTransfer): boolean {
    const { conversation, direction } = transfer;
    if (this.#files.isIgnored(transfer)) return true;
    if (direction === 'out' || 'room' in conversation) return false;
    return this.#people.get(conversation.peer)?.ignored === true;
  }

  #isOf(room: string | null): boolean {
    return room !== null && this.#only.has(room);
  }

  #write(event: ClientEvent): void {
    const { output } = this.#context;
    if (event.type === 'file' && !this.#files.take(event.transfer)) return;
    if (output.options.json) {
      const record = eventRecord(event, this.#people);
      if (record !== null) output.json(record);
    } else if (event.type === 'message') {
      const lines = messageLines(event.message, this.#people, this.#quotes);
      output.human(...fitted(lines, output.columns));
    } else if (event.type === 'message-changed') {
      const lines = changedLines(event.message, this.#people, this.#quotes);
      output.human(...fitted(lines, output.columns));
    } else {
      const line =
        event.type === 'file'
          ? fileLine(event.transfer, this.#progress)
          : eventLine(event, this.#people);
      if (line !== null) output.human(...fitted([line], output.columns));
    }
  }
}

/** Whose words, or what stands for words, an event is; null: nobody's. */
function speakerOf(event: ClientEvent): Who | null {
  switch (event.type) {
    case 'message':
    case 'message-changed':
      return event.message.from;
    case 'invitation':
      return event.invitation.from;
    case 'typing':
      return event.from;
    default:
      return null;
  }
}

/** The JSON of CLI.md for an event; null for those that `listen` doesn't show. */
function eventRecord(event: ClientEvent, people: Directory): JsonRecord | null {
  switch (event.type) {
    case 'message':
      return messageRecord(event.message);
    case 'file':
      return fileRecord(event.transfer, people);
    case 'deleted':
      return deletedRecord(event, people);
    case 'receipt': {
      const { reason, ...receipt } = event;
      return reason === null ? receipt : { ...receipt, reason };
    }
    case 'typing': {
      const { room, ...typing } = event;
      return room === null ? typing : { ...typing, room };
    }
    case 'gap': {
      const { room, ...gap } = event;
      return room === null ? gap : { ...gap, room };
    }
    case 'invitation':
      return { type: 'invitation', ...event.invitation };
    case 'ready':
    case 'joined':
    case 'left':
    case 'key-changed':
    case 'disconnected':
    case 'reconnected':
    case 'announcement':
    case 'storage':
    case 'words':
    case 'who-read':
    case 'error':
      return { ...event };
    case 'link':
    case 'settings':
    case 'self':
    case 'person':
    case 'room':
    case 'room-left':
      return null;
    case 'message-changed':
      return changedRecord(event.message, people);
    default:
      return event satisfies never;
  }
}
