// `lanchat room …` and everything that takes a private room, over a session that the test plays.
import { describe, expect, it } from 'vitest';
import type { Change, ClientEvent, InvitationInfo, Room } from '../../src/client/api.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { runCommand } from '../support/command.ts';
import { FakeSession, messageId, peerId, person } from '../support/fake-session.ts';

const NAME = `+${'4f2a91c0'.repeat(8)}`;
const self = peerId('e');
const asha = person('asha', 'a', { trust: 'verified' });
const ravi = person('ravi', 'b');
const ward: Room = {
  ...{ name: NAME, kind: 'private', members: [self, asha.fingerprint], title: 'ward 3' },
  ...{ topic: 'night shift', owner: self, moderators: [asha.fingerprint], invited: [] },
  ...{ readOnly: false, expireSeconds: null },
};
const invitation: InvitationInfo = {
  ...{ room: NAME, title: 'ward 3', time: '2026-01-31T09:15:02.123Z', accepted: false },
  from: { nick: 'asha', fingerprint: asha.fingerprint, trust: 'verified' },
};
const letters = { batch: 7, letters: 2 };

function session(rooms: readonly Room[] = [ward]): FakeSession {
  const made = () => letters;
  const fake: FakeSession = new FakeSession({
    'find-room': ({ query }) => ({
      room: ['+ward 3', '+4f2a91c0', NAME].includes(query) ? NAME : null,
    }),
    'find-person': ({ query }) => ({
      matches: [asha, ravi].filter(({ nick }) => `@${nick}` === query),
    }),
    'await-relayed': () => ({ waiting: 0, refused: 0 }),
    ...{ 'room-invite': made, 'room-remove': made, 'room-title': made, 'room-topic': made },
    ...{ 'room-moderator': made, 'room-transfer': made, 'room-set': made, 'room-close': made },
    'room-create': () => ({ room: NAME, batch: 7, letters: 0 }),
    'room-group': () => ({ room: NAME, ...letters }),
    'room-answer': () => ({ room: NAME, ...letters }),
    leave: () => ({ room: NAME, ...letters }),
    'room-mute': ({ room, muted }) => ({ room, muted }),
    invitations: () => ({ invitations: [invitation] }),
    conversations: () => ({ conversations: [] }),
    history: () => ({ messages: [], more: false }),
    'delete-conversation': () => ({ deleted: 3 }),
  });
  fake.snapshot = { ...fake.snapshot, people: [asha, ravi], rooms };
  return fake;
}

/** The commands that change something. */
function acts({ requests }: FakeSession): unknown[] {
  return requests.filter(({ do: what }) => what.startsWith('room-'));
}

