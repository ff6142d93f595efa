// A file in a conversation: its rows at every size, and that nothing around them moves while it comes.
import { describe, expect, it } from 'vitest';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { messageSource } from '../../src/ui/message-rows.ts';
import { Notifier } from '../../src/ui/notify.ts';
import { PROGRESS_PAUSE_MS } from '../../src/ui/transfers.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { inkScreen } from '../support/ink-screen.tsx';
import { press } from '../support/screen-presses.ts';
import { message, type TestScreen, testScreen } from '../support/screen-store.ts';
import { fileId, fileMessage, ownFileMessage, transferOf } from '../support/shared-files.ts';

const ravi = person('ravi', 'b');
const SIZES = [
  { columns: 40, rows: 15 },
  { columns: 80, rows: 24 },
  { columns: 200, rows: 50 },
];

function screenWithRavi(): TestScreen {
  const session = new FakeSession({ files: () => ({ files: [] }), 'mark-read': () => ({}) });
  session.snapshot = {
    ...session.snapshot,
    people: [ravi],
    rooms: [{ name: '#lobby', kind: 'public', members: [peerId('b')] }],
  };
  return testScreen(session);
}

function shown({ store }: TestScreen): string {
  const screen = inkScreen(store);
  const rows = screen.rows().map((row) => row.trimEnd());
  screen.close();
  return rows.join('\n');
}

const moving = { state: 'moving', bytes: 1_032_000, bytesPerSecond: 114_000 } as const;

