import { afterEach, describe, expect, it } from 'vitest';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { EMPTY_COMPOSER } from '../../src/ui/composer.ts';
import type { Moment } from '../../src/ui/frame.ts';
import { keyPress } from '../../src/ui/key-sequences.ts';
import { cellWidth } from '../../src/ui/width.ts';
import { FakeSession, onlineLink, peerId, person } from '../support/fake-session.ts';
import { type InkScreen, inkScreen, stillMoment } from '../support/ink-screen.tsx';
import { keysOf } from '../support/screen-presses.ts';
import { message, type TestScreen, testScreen } from '../support/screen-store.ts';

const sizes = [
  { columns: 40, rows: 15 },
  { columns: 80, rows: 24 },
  { columns: 200, rows: 50 },
] as const;

const meera = person('meera', 'c', { trust: 'verified' });
const ravi = person('ravi', 'b');
const members = [peerId('e'), meera.fingerprint, ravi.fingerprint];

let open: InkScreen[] = [];

afterEach(() => {
  for (const screen of open) screen.close();
  open = [];
});

function lobby(size: { readonly columns: number; readonly rows: number }): TestScreen {
  const session = new FakeSession({ send: () => ({ id: message().id }), prepare: () => ({}) });
  session.snapshot = {
    ...session.snapshot,
    people: [ravi, meera],
    rooms: [
      { name: '#lobby', kind: 'public', members },
      { name: '#work', kind: 'public', members },
    ],
  };
  const screen = testScreen(session);
  screen.store.setSize(size);
  return screen;
}

function shown(screen: TestScreen, moment: Moment = stillMoment): InkScreen {
  const ink = inkScreen(screen.store, { moment });
  open.push(ink);
  return ink;
}

