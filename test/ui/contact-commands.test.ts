// /contact, /block, /ignore, /status and /mute at the screen, and what is not counted because of them.
import { describe, expect, it } from 'vitest';
import type { ContactChange, Person } from '../../src/client/api.ts';
import { sidebarRows } from '../../src/ui/sidebar-rows.ts';
import { statusRow } from '../../src/ui/status-rows.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { enter } from '../support/screen-presses.ts';
import { lines, message, type TestScreen, testScreen } from '../support/screen-store.ts';

const bela = person('bela', 'b');

/** As the client: what is set about bela, who is found by any name. */
function screenWith(people: readonly Person[] = [bela]): TestScreen {
  let found = bela;
  const session = new FakeSession({
    'find-person': () => ({ matches: [found] }),
    contact: ({ change }) => {
      found = { ...found, ...set(change) };
      return { person: found, firstSeen: '2026-01-02T03:04:05.000Z' };
    },
    status: ({ text }) => ({ text: text ?? '' }),
    'conversation-settings': ({ change: { notifyLevel = null } }) => ({
      ...{ sendRead: null, sendTyping: null, notifyLevel },
    }),
    'mark-read': () => ({}),
  });
  const rooms = [
    { name: '#lobby', kind: 'public' as const, members: [] },
    {
      ...{ name: '#ward', kind: 'public' as const, members: [bela.fingerprint] },
      notifyLevel: 'nothing' as const,
    },
    {
      ...{ name: `+${'4f2a91c0'.repeat(8)}`, kind: 'private' as const, title: 'nights', topic: '' },
      ...{ owner: bela.fingerprint, moderators: [], members: [bela.fingerprint], invited: [] },
      ...{ readOnly: false, expireSeconds: null },
    },
  ];
  session.snapshot = { ...session.snapshot, people, rooms };
  return testScreen(session);
}

function set({ petname, blocked, ignored, note }: ContactChange): Partial<Person> {
  return {
    ...(typeof petname === 'string' && { petname }),
    ...(typeof note === 'string' && { note }),
    ...(blocked === true && { blocked, online: false }),
    ...(ignored === true && { ignored }),
  };
}

const asked = ({ session }: TestScreen) =>
  session.requests.flatMap((each) => (each.do === 'contact' ? [each.change] : []));

const last = ({ store }: TestScreen) => lines(store, store.state.active).at(-1) ?? '';

const sidebar = ({ store }: TestScreen) =>
  sidebarRows(store.state, 20, 20).map((row) => row.map(({ text }) => text).join(''));

describe('a contact', () => {
  it('is called by the petname from then on, with the nick in the details', async () => {
    const screen = screenWith();
    await enter(screen, '/contact bela petname mum');
    await enter(screen, '/contact mum note of ward 3');
    expect(asked(screen)).toEqual([{ petname: 'mum' }, { note: 'of ward 3' }]);
    expect(last(screen)).toContain('mum\n  goes by bela');
    expect(last(screen)).toContain('your note: of ward 3');
    expect(last(screen)).toContain('in #ward');
    expect(sidebar(screen).join('\n')).toContain('mum');
    expect(last(screen)).not.toContain('4f2a91c0'.repeat(8));
    expect(last(screen)).toContain('#ward, +nights');
    await enter(screen, '/contact mum colour red');
    expect(last(screen)).toContain('!! /contact NAME takes petname NAME');
    expect(asked(screen)).toHaveLength(2);
  });

  it('stands first in the sidebar as a favourite, and not at all when blocked', async () => {
    const people = [person('asha', 'a'), bela, person('zita', 'c', { favourite: true })];
    const screen = screenWith(people);
    const names = () => sidebar(screen).map((row) => row.trim());
    expect(names().filter((name) => ['asha', 'bela', 'zita'].includes(name))).toEqual([
      'zita',
      'asha',
      'bela',
    ]);
    await enter(screen, '/block bela');
    expect(asked(screen)).toEqual([{ blocked: true }]);
    expect(last(screen)).toContain('BLOCKED');
    expect(names()).not.toContain('bela');
  });
});

