// Sealed blobs for people who are away: stored, handed out, forgotten. Opens none; speaks to no connection.
import { idBytes, type PeerPrefix } from '../protocol/ids.ts';
import type { Database } from '../storage/database.ts';
import { type CommitOutcome, type Committer, SHORT_REST_FACTOR, type Write } from './committer.ts';
import { renumber } from './deliver.ts';
import type { EventLog } from './events.ts';
import { shareThatYields } from './fairness.ts';
import {
  FETCH_BLOBS,
  FETCH_BYTES,
  RECENT_TOKENS,
  type RelayLimits,
  ROW_OVERHEAD_BYTES,
} from './limits.ts';
import { type Letter, MailTable, type RemovedLetter } from './mail-table.ts';
import { keyOf, RecentTokens } from './recent-tokens.ts';
import { MAX_INTEGER, readOr, readUndamaged } from './relay-database.ts';
import { ShareLedger } from './share-ledger.ts';
import type { Load, Measure } from './shares.ts';
import type { RelayStart } from './shelf-clock.ts';

/** Acknowledged blobs that are forgotten together; above it the next commit does not wait for company. */
const MANY_ACKS = 4_096;
/** On a failing disk no more are kept: what is forgotten here is delivered again, and recognised there. */
const MAX_ACKS = 65_536;

/**
 * `stored`: durable, and new. `known`: it was stored before, under this token of this sender. `quota`: the
 * mailbox or the sender's share of it is full. The others are the commit's.
 */
export type StoreOutcome = 'stored' | 'known' | 'quota' | Exclude<CommitOutcome, 'stored'>;

export interface MailPage {
  /** DELIVER frames, oldest first. */
  readonly frames: readonly Uint8Array[];
  /** Whether there are more above the last of them. */
  readonly more: boolean;
}

export interface MailboxContext {
  readonly database: Database;
  readonly committer: Committer;
  readonly events: EventLog;
  readonly limits: RelayLimits;
  readonly start: RelayStart;
}

/**
 * All mailboxes. A letter is stored with the next commit, and its sender told then; what is read is acknowledged
 * by number, and forgotten. As a Write, it forgets on disk what was acknowledged or is too old.
 */
export class Mailbox implements Write {
  /** Its senders wait for the disk and for nothing else. */
  readonly restFactor = SHORT_REST_FACTOR;
  readonly #context: MailboxContext;
  readonly #table: MailTable;
  readonly #ledger: ShareLedger<PeerPrefix>;
  /** Of what was delivered and has left the disk. */
  readonly #recent = new RecentTokens(RECENT_TOKENS);
  #acked = new Map<PeerPrefix, Set<bigint>>();
  #ackedCount = 0;
  #lastRseq: bigint;

