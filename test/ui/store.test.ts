import { describe, expect, it } from 'vitest';
import { applyEvent, applySnapshot } from '../../src/ui/apply-event.ts';
import { ARRIVAL_PAUSE_MS } from '../../src/ui/change-signal.ts';
import { MAX_ENTRIES } from '../../src/ui/conversation.ts';
import { FakeSession, onlineLink, peerId, person } from '../support/fake-session.ts';
import { lines, message, testScreen } from '../support/screen-store.ts';

const ravi = person('ravi', 'b');
const self = { nick: 'me', fingerprint: peerId('e') };

function ownMessage(change = {}) {
  return message({ from: { ...self, trust: 'verified' }, state: 'pending', ...change });
}

function stateOf(screen: ReturnType<typeof testScreen>, key = '#lobby') {
  const entry = screen.store.conversation(key).entries[0];
  return entry?.kind === 'message' ? entry.state : undefined;
}

describe('delivery', () => {
  it('moves a message on as its receipts come, and never back', () => {
    const screen = testScreen();
    const sent = ownMessage({ room: null, peer: ravi.fingerprint });
    applyEvent(screen.store, { type: 'message', message: sent });
    const receipt = { type: 'receipt', id: sent.id, reason: null } as const;
    applyEvent(screen.store, { ...receipt, state: 'delivered' });
    applyEvent(screen.store, { ...receipt, state: 'relayed' });
    expect(stateOf(screen, ravi.fingerprint)).toBe('delivered');
  });

  it('keeps failed for failed', () => {
    const screen = testScreen();
    const sent = ownMessage();
    applyEvent(screen.store, { type: 'message', message: sent });
    applyEvent(screen.store, { type: 'receipt', id: sent.id, state: 'failed', reason: 'refused' });
    applyEvent(screen.store, { type: 'receipt', id: sent.id, state: 'relayed', reason: null });
    expect(stateOf(screen)).toBe('failed');
  });

  it('changes nothing for a receipt of a message that was cleared or never shown', () => {
    const screen = testScreen();
    const sent = ownMessage();
    applyEvent(screen.store, { type: 'receipt', id: sent.id, state: 'relayed', reason: null });
    expect(lines(screen.store, '#lobby')).toEqual([]);
  });

  it('says pending until told otherwise', () => {
    const screen = testScreen();
    applyEvent(screen.store, { type: 'message', message: ownMessage() });
    expect(stateOf(screen)).toBe('pending');
  });
});

describe('unread', () => {
  it('counts what comes elsewhere, names mentions, and marks where to begin reading', () => {
    const { store } = testScreen();
    store.setRoom({ name: '#work', kind: 'public', members: [] });
    const first = message({ room: '#work' });
    applyEvent(store, { type: 'message', message: first });
    applyEvent(store, { type: 'message', message: message({ room: '#work', text: 'Me: look' }) });
    const work = store.conversation('#work');
    expect([work.unread, work.mentions]).toEqual([2, 1]);
    store.open('#work');
    expect([work.unread, work.mentions, work.marker]).toEqual([0, 0, first.id]);
    store.open('#lobby');
    expect(work.marker).toBeNull();
  });

  it('counts nothing in the window that is looked at', () => {
    const { store } = testScreen();
    applyEvent(store, { type: 'message', message: message() });
    expect(store.active.unread).toBe(0);
  });

  it('counts in the active window while nobody looks, until somebody looks again', () => {
    const { store } = testScreen();
    store.setFocused(false);
    const unseen = message();
    applyEvent(store, { type: 'message', message: unseen });
    expect(store.active.unread).toBe(1);
    store.setFocused(true);
    expect(store.active.unread).toBe(0);
    expect(store.active.marker).toBe(unseen.id);
  });

  it.each([
    ['me, look', true],
    ['look, @ME!', true],
    ['some meat', false],
    ['home', false],
    ['me_too', false],
  ])('takes %j for a mention of me: %j', (text, isMention) => {
    const { store } = testScreen();
    const attention = applyEvent(store, { type: 'message', message: message({ text }) });
    expect(attention !== null).toBe(isMention);
  });

  it('asks for attention for a private message, never for one of our own', () => {
    const { store } = testScreen();
    const private_ = message({ room: null, peer: ravi.fingerprint });
    expect(applyEvent(store, { type: 'message', message: private_ })?.sender).toBe('ravi');
    expect(applyEvent(store, { type: 'message', message: ownMessage() })).toBeNull();
  });
});

describe('a private message from a stranger', () => {
  it('puts them into the sidebar, unread, and leaves what one looks at alone', () => {
    const { store } = testScreen();
    const from = { nick: 'nobody-known', fingerprint: peerId('d'), trust: 'new' } as const;
    const stranger = message({ from, room: null, peer: from.fingerprint });
    applyEvent(store, { type: 'message', message: stranger });
    expect(store.state.active).toBe('#lobby');
    expect(store.state.order).toEqual(['#lobby', from.fingerprint]);
    expect(store.conversation(from.fingerprint).unread).toBe(1);
  });
});

