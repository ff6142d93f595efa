import { describe, expect, it } from 'vitest';
import { CommandError } from '../../src/cli/errors.ts';
import { messageId, peerId, person } from '../support/fake-session.ts';
import { message, RpcRun, sentTexts, talkative } from '../support/rpc-run.ts';
import { transfer } from '../support/shared-files.ts';

describe('lanchat rpc', () => {
  it('answers with the object that the command prints, and ends with 0 when stdin does', async () => {
    const session = talkative();
    const rpc = new RpcRun(session);
    rpc.call(1, 'send', { to: '@bela', text: 'hello  there' });
    expect(await rpc.answer(1)).toEqual({
      ...{ jsonrpc: '2.0', id: 1 },
      result: { v: 1, type: 'sent', id: messageId('1'), to: peerId('b'), state: 'relayed' },
    });
    expect(await rpc.end()).toBe(0);
    expect(sentTexts(session)).toEqual(['hello  there']);
    expect(session.closed).toBe(true);
    expect(rpc.run.opened).toMatchObject([{ rooms: 'join', exclusive: false }]);
  });

  it('answers with a list where the command prints many lines', async () => {
    const rpc = new RpcRun(talkative());
    rpc.call('who', 'peers');
    const { result } = await rpc.answer('who');
    expect(result).toEqual([
      { v: 1, type: 'peer', nick: 'bela', fingerprint: peerId('b'), trust: 'known', online: true },
      { v: 1, type: 'peer', nick: 'chen', fingerprint: peerId('c'), trust: 'known', online: true },
    ]);
    rpc.call('where', 'rooms', {});
    expect(await rpc.answer('where')).toMatchObject({ result: [] });
    expect(await rpc.end()).toBe(0);
  });

  it('opens one session, however much it is asked', async () => {
    const session = talkative();
    const rpc = new RpcRun(session);
    for (const id of [1, 2, 3]) rpc.call(id, 'peers');
    for (const id of [1, 2, 3]) await rpc.answer(id);
    expect(rpc.run.opened).toHaveLength(1);
    expect(await rpc.end()).toBe(0);
    // The one that looks out for the end of the profile's owner.
    expect(session.listeners).toBe(1);
  });

  it('sends files, and answers with how each stands; stdin is its own', async () => {
    const session = talkative();
    const id = messageId('1');
    const done = transfer({ id, state: 'done', bytes: 1_000 });
    session.answer({
      'send-file': () => ({ id, transfer: done }),
      message: () => ({ message: null }),
    });
    const rpc = new RpcRun(session);
    rpc.call(1, 'file send', { to: '@bela', path: ['package.json'], text: 'here' });
    expect(await rpc.answer(1)).toMatchObject({ result: [{ type: 'file', id, state: 'done' }] });
    rpc.call(2, 'file send', { to: '@bela', path: '-' });
    expect(await rpc.answer(2)).toMatchObject({ error: { data: { code: 'bad-arguments' } } });
    rpc.call(3, 'file send', { to: '@bela', path: '-', name: 'x' });
    expect(await rpc.answer(3)).toMatchObject({ error: { data: { code: 'bad-arguments' } } });
    // What waits when the answer is over goes on, since this process does.
    const waiting = transfer({ id, state: 'waiting', reason: 'not-here' });
    session.answer({ 'send-file': () => ({ id, transfer: waiting }) });
    rpc.call(4, 'file send', { to: '@bela', path: 'package.json', timeout: 0.05 });
    expect(await rpc.answer(4)).toMatchObject({ error: { data: { code: 'not-here' } } });
    expect(session.requests.map((request) => request.do)).not.toContain('cancel-file');
    expect(await rpc.end()).toBe(0);
  });

  it('takes every option of the command by its name', async () => {
    const history = { messages: [{ ...message(), reason: null }], more: false };
    const session = talkative();
    session.answer({ history: () => history, search: () => history });
    const rpc = new RpcRun(session);
    rpc.call(1, 'history', { conversation: '#plans', last: 7, before: messageId('9') });
    rpc.call(2, 'search', { words: ['blood', 'pressure'], in: '#plans', last: '3' });
    expect(await rpc.answer(1)).toMatchObject({ result: [{ type: 'message', text: 'hello' }] });
    expect(await rpc.answer(2)).toMatchObject({ result: [{ type: 'message', text: 'hello' }] });
    expect(await rpc.end()).toBe(0);
    const conversation = { room: '#plans' };
    expect(session.requests).toContainEqual({
      ...{ do: 'history', conversation, before: messageId('9'), limit: 7 },
    });
    expect(session.requests).toContainEqual({
      ...{ do: 'search', conversation, query: 'blood pressure', limit: 3 },
    });
  });

  it.each([
    ['-', '-'],
    ['--help', '--help'],
    ['--', '--'],
    ['--wait=delivered', '--wait=delivered'],
    ['two\nlines\n', 'two\nlines\n'],
    ['\u0000\u001b[2J', '\u0000\u001b[2J'],
  ])('sends the text %j as it is', async (text, sent) => {
    const session = talkative();
    const rpc = new RpcRun(session);
    rpc.call(1, 'send', { to: '@bela', text });
    expect(await rpc.answer(1)).toMatchObject({ result: { state: 'relayed' } });
    expect(await rpc.end()).toBe(0);
    expect(sentTexts(session)).toEqual([sent]);
  });

  it('joins and leaves rooms', async () => {
    const rpc = new RpcRun(talkative());
    rpc.call(1, 'join', { room: '#Plans' });
    rpc.call(2, 'leave', { room: '#plans' });
    expect(await rpc.answer(1)).toMatchObject({
      result: { v: 1, type: 'membership', room: '#plans', joined: true },
    });
    expect(await rpc.answer(2)).toMatchObject({ result: { room: '#plans', joined: false } });
    expect(await rpc.end()).toBe(0);
  });

  it('visits a room once, however often it speaks there', async () => {
    const session = talkative();
    const rpc = new RpcRun(session);
    for (const id of [1, 2, 3]) rpc.call(id, 'send', { to: '#ward-3', text: `text ${id}` });
    for (const id of [1, 2, 3]) await rpc.answer(id);
    expect(await rpc.end()).toBe(0);
    const count = (name: string) => session.requests.filter((each) => each.do === name).length;
    expect(count('visit') - count('end-visit')).toBe(1);
  });
});

