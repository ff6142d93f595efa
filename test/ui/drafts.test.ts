// Drafts and what was sent before, on the screen: kept, brought back, and never lost.
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Command } from '../../src/client/api.ts';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { DraftKeeper } from '../../src/ui/draft-keeper.ts';
import { sidebarRows } from '../../src/ui/sidebar-rows.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { KeptHistory, stored } from '../support/kept-history.ts';
import { enter, press, settled } from '../support/screen-presses.ts';
import { type TestScreen, testScreen } from '../support/screen-store.ts';

type DraftCommand = Extract<Command, { do: 'draft' }>;

function scene() {
  const session = new FakeSession({ send: () => ({ id: stored(1).id }) });
  session.snapshot = {
    ...session.snapshot,
    people: [person('ravi', 'b')],
    rooms: [{ name: '#lobby', kind: 'public', members: [] }],
  };
  const screen = testScreen(session);
  const { store, clock } = screen;
  const keeper = new DraftKeeper({
    ...{ store, schedule: clock.schedule },
    ask: session.request.bind(session),
  });
  store.subscribe(() => keeper.look());
  const saved = () =>
    session.requests
      .filter((command): command is DraftCommand => command.do === 'draft')
      .map(({ conversation, text }) => [
        'peer' in conversation ? conversation.peer.slice(0, 1) : conversation.room,
        text,
      ]);
  return { ...screen, screen, keeper, saved };
}

const text = ({ store }: Pick<TestScreen, 'store'>) => store.active.composer.text;

describe('drafts', () => {
  it('are kept at most every second, and at the end', async () => {
    const { store, clock, keeper, saved } = scene();
    await keeper.start();
    for (const letter of 'hello') store.edit({ type: 'insert', text: letter });
    clock.advance(999);
    expect(saved()).toEqual([]);
    clock.advance(1);
    expect(saved()).toEqual([['#lobby', 'hello']]);
    clock.advance(10_000);
    store.edit({ type: 'insert', text: ' there' });
    store.open(peerId('b'));
    store.edit({ type: 'insert', text: 'psst' });
    await keeper.close();
    expect(saved().slice(1)).toEqual([
      ['#lobby', 'hello there'],
      ['b', 'psst'],
    ]);
  });

  it('are none any more once they are sent', async () => {
    const { screen, store, clock, keeper, saved } = scene();
    await keeper.start();
    store.edit({ type: 'insert', text: 'hello' });
    clock.advance(1_000);
    await press(screen, 'enter');
    clock.advance(1_000);
    expect(saved()).toEqual([
      ['#lobby', 'hello'],
      ['#lobby', ''],
    ]);
  });

  it('come back where they were typed, but over nothing that stands there', async () => {
    const { session, store, keeper, saved } = scene();
    session.answer({
      drafts: () => ({
        drafts: [
          { conversation: { room: '#lobby' }, text: 'old words' },
          { conversation: { peer: peerId('b') }, text: 'to ravi' },
          { conversation: { room: '#left' }, text: 'where I am no more' },
        ],
      }),
    });
    store.edit({ type: 'insert', text: 'new words' });
    await keeper.start();
    expect(text({ store })).toBe('new words');
    expect(store.conversation(peerId('b')).composer).toMatchObject({ text: 'to ravi', cursor: 7 });
    expect([...store.state.conversations.keys()]).not.toContain('#left');
    await keeper.close();
    expect(saved()).toEqual([['#lobby', 'new words']]);
  });

  it('that could not be kept are tried again', async () => {
    const { session, store, clock, keeper, saved } = scene();
    await keeper.start();
    session.answer({ draft: () => Promise.reject(new Error('the disk is full')) });
    store.edit({ type: 'insert', text: 'a' });
    clock.advance(1_000);
    await session.settled();
    session.answer({ draft: () => ({}) });
    store.notifyNow();
    clock.advance(1_000);
    expect(saved()).toEqual([
      ['#lobby', 'a'],
      ['#lobby', 'a'],
    ]);
  });

  it('are not what somebody looks at in the history of what they sent', async () => {
    const { screen, store, keeper, saved } = scene();
    await keeper.start();
    await enter(screen, 'sent');
    store.edit({ type: 'insert', text: 'draft' });
    await press(screen, 'up');
    expect(text(screen)).toBe('sent');
    await keeper.close();
    expect(saved()).toEqual([['#lobby', 'draft']]);
  });

  it('go with their conversation', async () => {
    const { session, store, keeper } = scene();
    await keeper.start();
    store.edit({ type: 'insert', text: 'secret' });
    applyEvent(store, { type: 'deleted', conversation: { room: '#lobby' }, id: null, messages: 3 });
    expect(text({ store })).toBe('');
    await keeper.close();
    expect(session.requests).not.toContainEqual(expect.objectContaining({ text: 'secret' }));
  });

  it('are marked beside the conversation that is not looked at', () => {
    const { store } = scene();
    const marked = () =>
      sidebarRows(store.state, 17, 20)
        .map((row) => row.map((part) => part.text).join(''))
        .filter((row) => row.includes('✎'));
    store.edit({ type: 'insert', text: 'half a sent' });
    expect(marked()).toEqual([]);
    store.open(peerId('b'));
    expect(marked()).toEqual([expect.stringContaining('#lobby ✎')]);
  });
});

