import { describe, expect, it } from 'vitest';
import { CommandError } from '../../src/cli/errors.ts';
import { MessageId } from '../../src/protocol/ids.ts';
import { messageId, onlineLink, relayFingerprint } from '../support/fake-session.ts';
import { asha, message, RpcRun, sentTexts, talkative } from '../support/rpc-run.ts';

/** The id of the nth message, from 0. */
function numbered(n: number): MessageId {
  const bytes = new Uint8Array(MessageId.sizeBytes);
  new DataView(bytes.buffer).setUint32(0, n);
  return MessageId.fromBytes(bytes);
}

describe('listen over rpc', () => {
  it('answers at ready, and then tells every event by its type', async () => {
    const session = talkative();
    const rpc = new RpcRun(session);
    rpc.call(1, 'listen');
    expect(await rpc.answer(1)).toEqual({
      ...{ jsonrpc: '2.0', id: 1 },
      result: { v: 1, type: 'ready', relay: onlineLink.relay, fingerprint: relayFingerprint },
    });
    session.emit({ type: 'message', message: message() });
    session.emit({ type: 'receipt', id: messageId('3'), state: 'delivered', reason: null });
    expect(await rpc.end()).toBe(0);
    const common = { v: 1, type: 'message', id: messageId('1'), time: message().time };
    expect(rpc.notifications()).toEqual([
      { jsonrpc: '2.0', method: 'message', params: { ...common, from: asha, text: 'hello' } },
      {
        ...{ jsonrpc: '2.0', method: 'receipt' },
        params: { v: 1, type: 'receipt', id: messageId('3'), state: 'delivered' },
      },
    ]);
  });

  it('is answered before what arrived meanwhile', async () => {
    const session = talkative();
    const release = session.hold('remembered');
    const rpc = new RpcRun(session);
    rpc.call(1, 'listen');
    await expect.poll(() => session.requests.some((each) => each.do === 'remembered')).toBe(true);
    session.emit({ type: 'message', message: message() });
    release({ rooms: [], relays: [] });
    await rpc.run.printed('"method":"message"');
    expect(rpc.messages().map(({ id, method }) => id ?? method)).toEqual([1, 'message']);
    expect(await rpc.end()).toBe(0);
  });

  it('begins with what history holds, joins, and tells of no other rooms', async () => {
    const session = talkative();
    const earlier = { ...message({ room: '#plans', peer: null, text: 'before' }), reason: null };
    session.answer({ since: () => ({ messages: [earlier], more: false }) });
    const rpc = new RpcRun(session);
    rpc.call(1, 'listen', { room: '#plans', join: ['#plans', '#other'], since: messageId('9') });
    await rpc.answer(1);
    session.emit({ type: 'message', message: message({ id: messageId('4'), room: '#other' }) });
    session.emit({ type: 'message', message: message({ id: messageId('5'), room: '#plans' }) });
    expect(await rpc.end()).toBe(0);
    expect(rpc.notifications().map(({ params }) => params)).toMatchObject([
      { text: 'before' },
      { id: messageId('5') },
    ]);
    const joins = session.requests.filter((each) => each.do === 'join');
    expect(joins).toEqual([
      { do: 'join', room: '#plans' },
      { do: 'join', room: '#other' },
    ]);
  });

  it('can be asked for once, and again where it did not begin', async () => {
    const rpc = new RpcRun(talkative());
    rpc.call(1, 'listen', { room: '#nowhere' });
    expect(await rpc.answer(1)).toMatchObject({ error: { data: { code: 'not-in-room' } } });
    rpc.call(2, 'listen');
    expect(await rpc.answer(2)).toHaveProperty('result');
    rpc.call(3, 'listen');
    expect(await rpc.answer(3)).toMatchObject({ error: { data: { code: 'bad-arguments' } } });
    expect(await rpc.end()).toBe(0);
  });

  it('ends all, as the command would, where the link has ended for good', async () => {
    const session = talkative();
    const rpc = new RpcRun(session);
    rpc.call(1, 'listen');
    await rpc.answer(1);
    session.emit({ type: 'link', link: { ...onlineLink, state: 'ended', reason: 'kicked' } });
    expect(await rpc.run.status).toBe(5);
    expect(rpc.messages().at(-1)).toMatchObject({
      ...{ jsonrpc: '2.0', method: 'error' },
      params: { v: 1, type: 'error', code: 'kicked' },
    });
    expect(rpc.run.stderr()).toMatch(/^lanchat: [^\n]+\n$/);
    expect(session.closed).toBe(true);
  });

  it('goes on with a session of its own when the owner of the profile ends', async () => {
    const [gone, own] = [talkative(), talkative()];
    const rpc = new RpcRun(own, { sessions: [gone, own] });
    rpc.call(1, 'listen');
    await rpc.answer(1);
    gone.emit({ type: 'link', link: { ...onlineLink, state: 'ended', reason: 'owner-gone' } });
    await rpc.run.printed('"method":"reconnected"');
    own.emit({ type: 'message', message: message() });
    rpc.call(2, 'send', { to: '@bela', text: 'still here' });
    expect(await rpc.answer(2)).toMatchObject({ result: { state: 'relayed' } });
    expect(await rpc.end()).toBe(0);
    const told = rpc.notifications().map(({ method }) => method);
    expect(told.slice(0, 3)).toEqual(['disconnected', 'reconnected', 'message']);
    expect(sentTexts(own)).toEqual(['still here']);
  });
});

