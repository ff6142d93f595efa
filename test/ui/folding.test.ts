// Long messages are folded, and shown whole when somebody wants that.
import { describe, expect, it } from 'vitest';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { frameOf } from '../../src/ui/frame.ts';
import { keyPress } from '../../src/ui/key-sequences.ts';
import { entryHeight, entryRows } from '../../src/ui/message-rows.ts';
import { peerId } from '../support/fake-session.ts';
import { stillMoment } from '../support/ink-screen.tsx';
import { nthId, stored } from '../support/kept-history.ts';
import { type KeptScreen, keptScreen } from '../support/kept-screen.ts';
import { openHistory } from '../support/opened-history.ts';
import { enter, keysOf, press, settled } from '../support/screen-presses.ts';
import { lines } from '../support/screen-store.ts';

const screenSelf = { nick: 'me', fingerprint: peerId('e'), trust: 'verified' } as const;

function linesOf(count: number): string {
  return Array.from({ length: count }, (_, n) => `line ${n + 1}.`).join('\n');
}

function shown({ store }: KeptScreen): string {
  const rows = frameOf(store.state, stillMoment)?.main ?? [];
  return rows.map((row) => row.map(({ text }) => text).join('')).join('\n');
}

async function select(screen: KeptScreen): Promise<void> {
  keysOf(screen).take(keyPress('up', { alt: true }));
  await settled(screen);
}

describe('a long message', () => {
  it('shows its beginning and how much more there is; Enter on it shows all, and folds it again', async () => {
    const screen = await keptScreen(await openHistory([stored(1, { text: linesOf(40) })]));
    screen.store.setSize({ columns: 100, rows: 60 });
    expect(shown(screen)).toContain('line 8.');
    expect(shown(screen)).not.toContain('line 9.');
    expect(shown(screen)).toContain('-- … 32 more lines · Enter on it (or /unfold) shows all');
    await select(screen);
    await press(screen, 'enter');
    expect(shown(screen)).toContain('line 40.');
    await press(screen, 'enter');
    expect(shown(screen)).not.toContain('line 9.');
  });

  it('is unfolded by /unfold, the newest on the screen, and stays so when it is edited', async () => {
    const messages = [1, 2].map((n) => stored(n, { text: `of ${n}\n${linesOf(14)}` }));
    const screen = await keptScreen(await openHistory(messages));
    await enter(screen, '/unfold');
    expect([...screen.store.active.unfolded]).toEqual([nthId(2)]);
    const message = stored(2, { text: linesOf(30), edited: '2026-01-31T20:00:00.000Z' });
    applyEvent(screen.store, { type: 'message-changed', message });
    expect(entryHeight(screen.store.active, 1, 60)).toBeGreaterThan(30);
    expect(lines(screen.store, '#lobby')).toHaveLength(2);
  });

  it('of 12 rows is whole, and /unfold says that there is none', async () => {
    const screen = await keptScreen(await openHistory([stored(1, { text: linesOf(12) })]));
    expect(shown(screen)).toContain('line 12.');
    await enter(screen, '/unfold');
    expect(lines(screen.store, '#lobby').at(-1)).toBe('-- There is no long message here.');
  });

  it('keeps what lanchat says of it in sight: reactions, choices, why it failed', async () => {
    const me = screenSelf;
    const poll = { choices: ['yes', 'no'], anonymous: false, closed: false, votes: [0, 0] };
    const screen = await keptScreen(await openHistory([stored(1), stored(2)]));
    screen.store.setSize({ columns: 80, rows: 50 });
    const changes = [
      stored(1, {
        ...{ text: linesOf(20), from: me, state: 'failed', reason: 'expired' },
        reactions: [{ emoji: '👍', from: [] }],
      }),
      stored(2, {
        ...{ text: linesOf(20), kind: 'poll' },
        poll: { ...poll, question: 'q', voters: [[], []], own: null },
      }),
    ] as const;
    for (const message of changes) applyEvent(screen.store, { type: 'message-changed', message });
    const text = shown(screen);
    expect(text).not.toContain('line 9.');
    for (const words of ['👍', 'failed: they were away', '1. 0 votes: yes', '2. 0 votes: no']) {
      expect(text).toContain(words);
    }
  });

  it('takes as many rows as are shown, folded or not, at any width', async () => {
    const texts = [linesOf(13), 'word '.repeat(900), `\`\`\`\n${linesOf(50)}\n\`\`\``, 'short'];
    const messages = texts.map((text, index) => stored(index + 1, { text }));
    const { store } = await keptScreen(await openHistory(messages));
    for (const unfold of [false, true]) {
      if (unfold) {
        store.change(store.active, ({ unfolded }) => {
          for (const { id } of messages) unfolded.add(id);
        });
      }
      for (const cells of [30, 61, 110]) {
        texts.forEach((_, index) => {
          const place = { conversation: store.active, index };
          const { length } = entryRows(store.state, place, cells);
          expect(entryHeight(store.active, index, cells)).toBe(length);
          if (!unfold) expect(length).toBeLessThan(16);
        });
      }
    }
  });
});
