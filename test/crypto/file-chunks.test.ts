// The chunks of a file: what was sealed opens in its place alone.
import { beforeAll, describe, expect, it } from 'vitest';
import { FileChunks, fileIdOf } from '../../src/crypto/file-chunks.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { hexFromBytes } from '../../src/protocol/bytes.ts';
import { chunkLength, chunksOf } from '../../src/protocol/file-content.ts';
import { CHUNK_BYTES, SEALED_CHUNK_BYTES } from '../../src/protocol/limits.ts';

const KEY = new Uint8Array(32).fill(7);

describe('file chunks', () => {
  beforeAll(ready);

  it('seals to one size and opens again, whatever the length', () => {
    for (const length of [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES]) {
      const plain = new Uint8Array(length).fill(3);
      const sealed = new FileChunks(KEY, 1).seal(plain, 0);
      expect(sealed.length).toBe(SEALED_CHUNK_BYTES);
      const opened = new FileChunks(KEY, 1).open(sealed, 0);
      expect(opened.subarray(0, length)).toEqual(Buffer.from(plain));
      expect(opened.subarray(length).every((byte) => byte === 0)).toBe(true);
    }
  });

  it('opens in its own place, under its own key, and of its own length alone', () => {
    const file = new FileChunks(KEY, 3);
    const sealed = file.seal(new Uint8Array(10), 1);
    expect(() => file.open(sealed, 0)).toThrow('not chunk 0');
    expect(() => file.open(sealed, 2)).toThrow('not chunk 2');
    expect(() => new FileChunks(KEY, 2).open(sealed, 1)).toThrow('not chunk 1');
    expect(() => new FileChunks(new Uint8Array(32), 3).open(sealed, 1)).toThrow('not chunk 1');
    expect(() => file.open(sealed.subarray(1), 1)).toThrow('not chunk 1');
    for (const at of [0, CHUNK_BYTES - 1, CHUNK_BYTES, SEALED_CHUNK_BYTES - 1]) {
      const flipped = sealed.slice();
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect(() => file.open(flipped, 1)).toThrow('not chunk 1');
    }
  });

  it('marks the last chunk: a content that is cut off does not open as a shorter one', () => {
    const sealed = new FileChunks(KEY, 3).seal(new Uint8Array(10), 1);
    expect(() => new FileChunks(KEY, 2).open(sealed, 1)).toThrow('not chunk 1');
    expect(() => new FileChunks(KEY, 3).seal(new Uint8Array(1), 3)).toThrow(RangeError);
  });

  it('names a file by its key', () => {
    expect(fileIdOf(KEY)).toMatch(/^[0-9a-f]{32}$/);
    expect(fileIdOf(KEY)).not.toBe(fileIdOf(new Uint8Array(32)));
    expect(hexFromBytes(KEY)).not.toContain(fileIdOf(KEY));
  });

  it('counts chunks: an empty content is one', () => {
    expect([0, 1, CHUNK_BYTES, CHUNK_BYTES + 1].map(chunksOf)).toEqual([1, 1, 1, 2]);
    expect(chunkLength(CHUNK_BYTES + 5, 0)).toBe(CHUNK_BYTES);
    expect(chunkLength(CHUNK_BYTES + 5, 1)).toBe(5);
    expect(chunkLength(0, 0)).toBe(0);
  });
});
