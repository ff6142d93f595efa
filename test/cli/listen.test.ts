import { describe, expect, it } from 'vitest';
import type { ClientEvent, Message } from '../../src/client/api.ts';
import { runCommand } from '../support/command.ts';
import {
  FakeSession,
  messageId,
  onlineLink,
  peerId,
  person,
  readyEvent,
  relayFingerprint,
} from '../support/fake-session.ts';

const asha = { nick: 'asha', fingerprint: peerId('a'), trust: 'verified' } as const;

function message(change: Partial<Message> = {}): ClientEvent {
  return {
    type: 'message',
    message: {
      id: messageId('1'),
      time: '2026-01-31T09:15:02.123Z',
      sentTime: null,
      room: '#general',
      peer: null,
      from: asha,
      text: 'hello',
      state: null,
      ...change,
    },
  };
}

function inRooms(...names: string[]): FakeSession {
  const session: FakeSession = new FakeSession({ join: ({ room }) => ({ room }) });
  const rooms = names.map((name) => ({ name, kind: 'public' as const, members: [] }));
  session.snapshot = { ...session.snapshot, rooms };
  return session;
}

describe('lanchat listen', () => {
  it('says ready first, then each message as CLI.md shows it, and leaves after --count', async () => {
    const session = inRooms('#general');
    const run = runCommand(['listen', '--count', '2', '--json'], { session });
    await run.printed('ready');
    session.emit(message());
    session.emit(message({ room: null, peer: asha.fingerprint, text: 'psst' }));
    session.emit(message({ text: 'one too many' }));
    expect(await run.status).toBe(0);
    const common = { v: 1, type: 'message', id: messageId('1'), time: '2026-01-31T09:15:02.123Z' };
    expect(run.records()).toEqual([
      { v: 1, type: 'ready', relay: onlineLink.relay, fingerprint: relayFingerprint },
      { ...common, room: '#general', from: asha, text: 'hello' },
      { ...common, from: asha, text: 'psst' },
    ]);
    expect(session.closed).toBe(true);
    expect(session.listeners).toBe(0);
  });

  it('leaves out whatever somebody ignored says: words, edits, that they type, invitations', async () => {
    const session = inRooms('#general');
    const run = runCommand(['listen', '--json'], { session });
    await run.printed('ready');
    const said = (from: Message['from']) => {
      const event = message({ from });
      if (event.type !== 'message') return;
      session.emit(event);
      session.emit({ type: 'message-changed', message: { ...event.message, reason: null } });
      session.emit({ type: 'typing', from, room: null });
      const asked = { room: `+${'d'.repeat(64)}`, title: 'hey', time: event.message.time };
      session.emit({ type: 'invitation', invitation: { ...asked, from, accepted: false } });
    };
    said({ ...asha, ignored: true });
    // Control: of anybody else all of it is told.
    said(asha);
    await run.printed('"invitation"');
    run.interrupt('SIGINT');
    await run.status;
    const types = run.records().map(({ type }) => type);
    expect(types).toEqual(['ready', 'message', 'changed', 'typing', 'invitation']);
  });

  it('tells what is deleted here, and of a disk that takes nothing, each in one shape', async () => {
    const session = inRooms('#general');
    session.snapshot = { ...session.snapshot, people: [person('bela', 'b')] };
    const run = runCommand(['listen', '--count', '1', '--json'], { session });
    await run.printed('ready');
    const problem = { code: 'no-space', message: 'no space left; free some' };
    const conversation = { peer: peerId('b') };
    session.emit({ type: 'deleted', conversation, id: messageId('7'), messages: 1 });
    session.emit({ type: 'deleted', conversation: { room: '#general' }, id: null, messages: 3 });
    session.emit({ type: 'storage', problem });
    session.emit({ type: 'storage', problem: null });
    session.emit(message());
    expect(await run.status).toBe(0);
    const peer = { nick: 'bela', fingerprint: peerId('b'), trust: 'known' };
    expect(run.records().slice(1, -1)).toEqual([
      { v: 1, type: 'deleted', peer, id: messageId('7'), messages: 1 },
      { v: 1, type: 'deleted', room: '#general', messages: 3 },
      { v: 1, type: 'storage', problem },
      { v: 1, type: 'storage', problem: null },
    ]);
  });

  it('waits for ready, and prints after it what arrived in between', async () => {
    const session = inRooms();
    session.snapshot = { ...session.snapshot, ready: false };
    const run = runCommand(['listen', '--count', '1', '--json'], { session });
    await expect.poll(() => session.listeners).toBeGreaterThan(1);
    session.emit(message());
    session.emit(readyEvent);
    expect(await run.status).toBe(0);
    expect(run.records().map((record) => record.type)).toEqual(['ready', 'message']);
  });

  it('joins before it is ready', async () => {
    const session = inRooms();
    const run = runCommand(['listen', '--join', '#General', '--join', '#two', '--json'], {
      session,
    });
    await run.printed('ready');
    expect(session.requests.filter((request) => request.do === 'join')).toEqual([
      { do: 'join', room: '#general' },
      { do: 'join', room: '#two' },
    ]);
    run.interrupt('SIGINT');
    expect(await run.status).toBe(130);
  });

  it('joins the rooms that the profile remembers, where its owner is not in them', async () => {
    const session = inRooms('#general');
    session.answer({ remembered: () => ({ rooms: ['#general', '#ward-3'], relays: [] }) });
    const run = runCommand(['listen', '#ward-3', '--json'], { session });
    await run.printed('ready');
    expect(session.requests.filter((request) => request.do === 'join')).toEqual([
      { do: 'join', room: '#ward-3' },
    ]);
    run.interrupt('SIGINT');
    expect(await run.status).toBe(130);
  });

  it('shows only the rooms that were named', async () => {
    const session = inRooms('#general', '#other');
    const run = runCommand(['listen', '#other', '--count', '1', '--json'], { session });
    await run.printed('ready');
    session.emit(message());
    session.emit(message({ room: null, peer: asha.fingerprint }));
    session.emit({ type: 'joined', room: '#general', who: asha });
    session.emit({ type: 'joined', room: '#other', who: asha });
    session.emit(message({ room: '#other' }));
    expect(await run.status).toBe(0);
    expect(run.records().slice(1)).toMatchObject([
      { type: 'joined', room: '#other' },
      { type: 'message', room: '#other' },
    ]);
  });

  it('exits 1 for a room that the profile is not in, and says how to join', async () => {
    const run = runCommand(['listen', '#elsewhere', '--json'], { session: inRooms() });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'not-in-room' }]);
    expect(run.stderr()).toContain("--join '#elsewhere'");
  });

  it("does not repeat this profile's own messages", async () => {
    const session = inRooms('#general');
    const run = runCommand(['listen', '--count', '1', '--json'], { session });
    await run.printed('ready');
    session.emit(message({ state: 'relayed', text: 'mine' }));
    session.emit(message());
    expect(await run.status).toBe(0);
    expect(run.stdout()).not.toContain('mine');
  });

  it('gives every other event the shape of CLI.md', async () => {
    const session = inRooms('#general');
    const run = runCommand(['listen', '--json'], { session });
    await run.printed('ready');
    const events: ClientEvent[] = [
      { type: 'joined', room: '#general', who: asha },
      { type: 'left', room: '#general', who: asha },
      { type: 'receipt', id: messageId('2'), state: 'delivered', reason: null },
      { type: 'receipt', id: messageId('2'), state: 'failed', reason: 'expired' },
      { type: 'key-changed', nick: 'asha', was: peerId('a'), now: peerId('b'), trust: 'known' },
      { type: 'disconnected', reason: 'silent' },
      { type: 'reconnected' },
      { type: 'announcement', text: 'lunch' },
      { type: 'gap', from: asha, room: null, missing: 2 },
      { type: 'error', code: 'fork', message: 'twice' },
      { type: 'person', person: person('bela', 'b') },
      { type: 'link', link: onlineLink },
      readyEvent,
    ];
    for (const event of events) session.emit(event);
    run.interrupt('SIGTERM');
    expect(await run.status).toBe(143);
    expect(run.records().slice(1)).toEqual([
      { v: 1, type: 'joined', room: '#general', who: asha },
      { v: 1, type: 'left', room: '#general', who: asha },
      { v: 1, type: 'receipt', id: messageId('2'), state: 'delivered' },
      { v: 1, type: 'receipt', id: messageId('2'), state: 'failed', reason: 'expired' },
      {
        v: 1,
        type: 'key-changed',
        nick: 'asha',
        was: peerId('a'),
        now: peerId('b'),
        trust: 'known',
      },
      { v: 1, type: 'disconnected', reason: 'silent' },
      { v: 1, type: 'reconnected' },
      { v: 1, type: 'announcement', text: 'lunch' },
      { v: 1, type: 'gap', from: asha, missing: 2 },
      { v: 1, type: 'error', code: 'fork', message: 'twice' },
    ]);
  });

  it('lets no remote control character through, to a person or in JSON', async () => {
    const hostile = 'a\u001b[2Jb\u0007\u202ec\u2028-- bela joined #x\ud83d\u{e0041}';
    for (const args of [
      ['listen', '--count', '1'],
      ['listen', '--count', '1', '--json'],
    ]) {
      const session = inRooms('#general');
      const run = runCommand(args, { session });
      await run.printed('ready');
      session.emit(message({ text: hostile, from: { ...asha, nick: 'as\u001b[31mha' } }));
      expect(await run.status).toBe(0);
      expect(run.stdout()).not.toMatch(/[^\P{C}\n]|[\u2028\u202e]/u);
    }
  });

  it('indents every further line of a message, so that none can pass for one of ours', async () => {
    const session = inRooms('#general');
    const run = runCommand(['listen', '--count', '1'], { session });
    await run.printed('ready');
    session.emit(message({ text: 'hi\n-- bela joined #general\r\n12:00 @bela: forged' }));
    expect(await run.status).toBe(0);
    const [, , ...further] = run.stdout().trimEnd().split('\n');
    expect(further).toHaveLength(2);
    for (const line of further) expect(line).toMatch(/^ {6}\S/);
  });

  it('ends with the reason when the relay sends it away', async () => {
    const session = inRooms();
    const run = runCommand(['listen', '--json'], { session });
    await run.printed('ready');
    session.emit({ type: 'link', link: { ...onlineLink, state: 'ended', reason: 'replaced' } });
    expect(await run.status).toBe(5);
    expect(run.records().at(-1)).toMatchObject({ type: 'error', code: 'replaced' });
  });

  it('goes on with a session of its own when the owner of the profile ends', async () => {
    const [owners, own] = [inRooms('#general'), inRooms('#general')];
    const run = runCommand(['listen', '--count', '1', '--json'], { sessions: [owners, own] });
    await run.printed('ready');
    owners.emit({ type: 'link', link: { ...onlineLink, state: 'ended', reason: 'owner-gone' } });
    await run.printed('reconnected');
    own.emit(message());
    expect(await run.status).toBe(0);
    expect(run.records().map(({ type }) => type)).toEqual([
      ...['ready', 'disconnected', 'reconnected', 'message'],
    ]);
    expect(owners.closed && own.closed).toBe(true);
  });

  it.each([
    ['a count of nothing', ['listen', '--count', '0']],
    ['a count that is no number', ['listen', '--count', 'x']],
    ['a room without #', ['listen', 'general']],
    ['a room that can not be', ['listen', '--join', '#']],
  ])('exits 1 on %s', async (_what, args) => {
    expect(await runCommand(args, { session: inRooms() }).status).toBe(1);
  });
});
