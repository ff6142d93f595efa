// How it stands with files, by the message that carries each: bounded, and told of a few times a second while one moves.
// Knows no session and draws nothing.
import type { FileId, MessageId } from '../protocol/ids.ts';
import type { ConversationKey } from './conversation.ts';
import type { Transfer } from './file-words.ts';
import type { Schedule } from './schedule.ts';

/** As many as the client keeps; whoever offers more pushes out what was heard of longest ago. */
const MAX_TRANSFERS = 2_000;
/** Ours that are being read, and what a person has asked for. */
const MAX_FEW = 200;
/** Three steps of a bar a second are enough to see that it moves. */
export const PROGRESS_PAUSE_MS = 350;

/** What others read of it. */
export interface KnownTransfers {
  /** Null: nothing has been heard of it. */
  readonly get: (id: MessageId) => Transfer | null;
  /** Ours of a conversation that no message carries yet, oldest first. */
  readonly reading: (key: ConversationKey) => readonly Transfer[];
}

/** Owns a timer while something moves; `close()` ends it. */
export class Transfers implements KnownTransfers {
  readonly #byMessage = new Map<MessageId, Transfer>();
  readonly #reading = new Map<FileId, { readonly key: ConversationKey; readonly is: Transfer }>();
  readonly #asked = new Map<MessageId, true>();
  readonly #offered = new Map<MessageId, true>();
  readonly #wanted = new Set<ConversationKey>();
  readonly #schedule: Schedule;
  readonly #onChange: () => void;
  #firstOffer: ConversationKey | null = null;
  #cancelTimer: (() => void) | null = null;

  constructor(schedule: Schedule, onChange: () => void) {
    this.#schedule = schedule;
    this.#onChange = onChange;
  }

  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  readonly get = (id: MessageId): Transfer | null => this.#byMessage.get(id) ?? null;

  readonly reading = (key: ConversationKey): readonly Transfer[] =>
    [...this.#reading.values()].filter((each) => each.key === key).map(({ is }) => is);

  /** As it stands now. Who looks is told at once of another state, and of bytes a little later. */
  set(key: ConversationKey, transfer: Transfer): void {
    const { id, file, state } = transfer;
    const before = this.#reading.get(file)?.is ?? (id === null ? null : this.get(id));
    if (id === null && state === 'reading')
      keep(this.#reading, [file, { key, is: transfer }], MAX_FEW);
    else this.#reading.delete(file);
    if (id !== null) keep(this.#byMessage, [id, transfer], MAX_TRANSFERS);
    if (before?.state !== state || before.id !== id) this.#onChange();
    else this.#cancelTimer ??= this.#schedule(() => this.#moved(), PROGRESS_PAUSE_MS);
  }

  /** What was being read under that path is not on its way: it could not be sent. */
  forgetReading(path: string): void {
    for (const [file, { is }] of this.#reading) if (is.path === path) this.#reading.delete(file);
    this.#onChange();
  }

  #moved(): void {
    this.#cancelTimer = null;
    this.#onChange();
  }

  /** A person wants it: they are told when it is here. */
  ask(id: MessageId): void {
    keep(this.#asked, [id, true], MAX_FEW);
  }

  /** Whether a person waits for it; once. */
  takeAsked(id: MessageId): boolean {
    return this.#asked.delete(id);
  }

  /** Somebody offers it just now. */
  offer(id: MessageId, key: ConversationKey): void {
    if (this.#offered.size === 0) this.#firstOffer = key;
    keep(this.#offered, [id, true], MAX_FEW);
  }

  /** Where the first of this run was offered; once. */
  takeFirstOffer(): ConversationKey | null {
    const key = this.#firstOffer;
    this.#firstOffer = null;
    return key;
  }

  /** Whether it was offered in this run. */
  isOffered(id: MessageId): boolean {
    return this.#offered.has(id);
  }

  /** A line came whose file nothing is known of. */
  want(key: ConversationKey): void {
    this.#wanted.add(key);
  }

  /** Whether the states of a conversation's files are to be asked for; once. */
  takeWanted(key: ConversationKey): boolean {
    return this.#wanted.delete(key);
  }
}

/** The newest last; what was put longest ago goes. */
function keep<Key, Value>(
  into: Map<Key, Value>,
  [key, value]: readonly [Key, Value],
  most: number,
) {
  into.delete(key);
  into.set(key, value);
  for (const oldest of into.keys()) {
    if (into.size <= most) break;
    into.delete(oldest);
  }
}
