// Lines that are read aloud: of the conversation in front, in words, each complete in itself.
import { describe, expect, it } from 'vitest';
import type { ClientEvent, Message, Room, StoredMessage } from '../../src/client/api.ts';
import { calendarDay } from '../../src/ui/words.ts';
import { FakeSession, messageId, peerId, person } from '../support/fake-session.ts';
import { type KeptHistory, nthId, stored, tell } from '../support/kept-history.ts';
import { openHistory } from '../support/opened-history.ts';
import { openPlain } from '../support/plain-run.ts';

const asha = person('asha', 'a');
const bela = person('bela', 'b');
const KITCHEN: Room = { name: '#kitchen', kind: 'public', members: [peerId('a')] };
const LOBBY: Room = { name: '#lobby', kind: 'public', members: [peerId('a')] };

interface Spoken {
  readonly session: FakeSession;
  readonly history: KeptHistory;
  readonly type: (line: string) => boolean;
  readonly printed: (text: string) => Promise<void>;
  /** Everything, in lines, without the times. */
  end(): Promise<string[]>;
}

async function spoken(
  messages: readonly StoredMessage[] = [],
  { read = messages.length, flag = '--screen-reader', rooms = [LOBBY, KITCHEN] } = {},
): Promise<Spoken> {
  const history = await openHistory(messages, { read });
  const session = history.serve(
    new FakeSession({
      join: ({ room }) => ({ room }),
      send: () => ({ id: messageId('f') }),
      'find-person': ({ query }) => ({
        matches: [asha, bela].filter(({ nick }) => nick === query.replace('@', '')),
      }),
    }),
  );
  session.snapshot = { ...session.snapshot, people: [asha, bela], rooms };
  const plain = openPlain(session, flag);
  await plain.printed('goes to #lobby');
  await session.settled();
  return {
    ...{ session, history, type: plain.type, printed: plain.printed },
    end: async () => {
      plain.end();
      expect(await plain.status).toBe(0);
      return plain
        .stdout()
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/^\d\d:\d\d /, ''))
        .filter((line) => !/^-- (?:\d{4}-\d\d-\d\d$|You are me|online)/.test(line));
    },
  };
}

function inKitchen(n: number, change: Partial<StoredMessage> = {}): StoredMessage {
  return stored(n, { room: '#kitchen', ...change });
}

function privately(n: number, change: Partial<StoredMessage> = {}): StoredMessage {
  return stored(n, { room: null, peer: bela.fingerprint, from: bela, ...change });
}

function dayOf(message: StoredMessage | undefined): string {
  return calendarDay(Date.parse(message?.time ?? ''));
}

