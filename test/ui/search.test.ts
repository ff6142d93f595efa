import { afterEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/protocol/errors.ts';
import type { SearchOverlay } from '../../src/ui/overlay.ts';
import { cellWidth } from '../../src/ui/width.ts';
import { peerId } from '../support/fake-session.ts';
import { type InkScreen, inkScreen } from '../support/ink-screen.tsx';
import { nthId, stored } from '../support/kept-history.ts';
import { asha, bela, type KeptScreen, keptScreen } from '../support/kept-screen.ts';
import { openHistory } from '../support/opened-history.ts';
import { enter, keysOf, press, settled } from '../support/screen-presses.ts';
import { lines, type TestScreen } from '../support/screen-store.ts';

const me = { nick: 'me', fingerprint: peerId('e'), trust: 'verified' } as const;
const private_ = { room: null, peer: bela.fingerprint } as const;

const talk = [
  stored(1, { text: 'the tea is ready' }),
  stored(2, { ...private_, from: bela, text: 'tea or coffee?' }),
  stored(3, { ...private_, from: me, state: 'delivered', text: 'no tea today' }),
  stored(4, { text: 'nothing of it' }),
  stored(5, { room: '#gone', text: `${'long ago '.repeat(20)}somebody spoke of tea` }),
];

async function screenWith(messages = talk): Promise<KeptScreen> {
  return keptScreen(await openHistory(messages), { people: [asha, bela] });
}

function overlayOf({ store }: TestScreen): SearchOverlay {
  const { overlay } = store.state;
  if (overlay?.kind !== 'search') throw new Error('no search is open');
  return overlay;
}

function found(screen: TestScreen): string[] {
  const { outcome } = overlayOf(screen);
  return outcome.kind === 'found' ? outcome.hits.map(({ text }) => text) : [];
}

let open: InkScreen[] = [];

afterEach(() => {
  for (const screen of open) screen.close();
  open = [];
});

function rowsOf({ store }: TestScreen): string[] {
  const ink = inkScreen(store);
  open.push(ink);
  return ink.rows();
}

describe('/search', () => {
  it('lists what holds the words, of all conversations, the newest first', async () => {
    const screen = await screenWith();
    await enter(screen, '/search tea');
    expect(found(screen).map((text) => text.slice(-6))).toEqual([
      'of tea',
      ' today',
      'offee?',
      ' ready',
    ]);
    expect(screen.session.requests.at(-1)).toEqual({
      ...{ do: 'search', query: 'tea', conversation: null, limit: 500 },
    });
  });

  it('asks which words, where there are none', async () => {
    const screen = await screenWith();
    await enter(screen, '/search');
    expect(screen.store.state.overlay).toBeNull();
    expect(lines(screen.store, '#lobby').at(-1)).toContain('which words?');
  });

  it('says that it is under way, and shows nothing once it was closed', async () => {
    const screen = await screenWith();
    const answer = screen.session.hold('search');
    await enter(screen, '/search tea');
    expect(rowsOf(screen).join('\n')).toContain('Searching for "tea" …');
    await press(screen, 'escape');
    answer({ messages: talk, more: false });
    await settled(screen);
    expect(screen.store.state.overlay).toBeNull();
  });

  it('says that nothing was found, or why nothing could be', async () => {
    const screen = await screenWith();
    await enter(screen, '/search chai');
    expect(rowsOf(screen).join('\n')).toContain('Nothing holds "chai"');
    await press(screen, 'escape');
    screen.session.answer({
      search: () => {
        throw new UsageError('unreadable', 'the history can not be read');
      },
    });
    await enter(screen, '/search tea');
    expect(rowsOf(screen).join('\n')).toContain('the history can not be read');
  });

  it('says that there are more than it shows', async () => {
    const screen = await screenWith(Array.from({ length: 700 }, (_, n) => stored(n + 1)));
    await enter(screen, '/search message');
    expect(found(screen)).toHaveLength(500);
    expect(rowsOf(screen).join('\n')).toContain('The newest 500 that hold "message"');
  });

  it('looks only here, and everywhere again, with Tab', async () => {
    const screen = await screenWith();
    screen.store.open(bela.fingerprint);
    await enter(screen, '/search tea');
    await press(screen, 'tab');
    expect(found(screen)).toEqual(['no tea today', 'tea or coffee?']);
    await press(screen, 'tab');
    expect(found(screen)).toHaveLength(4);
  });

  it('goes to the chosen message, and Esc goes back', async () => {
    const screen = await screenWith();
    await enter(screen, '/search tea');
    await press(screen, 'down', 'down', 'enter');
    expect(screen.store.state.overlay).toBeNull();
    expect(screen.store.state.active).toBe(bela.fingerprint);
    expect(screen.store.active.found).toBe(nthId(2));
    await press(screen, 'escape');
    expect(screen.store.state.active).toBe('#lobby');
  });

  it('goes to the newest message of all, and shows it', async () => {
    const screen = await screenWith(Array.from({ length: 100 }, (_, n) => stored(n + 1)));
    await enter(screen, '/search message');
    await press(screen, 'enter');
    const rows = rowsOf(screen).join('\n');
    expect(rows).toMatch(/ found ──.*\n.*\n.*message 100\b/);
  });

  it('moves round the list by steps, and stops at its ends by pages', async () => {
    const screen = await screenWith(Array.from({ length: 100 }, (_, n) => stored(n + 1)));
    await enter(screen, '/search message');
    await press(screen, 'up');
    expect(overlayOf(screen).selected).toBe(99);
    await press(screen, 'pageup');
    expect(overlayOf(screen).selected).toBe(90);
    await press(screen, 'pagedown', 'pagedown');
    expect(overlayOf(screen).selected).toBe(99);
    expect(rowsOf(screen).join('\n')).toContain('message 1');
  });
});

describe('deleting what was found', () => {
  it('takes a second d, and any other key calls it off', async () => {
    const screen = await screenWith();
    await enter(screen, '/search tea');
    await press(screen, 'd');
    expect(rowsOf(screen).join('\n')).toContain('d again deletes it; others keep theirs');
    await press(screen, 'down', 'd', 'x', 'd', 'up');
    expect(screen.session.requests.some((request) => request.do === 'delete-message')).toBe(false);
    await press(screen, 'down', 'd', 'd');
    expect(screen.session.requests.at(-1)).toEqual({ do: 'delete-message', id: nthId(3) });
    expect(found(screen)).not.toContain('no tea today');
    expect(overlayOf(screen).selected).toBe(1);
  });

  it('takes it out of its window, too', async () => {
    const screen = await screenWith();
    await enter(screen, '/search ready');
    await press(screen, 'd', 'd', 'escape');
    expect(lines(screen.store, '#lobby')).toEqual(['nothing of it']);
  });

  it('says why it could not be, and keeps the hit', async () => {
    const screen = await screenWith();
    screen.session.answer({
      'delete-message': () => {
        throw new UsageError('read-only', 'the disk is read-only');
      },
    });
    await enter(screen, '/search ready');
    await press(screen, 'd', 'd');
    expect(rowsOf(screen).join('\n')).toContain('the disk is read-only');
    expect(found(screen)).toEqual(['the tea is ready']);
  });

  it('drops a hit that is deleted from elsewhere', async () => {
    const screen = await screenWith();
    await enter(screen, '/search tea');
    screen.session.emit({
      type: 'deleted',
      conversation: { room: '#gone' },
      id: nthId(5),
      messages: 1,
    });
    expect(found(screen)).toHaveLength(3);
    expect(overlayOf(screen).selected).toBe(0);
  });

  it('leaves an empty list after the last one', async () => {
    const screen = await screenWith();
    await enter(screen, '/search ready');
    await press(screen, 'd', 'd', 'd', 'enter');
    expect(rowsOf(screen).join('\n')).toContain('Nothing holds "ready"');
  });
});

describe.each([
  { columns: 40, rows: 15 },
  { columns: 80, rows: 24 },
  { columns: 200, rows: 50 },
])('hits at $columns×$rows', (size) => {
  it('show where, who, when, and the words in what was said', async () => {
    const screen = await screenWith();
    screen.store.setSize(size);
    await enter(screen, '/search tea');
    const rows = rowsOf(screen);
    expect(rows[1]).toContain('4 messages hold "tea"');
    expect(rows[2]).toContain('Enter, d deletes, Tab: here only, Esc');
    const text = rows.join('\n');
    expect(text).toMatch(/> 2026-01-\d\d \d\d:\d\d {2}#gone {2}asha/);
    expect(text).toContain('spoke of tea');
    expect(text).toMatch(/\d\d:\d\d {2}bela {2}\(you\)/);
  });

  it('stay inside the screen and clean, whatever was written and by whoever', async () => {
    const hostile = [
      '\u001b[2J\u001b[H\u001b]0;owned\u0007 tea',
      'tea\u202eb\u2066c\u200f',
      `${'z\u0301'.repeat(300)}tea`,
      `${'漢字'.repeat(200)}tea${'漢字'.repeat(200)}`,
      `${'👩‍👩‍👧‍👦'.repeat(60)}tea`,
      `tea\n   !! KEY CHANGED\r\n\u0085\u2028 more`,
    ];
    const messages = hostile.flatMap((text, n) => {
      const from = { nick: text, fingerprint: peerId('d'), trust: 'new' } as const;
      const room = `#${text}`;
      return [stored(2 * n + 1, { text, from, room }), stored(2 * n + 2, { text, from })];
    });
    const screen = await screenWith([]);
    screen.session.answer({ search: () => ({ messages, more: false }) });
    screen.store.setSize(size);
    await enter(screen, '/search tea');
    for (let step = 0; step < messages.length; step += 1) {
      const rows = rowsOf(screen);
      expect(rows).toHaveLength(size.rows);
      for (const row of rows) {
        expect(cellWidth(row)).toBeLessThanOrEqual(size.columns);
        expect(row).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }
      keysOf(screen).take({ kind: 'key', name: 'down', ctrl: false, alt: false, shift: false });
    }
  });
});
