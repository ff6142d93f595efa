// What a mailbox must do, said simply; it takes random steps beside the real one and compares.
import { expect } from 'vitest';
import type { StoreOutcome } from '../../src/relay/mailbox.ts';
import { letter, prefixOf, read } from './mail.ts';
import { ManualClock } from './manual-clock.ts';
import { diskFull, startStores, type TestDisk, type TestStores } from './stores.ts';

const PEOPLE = [1, 2, 3];
const SENDERS = [11, 12];
const FOR_EVER_MS = 1e12;
const YEAR_MS = 365 * 24 * 60 * 60_000;
const LIMITS = { mailboxAgeMs: FOR_EVER_MS, mailboxBlobs: 1e6, mailboxBlobsASender: 1e6 };

interface Waiting {
  readonly to: number;
  readonly from: number;
  readonly token: number;
  /** Acknowledged, and on disk until the next commit. */
  isRead: boolean;
}

interface Sent extends Omit<Waiting, 'isRead'> {
  outcome: StoreOutcome | null;
}

export class MailboxModel {
  readonly #disk: TestDisk;
  /** Whole numbers below a bound. */
  readonly #random: (bound: number) => number;
  #opened: TestStores;
  /** On disk, the oldest first. */
  #waiting: Waiting[] = [];
  /** Forgotten in this run, whose tokens are known until it ends. */
  #forgotten: Waiting[] = [];
  #uncommitted: Sent[] = [];
  #lastToken = 0;
  #highest = 0n;

  constructor(disk: TestDisk, random: (bound: number) => number) {
    this.#disk = disk;
    this.#random = random;
    this.#opened = this.#start();
  }

  step(): void {
    const steps = [
      ...[this.#send, this.#send, this.#send, this.#sendAgain, this.#acknowledge],
      ...[this.#commit, this.#commit, this.#fail, this.check, this.#restart],
    ];
    // A crash is the rarest, or nothing would ever pile up.
    const chosen = this.#random(25) === 0 ? this.#crash : this.#pick(steps);
    chosen?.call(this);
  }

  /** What everybody would be handed out now. */
  check(): void {
    for (const person of PEOPLE) {
      const mine = this.#waiting.filter(({ to }) => to === person);
      const unread = mine.filter(({ isRead }) => !isRead);
      const found = read(this.#opened, person);
      expect(found.map(({ token }) => token)).toEqual(unread.map(({ token }) => token));
      const numbers = found.map(({ rseq }) => rseq);
      expect(new Set(numbers).size).toBe(numbers.length);
      expect(this.#opened.stores.mailbox.queued(prefixOf(person))).toBe(mine.length);
    }
  }

  #send(): void {
    const [to, from] = [this.#pick(PEOPLE) ?? 1, this.#pick(SENDERS) ?? 11];
    this.#submit({ to, from, token: ++this.#lastToken });
  }

  /** The same token, perhaps of another sender or to another person: then it is another letter. */
  #sendAgain(): void {
    const known = this.#pick([...this.#waiting, ...this.#forgotten, ...this.#uncommitted]);
    if (known === undefined) return;
    const from = this.#random(4) === 0 ? (this.#pick(SENDERS) ?? 11) : known.from;
    this.#submit({ to: known.to, from, token: known.token });
  }

  #submit(sent: Omit<Sent, 'outcome'>): void {
    const kept: Sent = { ...sent, outcome: null };
    this.#uncommitted.push(kept);
    this.#opened.stores.mailbox.store(letter({ ...sent, ttlMs: FOR_EVER_MS }), (outcome) => {
      kept.outcome = outcome;
    });
  }

  /** Some of somebody's mail, and numbers that are not theirs. */
  #acknowledge(): void {
    const person = this.#pick(PEOPLE) ?? 1;
    const found = read(this.#opened, person).filter(() => this.#random(2) === 0);
    const others = PEOPLE.filter((other) => other !== person);
    const notTheirs = others.flatMap((other) => read(this.#opened, other));
    const rseqs = [...found, ...notTheirs].map(({ rseq }) => rseq);
    this.#opened.stores.mailbox.acknowledge(prefixOf(person), [...rseqs, this.#highest + 5n]);
    for (const each of this.#waiting) {
      if (found.some(({ token, from }) => isSame(each, { to: person, from, token }))) {
        each.isRead = true;
      }
    }
  }

  #commit(): void {
    // What a failing disk had refused is due again.
    this.#opened.clock.advance(5_000);
    this.#opened.commit();
    for (const sent of this.#uncommitted) {
      const isKnown = [...this.#waiting, ...this.#forgotten].some((each) => isSame(each, sent));
      expect(sent.outcome).toBe(isKnown ? 'known' : 'stored');
      if (!isKnown) this.#waiting.push({ ...sent, isRead: false });
    }
    this.#uncommitted = [];
    this.#forgotten.push(...this.#waiting.filter(({ isRead }) => isRead));
    this.#waiting = this.#waiting.filter(({ isRead }) => !isRead);
    this.#checkNumbers();
  }

  /** A commit on a full disk: nothing of it happened, and everybody is told. */
  #fail(): void {
    this.#disk.fault = diskFull();
    this.#opened.clock.advance(5_000);
    this.#opened.commit();
    this.#disk.fault = null;
    for (const { outcome } of this.#uncommitted) expect(outcome).toBe('storage');
    this.#uncommitted = [];
  }

  #restart(): void {
    if (this.#random(3) > 0) return;
    this.#commit();
    this.#opened.stores.committer.close();
    this.#opened.crash();
    this.#forgotten = [];
    this.#opened = this.#start();
  }

  #crash(): void {
    this.#opened.crash();
    for (const { outcome } of this.#uncommitted) expect(outcome).toBeNull();
    this.#uncommitted = [];
    this.#forgotten = [];
    for (const each of this.#waiting) each.isRead = false;
    this.#opened = this.#start();
    this.check();
  }

  #start(): TestStores {
    const wallMs = 1_800_000_000_000 + (this.#random(3) - 1) * YEAR_MS + this.#random(1_000);
    return startStores(this.#disk, { limits: LIMITS, clock: new ManualClock(wallMs) });
  }

  /** Whatever came last has the highest number that there ever was. */
  #checkNumbers(): void {
    const numbers = PEOPLE.flatMap((person) => read(this.#opened, person).map(({ rseq }) => rseq));
    for (const rseq of numbers) if (rseq > this.#highest) this.#highest = rseq;
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[this.#random(from.length)];
  }
}

function isSame(a: Omit<Waiting, 'isRead'>, b: Omit<Waiting, 'isRead'>): boolean {
  return a.to === b.to && a.from === b.from && a.token === b.token;
}
