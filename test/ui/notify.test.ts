// When somebody is told outside the window, of what, in which words, and by which way of the terminal.
import { describe, expect, it } from 'vitest';
import type { NotifyLevel, Preferences } from '../../src/client/api.ts';
import { DEFAULT_PREFERENCES } from '../../src/client/preferences.ts';
import { type Attention, applyEvent } from '../../src/ui/apply-event.ts';
import { chosenWay, Notifier, noticeWay, wayWords, windowTitle } from '../../src/ui/notify.ts';
import { safeText } from '../../src/ui/safe-text.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { enter } from '../support/screen-presses.ts';
import { lines, message, type TestScreen, testScreen } from '../support/screen-store.ts';

const private_: Attention = {
  ...{ sender: safeText('ravi'), room: null, mention: false },
  text: safeText('the secret'),
};
const noon = new Date(2026, 0, 31, 12, 0);

function away(preferences: Partial<Preferences> = {}, wall = noon) {
  const state = {
    ...{ focused: false, focusReported: true },
    preferences: { ...DEFAULT_PREFERENCES, ...preferences },
  };
  return { state, wall };
}

describe('a notice', () => {
  it('names the sender and the room, never the text', () => {
    const words = (attention: Partial<Attention>) =>
      new Notifier(() => 0).notice({ ...private_, ...attention }, away());
    const room = safeText('#work');
    expect(words({})).toBe('ravi wrote to you');
    expect(words({ room, mention: true })).toBe('ravi named you in #work');
    expect(words({ room })).toBe('ravi wrote in #work');
  });

  it('has the text where that is set', () => {
    const words = (room: string | null) =>
      new Notifier(() => 0).notice(
        { ...private_, room: room === null ? null : safeText(room) },
        away({ notifyText: true }),
      );
    expect(words(null)).toBe('ravi: the secret');
    expect(words('#work')).toBe('ravi in #work: the secret');
  });

  it('keeps quiet while somebody looks', () => {
    const { state, wall } = away();
    const looking = { state: { ...state, focused: true }, wall };
    expect(new Notifier(() => 0).notice(private_, looking)).toBeNull();
  });

  it('makes one noise of a storm', () => {
    let nowMs = 0;
    const notifier = new Notifier(() => nowMs);
    expect(notifier.notice(private_, away())).toBe('ravi wrote to you');
    nowMs = 2_999;
    expect(notifier.notice(private_, away())).toBeNull();
    nowMs = 3_000;
    expect(notifier.notice(private_, away())).not.toBeNull();
  });

  it('comes a minute after the last key where the terminal says nothing of its window', () => {
    let nowMs = 0;
    const notifier = new Notifier(() => nowMs);
    const { state, wall } = away();
    const silent = { state: { ...state, focused: true, focusReported: false }, wall };
    nowMs = 50_000;
    notifier.pressed();
    nowMs = 109_999;
    expect(notifier.notice(private_, silent)).toBeNull();
    nowMs = 110_000;
    expect(notifier.notice(private_, silent)).not.toBeNull();
  });

  it('waits for no end of the quiet hours, by the clock on the wall as it is now', () => {
    const told = (hours: number, minutes: number) =>
      new Notifier(() => 0).notice(
        private_,
        away({ quietHours: '22:00-07:00' }, new Date(2026, 0, 31, hours, minutes)),
      ) !== null;
    expect([told(21, 59), told(22, 0), told(0, 0), told(6, 59), told(7, 0)]).toEqual([
      ...[true, false, false, false, true],
    ]);
  });
});

