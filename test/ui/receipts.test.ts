import { describe, expect, it } from 'vitest';
import { headerRow } from '../../src/ui/status-rows.ts';
import { stateMark } from '../../src/ui/words.ts';
import { FakeSession, messageId, peerId, person } from '../support/fake-session.ts';
import { enter, press } from '../support/screen-presses.ts';
import { lines, message, type TestScreen, testScreen } from '../support/screen-store.ts';

const ravi = person('ravi', 'b');
const from = { nick: 'ravi', fingerprint: peerId('b'), trust: 'known' } as const;

function screenWithRavi(): TestScreen {
  const session = new FakeSession({
    typing: () => ({}),
    prepare: () => ({}),
    'who-read': () => ({ asked: 3 }),
  });
  session.snapshot = {
    ...session.snapshot,
    people: [ravi],
    rooms: [{ name: '#lobby', kind: 'public' as const, members: [peerId('b')] }],
  };
  return testScreen(session);
}

function header({ store }: TestScreen): string {
  return headerRow(store.state)
    .map(({ text }) => text)
    .join('');
}

function asked({ session }: TestScreen, what: string) {
  return session.requests.filter((each) => each.do === what);
}

describe('typing', () => {
  it('of somebody shows in their conversation for six seconds', () => {
    const screen = screenWithRavi();
    screen.store.open(peerId('b'));
    screen.session.emit({ type: 'typing', from, room: null });
    expect(header(screen)).toContain('ravi is typing');
    screen.clock.advance(5_900);
    expect(header(screen)).toContain('ravi is typing');
    screen.clock.advance(200);
    expect(header(screen)).not.toContain('typing');
  });

  it('of somebody ignored shows nowhere', () => {
    const screen = screenWithRavi();
    screen.store.open(peerId('b'));
    screen.session.emit({ type: 'typing', from: { ...from, ignored: true }, room: null });
    expect(header(screen)).not.toContain('typing');
    // Control: of anybody else it does.
    screen.session.emit({ type: 'typing', from, room: null });
    expect(header(screen)).toContain('ravi is typing');
  });

  it('goes on while it is said again, and ends with what was written', () => {
    const screen = screenWithRavi();
    screen.store.open(peerId('b'));
    for (let at = 0; at < 3; at++) {
      screen.session.emit({ type: 'typing', from, room: null });
      screen.clock.advance(4_000);
      expect(header(screen)).toContain('ravi is typing');
    }
    screen.session.emit({
      type: 'message',
      message: message({ room: null, peer: peerId('b') }),
    });
    expect(header(screen)).not.toContain('typing');
  });

  it('shows nowhere else, and opens no window', () => {
    const screen = screenWithRavi();
    screen.session.emit({ type: 'typing', from, room: null });
    expect(header(screen)).not.toContain('typing');
    expect(screen.store.state.order).toEqual(['#lobby']);
  });

  it('to a person is said, every three seconds at most', async () => {
    const screen = screenWithRavi();
    screen.store.open(peerId('b'));
    await press(screen, 'h', 'e');
    // One instance of keys lives as long as the screen; this one counts anew at each press.
    expect(asked(screen, 'typing')).toEqual([{ do: 'typing', to: { peer: peerId('b') } }]);
    screen.clock.advance(3_100);
    await press(screen, 'l');
    expect(asked(screen, 'typing')).toHaveLength(2);
  });

  it('of a command, or in a public room, is said to nobody', async () => {
    const screen = screenWithRavi();
    await press(screen, 'h', 'i');
    screen.store.open(peerId('b'));
    await press(screen, '/', 'w');
    expect(asked(screen, 'typing')).toEqual([]);
  });
});

describe('/who-read', () => {
  it('asks about the last message here, and names who answers', async () => {
    const screen = screenWithRavi();
    const own = message({ state: 'relayed', text: 'supper is ready' });
    screen.session.emit({ type: 'message', message: own });
    await enter(screen, '/who-read');
    expect(asked(screen, 'who-read')).toEqual([{ do: 'who-read', id: own.id }]);
    expect(lines(screen.store, '#lobby').at(-1)).toContain(
      'Asked 3 people about "supper is ready"',
    );
    screen.session.emit({ type: 'who-read', id: own.id, who: from });
    expect(lines(screen.store, '#lobby').at(-1)).toBe('-- ravi has read it.');
  });

  it('asks nobody without a message, nor in private', async () => {
    const screen = screenWithRavi();
    await enter(screen, '/who-read');
    screen.store.open(peerId('b'));
    await enter(screen, '/who-read');
    expect(asked(screen, 'who-read')).toEqual([]);
  });
});

it('a message that was read is marked so, and never less afterwards', () => {
  const screen = screenWithRavi();
  const own = message({ id: messageId('7'), state: 'pending', room: null, peer: peerId('b') });
  screen.session.emit({ type: 'message', message: own });
  for (const state of ['relayed', 'delivered', 'read', 'delivered'] as const) {
    screen.session.emit({ type: 'receipt', id: own.id, state, reason: null });
  }
  expect(screen.store.conversation(peerId('b')).entries.at(-1)).toMatchObject({ state: 'read' });
  expect(stateMark('read')).not.toBe(stateMark('delivered'));
});
