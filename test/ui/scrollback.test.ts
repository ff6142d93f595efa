// Scrollback against a simple model: whatever arrives, is read, found, deleted or scrolled, and in any order.
import { describe, expect, it } from 'vitest';
import type { MessageId } from '../../src/protocol/ids.ts';
import {
  addLine,
  type ConversationRecord,
  type Entry,
  indexOfMessage,
  MAX_ENTRIES,
  newConversation,
  PAGE_MESSAGES,
} from '../../src/ui/conversation.ts';
import { headingHeight, messageSource } from '../../src/ui/message-rows.ts';
import { safeText } from '../../src/ui/safe-text.ts';
import {
  beginNewer,
  beginOlder,
  goLive,
  keepBounded,
  type Line,
  newestMessage,
  oldestMessage,
  putNewer,
  putOlder,
  removeMessage,
  showAround,
  showLoaded,
} from '../../src/ui/scrollback.ts';
import { anchorAbove, scrollBy, visibleSlice } from '../../src/ui/viewport.ts';
import { peerId } from '../support/fake-session.ts';
import { nthId } from '../support/kept-history.ts';
import { numbersFrom } from '../support/seeded.ts';

const ROWS = 17;
const CELLS = 60;
/** Between messages: some of them are of one group. */
const MINUTES = 4;
const START_MS = Date.parse('2026-01-31T09:15:00.000Z');

/** The `n`th of all messages: some are long, two people write, some days pass. */
function line(n: number): Line {
  return {
    timeMs: START_MS + n * MINUTES * 60_000,
    body: {
      kind: 'message',
      id: nthId(n),
      from: peerId(n % 5 < 3 ? 'a' : 'b'),
      own: false,
      text: safeText(`message ${n} ${'word '.repeat((n * 7) % 40)}`),
      ...{ state: null, reason: null, mention: false, sentTime: null },
    },
  };
}

function numberOf(id: MessageId): number {
  return Number.parseInt(id, 16);
}

function numbersIn(entries: readonly Entry[]): number[] {
  return entries.flatMap((entry) => (entry.kind === 'message' ? [numberOf(entry.id)] : []));
}

/** In which row of the screen each visible message begins, by its number. */
function rowsOf(record: ConversationRecord): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const slice = visibleSlice(messageSource(record, CELLS), record.anchor, ROWS);
  let row = slice.blankRows;
  for (const { index, from, to } of slice.spans) {
    const entry = record.entries[index];
    const begins = headingHeight(record, index);
    if (entry?.kind === 'message' && from <= begins && begins < to) {
      found.set(numberOf(entry.id), row + begins - from);
    }
    row += to - from;
  }
  return found;
}

/** Asked for, and not yet there. */
interface Reading {
  readonly epoch: number;
  readonly put: (record: ConversationRecord) => void;
}

/** One conversation, what history holds of it, and somebody who reads. */
class Reader {
  readonly record = newConversation('#lobby');
  readonly #next: (bound: number) => number;
  /** Message numbers that history holds, ascending. */
  #history: number[] = [];
  #told = 0;
  #made = 0;
  #readings: Reading[] = [];

  constructor(seed: number, past: number) {
    this.#next = numbersFrom(seed);
    for (let n = 0; n < past; n += 1) this.#make();
    this.#told = this.#made;
  }

  /** Does one thing; says what. */
  step(): string {
    const done = this.#pick();
    this.#checkLines();
    return done;
  }