describe('errors of lanchat rpc', () => {
  it.each([
    ['unknown-person', -32001],
    ['no-relay', -32003],
    ['key-changed', -32004],
    ['quota', -32005],
    ['not-here', -32006],
  ])('carry the code %s, and its exit status as %i', async (code, number) => {
    const session = talkative();
    session.answer({ send: () => Promise.reject(new CommandError(code, 'what to do')) });
    const rpc = new RpcRun(session);
    rpc.call(1, 'send', { to: '@bela', text: 'hi' });
    expect(await rpc.answer(1)).toEqual({
      ...{ jsonrpc: '2.0', id: 1 },
      error: { code: number, message: 'what to do', data: { code } },
    });
    expect(await rpc.end()).toBe(0);
  });

  it('are JSON-RPC’s own for a bug, which -v shows', async () => {
    const session = talkative();
    session.answer({ send: () => Promise.reject(new TypeError('oh')) });
    const rpc = new RpcRun(session, { args: ['-v'] });
    rpc.call(1, 'send', { to: '@bela', text: 'hi' });
    expect(await rpc.answer(1)).toMatchObject({ error: { code: -32603, data: { code: 'bug' } } });
    expect(await rpc.end()).toBe(0);
    expect(rpc.run.stderr()).toContain('TypeError: oh');
  });

  it.each([
    ['an unknown method', 'sned', {}, -32601, 'sned'],
    ['a command that is no method', 'wipe', { yes: true }, -32601, 'wipe'],
    ['a method of objects', 'constructor', {}, -32601, 'constructor'],
    ['an unknown parameter', 'send', { to: '@bela', text: 'x', txet: 1 }, -32602, '"txet"'],
    ['a common option', 'peers', { home: '/tmp' }, -32602, '"home"'],
    ['what reads stdin', 'send', { to: '@bela', text: 'x', lines: true }, -32602, '"lines"'],
    ['a missing parameter', 'send', { text: 'x' }, -32602, '"to"'],
    ['a text that would come from stdin', 'send', { to: '@bela' }, -32602, '"text"'],
    ['a value without its name', 'set', { value: '3' }, -32602, '"value"'],
    ['params by position', 'send', ['@bela', 'hi'], -32602, 'named'],
    ['an object for a word', 'send', { to: {}, text: 'x' }, -32602, '"to"'],
    ['null for a word', 'send', { to: null, text: 'x' }, -32602, '"to"'],
    ['a list for one word', 'send', { to: ['@bela'], text: 'x' }, -32602, '"to"'],
    ['true for a value', 'history', { last: true }, -32602, '"last"'],
    ['a word for true or false', 'delete', { what: '#a', yes: 'yes' }, -32602, '"yes"'],
    ['a list in a list', 'send', { to: '@bela', text: [['x']] }, -32602, '"text"'],
  ])('name %s and send nothing', async (_what, method, params, code, said) => {
    const session = talkative();
    const rpc = new RpcRun(session);
    rpc.call(1, method, params);
    const { error } = await rpc.answer(1);
    expect(error).toMatchObject({ code, message: expect.stringContaining(said) });
    expect(await rpc.end()).toBe(0);
    expect(session.requests).toEqual([]);
  });

  it('name a parameter called __proto__ too', async () => {
    const rpc = new RpcRun(talkative());
    rpc.say('{"jsonrpc":"2.0","id":1,"method":"peers","params":{"__proto__":{"timeout":1}}}');
    expect(await rpc.answer(1)).toMatchObject({ error: { code: -32602 } });
    expect(await rpc.end()).toBe(0);
  });

  it('leave what a value may be to the command', async () => {
    const rpc = new RpcRun(talkative());
    rpc.call(1, 'send', { to: '@bela', text: 'x', wait: 'read' });
    rpc.call(2, 'history', { conversation: '#a', last: 1e21 });
    rpc.call(3, 'peers', { timeout: 0 });
    rpc.call(4, 'delete', { what: '#a' });
    rpc.call(5, 'send', { to: '@bela', text: '\ud800' });
    const codes = ['bad-wait', 'bad-count', 'bad-timeout', 'not-confirmed', 'bad-text'];
    for (const [index, code] of codes.entries()) {
      expect(await rpc.answer(index + 1)).toMatchObject({
        error: { code: -32001, data: { code } },
      });
    }
    expect(await rpc.end()).toBe(0);
  });

  it('are given after the time that one request allows', async () => {
    const rpc = new RpcRun(talkative('pending'));
    rpc.call(1, 'send', { to: '@bela', text: 'x', timeout: 0.05 });
    expect(await rpc.answer(1)).toMatchObject({
      error: { code: -32006, data: { code: 'timeout' } },
    });
    expect(await rpc.end()).toBe(0);
  });
});

