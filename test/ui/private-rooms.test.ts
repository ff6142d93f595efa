// Private rooms and groups on the screen: how they are called, how they stand, what commands about them ask for.
import { afterEach, describe, expect, it } from 'vitest';
import type {
  Change,
  ClientEvent,
  InvitationInfo,
  NotifyLevel,
  Room,
} from '../../src/client/api.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { tellInvitations } from '../../src/ui/room-screen.ts';
import { conversationName } from '../../src/ui/switcher.ts';
import { parseLine } from '../../src/ui/typed-line.ts';
import { welcome } from '../../src/ui/welcome.ts';
import { cellWidth } from '../../src/ui/width.ts';
import { FakeSession, messageId, peerId, person } from '../support/fake-session.ts';
import { type InkScreen, inkScreen } from '../support/ink-screen.tsx';
import { enter, press } from '../support/screen-presses.ts';
import { lines, message, type TestScreen, testScreen } from '../support/screen-store.ts';

const NAME = `+${'4f2a91c0'.repeat(8)}`;
const GROUP = `+${'b'.repeat(64)}`;
const self = peerId('e');
const asha = person('asha', 'a', { trust: 'verified' });
const ravi = person('ravi', 'b');
const chen = person('chen', 'c');
type Private = Exclude<Room, { kind: 'public' }>;

const ward: Private = {
  ...{ name: NAME, kind: 'private', title: 'ward 3', topic: '', owner: self, moderators: [] },
  ...{ members: [self, asha.fingerprint], invited: [], readOnly: false, expireSeconds: null },
};
const group: Private = {
  ...{ ...ward, name: GROUP, kind: 'group', title: '', owner: asha.fingerprint },
  members: [self, asha.fingerprint, ravi.fingerprint],
};
const invitation: InvitationInfo = {
  ...{ room: NAME, title: 'ward 3', time: '2026-01-31T09:15:02.123Z', accepted: false },
  from: { nick: 'asha', fingerprint: asha.fingerprint, trust: 'verified' },
};

let open: InkScreen[] = [];

afterEach(() => {
  for (const screen of open) screen.close();
  open = [];
});

function screenIn(rooms: readonly Room[] = [ward, group]): TestScreen {
  const made = () => ({ batch: 1, letters: 0 });
  const people = [asha, ravi, chen];
  const session: FakeSession = new FakeSession({
    ...{ 'room-invite': made, 'room-remove': made, 'room-title': made, 'room-topic': made },
    ...{ 'room-moderator': made, 'room-transfer': made, 'room-set': made, 'room-close': made },
    'room-create': () => ({ room: NAME, batch: 1, letters: 0 }),
    'room-group': () => ({ room: GROUP, batch: 1, letters: 0 }),
    'room-answer': () => ({ room: NAME, batch: 1, letters: 0 }),
    leave: ({ room }) => {
      session.emit({ type: 'room-left', room });
      return { room };
    },
    join: ({ room }) => ({ room }),
    send: () => ({ id: messageId('9') }),
    'conversation-settings': ({ change: { notifyLevel = null } }) => ({
      ...{ sendRead: null, sendTyping: null, notifyLevel },
    }),
    'find-room': ({ query }) => ({ room: ['+ward 3', '+4f2a91c0'].includes(query) ? NAME : null }),
    'find-person': ({ query }) => ({
      matches: people.filter(({ nick, fingerprint }) => nick === query || fingerprint === query),
    }),
  });
  session.snapshot = { ...session.snapshot, people, rooms };
  return testScreen(session);
}

function acts({ session }: TestScreen): unknown[] {
  const acts = ['send', 'conversation-settings'];
  return session.requests.filter(({ do: what }) => what.startsWith('room-') || acts.includes(what));
}

function rowsOf(screen: TestScreen): string[] {
  const ink = inkScreen(screen.store);
  open.push(ink);
  return ink.rows();
}

function change(what: Change['what'], more: Partial<Change> = {}): Change {
  return { what, who: [ravi], ...more };
}

let changes = 0;

/** As its owner, asha, did it. */
function changed(room: string, done: Change): ClientEvent {
  const id = messageId((changes++ % 16).toString(16));
  const rest = { room, peer: null, from: asha, text: '', kind: 'change', change: done } as const;
  return {
    type: 'message',
    message: { id, time: '2026-01-31T09:15:02.123Z', sentTime: null, state: null, ...rest },
  };
}