describe('Up', () => {
  async function withPast(count: number) {
    const own = (n: number) => ({
      from: { nick: 'me', fingerprint: peerId('e'), trust: 'verified' as const },
      state: 'relayed' as const,
      text: `mine ${n}`,
    });
    const past = await KeptHistory.open([
      ...Array.from({ length: count }, (_, index) =>
        stored(index + 1, index % 3 === 0 ? own(index + 1) : {}),
      ),
      stored(1_001, { ...own(0), text: 'waves', kind: 'action' }),
      stored(1_002, { ...own(0), text: '/slash' }),
      stored(1_003, { ...own(0), text: 'cat', kind: 'sticker' }),
    ]);
    onTestFinished(() => past.close());
    const made = scene();
    past.serve(made.session);
    return made;
  }

  it('brings back what was sent before the last start, as it would be typed', async () => {
    const { screen, session } = await withPast(9);
    const seen: string[] = [];
    for (let count = 0; count < 6; count += 1) {
      await press(screen, 'up');
      seen.push(text(screen));
    }
    expect(seen).toEqual(['//slash', '/me waves', 'mine 7', 'mine 4', 'mine 1', 'mine 1']);
    expect(session.requests.filter((each) => each.do === 'history')).toHaveLength(1);
    await press(screen, 'down', 'down', 'down', 'down', 'down');
    expect(text(screen)).toBe('');
  });

  it('goes through what was sent since first, each once, and keeps the draft', async () => {
    const { screen, store } = await withPast(3);
    await enter(screen, '//slash');
    await enter(screen, 'new');
    store.edit({ type: 'insert', text: 'draft' });
    const seen: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      await press(screen, 'up');
      seen.push(text(screen));
    }
    expect(seen).toEqual(['new', '//slash', '/me waves', 'mine 1', 'mine 1']);
    await press(screen, 'down', 'down', 'down', 'down');
    expect(text(screen)).toBe('draft');
  });

  it('reads no more than some pages, and of each conversation its own', async () => {
    const { screen, store, session } = await withPast(900);
    await press(screen, 'up');
    expect(session.requests.filter((each) => each.do === 'history').length).toBeLessThanOrEqual(5);
    store.open(peerId('b'));
    await press(screen, 'up');
    expect(text(screen)).toBe('');
  });

  it('leaves alone what was typed while it was read', async () => {
    const { screen, store, session } = await withPast(3);
    const answer = session.hold('history');
    const pressed = press(screen, 'up');
    store.edit({ type: 'insert', text: 'x' });
    answer({ messages: [], more: false });
    await pressed;
    expect(text(screen)).toBe('x');
  });

  it('says what keeps it from reading, and tries again', async () => {
    const { screen, session, store } = await withPast(3);
    const { session: other } = await withPast(3);
    session.answer({ history: () => Promise.reject(new Error('the disk is gone')) });
    await press(screen, 'up');
    expect(store.active.entries.at(-1)).toMatchObject({ kind: 'notice', tone: 'warning' });
    session.answer({ history: (command) => other.request(command) });
    await press(screen, 'up');
    await settled(screen);
    expect(text(screen)).toBe('//slash');
  });
});