  #pick(): string {
    const choice = this.#next(100);
    if (choice < 20) return this.#kept(() => this.#arrive(1 + this.#next(choice < 4 ? 400 : 3)));
    if (choice < 25) return this.#kept(() => this.#note());
    if (choice < 45) return this.#kept(() => this.#deliver());
    if (choice < 60) return this.#askOlder();
    if (choice < 70) return this.#askNewer();
    if (choice < 88) return this.#scroll();
    if (choice < 92) return this.#jump();
    if (choice < 95) return this.#live();
    return this.#delete();
  }

  /** What is on the screen of somebody who has scrolled up stays in its row. */
  #kept(act: () => string): string {
    const { anchor } = this.record;
    const { spans, blankRows } = visibleSlice(messageSource(this.record, CELLS), anchor, ROWS);
    // Where too little follows, the screen ends with the newest line and moves with it.
    const isFull = blankRows === 0 && spans[0]?.key === (anchor.kind === 'line' && anchor.key);
    const isUp = isFull && anchor.kind === 'line' && spans[0]?.from === anchor.line;
    const before = rowsOf(this.record);
    const done = act();
    if (!isUp) return done;
    const after = rowsOf(this.record);
    expect(after.size).toBeGreaterThan(0);
    const moved = [...before].filter(([n, row]) => after.get(n) !== row);
    expect([done, moved]).toEqual([done, []]);
    return done;
  }

  #make(): void {
    this.#made += 1;
    this.#history.push(this.#made);
  }

  /** In history a moment before it is told: sometimes a page is read in between. */
  #arrive(count: number): string {
    for (let each = 0; each < count; each += 1) this.#make();
    if (count <= PAGE_MESSAGES && this.#next(3) === 0) this.#deliver();
    while (this.#told < this.#made) {
      this.#told += 1;
      const { body, timeMs } = line(this.#told);
      addLine(this.record, body, timeMs);
      keepBounded(this.record);
    }
    return `${count} arrive`;
  }

  #note(): string {
    const text = safeText('a line of our own');
    const body = { kind: 'notice', tone: 'plain', text } as const;
    addLine(this.record, body, START_MS + this.#made * MINUTES * 60_000);
    keepBounded(this.record);
    return 'a note';
  }

  #askOlder(): string {
    const { record } = this;
    if (record.older.kind === 'reading' || record.older.kind === 'beginning') return 'no more';
    const before = oldestMessage(record);
    const { epoch } = record;
    beginOlder(record);
    const page = this.#pageBefore(before, PAGE_MESSAGES);
    const late = this.#next(2) === 0;
    this.#readings.push({
      epoch,
      put: (now) => putOlder(now, late ? this.#pageBefore(before, PAGE_MESSAGES) : page, CELLS),
    });
    return 'asked for older ones';
  }

  #pageBefore(id: MessageId | null, limit: number) {
    const end = id === null ? Number.POSITIVE_INFINITY : numberOf(id);
    const older = this.#history.filter((n) => n < end);
    const lines = older.slice(-limit).map(line);
    return { lines, more: lines.length < older.length };
  }

  #pageAfter(id: MessageId, limit: number) {
    const newer = this.#history.filter((n) => n > numberOf(id));
    const lines = newer.slice(0, limit).map(line);
    return { lines, more: lines.length < newer.length };
  }

  #askNewer(): string {
    const { record } = this;
    const { aside, epoch } = record;
    if (aside === null || aside.reading) return 'nothing newer';
    const from = newestMessage(record.entries);
    if (from === null) throw new Error('an older part without a message');
    beginNewer(record);
    const page = this.#pageAfter(from, 1 + this.#next(250));
    this.#readings.push({ epoch, put: (now) => putNewer(now, page) });
    return 'asked for newer ones';
  }

  /** What was asked for before lines went fits in no longer. */
  #deliver(): string {
    const reading = this.#readings.shift();
    if (reading === undefined) return 'nothing to read';
    if (reading.epoch === this.record.epoch) reading.put(this.record);
    return 'a page';
  }

  #scroll(): string {
    const { record } = this;
    const lines = (this.#next(5) < 3 ? -1 : 1) * this.#next(4 * ROWS);
    const stays = record.aside !== null;
    const source = messageSource(record, CELLS);
    const anchor = scrollBy(source, record.anchor, { lines, rows: ROWS, stays });
    if (anchor.kind === 'bottom') goLive(record);
    else record.anchor = anchor;
    return `scrolled by ${lines}`;
  }

  #jump(): string {
    const { record } = this;
    const n = this.#history[this.#next(this.#history.length)];
    if (n === undefined) return 'nowhere to go';
    const id = nthId(n);
    if (indexOfMessage(record.entries, id) !== -1) showLoaded(record, id);
    else if (record.aside !== null && indexOfMessage(record.aside.tail, id) !== -1) {
      goLive(record);
      showLoaded(record, id);
    } else {
      const before = this.#pageBefore(id, PAGE_MESSAGES / 2);
      const older = { lines: [...before.lines, line(n)], more: before.more };
      showAround(record, id, { older, newer: this.#pageAfter(id, 500) });
    }
    const source = messageSource(record, CELLS);
    const above = anchorAbove(source, record.anchor, Math.floor(ROWS / 3));
    record.anchor = scrollBy(source, above, { lines: 0, rows: ROWS, stays: true });
    expect([...rowsOf(record).keys()]).toContain(n);
    return `jumped to ${n}`;
  }

  #live(): string {
    goLive(this.record);
    return 'live';
  }

  #delete(): string {
    const choices = [this.#history, [...rowsOf(this.record).keys()], this.#justAbove()];
    const from = choices[this.#next(choices.length)] ?? [];
    const n = from[this.#next(Math.max(1, from.length))];
    if (n === undefined) return 'nothing to delete';
    const act = () => {
      this.#history = this.#history.filter((each) => each !== n);
      removeMessage(this.record, nthId(n));
      return `deleted ${n}`;
    };
    return this.#isInSight(n) ? act() : this.#kept(act);
  }

  #justAbove(): number[] {
    const { spans } = visibleSlice(messageSource(this.record, CELLS), this.record.anchor, ROWS);
    const first = spans[0]?.index ?? 0;
    return numbersIn(this.record.entries.slice(Math.max(0, first - 1), first));
  }

  /** Whether a row of it is on the screen. */
  #isInSight(n: number): boolean {
    const { spans } = visibleSlice(messageSource(this.record, CELLS), this.record.anchor, ROWS);
    const index = indexOfMessage(this.record.entries, nthId(n));
    return spans.some((span) => span.index === index);
  }

  /** Of what is shown no message is missing, doubled, deleted or out of order; the end is the newest. */
  #checkLines(): void {
    const { entries, aside, nextSeq } = this.record;
    const shown = numbersIn(entries);
    const first = shown[0] ?? Number.POSITIVE_INFINITY;
    const last = aside === null ? Number.POSITIVE_INFINITY : (shown.at(-1) ?? -1);
    expect(shown.join()).toBe(this.#history.filter((n) => n >= first && n <= last).join());
    const tail = aside === null ? [] : numbersIn(aside.tail);
    const since = tail[0] ?? Number.POSITIVE_INFINITY;
    expect(tail.join()).toBe(this.#history.filter((n) => n >= since).join());
    for (const part of [entries, aside?.tail ?? []]) {
      expect(part.every(({ seq }, index) => seq === (part[0]?.seq ?? 0) + index)).toBe(true);
    }
    const newest = (aside?.tail ?? entries).at(-1);
    if (newest !== undefined) expect(newest.seq).toBe(nextSeq - 1);
    expect(entries.length + tail.length).toBeLessThanOrEqual(MAX_ENTRIES);
  }
}

describe('scrollback', () => {
  const seeds = Array.from({ length: 40 }, (_, seed) => seed);

  it.each(seeds)(
    'loses, doubles and reorders nothing, and stays where one reads: seed %i',
    (seed) => {
      const reader = new Reader(seed, (seed * 97) % 3_000);
      const done: string[] = [];
      try {
        for (let step = 0; step < 100; step += 1) done.push(reader.step());
      } catch (error) {
        throw new Error(`after: ${done.slice(-12).join(', ')}`, { cause: error });
      }
    },
  );

  it('returns to the newest lines once all of an older part is deleted', () => {
    const record = newConversation('#lobby');
    for (let n = 900; n < 910; n += 1) {
      const { body, timeMs } = line(n);
      addLine(record, body, timeMs);
    }
    const older = { lines: [line(1)], more: false };
    showAround(record, nthId(1), { older, newer: { lines: [], more: true } });
    expect(numbersIn(record.entries)).toEqual([1]);
    removeMessage(record, nthId(1));
    expect(numbersIn(record.entries).at(-1)).toBe(909);
    expect(record).toMatchObject({
      aside: null,
      anchor: { kind: 'bottom' },
      older: { kind: 'unknown' },
    });
  });
});