describe('what is kept', () => {
  it('keeps the newest lines of a conversation and drops the oldest', () => {
    const { store } = testScreen();
    for (let index = 0; index <= MAX_ENTRIES; index += 1) {
      applyEvent(store, { type: 'message', message: message({ text: String(index) }) });
    }
    const { entries } = store.conversation('#lobby');
    expect(entries.length).toBeLessThanOrEqual(MAX_ENTRIES);
    expect(lines(store, '#lobby').at(-1)).toBe(String(MAX_ENTRIES));
    expect(entries.every((entry, index) => entry.seq === (entries[0]?.seq ?? 0) + index)).toBe(
      true,
    );
  });

  it('collapses joins and leaves, and drops who came and went', () => {
    const { store } = testScreen();
    const who = { ...ravi, trust: 'known' } as const;
    const meera = { ...person('meera', 'c'), trust: 'known' } as const;
    applyEvent(store, { type: 'joined', room: '#lobby', who });
    applyEvent(store, { type: 'joined', room: '#lobby', who: meera });
    // Told again, as after a relay's restart.
    applyEvent(store, { type: 'joined', room: '#lobby', who: meera });
    applyEvent(store, { type: 'left', room: '#lobby', who });
    expect(lines(store, '#lobby')).toEqual(['joined meera left ']);
  });

  it('cleans every text of others before it is kept', () => {
    const { store } = testScreen();
    const from = { ...ravi, nick: 'ra\u001b[31mvi\u202e' };
    applyEvent(store, {
      type: 'message',
      message: message({ from, text: '\u001b]0;owned\u0007x' }),
    });
    applyEvent(store, { type: 'announcement', text: 'a\u009b2Jb' });
    applyEvent(store, { type: 'error', code: 'x', message: 'c\u0007d' });
    const everything = lines(store, '#lobby').join('\n') + store.state.people.label(peerId('b'));
    expect(everything).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it('closes a left room and goes to the window before it', () => {
    const { store } = testScreen();
    store.setRoom({ name: '#work', kind: 'public', members: [] });
    store.open('#work');
    applyEvent(store, { type: 'room-left', room: '#work' });
    expect(store.state.active).toBe('#lobby');
    applyEvent(store, { type: 'left', room: '#work', who: ravi });
    expect(store.state.order).toEqual(['#lobby']);
  });
});

describe('what is deleted', () => {
  const conversation = { room: '#lobby' } as const;

  it('goes from its window, and nothing else does', () => {
    const { store } = testScreen();
    const [first, second] = [message({ text: 'one' }), message({ text: 'two' })];
    applyEvent(store, { type: 'message', message: first });
    applyEvent(store, { type: 'message', message: second });
    applyEvent(store, { type: 'deleted', conversation, id: first.id, messages: 1 });
    applyEvent(store, {
      type: 'deleted',
      conversation: { room: '#closed' },
      id: second.id,
      messages: 1,
    });
    expect(lines(store, '#lobby')).toEqual(['two']);
    expect(store.state.order).toEqual(['#lobby']);
  });

  it('hands the unread line on to the message after it', () => {
    const { store } = testScreen();
    store.setFocused(false);
    const [first, second] = [message(), message()];
    applyEvent(store, { type: 'message', message: first });
    applyEvent(store, { type: 'message', message: second });
    applyEvent(store, { type: 'deleted', conversation, id: first.id, messages: 1 });
    store.setFocused(true);
    expect(store.active.marker).toBe(second.id);
  });

  it('is all of a conversation, but for what says that a key has changed', () => {
    const { store } = testScreen();
    applyEvent(store, { type: 'message', message: message() });
    const keys = { nick: 'ravi', was: peerId('1'), now: peerId('2') };
    applyEvent(store, { type: 'key-changed', ...keys, trust: 'known' });
    applyEvent(store, { type: 'deleted', conversation, id: null, messages: 1 });
    expect(lines(store, '#lobby')).toEqual(['key changed ravi 1111 2222']);
    expect(store.active.older).toEqual({ kind: 'beginning' });
  });
});

describe('changed keys', () => {
  const was = peerId('1');
  const now = peerId('2');

  it('tells of it in the person’s window, in shared rooms and where one looks', () => {
    const { store } = testScreen();
    store.setRoom({ name: '#work', kind: 'public', members: [now] });
    store.setRoom({ name: '#other', kind: 'public', members: [] });
    applyEvent(store, { type: 'key-changed', nick: 'ravi', was, now, trust: 'verified' });
    const line = 'key changed ravi 1111 2222';
    expect(lines(store, '#lobby')).toEqual([line]);
    expect(lines(store, '#work')).toEqual([line]);
    expect(lines(store, '#other')).toEqual([]);
  });

  it('opens no windows and fills no screen for a crowd of keys under one name', () => {
    const { store } = testScreen();
    for (const digit of '23456789') {
      const change = { nick: 'ravi', was, now: peerId(digit), trust: 'known' } as const;
      applyEvent(store, { type: 'key-changed', ...change });
    }
    expect(store.state.order).toEqual(['#lobby']);
    expect(lines(store, '#lobby')).toEqual([
      'key changed ravi 1111 2222, key changed ravi 1111 3333, and 6 more',
    ]);
  });

  it('tells of a verified person’s key apart from a crowd of others', () => {
    const { store } = testScreen();
    const change = { type: 'key-changed', nick: 'ravi', was, now } as const;
    applyEvent(store, { ...change, trust: 'known' });
    applyEvent(store, { ...change, trust: 'verified' });
    expect(lines(store, '#lobby')).toHaveLength(2);
  });

  it('tells of one that changed while nobody looked', () => {
    const session = new FakeSession();
    session.snapshot = {
      ...session.snapshot,
      people: [
        person('ravi', '1', { trust: 'verified', online: false }),
        person('ravi', '2', { ambiguous: true, keyChangedFrom: [was] }),
      ],
    };
    const { store } = testScreen(session);
    expect(lines(store, '#lobby')).toEqual(['key changed ravi 1111 2222']);
    const entry = store.active.entries[0];
    expect(entry?.kind === 'key-changed' && entry.wasVerified).toBe(true);
  });
});

describe('notifying', () => {
  it('tells of arriving messages seldom, and of keys at once', () => {
    const { store, clock } = testScreen();
    clock.advance(ARRIVAL_PAUSE_MS);
    let told = 0;
    store.subscribe(() => {
      told += 1;
    });
    for (let index = 0; index < 50; index += 1) {
      applyEvent(store, { type: 'message', message: message() });
    }
    expect(told).toBe(1);
    store.edit({ type: 'insert', text: 'x' });
    expect(told).toBe(2);
    applyEvent(store, { type: 'message', message: message() });
    clock.advance(ARRIVAL_PAUSE_MS - 1);
    expect(told).toBe(2);
    clock.advance(1);
    expect(told).toBe(3);
    clock.advance(10 * ARRIVAL_PAUSE_MS);
    expect(told).toBe(3);
  });

  it('goes on when the clock is set back', () => {
    const { store, clock } = testScreen();
    store.notifyNow();
    clock.nowMs -= 3_600_000;
    let told = 0;
    store.subscribe(() => {
      told += 1;
    });
    applyEvent(store, { type: 'message', message: message() });
    clock.advance(ARRIVAL_PAUSE_MS);
    expect(told).toBe(1);
  });

  it('leaves no timer behind', () => {
    const { store, clock } = testScreen();
    let told = 0;
    store.subscribe(() => {
      told += 1;
    });
    applyEvent(store, { type: 'message', message: message() });
    store.close();
    clock.advance(1_000);
    expect(told).toBe(0);
  });
});

describe('the choice of a relay', () => {
  const choice = (host: string) => ({
    name: host,
    host,
    port: 1,
    fingerprint: 'ab',
    pinned: false,
  });

  it('opens by itself, keeps the selection while relays come, and closes when needless', () => {
    const { store } = testScreen();
    const link = { ...onlineLink, state: 'choosing' } as const;
    applyEvent(store, { type: 'link', link: { ...link, choices: [choice('a')] } });
    applyEvent(store, { type: 'link', link: { ...link, choices: [choice('0'), choice('a')] } });
    expect(store.state.overlay).toMatchObject({ kind: 'relays', selected: 1 });
    applyEvent(store, { type: 'link', link: onlineLink });
    expect(store.state.overlay).toBeNull();
  });

  it('does not take the keys of what is open already', () => {
    const { store } = testScreen();
    store.setOverlay({ kind: 'help', top: 0 });
    const link = { ...onlineLink, state: 'choosing', choices: [choice('a')] } as const;
    applyEvent(store, { type: 'link', link });
    expect(store.state.overlay?.kind).toBe('help');
  });
});

it('takes a snapshot as the whole truth about oneself, people and rooms', () => {
  const { store } = testScreen();
  applySnapshot(store, {
    self,
    link: onlineLink,
    ready: true,
    people: [ravi],
    rooms: [{ name: '#work', kind: 'public', members: [] }],
    ephemeral: false,
    storageProblem: null,
  });
  expect(store.state.order).toEqual(['#lobby', '#work']);
  expect(store.state.people.label(ravi.fingerprint)).toBe('ravi');
});