describe('a reader who is behind', () => {
  const flood = message({ text: 'x'.repeat(60_000) });

  it('is given up when more than 16 MiB wait, in a sentence, and not before', async () => {
    const session = talkative();
    const rpc = new RpcRun(session);
    rpc.call(1, 'listen');
    await rpc.answer(1);
    rpc.run.stopReading();
    for (let count = 0; count < 200; count += 1) session.emit({ type: 'message', message: flood });
    await session.settled();
    expect(session.closed).toBe(false);
    for (let count = 0; count < 100; count += 1) session.emit({ type: 'message', message: flood });
    expect(await rpc.run.status).toBe(1);
    expect(rpc.run.stderr()).toMatch(/^lanchat: nobody reads stdout[^\n]+\n$/);
    expect(session.closed).toBe(true);
  });

  it('is asked for no more until it reads', async () => {
    const session = talkative();
    const rpc = new RpcRun(session);
    rpc.call(1, 'listen');
    await rpc.answer(1);
    rpc.run.stopReading();
    for (let count = 0; count < 3; count += 1) session.emit({ type: 'message', message: flood });
    rpc.call(2, 'rooms');
    rpc.call(3, 'send', { to: '@bela', text: 'later' });
    await session.settled();
    expect(sentTexts(session)).toEqual([]);
    rpc.run.readOn();
    expect(await rpc.answer(3)).toHaveProperty('result');
    expect(await rpc.end()).toBe(0);
  });

  it('gets no answer that is too long, and the next one', async () => {
    const session = talkative();
    const messages = Array.from({ length: 500 }, (_, n) => ({
      ...flood,
      id: numbered(n),
      reason: null,
    }));
    session.answer({ history: () => ({ messages, more: false }) });
    const rpc = new RpcRun(session);
    rpc.call(1, 'history', { conversation: '#plans', last: 500 });
    expect((await rpc.answer(1)).error).toMatchObject({ data: { code: 'answer-too-long' } });
    session.answer({ history: () => ({ messages: messages.slice(0, 200), more: false }) });
    for (const id of [2, 3]) {
      rpc.call(id, 'history', { conversation: '#plans', last: 200 });
      expect((await rpc.answer(id)).result).toHaveLength(200);
    }
    expect(await rpc.end()).toBe(0);
  });
});

describe('the end of lanchat rpc', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'by %s is %i, takes back what has not gone out, and answers nothing more',
    async (signal, status) => {
      const session = talkative('pending');
      const rpc = new RpcRun(session);
      rpc.call(1, 'send', { to: '@bela', text: 'hi' });
      await expect.poll(() => sentTexts(session)).toEqual(['hi']);
      await session.settled();
      rpc.run.interrupt(signal);
      expect(await rpc.run.status).toBe(status);
      expect(session.requests).toContainEqual({ do: 'cancel', id: messageId('1') });
      expect(rpc.run.stdout()).toBe('');
      expect(session.closed).toBe(true);
    },
  );

  it('is told in JSON-RPC, also with --json, where the profile can’t be opened', async () => {
    const refusal = new CommandError('locked-profile', 'a passphrase is needed');
    const rpc = new RpcRun(talkative(), { args: ['--json'], refusal });
    expect(await rpc.run.status).toBe(1);
    expect(rpc.messages()).toEqual([
      {
        ...{ jsonrpc: '2.0', method: 'error' },
        params: { v: 1, type: 'error', code: 'locked-profile', message: refusal.message },
      },
    ]);
  });

  it('comes quietly when nobody reads stdout any more', async () => {
    const session = talkative();
    const rpc = new RpcRun(session);
    rpc.call(1, 'listen');
    await rpc.answer(1);
    rpc.run.readerLeaves();
    session.emit({ type: 'message', message: message() });
    expect(await rpc.run.status).toBe(0);
    expect(rpc.run.stderr()).toBe('');
    expect(rpc.stdin.destroyed).toBe(true);
    expect(session.closed).toBe(true);
  });
});
