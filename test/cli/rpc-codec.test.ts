import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage, errorText, resultText } from '../../src/cli/rpc-codec.ts';
import { linesOf } from '../../src/cli/rpc-lines.ts';

async function linesFrom(chunks: readonly Uint8Array[]): Promise<(string | null)[]> {
  const lines: (string | null)[] = [];
  for await (const line of linesOf(Readable.from(chunks))) {
    lines.push(line === null ? null : Buffer.from(line).toString('latin1'));
  }
  return lines;
}

describe('a message of JSON-RPC', () => {
  it('is decoded or refused, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeMessage(bytes).items.length).toBeGreaterThan(0);
      }),
    );
  });

  it('is decoded or refused, whatever the JSON is, and every refusal can be said', () => {
    const member = fc.oneof(fc.jsonValue(), fc.constant('2.0'), fc.constant('send'));
    const request = fc.record(
      { jsonrpc: member, id: member, method: member, params: member },
      { requiredKeys: [] },
    );
    const message = fc.oneof(request, fc.array(request), fc.jsonValue());
    fc.assert(
      fc.property(message, (value) => {
        const { items, isBatch } = decodeMessage(Buffer.from(JSON.stringify(value)));
        if (!isBatch) expect(items).toHaveLength(1);
        for (const item of items) {
          const id = item.id ?? null;
          expect(JSON.parse(resultText(id, '{}')).id).toEqual(JSON.parse(JSON.stringify(id)));
          if (!('fault' in item)) continue;
          const { error } = JSON.parse(errorText(item.id, item.fault));
          expect([-32600, -32700]).toContain(error.code);
        }
      }),
    );
  });

  it('is a request where it is one', () => {
    const request = { jsonrpc: '2.0', id: 'x', method: 'send', params: { to: '@bela' }, more: 1 };
    const { items } = decodeMessage(Buffer.from(JSON.stringify(request)));
    expect(items).toEqual([{ id: 'x', method: 'send', params: { to: '@bela' } }]);
  });
});

describe('lines of stdin', () => {
  it('are the same wherever the chunks are cut', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', ' ', '\r', '{', '"'), maxLength: 20 });
    const cuts = fc.array(fc.nat(200), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), cuts, async (lines, at) => {
        const bytes = Buffer.from(lines.join('\n'));
        const edges = [0, ...at.filter((cut) => cut < bytes.length), bytes.length].sort(
          (a, b) => a - b,
        );
        const chunks = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
        const wanted = lines.filter((each) => each.length > 16 || /[^ \r]/.test(each));
        expect(await linesFrom(chunks)).toEqual(wanted);
      }),
    );
  });

  it('have 256 KiB at most, and no more of one is kept', async () => {
    const longest = 'x'.repeat(256 * 1024);
    const chunks = [longest, '\n', longest, 'x', longest, '\n', 'next\n'].map((each) =>
      Buffer.from(each),
    );
    expect(await linesFrom(chunks)).toEqual([longest, null, 'next']);
    expect(await linesFrom([Buffer.from(`${longest}x`)])).toEqual([null]);
  });
});
