// Contents of receipts and of comparisons by words: read, or refused, whatever the bytes are.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCbor } from '../../src/protocol/cbor.ts';
import { ProtocolError } from '../../src/protocol/errors.ts';
import { decodeRead, decodeWhoRead } from '../../src/protocol/receipt-content.ts';
import {
  decodeWordsCommit,
  decodeWordsReply,
  decodeWordsReveal,
} from '../../src/protocol/words-content.ts';

const full = {
  ...{ stream: new Uint8Array(8), upTo: 3, room: new Uint8Array(32), seq: 4 },
  ...{ commit: new Uint8Array(32), nonce: new Uint8Array(32) },
};

describe.each<[string, (bytes: Uint8Array) => object, readonly (keyof typeof full)[]]>([
  ['read', decodeRead, ['stream', 'upTo']],
  ['who has read', decodeWhoRead, ['room', 'stream', 'seq']],
  ['commitment', decodeWordsCommit, ['commit']],
  ['reply', decodeWordsReply, ['commit', 'nonce']],
  ['reveal', decodeWordsReveal, ['commit']],
])('the content of a record: %s', (_, decode, needed) => {
  it('ignores keys of a later version', () => {
    expect(decode(encodeCbor({ ...full, later: 1 }))).toMatchObject({
      [needed[0] ?? '']: full[needed[0] ?? 'stream'],
    });
  });

  it.each(needed)('is refused without %s, or with another in its place', (key) => {
    const { [key]: _left, ...others } = full;
    const wrong = [
      others,
      { ...full, [key]: 'x' },
      { ...full, [key]: -1 },
      { ...full, [key]: 1.5 },
    ];
    for (const content of wrong) {
      expect(() => decode(encodeCbor(content))).toThrow(ProtocolError);
    }
    const short = { ...full, [key]: new Uint8Array(7) };
    expect(() => decode(encodeCbor(short))).toThrow(ProtocolError);
  });

  it('is only ever read or refused, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        try {
          expect(decode(bytes)).toHaveProperty(needed[0] ?? '');
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
    );
  });
});
