// How messages look at every size: what they answer, what became of them, and which keys act on them.
import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/client/api.ts';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { frameOf } from '../../src/ui/frame.ts';
import { step } from '../../src/ui/selection-tasks.ts';
import { rowWidth } from '../../src/ui/spans.ts';
import { peerId } from '../support/fake-session.ts';
import { stillMoment } from '../support/ink-screen.tsx';
import { message, testScreen } from '../support/screen-store.ts';

const SIZES = [
  { columns: 30, rows: 8, main: 30 },
  { columns: 40, rows: 15, main: 40 },
  { columns: 80, rows: 24, main: 62 },
  // No text is wider than can be read well.
  { columns: 200, rows: 50, main: 110 },
];
const me = { nick: 'me', fingerprint: peerId('e'), trust: 'verified' } as const;
const LONG = 'many words that fill a row of any screen '.repeat(8);

function screenOf({ columns, rows }: { columns: number; rows: number }, ...said: Message[]) {
  const screen = testScreen();
  screen.store.setSize({ columns, rows });
  for (const each of said) applyEvent(screen.store, { type: 'message', message: each });
  const shown = () =>
    (frameOf(screen.store.state, stillMoment)?.main ?? []).filter((row) => row.length > 0);
  const words = () => shown().map((row) => row.map(({ text }) => text).join(''));
  return { ...screen, shown, words };
}

describe.each(SIZES)('on a screen of $columns×$rows', (size) => {
  it('what is answered stands in one row that fits, apart from every mark of what became of it', () => {
    const asked = message({ text: LONG });
    const answered = message({ text: 'yes', from: me, state: 'relayed', reply: asked.id });
    const { shown, words } = screenOf(size, asked, answered);
    expect(words().at(-2)).toMatch(/^ {2}re: ravi: many words .*…$/);
    expect(words().at(-1)).toBe('    > yes');
    for (const row of shown()) expect(rowWidth(row)).toBeLessThanOrEqual(size.main);
  });

  it('what became of a message stands behind lanchat’s mark, in rows that fit', () => {
    const emoji = ['👍', '🎉', '👩‍👩‍👧‍👦', '🙂', '漢'].map((each) => ({
      emoji: each,
      from: [peerId('b'), peerId('c')],
    }));
    const edited = '2026-01-31T09:16:00Z';
    const { shown, words } = screenOf(
      size,
      message({ text: 'tea', edited, reactions: emoji, expires: '2026-02-01T09:00:00Z' }),
    );
    const told = words().filter((row) => row.startsWith('   -- '));
    expect(told.join(' ').replaceAll('   -- ', '')).toContain('edited; 👍 2');
    for (const row of shown()) expect(rowWidth(row)).toBeLessThanOrEqual(size.main);
  });

  it.each([
    ['of somebody else', {}],
    ['of our own', { from: me, state: 'relayed' } as const],
  ])('all keys of a selected message %s can be read, the way out too', (_, change) => {
    const { actions, store, shown, words } = screenOf(size, message(change));
    const input = () => frameOf(store.state, stillMoment)?.composer.map((row) => row.at(-1)?.text);
    expect(input()).toEqual(['? for help']);
    step(actions, -1);
    expect(words().at(-1)).toMatch(/^ r .*Esc$/);
    expect(input()).toEqual(['']);
    expect(rowWidth(shown().at(-1) ?? [])).toBeLessThanOrEqual(size.main);
    store.change(store.active, (record) => {
      if (record.selection !== null) record.selection = { ...record.selection, asks: 'delete' };
    });
    expect(words().at(-1)).toMatch(/h: .*Esc/);
    expect(rowWidth(shown().at(-1) ?? [])).toBeLessThanOrEqual(size.main);
  });
});
