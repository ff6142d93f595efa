// What the screen says while the link is lost, and what Enter does then.
import { describe, expect, it } from 'vitest';
import { applyEvent } from '../../src/ui/apply-event.ts';
import type { Moment } from '../../src/ui/frame.ts';
import { keyPress } from '../../src/ui/key-sequences.ts';
import { lostRows } from '../../src/ui/lost-link.ts';
import { onlineLink } from '../support/fake-session.ts';
import { inkScreen, stillMoment } from '../support/ink-screen.tsx';
import { keysOf, press } from '../support/screen-presses.ts';
import { type TestScreen, testScreen } from '../support/screen-store.ts';

const offline = { ...onlineLink, state: 'offline', reason: 'silent', retryInMs: 2_000 } as const;

function lost(): TestScreen {
  const screen = testScreen();
  screen.session.answer({ retry: () => ({}) });
  applyEvent(screen.store, { type: 'link', link: offline });
  screen.store.notifyNow();
  return screen;
}

function rowsOf(screen: TestScreen, moment: Partial<Moment>): string {
  const rows = lostRows(screen.store.state, { ...stillMoment, ...moment }, 160);
  return rows.map((row) => row.map(({ text }) => text).join('')).join('\n');
}

describe('a lost link', () => {
  it('says how long it is lost, what still works and when it is tried again', () => {
    const screen = lost();
    const words = rowsOf(screen, { lostMs: 12_300, countdownMs: 1_400 });
    expect(words).toContain('No link to the relay for 12 s; next try in 2 s, Enter tries at once.');
    expect(words).toContain('You can read and search. What you write is kept here');
    expect(rowsOf(screen, { lostMs: 200_000, countdownMs: 0 })).toContain('for 3 min; trying now.');
    expect(rowsOf(screen, { lostMs: 7_300_000 })).toContain('for 2 h; trying now.');
    expect(rowsOf(screen, { lostMs: null })).toBe('');
  });

  it('promises no keeping to who keeps nothing', () => {
    const screen = lost();
    screen.store.setEphemeral(true);
    const words = rowsOf(screen, { lostMs: 0 });
    expect(words).toContain('is gone if you leave before');
    expect(words).not.toContain('kept');
  });

  it('counts from the loss, through every try, until there is a link', () => {
    const screen = lost();
    const since = screen.clock.nowMs;
    for (const state of ['connecting', 'offline'] as const) {
      screen.clock.advance(3_000);
      applyEvent(screen.store, { type: 'link', link: { ...offline, state } });
      expect(screen.store.state.lostSinceMs).toBe(since);
    }
    applyEvent(screen.store, { type: 'link', link: onlineLink });
    expect(screen.store.state.lostSinceMs).toBeNull();
    // The first try of a run is no loss.
    const fresh = testScreen();
    applyEvent(fresh.store, { type: 'link', link: { ...offline, state: 'connecting' } });
    expect(fresh.store.state.lostSinceMs).toBeNull();
  });

  it('is tried at once by Enter on an empty line, and only there', async () => {
    const screen = lost();
    const tries = () => screen.session.requests.filter((each) => each.do === 'retry').length;
    await press(screen, 'enter');
    expect(tries()).toBe(1);
    applyEvent(screen.store, { type: 'link', link: onlineLink });
    keysOf(screen).take(keyPress('enter'));
    expect(tries()).toBe(1);
  });

  it.each([
    { columns: 40, rows: 15 },
    { columns: 80, rows: 24 },
    { columns: 200, rows: 50 },
    { columns: 30, rows: 8 },
  ])('stands on a screen of $columns×$rows, its first words always', (size) => {
    const screen = lost();
    screen.store.setSize(size);
    const moment = { ...stillMoment, lostMs: 12_000, countdownMs: 1_000 };
    const ink = inkScreen(screen.store, { moment });
    const rows = ink.rows();
    ink.close();
    expect(rows).toHaveLength(size.rows);
    expect(rows.join('\n')).toContain('No link to the relay');
    expect(rows.at(-2)).toContain('LINK LOST');
  });
});