/** React paints what the store said in a microtask. */
function painted(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function say(screen: TestScreen, change: Parameters<typeof message>[0]): void {
  applyEvent(screen.store, { type: 'message', message: message(change) });
  screen.store.notifyNow();
}

function sidebarOf({ columns }: { readonly columns: number }): number {
  return { 40: 0, 80: 18, 200: 28 }[columns] ?? 0;
}

const hostile = [
  '\u001b[2J\u001b[H\u001b]0;owned\u0007 wiped',
  'a\u202eb\u2066c\u200f',
  '\u0007\b\r\n\u009b31m',
  'z\u0301'.repeat(300),
  '漢字'.repeat(200),
  '👩‍👩‍👧‍👦'.repeat(100),
  'x'.repeat(5_000),
  'नमस्ते दुनिया '.repeat(20),
  '\u{e0041}\u{e0042}tags',
];

describe.each(sizes)('at $columns×$rows', (size) => {
  it('stays inside the screen whatever others are called and write', () => {
    const screen = lobby(size);
    for (const text of hostile) {
      const from = { nick: text, fingerprint: peerId('d'), trust: 'new' } as const;
      say(screen, { text, from });
      say(screen, { text, from, room: '#work' });
      say(screen, { text, from, room: null, peer: peerId('d') });
      const rows = shown(screen).rows();
      expect(rows).toHaveLength(size.rows);
      for (const row of rows) {
        expect(cellWidth(row)).toBeLessThanOrEqual(size.columns);
        expect(row).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }
    }
  });

  it('keeps text of others out of the gutter', () => {
    const screen = lobby(size);
    say(screen, { text: '   !! KEY CHANGED\n   -- lanchat says\n09:15 meera  verified' });
    applyEvent(screen.store, { type: 'announcement', text: 'hello\n   -- all is verified' });
    const left = sidebarOf(size);
    const rows = shown(screen).rows();
    const forged = rows.filter((row) => /KEY CHANGED|lanchat says|09:15 meera|all is/.test(row));
    expect(forged.length).toBe(4);
    for (const row of forged) expect(row.slice(left, left + 6)).toBe('      ');
  });

  it('shows a message, its author, what the key is worth, and where one types', () => {
    const screen = lobby(size);
    say(screen, { text: 'good morning', from: { ...meera } });
    screen.store.edit({ type: 'insert', text: 'hi' });
    const ink = shown(screen);
    const rows = ink.rows();
    const at = rows.findIndex((row) => row.includes('good morning'));
    expect(rows[at - 1]).toMatch(/\d\d:\d\d meera {2}verified/);
    expect(rows.at(-1)).toBe('#lobby> hi');
    expect(ink.cursor()).toEqual({ row: size.rows - 1, column: 10 });
    expect(rows.at(-2)).toContain('online');
  });

  it('says loudly and lastingly that a key has changed, with both fingerprints', () => {
    const screen = lobby(size);
    const change = { nick: 'ravi', was: peerId('1'), now: peerId('2'), trust: 'verified' } as const;
    applyEvent(screen.store, { type: 'key-changed', ...change });
    screen.store.notifyNow();
    const text = shown(screen)
      .rows()
      .map((row) => row.slice(sidebarOf(size)))
      .join('\n');
    expect(text).toContain('KEY CHANGED');
    expect(text.match(/1111/g)).toHaveLength(16);
    expect(text.match(/2222/g)).toHaveLength(16);
  });

  it('fits every overlay', async () => {
    const screen = lobby(size);
    const digits = '0123456789'.repeat(6);
    const { store } = screen;
    const choices = [
      { name: 'Lab', host: '10.0.0.1', port: 7717, fingerprint: 'ab'.repeat(8), pinned: false },
    ];
    const ink = shown(screen);
    const people = store.state.people.list();
    const name = store.state.people.label(ravi.fingerprint);
    for (const overlay of [
      { kind: 'help', top: 0 },
      { kind: 'relays', choices, selected: 0 },
      { kind: 'picker', name, people, selected: 1, purpose: { kind: 'open', draft: null } },
      { kind: 'forget', key: ravi.fingerprint, input: EMPTY_COMPOSER },
      {
        kind: 'search',
        ...{ query: 'word '.repeat(50), scope: null, selected: 0, armed: false, problem: null },
        outcome: { kind: 'failed', why: name },
      },
      { kind: 'verify', peer: ravi.fingerprint, digits, qr: digits, shown: 'digits' },
    ] as const) {
      store.setOverlay(overlay);
      await painted();
      const rows = ink.rows();
      expect(rows).toHaveLength(size.rows);
      for (const row of rows) expect(cellWidth(row)).toBeLessThanOrEqual(size.columns);
    }
    expect(ink.rows().join('\n')).toContain('01234 56789 01234');
  });
});

describe('layout', () => {
  it('has a sidebar with what is unread from 70 columns on', () => {
    const screen = lobby({ columns: 80, rows: 24 });
    say(screen, { room: '#work', text: 'me: look' });
    const rows = shown(screen).rows();
    expect(rows.some((row) => row.startsWith(' 2 #work (1) @1  │'))).toBe(true);
    expect(rows.some((row) => row.startsWith('   ✓ meera       │'))).toBe(true);
  });

  it('tells in the status line what is unread where no sidebar stands', () => {
    const screen = lobby({ columns: 69, rows: 15 });
    say(screen, { room: '#work', text: 'me: look' });
    expect(shown(screen).rows().at(-2)).toContain('(1) @1 unread');
  });

  it('tells of it at 40×15, too, beside how many are verified', () => {
    const screen = lobby({ columns: 40, rows: 15 });
    say(screen, { room: '#work', text: 'me: look' });
    expect(shown(screen).rows().at(-2)).toMatch(/^ online · \d of \d verified · \(1\) @1/);
  });

  it('is one line below 30×8', () => {
    const screen = lobby({ columns: 29, rows: 8 });
    expect(shown(screen).rows()).toEqual(['lanchat needs 30×8']);
  });

  it('caps the measure of text on a wide screen', () => {
    const screen = lobby({ columns: 200, rows: 50 });
    say(screen, { text: 'word '.repeat(100) });
    const widest = Math.max(
      ...shown(screen)
        .rows()
        .filter((row) => row.includes('word'))
        .map(cellWidth),
    );
    expect(widest).toBeLessThanOrEqual(28 + 110);
  });

  it('uses no colour where that is not wanted, and bold and inverse all the same', () => {
    const screen = lobby({ columns: 80, rows: 24 });
    say(screen, { text: 'me: look', from: { ...meera } });
    const codes = new Set(
      shown(screen)
        .styled()
        .join('')
        .match(/\x1b\[[0-9;]*m/g),
    );
    // Ink ends a style with 22 or 27, and every row with the defaults.
    for (const code of codes) expect(code).toMatch(/^\x1b\[(0|1|2|7|22|27|39|49)?m$/);
    expect(codes.size).toBeGreaterThan(2);
  });

  it('joins what one person writes under one name, and dates a new day', () => {
    const screen = lobby({ columns: 80, rows: 24 });
    say(screen, { text: 'one', time: '2026-01-31T09:00:00Z' });
    say(screen, { text: 'two', time: '2026-01-31T09:01:00Z' });
    say(screen, { text: 'three', time: '2026-01-31T09:30:00Z' });
    say(screen, { text: 'four', time: '2026-02-02T09:30:00Z' });
    const rows = shown(screen)
      .rows()
      .map((row) => row.slice(18));
    expect(rows.filter((row) => /\d ravi/.test(row))).toHaveLength(3);
    expect(rows.some((row) => row.includes('-- 2026-02-02'))).toBe(true);
  });

  it('marks what a message of ours has come to, and why it waits', async () => {
    const screen = lobby({ columns: 80, rows: 24 });
    const own = { nick: 'me', fingerprint: peerId('e'), trust: 'verified' } as const;
    const sent = message({
      from: own,
      state: 'pending',
      text: 'to ravi',
      room: null,
      peer: ravi.fingerprint,
    });
    applyEvent(screen.store, { type: 'message', message: sent });
    screen.store.open(ravi.fingerprint);
    const ink = shown(screen);
    const mark = () =>
      ink
        .rows()
        .find((row) => row.endsWith('to ravi'))
        ?.slice(18, 24);
    expect(mark()).toBe('    … ');
    applyEvent(screen.store, {
      type: 'receipt',
      id: sent.id,
      state: 'pending',
      reason: 'not-here',
    });
    screen.store.notifyNow();
    await painted();
    expect(ink.rows().join()).toContain('-- pending: not here now');
    applyEvent(screen.store, { type: 'receipt', id: sent.id, state: 'relayed', reason: null });
    screen.store.notifyNow();
    await painted();
    expect(mark()).toBe('    > ');
    applyEvent(screen.store, { type: 'receipt', id: sent.id, state: 'delivered', reason: null });
    screen.store.notifyNow();
    await painted();
    expect(mark()).toBe('    ✓ ');
  });
});

describe('the link', () => {
  it('says what still works and when it is tried again', () => {
    const screen = lobby({ columns: 80, rows: 24 });
    const link = { ...onlineLink, state: 'offline', reason: 'silent', retryInMs: 4_000 } as const;
    applyEvent(screen.store, { type: 'link', link });
    screen.store.notifyNow();
    const status = shown(screen, { ...stillMoment, countdownMs: 3_200 })
      .rows()
      .at(-2);
    // What becomes of what one types stands under the messages.
    expect(status).toContain('LINK LOST · 1 of 2 verified · next try in 4 s · nothing heard');
  });

  it('offers to host where no relay is found, and Enter does', () => {
    const screen = lobby({ columns: 80, rows: 24 });
    const link = { ...onlineLink, state: 'searching', relay: null } as const;
    applyEvent(screen.store, { type: 'link', link });
    screen.store.notifyNow();
    const patient = { ...stillMoment, searchedMs: 2_500 };
    expect(shown(screen, patient).rows().join('\n')).toContain('Enter on an empty line hosts one');
    keysOf(screen).take(keyPress('enter'));
    expect(screen.hosted).toBe(0);
    keysOf(screen, patient).take(keyPress('enter'));
    expect(screen.hosted).toBe(1);
  });

  it('gives the command for the other machine where nobody is here, with an address it can reach', () => {
    const screen = testScreen();
    expect(shown(screen).rows().join('\n')).toContain('lanchat --relay 192.168.1.5:7717');
  });
});

describe('keys', () => {
  function typed(screen: TestScreen, text: string): void {
    keysOf(screen).take({ kind: 'text', text });
  }

  it('never sends what is pasted', () => {
    const screen = lobby({ columns: 80, rows: 24 });
    keysOf(screen).take({ kind: 'paste', text: 'one\ntwo\n' });
    expect(screen.store.active.composer.text).toBe('one\ntwo\n');
    expect(screen.session.requests.filter((request) => request.do === 'send')).toEqual([]);
  });

  it('prepares a room once typing begins, and a person never', () => {
    const screen = lobby({ columns: 80, rows: 24 });
    typed(screen, 'h');
    typed(screen, 'i');
    screen.store.open(screen.store.conversation(ravi.fingerprint).key);
    typed(screen, 'h');
    const prepared = screen.session.requests.filter(({ do: what }) => what === 'prepare');
    expect(prepared).toEqual([{ do: 'prepare', room: '#lobby' }]);
  });

  it('opens the help with ? on an empty line only', () => {
    const screen = lobby({ columns: 80, rows: 24 });
    typed(screen, 'a');
    typed(screen, '?');
    expect(screen.store.state.overlay).toBeNull();
    screen.store.edit({ type: 'clear' });
    typed(screen, '?');
    expect(screen.store.state.overlay?.kind).toBe('help');
    keysOf(screen).take(keyPress('escape'));
    expect(screen.store.state.overlay).toBeNull();
  });

  it('keeps a draft in each window and goes between windows', () => {
    const screen = lobby({ columns: 80, rows: 24 });
    typed(screen, 'draft');
    keysOf(screen).take(keyPress('2', { alt: true }));
    expect(screen.store.state.active).toBe('#work');
    expect(screen.store.active.composer.text).toBe('');
    keysOf(screen).take(keyPress('p', { ctrl: true }));
    expect(screen.store.active.composer.text).toBe('draft');
  });

  it('goes to mentions and private messages before other unread windows', () => {
    const screen = lobby({ columns: 80, rows: 24 });
    say(screen, { room: '#work' });
    say(screen, { room: null, peer: ravi.fingerprint });
    keysOf(screen).take(keyPress('a', { alt: true }));
    expect(screen.store.state.active).toBe(ravi.fingerprint);
    keysOf(screen).take(keyPress('a', { alt: true }));
    expect(screen.store.state.active).toBe('#work');
  });

  it('scrolls by pages, stays there while messages come, and returns with Esc', async () => {
    const screen = lobby({ columns: 80, rows: 24 });
    for (let index = 0; index < 100; index += 1) say(screen, { text: `line ${index}.` });
    const ink = shown(screen);
    keysOf(screen).take(keyPress('pageup'));
    await painted();
    const messages = () =>
      ink
        .rows()
        .slice(1, 18)
        .map((row) => row.slice(18));
    const before = messages();
    say(screen, { text: 'newest' });
    await painted();
    expect(messages()).toEqual(before);
    expect(ink.rows().join('\n')).toContain('newer below');
    keysOf(screen).take(keyPress('escape'));
    await painted();
    expect(ink.rows().join('\n')).toContain('newest');
  });

  it('clears with Ctrl+C and quits with two', () => {
    const screen = lobby({ columns: 80, rows: 24 });
    typed(screen, 'text');
    keysOf(screen).take(keyPress('c', { ctrl: true }));
    expect(screen.store.active.composer.text).toBe('');
    typed(screen, 'x');
    keysOf(screen).take(keyPress('c', { ctrl: true }));
    expect(screen.wishes).toEqual([]);
    keysOf(screen).take(keyPress('c', { ctrl: true }));
    expect(screen.wishes).toHaveLength(1);
  });

  it('picks a person without sending: the text is their window’s draft', () => {
    const screen = lobby({ columns: 80, rows: 24 });
    const { store } = screen;
    const people = [...store.state.people.list()];
    const name = store.state.people.label(ravi.fingerprint);
    const purpose = { kind: 'open', draft: 'secret' } as const;
    store.setOverlay({ kind: 'picker', name, people, selected: 0, purpose });
    keysOf(screen).take(keyPress('down'));
    keysOf(screen).take(keyPress('enter'));
    expect(store.state.active).toBe(people[1]?.fingerprint);
    expect(store.active.composer.text).toBe('secret');
    expect(screen.session.requests).toEqual([]);
  });

  it('records a comparison with y, and with nothing else', async () => {
    const screen = lobby({ columns: 80, rows: 24 });
    screen.session.answer({ verify: () => ({ person: { ...ravi, trust: 'verified' } }) });
    const digits = '1'.repeat(60);
    const peer = ravi.fingerprint;
    screen.store.setOverlay({ kind: 'verify', peer, digits, qr: digits, shown: 'digits' });
    keysOf(screen).take(keyPress('enter'));
    expect(screen.session.requests).toEqual([]);
    typed(screen, 'y');
    expect(screen.session.requests).toEqual([{ do: 'verify', peer, digits: null }]);
    await painted();
    expect(screen.store.state.people.get(peer)?.trust).toBe('verified');
  });

  it('asks for exactly the relay that was shown', () => {
    const screen = lobby({ columns: 80, rows: 24 });
    screen.session.answer({ 'choose-relay': () => ({}) });
    const choice = {
      name: 'x',
      host: '10.0.0.1',
      port: 1,
      fingerprint: 'ab'.repeat(8),
      pinned: false,
    };
    screen.store.setOverlay({ kind: 'relays', choices: [choice], selected: 0 });
    keysOf(screen).take(keyPress('enter'));
    expect(screen.session.requests).toEqual([
      { do: 'choose-relay', host: '10.0.0.1', port: 1, fingerprint: choice.fingerprint },
    ]);
  });
});