describe('lanchat room', () => {
  it.each<[readonly string[], object]>([
    [['invite', '+ward 3', '@ravi'], { do: 'room-invite', peers: [ravi.fingerprint] }],
    [['remove', '+4f2a91c0', '@asha'], { do: 'room-remove', peers: [asha.fingerprint] }],
    [['grant', NAME, '@asha'], { do: 'room-moderator', peer: asha.fingerprint, on: true }],
    [['revoke', NAME, '@asha'], { do: 'room-moderator', peer: asha.fingerprint, on: false }],
    [['transfer', NAME, '@asha'], { do: 'room-transfer', peer: asha.fingerprint }],
    [['title', '+ward 3', 'ward', '4'], { do: 'room-title', title: 'ward 4' }],
    [['topic', '+ward 3'], { do: 'room-topic', topic: '' }],
    [['set', NAME, '--read-only'], { do: 'room-set', readOnly: true }],
    [['set', NAME, '--no-read-only', '--no-expire'], { readOnly: false, expireSeconds: null }],
    [['set', NAME, '--expire', '2h'], { do: 'room-set', expireSeconds: 7_200 }],
    [['close', '+ward 3·4f2a91c0'], { do: 'room-close' }],
  ])('%j asks for it, waits for the relay, and prints the room', async (args, command) => {
    const fake = session();
    const run = runCommand(['room', ...args, '--json'], { session: fake });
    expect(await run.status).toBe(0);
    expect(acts(fake)).toEqual([expect.objectContaining({ ...command, room: NAME })]);
    expect(fake.requests.find(({ do: what }) => what === 'await-relayed')).toMatchObject({
      batch: 7,
    });
    expect(run.records()).toEqual([{ v: 1, type: 'room', ...ward }]);
  });

  it('changes nothing where one of several people is nobody', async () => {
    const fake = session();
    const run = runCommand(['room', 'invite', NAME, '@ravi', '@nobody', '--json'], {
      session: fake,
    });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ code: 'unknown-person' }]);
    expect(acts(fake)).toEqual([]);
  });

  it('ends with 6 where the relay has not got it in time, and says that it goes out by itself', async () => {
    const fake = session();
    fake.answer({ 'await-relayed': () => ({ waiting: 1, refused: 0 }) });
    const run = runCommand(['room', 'invite', NAME, '@ravi', '--timeout', '0.01'], {
      session: fake,
    });
    expect(await run.status).toBe(6);
    expect(run.stderr()).toMatch(/done here.*1 of 2.*no need to do it again/);
    expect(run.stdout()).toBe('');
  });

  it('ends with 5 where the relay refuses some of it', async () => {
    const fake = session();
    fake.answer({ 'await-relayed': () => ({ waiting: 0, refused: 2 }) });
    const run = runCommand(['room', 'invite', NAME, '@ravi', '--json'], { session: fake });
    expect(await run.status).toBe(5);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'refused' }]);
  });

  it('says that only its owner’s client takes out whom a moderator removes', async () => {
    const note = 'the owner';
    for (const [owner, isTold] of [
      [ravi.fingerprint, true],
      [self, false],
    ] as const) {
      const run = runCommand(['room', 'remove', NAME, '@asha'], {
        session: session([{ ...ward, owner } as Room]),
      });
      expect(await run.status).toBe(0);
      expect(run.stderr().includes(note)).toBe(isTold);
    }
  });

  it('makes a room without looking for a relay', async () => {
    const fake = session();
    const args = ['room', 'create', 'ward', '3', '--read-only', '--expire', '7d', '--json'];
    const run = runCommand(args, { session: fake });
    expect(await run.status).toBe(0);
    expect(acts(fake)).toEqual([
      { do: 'room-create', title: 'ward 3', readOnly: true, expireSeconds: 604_800 },
    ]);
    expect(run.opened[0]?.offline).toBe(true);
    expect(run.records()).toEqual([{ v: 1, type: 'room', ...ward }]);
  });

  it.each<[readonly string[], string]>([
    [['create', 'x', '--expire', 'soon'], 'bad-timer'],
    [['invite', 'ward', '@ravi'], 'bad-room'],
    [['invite', '+', '@ravi'], 'bad-room'],
    [['info', `+${'x'.repeat(200)}`], 'bad-room'],
    [['topic', '+elsewhere', 'x'], 'not-in-room'],
    [['accept', '#lobby'], 'bad-room'],
    [['set', NAME], 'bad-arguments'],
    [['create'], 'bad-arguments'],
    [[], 'unknown-command'],
    [['creat', 'x'], 'unknown-command'],
  ])('refuses %j with %s', async (args, code) => {
    const fake = session();
    const run = runCommand(['room', ...args, '--json'], { session: fake });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code }]);
    expect(acts(fake)).toEqual([]);
  });

  it('shows everything of a room, with everybody’s part in it', async () => {
    const room: Room = { ...ward, invited: [ravi.fingerprint], closed: true };
    const run = runCommand(['room', 'info', '+ward 3', '--json'], { session: session([room]) });
    expect(await run.status).toBe(0);
    expect(run.records()).toEqual([
      {
        ...{ v: 1, type: 'room', ...room },
        people: [
          { nick: 'me', fingerprint: self, trust: 'verified', role: 'owner' },
          { nick: 'asha', fingerprint: asha.fingerprint, trust: 'verified', role: 'moderator' },
          { nick: 'ravi', fingerprint: ravi.fingerprint, trust: 'known', role: 'invited' },
        ],
      },
    ]);
    const shown = runCommand(['room', 'info', NAME], { session: session([room]) });
    expect(await shown.status).toBe(0);
    expect(shown.stdout().split('\n')).toEqual([
      '+ward 3 (+4f2a91c0): a private room',
      '  topic: night shift',
      '  closed: nobody writes here any more',
      '  its owner asks people in, sets title, topic and timer, and closes it; moderators can take members out',
      '  asked in, and not heard from yet: 1 person',
      '  ID 4f2a 91c0 4f2a 91c0 4f2a 91c0 4f2a 91c0 4f2a 91c0 4f2a 91c0 4f2a 91c0 4f2a 91c0',
      '  you, owner',
      '  asha · verified, moderator',
      '  ravi · unverified, invited',
      '',
    ]);
  });

  it('names the command that enters a public room where one is to be accepted', async () => {
    const run = runCommand(['room', 'accept', '#lobby'], { session: session() });
    expect(await run.status).toBe(1);
    expect(run.stderr()).toContain("lanchat join '#lobby'");
  });

  it('lists who asks us in, and what to type', async () => {
    const run = runCommand(['room', 'invitations'], { session: session() });
    expect(await run.status).toBe(0);
    expect(run.stdout()).toBe(
      'asha (verified) invites you to +ward 3 (+4f2a91c0); lanchat room accept +4f2a91c0, or decline\n',
    );
  });

  it('says yes, and claims no more than that', async () => {
    const fake = session([]);
    fake.answer({ invitations: () => ({ invitations: [{ ...invitation, accepted: true }] }) });
    const run = runCommand(['room', 'accept', '+ward 3', '--json'], { session: fake });
    expect(await run.status).toBe(0);
    expect(acts(fake)).toEqual([{ do: 'room-answer', room: '+ward 3', accept: true }]);
    expect(run.records()).toEqual([{ v: 1, type: 'invitation', ...invitation, accepted: true }]);
  });

  it('says no, and leaves', async () => {
    const fake = session([]);
    fake.answer({ invitations: () => ({ invitations: [] }) });
    const left = { v: 1, type: 'membership', room: NAME, joined: false };
    const declined = runCommand(['room', 'decline', '+ward 3', '--json'], { session: fake });
    expect(await declined.status).toBe(0);
    expect(declined.records()).toEqual([left]);
    const leaving = runCommand(['leave', '+ward 3', '--json'], { session: session() });
    expect(await leaving.status).toBe(0);
    expect(leaving.records()).toEqual([left]);
  });
});