describe('a conversation in front', () => {
  it('is said whole; others in one short line, however much is said there', async () => {
    const { session, history, end } = await spoken();
    tell(session, history, stored(1, { text: 'here' }));
    for (let n = 2; n < 14; n += 1) tell(session, history, inKitchen(n));
    tell(session, history, privately(20, { text: 'psst' }));
    tell(session, history, inKitchen(21, { mentions: [peerId('e')] }));
    expect(await end()).toEqual([
      '-- what you type now goes to #lobby',
      '#lobby asha: here',
      '-- asha wrote in #kitchen; unread there: 1',
      '-- asha wrote in #kitchen; unread there: 10',
      '-- bela wrote to you privately; unread there: 1',
      '-- asha names you in #kitchen; unread there: 13',
    ]);
  });

  it('is all of them with --plain', async () => {
    const { session, history, end } = await spoken([], { flag: '--plain' });
    tell(session, history, stored(1, { text: 'here' }));
    tell(session, history, inKitchen(2, { text: 'there', mentions: [peerId('e')] }));
    expect(await end()).toEqual([
      '-- what you type now goes to #lobby',
      '#lobby asha: here',
      '#kitchen asha: there',
      '--   this names you',
    ]);
  });

  it('is gone to by number or where something is unread, which is said then, once', async () => {
    const { session, history, type, printed, end } = await spoken();
    tell(session, history, inKitchen(1, { text: 'one' }));
    tell(session, history, privately(2, { text: 'psst' }));
    tell(session, history, inKitchen(3, { text: 'two' }));
    type('/where');
    type('/next');
    await printed('psst');
    type('/win 2');
    await printed('two');
    type('/next');
    type('/win 9');
    type('/where');
    const lines = await end();
    expect(lines.slice(lines.indexOf('-- You are in #lobby: what you type goes there.'))).toEqual([
      '-- You are in #lobby: what you type goes there.',
      '-- 1: #lobby, where you are',
      '-- 2: #kitchen, unread: 2',
      '-- 3: @bela (unverified), unread: 1',
      '-- what you type now goes to @bela (unverified)',
      '@bela: psst',
      '-- what you type now goes to #kitchen',
      '#kitchen asha: one',
      '#kitchen asha: two',
      '-- Nothing is unread.',
      '-- /win takes a number from 1 to 3; /where lists them',
      '-- You are in #kitchen: what you type goes there.',
      '-- 1: #lobby',
      '-- 2: #kitchen, where you are',
      '-- 3: @bela (unverified)',
    ]);
    expect(history.messages).toHaveLength(3);
    const { conversations } = await session.request({ do: 'conversations' });
    expect(conversations.map(({ unread }) => unread)).toEqual([0, 0]);
  });

  it('begins with what was unread before, and says where else something is', async () => {
    const said = [
      stored(1, { text: 'old' }),
      stored(2, { text: 'new' }),
      inKitchen(3),
      privately(4),
      inKitchen(5),
    ];
    const { end } = await spoken(said, { read: 1 });
    expect(await end()).toEqual([
      '-- what you type now goes to #lobby',
      '#lobby asha: new',
      '-- #kitchen, unread: 2',
      '-- @bela, unread: 1',
      '-- /next goes to what is unread.',
    ]);
  });

  it('says twenty of many unread messages, and how to hear the rest', async () => {
    const said = Array.from({ length: 60 }, (_, index) => stored(index + 1));
    const { end } = await spoken(said, { read: 10 });
    const lines = await end();
    expect(lines[1]).toBe('-- unread before these: 30; /read 50 says them too');
    expect(lines.slice(2).map((line) => line.replace('#lobby asha: message ', ''))).toEqual(
      Array.from({ length: 20 }, (_, index) => String(41 + index)),
    );
  });

  it('repeats the last messages when asked', async () => {
    const said = [stored(1, { text: 'first' }), stored(2, { text: 'last' })];
    const { type, end } = await spoken(said);
    type('/read 1');
    expect(await end()).toEqual(['-- what you type now goes to #lobby', '#lobby asha: last']);
  });

  it('is read from a time on, twenty messages at once, and further', async () => {
    const said = Array.from({ length: 50 }, (_, index) => stored(index + 1));
    const { type, end } = await spoken(said);
    for (const line of [`/goto ${dayOf(said[0])}`, '/goto', '/goto', '/goto']) type(line);
    type('/goto 2036-01-01');
    type('/goto sometime');
    const lines = (await end()).slice(1).filter((line) => !line.startsWith('#lobby'));
    expect(lines).toEqual([
      '-- There is more: /goto goes on.',
      '-- There is more: /goto goes on.',
      '-- Nothing came after that.',
      expect.stringMatching(/^-- Nothing came here at 2036-01-01 00:00 or later/),
      expect.stringMatching(/^-- "sometime" is no time: \/goto 2026-11-03/),
    ]);
  });

  it('says each message once as it is read on; elsewhere there is nothing to go on from', async () => {
    const said = Array.from({ length: 25 }, (_, index) => stored(index + 1));
    const { type, end } = await spoken([...said, inKitchen(30)]);
    for (const line of [`/goto ${dayOf(said[0])}`, '/goto', '/join #kitchen', '/goto']) type(line);
    const lines = await end();
    expect(lines.filter((line) => line.startsWith('#lobby'))).toEqual(
      said.map(({ text }) => `#lobby asha: ${text}`),
    );
    expect(lines.at(-1)).toMatch(/^-- When\? \/goto/);
  });

  it('says again what was unread when one came, the oldest first', async () => {
    const said = Array.from({ length: 60 }, (_, index) => stored(index + 1));
    const { type, end } = await spoken([...said, inKitchen(61)], { read: 10 });
    type('/unread');
    for (const line of ['/goto', '/goto', '/join #kitchen', '/unread', '/win 1']) type(line);
    type('/unread');
    const lines = await end();
    const from = lines.indexOf('#lobby asha: message 60') + 1;
    const again = lines.slice(from).filter((line) => line.startsWith('#lobby'));
    expect(again).toEqual(said.slice(10).map(({ text }) => `#lobby asha: ${text}`));
    expect(lines.at(-1)).toBe('-- Nothing was unread here; /next goes to where something is.');
  });

  it('counts nothing of a muted room', async () => {
    const rooms: Room[] = [LOBBY, { ...KITCHEN, notifyLevel: 'nothing' }];
    const { session, history, type, end } = await spoken([], { rooms });
    tell(session, history, inKitchen(1));
    type('/where');
    expect((await end()).slice(1)).toEqual([
      '-- You are in #lobby: what you type goes there.',
      '-- 1: #lobby, where you are',
      '-- 2: #kitchen, muted',
    ]);
  });

  it('is nowhere once one is out of it', async () => {
    const { session, type, end } = await spoken();
    session.emit({ type: 'room-left', room: '#lobby' });
    type('to nobody');
    const lines = await end();
    expect(lines[1]).toMatch(/^-- You are in #lobby no more/);
    expect(lines[2]).toMatch(/^-- nowhere to send it/);
    expect(session.requests.some((request) => request.do === 'send')).toBe(false);
  });
});

describe('what is said', () => {
  it('has words for a drawing', async () => {
    const { session, history, end } = await spoken();
    tell(session, history, stored(1, { kind: 'sticker', text: 'heart' }));
    expect((await end()).slice(1)).toEqual(['#lobby asha * sends a sticker: heart']);
  });

  it('tells who reacted, voted, edited and deleted, and what', async () => {
    const { session, history, end } = await spoken();
    const poll = { question: 'tea?', choices: ['yes', 'no'], anonymous: false, closed: false };
    const said = stored(1, { text: 'hi' });
    const asked = stored(2, {
      text: 'tea?',
      kind: 'poll',
      poll: { ...poll, votes: [0, 0], own: null },
    });
    tell(session, history, said);
    tell(session, history, asked);
    const change = (message: StoredMessage) => session.emit({ type: 'message-changed', message });
    const liked = { ...said, reactions: [{ emoji: '👍', from: [bela.fingerprint, peerId('e')] }] };
    change(liked);
    change({ ...liked, reactions: [{ emoji: '👍', from: [peerId('e')] }] });
    const edited: Message = { ...said, text: 'hello', edited: said.time };
    change({ ...said, ...edited, originals: [{ text: 'hi', until: said.time }] });
    change({ ...asked, poll: { ...poll, votes: [1, 0], own: null } });
    change({ ...said, text: '', deleted: true });
    const lines = await end();
    expect(lines.slice(lines.indexOf('-- bela reacted with 👍 in #lobby to asha: hi'))).toEqual([
      '-- bela reacted with 👍 in #lobby to asha: hi',
      '-- you reacted with 👍 in #lobby to asha: hi',
      '-- bela took back 👍 in #lobby from asha: hi',
      '-- asha edited a message in #lobby; it says now:',
      '#lobby asha: hello',
      '--   edited',
      '--   before: hi',
      '-- you took back 👍 in #lobby from asha: hello',
      '-- the poll in #lobby of asha: tea?',
      '--   1. 1 vote: yes',
      '--   2. 0 votes: no',
      '--   poll, open',
      '-- asha deleted a message for all in #lobby',
    ]);
  });

  it('tells of a change to what was said before it began', async () => {
    const { session, end } = await spoken();
    session.emit({ type: 'message-changed', message: { ...stored(1), text: 'now' } });
    expect((await end()).slice(1)).toEqual([
      '-- a message of asha in #lobby has changed:',
      '#lobby asha: now',
    ]);
  });

  it('says what still works without a relay, and promises no more', async () => {
    const lines = async (change: Partial<FakeSession['snapshot']>, ...events: ClientEvent[]) => {
      const session = new FakeSession({ join: ({ room }) => ({ room }) });
      session.snapshot = { ...session.snapshot, ...change };
      const plain = openPlain(session);
      await plain.printed('goes to #lobby');
      const link = { ...session.snapshot.link, state: 'offline', reason: 'silent' } as const;
      for (const event of [...events, { type: 'link', link } as const]) session.emit(event);
      plain.end();
      expect(await plain.status).toBe(0);
      return plain.stdout();
    };
    expect(await lines({})).toContain('-- You can read and search. What you write is kept here');
    const fleeting = await lines({ ephemeral: true });
    expect(fleeting).toContain('is gone if you leave before');
    expect(fleeting).not.toContain('kept here');
    const problem = { code: 'no-space', message: 'the disk is full' };
    const full = await lines({}, { type: 'storage', problem });
    expect(full).toContain('LINK LOST');
    expect(full).not.toContain('kept here');
  });

  it('lists what keys are worth, trouble first, as the screen does', async () => {
    const [chen, dora] = [person('chen', 'c'), person('dora', 'd', { trust: 'verified' })];
    const eve = person('eve', '9', { keyChangedFrom: [peerId('8')] });
    const history = await openHistory([privately(1)]);
    const session = history.serve(new FakeSession({ join: ({ room }) => ({ room }) }));
    session.snapshot = { ...session.snapshot, people: [dora, chen, bela, eve] };
    const plain = openPlain(session);
    await plain.printed('goes to #lobby');
    plain.type('/trust');
    plain.end();
    expect(await plain.status).toBe(0);
    const names = [...plain.stdout().matchAll(/^-- (\w+): (?:here|away)/gm)].map(
      ([, name]) => name,
    );
    expect(names).toEqual(['eve', 'bela', 'chen', 'dora']);
  });

  it('follows one’s own messages until they were read, or have failed', async () => {
    const { session, end } = await spoken();
    const me = { nick: 'me', fingerprint: peerId('e'), trust: 'verified' } as const;
    const mine = privately(1, { from: me, text: 'psst', state: 'pending' });
    const receipt = (id: Message['id'], state: 'relayed' | 'delivered' | 'read' | 'failed') =>
      session.emit({ type: 'receipt', id, state, reason: state === 'failed' ? 'refused' : null });
    session.emit({ type: 'message', message: mine });
    receipt(mine.id, 'relayed');
    receipt(mine.id, 'delivered');
    receipt(mine.id, 'read');
    const link = { ...session.snapshot.link, state: 'offline', reason: 'silent' } as const;
    session.emit({ type: 'link', link });
    const later = { ...mine, id: nthId(2), text: 'are you there?' };
    session.emit({ type: 'message', message: later });
    session.emit({ type: 'link', link: session.snapshot.link });
    receipt(later.id, 'relayed');
    receipt(later.id, 'failed');
    receipt(nthId(9), 'failed');
    expect((await end()).slice(1)).toEqual([
      '-- bela has received: psst',
      '-- bela has read: psst',
      expect.stringMatching(/^-- LINK LOST/),
      '-- You can read and search. What you write is kept here and goes out when the relay is back.',
      '-- waits here for a relay, and goes out then: are you there?',
      '-- gone out to @bela: are you there?',
      '-- your message to @bela failed: the relay refused it: are you there?',
      '-- message 00000000 failed: the relay refused it',
    ]);
  });

  it('tells of a key that changed, also while nobody looked, and what to do', async () => {
    const { session, end } = await spoken();
    session.emit({
      ...{ type: 'key-changed', nick: 'bela', was: peerId('b'), now: peerId('c') },
      trust: 'verified',
    });
    const lines = await end();
    expect(lines[1]).toMatch(
      /^-- KEY CHANGED: bela has another key. It was bbbb .* \(verified\)\.$/,
    );
    expect(lines[2]).toMatch(/^-- It is now cccc /);
    expect(lines[3]).toMatch(/^-- The new key gets no messages .*\/verify bela.*\/trust bela/);
    const history = await openHistory();
    const again = history.serve(new FakeSession({ join: ({ room }) => ({ room }) }));
    const impostor = person('bela', 'c', { keyChangedFrom: [bela.fingerprint], ambiguous: true });
    again.snapshot = { ...again.snapshot, people: [bela, impostor] };
    const plain = openPlain(again, '--screen-reader');
    await plain.printed('goes to #lobby');
    plain.end();
    await plain.status;
    expect(plain.stdout()).toContain('-- Ask them another way, then /verify bela·cccc or /trust');
  });

  it('tells who comes and goes where one is, and that who is spoken with is here', async () => {
    const { session, type, printed, end } = await spoken();
    session.emit({ type: 'joined', room: '#lobby', who: bela });
    session.emit({ type: 'joined', room: '#kitchen', who: bela });
    for (let digit = 0; digit < 10; digit += 1) {
      const who = { ...person(`p${digit}`, String(digit)) };
      session.emit({ type: 'joined', room: '#lobby', who });
    }
    type('/query bela');
    await printed('@bela');
    session.emit({ type: 'person', person: { ...bela, online: false } });
    session.emit({ type: 'person', person: bela });
    expect((await end()).slice(1)).toEqual([
      '-- bela joined #lobby',
      '-- what you type now goes to @bela (unverified)',
      '-- bela is away',
      '-- bela is here',
      '-- p0, p1, p2, p3, p4, p5, p6, p7 and 2 more joined #lobby',
    ]);
  });

  it('has one line a word to compare', async () => {
    const { session, end } = await spoken();
    const words = ['ant', 'bee', 'cat', 'dog', 'elk', 'fox', 'gnu'];
    const digits = '001 002 003 004 005 006 007';
    session.emit({ type: 'words', peer: bela, state: 'compare', words, digits });
    session.emit({ type: 'words', peer: bela, state: 'failed', reason: 'different' });
    const lines = (await end()).slice(1);
    expect(lines.slice(1, 3)).toEqual([
      '-- word 1 of 7: ant, number 001',
      '-- word 2 of 7: bee, number 002',
    ]);
    expect(lines[8]).toBe('-- The same? /verify bela same, or /verify bela different');
    expect(lines[9]).toMatch(/THE WORDS DIFFER/);
  });
});