describe('a private room on the screen', () => {
  it('is called by its title, a group by who is in it, and both stand among the rooms', () => {
    const screen = screenIn();
    screen.store.open(NAME);
    const rows = rowsOf(screen);
    const side = rows.map((row) => row.replace(/│.*$/, '').trim());
    expect(side.slice(side.indexOf('ROOMS'), side.indexOf('PEOPLE'))).toEqual([
      'ROOMS',
      '1 #lobby',
      '',
      'PRIVATE',
      '2 +ward 3',
      '3 +asha,ravi',
      '',
    ]);
    expect(rows[0]).toContain('+ward 3  private · 2 members · yours');
    expect(rows.at(-1)).toMatch(/^\+ward 3> /);
  });

  it('names three of a larger group, and tells rooms apart that are called alike', () => {
    const many = [self, ...['1', '2', '3', '4'].map(peerId)];
    const other = { ...ward, name: `+${'c'.repeat(64)}`, title: 'Ward.3' };
    const { store } = screenIn([{ ...group, members: many }, ward, other]);
    expect(conversationName(store.state, GROUP)).toMatch(/^\+(anonymous·\w{4},){3}…$/);
    expect(conversationName(store.state, NAME)).toBe('+ward 3·4f2a91c0');
    expect(conversationName(store.state, other.name)).toBe('+Ward.3·cccccccc');
    expect(conversationName(store.state, `+${'d'.repeat(64)}`)).toBe('+dddddddd');
  });

  it('is told from a group that is shown by the same words, and groups from each other', () => {
    const three = ['a', 'b', 'c'].map(peerId);
    const called = ['asha', 'ravi', 'chen'];
    const groupOf = (digit: string, members: Private['members']): Private => ({
      ...{ ...group, name: `+${digit.repeat(64)}`, members: [self, ...members] },
    });
    const titled = { ...ward, title: called.join('.') };
    const ofRavi = groupOf('1', [ravi.fingerprint]);
    const alike = groupOf('2', [...three, peerId('1')]);
    const other = groupOf('3', [...three.toReversed(), peerId('2')]);
    const rooms = [titled, { ...ward, name: `+${'5'.repeat(64)}`, title: 'r.avi' }, ofRavi];
    const { store } = screenIn([...rooms, alike, other, groupOf('4', three)]);
    const label = (name: string) => conversationName(store.state, name);
    expect(label(`+${'5'.repeat(64)}`)).toBe('+r.avi·55555555');
    expect(label(ofRavi.name)).toBe('+ravi·11111111');
    expect(label(alike.name)).toBe('+asha,ravi,chen,…·22222222');
    expect(label(other.name)).toBe('+chen,ravi,asha,…·33333333');
    // Control: what nothing looks like needs no digits, until somebody takes the name.
    expect(label(`+${'4'.repeat(64)}`)).toBe('+asha,ravi,chen');
    expect(label(titled.name)).toBe('+asha.ravi.chen');
    store.setPerson({ ...ravi, nick: 'xavi' });
    expect(label(ofRavi.name)).toBe('+xavi');
    expect(label(alike.name)).toMatch(/^\+asha,xavi,chen,…·/);
  });

  it('keeps its digits where its title reads as those of another', () => {
    const forged = { ...ward, name: `+${'5'.repeat(64)}`, title: 'cccccccc' };
    const { store } = screenIn([forged, { ...ward, title: 'ccccccc' }]);
    expect(conversationName(store.state, forged.name)).toBe('+cccccccc·55555555');
    // Control: seven digits are no short name.
    expect(conversationName(store.state, NAME)).toBe('+ccccccc');
  });

  it.each([
    { columns: 40, rows: 15 },
    { columns: 80, rows: 24 },
    { columns: 200, rows: 50 },
  ])('stays inside $columns×$rows whatever its title and topic are', (size) => {
    const hostile = '\u001b[2J\u202e漢字\n'.repeat(40);
    const screen = screenIn([{ ...ward, title: hostile, topic: hostile, readOnly: true }]);
    screen.store.setSize(size);
    screen.store.open(NAME);
    applyEvent(screen.store, changed(NAME, change('titled', { text: hostile })));
    for (const row of rowsOf(screen)) {
      expect(cellWidth(row)).toBeLessThanOrEqual(size.columns);
      expect(row).not.toMatch(/[\u001b\u202e]/);
    }
  });

  it.each<[string, Partial<Private>, RegExp, RegExp]>([
    ['read-only', { readOnly: true, owner: asha.fingerprint }, /read-only · /, /only asha and/],
    ['closed', { closed: true }, /closed · /, /nobody writes here/],
    ['frozen', { frozen: true }, /FROZEN · /, /signed two histories/],
    ['a stranger’s', { request: true }, /from a stranger · /, /\/accept to write/],
  ])('says in words that it is %s, and why nothing goes out', (_what, how, header, hint) => {
    const screen = screenIn([{ ...ward, ...how }]);
    screen.store.open(NAME);
    const rows = rowsOf(screen);
    expect(rows[0]).toMatch(header);
    expect(rows.at(-1)).toMatch(hint);
  });

  it('offers help where one can write: its owner in a read-only room', () => {
    const screen = screenIn([{ ...ward, readOnly: true }]);
    screen.store.open(NAME);
    expect(rowsOf(screen).at(-1)).toContain('? for help');
  });

  it('gives the text back where the client refuses it', async () => {
    const screen = screenIn([{ ...ward, closed: true }]);
    screen.session.answer({
      send: () => {
        throw new UsageError('room-closed', 'its owner has closed this room');
      },
    });
    screen.store.open(NAME);
    await enter(screen, 'anybody?');
    expect(screen.store.active.composer.text).toBe('anybody?');
    expect(lines(screen.store, NAME)).toEqual(['!! its owner has closed this room']);
  });

  it('tells what was done to it in its own window', () => {
    const { store } = screenIn();
    const changes: Change[] = [
      change('added'),
      change('removed', { who: [ravi, chen] }),
      change('left'),
      change('titled', { who: [], text: 'ward 4' }),
      change('topic', { who: [], text: 'nights' }),
      change('granted'),
      change('revoked'),
      change('read-only', { who: [] }),
      change('timer', { who: [], text: '3600' }),
      change('timer', { who: [] }),
      change('transferred'),
      change('closed', { who: [] }),
    ];
    for (const each of changes) applyEvent(store, changed(NAME, each));
    expect(lines(store, NAME)).toEqual([
      '-- ravi came into this room',
      '-- ravi, chen were taken out of this room',
      '-- ravi left this room',
      '-- this room is called +ward 4 now',
      '-- the topic of this room is now: nights',
      '-- ravi is moderator of this room now',
      '-- ravi is moderator of this room no more',
      '-- only the owner and the moderators write in this room now',
      '-- asha set the timer: messages disappear after 1 hour',
      '-- asha turned the timer off: messages stay',
      '-- ravi owns this room now',
      '-- this room is closed: nobody writes there any more',
    ]);
  });

  it('says where one looks that one was let in, but not that a stranger did it', () => {
    const { store } = screenIn([{ ...ward, name: GROUP, request: true }, ward]);
    const who = [{ nick: 'me', fingerprint: self, trust: 'verified' as const }];
    for (const room of [GROUP, NAME]) {
      applyEvent(store, changed(room, change('added', { who })));
    }
    expect(lines(store, '#lobby')).toEqual([
      expect.stringMatching(/You are in \+ward 3·4f2a91c0 now/),
    ]);
    expect(lines(store, GROUP)).toEqual(['-- me came into this room']);
  });

  it('keeps its window when one is taken out, until that is closed', async () => {
    const screen = screenIn();
    screen.store.open(NAME);
    applyEvent(screen.store, { type: 'message', message: message({ room: NAME, text: 'before' }) });
    applyEvent(screen.store, { type: 'room-left', room: NAME });
    expect(screen.store.state.active).toBe(NAME);
    expect(lines(screen.store, NAME)).toEqual([
      'before',
      '-- You are in this room no more; /part closes this window.',
    ]);
    const rows = rowsOf(screen);
    expect(rows[0]).toContain('+ward 3  you are in it no more');
    expect(rows.at(-1)).toContain('/part closes this window');
    await enter(screen, '/part');
    expect(screen.store.state.active).not.toBe(NAME);
    expect(screen.store.state.order).not.toContain(NAME);
    expect(screen.session.requests.filter(({ do: what }) => what === 'leave')).toEqual([]);
  });

  it('goes with its window where one leaves, and where a stranger’s group was turned down', async () => {
    const screen = screenIn([ward, { ...group, request: true }]);
    screen.store.open(NAME);
    await enter(screen, '/leave');
    expect(screen.session.requests).toContainEqual({ do: 'leave', room: NAME });
    screen.store.open(GROUP);
    applyEvent(screen.store, { type: 'room-left', room: GROUP });
    expect(screen.store.state.order).toEqual(['#lobby']);
    expect(screen.store.state.active).toBe('#lobby');
  });

  it('asks for attention for every word in a group, and in a room only for one’s own name', () => {
    const { store } = screenIn();
    const said = (room: string, text = 'hello') =>
      applyEvent(store, { type: 'message', message: message({ room, text }) });
    expect(said(GROUP)).toMatchObject({ sender: 'ravi', room: null });
    expect(said(NAME)).toBeNull();
    expect(said(NAME, 'me: look')).toMatchObject({ sender: 'ravi', room: '+ward 3' });
  });
});

