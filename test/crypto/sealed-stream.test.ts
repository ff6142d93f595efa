import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  CHUNK_SEAL_BYTES,
  OpeningStream,
  SealingStream,
  STREAM_HEADER_BYTES,
} from '../../src/crypto/sealed-stream.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { utf8FromText } from '../../src/protocol/bytes.ts';
import { filled } from './fixtures.ts';

const KEY = filled(32, 7);
const ABOUT = utf8FromText('what it is');
const TEXTS = ['first', '', 'third', 'last'];

beforeAll(() => ready());

interface Sealed {
  readonly header: Uint8Array;
  readonly chunks: readonly Uint8Array[];
}

function seal(texts: readonly string[] = TEXTS): Sealed {
  const stream = new SealingStream(KEY, ABOUT);
  const chunks = texts.map((text, index) =>
    stream.push(utf8FromText(text), { isLast: index === texts.length - 1 }),
  );
  return { header: stream.header, chunks };
}

/** What opens, up to the first chunk that doesn't. */
function open(
  { header, chunks }: Sealed,
  { key = KEY, about = ABOUT }: { key?: Uint8Array; about?: Uint8Array } = {},
): { texts: string[]; ended: boolean } {
  const stream = new OpeningStream(key, header, about);
  const texts: string[] = [];
  for (const chunk of chunks) {
    const opened = stream.pull(chunk);
    if (opened === null) return { texts, ended: false };
    texts.push(Buffer.from(opened.plain).toString());
    if (opened.isLast) return { texts, ended: true };
  }
  return { texts, ended: false };
}

describe('a sealed stream', () => {
  it('opens chunk after chunk, and says which is the last', () => {
    const sealed = seal();
    expect(sealed.header).toHaveLength(STREAM_HEADER_BYTES);
    expect(sealed.chunks[0]).toHaveLength('first'.length + CHUNK_SEAL_BYTES);
    expect(open(sealed)).toEqual({ texts: TEXTS, ended: true });
  });

  it('never seals the same bytes to the same bytes', () => {
    const { chunks } = seal(['same', 'same']);
    expect(chunks[0]).not.toEqual(chunks[1]);
    expect(seal(['same']).chunks[0]).not.toEqual(chunks[0]);
  });

  it('opens under its own key, header and subject only', () => {
    const sealed = seal();
    const nothing = { texts: [], ended: false };
    expect(open(sealed, { key: filled(32, 8) })).toEqual(nothing);
    expect(open(sealed, { about: utf8FromText('something else') })).toEqual(nothing);
    expect(open({ ...sealed, header: filled(STREAM_HEADER_BYTES, 1) })).toEqual(nothing);
  });

  it('stops at a chunk that is missing, repeated or out of order', () => {
    const { header, chunks } = seal();
    const at = (...order: number[]) => ({
      header,
      chunks: order.map((index) => chunks[index] ?? new Uint8Array()),
    });
    expect(open(at(0, 2, 3))).toEqual({ texts: ['first'], ended: false });
    expect(open(at(0, 0, 1))).toEqual({ texts: ['first'], ended: false });
    expect(open(at(1, 0))).toEqual({ texts: [], ended: false });
    expect(open(at(0, 1, 2))).toEqual({ texts: ['first', '', 'third'], ended: false });
  });

  it('opens nothing of a chunk with a flipped bit, or of one that was cut or made longer', () => {
    const { header, chunks } = seal();
    const chunk = chunks[0] ?? new Uint8Array();
    fc.assert(
      fc.property(fc.nat(chunk.length * 8 - 1), (bit) => {
        const flipped = chunk.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(open({ header, chunks: [flipped] }).texts).toEqual([]);
      }),
    );
    for (let length = 0; length < chunk.length; length++) {
      expect(open({ header, chunks: [chunk.subarray(0, length)] }).texts).toEqual([]);
    }
    expect(open({ header, chunks: [Buffer.concat([chunk, Buffer.alloc(1)])] }).texts).toEqual([]);
  });

  it('opens nothing that merely looks like a chunk', () => {
    const { header } = seal();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(open({ header, chunks: [bytes] }).texts).toEqual([]);
      }),
    );
  });
});