describe('what is not to be heard of', () => {
  it('of somebody ignored stands as a line without words, and is neither counted nor signalled', () => {
    const screen = screenWith();
    const said = (change: object) => message({ from: { ...bela, ...change }, room: '#lobby' });
    screen.session.emit({ type: 'message', message: said({ ignored: true }) });
    expect(lines(screen.store, '#lobby').at(-1)).toBe('(ignored)');
    const privately = { ...said({ ignored: true }), room: null, peer: peerId('b') };
    screen.session.emit({ type: 'message', message: { ...privately, id: message().id } });
    expect(screen.store.conversation(peerId('b')).unread).toBe(0);
    // Of anybody else both are.
    const heard = { ...message({ room: null, peer: peerId('b') }), from: bela };
    screen.session.emit({ type: 'message', message: heard });
    expect(lines(screen.store, peerId('b')).at(-1)).toBe('hello');
    expect(screen.store.conversation(peerId('b')).unread).toBe(1);
  });

  it('of a muted room is shown and not counted', async () => {
    const screen = screenWith();
    screen.session.emit({ type: 'message', message: message({ room: '#ward', text: 'me: hi' }) });
    expect(lines(screen.store, '#ward')).toEqual(['me: hi']);
    expect(screen.store.conversation('#ward').unread).toBe(0);
    await enter(screen, '/mute #ward off');
    expect(last(screen)).toBe('-- #ward is not muted; it is signalled as everywhere.');
    const room = { name: '#ward', kind: 'public' as const, members: [bela.fingerprint] };
    screen.session.emit({ type: 'room', room });
    screen.session.emit({ type: 'message', message: message({ room: '#ward' }) });
    expect(screen.store.conversation('#ward').unread).toBe(1);
  });

  it('of a muted person is shown and not counted', async () => {
    const screen = screenWith();
    const private_ = () => message({ room: null, peer: bela.fingerprint });
    screen.session.emit({ type: 'message', message: private_() });
    expect(screen.store.conversation(bela.fingerprint).unread).toBe(1);
    await enter(screen, '/mute @bela');
    expect(last(screen)).toContain('bela is muted');
    const muted = { ...bela, notifyLevel: 'nothing' as const };
    screen.session.emit({ type: 'person', person: muted });
    screen.session.emit({ type: 'message', message: private_() });
    expect(screen.store.conversation(bela.fingerprint).unread).toBe(1);
    expect(lines(screen.store, bela.fingerprint).slice(1)).toEqual(['hello', 'hello']);
  });
});

describe('/status', () => {
  it('sets and clears a line', async () => {
    const screen = screenWith();
    await enter(screen, '/status on call');
    expect(last(screen)).toBe('-- You say of yourself: on call');
    await enter(screen, '/status -');
    expect(last(screen)).toContain('You say nothing of yourself');
  });

  it('is set by /away, with words or without, and cleared by /back', async () => {
    const screen = screenWith();
    await enter(screen, '/away');
    expect(last(screen)).toBe('-- You say of yourself: away');
    await enter(screen, '/away back at six');
    expect(last(screen)).toBe('-- You say of yourself: back at six');
    await enter(screen, '/back');
    expect(last(screen)).toContain('You say nothing of yourself');
  });
});

describe('who hides', () => {
  it('reads so in the status line, as long as they do', () => {
    const screen = screenWith();
    const shown = () =>
      statusRow(screen.store.state, { countdownMs: null, sidebar: true })
        .map(({ text }) => text)
        .join('');
    const self = { nick: 'me', fingerprint: peerId('e') };
    expect(shown()).not.toContain('hidden');
    screen.session.emit({ type: 'self', ...self, hidden: true });
    expect(shown()).toContain('· hidden ·');
    screen.session.emit({ type: 'self', ...self });
    expect(shown()).not.toContain('hidden');
  });
});