describe('an invitation', () => {
  it('is told where one looks, with what to type', () => {
    const screen = screenIn([]);
    applyEvent(screen.store, { type: 'invitation', invitation });
    expect(lines(screen.store, '#lobby')).toEqual([
      '-- asha (verified) invites you to +ward 3 (+4f2a91c0): /accept +4f2a91c0 or /decline +4f2a91c0',
    ]);
  });

  it('is told at the start where it came before, unless it was answered', async () => {
    const screen = screenIn([]);
    const answered = { ...invitation, room: GROUP, accepted: true };
    screen.session.answer({ invitations: () => ({ invitations: [invitation, answered] }) });
    await welcome(screen.actions, { target: '+ward 3', firstRun: false });
    const told = lines(screen.store, '#lobby').filter((line) => line.includes('invites'));
    expect(told).toEqual([expect.stringContaining('/accept +4f2a91c0')]);
    expect(screen.session.requests).toContainEqual({ do: 'join', room: '+ward 3' });
  });

  it('of somebody ignored is told nobody, neither as it comes nor at the start', async () => {
    const screen = screenIn([]);
    const ignored = { ...invitation, from: { ...invitation.from, ignored: true as const } };
    const other = { ...invitation, room: GROUP };
    screen.session.answer({ invitations: () => ({ invitations: [ignored, other] }) });
    await tellInvitations(screen.actions);
    screen.session.emit({ type: 'invitation', invitation: ignored });
    // Control: of anybody else it is.
    screen.session.emit({ type: 'invitation', invitation: other });
    expect(lines(screen.store, '#lobby')).toEqual([
      expect.stringContaining('/accept +bbbbbbbb'),
      expect.stringContaining('/accept +bbbbbbbb'),
    ]);
  });

  it('is answered by its name, or without one where it is the only one', async () => {
    const screen = screenIn([]);
    screen.session.answer({ invitations: () => ({ invitations: [invitation] }) });
    await enter(screen, '/accept ward 3');
    await enter(screen, '/accept');
    await enter(screen, '/decline +4f2a91c0');
    expect(acts(screen)).toEqual([
      { do: 'room-answer', room: '+ward 3', accept: true },
      { do: 'room-answer', room: NAME, accept: true },
      { do: 'room-answer', room: '+4f2a91c0', accept: false },
    ]);
    expect(lines(screen.store, '#lobby')[0]).toContain("once its owner's");
  });

  it('is not guessed where several wait, nor made up where none does', async () => {
    const screen = screenIn([]);
    await enter(screen, '/accept');
    expect(lines(screen.store, '#lobby')).toEqual(['!! nobody asks you into a room']);
    const other = { ...invitation, room: GROUP, title: 'kitchen' };
    screen.session.answer({ invitations: () => ({ invitations: [invitation, other] }) });
    await enter(screen, '/accept');
    expect(lines(screen.store, '#lobby')[1]).toMatch(/Which\?[\s\S]*\+ward 3[\s\S]*\+kitchen/);
    expect(acts(screen)).toEqual([]);
  });

  it('means the stranger’s group that is looked at, or that is called so, and no room of that name', async () => {
    const screen = screenIn([{ ...group, request: true }, ward]);
    await enter(screen, '/accept +asha,ravi');
    await enter(screen, '/accept ward 3');
    screen.store.open(GROUP);
    await enter(screen, '/decline');
    expect(acts(screen)).toEqual([
      { do: 'room-answer', room: GROUP, accept: true },
      { do: 'room-answer', room: '+ward 3', accept: true },
      { do: 'room-answer', room: GROUP, accept: false },
    ]);
  });
});

