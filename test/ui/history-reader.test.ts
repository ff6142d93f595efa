import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/protocol/errors.ts';
import { PAGE_MESSAGES } from '../../src/ui/conversation.ts';
import { FakeSession, peerId } from '../support/fake-session.ts';
import { nthId, stored, tell } from '../support/kept-history.ts';
import { bela, keptScreen } from '../support/kept-screen.ts';
import { openHistory } from '../support/opened-history.ts';
import { press, settled } from '../support/screen-presses.ts';
import { lines, type TestScreen, testScreen } from '../support/screen-store.ts';

const private_ = { room: null, peer: bela.fingerprint, from: bela } as const;

/** `count` messages, from 1, each as `of` says. */
function past(count: number, of: (n: number) => object = () => ({})) {
  return Array.from({ length: count }, (_, index) => stored(index + 1, of(index + 1)));
}

function asked(screen: TestScreen, what: string) {
  return screen.session.requests.filter((request) => request.do === what);
}

function refusing(): never {
  throw new UsageError('unreadable', 'the history can not be read');
}

describe('scrolling up', () => {
  it('begins with one page, and reads on only where somebody comes near its beginning', async () => {
    const screen = await keptScreen(await openHistory(past(1_000)));
    expect(lines(screen.store, '#lobby')).toHaveLength(PAGE_MESSAGES);
    expect(screen.store.active.older).toEqual({ kind: 'more' });
    await press(screen, 'pageup', 'pageup');
    expect(asked(screen, 'history')).toHaveLength(1);
    for (let page = 0; page < 200; page += 1) await press(screen, 'pageup');
    expect(lines(screen.store, '#lobby')[0]).toBe('message 1');
    expect(asked(screen, 'history')).toHaveLength(5);
    expect(screen.store.active.older).toEqual({ kind: 'beginning' });
  });

  it('reads nothing of a window that nobody has opened', async () => {
    const screen = await keptScreen(await openHistory(past(5, (n) => (n === 1 ? private_ : {}))));
    expect(lines(screen.store, bela.fingerprint)).toEqual([]);
    screen.store.open(bela.fingerprint);
    await settled(screen);
    expect(lines(screen.store, bela.fingerprint)).toEqual(['message 1']);
  });

  it('says why it could not read, and tries again at the next PgUp only', async () => {
    const screen = await keptScreen(await openHistory(past(300)));
    screen.session.answer({ history: refusing });
    for (let page = 0; page < 40; page += 1) await press(screen, 'pageup');
    const tries = asked(screen, 'history').length;
    expect(screen.store.active.older).toEqual({
      kind: 'failed',
      why: 'the history can not be read',
    });
    screen.store.notifyNow();
    await settled(screen);
    expect(asked(screen, 'history')).toHaveLength(tries);
    screen.history.serve(screen.session);
    await press(screen, 'pageup');
    expect(lines(screen.store, '#lobby')[0]).toBe('message 1');
  });

  it('takes a message that has expired meanwhile for the beginning', async () => {
    const screen = await keptScreen(await openHistory(past(300)));
    screen.history.expire(...screen.history.messages.map(({ id }) => id));
    for (let page = 0; page < 40; page += 1) await press(screen, 'pageup');
    expect(screen.store.active.older).toEqual({ kind: 'beginning' });
  });

  it('drops a page that was asked for before a message of it was deleted', async () => {
    const history = await openHistory(past(300));
    const screen = await keptScreen(history);
    const answer = screen.session.hold('history');
    for (let up = 0; up < 30; up += 1) await press(screen, 'pageup');
    const conversation = { room: '#lobby' };
    screen.session.emit({ type: 'deleted', conversation, id: nthId(50), messages: 1 });
    answer({ messages: past(100), more: false });
    await settled(screen);
    expect(lines(screen.store, '#lobby')).not.toContain('message 50');
    expect(screen.store.active.older).toEqual({ kind: 'more' });
  });

  it('shows a message once that arrives while a page with it is read', async () => {
    const history = await openHistory(past(3));
    const screen = testScreen(history.serve(new FakeSession()));
    history.add(stored(4));
    const starting = screen.actions.history.start();
    await starting;
    await settled(screen);
    screen.session.emit({ type: 'message', message: stored(4) });
    expect(lines(screen.store, '#lobby')).toEqual([1, 2, 3, 4].map((n) => `message ${n}`));
  });
});

describe('what is unread', () => {
  it('is counted by history, and marked where it begins once the window is open', async () => {
    const messages = past(20, (n) => (n > 10 ? private_ : {}));
    const screen = await keptScreen(await openHistory(messages, { read: 16 }));
    const { store } = screen;
    expect(store.conversation(bela.fingerprint).unread).toBe(4);
    store.open(bela.fingerprint);
    await settled(screen);
    expect(store.active.unread).toBe(0);
    expect(store.active.marker).toBe(nthId(17));
  });

  it('skips our own messages in between', async () => {
    const me = { nick: 'me', fingerprint: peerId('e'), trust: 'verified' } as const;
    const of = (n: number) => (n === 19 ? { ...private_, from: me, state: 'relayed' } : private_);
    const screen = await keptScreen(await openHistory(past(20, of), { read: 17 }));
    screen.store.open(bela.fingerprint);
    await settled(screen);
    expect(screen.store.active.marker).toBe(nthId(18));
  });

  it('is told as seen at once, then at most every two seconds, and at the end', async () => {
    const history = await openHistory(past(1));
    const screen = await keptScreen(history);
    const marks = () => asked(screen, 'mark-read').length;
    expect(marks()).toBe(0);
    for (const n of [2, 3, 4]) {
      tell(screen.session, history, stored(n));
      screen.store.notifyNow();
    }
    expect(marks()).toBe(1);
    screen.clock.advance(2_000);
    expect(marks()).toBe(2);
    tell(screen.session, history, stored(5));
    screen.store.notifyNow();
    await screen.actions.history.close();
    expect(marks()).toBe(3);
  });

  it('stays unread while nobody looks', async () => {
    const history = await openHistory(past(1));
    const screen = await keptScreen(history);
    screen.store.setFocused(false);
    tell(screen.session, history, stored(2));
    screen.store.notifyNow();
    await screen.actions.history.close();
    expect(asked(screen, 'mark-read')).toEqual([]);
  });
});

