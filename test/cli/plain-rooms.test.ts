// Private rooms in the plain interface: called by their titles, told of in words, run by the screen's commands.
import { describe, expect, it } from 'vitest';
import type { InvitationInfo, Room } from '../../src/client/api.ts';
import { FakeSession, messageId, peerId, person } from '../support/fake-session.ts';
import { openPlain } from '../support/plain-run.ts';

const NAME = `+${'4f2a91c0'.repeat(8)}`;
const GROUP = `+${'b'.repeat(64)}`;
const asha = person('asha', 'a', { trust: 'verified' });
const ravi = person('ravi', 'b');
const ward: Room = {
  ...{ name: NAME, kind: 'private', title: 'ward 3', topic: '', owner: peerId('e') },
  ...{ moderators: [asha.fingerprint], members: [peerId('e'), asha.fingerprint], invited: [] },
  ...{ readOnly: false, expireSeconds: null },
};
const invitation: InvitationInfo = {
  ...{ room: GROUP, title: 'kitchen', time: '2026-01-31T09:15:02.123Z', accepted: false },
  from: { nick: 'ravi', fingerprint: ravi.fingerprint, trust: 'known' },
};

function session(): FakeSession {
  const made = () => ({ batch: 1, letters: 0 });
  const fake = new FakeSession({
    ...{ 'room-invite': made, 'room-close': made, 'room-topic': made },
    'room-group': () => ({ room: GROUP, batch: 1, letters: 0 }),
    'room-answer': () => ({ room: GROUP, batch: 1, letters: 0 }),
    'room-create': () => ({ room: NAME, batch: 1, letters: 0 }),
    invitations: () => ({ invitations: [invitation] }),
    join: ({ room }) => ({ room: room === '+ward 3' ? NAME : room }),
    leave: ({ room }) => ({ room: room === '+ward 3' ? NAME : room }),
    send: () => ({ id: messageId('1') }),
    'find-room': ({ query }) => ({ room: ['+ward', '+4f2a91c0'].includes(query) ? NAME : null }),
    'find-person': ({ query }) => ({
      matches: [asha, ravi].filter(({ nick }) => query.replace('@', '') === nick),
    }),
  });
  fake.snapshot = { ...fake.snapshot, people: [asha, ravi], rooms: [ward] };
  return fake;
}

async function typed(fake: FakeSession, ...lines: readonly string[]): Promise<string> {
  const plain = openPlain(fake, '+ward 3');
  await plain.printed('goes to +ward 3');
  for (const line of lines) plain.type(line);
  plain.end();
  expect(await plain.status).toBe(0);
  return plain.stdout();
}

function acts({ requests }: FakeSession): unknown[] {
  return requests.filter(({ do: what }) => what.startsWith('room-') || what === 'send');
}

