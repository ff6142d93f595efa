import { describe, expect, it } from 'vitest';
import { RpcRun, sentTexts, talkative } from '../support/rpc-run.ts';

describe('what is no request', () => {
  it.each([
    ['no JSON', '{"jsonrpc":', -32700, null],
    ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), -32700, null],
    ['NUL', '\u0000', -32700, null],
    ['a word', '"send"', -32600, null],
    ['null', 'null', -32600, null],
    ['another version', '{"jsonrpc":"1.0","id":7,"method":"peers"}', -32600, 7],
    ['a method that is a number', '{"jsonrpc":"2.0","id":7,"method":1}', -32600, 7],
    ['params that are null', '{"jsonrpc":"2.0","id":7,"method":"peers","params":null}', -32600, 7],
    ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"peers"}', -32600, null],
    ['an id beyond numbers', '{"jsonrpc":"2.0","id":1e999,"method":"peers"}', -32600, null],
    ['an empty batch', '[]', -32600, null],
    ['a batch of 101', `[${Array(101).fill('1').join()}]`, -32600, null],
    ['a line too long', `"${'x'.repeat(256 * 1024)}"`, -32600, null],
    ['a line far too long', 'x'.repeat(3_000_000), -32600, null],
    ['deep nesting', '['.repeat(200_000), -32700, null],
    ['deep nesting that ends', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, -32600, null],
  ])('is refused: %s; and the next line is read', async (_what, line, code, id) => {
    const rpc = new RpcRun(talkative());
    rpc.say(line);
    rpc.call('next', 'peers');
    expect(await rpc.answer('next')).toHaveProperty('result');
    expect(await rpc.end()).toBe(0);
    const refusals = rpc.messages().flat();
    expect(refusals.find((each) => each.id !== 'next')).toMatchObject({ id, error: { code } });
    expect(refusals).toHaveLength(2);
  });

  it('is not a blank line, nor one with CR LF, nor the last without an end', async () => {
    const rpc = new RpcRun(talkative());
    rpc.stdin.write('\n \r\n{"jsonrpc":"2.0","id":1,"method":"rooms"}\r\n\n');
    rpc.stdin.end('{"jsonrpc":"2.0","id":2,"method":"rooms"}');
    expect(await rpc.run.status).toBe(0);
    expect(rpc.messages().map(({ id }) => id)).toEqual([1, 2]);
  });

  it('is put together from single bytes', async () => {
    const rpc = new RpcRun(talkative());
    for (const byte of Buffer.from('{"jsonrpc":"2.0","id":"é","method":"rooms"}\n')) {
      rpc.stdin.write(Uint8Array.of(byte));
    }
    expect(await rpc.answer('é')).toMatchObject({ result: [] });
    expect(await rpc.end()).toBe(0);
  });

  it('drives no terminal with what it quotes', async () => {
    const rpc = new RpcRun(talkative());
    rpc.call('\u001b[2J\u202e', 'x\u001b[2J\u202e', { '\u009b2J': 1 });
    expect(await rpc.end()).toBe(0);
    expect(rpc.run.stdout()).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
    expect(rpc.messages()).toMatchObject([{ id: '\u001b[2J\u202e', error: { code: -32601 } }]);
  });
});

describe('ids, notifications and batches', () => {
  it('echoes ids that are equal, null, or no whole numbers', async () => {
    const rpc = new RpcRun(talkative());
    for (const id of ['1', '1', 'null', '1.5', '""']) {
      rpc.say(`{"jsonrpc":"2.0","id":${id},"method":"rooms"}`);
    }
    expect(await rpc.end()).toBe(0);
    expect(rpc.messages().map(({ id }) => id)).toEqual([1, 1, null, 1.5, '']);
  });

  it('does what a notification says and answers nothing, whatever comes of it', async () => {
    const session = talkative();
    const rpc = new RpcRun(session);
    rpc.say({ jsonrpc: '2.0', method: 'send', params: { to: '@bela', text: 'hi' } });
    rpc.say({ jsonrpc: '2.0', method: 'no such thing' });
    rpc.say([
      { jsonrpc: '2.0', method: 'rooms' },
      { jsonrpc: '2.0', method: 'peers' },
    ]);
    expect(await rpc.end()).toBe(0);
    expect(sentTexts(session)).toEqual(['hi']);
    expect(rpc.run.stdout()).toBe('');
  });

  it('answers a batch with one line of all its answers', async () => {
    const rpc = new RpcRun(talkative());
    rpc.say([
      { jsonrpc: '2.0', id: 1, method: 'rooms' },
      { jsonrpc: '2.0', method: 'rooms' },
      { jsonrpc: '2.0', id: 2, method: 'nothing' },
      1,
      [],
    ]);
    expect(await rpc.end()).toBe(0);
    const [answers, ...more] = rpc.messages();
    expect(more).toEqual([]);
    expect(answers).toHaveLength(4);
    expect(answers).toEqual(
      expect.arrayContaining([
        { jsonrpc: '2.0', id: 1, result: [] },
        expect.objectContaining({ id: 2, error: expect.objectContaining({ code: -32601 }) }),
        expect.objectContaining({ id: null, error: expect.objectContaining({ code: -32600 }) }),
      ]),
    );
  });

  it('answers a batch of the greatest size', async () => {
    const rpc = new RpcRun(talkative());
    rpc.say(Array.from({ length: 100 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'rooms' })));
    expect(await rpc.end()).toBe(0);
    expect(rpc.messages()[0]).toHaveLength(100);
  });
});