describe('lanchat rooms', () => {
  it('shows what each is called, is, and what to type for it; no text of others can begin a line', async () => {
    const evil = `x${' '.repeat(200)}-- KEY CHANGED\n-- forged\u001b[2J`;
    const group: Room = {
      ...{ ...ward, kind: 'group', name: `+${'b'.repeat(64)}`, title: '', topic: '' },
      ...{ owner: asha.fingerprint, members: [self, asha.fingerprint, ravi.fingerprint] },
      request: true,
    };
    const rooms: Room[] = [
      { name: '#lobby', kind: 'public', members: [self] },
      { ...ward, topic: evil, readOnly: true },
      group,
    ];
    const run = runCommand(['rooms'], { session: session(rooms), columns: 60 });
    expect(await run.status).toBe(0);
    const lines = run.stdout().trimEnd().split('\n');
    const own = lines.filter((line) => !line.startsWith('      '));
    expect(own).toEqual([
      '#lobby  public  1 here',
      expect.stringMatching(/^\+ward 3 {2}\+4f2a91c0 {2}a private room, yours, 2 members/),
      expect.stringMatching(/^\+asha,ravi {2}\+bbbbbbbb {2}a group of people, owner asha/),
    ]);
    expect(run.stdout()).not.toContain('\u001b');
    expect(run.stdout()).toContain('from a stranger');
  });

  it('tells two rooms of one title apart', async () => {
    const other: Room = { ...ward, name: `+${'c'.repeat(64)}`, title: 'Ward 3' };
    const run = runCommand(['rooms'], { session: session([ward, other]) });
    expect(await run.status).toBe(0);
    expect(run.stdout()).toContain('+ward 3·4f2a91c0');
    expect(run.stdout()).toContain('+Ward 3·cccccccc');
  });
});