describe('a file in a conversation', () => {
  it.each(SIZES)('is two rows below its words at $columns×$rows', (size) => {
    const screen = screenWithRavi();
    screen.store.setSize(size);
    const said = fileMessage({}, { text: 'the ward plan' });
    screen.session.emit({ type: 'message', message: said });
    screen.session.emit({ type: 'file', transfer: transferOf(said) });
    const offered = shown(screen);
    expect(offered).toMatch(
      /the ward plan\n.* {3}-- picture · 2\.4 MB(?: · 1920×1080)?: photo\.png/,
    );
    if (size.columns > 40) expect(offered).toContain('1920×1080');
    expect(offered).toMatch(/-- not taken yet · .*\/save/);
    screen.session.emit({ type: 'file', transfer: transferOf(said, moving) });
    expect(shown(screen)).toMatch(/-- ▓▓░░░░ 43 % · (?:114 KB\/s · )?12 s left/);
    const path = '/home/me/Downloads/photo.png';
    screen.session.emit({
      type: 'file',
      transfer: transferOf(said, { state: 'done', bytes: 2_400_000, path }),
    });
    expect(shown(screen)).toContain('-- saved as photo.png');
  });

  it('changes one row while it moves, wherever one reads', () => {
    const screen = screenWithRavi();
    const { store, session } = screen;
    const said = fileMessage();
    session.emit({ type: 'message', message: said });
    for (let n = 0; n < 40; n += 1) session.emit({ type: 'message', message: message() });
    const states = ['offered', 'waiting', 'moving', 'done', 'failed', 'cancelled'] as const;
    store.scrollTo({ kind: 'line', key: 3, line: 0 });
    const source = messageSource(store.active, 60);
    const height = source.heightAt(0);
    const before = shown(screen);
    for (const state of states) {
      session.emit({ type: 'file', transfer: transferOf(said, { ...moving, state }) });
      expect(messageSource(store.active, 60).heightAt(0)).toBe(height);
      expect(shown(screen)).toBe(before);
    }
    // Control: up there it has changed.
    store.scrollTo({ kind: 'line', key: 0, line: 0 });
    expect(shown(screen)).toContain('stopped');
  });

  it('tells the views of a new state at once, and of bytes a few times a second', () => {
    const { store, session, clock } = screenWithRavi();
    const said = fileMessage();
    session.emit({ type: 'message', message: said });
    clock.advance(1_000);
    clock.advance(1_000);
    let told = 0;
    store.subscribe(() => {
      told += 1;
    });
    session.emit({ type: 'file', transfer: transferOf(said, moving) });
    expect(told).toBe(1);
    for (let at = 0; at < 1_000; at += 10) {
      session.emit({ type: 'file', transfer: transferOf(said, { ...moving, bytes: at }) });
      clock.advance(10);
    }
    expect(told).toBeGreaterThan(1);
    expect(told).toBeLessThanOrEqual(2 + Math.ceil(1_000 / PROGRESS_PAUSE_MS));
  });

  it('says of ours how far it has come, and no more than that', () => {
    const screen = screenWithRavi();
    const { store, session } = screen;
    store.open(peerId('b'));
    const said = ownFileMessage();
    session.emit({ type: 'message', message: said });
    // The mark of the message stands where its words would.
    expect(shown(screen)).toContain('✓ picture · 2.4 MB · 1920×1080: photo.png');
    const stands = [
      ['waiting', '-- waiting'],
      ['moving', '-- on its way ▓▓░░░░ 43 %'],
      ['kept', '-- kept by the relay'],
      ['done', '-- ravi has it'],
      ['cancelled', '-- taken back'],
    ] as const;
    for (const [state, words] of stands) {
      session.emit({ type: 'file', transfer: transferOf(said, { ...moving, state }) });
      expect(shown(screen)).toContain(words);
    }
  });

  it('stands below the messages while ours is read, since nobody has been told of it', () => {
    const screen = screenWithRavi();
    const { session } = screen;
    const said = fileMessage({ name: 'film.mkv', id: fileId(7) });
    const reading = { id: null, direction: 'out', state: 'reading', bytes: 1_200_000 } as const;
    session.emit({ type: 'file', transfer: transferOf(said, reading) });
    expect(shown(screen)).toContain('-- reading it ▓▓▓░░░ 50 %: film.mkv');
    const sent = { direction: 'out', state: 'waiting' } as const;
    session.emit({ type: 'file', transfer: transferOf(said, sent) });
    expect(shown(screen)).not.toContain('reading it');
  });

  it('warns below it where the content is something else', () => {
    const screen = screenWithRavi();
    const { session } = screen;
    const said = fileMessage();
    session.emit({ type: 'message', message: said });
    const done = { state: 'done', path: '/in/photo.png', warning: 'program' } as const;
    session.emit({ type: 'file', transfer: transferOf(said, done) });
    expect(shown(screen)).toContain('!! Careful: this is a program, whatever its name says.');
  });

  it('shows nothing of a file of somebody ignored', () => {
    const screen = screenWithRavi();
    const from = { nick: 'ravi', fingerprint: peerId('b'), trust: 'known', ignored: true } as const;
    screen.session.emit({ type: 'message', message: fileMessage({}, { from }) });
    expect(shown(screen)).toContain('(ignored)');
    expect(shown(screen)).not.toContain('photo.png');
  });

  it('is quoted by what it is where nothing was said beside it', () => {
    const screen = screenWithRavi();
    const said = fileMessage();
    screen.session.emit({ type: 'message', message: said });
    screen.session.emit({ type: 'message', message: message({ reply: said.id, text: 'thanks' }) });
    expect(shown(screen)).toContain('re: ravi: picture · 2.4 MB · 1920×1080: photo.png');
  });
});

describe('how files stand that came before', () => {
  it('is asked for once their conversation is shown, and not before', async () => {
    const said = fileMessage();
    const stored = { ...said, reason: null };
    const session = new FakeSession({
      history: () => ({ messages: [stored], more: false }),
      files: () => ({
        files: [
          { transfer: transferOf(said, { state: 'done', path: '/in/a.png' }), message: stored },
        ],
      }),
      'mark-read': () => ({}),
    });
    const screen = testScreen(session);
    const asked = () => session.requests.filter(({ do: what }) => what === 'files');
    expect(asked()).toEqual([]);
    await screen.actions.history.start();
    await session.settled();
    expect(asked()).toEqual([{ do: 'files', conversation: { room: '#lobby' }, limit: 500 }]);
    expect(shown(screen)).toContain('saved as a.png');
    // Nothing more is asked by what is drawn or pressed.
    await press(screen, 'pageup');
    expect(asked()).toHaveLength(1);
  });

  it('is not guessed where nobody says it', async () => {
    const stored = { ...fileMessage(), reason: null };
    const session = new FakeSession({
      history: () => ({ messages: [stored], more: false }),
      files: () => ({ files: [] }),
      'mark-read': () => ({}),
    });
    const screen = testScreen(session);
    await screen.actions.history.start();
    await session.settled();
    expect(shown(screen)).toContain('-- s on it (or /save) saves it');
    expect(shown(screen)).not.toContain('not taken');
  });
});

