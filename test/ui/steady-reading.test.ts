// What is read stays where it is, whatever happens to the conversation meanwhile, in any order.
import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../../src/client/api.ts';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { frameOf } from '../../src/ui/frame.ts';
import { keyPress } from '../../src/ui/key-sequences.ts';
import { stillMoment } from '../support/ink-screen.tsx';
import { nthId, stored, tell } from '../support/kept-history.ts';
import { type KeptScreen, keptScreen } from '../support/kept-screen.ts';
import { openHistory } from '../support/opened-history.ts';
import { keysOf, press, settled } from '../support/screen-presses.ts';
import { numbersFrom } from '../support/seeded.ts';

const FIRST = 400;
const STEPS = 150;

/** Rows of the messages, as text; showing them is what notes where things stand. */
function shown({ store }: KeptScreen): string[] {
  const rows = frameOf(store.state, stillMoment)?.main ?? [];
  return rows.map((row) => row.map(({ text }) => text).join(''));
}

/** In which row the message begins; its words begin with its number. */
function rowOf(screen: KeptScreen, n: number): number {
  return shown(screen).findIndex((row) => new RegExp(`^.{6}m${n} `).test(row));
}

function text(n: number, words: number): string {
  return `m${n} ${'word '.repeat(words)}`;
}

/** A conversation to which something happens, never to the messages that `spared` has. */
class Happenings {
  readonly screen: KeptScreen;
  readonly #next: (bound: number) => number;
  readonly #gone = new Set<number>();
  #newest = FIRST;

  constructor(screen: KeptScreen, next: (bound: number) => number) {
    this.screen = screen;
    this.#next = next;
  }

  async happen(spared: ReadonlySet<number>): Promise<void> {
    const next = this.#next;
    // Mostly around what is on the screen.
    const n = Math.max(1, this.#newest - next(60));
    switch (next(spared.has(n) || this.#gone.has(n) ? 1 : 5)) {
      case 0:
        this.#newest += 1;
        tell(this.screen.session, this.screen.history, this.#message(this.#newest));
        return;
      case 1:
        return this.#change(n, { text: text(n, next(120)), edited: '2026-01-31T20:00:00.000Z' });
      case 2:
        return this.#change(n, { reactions: [{ emoji: '👍', from: [] }] });
      case 3:
        this.#gone.add(n);
        await this.screen.session.request({ do: 'delete-message', id: nthId(n) });
        return;
      default:
        this.screen.store.note(this.screen.store.state.version);
    }
  }

  #message(n: number): StoredMessage {
    return stored(n, { text: text(n, this.#next(60)) });
  }

  #change(n: number, change: Partial<StoredMessage>): void {
    const message = { ...this.#message(n), ...change };
    applyEvent(this.screen.store, { type: 'message-changed', message });
  }
}

async function talking(next: (bound: number) => number): Promise<KeptScreen> {
  const messages = Array.from({ length: FIRST }, (_, index) => {
    const reply = next(4) === 0 && index > 0 ? { reply: nthId(index) } : {};
    return stored(index + 1, { text: text(index + 1, next(60)), ...reply });
  });
  return keptScreen(await openHistory(messages));
}

/** Also smaller and wider; the row that stood too far down is the last one then. */
function resize({ store }: KeptScreen, next: (bound: number) => number): void {
  store.setSize({ columns: 40 + next(120), rows: 12 + next(40) });
}

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('in schedule %d', (seed) => {
  it('the selected message stays in its row', async () => {
    const next = numbersFrom(seed);
    const screen = await talking(next);
    const happenings = new Happenings(screen, next);
    const steps = ['up', ...Array.from({ length: 30 }, () => (next(3) === 0 ? 'down' : 'up'))];
    for (const name of steps) keysOf(screen).take(keyPress(name, { alt: true }));
    await settled(screen);
    const selected = Number.parseInt(screen.store.active.selection?.id ?? '', 16);
    let row = rowOf(screen, selected);
    expect(row).toBeGreaterThanOrEqual(0);
    for (let step = 0; step < STEPS; step += 1) {
      if (next(8) === 0) {
        resize(screen, next);
        const now = rowOf(screen, selected);
        // Where little follows it, a taller screen moves it down, and leaves no row empty.
        expect(now).toBeGreaterThanOrEqual(Math.min(row, shown(screen).length - 2));
        row = now;
      }
      await happenings.happen(new Set([selected]));
      expect(rowOf(screen, selected), `step ${step}`).toBe(row);
    }
  });

  it('what was scrolled to stays in its row', async () => {
    const next = numbersFrom(seed);
    const screen = await talking(next);
    const happenings = new Happenings(screen, next);
    await press(screen, 'pageup', 'pageup');
    const begins = (row: string) => /^.{6}m\d+ /.test(row);
    for (let step = 0; step < STEPS; step += 1) {
      const rows = shown(screen);
      const row = rows.findIndex(begins);
      const n = Number(/m(\d+) /.exec(rows[row] ?? '')?.[1]);
      expect(n).toBeGreaterThan(0);
      // Of a message at the top edge something may stand above the screen, which its edit changes.
      await happenings.happen(new Set([n - 1, n]));
      expect(rowOf(screen, n), `step ${step}`).toBe(row);
      if (next(8) === 0) resize(screen, next);
    }
  });
});