  constructor(context: MailboxContext) {
    this.#context = context;
    this.#table = new MailTable(context.database);
    this.#ledger = new ShareLedger(this.#table, {
      inPlace: mailMeasure(context.limits),
      inAll: bytesMeasure(context.limits),
    });
    this.#lastRseq = context.start.firstRseq;
  }

  /** Blobs that wait for this recipient; 0 where the disk can't tell. */
  queued(recipient: PeerPrefix): number {
    return readOr(this.#context.events, 0, () => this.#ledger.load(recipient).blobs);
  }

  /** Keeps the letter's bytes until `answer` is called, after the commit; its frame is then numbered. */
  store(letter: Letter, answer: (outcome: StoreOutcome) => void): void {
    let outcome: StoreOutcome = 'quota';
    const write: Write = {
      apply: () => {
        outcome = this.#put(letter);
      },
      finished: (commit) => {
        this.#count(commit);
        answer(commit === 'stored' ? outcome : commit);
      },
      restFactor: this.restFactor,
    };
    this.#context.committer.urgent(write, letter.frame.length);
  }

  /** The next page above `after`, without what is damaged. Throws StorageError. */
  page(recipient: PeerPrefix, after: bigint): MailPage {
    const frames: Uint8Array[] = [];
    if (after >= MAX_INTEGER) return { frames, more: false };
    const gone = this.#acked.get(recipient);
    let sizeBytes = 0;
    for (const rseq of this.#table.numbers(recipient, after)) {
      if (gone?.has(rseq)) continue;
      const frame = readUndamaged(this.#context.events, () => this.#table.frame(rseq));
      if (frame === null) continue;
      if (frames.length === FETCH_BLOBS || sizeBytes >= FETCH_BYTES) return { frames, more: true };
      frames.push(frame);
      sizeBytes += frame.length;
    }
    return { frames, more: false };
  }

  /** Forgets those of the recipient's own blobs: at once for whoever reads, on disk with a later commit. */
  acknowledge(recipient: PeerPrefix, rseqs: readonly bigint[]): void {
    if (this.queued(recipient) === 0) return;
    const acked = this.#acked.get(recipient) ?? new Set();
    this.#acked.set(recipient, acked);
    const before = acked.size;
    for (const rseq of rseqs) {
      if (acked.size >= this.#context.limits.mailboxBlobs) break;
      if (rseq <= this.#lastRseq) acked.add(rseq);
    }
    this.#ackedCount += acked.size - before;
    if (this.#ackedCount > MAX_ACKS) this.#forgetAcks();
    this.#context.committer.lazy(this);
    if (this.#ackedCount > MANY_ACKS) this.#context.committer.soon();
  }

  /** Has what is too old removed with a later commit. */
  sweep(): void {
    const { events, start, committer } = this.#context;
    const isDue = readOr(events, false, () => this.#table.hasExpired(start.shelf.nowMs()));
    if (isDue) committer.lazy(this);
  }

  apply(): void {
    for (const [recipient, rseqs] of this.#acked) {
      for (const rseq of rseqs) {
        const letter = this.#table.remove(recipient, rseq);
        if (letter === null) continue;
        this.#removed(letter);
        this.#recent.add(keyOfLetter(letter));
      }
    }
    const expired = this.#table.removeExpired(this.#context.start.shelf.nowMs());
    for (const letter of expired) this.#removed(letter);
  }

  finished(outcome: CommitOutcome): void {
    this.#count(outcome);
    if (outcome !== 'storage') this.#forgetAcks();
    if (outcome === 'stored') this.sweep();
  }

  #forgetAcks(): void {
    this.#acked = new Map();
    this.#ackedCount = 0;
  }

  #put(letter: Letter): StoreOutcome {
    const { ttlMs, frame } = letter;
    if (this.#recent.has(keyOfLetter(letter)) || this.#table.has(letter)) return 'known';
    const sizeBytes = frame.length + ROW_OVERHEAD_BYTES;
    if (!this.#makeRoom(letter, sizeBytes)) return 'quota';
    const { limits, start } = this.#context;
    const rseq = ++this.#lastRseq;
    renumber(frame, rseq);
    const expiresMs = start.shelf.nowMs() + Math.min(ttlMs, limits.mailboxAgeMs);
    this.#table.insert(letter, { rseq, sizeBytes, expiresMs });
    this.#ledger.add(letter.recipient, letter, loadOf(sizeBytes));
    return 'stored';
  }

  /** False where the letter is refused. */
  #makeRoom(letter: Letter, sizeBytes: number): boolean {
    const { mailboxBlobsASender, mailboxBytesInAll } = this.#context.limits;
    const ledger = this.#ledger;
    if (ledger.of(letter.recipient).ofSender(letter).blobs >= mailboxBlobsASender) return false;
    const fitsAll = () => ledger.all.load.bytes + sizeBytes <= mailboxBytesInAll;
    const shareInAll = () => shareThatYields(ledger.all, letter, loadOf(sizeBytes));
    if (!fitsAll() && shareInAll() === null) return false;
    if (!this.#makeRoomInBox(letter, sizeBytes)) return false;
    while (!fitsAll()) {
      const share = shareInAll();
      if (share === null || !this.#removed(this.#table.removeOldestFrom(share))) return false;
    }
    return true;
  }

  #makeRoomInBox(letter: Letter, sizeBytes: number): boolean {
    const { recipient } = letter;
    const { mailboxBlobs, mailboxBytes } = this.#context.limits;
    for (;;) {
      const shares = this.#ledger.of(recipient);
      const { blobs, bytes } = shares.load;
      if (blobs < mailboxBlobs && bytes + sizeBytes <= mailboxBytes) return true;
      const share = shareThatYields(shares, letter, loadOf(sizeBytes));
      if (share === null) return false;
      const { source, sender } = share;
      if (!this.#removed(this.#table.removeOldestOf({ recipient, source, sender }))) return false;
    }
  }

  /** False where there was none, though it had been counted: a damaged row. All is then counted again. */
  #removed(letter: RemovedLetter | null): boolean {
    if (letter === null) this.#ledger.forget();
    else this.#ledger.remove(letter.recipient, letter, loadOf(letter.sizeBytes));
    return letter !== null;
  }

  #count(outcome: CommitOutcome): void {
    if (outcome === 'stored') this.#ledger.keep();
    else this.#ledger.undo();
  }
}

type MailLimits = Pick<
  RelayLimits,
  'mailboxBlobs' | 'mailboxBytes' | 'mailboxFloorBlobs' | 'mailboxFloorBytes'
>;

/** The part of a full mailbox that a load is, by number or by bytes, whichever is more. */
function mailMeasure(limits: MailLimits): Measure {
  const { mailboxBlobs, mailboxBytes } = limits;
  return {
    weight: ({ blobs, bytes }) => Math.max(blobs / mailboxBlobs, bytes / mailboxBytes),
    isSmall: (load) => isSmall(load, limits),
  };
}

function bytesMeasure(limits: MailLimits): Measure {
  return { weight: ({ bytes }) => bytes, isSmall: (load) => isSmall(load, limits) };
}

function isSmall({ blobs, bytes }: Load, limits: MailLimits): boolean {
  return blobs <= limits.mailboxFloorBlobs && bytes <= limits.mailboxFloorBytes;
}

/** Of one letter. */
function loadOf(sizeBytes: number): Load {
  return { blobs: 1, bytes: sizeBytes };
}

/** With the sender in it, so that nobody can take another's token. */
function keyOfLetter({
  recipient,
  sender,
  token,
}: Pick<Letter, 'recipient' | 'sender' | 'token'>): string {
  return keyOf(idBytes(recipient), sender, token);
}
