// Where windows stand in the sidebar, what is collapsed there, and what it says of what doesn't fit.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Preferences } from '../../src/client/api.ts';
import { DEFAULT_PREFERENCES } from '../../src/client/preferences.ts';
import { keyPress } from '../../src/ui/key-sequences.ts';
import { sidebarRows } from '../../src/ui/sidebar-rows.ts';
import { shareOut } from '../../src/ui/sidebar-share.ts';
import { rowWidth } from '../../src/ui/spans.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { enter, keysOf, press, settled } from '../support/screen-presses.ts';
import { lines, message, type TestScreen, testScreen } from '../support/screen-store.ts';

/** Longer than anybody pauses between two keys. */
const CALM_MS = 5_000;

function screenWith(rooms: readonly string[], people = [person('bela', 'b')]): TestScreen {
  let preferences: Preferences = DEFAULT_PREFERENCES;
  const session = new FakeSession({
    settings: () => preferences,
    set: ({ change }) => {
      preferences = { ...preferences, ...change };
      return preferences;
    },
  });
  session.snapshot = {
    ...session.snapshot,
    people,
    rooms: rooms.map((name) => ({ name, kind: 'public', members: [] })),
  };
  const screen = testScreen(session);
  screen.clock.advance(CALM_MS);
  return screen;
}

function shown({ store }: TestScreen, cells = 17, rows = 20): string[] {
  return sidebarRows(store.state, cells, rows).map((row) => {
    expect(rowWidth(row)).toBeLessThanOrEqual(cells);
    return row
      .map(({ text }) => text)
      .join('')
      .trim();
  });
}

function hear({ session, clock }: TestScreen, room: string, text = 'hello'): void {
  clock.advance(1_000);
  const time = new Date(clock.nowMs).toISOString();
  session.emit({ type: 'message', message: message({ room, text, time }) });
}

describe('windows in the sidebar', () => {
  it('stand by mentions, then unread, then what was said last, and keep their numbers', () => {
    const screen = screenWith(['#lobby', '#one', '#two', '#three']);
    hear(screen, '#one');
    hear(screen, '#two', 'me: look');
    hear(screen, '#lobby');
    expect(shown(screen).slice(1, 5)).toEqual([
      '3 #two (1) @1',
      '2 #one (1)',
      '1 #lobby',
      '4 #three',
    ]);
  });

  it('stay in their places while somebody goes through them', async () => {
    const screen = screenWith(['#lobby', '#one', '#two']);
    hear(screen, '#two');
    expect(shown(screen).slice(1, 4)).toEqual(['3 #two (1)', '1 #lobby', '2 #one']);
    const keys = keysOf(screen);
    keys.take(keyPress('p', { ctrl: true }));
    expect(screen.store.state.active).toBe('#two');
    hear(screen, '#one');
    expect(shown(screen).slice(1, 4)).toEqual(['3 #two', '1 #lobby', '2 #one (1)']);
    screen.clock.advance(CALM_MS);
    expect(shown(screen).slice(1, 4)).toEqual(['2 #one (1)', '3 #two', '1 #lobby']);
    // Alt+2 is what is shown as 2, wherever it stands.
    keys.take(keyPress('2', { alt: true }));
    expect(screen.store.state.active).toBe('#one');
  });

  it('show a window that opens in between at once, and none that was closed', () => {
    const screen = screenWith(['#lobby', '#one']);
    shown(screen);
    screen.store.open('#one');
    screen.session.emit({ type: 'room', room: { name: '#new', kind: 'public', members: [] } });
    expect(shown(screen).slice(1, 4)).toEqual(['1 #lobby', '2 #one', '3 #new']);
    screen.session.emit({ type: 'room-left', room: '#new' });
    expect(shown(screen).slice(1, 4)).toEqual(['1 #lobby', '2 #one', '']);
  });

  it('stand with favourites first among people, and muted rooms last', () => {
    const people = [person('asha', 'a'), person('bela', 'b', { favourite: true })];
    const screen = screenWith(['#lobby', '#one'], people);
    const muted = { name: '#lobby', kind: 'public' as const, members: [], muted: true as const };
    screen.session.emit({ type: 'room', room: muted });
    for (const each of people) screen.store.conversation(each.fingerprint);
    screen.store.noteSaid(peerId('a'), screen.clock.nowMs);
    expect(shown(screen).filter((row) => row !== '')).toEqual([
      'ROOMS',
      '2 #one',
      '1 #lobby',
      'PEOPLE',
      '4 bela',
      '3 asha',
    ]);
  });
});