describe('an offer', () => {
  it('teaches once how files are taken, and never again', async () => {
    const screen = screenWithRavi();
    const { session, store } = screen;
    const first = fileMessage({ id: fileId(1) });
    const offers: ReturnType<typeof transferOf>[] = [];
    session.answer({
      files: () => ({ files: offers.map((transfer) => ({ transfer, message: null })) }),
    });
    await screen.actions.history.start();
    const offer = async (said: typeof first) => {
      session.emit({ type: 'message', message: said });
      offers.push(transferOf(said));
      session.emit({ type: 'file', transfer: transferOf(said) });
      await session.settled();
      screen.clock.advance(1_000);
      await session.settled();
    };
    const hints = () =>
      store.active.entries.filter(
        (entry) => entry.kind === 'notice' && entry.text.startsWith('Files wait until'),
      );
    await offer(first);
    expect(hints()).toHaveLength(1);
    await offer(fileMessage({ id: fileId(2) }));
    expect(hints()).toHaveLength(1);
    // Nor in another run, where one was offered before.
    const later = screenWithRavi();
    later.session.answer({
      files: () => ({ files: offers.map((transfer) => ({ transfer, message: null })) }),
    });
    await later.actions.history.start();
    const third = fileMessage({ id: fileId(3) });
    later.session.emit({ type: 'message', message: third });
    later.session.emit({ type: 'file', transfer: transferOf(third) });
    await later.session.settled();
    later.clock.advance(1_000);
    await later.session.settled();
    expect(shown(later)).not.toContain('Files wait until');
  });

  it('counts as the message that it is, a thousand at once as well', () => {
    const { store, session } = screenWithRavi();
    const offers = Array.from({ length: 1_000 }, (_, n) => fileMessage({ id: fileId(n) }));
    store.open(peerId('b'));
    for (const said of offers) {
      session.emit({ type: 'message', message: said });
      session.emit({ type: 'file', transfer: transferOf(said) });
    }
    expect(store.conversation('#lobby').unread).toBe(1_000);
    const last = offers.at(-1)?.id;
    expect(last && store.transfers.get(last)?.state).toBe('offered');
  });

  it('is forgotten where there are too many, the one heard of longest ago first', () => {
    const { store, session } = screenWithRavi();
    const offers = Array.from({ length: 2_001 }, (_, n) => fileMessage({ id: fileId(n) }));
    for (const said of offers) session.emit({ type: 'file', transfer: transferOf(said) });
    const stateOf = (said = offers[0]) => (said ? store.transfers.get(said.id) : null);
    expect(stateOf()).toBeNull();
    expect(stateOf(offers[1])).not.toBeNull();
  });
});

describe('a signal', () => {
  const away = (store: TestScreen['store']) => {
    store.setFocused(false);
    return { state: store.state, wall: new Date('2026-01-31T12:00:00') };
  };

  it('comes for a file that a person asked for, and for no step on its way', () => {
    const { store } = screenWithRavi();
    const said = fileMessage();
    applyEvent(store, { type: 'message', message: said });
    const heard = (change: Parameters<typeof transferOf>[1]) =>
      applyEvent(store, { type: 'file', transfer: transferOf(said, change) });
    const done = { state: 'done', path: '/in/photo.png' } as const;
    expect(heard(done)).toBeNull();
    store.transfers.ask(said.id);
    expect(heard(moving)).toBeNull();
    const attention = heard(done);
    if (attention === null) throw new Error('nothing to signal');
    expect(new Notifier(() => 0).notice(attention, away(store))).toBe('A file of ravi is here');
    store.setPreferences({ ...store.state.preferences, notifyText: true });
    const told = new Notifier(() => 0).notice(attention, away(store));
    expect(told).toBe('ravi in #lobby: photo.png is here');
    // Once.
    expect(heard(done)).toBeNull();
  });
});