describe('the plain interface in private rooms', () => {
  it('begins in one, sends there, and says who asks us in', async () => {
    const fake = session();
    const shown = await typed(fake, 'hello');
    expect(acts(fake)).toEqual([{ do: 'send', to: { room: NAME }, text: 'hello' }]);
    expect(shown).toContain(
      '-- ravi (unverified) invites you to +kitchen (+bbbbbbbb): /accept +bbbbbbbb or /decline +bbbbbbbb\n',
    );
  });

  it('does what the screen does, in the room that lines go to', async () => {
    const fake = session();
    const shown = await typed(
      fake,
      ...['/invite ravi', '/topic nights', '/room close', '/room close yes', '/accept'],
      ...['/room', '/room dance', '/invite nobody'],
    );
    expect(acts(fake)).toEqual([
      { do: 'room-invite', room: NAME, peers: [ravi.fingerprint] },
      { do: 'room-topic', room: NAME, topic: 'nights' },
      { do: 'room-close', room: NAME },
      { do: 'room-answer', room: GROUP, accept: true },
    ]);
    expect(shown).toContain('-- Asked in: ravi. They come once they say yes.');
    expect(shown).toContain('-- Nobody could write here any more, for good: /room close yes does');
    expect(shown).toContain('-- You said yes; you are in +bbbbbbbb once');
    expect(shown).toContain('--   asha · verified, moderator\n');
    expect(shown).toContain('-- /room dance is no command');
    expect(shown).toContain('-- nobody called nobody');
  });

  it('goes to a room that is made, and to a group', async () => {
    const fake = session();
    const shown = await typed(
      fake,
      ...['/query @asha,@ravi', 'in the group', '@asha,@ravi again', '@asha,@nobody x'],
      ...['/msg +4f2a91c0 over there', '/msg +nowhere x', '/room create ward 3', 'and here'],
    );
    const peers = [asha.fingerprint, ravi.fingerprint];
    expect(acts(fake)).toEqual([
      { do: 'room-group', peers },
      { do: 'send', to: { room: GROUP }, text: 'in the group' },
      { do: 'room-group', peers },
      { do: 'send', to: { room: GROUP }, text: 'again' },
      { do: 'send', to: { room: NAME }, text: 'over there' },
      { do: 'room-create', title: 'ward 3', readOnly: false, expireSeconds: null },
      { do: 'send', to: { room: NAME }, text: 'and here' },
    ]);
    expect(shown).toContain('you are not in +nowhere\n');
  });

  it('calls a room that was just made, and a group, by what they are called', async () => {
    const fake = session();
    const made = (room: Room) => {
      fake.snapshot = { ...fake.snapshot, rooms: [...fake.snapshot.rooms, room] };
      return { room: room.name, batch: 7, letters: 0 };
    };
    const plainRoom = `+${'c'.repeat(64)}`;
    const members = [peerId('e'), asha.fingerprint, ravi.fingerprint];
    fake.answer({
      // Its event comes once it is on disk: after this.
      'room-create': () => made({ ...ward, name: plainRoom, title: 'Plain 1' }),
      'room-group': () => made({ ...ward, kind: 'group', name: GROUP, title: '', members }),
    });
    const shown = await typed(fake, '/room create Plain 1', '/query @asha,@ravi');
    expect(shown).toContain('-- what you type now goes to +Plain 1\n');
    expect(shown).toContain('-- what you type now goes to +asha,ravi\n');
  });

  it('mutes and leaves a group by who is in it', async () => {
    const fake = session();
    const members = [peerId('e'), asha.fingerprint, ravi.fingerprint];
    const group: Room = { ...ward, kind: 'group', name: GROUP, title: '', members };
    fake.snapshot = { ...fake.snapshot, rooms: [ward, group] };
    fake.answer({
      'conversation-settings': ({ change: { notifyLevel = null } }) => ({
        ...{ sendRead: null, sendTyping: null, notifyLevel },
      }),
    });
    await typed(fake, '/mute +asha,ravi', '/mute off', '/part +asha,ravi');
    expect(fake.requests).toContainEqual({
      ...{ do: 'conversation-settings', with: { room: GROUP }, change: { notifyLevel: 'nothing' } },
    });
    expect(fake.requests).toContainEqual({
      ...{ do: 'conversation-settings', with: { room: NAME }, change: { notifyLevel: null } },
    });
    expect(fake.requests).toContainEqual({ do: 'leave', room: GROUP });
  });

  it('begins in the lobby as long as one is there, and else in a private room', async () => {
    const lobby: Room = { name: '#lobby', kind: 'public', members: [] };
    for (const [rooms, first] of [
      [[ward, lobby], '#lobby'],
      [[ward], '+ward 3'],
    ] as const) {
      const fake = session();
      fake.snapshot = { ...fake.snapshot, rooms };
      const plain = openPlain(fake);
      await plain.printed(`goes to ${first}\n`);
      plain.end();
      expect(await plain.status).toBe(0);
    }
  });

  it('hears nothing of who is ignored', async () => {
    const fake = session();
    const ignored = { ...invitation, from: { ...invitation.from, ignored: true as const } };
    fake.answer({ invitations: () => ({ invitations: [ignored] }) });
    const plain = openPlain(fake, '+ward 3');
    await plain.printed('goes to +ward 3');
    const from = ignored.from;
    const time = '2026-01-31T09:15:02.123Z';
    const said = { id: messageId('2'), time, sentTime: null, room: NAME, peer: null, state: null };
    const message = { ...said, from, text: 'buy!', reason: null };
    fake.emit({ type: 'invitation', invitation: ignored });
    fake.emit({ type: 'message', message });
    fake.emit({ type: 'message-changed', message: { ...message, edited: time } });
    // Control: of anybody else it does.
    fake.emit({ type: 'message-changed', message: { ...message, from: asha, text: 'mended' } });
    await plain.printed('mended');
    plain.end();
    expect(await plain.status).toBe(0);
    expect(plain.stdout()).not.toMatch(/buy!|kitchen/);
  });

  it('tells of what is said and done by what a room is called, and leaves it', async () => {
    const fake = session();
    const plain = openPlain(fake, '+ward 3');
    await plain.printed('goes to +ward 3');
    fake.emit({ type: 'room', room: { ...ward, title: 'ward 4' } });
    const who = [{ nick: 'ravi', fingerprint: ravi.fingerprint, trust: 'known' as const }];
    const from = { nick: 'asha', fingerprint: asha.fingerprint, trust: 'verified' as const };
    const time = '2026-01-31T09:15:02.123Z';
    const said = { id: messageId('2'), time, sentTime: null, room: NAME, peer: null, from };
    const done = {
      ...said,
      id: messageId('3'),
      kind: 'change',
      change: { what: 'added', who },
    } as const;
    fake.emit({ type: 'message', message: { ...done, text: '', state: null } });
    fake.emit({ type: 'message', message: { ...said, text: 'good night', state: null } });
    await plain.printed('good night');
    plain.type('/part');
    plain.end();
    expect(await plain.status).toBe(0);
    expect(plain.stdout()).toMatch(/-- \d\d:\d\d ravi came into \+ward 4\n/);
    expect(plain.stdout()).toMatch(/^\d\d:\d\d \+ward 4 asha: good night$/m);
    expect(fake.requests).toContainEqual({ do: 'leave', room: NAME });
    expect(plain.stdout()).toContain('-- left +ward 4\n');
  });
});
