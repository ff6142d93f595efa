// Going to the oldest unread message, and to a time, through all that is kept; and back.
import { describe, expect, it } from 'vitest';
import { frameOf } from '../../src/ui/frame.ts';
import { timeOf } from '../../src/ui/jump-tasks.ts';
import { keyPress } from '../../src/ui/key-sequences.ts';
import { peerId } from '../support/fake-session.ts';
import { stillMoment } from '../support/ink-screen.tsx';
import { stored, tell } from '../support/kept-history.ts';
import { asha, type KeptScreen, keptScreen } from '../support/kept-screen.ts';
import { openHistory } from '../support/opened-history.ts';
import { enter, keysOf, press, settled } from '../support/screen-presses.ts';
import { lines } from '../support/screen-store.ts';

const me = { nick: 'me', fingerprint: peerId('e'), trust: 'verified' } as const;

/** 1,500 messages of asha's room, every third of them ours. */
const long = Array.from({ length: 1_500 }, (_, index) =>
  stored(index + 1, index % 3 === 0 ? { from: me, state: 'relayed' } : {}),
);

function shown({ store }: KeptScreen): string[] {
  const rows = frameOf(store.state, stillMoment)?.main ?? [];
  return rows.map((row) => row.map(({ text }) => text).join(''));
}

function found({ store }: KeptScreen): number {
  return Number.parseInt(store.active.found ?? '0', 16);
}

function dateOf(iso: string): number {
  return new Date(iso).getTime();
}

describe('a time', () => {
  const now = dateOf('2026-11-05T10:00:00');

  it.each([
    ['2026-11-03', '2026-11-03T00:00:00'],
    ['today', '2026-11-05T00:00:00'],
    ['Yesterday', '2026-11-04T00:00:00'],
    ['yesterday 14:30', '2026-11-04T14:30:00'],
    ['9:30', '2026-11-05T09:30:00'],
    ['10:01', '2026-11-04T10:01:00'],
    ['2026-11-3 14:30', '2026-11-03T14:30:00'],
    ['2026-11-03T14:30', '2026-11-03T14:30:00'],
  ])('%s is %s', (typed, iso) => {
    expect(timeOf(typed, now)).toBe(dateOf(iso));
  });

  it.each([
    '',
    'now',
    '2026-02-30',
    '2026-13-01',
    '24:00',
    '12:60',
    '14:30 today',
    'today 1 2',
    '-1',
  ])('%j is none', (typed) => {
    expect(timeOf(typed, now)).toBeNull();
  });
});

describe('/goto', () => {
  it('goes to the first message of a time or after it, and Esc comes back', async () => {
    const screen = await keptScreen(await openHistory(long));
    const wanted = long[299];
    if (wanted === undefined) throw new Error('no message');
    const at = new Date(wanted.time);
    const clock = [at.getHours(), at.getMinutes()].map((part) => String(part).padStart(2, '0'));
    const day = `${at.getFullYear()}-${at.getMonth() + 1}-${at.getDate()}`;
    await enter(screen, `/goto ${day} ${clock.join(':')}`);
    expect(found(screen)).toBe(300);
    expect(shown(screen).some((row) => row.includes('message 300'))).toBe(true);
    await press(screen, 'escape');
    expect(shown(screen).at(-1)).toContain('message 1500');
  });

  it('says where nothing is that late, and what a time looks like', async () => {
    const screen = await keptScreen(await openHistory(long.slice(0, 3)));
    for (const [typed, said] of [
      ['/goto 2036-01-01', '-- Nothing came here at 2036-01-01 00:00 or later.'],
      ['/goto sometime', '!! "sometime" is no time: /goto 2026-11-03'],
      ['/goto', '!! When? /goto 2026-11-03'],
    ] as const) {
      await enter(screen, typed);
      expect(lines(screen.store, '#lobby').at(-1)).toContain(said);
    }
  });
});

describe('Alt+U and /unread', () => {
  async function altU(screen: KeptScreen): Promise<void> {
    keysOf(screen).take(keyPress('u', { alt: true }));
    await settled(screen);
  }

  it('go to the oldest unread message, however many there are, past our own', async () => {
    const kept = await openHistory(long, { read: 100 });
    const screen = await keptScreen(kept);
    // Message 101 is not ours, and nobody has looked at anything after message 100.
    for (const go of [() => altU(screen), () => enter(screen, '/unread')]) {
      await go();
      expect(found(screen)).toBe(101);
      expect(shown(screen).some((row) => row.includes('message 101'))).toBe(true);
      await press(screen, 'escape');
    }
  });

  it('go to what came while somebody read further up', async () => {
    const screen = await keptScreen(await openHistory(long.slice(0, 90)));
    await press(screen, 'pageup');
    for (const n of [2_001, 2_002]) tell(screen.session, screen.history, stored(n));
    await altU(screen);
    expect(found(screen)).toBe(2_001);
  });

  it('say so where nothing is unread', async () => {
    const screen = await keptScreen(await openHistory([stored(1)]), { people: [asha] });
    await altU(screen);
    expect(screen.store.active.found).toBeNull();
    expect(lines(screen.store, '#lobby').at(-1)).toContain('Nothing is unread here');
  });

  it('say so where somebody reads further up, too', async () => {
    const screen = await keptScreen(await openHistory(long.slice(0, 90), { read: 90 }));
    await press(screen, 'pageup');
    const [first] = shown(screen);
    await altU(screen);
    expect(shown(screen)[0]).toBe(first);
    expect(shown(screen).at(-1)).toMatch(/^ {3}-- Nothing is unread here/);
  });
});