describe('going to a message', () => {
  const always = () => true;

  it('shows its surroundings, and what is newer by scrolling down, without a hole', async () => {
    const other = (n: number) => (n % 3 === 0 ? private_ : {});
    const screen = await keptScreen(await openHistory(past(3_000, other)), { pageSize: 90 });
    await screen.actions.history.goTo(stored(100), always);
    expect(screen.store.active.found).toBe(nthId(100));
    expect(screen.store.active.aside).not.toBeNull();
    for (let page = 0; page < 400 && screen.store.active.aside !== null; page += 1) {
      await press(screen, 'pagedown');
    }
    expect(screen.store.active.aside).toBeNull();
    expect(asked(screen, 'since')).toEqual([]);
    const shown = lines(screen.store, '#lobby');
    const whole = screen.history.messages
      .filter(({ conversation }) => 'room' in conversation)
      .map(({ text }) => text);
    expect(shown).toEqual(whole.slice(whole.indexOf(shown[0] ?? '')));
  });

  it('keeps what arrives meanwhile for the way back', async () => {
    const screen = await keptScreen(await openHistory(past(1_000)));
    await screen.actions.history.goTo(stored(100), always);
    tell(screen.session, screen.history, stored(1_001));
    expect(lines(screen.store, '#lobby')).not.toContain('message 1001');
    await press(screen, 'escape');
    await settled(screen);
    expect(lines(screen.store, '#lobby').at(-1)).toBe('message 1001');
    expect(screen.store.active.anchor).toEqual({ kind: 'bottom' });
  });

  it('goes back with Esc to the window and the line where it began', async () => {
    const screen = await keptScreen(await openHistory(past(600, (n) => (n < 300 ? private_ : {}))));
    await press(screen, 'pageup');
    const { anchor } = screen.store.active;
    await screen.actions.history.goTo(stored(10, private_), always);
    expect(screen.store.state.active).toBe(bela.fingerprint);
    await press(screen, 'escape');
    expect(screen.store.state.active).toBe('#lobby');
    expect(screen.store.active.anchor).toEqual(anchor);
  });

  it('asks nothing for one that is in memory, not even the newest', async () => {
    const screen = await keptScreen(await openHistory(past(100)));
    const before = screen.session.requests.length;
    await screen.actions.history.goTo(stored(100), always);
    expect(screen.session.requests).toHaveLength(before);
    expect(screen.store.active.found).toBe(nthId(100));
  });

  it('opens a room that was left, and changes nothing where nobody wants to go any more', async () => {
    const screen = await keptScreen(await openHistory(past(300, () => ({ room: '#gone' }))));
    expect(screen.store.state.order).not.toContain('#gone');
    await screen.actions.history.goTo(stored(5, { room: '#gone' }), () => false);
    expect(screen.store.state.active).toBe('#lobby');
    await screen.actions.history.goTo(stored(5, { room: '#gone' }), always);
    expect(screen.store.state.active).toBe('#gone');
    expect(screen.store.active.found).toBe(nthId(5));
  });

  it('says so where the message is gone', async () => {
    const screen = await keptScreen(await openHistory(past(300)));
    screen.history.expire(nthId(5));
    await screen.actions.history.goTo(stored(5), always);
    expect(lines(screen.store, '#lobby').at(-1)).toEqual(
      expect.stringMatching(/^!! history holds no message with this ID/),
    );
    expect(screen.store.active.aside).toBeNull();
  });

  it('returns to the newest lines where what comes next can not be read', async () => {
    const screen = await keptScreen(await openHistory(past(2_000)));
    await screen.actions.history.goTo(stored(100), always);
    screen.session.answer({ history: refusing });
    for (let page = 0; page < 100 && screen.store.active.aside !== null; page += 1) {
      await press(screen, 'pagedown');
    }
    await settled(screen);
    expect(screen.store.active.aside).toBeNull();
    expect(lines(screen.store, '#lobby').join()).toContain('the history can not be read');
  });
});

describe('starting', () => {
  it('opens windows for people talked with before, and none for rooms that were left', async () => {
    const of = (n: number) => (n === 1 ? private_ : n === 2 ? { room: '#gone' } : {});
    const { store } = await keptScreen(await openHistory(past(3, of)));
    expect(store.state.order).toEqual(['#lobby', bela.fingerprint]);
  });

  it('says where history can not be read, and goes on', async () => {
    const session = new FakeSession({ history: refusing, conversations: refusing });
    const screen = testScreen(session);
    await screen.actions.history.start();
    await settled(screen);
    expect(lines(screen.store, '#lobby')).toEqual(['!! the history can not be read']);
    session.emit({ type: 'message', message: stored(1) });
    expect(lines(screen.store, '#lobby').at(-1)).toBe('message 1');
  });
});