describe('what is typed about a private room', () => {
  it.each<[string, object]>([
    ['/invite @ravi, chen', { do: 'room-invite', peers: [ravi.fingerprint, chen.fingerprint] }],
    ['/room invite ravi', { do: 'room-invite', peers: [ravi.fingerprint] }],
    ['/kick asha', { do: 'room-remove', peers: [asha.fingerprint] }],
    ['/ban asha', { do: 'room-remove', peers: [asha.fingerprint] }],
    ['/room remove asha', { do: 'room-remove', peers: [asha.fingerprint] }],
    ['/room grant asha', { do: 'room-moderator', peer: asha.fingerprint, on: true }],
    ['/room revoke asha', { do: 'room-moderator', peer: asha.fingerprint, on: false }],
    ['/room title ward 4', { do: 'room-title', title: 'ward 4' }],
    ['/topic night shift', { do: 'room-topic', topic: 'night shift' }],
    ['/room topic -', { do: 'room-topic', topic: '' }],
    ['/room read-only on', { do: 'room-set', readOnly: true }],
    ['/room expire 2h', { do: 'room-set', expireSeconds: 7_200 }],
    ['/room expire off', { do: 'room-set', expireSeconds: null }],
    ['/room transfer asha yes', { do: 'room-transfer', peer: asha.fingerprint }],
    ['/ROOM close yes', { do: 'room-close' }],
  ])('%j asks for it in the room that is looked at', async (line, command) => {
    const screen = screenIn();
    screen.store.open(NAME);
    await enter(screen, line);
    expect(acts(screen)).toEqual([{ ...command, room: NAME }]);
  });

  it.each([
    ['/room close', /for good: \/room close yes/],
    ['/room transfer asha', /would be asha's, not yours: \/room transfer asha yes/],
    ['/topic', /No topic is set here/],
    ['/room expire soon', /a timer takes/],
    ['/room invite', /whom\?/],
    ['/room dance', /is no command/],
    ['/kick nobody', /Nobody called nobody/],
  ])('%j only answers', async (line, answer) => {
    const screen = screenIn();
    screen.store.open(NAME);
    await enter(screen, line);
    expect(acts(screen)).toEqual([]);
    expect(lines(screen.store, NAME).join('\n')).toMatch(answer);
  });

  it('is refused outside of rooms, and as the client says in public ones', async () => {
    const screen = screenIn();
    screen.store.open(screen.store.conversation(ravi.fingerprint).key);
    await enter(screen, '/invite chen');
    expect(acts(screen)).toEqual([]);
    expect(lines(screen.store, ravi.fingerprint).join()).toContain('/room create TITLE');
  });

  it('makes a room, and goes there', async () => {
    const screen = screenIn([]);
    await enter(screen, '/room create ward 3');
    expect(acts(screen)).toEqual([
      { do: 'room-create', title: 'ward 3', readOnly: false, expireSeconds: null },
    ]);
    expect(screen.store.state.active).toBe(NAME);
    expect(lines(screen.store, NAME).join()).toContain('/invite NAME asks people in');
  });

  it.each<[string, string, NotifyLevel | null, RegExp]>([
    ['/mute', NAME, 'nothing', /^-- \+ward 3 is muted.*\/mute \+ward 3 off/],
    ['/mute off', NAME, null, /^-- \+ward 3 is not muted/],
    ['/mute +asha,ravi', GROUP, 'nothing', /^-- \+asha,ravi is muted/],
    ['/mute +asha,ravi OFF', GROUP, null, /^-- \+asha,ravi is not muted/],
    ['/mute +ward 3 off', NAME, null, /^-- \+ward 3 is not muted/],
    ['/mute +ward 3·4f2a91c0', NAME, 'nothing', /^-- \+ward 3 is muted/],
    ['/notify mentions +asha,ravi', GROUP, 'mentions', /^-- \+asha,ravi: what names you/],
    ['/notify all', NAME, 'all', /^-- \+ward 3: all that is said/],
    ['/bell default', NAME, null, /^-- \+ward 3 is not muted/],
    ['/mute #Lobby off', '#lobby', null, /^-- #lobby is not muted/],
  ])(
    '%j is of the room that it names, else of the one that is looked at',
    async (line, room, notifyLevel, answer) => {
      const screen = screenIn();
      screen.store.open(NAME);
      await enter(screen, line);
      expect(acts(screen)).toEqual([
        { do: 'conversation-settings', with: { room }, change: { notifyLevel } },
      ]);
      expect(lines(screen.store, NAME).at(-1)).toMatch(answer);
    },
  );

  it('mutes no room where none of that name is there', async () => {
    const screen = screenIn();
    screen.store.open(NAME);
    await enter(screen, '/mute +elsewhere off');
    expect(acts(screen)).toEqual([]);
    expect(lines(screen.store, NAME).at(-1)).toBe('!! you are in no room called +elsewhere');
  });

  it('says how a member whom a moderator took out stands', async () => {
    const screen = screenIn([{ ...ward, owner: chen.fingerprint, moderators: [self] }]);
    screen.store.open(NAME);
    await enter(screen, '/kick asha');
    expect(lines(screen.store, NAME).join()).toContain("the owner's lanchat takes them out");
  });

  it('names owner and moderators among who is there', async () => {
    const screen = screenIn([
      {
        ...ward,
        owner: chen.fingerprint,
        moderators: [asha.fingerprint],
        members: [self, asha.fingerprint, chen.fingerprint],
      },
    ]);
    screen.store.open(NAME);
    await enter(screen, '/who');
    const told = rowsOf(screen).join('\n');
    expect(told).toMatch(/asha +verified +here moderator/);
    expect(told).toMatch(/chen +unverified +here owner/);
  });

  it('goes on with everybody who was named once a name of several is picked', async () => {
    const screen = screenIn();
    const other = person('ravi', 'd', { ambiguous: true });
    screen.session.answer({
      'find-person': ({ query }) => ({
        matches:
          query === 'ravi'
            ? [ravi, other]
            : [chen, other].filter((each) => [each.nick, each.fingerprint].includes(query)),
      }),
    });
    screen.store.open(NAME);
    await enter(screen, '/invite ravi chen');
    expect(acts(screen)).toEqual([]);
    await press(screen, 'down', 'enter');
    expect(acts(screen)).toEqual([
      { do: 'room-invite', room: NAME, peers: [chen.fingerprint, other.fingerprint] },
    ]);
  });
});

describe('writing to several people', () => {
  it.each([
    ['@asha,@ravi lunch?', '@asha,@ravi', 'lunch?'],
    ['@asha, @ravi lunch?', '@asha,@ravi', 'lunch?'],
    ['@asha, ravi is late', '@asha,', 'ravi is late'],
  ])('%j', (text, name, rest) => {
    expect(parseLine(text)).toEqual({ kind: 'tell-person', name, text: rest });
  });

  it.each(['@asha,@ravi lunch?', '/msg asha,ravi lunch?', '/query @asha,@ravi lunch?'])(
    '%j makes or finds the group, and says it there',
    async (line) => {
      const screen = screenIn();
      await enter(screen, line);
      expect(acts(screen)).toEqual([
        { do: 'room-group', peers: [asha.fingerprint, ravi.fingerprint] },
        { do: 'send', to: { room: GROUP }, text: 'lunch?' },
      ]);
      expect(screen.store.state.active).toBe(line.startsWith('/query') ? GROUP : '#lobby');
    },
  );

  it('makes nothing where one of them is nobody, and takes a comma after one name for no group', async () => {
    const screen = screenIn();
    await enter(screen, '@asha,@nobody lunch?');
    await enter(screen, '@asha, ravi is late');
    expect(acts(screen)).toEqual([]);
  });

  it('sends nothing when a name of several is picked: the text is a draft in the group', async () => {
    const screen = screenIn();
    const other = person('ravi', 'd', { ambiguous: true });
    screen.session.answer({
      'find-person': ({ query }) => ({
        matches:
          query === 'ravi'
            ? [ravi, other]
            : [asha, other].filter((each) => [each.nick, each.fingerprint].includes(query)),
      }),
    });
    await enter(screen, '@asha,@ravi lunch?');
    expect(acts(screen)).toEqual([]);
    await press(screen, 'down', 'enter');
    expect(acts(screen)).toEqual([
      { do: 'room-group', peers: [asha.fingerprint, other.fingerprint] },
    ]);
    expect(screen.store.state.active).toBe(GROUP);
    expect(screen.store.active.composer.text).toBe('lunch?');
  });

  it('also reaches a private room by what it is called', async () => {
    const screen = screenIn();
    await enter(screen, '/msg +4f2a91c0 good night');
    expect(acts(screen)).toEqual([{ do: 'send', to: { room: NAME }, text: 'good night' }]);
    await enter(screen, '/msg +asha,ravi good morning');
    expect(acts(screen)[1]).toEqual({ do: 'send', to: { room: GROUP }, text: 'good morning' });
    await enter(screen, '/msg +elsewhere x');
    expect(acts(screen)).toHaveLength(2);
  });
});
