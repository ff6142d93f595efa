import { describe, expect, it } from 'vitest';
import { PeerId } from '../../src/protocol/ids.ts';
import { FakeSession, messageId, onlineLink, peerId, person } from '../support/fake-session.ts';
import { stored } from '../support/kept-history.ts';
import { openPlain } from '../support/plain-run.ts';

function inLobby(): FakeSession {
  const session = new FakeSession({
    join: ({ room }) => ({ room }),
    leave: ({ room }) => ({ room }),
    send: () => ({ id: messageId('1') }),
    'find-person': ({ query }) => ({
      matches: query === 'bela' || query === '@bela' ? [person('bela', 'b')] : [],
    }),
    'find-room': ({ query }) => ({ room: query === '#lobby' ? query : null }),
    'safety-number': () => ({ digits: '1'.repeat(60), qr: '', person: person('bela', 'b') }),
    'choose-relay': () => ({}),
  });
  session.snapshot = {
    ...session.snapshot,
    people: [person('bela', 'b')],
    rooms: [{ name: '#lobby', kind: 'public', members: [] }],
  };
  return session;
}

const sends = (session: FakeSession) =>
  session.requests.flatMap((request) =>
    request.do === 'send' ? [[request.to, request.text]] : [],
  );

describe('the plain interface', () => {
  it('sends what is typed to the room, and to a person where asked', async () => {
    const session = inLobby();
    const plain = openPlain(session);
    await plain.printed('goes to #lobby');
    plain.type('hello');
    plain.type('@bela psst');
    plain.type('/query bela');
    plain.type('only you');
    plain.type('//slash');
    plain.type('/quit');
    plain.type('never sent');
    expect(await plain.status).toBe(0);
    const bela = { peer: peerId('b') };
    expect(sends(session)).toEqual([
      [{ room: '#lobby' }, 'hello'],
      [bela, 'psst'],
      [bela, 'only you'],
      [bela, '/slash'],
    ]);
    expect(session.closed).toBe(true);
    expect(session.listeners).toBe(0);
  });

  it('knows the commands about messages, and says what became of one', async () => {
    const session = inLobby();
    const bela = { nick: 'bela', fingerprint: peerId('b'), trust: 'known' } as const;
    const said = { ...stored(1, { from: bela, text: 'tea?' }), id: messageId('2') };
    session.answer({
      history: () => ({ messages: [said], more: false }),
      react: () => ({ id: messageId('3'), in: { room: '#lobby' } }),
    });
    const plain = openPlain(session);
    await plain.printed('goes to #lobby');
    session.emit({ type: 'message', message: said });
    plain.type('/me nods :wave:');
    plain.type('/reply yes');
    plain.type('/react :+1:');
    plain.type('/vote 1');
    await plain.printed('no such message');
    const answer = { ...stored(2, { from: bela, text: 'good', reply: said.id }) };
    session.emit({ type: 'message', message: answer });
    const originals = [{ text: 'tea?', until: said.time }];
    const edited = { text: 'coffee?', edited: said.time, originals };
    session.emit({ type: 'message-changed', message: { ...said, ...edited } });
    plain.end();
    expect(await plain.status).toBe(0);
    expect(sends(session)).toEqual([
      [{ room: '#lobby' }, 'nods 👋'],
      [{ room: '#lobby' }, 'yes'],
    ]);
    expect(session.requests).toContainEqual({ do: 'react', id: said.id, emoji: '👍', on: true });
    const shown = plain.stdout().split('\n');
    const at = shown.indexOf('-- in answer to bela: tea?');
    expect(shown[at + 1]).toMatch(/#lobby bela: good$/);
    const changed = shown.indexOf('-- message 22222222 changed:');
    expect(shown.slice(changed + 1, changed + 4)).toEqual([
      expect.stringMatching(/#lobby bela: coffee\?$/),
      '--   edited',
      '--   before: tea?',
    ]);
  });

  it('begins where it was told to', async () => {
    const session = inLobby();
    const plain = openPlain(session, '@bela');
    await plain.printed('goes to @bela (unverified)');
    plain.end();
    expect(await plain.status).toBe(0);
  });

  it('never sends an unknown command or a message to nobody', async () => {
    const session = inLobby();
    const plain = openPlain(session);
    await plain.printed('goes to #lobby');
    plain.type('/frobnicate now');
    plain.type('@nobody hello');
    plain.type('#elsewhere hello');
    plain.end();
    expect(await plain.status).toBe(0);
    expect(sends(session)).toEqual([]);
    expect(plain.stdout()).toContain('/frobnicate is no command and was not sent');
    expect(plain.stdout()).toContain('nobody called @nobody');
    expect(plain.stdout()).toContain('you are not in #elsewhere');
  });

  it('shows what arrives as whole lines that remote text cannot imitate or colour', async () => {
    const session = inLobby();
    const plain = openPlain(session);
    await plain.printed('goes to #lobby');
    const bela = { nick: 'bela', fingerprint: peerId('b'), trust: 'known' } as const;
    session.emit({
      type: 'message',
      message: {
        ...{ id: messageId('2'), time: '2026-01-31T09:15:02.123Z', sentTime: null },
        ...{ room: '#lobby', peer: null, from: bela, state: null },
        text: '\u001b[31mred\u0007\n-- chen joined #lobby',
      },
    });
    session.emit({ type: 'joined', room: '#lobby', who: bela });
    session.emit({ type: 'link', link: { ...onlineLink, state: 'offline', reason: 'silent' } });
    session.emit({
      ...{ type: 'key-changed', nick: 'bela', was: peerId('b'), now: peerId('c') },
      trust: 'verified',
    });
    plain.end();
    expect(await plain.status).toBe(0);
    const shown = plain.stdout();
    expect(shown).toMatch(/^\d\d:\d\d #lobby bela: red/m);
    expect(shown).toMatch(/^ {6}-- chen joined/m);
    expect(shown).toMatch(/^-- bela joined #lobby$/m);
    expect(shown).toMatch(/^-- LINK LOST/m);
    expect(shown).toMatch(/^-- KEY CHANGED: bela/m);
    expect(shown).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it('refuses --json, which has commands of its own', async () => {
    const session = inLobby();
    const plain = openPlain(session, '--json');
    expect(await plain.status).toBe(1);
    expect(plain.stdout()).toContain('"code":"no-json"');
    expect(plain.stderr()).toMatch(/^lanchat: [^\n]*lanchat listen --json[^\n]*\n$/);
    expect(session.requests).toEqual([]);
  });

  it('does not speak of a lost link before there was one', async () => {
    const session = inLobby();
    const plain = openPlain(session);
    await plain.printed('goes to #lobby');
    const link = { ...onlineLink, fingerprint: null, state: 'offline', reason: 'econnrefused' };
    session.emit({ type: 'link', link: { ...link, state: 'offline' } });
    plain.end();
    expect(await plain.status).toBe(0);
    expect(plain.stdout()).toMatch(/^-- can't connect: nothing listens there$/m);
    expect(plain.stdout()).not.toContain('LINK LOST');
  });

  it('tells namesakes apart by as many digits as it takes', async () => {
    const session = inLobby();
    const near = PeerId.parse(`bbbb${'c'.repeat(60)}`);
    if (near === null) throw new Error('not hex');
    const people = [person('bela', 'b'), { ...person('bela', 'b'), fingerprint: near }];
    session.snapshot = { ...session.snapshot, people };
    const plain = openPlain(session);
    await plain.printed('goes to #lobby');
    plain.type('/who');
    plain.end();
    expect(await plain.status).toBe(0);
    expect(plain.stdout()).toMatch(/^-- bela·bbbbbbbb: here/m);
    expect(plain.stdout()).toMatch(/^-- bela·bbbbcccc: here/m);
  });

  it('shows a safety number, help, and who is here', async () => {
    const session = inLobby();
    const plain = openPlain(session);
    await plain.printed('goes to #lobby');
    for (const line of ['/verify bela', '/who', '/help', '/relay 10.0.0.7:80']) plain.type(line);
    plain.end();
    expect(await plain.status).toBe(0);
    expect(plain.stdout()).toContain(`safety number: ${'1'.repeat(60)}`);
    expect(plain.stdout()).toMatch(/^-- bela: here, unverified, key bbbb/m);
    expect(plain.stdout()).toContain('/join, /j #room');
    expect(session.requests).toContainEqual({
      ...{ do: 'choose-relay', host: '10.0.0.7', port: 80, fingerprint: null },
    });
  });

  it('says once what becomes of what is written to somebody who is away, until they come', async () => {
    const session = inLobby();
    const bela = person('bela', 'b', { online: false });
    session.snapshot = { ...session.snapshot, people: [bela] };
    const plain = openPlain(session);
    await plain.printed('goes to #lobby');
    const me = { nick: 'me', fingerprint: peerId('e'), trust: 'verified' } as const;
    const say = (digit: string, state: 'pending' | 'relayed') => {
      const id = messageId(digit);
      const message = { ...{ id, time: '2026-01-31T09:15:02.123Z', sentTime: null, room: null } };
      session.emit({
        type: 'message',
        message: { ...message, peer: bela.fingerprint, from: me, text: 'psst', state: 'pending' },
      });
      const reason = state === 'pending' ? ('not-here' as const) : null;
      session.emit({ type: 'receipt', id, state, reason });
    };
    say('1', 'relayed');
    say('2', 'relayed');
    session.emit({ type: 'person', person: { ...bela, online: true } });
    say('3', 'relayed');
    session.emit({ type: 'person', person: bela });
    say('4', 'pending');
    plain.end();
    expect(await plain.status).toBe(0);
    const told = plain
      .stdout()
      .split('\n')
      .filter((line) => line.includes('is away'));
    expect(told).toEqual([
      '-- bela is away: it is kept for them until their lanchat fetches it, 7 days at most',
      '-- bela is away: it waits here and goes out when they come',
    ]);
  });

  it('tells history what stands on the terminal, but nothing of what was typed there', async () => {
    const session = inLobby();
    session.answer({ 'mark-read': () => ({}) });
    const plain = openPlain(session);
    await plain.printed('goes to #lobby');
    const bela = { nick: 'bela', fingerprint: peerId('b'), trust: 'known' } as const;
    const message = {
      ...{ id: messageId('2'), time: '2026-01-31T09:15:02.123Z', sentTime: null },
      ...{ room: null, peer: bela.fingerprint, from: bela, text: 'hello', state: null },
    };
    session.emit({ type: 'message', message });
    session.emit({
      type: 'message',
      message: { ...message, id: messageId('3'), room: '#lobby', peer: null, state: 'pending' },
    });
    plain.end();
    expect(await plain.status).toBe(0);
    expect(session.requests.filter((request) => request.do === 'mark-read')).toEqual([
      { do: 'mark-read', conversation: { peer: bela.fingerprint } },
    ]);
  });

  it('says that nothing is kept, where that is so', async () => {
    const session = inLobby();
    session.snapshot = { ...session.snapshot, ephemeral: true };
    const plain = openPlain(session);
    await plain.printed('goes to #lobby');
    plain.end();
    expect(await plain.status).toBe(0);
    expect(plain.stdout()).toMatch(/^-- Ephemeral: nothing is kept on this disk\.$/m);
  });

  it('tells of a disk that takes nothing, and when it does again', async () => {
    const session = inLobby();
    const plain = openPlain(session);
    await plain.printed('goes to #lobby');
    const problem = { code: 'no-space', message: 'no space left on the disk' };
    session.emit({ type: 'storage', problem });
    session.emit({ type: 'storage', problem: null });
    plain.end();
    expect(await plain.status).toBe(0);
    expect(plain.stdout()).toMatch(/^-- The disk takes nothing, .*: no space left on the disk$/m);
    expect(plain.stdout()).toMatch(/^-- The disk takes what is said again/m);
  });
});
