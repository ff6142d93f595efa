// A file's chunks between two ends: all of it in order, never far ahead, from where it broke; hostile ends get nowhere.
import { createHash, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Carrier } from '../../src/client/file-carrier.ts';
import { giveChunks } from '../../src/client/file-giving.ts';
import { takeChunks } from '../../src/client/file-taking.ts';
import { TransportError } from '../../src/client/transport-error.ts';
import { FileChunks } from '../../src/crypto/file-chunks.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { chunksOf } from '../../src/protocol/file-content.ts';
import type { Frame } from '../../src/protocol/frames.ts';
import { CHUNK_BYTES, MAX_CHUNKS_AHEAD } from '../../src/protocol/limits.ts';

const KEY = new Uint8Array(32).fill(9);

/** One end of a wire in memory; what it sends arrives at the other in a later turn. */
class End implements Carrier {
  readonly sent: Frame[] = [];
  isCongested = false;
  peer: End | null = null;
  #listener: Parameters<Carrier['listen']>[0] = { onFrame: () => {}, onEnd: () => {} };
  #taken: (() => void)[] = [];

  listen(listener: Parameters<Carrier['listen']>[0]): void {
    this.#listener = listener;
  }

  send(frame: Frame): void {
    this.sent.push(frame);
    const { peer } = this;
    if (peer !== null) setImmediate(() => peer.receive(frame));
  }

  receive(frame: Frame): void {
    this.#listener.onFrame(frame);
  }

  end(): void {
    this.#listener.onEnd(new TransportError('closed', 'closed'));
  }

  whenTaken(callback: () => void): void {
    this.#taken.push(callback);
  }