describe('a collapsed part', () => {
  it('shows how many it has and what is unread there, is kept, and comes back', async () => {
    const screen = screenWith(['#lobby', '#one']);
    await enter(screen, '/collapse rooms');
    expect(screen.session.requests).toContainEqual({ do: 'set', change: { collapsed: ['rooms'] } });
    hear(screen, '#one', 'me: look');
    expect(shown(screen)).toEqual(['>ROOMS 2 (1) @1', '', 'PEOPLE', 'bela']);
    await enter(screen, '/collapse rooms');
    expect(shown(screen)[1]).toBe('2 #one (1) @1');
  });

  it('is the one of this window with Alt+C, and is passed over by Ctrl+N', async () => {
    const screen = screenWith(['#lobby', '#one']);
    screen.store.open(peerId('b'));
    screen.store.open('#one');
    keysOf(screen).take(keyPress('c', { alt: true }));
    await settled(screen);
    expect(shown(screen)[0]).toBe('>ROOMS 2');
    await press(screen, 'x');
    keysOf(screen).take(keyPress('n', { ctrl: true }));
    expect(screen.store.state.active).toBe(peerId('b'));
    keysOf(screen).take(keyPress('n', { ctrl: true }));
    expect(screen.store.state.active).toBe(peerId('b'));
  });

  it('is read from the settings, also after /set', async () => {
    const screen = screenWith(['#lobby']);
    await enter(screen, '/set collapsed people,rooms');
    expect(shown(screen)).toEqual(['>ROOMS 1', '', '>PEOPLE 1']);
  });

  it('has one of three names', async () => {
    const screen = screenWith(['#lobby']);
    await enter(screen, '/collapse cellar');
    expect(lines(screen.store, '#lobby').at(-1)).toBe(
      '!! /collapse takes one of rooms, private, people.',
    );
  });
});

describe('what does not fit', () => {
  const rooms = ['#lobby', ...Array.from({ length: 30 }, (_, index) => `#room${index}`)];
  const crowd = Array.from({ length: 12 }, (_, index) => person(`p${index}`, index.toString(16)));

  it('is counted, with what is unread in it', () => {
    const screen = screenWith(rooms, crowd);
    for (const room of rooms.slice(1)) hear(screen, room);
    const wide = shown(screen, 27, 12);
    expect(wide[0]).toBe('ROOMS');
    expect(wide).toContain('… 27 more (27 unread)');
    expect(shown(screen, 17, 12)).toContain('… 27 more (27)');
    // People have their share however many rooms there are.
    expect(wide).toContain('PEOPLE');
    expect(wide.at(-1)).toBe('… 8 more');
  });

  it('is never the window that is looked at', () => {
    const screen = screenWith(rooms, crowd);
    screen.store.open('#room29');
    expect(shown(screen, 17, 12)).toContain('31 #room29');
  });

  it('is shared out so that nobody gets more than they want, or more than there is', () => {
    const counts = fc.array(fc.nat(50), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(counts, fc.integer({ min: -3, max: 60 }), (wanted, rows) => {
        const given = shareOut(wanted, rows);
        const sum = given.reduce((all, share) => all + share, 0);
        const asked = wanted.reduce((all, wish) => all + wish, 0);
        expect(sum).toBe(Math.min(Math.max(0, rows), asked));
        for (const [index, share] of given.entries()) {
          expect(share).toBeLessThanOrEqual(wanted[index] ?? 0);
        }
      }),
    );
  });
});