describe('requests at the same time', () => {
  it('answers one that is quick before one that waits', async () => {
    const session = talkative();
    const release = session.hold('find-person');
    const rpc = new RpcRun(session);
    rpc.call('slow', 'send', { to: '@bela', text: 'hi' });
    rpc.call('quick', 'rooms');
    await rpc.answer('quick');
    expect(rpc.messages()).toHaveLength(1);
    release({ matches: [person('bela', 'b')] });
    expect(await rpc.answer('slow')).toMatchObject({ result: { state: 'relayed' } });
    expect(await rpc.end()).toBe(0);
  });

  it('sends to one place in the order of the lines, by whichever name', async () => {
    const session = talkative();
    let slow = true;
    session.answer({
      // The first name takes the longest to be found.
      'find-person': async () => {
        if (slow) {
          slow = false;
          for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
        }
        return { matches: [person('bela', 'b')] };
      },
    });
    const rpc = new RpcRun(session);
    const names = ['@bela', 'bela', peerId('b'), '@bela'];
    for (const [id, to] of names.entries()) rpc.call(id, 'send', { to, text: `text ${id}` });
    expect(await rpc.end()).toBe(0);
    expect(sentTexts(session)).toEqual(['text 0', 'text 1', 'text 2', 'text 3']);
  });

  it('lets the next message go while one waits for its receipt, and after one that is refused', async () => {
    const session = talkative();
    let count = 0;
    session.answer({
      send: () => {
        count += 1;
        if (count === 2) throw new CommandError('quota', 'too much');
        return { id: messageId(count.toString()) };
      },
    });
    const rpc = new RpcRun(session);
    for (const id of [1, 2, 3]) rpc.call(id, 'send', { to: '@bela', text: `text ${id}` });
    expect(await rpc.answer(2)).toHaveProperty('error');
    await expect.poll(() => sentTexts(session)).toEqual(['text 1', 'text 2', 'text 3']);
    for (const id of ['3', '1']) {
      session.emit({ type: 'receipt', id: messageId(id), state: 'relayed', reason: null });
      await rpc.answer(Number(id));
    }
    expect(await rpc.end()).toBe(0);
    expect(rpc.messages().map(({ id }) => id)).toEqual([2, 3, 1]);
  });

  it('lets nobody wait longer for the ones before than its own time allows, and keeps the order of the others', async () => {
    const session = talkative();
    const bela = { matches: [person('bela', 'b')] };
    let release = () => {};
    const slow = new Promise<typeof bela>((resolve) => {
      release = () => resolve(bela);
    });
    session.answer({ 'find-person': ({ query }) => (query === '@slow' ? slow : bela) });
    const rpc = new RpcRun(session, { args: ['--timeout', '60'] });
    rpc.call(1, 'send', { to: '@slow', text: 'first' });
    rpc.call(2, 'send', { to: '@bela', text: 'second', timeout: 0.05 });
    rpc.call(3, 'send', { to: '@bela', text: 'third' });
    expect(await rpc.answer(2)).toMatchObject({ error: { data: { code: 'timeout' } } });
    // All that needs no clock has happened.
    await new Promise((resolve) => setImmediate(resolve));
    expect(sentTexts(session)).toEqual([]);
    release();
    expect(await rpc.end()).toBe(0);
    expect(sentTexts(session)).toEqual(['first', 'third']);
  });

  it('lets what follows a change go while that waits for its receipt', async () => {
    const session = talkative();
    session.answer({
      message: () => ({ message: { ...message(), reason: null } }),
      react: () => ({ id: messageId('7'), in: { peer: peerId('b') } }),
    });
    const rpc = new RpcRun(session);
    rpc.call(1, 'react', { id: messageId('1'), emoji: '👍' });
    rpc.call(2, 'send', { to: '@bela', text: 'second' });
    expect(await rpc.answer(2)).toHaveProperty('result');
    expect(rpc.messages().map(({ id }) => id)).toEqual([2]);
    session.emit({ type: 'receipt', id: messageId('7'), state: 'relayed', reason: null });
    await rpc.answer(1);
    expect(await rpc.end()).toBe(0);
  });

  it('changes a message behind all lines before, wherever they go, and ahead of all after', async () => {
    const session = talkative();
    session.answer({
      message: () => ({ message: { ...message(), reason: null } }),
      edit: () => ({ id: null, in: { peer: peerId('b') } }),
    });
    const enter = session.hold('visit');
    const rpc = new RpcRun(session, { args: ['--timeout', '60'] });
    rpc.call(1, 'send', { to: '#ops', text: 'first' });
    rpc.call(2, 'send', { to: '@bela', text: 'not held' });
    rpc.call(3, 'edit', { id: messageId('1'), text: 'edited' });
    rpc.call(4, 'send', { to: '@bela', text: 'last' });
    rpc.call(5, 'send', { to: '#other', text: 'last' });
    await rpc.answer(2);
    await session.settled();
    const done = () => session.requests.flatMap((each) => ('text' in each ? [each.text] : []));
    expect(done()).toEqual(['not held']);
    enter({ room: '#ops' });
    expect(await rpc.end()).toBe(0);
    expect(done()).toEqual(['not held', 'first', 'edited', 'last', 'last']);
  });

  it('writes to a private room behind a change of it, without waiting for the relay to have that', async () => {
    const session = talkative();
    session.answer({
      'find-room': () => ({ room: '+4f2a91c0' }),
      'room-remove': () => ({ batch: 1, letters: 3 }),
    });
    const found = session.hold('find-person');
    const relayed = session.hold('await-relayed');
    const rpc = new RpcRun(session, { args: ['--timeout', '60'] });
    rpc.call(1, 'room remove', { room: '+ward 3', who: '@chen' });
    rpc.call(2, 'send', { to: '+4f2a91c0', text: 'she is out' });
    await session.settled();
    expect(sentTexts(session)).toEqual([]);
    found({ matches: [person('chen', 'c')] });
    await rpc.answer(2);
    const order = session.requests.map(({ do: what }) => what);
    expect(order.indexOf('room-remove')).toBeLessThan(order.indexOf('send'));
    expect(rpc.messages().map(({ id }) => id)).toEqual([2]);
    relayed({ waiting: 0, refused: 0 });
    expect(await rpc.end()).toBe(0);
  });

  it('writes to a group once the relay has what made it', async () => {
    const session = talkative();
    session.answer({ 'room-group': () => ({ room: '+4f2a91c0', batch: 1, letters: 2 }) });
    session.answer({ 'find-room': () => ({ room: '+4f2a91c0' }) });
    const relayed = session.hold('await-relayed');
    const rpc = new RpcRun(session, { args: ['--timeout', '60'] });
    rpc.call(1, 'send', { to: '@bela,@chen', text: 'first' });
    rpc.call(2, 'send', { to: '+4f2a91c0', text: 'second' });
    rpc.call(3, 'send', { to: '@bela', text: 'not held' });
    await rpc.answer(3);
    await session.settled();
    expect(sentTexts(session)).toEqual(['not held']);
    relayed({ waiting: 0, refused: 0 });
    expect(await rpc.end()).toBe(0);
    expect(sentTexts(session)).toEqual(['not held', 'first', 'second']);
  });

  it('reads no more than 64 requests ahead of their answers', async () => {
    const session = talkative();
    const release = session.hold('snapshot');
    const rpc = new RpcRun(session);
    for (let id = 0; id < 200; id += 1) rpc.call(id, 'rooms');
    await expect.poll(() => session.requests.length).toBe(64);
    await session.settled();
    expect(session.requests).toHaveLength(64);
    release(session.snapshot);
    expect(await rpc.end()).toBe(0);
    expect(rpc.messages()).toHaveLength(200);
  });

  it('answers what is pending when stdin ends', async () => {
    const session = talkative();
    const release = session.hold('find-person');
    const rpc = new RpcRun(session);
    rpc.call(1, 'send', { to: '@bela', text: 'hi' });
    const status = rpc.end();
    await expect.poll(() => session.requests.some((each) => each.do === 'find-person')).toBe(true);
    expect(rpc.run.stdout()).toBe('');
    release({ matches: [person('bela', 'b')] });
    expect(await status).toBe(0);
    expect(rpc.messages()).toMatchObject([{ id: 1, result: { state: 'relayed' } }]);
  });
});