describe('a private room, wherever a room is taken', () => {
  function sending(): FakeSession {
    const fake = session();
    const id = messageId('9');
    fake.answer({
      send: () => {
        setImmediate(() => fake.emit({ type: 'receipt', id, state: 'relayed', reason: null }));
        return { id };
      },
    });
    return fake;
  }

  it('is sent to by any of its names', async () => {
    for (const to of ['+ward 3', '+4f2a91c0', NAME]) {
      const fake = sending();
      const run = runCommand(['send', to, 'hello', '--json'], { session: fake });
      expect(await run.status).toBe(0);
      expect(run.records()).toMatchObject([{ type: 'sent', to: NAME, state: 'relayed' }]);
      expect(fake.requests).toContainEqual({ do: 'send', to: { room: NAME }, text: 'hello' });
    }
  });

  it('is the group of the people who are named, handed to them before the first word', async () => {
    const fake = sending();
    const run = runCommand(['send', '@asha,@ravi', 'lunch?', '--json'], { session: fake });
    expect(await run.status).toBe(0);
    expect(run.records()).toMatchObject([{ type: 'sent', to: NAME }]);
    const order = fake.requests.map(({ do: what }) => what);
    expect(order.slice(-3)).toEqual(['room-group', 'await-relayed', 'send']);
    const unknown = sending();
    const refused = runCommand(['send', '@asha,@nobody', 'x', '--json'], { session: unknown });
    expect(await refused.status).toBe(1);
    expect(acts(unknown)).toEqual([]);
  });

  it('is a group by who is in it, as it is shown', async () => {
    const group: Room = {
      ...ward,
      kind: 'group',
      name: `+${'b'.repeat(64)}`,
      title: '',
      request: true,
    };
    for (const args of [
      ['history', '+asha'],
      ['room', 'accept', '+asha'],
      ['room', 'mute', '+asha'],
      ['leave', '+asha'],
    ]) {
      const fake = session([group]);
      const run = runCommand(args, { session: fake });
      expect({ args, status: await run.status }).toEqual({ args, status: 0 });
      expect(JSON.stringify(fake.requests)).toContain(group.name);
    }
  });

  it('is never said to be delivered', async () => {
    for (const to of ['+ward 3', '@asha,@ravi']) {
      const run = runCommand(['send', to, 'x', '--wait', 'delivered', '--json'], {
        session: sending(),
      });
      expect(await run.status).toBe(1);
      expect(run.records()).toMatchObject([{ code: 'bad-wait' }]);
    }
  });

  it('passes a refusal on, such as of a room where only some may write', async () => {
    const fake = session();
    fake.answer({
      send: () => {
        throw new UsageError('room-read-only', 'only some write in this room');
      },
    });
    const run = runCommand(['send', NAME, 'x', '--json'], { session: fake });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ code: 'room-read-only' }]);
  });

  it('is read, searched, written out and deleted by its name, also once it was left', async () => {
    const other = `+${'d'.repeat(64)}`;
    const cases: readonly [readonly string[], object][] = [
      [['history', '+ward 3'], { do: 'history', conversation: { room: NAME } }],
      [['history', other.toUpperCase()], { do: 'history', conversation: { room: other } }],
      [['export', '+4f2a91c0'], { do: 'history', conversation: { room: NAME } }],
      [['delete', '+ward 3', '--yes'], { do: 'delete-conversation', conversation: { room: NAME } }],
    ];
    for (const [args, request] of cases) {
      const fake = session();
      const run = runCommand(args, { session: fake });
      expect({ args, status: await run.status }).toEqual({ args, status: 0 });
      expect(fake.requests).toContainEqual(expect.objectContaining(request));
    }
  });

  it('is named by the digits that are shown of it, once it was left', async () => {
    const left = `+${'d'.repeat(64)}`;
    const like = `+${'d'.repeat(12)}${'0'.repeat(52)}`;
    const kept = (...rooms: readonly string[]) => {
      const fake = session();
      const conversations = rooms.map((room) => ({ with: { room }, unread: 0, last: null }));
      fake.answer({ conversations: () => ({ conversations }) });
      return fake;
    };
    for (const args of [
      ['history', '+dddddddd'],
      ['export', '+DDDDDDDD'],
    ]) {
      const fake = kept('#lobby', NAME, left);
      const run = runCommand(args, { session: fake });
      expect({ args, status: await run.status }).toEqual({ args, status: 0 });
      const conversation = { room: left };
      expect(fake.requests).toContainEqual(
        expect.objectContaining({ do: 'history', conversation }),
      );
    }
    for (const [fake, code] of [
      [kept(left, like), 'ambiguous-room'],
      [kept('#lobby'), 'not-in-room'],
    ] as const) {
      const run = runCommand(['history', '+dddddddd', '--json'], { session: fake });
      expect(await run.status).toBe(1);
      expect(run.records()).toMatchObject([{ type: 'error', code }]);
    }
  });

  it('is listened to alone, and its changes are told in words', async () => {
    const fake = session();
    const run = runCommand(['listen', '+ward 3'], { session: fake });
    await run.printed('ready');
    const added = { what: 'added', who: [ravi] } as const;
    fake.emit(changed('#elsewhere', { ...added, who: [asha] }));
    fake.emit(changed(NAME, added));
    const topic = `a${' '.repeat(99)}b\n-- forged`;
    fake.emit(changed(NAME, { what: 'topic', who: [], text: topic }));
    fake.emit({ type: 'invitation', invitation });
    await run.printed('invites');
    run.interrupt('SIGINT');
    await run.status;
    expect(run.stdout().trimEnd().split('\n').slice(1)).toEqual([
      expect.stringMatching(/^-- \d\d:\d\d ravi came into \+ward 3$/),
      expect.stringMatching(/^-- \d\d:\d\d the topic of \+ward 3 is now: a b -- forged$/),
      '-- asha (verified) invites you to +ward 3 (+4f2a91c0); lanchat room accept +4f2a91c0, or decline',
    ]);
  });
});

/** As its owner, asha, did it. */
function changed(room: string, change: Change): ClientEvent {
  const from = { ...asha };
  const rest = { room, peer: null, from, text: '', kind: 'change', change } as const;
  const id = messageId(String(change.what.length));
  return {
    type: 'message',
    message: { id, time: '2026-01-31T09:15:02.123Z', sentTime: null, state: null, ...rest },
  };
}