describe('the way of the terminal', () => {
  it.each([
    [{ TERM: 'xterm-256color' }, 'bell', 'not known'],
    [{ TERM: 'xterm-kitty' }, 'osc99', 'TERM is xterm-kitty'],
    [{ TERM: 'xterm-256color', KITTY_WINDOW_ID: '1' }, 'osc99', 'kitty'],
    [{ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' }, 'osc9', 'iTerm.app'],
    [{ TERM: 'xterm-256color', LC_TERMINAL: 'iTerm2' }, 'osc9', 'LC_TERMINAL is iTerm2'],
    [{ TERM: 'xterm-ghostty' }, 'osc9', 'TERM is xterm-ghostty'],
    [{ TERM: 'foot' }, 'osc777', 'TERM is foot'],
    [{ TERM: 'xterm-kitty', TMUX: '/tmp/tmux' }, 'bell', 'tmux'],
    [{ TERM: 'tmux-256color', KITTY_WINDOW_ID: '1' }, 'bell', 'tmux'],
    [{ TERM: 'screen-256color', TERM_PROGRAM: 'WezTerm' }, 'bell', 'screen'],
    [{ TERM: 'xterm-kitty', ZELLIJ: '0' }, 'bell', 'zellij'],
    [{}, 'bell', 'not known'],
  ])('in %j is %s, and why', (env, style, why) => {
    const way = noticeWay(env);
    expect(way.style).toBe(style);
    expect(way.why).toContain(why);
  });

  it('is the bell, or none, where that is set', () => {
    const kitty = { TERM: 'xterm-kitty' };
    expect(chosenWay({ ...DEFAULT_PREFERENCES, notify: 'bell' }, kitty)?.style).toBe('bell');
    expect(chosenWay({ ...DEFAULT_PREFERENCES, notify: 'off' }, kitty)).toBeNull();
    expect(chosenWay(DEFAULT_PREFERENCES, kitty)?.style).toBe('osc99');
  });

  it('is told by a trial, with what keeps a notice back', () => {
    const { store } = testScreen();
    const words = (hours: number) =>
      wayWords(noticeWay({ TERM: 'foot' }), store.state, new Date(2026, 0, 31, hours));
    expect(words(12)).toMatch(/^Signalled by OSC 777, because TERM is foot\.\n.*has not said/);
    store.setFocused(true);
    expect(words(12)).toBe('Signalled by OSC 777, because TERM is foot.');
    store.setPreferences({ ...DEFAULT_PREFERENCES, quietHours: '22:00-07:00' });
    expect(words(23)).toContain('in the quiet hours, 22:00-07:00, nothing is');
    expect(wayWords(null, store.state, noon)).toContain('Nothing is signalled');
  });
});

describe('what is told of a conversation', () => {
  const group = `+${'4f2a91c0'.repeat(8)}`;
  const bela = peerId('b');

  function screenWith(level: Preferences['notifyLevel'], own?: NotifyLevel): TestScreen {
    const session = new FakeSession();
    const notify = own === undefined ? {} : { notifyLevel: own };
    session.snapshot = {
      ...session.snapshot,
      people: [person('bela', 'b', notify)],
      rooms: [
        { name: '#ward', kind: 'public', members: [bela], ...notify },
        {
          ...{ name: group, kind: 'group', title: '', topic: '', owner: bela, moderators: [] },
          ...{ members: [bela], invited: [], readOnly: false, expireSeconds: null, ...notify },
        },
      ],
    };
    const screen = testScreen(session);
    screen.store.setPreferences({ ...DEFAULT_PREFERENCES, notifyLevel: level });
    return screen;
  }

  /** Of what was said privately, in a group, in a room, and in a room to oneself. */
  function told(screen: TestScreen): boolean[] {
    const said = [
      message({ room: null, peer: bela }),
      message({ room: group }),
      message({ room: '#ward' }),
      message({ room: '#ward', text: 'me: look' }),
    ];
    return said.map(
      (each) => applyEvent(screen.store, { type: 'message', message: each }) !== null,
    );
  }

  it.each<[Preferences['notifyLevel'], NotifyLevel | undefined, boolean[]]>([
    ['usual', undefined, [true, true, false, true]],
    ['all', undefined, [true, true, true, true]],
    ['mentions', undefined, [false, false, false, true]],
    ['mentions', 'all', [true, true, true, true]],
    ['all', 'mentions', [false, false, false, true]],
    ['all', 'nothing', [false, false, false, false]],
  ])('everywhere %s, and there %s: %j', (level, own, expected) => {
    expect(told(screenWith(level, own))).toEqual(expected);
  });

  it('counts what is unread at every level but nothing', () => {
    const screen = screenWith('mentions');
    told(screen);
    expect(screen.store.conversation('#ward').unread).toBe(2);
    const muted = screenWith('all', 'nothing');
    told(muted);
    expect(muted.store.conversation('#ward').unread).toBe(0);
  });

  it('is one line, cut short and cleaned', () => {
    const screen = screenWith('usual');
    const text = `a\u001b]0;x\u0007\nb${'y'.repeat(500)}`;
    const said = message({ room: null, peer: bela, text });
    const attention = applyEvent(screen.store, { type: 'message', message: said });
    expect(attention?.text).toMatch(/^a b?/);
    expect(attention?.text).not.toMatch(/[\p{Cc}]/u);
    expect(attention?.text.length).toBeLessThanOrEqual(160);
  });

  it('follows a setting that another process changes', () => {
    const screen = screenWith('usual');
    const settings = { ...DEFAULT_PREFERENCES, notifyLevel: 'all' as const };
    screen.session.emit({ type: 'settings', settings });
    expect(told(screen)[2]).toBe(true);
  });
});

describe('/notify', () => {
  function screenWith(): TestScreen {
    const screen = testScreen();
    let preferences = DEFAULT_PREFERENCES;
    screen.session.answer({
      settings: () => preferences,
      set: ({ change }) => {
        preferences = { ...preferences, ...change };
        return preferences;
      },
      'conversation-settings': ({ change: { notifyLevel = null } }) => ({
        ...{ sendRead: null, sendTyping: null, notifyLevel },
      }),
    });
    return screen;
  }
  const last = (screen: TestScreen) => lines(screen.store, '#lobby').at(-1);

  it('says how it stands, everywhere and here', async () => {
    const screen = screenWith();
    await enter(screen, '/notify');
    expect(last(screen)).toMatch(/notify {2}terminal.*\n.*notify-text {2}off/);
    expect(last(screen)).toMatch(/notify-level {2}as everywhere {2}in #lobby/);
  });

  it.each(['off', 'bell', 'terminal'])('sets the way to %s', async (way) => {
    const screen = screenWith();
    await enter(screen, `/bell ${way}`);
    expect(last(screen)).toContain(`notify  ${way}`);
    expect(screen.session.requests).toContainEqual({ do: 'set', change: { notify: way } });
  });

  it('tries it', async () => {
    const screen = screenWith();
    await enter(screen, '/notify test');
    expect(last(screen)).toBe('-- a trial');
  });

  it('refuses what it does not know', async () => {
    const screen = screenWith();
    await enter(screen, '/notify loudly');
    expect(last(screen)).toMatch(/^!! \/notify takes test/);
    await enter(screen, '/set quiet-hours 22-22');
    expect(last(screen)).toMatch(/^!! quiet-hours takes hours such as/);
  });

  it('sets a level here by /set as well', async () => {
    const screen = screenWith();
    await enter(screen, '/set notify-level nothing here');
    expect(last(screen)).toContain('notify-level  nothing  in #lobby');
    await enter(screen, '/set notify-level usual here');
    expect(last(screen)).toContain('takes all, mentions, nothing or default there');
  });
});

it('counts in the title what is unread, and names nobody', () => {
  const { store } = testScreen();
  expect(windowTitle(store.state)).toBe('lanchat');
  applyEvent(store, { type: 'message', message: message({ room: null, peer: peerId('b') }) });
  expect(windowTitle(store.state)).toBe('(1) lanchat');
});