  relieve(): void {
    this.isCongested = false;
    for (const taken of this.#taken.splice(0)) taken();
  }
}

function wire(): readonly [End, End] {
  const [a, b] = [new End(), new End()];
  a.peer = b;
  b.peer = a;
  return [a, b];
}

function contentOf(bytes: Uint8Array) {
  const read: number[] = [];
  return {
    ...{ size: bytes.length, readFrom: read },
    read: async (index: number, count: number) => {
      read.push(index);
      return bytes.subarray(index * CHUNK_BYTES, (index + count) * CHUNK_BYTES);
    },
  };
}

function target(chunksThere = 0) {
  const chunks: Uint8Array[] = [];
  return {
    ...{ chunks, chunksThere },
    write: async (_index: number, bytes: Uint8Array) => {
      chunks.push(Buffer.from(bytes));
    },
  };
}

function give(carrier: Carrier, bytes: Uint8Array, have: number | null = null) {
  const haves: number[] = [];
  const content = contentOf(bytes);
  const onHave = (count: number) => haves.push(count);
  const given = giveChunks({ carrier, content, key: KEY, have, onHave, isTalking: () => false });
  return { given, haves, content };
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('chunks of a file', () => {
  beforeAll(ready);

  it.each([0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 200 * CHUNK_BYTES + 17])(
    'arrive whole and in order, %d bytes',
    async (size) => {
      const bytes = randomBytes(size);
      const [giver, taker] = wire();
      const { given, haves } = give(giver, bytes);
      const content = target();
      await takeChunks({ carrier: taker, content, key: KEY, size, onHave: () => {} });
      taker.send({ type: 'have', req: 0, count: chunksOf(size) });
      await given;
      const whole = Buffer.concat(content.chunks);
      expect(whole.length).toBe(size);
      const hashOf = (of: Uint8Array) => createHash('sha256').update(of).digest('hex');
      expect(hashOf(whole)).toBe(hashOf(bytes));
      expect(haves.at(-1)).toBe(chunksOf(size));
    },
  );

  it('go on from what is there', async () => {
    const bytes = randomBytes(10 * CHUNK_BYTES);
    const [giver, taker] = wire();
    const { given, content: source } = give(giver, bytes);
    const content = target(7);
    await takeChunks({ carrier: taker, content, key: KEY, size: bytes.length, onHave: () => {} });
    taker.send({ type: 'have', req: 0, count: 10 });
    await given;
    expect(Buffer.concat(content.chunks)).toEqual(bytes.subarray(7 * CHUNK_BYTES));
    expect(Math.min(...source.readFrom)).toBe(7);
  });

  it('are never further ahead than the reader lets them be', async () => {
    const giver = new End();
    const { haves } = give(giver, randomBytes(100 * CHUNK_BYTES), 0);
    await turns(60);
    expect(giver.sent.length).toBe(MAX_CHUNKS_AHEAD);
    giver.receive({ type: 'have', req: 0, count: 10 });
    await turns(20);
    expect(giver.sent.length).toBe(MAX_CHUNKS_AHEAD + 10);
    expect(haves).toEqual([0, 10]);
  });

  it('wait while the connection is congested', async () => {
    const giver = new End();
    giver.isCongested = true;
    give(giver, randomBytes(3 * CHUNK_BYTES), 0);
    await turns(5);
    expect(giver.sent).toEqual([]);
    giver.relieve();
    await turns(5);
    expect(giver.sent.length).toBe(3);
  });

  it.each([
    ['more than was sent', 2],
    ['less than before', 0],
  ])('a reader that claims %s ends it', async (_what, count) => {
    const giver = new End();
    const { given } = give(giver, randomBytes(200 * CHUNK_BYTES), 1);
    const failed = expect(given).rejects.toThrow('have of what never came');
    if (count === 2) giver.receive({ type: 'have', req: 0, count: 200 });
    else giver.receive({ type: 'have', req: 0, count });
    await failed;
  });

  it('a giver ends with its connection, and sends no more', async () => {
    const giver = new End();
    const { given } = give(giver, randomBytes(100 * CHUNK_BYTES), 0);
    const failed = expect(given).rejects.toThrow('closed');
    giver.end();
    await failed;
    const before = giver.sent.length;
    await turns(10);
    expect(giver.sent.length - before).toBeLessThanOrEqual(0);
  });
});

describe('a hostile giver', () => {
  beforeAll(ready);

  const size = 5 * CHUNK_BYTES;
  const sealedOf = (index: number, count = 5) =>
    new FileChunks(KEY, count).seal(new Uint8Array(CHUNK_BYTES).fill(index), index);
  const chunk = (index: number, sealed = sealedOf(index)): Frame => ({
    ...{ type: 'chunk', req: 0, index, sealed },
  });

  function taking(chunksThere = 0) {
    const carrier = new End();
    const content = target(chunksThere);
    const taken = takeChunks({ carrier, content, key: KEY, size, onHave: () => {} });
    return { carrier, content, taken };
  }

  it('Control: an honest one is taken to its end', async () => {
    const { carrier, content, taken } = taking();
    for (const index of [0, 1, 2, 3, 4]) carrier.receive(chunk(index));
    await taken;
    expect(content.chunks.map((bytes) => bytes[0])).toEqual([0, 1, 2, 3, 4]);
  });

  it.each([
    ['leaves one out', () => [chunk(0), chunk(2)]],
    ['repeats one', () => [chunk(0), chunk(0)]],
    ['goes back', () => [chunk(0), chunk(1), chunk(0)]],
    ['goes on behind the last', () => [0, 1, 2, 3, 4, 5].map((index) => chunk(index, sealedOf(0)))],
    ['swaps two', () => [chunk(0, sealedOf(1)), chunk(1, sealedOf(0))]],
    ['cuts the content off', () => [chunk(0, sealedOf(0, 1))]],
    ['changes a bit', () => [chunk(0, flipped(sealedOf(0)))]],
    ['says something else', () => [chunk(0), { type: 'have', req: 0, count: 1 } as const]],
  ])('that %s is refused, and nothing of it is written beyond', async (_what, framesOf) => {
    const { carrier, content, taken } = taking();
    const failed = expect(taken).rejects.toThrow();
    for (const frame of framesOf()) carrier.receive(frame);
    await failed;
    await turns(3);
    expect(content.chunks.length).toBeLessThanOrEqual(2);
  });

  it('that floods a slow disk is cut off at the window', async () => {
    const many = 4 * MAX_CHUNKS_AHEAD;
    const carrier = new End();
    const stuck = { chunksThere: 0, write: () => new Promise<void>(() => {}) };
    const taken = takeChunks({
      ...{ carrier, content: stuck, key: KEY, size: many * CHUNK_BYTES, onHave: () => {} },
    });
    const failed = expect(taken).rejects.toThrow('too far ahead');
    const chunks = new FileChunks(KEY, many);
    for (let index = 0; index <= MAX_CHUNKS_AHEAD; index++) {
      carrier.receive(chunk(index, chunks.seal(new Uint8Array(CHUNK_BYTES), index)));
    }
    await failed;
  });

  function flipped(bytes: Uint8Array): Uint8Array {
    const copy = bytes.slice();
    copy[5] = (copy[5] ?? 0) ^ 1;
    return copy;
  }
});

describe('[A161 the same HAVE again and again]', () => {
  beforeAll(ready);

  it.each([
    ['is left after a minute', 0, 'stalled'],
    ['Control: is given more where it is one more each time', 1, 'none'],
  ])('every half minute %s', async (_what, step, code) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const [giver, reader] = wire();
    const { given } = give(giver, randomBytes(20 * CHUNK_BYTES));
    let failed = 'none';
    given.catch((error: { code: string }) => {
      failed = error.code;
    });
    for (let half = 0; half < 6; half++) {
      reader.send({ type: 'have', req: 0, count: half * step });
      await turns(40);
      vi.advanceTimersByTime(30_000);
    }
    await turns(4);
    expect(failed).toBe(code);
  });
});
