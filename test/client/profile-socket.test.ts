// Both ends of a profile's socket, and what a hostile or stuck process on the other side can do.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ClientEvent, Command } from '../../src/client/api.ts';
import { RemoteSession, serveSession } from '../../src/client/profile-socket.ts';
import { UsageError } from '../../src/protocol/errors.ts';

const ID = 'ab'.repeat(32);

interface Line {
  /** The other process's end. */
  readonly socket: Socket;
  /** The owner's end. */
  readonly served: Socket;
  readonly commands: Command[];
  emit(event: ClientEvent): void;
}

/** A real socket, as the folder's lock hands it out. */
async function openLine(answer: (command: Command) => unknown = () => ({})): Promise<Line> {
  const commands: Command[] = [];
  const listeners = new Set<(event: ClientEvent) => void>();
  const session = {
    request: async (command: Command) => {
      commands.push(command);
      return answer(command) as never;
    },
    subscribe(listener: (event: ClientEvent) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => undefined,
  };
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [served] = (await accepted) as [Socket];
  const emit = (event: ClientEvent) => {
    for (const tell of listeners) tell(event);
  };
  for (const end of [socket, served]) end.on('error', () => undefined);
  serveSession(session, served);
  onTestFinished(() => {
    server.close();
    socket.destroy();
    served.destroy();
  });
  return { socket, served, commands, emit };
}

function send(socket: Socket, ...values: unknown[]): void {
  socket.write(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}

describe('the owner of a profile', () => {
  it('hands on what a message has besides its words, and refuses what no client asks for', async () => {
    const id = 'ab'.repeat(16);
    const good = [
      { do: 'send', to: { room: '#a' }, text: 'x', kind: 'action', reply: id, mentions: [ID] },
      { do: 'react', id, emoji: '👍', on: true },
      { do: 'poll', room: '#a', question: 'q', choices: ['a', 'b'], anonymous: false },
      { do: 'timer', with: { peer: ID }, seconds: null },
      { do: 'close-poll', id },
    ];
    const { socket, commands } = await openLine();
    send(socket, ...good.map((command, index) => ({ id: index, command })));
    await expect.poll(() => commands).toEqual(good);
    const bad = [
      { do: 'send', to: { room: '#a' }, text: 'x', kind: 'change' },
      { do: 'send', to: { room: '#a' }, text: 'x', mentions: Array(33).fill(ID) },
      { do: 'react', id, emoji: '👍', on: 'yes' },
      { do: 'poll', room: '#a', question: 'q', choices: Array(101).fill('a'), anonymous: false },
      { do: 'vote', id, choice: null },
    ];
    for (const command of bad) {
      const line = await openLine();
      const closed = once(line.socket, 'close');
      send(line.socket, { id: 1, command });
      await closed;
      expect(line.commands).toEqual([]);
    }
  });

  it('answers each command under its number, and a refusal with its code', async () => {
    const { socket } = await openLine((command) => {
      if (command.do === 'join') throw new UsageError('bad-room', 'no such name');
      return { nick: 'asha' };
    });
    const remote = new RemoteSession(socket);
    const [nick, join] = await Promise.allSettled([
      remote.request({ do: 'nick', nick: 'asha' }),
      remote.request({ do: 'join', room: '#!' }),
    ]);
    expect(nick).toEqual({ status: 'fulfilled', value: { nick: 'asha' } });
    expect(join).toMatchObject({ reason: { code: 'bad-room', message: 'no such name' } });
  });

  it('takes every command that the api has', async () => {
    const { socket, commands } = await openLine();
    const all: unknown[] = [
      { do: 'snapshot' },
      { do: 'find-person', query: '@asha' },
      { do: 'send', to: { room: '#lobby' }, text: 'hello' },
      { do: 'send', to: { peer: ID }, text: 'hello' },
      { do: 'cancel', id: 'cd'.repeat(16) },
      ...['join', 'leave', 'visit', 'end-visit', 'prepare'].map((it) => ({ do: it, room: '#a' })),
      { do: 'find-room', query: '+ward 3' },
      { do: 'await-relayed', batch: 7, timeoutMs: 500 },
      { do: 'room-create', title: 'ward 3', readOnly: true, expireSeconds: null },
      { do: 'room-group', peers: [ID] },
      { do: 'room-invite', room: '+a', peers: [ID] },
      { do: 'room-remove', room: '+a', peers: [ID] },
      { do: 'room-answer', room: '+a', accept: true },
      { do: 'room-title', room: '+a', title: 'b' },
      { do: 'room-topic', room: '+a', topic: 'b' },
      { do: 'room-moderator', room: '+a', peer: ID, on: false },
      { do: 'room-transfer', room: '+a', peer: ID },
      { do: 'room-set', room: '+a', readOnly: false },
      { do: 'room-set', room: '+a', expireSeconds: null },
      { do: 'room-close', room: '+a' },
      { do: 'nick', nick: 'ben' },
      { do: 'safety-number', peer: ID },
      { do: 'trust', peer: ID },
      { do: 'words-start', peer: ID },
      ...[true, false].map((same) => ({ do: 'words-answer', peer: ID, same })),
      { do: 'verify', peer: ID, digits: null },
      { do: 'verify', peer: ID, digits: '12345' },
      { do: 'choose-relay', host: 'h', port: 1, fingerprint: null },
      { do: 'choose-relay', host: 'h', port: 65_535, fingerprint: ID },
      { do: 'choose-relay', host: 'h', port: 1, fingerprint: ID.slice(0, 16) },
      ...['retry', 'go-online', 'conversations', 'settings', 'remembered', 'invitations'].map(
        (it) => ({ do: it }),
      ),
      { do: 'history', conversation: { room: '#a' }, before: null, limit: 1 },
      { do: 'history', conversation: { peer: ID }, before: 'cd'.repeat(16), limit: 500 },
      { do: 'history', conversation: { room: '#a' }, after: null, limit: 1 },
      { do: 'history', conversation: { peer: ID }, after: 'cd'.repeat(16), limit: 500 },
      { do: 'first-since', conversation: { room: '#a' }, timeMs: 1.5 },
      { do: 'since', id: 'cd'.repeat(16), limit: 1 },
      { do: 'search', query: 'tea', conversation: null, limit: 1 },
      { do: 'search', query: 'tea', conversation: { room: '#a' }, limit: 1 },
      { do: 'mark-read', conversation: { room: '#a' } },
      { do: 'delete-conversation', conversation: { peer: ID } },
      ...['delete-message', 'who-read'].map((it) => ({ do: it, id: 'cd'.repeat(16) })),
      { do: 'typing', to: { peer: ID } },
      { do: 'conversation-settings', with: { room: '#a' }, change: { sendRead: null } },
      { do: 'conversation-settings', with: { peer: ID }, change: { sendTyping: false } },
      { do: 'set', change: { keepDays: 7 } },
      { do: 'drafts' },
      { do: 'draft', conversation: { room: '#a' }, text: 'half a sent' },
      { do: 'set', change: { showDelivered: false } },
    ];
    send(socket, ...all.map((command, id) => ({ id, command })));
    await expect.poll(() => commands).toEqual(all);
  });

  it.each<[string, unknown]>([
    ['an unknown command', { do: 'quit' }],
    ['a missing field', { do: 'nick' }],
    ['one too many', { do: 'retry', now: true }],
    ['a peer that is no fingerprint', { do: 'trust', peer: '../../etc' }],
    ['a destination of both kinds', { do: 'send', to: { peer: ID, room: '#a' }, text: 'x' }],
    ['a text that is none', { do: 'send', to: { room: '#a' }, text: 7 }],
    ['a text beyond any message', { do: 'nick', nick: 'x'.repeat(300_000) }],
    ['a port that is none', { do: 'choose-relay', host: 'h', port: 0, fingerprint: null }],
    ['half a fingerprint', { do: 'choose-relay', host: 'h', port: 1, fingerprint: 'ab' }],
    ['a page of no end', { do: 'history', conversation: { room: '#a' }, limit: 1 }],
    [
      'a page of two ends',
      { do: 'history', conversation: { room: '#a' }, before: null, after: null, limit: 1 },
    ],
    ['a page of nothing', { do: 'since', id: 'cd'.repeat(16), limit: 0 }],
    ['a time that is none', { do: 'first-since', conversation: { room: '#a' }, timeMs: '1' }],
    ['a change of what nobody sets', { do: 'set', change: { rooms: [] } }],
    ['people who are none', { do: 'room-invite', room: '+a', peers: ['bela'] }],
    ['a wait of no length', { do: 'await-relayed', batch: 7, timeoutMs: -1 }],
    ['a prototype', JSON.parse('{"do":"nick","nick":"a","__proto__":{"x":1}}')],
  ])('ends the connection of a process that sends %s, unrun', async (_what, command) => {
    const { socket, commands } = await openLine();
    send(socket, { id: 1, command }, { id: 2, command: { do: 'retry' } });
    socket.resume();
    await once(socket, 'close');
    expect(commands).toEqual([]);
  });

  it('ends on lines that are no requests', async () => {
    const isRequest = (text: string) => text.includes('command');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        fc.pre(!isRequest(text) && !text.includes('\n'));
        const { socket, commands } = await openLine();
        socket.write(`${text}\n`);
        socket.resume();
        await once(socket, 'close');
        expect(commands).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it('ends on a line that never does', async () => {
    const { socket, served, commands } = await openLine();
    const piece = 'x'.repeat(64 * 1024);
    const ended = once(served, 'close');
    let sent = 0;
    while (!served.destroyed && sent < 64) {
      socket.write(piece);
      sent += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await ended;
    expect(served.bytesRead).toBeLessThan(2 * 1024 * 1024);
    expect(commands).toEqual([]);
  });

  it('lets go of a process that does not read its events', async () => {
    const { socket, served, emit } = await openLine();
    socket.pause();
    const text = 'x'.repeat(60_000);
    for (let n = 0; n < 800 && !served.destroyed; n++) emit({ type: 'announcement', text });
    expect(served.destroyed).toBe(true);
    await once(served, 'close');
    emit({ type: 'announcement', text });
  });

  it('ends the visits of a process with it, each as often as it began', async () => {
    const { socket, commands } = await openLine();
    const remote = new RemoteSession(socket);
    for (const room of ['#a', '#a', '#b', '#c']) await remote.request({ do: 'visit', room });
    await remote.request({ do: 'end-visit', room: '#a' });
    await remote.request({ do: 'join', room: '#d' });
    const before = commands.length;
    await remote.close();
    const ends = () => commands.slice(before).map((c) => (c.do === 'end-visit' ? c.room : c.do));
    await expect.poll(() => ends().sort()).toEqual(['#a', '#b', '#c']);
  });

  it('ends no visit that was refused, and one that began as the process ended', async () => {
    let begin: () => void = () => undefined;
    const { socket, served, commands } = await openLine(async (command) => {
      if (command.do !== 'visit') return {};
      if (command.room === '#no') throw new UsageError('bad-room', 'no');
      await new Promise<void>((resolve) => {
        begin = resolve;
      });
      return {};
    });
    const remote = new RemoteSession(socket);
    await expect(remote.request({ do: 'visit', room: '#no' })).rejects.toThrow();
    const visit = remote.request({ do: 'visit', room: '#slow' });
    await expect.poll(() => commands.length).toBe(2);
    socket.destroy();
    await expect(visit).rejects.toMatchObject({ code: 'owner-gone' });
    if (!served.destroyed) await once(served, 'close');
    begin();
    await expect.poll(() => commands.slice(2)).toEqual([{ do: 'end-visit', room: '#slow' }]);
  });

  it('says of a bug of its own that it is one', async () => {
    const { socket } = await openLine(() => {
      throw new TypeError('undefined is not a function');
    });
    await expect(new RemoteSession(socket).request({ do: 'retry' })).rejects.toMatchObject({
      code: 'bug',
    });
  });
});

describe('a process that goes through the owner', () => {
  it('gets every event in order, until it stops listening', async () => {
    const { socket, emit } = await openLine();
    const remote = new RemoteSession(socket);
    await remote.request({ do: 'retry' });
    const heard: string[] = [];
    const stop = remote.subscribe((event) => {
      if (event.type === 'announcement') heard.push(event.text);
    });
    for (const text of ['a', 'b\nc', '\u2028']) emit({ type: 'announcement', text });
    await remote.request({ do: 'retry' });
    stop();
    emit({ type: 'announcement', text: 'd' });
    await remote.request({ do: 'retry' });
    expect(heard).toEqual(['a', 'b\nc', '\u2028']);
  });

  it('hears when the owner is gone, and is refused everything from then on', async () => {
    const { socket, served } = await openLine(() => new Promise(() => undefined));
    const remote = new RemoteSession(socket);
    const links: unknown[] = [];
    remote.subscribe((event) => links.push(event));
    const pending = remote.request({ do: 'snapshot' });
    served.destroy();
    await expect(pending).rejects.toMatchObject({ code: 'owner-gone' });
    expect(links).toMatchObject([{ type: 'link', link: { state: 'ended', reason: 'owner-gone' } }]);
    await expect(remote.request({ do: 'retry' })).rejects.toMatchObject({ code: 'owner-gone' });
  });

  it('reads the largest snapshot there is, and goes on', async () => {
    const who = { nick: 'n'.repeat(32), fingerprint: ID, petname: 'p'.repeat(32) };
    const person = { ...who, trust: 'verified', status: '"'.repeat(140), online: true };
    const people = Array.from({ length: 5_000 }, (_, n) => ({
      ...{ ...person, ambiguous: true, keyChangedFrom: Array(9).fill(ID) },
      // As many as there may be contacts.
      ...(n < 2_000 && { note: '"'.repeat(1_000) }),
    }));
    const members = Array(256).fill(ID);
    const room = { name: `+${ID}`, kind: 'group', members, invited: members, moderators: members };
    const publicRoom = { name: '#a', kind: 'public', members: Array(1_256).fill(ID) };
    for (const each of [room, publicRoom]) {
      const snapshot = { people, rooms: Array(64).fill(each) };
      const { socket, emit } = await openLine(() => snapshot);
      const remote = new RemoteSession(socket);
      const reply = remote.request({ do: 'snapshot' });
      const heard: string[] = [];
      remote.subscribe(({ type }) => heard.push(type));
      emit({ type: 'announcement', text: 'a' });
      expect((await reply).people).toHaveLength(5_000);
      emit({ type: 'announcement', text: 'b' });
      await expect.poll(() => heard).toEqual(['announcement', 'announcement']);
    }
    // Control: one that can't be is not read.
    const { socket } = await openLine(() => 'x'.repeat(17 * 1024 * 1024));
    const endless = new RemoteSession(socket).request({ do: 'snapshot' });
    await expect(endless).rejects.toMatchObject({ code: 'owner-gone' });
  });

  it('ends on an answer that makes no sense', async () => {
    const { socket, served } = await openLine();
    new RemoteSession(socket);
    served.write('{"id":"x"}\n');
    await once(socket, 'close');
  });
});
